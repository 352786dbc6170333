package journal

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

const (
	seenMagic      = "LHSN"
	seenVersion    = 1
	seenHeaderSize = 100
	markSize       = 16 + 8 + 32
	exceptionSize  = 16 + 8 + 8
)

// Mark is a place in a device's journal: the number of an entry and its hash.
type Mark struct {
	Number uint64
	Hash   Hash
}

// Range is the numbers from First to Last, both included.
type Range struct{ First, Last uint64 }

// Seen says what a device has stored and applied. The greatest counter of a device wins.
type Seen struct {
	Device     DeviceID
	Counter    uint64
	At         time.Time // the device's own clock, to the millisecond; information only
	Marks      map[DeviceID]Mark
	Exceptions map[DeviceID][]Range // up to the mark, and yet not held; ascending
}

// SeenHeader is the part of a seen that a relay can read too.
type SeenHeader struct {
	Team    TeamID
	Device  DeviceID
	Counter uint64
	Epoch   Hash
}

// Has reports whether the statement covers entry number of device.
func (s Seen) Has(device DeviceID, number uint64) bool {
	if number == 0 || number > s.Marks[device].Number {
		return false
	}
	for _, r := range s.Exceptions[device] {
		if number >= r.First && number <= r.Last {
			return false
		}
	}
	return true
}

// SealSeen seals and signs a statement. The Device field is taken from the identity.
func SealSeen(id *Identity, k EpochKey, team TeamID, s Seen) ([]byte, error) {
	device, epoch := id.Device(), k.ID()
	payload := binary.BigEndian.AppendUint64(nil, uint64(s.At.UnixMilli()))
	payload = binary.BigEndian.AppendUint32(payload, uint32(len(s.Marks)))
	for _, d := range sortedDevices(s.Marks) {
		m := s.Marks[d]
		payload = append(payload, d[:]...)
		payload = binary.BigEndian.AppendUint64(payload, m.Number)
		payload = append(payload, m.Hash[:]...)
	}
	count := 0
	for _, ranges := range s.Exceptions {
		count += len(ranges)
	}
	payload = binary.BigEndian.AppendUint32(payload, uint32(count))
	for _, d := range sortedDevices(s.Exceptions) {
		for _, r := range s.Exceptions[d] {
			payload = append(payload, d[:]...)
			payload = binary.BigEndian.AppendUint64(payload, r.First)
			payload = binary.BigEndian.AppendUint64(payload, r.Last)
		}
	}
	if _, err := parseSeen(Seen{}, payload); err != nil {
		return nil, fmt.Errorf("seal seen %d: %w", s.Counter, err)
	}
	if seenHeaderSize+len(payload)+sealOverhead+ed25519.SignatureSize > MaxSeen {
		return nil, fmt.Errorf("seal seen %d: %w", s.Counter, ErrTooLarge)
	}
	b := append([]byte(seenMagic), seenVersion, 0, 0, 0)
	b = append(b, team[:]...)
	b = append(b, device[:]...)
	b = binary.BigEndian.AppendUint64(b, s.Counter)
	b = append(b, epoch[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)+sealOverhead))
	b = aead(k, "seen", team[:], device[:]).Seal(b, nil, payload, b[:seenHeaderSize])
	return append(b, id.Sign("seen", b)...), nil
}

// ParseSeenHeader reads what a seen claims. Nothing of it is proven before OpenSeen.
func ParseSeenHeader(b []byte) (h SeenHeader, err error) {
	if len(b) < 8 || string(b[:4]) != seenMagic {
		return h, fmt.Errorf("parse seen: %w", ErrDamaged)
	}
	if b[4] != seenVersion {
		return h, fmt.Errorf("parse seen: %w", &UnknownVersionError{"seen", int(b[4])})
	}
	if len(b) > MaxSeen {
		return h, fmt.Errorf("parse seen of %d bytes: %w", len(b), ErrTooLarge)
	}
	if len(b) < seenHeaderSize+sealOverhead+ed25519.SignatureSize || [3]byte(b[5:8]) != [3]byte{} ||
		uint64(binary.BigEndian.Uint32(b[96:])) != uint64(len(b)-seenHeaderSize-ed25519.SignatureSize) {
		return h, fmt.Errorf("parse seen: %w", ErrDamaged)
	}
	copy(h.Team[:], b[8:])
	copy(h.Device[:], b[40:])
	h.Counter = binary.BigEndian.Uint64(b[56:])
	copy(h.Epoch[:], b[64:])
	return h, nil
}

// OpenSeen checks the signature and unseals the statement.
func OpenSeen(b []byte, pub Public, keys Keyring) (Seen, error) {
	h, err := ParseSeenHeader(b)
	if err != nil {
		return Seen{}, err
	}
	what := fmt.Sprintf("open seen %d of %s", h.Counter, h.Device)
	end := len(b) - ed25519.SignatureSize
	if pub.Device() != h.Device || !pub.Verify("seen", b[:end], b[end:]) {
		return Seen{}, fmt.Errorf("%s: %w", what, ErrForged)
	}
	k, ok := keys[h.Epoch]
	if !ok {
		return Seen{}, fmt.Errorf("%s: epoch %s: %w", what, h.Epoch, ErrNoKey)
	}
	payload, err := aead(k, "seen", h.Team[:], h.Device[:]).Open(nil, nil, b[seenHeaderSize:end], b[:seenHeaderSize])
	if err != nil {
		return Seen{}, fmt.Errorf("%s: %w", what, ErrDamaged)
	}
	s, err := parseSeen(Seen{Device: h.Device, Counter: h.Counter}, payload)
	if err != nil {
		return Seen{}, fmt.Errorf("%s: %w", what, err)
	}
	return s, nil
}

func parseSeen(s Seen, b []byte) (Seen, error) {
	s.Marks, s.Exceptions = map[DeviceID]Mark{}, map[DeviceID][]Range{}
	if len(b) < 12 {
		return s, ErrDamaged
	}
	s.At = time.UnixMilli(int64(binary.BigEndian.Uint64(b))).UTC()
	count := uint64(binary.BigEndian.Uint32(b[8:]))
	b = b[12:]
	if count*markSize+4 > uint64(len(b)) {
		return s, ErrDamaged
	}
	var last DeviceID
	for i := range count {
		d, m := DeviceID(b[:16]), Mark{binary.BigEndian.Uint64(b[16:]), Hash(b[24:56])}
		if m.Number == 0 || (i > 0 && bytes.Compare(d[:], last[:]) <= 0) {
			return s, ErrDamaged
		}
		s.Marks[d], last, b = m, d, b[markSize:]
	}
	count = uint64(binary.BigEndian.Uint32(b))
	b = b[4:]
	if count*exceptionSize != uint64(len(b)) {
		return s, ErrDamaged
	}
	for i := range count {
		d, r := DeviceID(b[:16]), Range{binary.BigEndian.Uint64(b[16:]), binary.BigEndian.Uint64(b[24:])}
		ranges := s.Exceptions[d]
		switch {
		case i > 0 && bytes.Compare(d[:], last[:]) < 0,
			r.First == 0 || r.Last < r.First || r.Last > s.Marks[d].Number,
			len(ranges) > 0 && r.First <= ranges[len(ranges)-1].Last+1:
			return s, ErrDamaged
		}
		s.Exceptions[d], last, b = append(ranges, r), d, b[exceptionSize:]
	}
	return s, nil
}

func sortedDevices[V any](m map[DeviceID]V) []DeviceID {
	ids := make([]DeviceID, 0, len(m))
	for d := range m {
		ids = append(ids, d)
	}
	slices.SortFunc(ids, func(a, b DeviceID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
