package replica

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// What the replica remembers, as CBOR under these keys. All of it can be had again: from Keep, and by following the relays from the beginning.
const (
	keyBegun  = "begun"   // there is a memory at all
	keyDevice = "device/" // + device: memHeld
	keyLink   = "relay/"  // + name: memLink
	keyShelf  = "shelf"   // []memShelf
	keySeen   = "seen"    // memSeen
	keyJoin   = "join"    // the mail
	keyHalted = "halted"  // "ahead" or "forked"

	keyClock   = "clock"    // memClock
	keyRefused = "refused/" // + device: number → why
	keyVersion = "version"  // of the program that refused it
	keyTooNew  = "too-new/" // + relay name: the version that could not read something there
)

type (
	memHeld struct {
		_       struct{} `cbor:",toarray"`
		Numbers []journal.Range
		Links   []journal.Mark
		Forked  bool
	}
	memLink struct {
		_       struct{} `cbor:",toarray"`
		Cursor  []byte
		Holds   map[journal.DeviceID][]journal.Range
		Roster  [][16]byte
		Seen    map[journal.DeviceID]uint64
		Unknown [][16]byte
		LastOK  int64
	}
	memShelf struct {
		_      struct{} `cbor:",toarray"`
		Ref    relay.Ref
		Reason Reason
	}
	memSeen struct {
		_       struct{} `cbor:",toarray"`
		Counter uint64
		At      int64    // Unix milliseconds
		Words   [32]byte // the hash of what it said
	}
)

func (r *Replica) load(key string, v any) (bool, error) {
	b, err := r.cfg.State.Get(key)
	if err != nil {
		return false, fmt.Errorf("remember %s: %w", key, err)
	}
	if b == nil {
		return false, nil
	}
	if err := cbor.Unmarshal(b, v); err != nil {
		return false, fmt.Errorf("remember %s: %w", key, err)
	}
	return true, nil
}

func (r *Replica) save(key string, v any) error {
	b, err := cbor.Marshal(v)
	if err == nil {
		err = r.cfg.State.Put(key, b)
	}
	if err != nil {
		return fmt.Errorf("remember %s: %w", key, err)
	}
	return nil
}

func (r *Replica) loadHeld(d journal.DeviceID) error {
	var m memHeld
	ok, err := r.load(keyDevice+d.String(), &m)
	if err != nil || !ok {
		return err
	}
	h := newHeld()
	h.numbers, h.forked = m.Numbers, m.Forked
	for _, l := range m.Links {
		h.links[l.Number] = append(h.links[l.Number], l.Hash)
	}
	if _, err := r.load(keyRefused+d.String(), &h.refused); err != nil {
		return err
	}
	h.wasRefused = len(h.refused) > 0
	r.held[d] = h
	return nil
}

// saveHeld writes what has changed since it was last called.
func (r *Replica) saveHeld() error {
	for d := range r.dirty {
		h := r.held[d]
		m := memHeld{Numbers: h.numbers, Forked: h.forked}
		for n, hashes := range h.links {
			for _, hash := range hashes {
				m.Links = append(m.Links, journal.Mark{Number: n, Hash: hash})
			}
		}
		slices.SortFunc(m.Links, func(a, b journal.Mark) int {
			return cmp.Or(cmp.Compare(a.Number, b.Number), bytes.Compare(a.Hash[:], b.Hash[:]))
		})
		if err := r.save(keyDevice+d.String(), m); err != nil {
			return err
		}
		refused, err := sorted(h.refused)
		if err == nil && (len(h.refused) > 0 || h.wasRefused) {
			err = r.cfg.State.Put(keyRefused+d.String(), refused)
			h.wasRefused = true
		}
		if err != nil {
			return fmt.Errorf("remember what was refused: %w", err)
		}
		delete(r.dirty, d)
	}
	if r.shelfDirty {
		var shelf []memShelf
		for ref, reason := range r.shelf {
			shelf = append(shelf, memShelf{Ref: ref, Reason: reason})
		}
		slices.SortFunc(shelf, func(a, b memShelf) int { return bytes.Compare(a.Ref.Hash[:], b.Ref.Hash[:]) })
		if err := r.save(keyShelf, shelf); err != nil {
			return err
		}
		r.shelfDirty = false
	}
	return nil
}

func (r *Replica) loadLink(l *link) error {
	var m memLink
	ok, err := r.load(keyLink+l.name, &m)
	if err != nil || !ok {
		return err
	}
	l.cursor, l.lastOK = m.Cursor, m.LastOK
	var version string
	if tooNew, err := r.load(keyTooNew+l.name, &version); err != nil {
		return err
	} else if tooNew && version != r.cfg.Version {
		l.cursor, l.retry = nil, true // perhaps this version can read it
	}
	for d, rs := range m.Holds {
		l.holds[d] = rs
	}
	for _, id := range m.Roster {
		l.roster[id] = true
	}
	for d, n := range m.Seen {
		l.seen[d] = n
	}
	for _, id := range m.Unknown {
		l.unknown[id] = true
	}
	return nil
}

// saveLink writes the cursor, after all that it covers.
func (r *Replica) saveLink(l *link) error {
	if err := r.saveHeld(); err != nil {
		return err
	}
	if l.gone {
		return nil
	}
	if l.retry && l.cursor != nil {
		if err := r.save(keyTooNew+l.name, r.cfg.Version); err != nil {
			return err
		}
		l.retry = false
	}
	r.mu.Lock()
	m := memLink{Cursor: l.cursor, Holds: map[journal.DeviceID][]journal.Range{}, Roster: sortedIDs(l.roster), Seen: maps.Clone(l.seen), Unknown: sortedIDs(l.unknown), LastOK: l.lastOK}
	for d, rs := range l.holds {
		m.Holds[d] = rs
	}
	if l.crowded {
		m.Cursor = nil
	}
	m.LastOK -= m.LastOK % time.Minute.Milliseconds() // so that a quiet relay is not written down after every look
	r.mu.Unlock()
	b, err := sorted(m)
	if err != nil || bytes.Equal(b, l.written) {
		return err
	}
	if err := r.cfg.State.Put(keyLink+l.name, b); err != nil {
		return fmt.Errorf("remember %s: %w", keyLink+l.name, err)
	}
	l.written = b
	return nil
}

// sorted encodes the same value to the same bytes.
func sorted(v any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(v)
}

func sortedIDs(set map[[16]byte]bool) [][16]byte {
	ids := make([][16]byte, 0, len(set))
	for id := range set {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) })
	return ids
}
