package journal

import (
	"bytes"
	"compress/flate"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	segmentMagic   = "LHSG"
	segmentVersion = 1
	headerSize     = 172
	sealOverhead   = 12 + 16 // nonce and tag
	entryOverhead  = 16 + 4  // salt and length

	stored   = 0
	deflated = 1
)

// Header is the part of a segment that a relay can read too.
type Header struct {
	Team        TeamID
	Device      DeviceID
	First, Last uint64
	Prev        Hash // of the entry before First; zero when First is 1
	Tip         Hash // of the entry Last
	Epoch       Hash
	sealed      int // bytes of the sealed part
}

// Fit is how many of the leading entries one segment can hold: all of them, or as many as the limits allow.
func Fit(entries []Entry) int {
	size := 0
	for i, e := range entries {
		size += entryOverhead + len(e.Body)
		if size > MaxContent || i == MaxEntries {
			return i
		}
	}
	return len(entries)
}

// Seal packs entries, which must be consecutive and the identity's own, into one segment. Prev is the hash of the entry before the first.
// It refuses what does not fit with ErrTooLarge: ask Fit first.
func Seal(id *Identity, k EpochKey, team TeamID, prev Hash, entries []Entry) ([]byte, error) {
	if len(entries) == 0 {
		return nil, fmt.Errorf("seal segment: no entries")
	}
	h := Header{Team: team, Device: id.Device(), First: entries[0].Number, Last: entries[len(entries)-1].Number, Prev: prev, Epoch: k.ID()}
	what := fmt.Sprintf("seal segment %d-%d", h.First, h.Last)
	if Fit(entries) < len(entries) {
		return nil, fmt.Errorf("%s: %w", what, ErrTooLarge)
	}
	var content []byte
	for i, e := range entries {
		switch {
		case e.Device != h.Device:
			return nil, fmt.Errorf("%s: entry %d is of device %s", what, e.Number, e.Device)
		case e.Number == 0 || e.Number != h.First+uint64(i):
			return nil, fmt.Errorf("%s: entry %d is out of turn", what, e.Number)
		case len(e.Body) > mostBody(e.Body):
			return nil, fmt.Errorf("%s: entry %d: %w", what, e.Number, ErrTooLarge)
		}
		content = append(content, e.Salt[:]...)
		content = binary.BigEndian.AppendUint32(content, uint32(len(e.Body)))
		content = append(content, e.Body...)
		prev = EntryHash(prev, team, e)
	}
	h.Tip = prev
	payload := compress(content)
	h.sealed = len(payload) + sealOverhead
	b := h.append(make([]byte, 0, headerSize+h.sealed+ed25519.SignatureSize))
	b = aead(k, "segment", team[:], h.Device[:]).Seal(b, nil, payload, b[:headerSize])
	return append(b, id.Sign("segment", b)...), nil
}

