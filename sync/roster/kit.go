package roster

import (
	"bytes"
	"fmt"
	"io"

	"longhand/sync/journal"
)

const (
	kitPrefix  = "LK"
	kitVersion = 1
)

// Kit is a recovery kit: what a person prints and puts away. In the roster it is a device of theirs that can do nothing but enrol another one,
// and that can open every epoch. Whoever holds the paper can read the team.
type Kit struct {
	Team   journal.TeamID
	Relays []string // where the team's roster can be had

	secret [32]byte
}

// NewKit draws a kit. It counts only once Roster.Enrol has written it into the roster.
func NewKit(rand io.Reader, team journal.TeamID, relays []string) (Kit, error) {
	k := Kit{Team: team, Relays: relays}
	if _, err := io.ReadFull(rand, k.secret[:]); err != nil {
		return Kit{}, fmt.Errorf("new kit: %w", err)
	}
	if err := checkRelays(relays); err != nil {
		return Kit{}, fmt.Errorf("new kit: %w", err)
	}
	return k, nil
}

// Identity is the keys of the kit's device.
func (k Kit) Identity() (*journal.Identity, error) {
	sign, wrap := journal.Derive(k.secret[:], "kit sign"), journal.Derive(k.secret[:], "kit wrap")
	return journal.NewIdentity(bytes.NewReader(append(sign[:], wrap[:]...)))
}

// Code is the text that is printed, in groups that can be typed back one by one.
func (k Kit) Code() string {
	b := append([]byte{kitVersion}, k.secret[:]...)
	return writeCode(kitPrefix, appendRelays(append(b, k.Team[:]...), k.Relays))
}

// String never shows the secret.
func (k Kit) String() string { return "recovery kit of team " + k.Team.String()[:12] }

// GoString is String, for the same reason.
func (k Kit) GoString() string { return k.String() }

// ParseKit reads what Code wrote, as somebody types it from paper.
func ParseKit(code string) (Kit, error) {
	b, err := readCode(kitPrefix, code)
	if err != nil {
		return Kit{}, fmt.Errorf("read kit: %w", err)
	}
	if b[0] != kitVersion {
		return Kit{}, fmt.Errorf("read kit: %w", &journal.UnknownVersionError{What: "recovery kit", Version: int(b[0])})
	}
	if len(b) < 1+32+32 {
		return Kit{}, fmt.Errorf("read kit: %w", ErrMistyped)
	}
	relays, err := readRelays(b[65:])
	if err != nil {
		return Kit{}, fmt.Errorf("read kit: %w", err)
	}
	return Kit{secret: [32]byte(b[1:]), Team: journal.TeamID(b[33:]), Relays: relays}, nil
}

// SameCode reports whether two texts are the same code, or the same part of one, however they were typed.
func SameCode(a, b string) bool {
	like := func(s string) string {
		p := []byte(plainCode(s))
		for i, c := range p {
			switch c {
			case 'O':
				p[i] = '0'
			case 'I', 'L':
				p[i] = '1'
			}
		}
		return string(p)
	}
	return like(a) == like(b)
}
