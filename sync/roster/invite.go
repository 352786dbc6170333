package roster

import (
	"crypto/ed25519"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"unicode/utf8"

	"longhand/sync/journal"
)

const (
	// MaxMail is the bytes of whatever is posted to a mailbox.
	MaxMail = 8 << 10
	// MaxName is the bytes of the name in a join request.
	MaxName = 200

	inviteVersion       = 1
	deviceInviteVersion = 2
	requestVersion      = 1
	codePrefix          = "LH"

	signJoinInvite = "join by invite"
	signJoinDevice = "join by device"
)

// InviteID names an invite, and the mailbox to which its holder posts.
type InviteID [16]byte

func (i InviteID) String() string { return hex.EncodeToString(i[:]) }

// Invite is what the code that is handed to a newcomer holds. Whoever has it can ask to join.
type Invite struct {
	Team   journal.TeamID
	Relays []string // addresses, as the inviting device writes them
	// Person is nil for somebody new. Otherwise the invite is for a further device of this person, and only they can write it and answer it.
	Person *PersonID

	secret [16]byte
	key    ed25519.PrivateKey
}

// NewInvite draws a secret. It counts only once an admin's device has written it into the roster with Roster.Invite.
func NewInvite(rand io.Reader, team journal.TeamID, relays []string) (Invite, error) {
	var secret [16]byte
	if _, err := io.ReadFull(rand, secret[:]); err != nil {
		return Invite{}, fmt.Errorf("new invite: %w", err)
	}
	return inviteFrom(secret, team, relays)
}

// NewDeviceInvite is NewInvite for a further device of a person who belongs to the team.
func NewDeviceInvite(rand io.Reader, team journal.TeamID, person PersonID, relays []string) (Invite, error) {
	i, err := NewInvite(rand, team, relays)
	i.Person = &person
	return i, err
}

func inviteFrom(secret [16]byte, team journal.TeamID, relays []string) (Invite, error) {
	if err := checkRelays(relays); err != nil {
		return Invite{}, fmt.Errorf("new invite: %w", err)
	}
	seed := journal.Derive(secret[:], "invite key", team[:])
	return Invite{Team: team, Relays: relays, secret: secret, key: ed25519.NewKeyFromSeed(seed[:])}, nil
}

// ID is known to everybody; it gives nothing away.
func (i Invite) ID() InviteID { return inviteID(i.publicKey()) }

func (i Invite) publicKey() []byte { return i.key.Public().(ed25519.PublicKey) }

func inviteID(publicKey []byte) InviteID { return InviteID(journal.DeviceOf(publicKey)) }

// noteKey opens the newcomer's name. Members get it through the roster, the secret itself they do not.
func (i Invite) noteKey() (journal.EpochKey, error) {
	b := journal.Derive(i.secret[:], "invite note", i.Team[:])
	return journal.ParseEpochKey(b[:])
}

// Code is the text that is handed to the newcomer.
func (i Invite) Code() string {
	b := append([]byte{inviteVersion}, i.secret[:]...)
	b = append(b, i.Team[:]...)
	if i.Person != nil {
		b[0] = deviceInviteVersion
		b = append(b, i.Person[:]...)
	}
	return writeCode(codePrefix, appendRelays(b, i.Relays))
}

// ParseInvite reads a code as people pass it on: in any case, broken over lines, with O for 0.
func ParseInvite(code string) (Invite, error) {
	b, err := readCode(codePrefix, code)
	if err != nil {
		return Invite{}, fmt.Errorf("read invite: %w", err)
	}
	fixed := 1 + 16 + 32
	switch b[0] {
	case inviteVersion:
	case deviceInviteVersion:
		fixed += 16
	default:
		return Invite{}, fmt.Errorf("read invite: %w", &journal.UnknownVersionError{What: "invite", Version: int(b[0])})
	}
	if len(b) < fixed {
		return Invite{}, fmt.Errorf("read invite: %w", ErrMistyped)
	}
	relays, err := readRelays(b[fixed:])
	if err != nil {
		return Invite{}, fmt.Errorf("read invite: %w", err)
	}
	i, err := inviteFrom([16]byte(b[1:]), journal.TeamID(b[17:]), relays)
	if b[0] == deviceInviteVersion {
		p := PersonID(b[49:])
		i.Person = &p
	}
	return i, err
}

