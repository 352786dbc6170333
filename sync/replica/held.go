package replica

import (
	"bytes"
	"slices"
	"sync/atomic"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// held is what is applied here of one device, or sent, if it is this one.
type held struct {
	numbers ranges
	// links are the known hashes of some entries: those at the ends of segments. Two at one number are a fork.
	links  map[uint64][]journal.Hash
	forked bool
	// refused is what of numbers the application would not take, and why.
	refused    map[uint64]string
	wasRefused bool // something stands in the memory
}

func newHeld() *held { return &held{links: map[uint64][]journal.Hash{}, refused: map[uint64]string{}} }

// link notes the hash of an entry and reports whether another one is known there.
func (h *held) link(number uint64, hash journal.Hash) (conflict bool) {
	if number == 0 {
		return false
	}
	known := h.links[number]
	if !slices.Contains(known, hash) {
		h.links[number] = append(slices.Clone(known), hash)
	}
	return len(h.links[number]) > 1
}

// knows reports whether exactly the entries of this segment are held.
func (h *held) knows(s journal.Header) bool {
	return h.numbers.has(s.First, s.Last) && slices.Contains(h.links[s.Last], s.Tip)
}

// mark is the last entry held. Of a fork it is the smaller hash, so that it does not depend on what came first.
func (h *held) mark() journal.Mark {
	n := h.numbers.max()
	m := journal.Mark{Number: n}
	for i, hash := range h.links[n] {
		if i == 0 || bytes.Compare(hash[:], m.Hash[:]) < 0 {
			m.Hash = hash
		}
	}
	return m
}

// prune forgets links inside a run that is kept as one segment now, but for those at the ends of others.
func (h *held) prune(first, last uint64, kept []relay.Ref) {
	ends := map[uint64]bool{first - 1: true, last: true, h.numbers.max(): true}
	for _, k := range kept {
		ends[k.First-1], ends[k.Last] = true, true
	}
	for n := range h.links {
		if n >= first && n <= last && !ends[n] {
			delete(h.links, n)
		}
	}
}

// link is a relay in use, and what is known of it.
type link struct {
	name  string
	relay relay.Relay

	cursor relay.Cursor
	holds  map[journal.DeviceID]ranges // what it is known to have
	roster map[[16]byte]bool           // entries, by the first bytes of their hash
	seen   map[journal.DeviceID]uint64 // counters
	// unknown are devices and mailboxes that the roster did not know when something of theirs came: once it does, all is followed again.
	unknown map[[16]byte]bool

	// crowded: something was passed over without a note of whose it was. As soon as the roster has grown all is followed again.
	crowded bool

	written  []byte // what was last remembered of it
	troubled []byte // and of what is wrong with it
	gone     bool   // RemoveRelay
	retry    bool   // followed from the beginning because the program is another one
	restart  bool   // the cursor was reset while somebody follows
	tidy     bool   // own segments were merged, or may have been
	untried  bool
	err      error
	lastOK   int64               // Unix milliseconds; 0 is never
	lacking  map[relay.Ref]int64 // others' blobs that it lacks → since when, Unix milliseconds
	forks    map[relay.Ref]bool  // segments of forked devices that were put in this session
	busy     chan struct{}       // holds one token while somebody pushes
	again    atomic.Bool         // somebody wants to be pushed for
	moved    atomic.Uint64       // how often something came from it or was taken by it
	stop     func()              // ends its loop in Run
}

func newLink(name string, at relay.Relay) *link {
	l := &link{name: name, relay: at, untried: true, tidy: true, busy: make(chan struct{}, 1), stop: func() {}}
	l.forget()
	return l
}

// forget makes as if nothing were known of the relay.
func (l *link) forget() {
	l.cursor, l.crowded = nil, false
	l.holds, l.roster, l.seen = map[journal.DeviceID]ranges{}, map[[16]byte]bool{}, map[journal.DeviceID]uint64{}
	l.unknown, l.lacking, l.forks = map[[16]byte]bool{}, map[relay.Ref]int64{}, map[relay.Ref]bool{}
}
