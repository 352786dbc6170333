package roster

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"longhand/sync/journal"
)

const (
	// MaxMail is the bytes of whatever is posted to a mailbox.
	MaxMail = 8 << 10
	// MaxName is the bytes of the name in a join request.
	MaxName = 200

	inviteVersion  = 1
	requestVersion = 1
	codePrefix     = "LH"
	codeGroup      = 6

	signJoinInvite = "join by invite"
	signJoinDevice = "join by device"
)

var (
	// ErrNotInvite: the text does not even begin like an invite code.
	ErrNotInvite = errors.New("not a Longhand invitation: it would begin with LH")
	// ErrMistyped: it begins like one, but its checksum does not fit: a character is wrong or missing.
	ErrMistyped = errors.New("this invitation was mistyped or cut off")
)

// InviteID names an invite, and the mailbox to which its holder posts.
type InviteID [16]byte

func (i InviteID) String() string { return hex.EncodeToString(i[:]) }

// Invite is what the code that is handed to a newcomer holds. Whoever has it can ask to join.
type Invite struct {
	Team   journal.TeamID
	Relays []string // addresses, as the inviting device writes them

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

func inviteFrom(secret [16]byte, team journal.TeamID, relays []string) (Invite, error) {
	for _, r := range relays {
		if len(r) > 255 {
			return Invite{}, fmt.Errorf("new invite: relay address %q is longer than 255 bytes", r)
		}
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

// codeAlphabet is Crockford's: nothing in it looks like anything else.
var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Code is the text that is handed to the newcomer.
func (i Invite) Code() string {
	b := append([]byte{inviteVersion}, i.secret[:]...)
	b = append(b, i.Team[:]...)
	for _, r := range i.Relays {
		b = append(append(b, byte(len(r))), r...)
	}
	sum := sha256.Sum256(b)
	text := codePrefix + codeAlphabet.EncodeToString(append(b, sum[:4]...))
	var groups []string
	for len(text) > codeGroup {
		groups, text = append(groups, text[:codeGroup]), text[codeGroup:]
	}
	return strings.Join(append(groups, text), "-")
}

// ParseInvite reads a code as people pass it on: in any case, broken over lines, with O for 0.
func ParseInvite(code string) (Invite, error) {
	text := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-‐‑–—\u200b\ufeff", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
	text, ok := strings.CutPrefix(text, codePrefix)
	if !ok {
		return Invite{}, fmt.Errorf("read invite: %w", ErrNotInvite)
	}
	b, err := codeAlphabet.DecodeString(strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(text))
	if err != nil || len(b) < 5 {
		return Invite{}, fmt.Errorf("read invite: %w", ErrMistyped)
	}
	b, sum := b[:len(b)-4], b[len(b)-4:]
	if want := sha256.Sum256(b); [4]byte(sum) != [4]byte(want[:4]) {
		return Invite{}, fmt.Errorf("read invite: %w", ErrMistyped)
	}
	if b[0] != inviteVersion {
		return Invite{}, fmt.Errorf("read invite: %w", &journal.UnknownVersionError{What: "invite", Version: int(b[0])})
	}
	if len(b) < 1+16+32 {
		return Invite{}, fmt.Errorf("read invite: %w", ErrMistyped)
	}
	secret, team := [16]byte(b[1:]), journal.TeamID(b[17:])
	var relays []string
	for b = b[49:]; len(b) > 0; {
		n := int(b[0])
		if len(b) < 1+n || !utf8.Valid(b[1:1+n]) {
			return Invite{}, fmt.Errorf("read invite: %w", ErrMistyped)
		}
		relays, b = append(relays, string(b[1:1+n])), b[1+n:]
	}
	return inviteFrom(secret, team, relays)
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

// Request makes the mail that a newcomer posts to the mailbox Invite.ID. The name may be empty; if it is not, members can read it and relays cannot.
func (i Invite) Request(id *journal.Identity, person PersonID, name string) ([]byte, error) {
	if len(name) > MaxName || !utf8.ValidString(name) {
		return nil, fmt.Errorf("join request: a name of %d bytes: want UTF-8 of at most %d", len(name), MaxName)
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