type (
	wireRequest struct {
		_        struct{} `cbor:",toarray"`
		Version  uint
		Body     []byte
		ByInvite []byte
		ByDevice []byte
	}
	requestBody struct {
		Team   []byte `cbor:"1,keyasint"`
		Invite []byte `cbor:"2,keyasint"`
		Public []byte `cbor:"3,keyasint"`
		Person []byte `cbor:"4,keyasint"`
		Note   []byte `cbor:"5,keyasint,omitempty"`
	}
)

// Request is a newcomer's wish to join, proven by the invite's key and by the new device's.
type Request struct {
	Team   journal.TeamID
	Invite InviteID
	Person PersonID
	Public journal.Public

	inviteKey []byte
	note      []byte
	raw       []byte
}

// Request makes the mail that a newcomer posts to the mailbox Invite.ID. The person is that of the invite, if it has one. The name may be empty; if it is not, members can read it and relays cannot.
func (i Invite) Request(id *journal.Identity, person PersonID, name string) ([]byte, error) {
	if len(name) > MaxName || !utf8.ValidString(name) {
		return nil, fmt.Errorf("join request: a name of %d bytes: want UTF-8 of at most %d", len(name), MaxName)
	}
	if i.Person != nil {
		person = *i.Person
	}
	body := requestBody{Team: i.Team[:], Invite: i.publicKey(), Public: id.Public().Marshal(), Person: person[:]}
	if name != "" {
		k, err := i.noteKey()
		if err != nil {
			return nil, fmt.Errorf("join request: %w", err)
		}
		plain := append(binary.BigEndian.AppendUint16(nil, uint16(len(name))), name...)
		plain = append(plain, make([]byte, -len(plain)&63)...)
		body.Note = k.SealNote("name", aboutNote(i.Team, i.ID(), id.Device()), plain)
	}
	b, err := encode(body)
	if err != nil {
		return nil, fmt.Errorf("join request: %w", err)
	}
	return encode(wireRequest{
		Version:  requestVersion,
		Body:     b,
		ByInvite: journal.SignWith(i.key, signJoinInvite, b),
		ByDevice: id.Sign(signJoinDevice, b),
	})
}

func aboutNote(team journal.TeamID, invite InviteID, device journal.DeviceID) []byte {
	return append(append(append([]byte{}, team[:]...), invite[:]...), device[:]...)
}

// ParseRequest reads a mail and checks both its signatures. Whether the invite is open is for the roster to say.
func ParseRequest(raw []byte) (q Request, err error) {
	if len(raw) > MaxMail {
		return q, fmt.Errorf("join request of %d bytes: %w", len(raw), journal.ErrTooLarge)
	}
	if v, ok := versionOf(raw); ok && v != requestVersion {
		return q, fmt.Errorf("join request: %w", &journal.UnknownVersionError{What: "join request", Version: v})
	}
	var w wireRequest
	var b requestBody
	if decode(raw, &w) != nil || decode(w.Body, &b) != nil ||
		len(b.Team) != 32 || len(b.Invite) != 32 || len(b.Person) != 16 || len(b.Note) > 512 {
		return q, fmt.Errorf("join request: %w", journal.ErrDamaged)
	}
	pub, err := journal.ParsePublic(b.Public)
	if err != nil {
		return q, fmt.Errorf("join request: %w", err)
	}
	if !journal.VerifySignature(b.Invite, signJoinInvite, w.Body, w.ByInvite) || !pub.Verify(signJoinDevice, w.Body, w.ByDevice) {
		return q, fmt.Errorf("join request: %w", ErrForged)
	}
	return Request{Team: journal.TeamID(b.Team), Invite: inviteID(b.Invite), Person: PersonID(b.Person), Public: pub,
		inviteKey: b.Invite, note: b.Note, raw: raw}, nil
}

// Device is the newcomer's.
func (q Request) Device() journal.DeviceID { return q.Public.Device() }

// Raw is the mail itself.
func (q Request) Raw() []byte { return q.raw }

func (q Request) name(k journal.EpochKey) (string, error) {
	if q.note == nil {
		return "", nil
	}
	b, err := k.OpenNote("name", aboutNote(q.Team, q.Invite, q.Device()), q.note)
	if err != nil {
		return "", err
	}
	if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
		return "", fmt.Errorf("name in join request: %w", journal.ErrDamaged)
	}
	name := string(b[2 : 2+binary.BigEndian.Uint16(b)])
	if !utf8.ValidString(name) || len(name) > MaxName {
		return "", fmt.Errorf("name in join request: %w", journal.ErrDamaged)
	}
	return name, nil
}
