package roster

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"longhand/sync/journal"
)

const (
	// MaxEntry is the bytes of a whole entry: an epoch wrapped for some thousand devices.
	MaxEntry   = 4 << 20
	maxParents = 1024

	entryVersion = 1
	signEntry    = "roster entry"
	signEnrol    = "enrol"
)

// PersonID names a person, for life. It says nothing about them.
type PersonID [16]byte

func (p PersonID) String() string { return hex.EncodeToString(p[:]) }

// ParsePersonID reads the 32 hexadecimal digits that String writes.
func ParsePersonID(s string) (p PersonID, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(p) {
		return p, fmt.Errorf("parse person id %q: want 32 hexadecimal digits", s)
	}
	return PersonID(b), nil
}

// Role is what a person may do.
type Role uint8

const (
	RoleMember Role = 1
	RoleAdmin  Role = 2
)

func (r Role) String() string {
	switch r {
	case RoleMember:
		return "member"
	case RoleAdmin:
		return "admin"
	}
	return fmt.Sprintf("role %d", uint8(r))
}

type op uint8

const (
	opFound op = 1 + iota
	opInvite
	opWithdraw
	opAdmit
	opEnrol
	opRemove
	opRole
	opEpoch
	opWrap
	opAccept
)

// The wire shapes. Lists of wraps and cuts are short arrays, not maps, because their order is part of the format.
type (
	wireEntry struct {
		_         struct{} `cbor:",toarray"`
		Version   uint
		Body      []byte
		Signature []byte
	}
	wireBody struct {
		Team    []byte          `cbor:"1,keyasint,omitempty"`
		Parents [][]byte        `cbor:"2,keyasint,omitempty"`
		Signer  []byte          `cbor:"3,keyasint"`
		At      int64           `cbor:"4,keyasint"`
		Op      op              `cbor:"5,keyasint"`
		Content cbor.RawMessage `cbor:"6,keyasint"`
	}
	found struct {
		Public []byte `cbor:"1,keyasint"`
		Person []byte `cbor:"2,keyasint"`
		Random []byte `cbor:"3,keyasint"`
	}
	invite struct {
		Key     []byte   `cbor:"1,keyasint"`
		Expires int64    `cbor:"2,keyasint"`
		Role    Role     `cbor:"3,keyasint"`
		Ask     bool     `cbor:"4,keyasint,omitempty"`
		NoteKey *keyNote `cbor:"5,keyasint,omitempty"`
		Own     bool     `cbor:"6,keyasint,omitempty"`
	}
	withdraw struct {
		Invite []byte `cbor:"1,keyasint"`
	}
	admit struct {
		Request []byte    `cbor:"1,keyasint"`
		Wraps   []keyWrap `cbor:"2,keyasint,omitempty"`

		request Request // parsed and verified
	}
	enrol struct {
		Public []byte    `cbor:"1,keyasint"`
		Use    uint8     `cbor:"2,keyasint"`
		Proof  []byte    `cbor:"3,keyasint"`
		Wraps  []keyWrap `cbor:"4,keyasint,omitempty"`
	}
	remove struct {
		Devices [][]byte  `cbor:"1,keyasint,omitempty"`
		Persons [][]byte  `cbor:"2,keyasint,omitempty"`
		Cuts    []wireCut `cbor:"3,keyasint,omitempty"`
		Epoch   *epoch    `cbor:"4,keyasint,omitempty"`
		Invites [][]byte  `cbor:"5,keyasint,omitempty"`
	}
	accept struct {
		Cuts []wireCut `cbor:"1,keyasint"`
	}
	setRole struct {
		Person []byte `cbor:"1,keyasint"`
		Role   Role   `cbor:"2,keyasint"`
	}
	epoch struct {
		ID      []byte       `cbor:"1,keyasint"`
		Wraps   []deviceWrap `cbor:"2,keyasint"`
		Parents []keyWrap    `cbor:"3,keyasint,omitempty"`
	}
	wrap struct {
		Epoch []byte       `cbor:"1,keyasint"`
		Wraps []deviceWrap `cbor:"2,keyasint"`
	}
	keyNote struct {
		_     struct{} `cbor:",toarray"`
		Epoch []byte
		Note  []byte
	}
	keyWrap struct {
		_     struct{} `cbor:",toarray"`
		Epoch []byte
		Wrap  []byte
	}
	deviceWrap struct {
		_      struct{} `cbor:",toarray"`
		Device []byte
		Wrap   []byte
	}
	wireCut struct {
		_      struct{} `cbor:",toarray"`
		Device []byte
		Number uint64
		Hash   []byte
	}
)

