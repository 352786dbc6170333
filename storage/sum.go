package storage

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A sum stands for everything in the store at once: how many values, and the
// sum of a hash of each. Every update changes it in the same transaction, so a
// value that is lost, or that comes back in an older version, is found by adding
// up again. Badger finds neither: it passes over a damaged block when it
// compacts, and over the rest of a log at the first damaged entry.
type sum struct {
	updates uint64 // how many there have been
	values  uint64
	lanes   [4]uint64
}

const (
	// bookkeeping is the bucket of the store’s own values.
	bookkeeping Bucket = 0
	sumVersion         = 1
	sumLength          = 1 + 8*6
)

var sumKey = []byte("sum") // in bookkeeping; it is not part of the sum

// change adds a value to the sum, or takes it out again. The nonce and the tag
// stand for the sealed bytes: they are checked whenever it is opened.
func (s *sum) change(key, sealed []byte, in bool) {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(key))))
	h.Write(key)
	if len(sealed) >= sealOverhead {
		h.Write(sealed[:12])
		h.Write(sealed[len(sealed)-16:])
	} else {
		h.Write(sealed)
	}
	d := h.Sum(nil)
	sign := uint64(1)
	if !in {
		sign = ^uint64(0)
	}
	s.values += sign
	for i := range s.lanes {
		s.lanes[i] += sign * binary.BigEndian.Uint64(d[8*i:])
	}
}

// same compares what was counted; the number of updates cannot be.
func (s sum) same(o sum) bool { return s.values == o.values && s.lanes == o.lanes }

func (s sum) marshal() []byte {
	b := binary.BigEndian.AppendUint64([]byte{sumVersion}, s.updates)
	b = binary.BigEndian.AppendUint64(b, s.values)
	for _, l := range s.lanes {
		b = binary.BigEndian.AppendUint64(b, l)
	}
	return b
}

func parseSum(b []byte) (s sum, err error) {
	if len(b) != sumLength || b[0] != sumVersion {
		return s, fmt.Errorf("%w: its sum is of another form", ErrDamaged)
	}
	s.updates, s.values = binary.BigEndian.Uint64(b[1:]), binary.BigEndian.Uint64(b[9:])
	for i := range s.lanes {
		s.lanes[i] = binary.BigEndian.Uint64(b[17+8*i:])
	}
	return s, nil
}