// compress deflates, and stores what does not shrink, so that a segment is never larger than its content by more than a fixed amount.
func compress(content []byte) []byte {
	var out bytes.Buffer
	out.WriteByte(deflated)
	w, err := flate.NewWriter(&out, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil || out.Len() > len(content) {
		return append([]byte{stored}, content...)
	}
	return out.Bytes()
}

func (h Header) append(b []byte) []byte {
	b = append(b, segmentMagic...)
	b = append(b, segmentVersion, 0, 0, 0)
	b = append(b, h.Team[:]...)
	b = append(b, h.Device[:]...)
	b = binary.BigEndian.AppendUint64(b, h.First)
	b = binary.BigEndian.AppendUint64(b, h.Last)
	b = append(b, h.Prev[:]...)
	b = append(b, h.Tip[:]...)
	b = append(b, h.Epoch[:]...)
	return binary.BigEndian.AppendUint32(b, uint32(h.sealed))
}

// ParseHeader reads what a segment claims. Nothing of it is proven before Verify.
func ParseHeader(segment []byte) (h Header, err error) {
	if len(segment) < 8 || string(segment[:4]) != segmentMagic {
		return h, fmt.Errorf("parse segment: %w", ErrDamaged)
	}
	if segment[4] != segmentVersion {
		return h, fmt.Errorf("parse segment: %w", &UnknownVersionError{"segment", int(segment[4])})
	}
	if len(segment) > MaxSegment {
		return h, fmt.Errorf("parse segment of %d bytes: %w", len(segment), ErrTooLarge)
	}
	if len(segment) < headerSize+sealOverhead+1+ed25519.SignatureSize || [3]byte(segment[5:8]) != [3]byte{} {
		return h, fmt.Errorf("parse segment: %w", ErrDamaged)
	}
	copy(h.Team[:], segment[8:])
	copy(h.Device[:], segment[40:])
	h.First = binary.BigEndian.Uint64(segment[56:])
	h.Last = binary.BigEndian.Uint64(segment[64:])
	copy(h.Prev[:], segment[72:])
	copy(h.Tip[:], segment[104:])
	copy(h.Epoch[:], segment[136:])
	h.sealed = len(segment) - headerSize - ed25519.SignatureSize
	switch {
	case uint64(binary.BigEndian.Uint32(segment[168:])) != uint64(h.sealed),
		h.First == 0 || h.Last < h.First || h.Last-h.First >= MaxEntries,
		h.First == 1 && h.Prev != Hash{}:
		return Header{}, fmt.Errorf("parse segment: %w", ErrDamaged)
	}
	return h, nil
}

// Verify checks that the device with these public keys signed the whole segment.
func Verify(segment []byte, pub Public) (Header, error) {
	h, err := ParseHeader(segment)
	if err != nil {
		return h, err
	}
	end := len(segment) - ed25519.SignatureSize
	if pub.Device() != h.Device || !pub.Verify("segment", segment[:end], segment[end:]) {
		return h, fmt.Errorf("verify segment %d-%d of %s: %w", h.First, h.Last, h.Device, ErrForged)
	}
	return h, nil
}

// Open unseals a segment and follows its chain from prev to tip. It does not look at the signature, which says who wrote it: Verify first.
func Open(segment []byte, keys Keyring) ([]Entry, error) {
	h, err := ParseHeader(segment)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("open segment %d-%d of %s", h.First, h.Last, h.Device)
	k, ok := keys[h.Epoch]
	if !ok {
		return nil, fmt.Errorf("%s: epoch %s: %w", what, h.Epoch, ErrNoKey)
	}
	payload, err := aead(k, "segment", h.Team[:], h.Device[:]).Open(nil, nil, segment[headerSize:headerSize+h.sealed], segment[:headerSize])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, ErrDamaged)
	}
	content, err := inflate(payload)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	entries, err := parseEntries(h, content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	prev := h.Prev
	for _, e := range entries {
		prev = EntryHash(prev, h.Team, e)
	}
	if prev != h.Tip {
		return nil, fmt.Errorf("%s: %w", what, ErrBrokenChain)
	}
	return entries, nil
}

func inflate(payload []byte) ([]byte, error) {
	if len(payload) == 0 {
		return nil, ErrDamaged
	}
	content := payload[1:]
	switch payload[0] {
	case stored:
	case deflated:
		rest := bytes.NewReader(content)
		var err error
		// One byte more than is allowed shows that there is more, and nothing beyond it is inflated.
		content, err = io.ReadAll(io.LimitReader(flate.NewReader(rest), MaxContent+1))
		if err != nil || (len(content) <= MaxContent && rest.Len() > 0) {
			return nil, ErrDamaged
		}
	default:
		return nil, ErrDamaged
	}
	if len(content) > MaxContent {
		return nil, ErrTooLarge
	}
	return content, nil
}

func parseEntries(h Header, content []byte) ([]Entry, error) {
	count := int(h.Last - h.First + 1)
	if count*entryOverhead > len(content) {
		return nil, ErrDamaged
	}
	entries := make([]Entry, count)
	for i := range entries {
		e := &entries[i]
		e.Device, e.Number = h.Device, h.First+uint64(i)
		if len(content) < entryOverhead {
			return nil, ErrDamaged
		}
		copy(e.Salt[:], content)
		size := uint64(binary.BigEndian.Uint32(content[16:]))
		content = content[entryOverhead:]
		if size > MaxBody+adoptDepth*adoptOverhead {
			return nil, ErrTooLarge
		}
		if size > uint64(len(content)) {
			return nil, ErrDamaged
		}
		e.Body, content = content[:size:size], content[size:]
		if len(e.Body) > mostBody(e.Body) {
			return nil, ErrTooLarge
		}
	}
	if len(content) != 0 {
		return nil, ErrDamaged
	}
	return entries, nil
}