// entry is a decoded entry whose signature has been checked.
type entry struct {
	team      journal.TeamID
	parentIDs []journal.Hash
	signKey   []byte
	signer    journal.DeviceID
	at        time.Time
	op        op
	content   any             // a pointer to one of the shapes above
	public    *journal.Public // of the device that found, admit or enrol brings
}

func entryID(raw []byte) journal.Hash { return sha256.Sum256(raw) }

func encode(v any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(v)
}

// decode refuses bytes that this program would not have written for the same value.
func decode(b []byte, v any) error {
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxArrayElements:  65536,
		MaxMapPairs:       16,
		MaxNestedLevels:   8,
	}.DecMode()
	if err != nil {
		return err
	}
	if err := mode.Unmarshal(b, v); err != nil {
		return journal.ErrDamaged
	}
	again, err := encode(v)
	if err != nil || !bytes.Equal(again, b) {
		return journal.ErrDamaged
	}
	return nil
}

// versionOf reads the version of an array that starts with one, so that a record of a later version is named and not called damaged.
func versionOf(b []byte) (int, bool) {
	if len(b) < 2 || b[0]>>5 != 4 || b[0]&31 > 23 {
		return 0, false
	}
	return int(b[1]), b[1] < 24
}

func parseEntry(raw []byte) (e entry, err error) {
	if len(raw) > MaxEntry {
		return e, journal.ErrTooLarge
	}
	if v, ok := versionOf(raw); ok && v != entryVersion {
		return e, &journal.UnknownVersionError{What: "roster entry", Version: v}
	}
	var w wireEntry
	if err := decode(raw, &w); err != nil {
		return e, err
	}
	var b wireBody
	if err := decode(w.Body, &b); err != nil {
		return e, err
	}
	e = entry{signKey: b.Signer, signer: journal.DeviceOf(b.Signer), at: time.Unix(b.At, 0).UTC(), op: b.Op}
	if !journal.VerifySignature(b.Signer, signEntry, w.Body, w.Signature) {
		return e, ErrForged
	}
	if e.op == opFound {
		if b.Team != nil || b.Parents != nil {
			return e, journal.ErrDamaged
		}
	} else if len(b.Team) != 32 || len(b.Parents) == 0 || len(b.Parents) > maxParents || !ascending(b.Parents, 32) {
		return e, journal.ErrDamaged
	}
	copy(e.team[:], b.Team)
	for _, p := range b.Parents {
		e.parentIDs = append(e.parentIDs, journal.Hash(p))
	}
	return e, e.parseContent(b.Content)
}

func (e *entry) parseContent(raw []byte) error {
	shapes := map[op]func() checker{
		opFound:    func() checker { return &found{} },
		opInvite:   func() checker { return &invite{} },
		opWithdraw: func() checker { return &withdraw{} },
		opAdmit:    func() checker { return &admit{} },
		opEnrol:    func() checker { return &enrol{} },
		opRemove:   func() checker { return &remove{} },
		opRole:     func() checker { return &setRole{} },
		opEpoch:    func() checker { return &epoch{} },
		opWrap:     func() checker { return &wrap{} },
		opAccept:   func() checker { return &accept{} },
	}
	shape, ok := shapes[e.op]
	if !ok {
		return &journal.UnknownVersionError{What: "roster operation", Version: int(e.op)}
	}
	c := shape()
	if err := decode(raw, c); err != nil {
		return err
	}
	e.content = c
	return c.check(e)
}

func (r Role) valid() bool { return r == RoleMember || r == RoleAdmin }

func damagedIf(bad bool) error {
	if bad {
		return journal.ErrDamaged
	}
	return nil
}

// ascending reports whether ids are of one size and strictly ascending.
func ascending(ids [][]byte, size int) bool {
	for i, id := range ids {
		if len(id) != size || i > 0 && bytes.Compare(ids[i-1], id) >= 0 {
			return false
		}
	}
	return true
}

func sortBytes(ids [][]byte) [][]byte {
	slices.SortFunc(ids, bytes.Compare)
	return ids
}
