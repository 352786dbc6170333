package journal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
)

const (
	adoptMagic      = "LHAD"
	adoptVersion    = 1
	adoptHeaderSize = 8 + 16 + 8
	adoptOverhead   = adoptHeaderSize + ed25519.SignatureSize
	adoptDepth      = 8
)

// Adoption is an entry that another device of the same person wrote and could not send.
type Adoption struct {
	Device DeviceID // who wrote it
	Number uint64   // under which number
	Body   []byte   // what it says; perhaps an adoption again

	signed, signature []byte
}

// Adopt wraps an entry of an old device's as the body of one of its successor's. The caller sees to it that both are one person's.
func Adopt(old *Identity, team TeamID, successor DeviceID, e Entry) ([]byte, error) {
	if e.Device != old.Device() {
		return nil, fmt.Errorf("adopt entry %d: it is of device %s", e.Number, e.Device)
	}
	b := append([]byte(adoptMagic), adoptVersion, 0, 0, 0)
	b = append(b, e.Device[:]...)
	b = binary.BigEndian.AppendUint64(b, e.Number)
	b = append(b, e.Body...)
	b = append(b, old.Sign("adopt", adoptSigned(team, successor, b))...)
	if len(b) > mostBody(b) {
		return nil, fmt.Errorf("adopt entry %d: body of %d bytes: %w", e.Number, len(b), ErrTooLarge)
	}
	return b, nil
}

// ParseAdoption reads a body that Adopt made. If the body is an ordinary one, ok is false. Nothing is proven before Verify.
func ParseAdoption(body []byte) (a Adoption, ok bool, err error) {
	if !isAdoption(body) {
		return a, false, nil
	}
	if body[4] != adoptVersion {
		return a, true, fmt.Errorf("parse adoption: %w", &UnknownVersionError{"adoption", int(body[4])})
	}
	if len(body) < adoptOverhead || [3]byte(body[5:8]) != [3]byte{} {
		return a, true, fmt.Errorf("parse adoption: %w", ErrDamaged)
	}
	end := len(body) - ed25519.SignatureSize
	a = Adoption{Device: DeviceID(body[8:]), Number: binary.BigEndian.Uint64(body[24:]), Body: body[adoptHeaderSize:end:end], signed: body[:end], signature: body[end:]}
	if a.Number == 0 {
		return a, true, fmt.Errorf("parse adoption: %w", ErrDamaged)
	}
	return a, true, nil
}

// Verify checks that the old device, of these public keys, gave the entry to this successor.
func (a Adoption) Verify(old Public, team TeamID, successor DeviceID) error {
	if old.Device() != a.Device || !old.Verify("adopt", adoptSigned(team, successor, a.signed), a.signature) {
		return fmt.Errorf("entry %d of %s, adopted by %s: %w", a.Number, a.Device, successor, ErrForged)
	}
	return nil
}

func adoptSigned(team TeamID, successor DeviceID, b []byte) []byte {
	return bytes.Join([][]byte{team[:], successor[:], b}, nil)
}

func isAdoption(body []byte) bool { return len(body) > 4 && string(body[:4]) == adoptMagic }

// mostBody is how long this body may be: what is wrapped has room for its wrappings.
func mostBody(body []byte) int {
	most := MaxBody
	for range adoptDepth {
		if !isAdoption(body) || len(body) < adoptOverhead {
			break
		}
		body = body[adoptHeaderSize : len(body)-ed25519.SignatureSize]
		most += adoptOverhead
	}
	return most
}
