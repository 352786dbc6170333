package replica

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// EnrolAnew is what a device does that must not write as itself any more: after ErrAhead or ErrForked, after a restored backup, after a store that
// was rebuilt. It enrols next, a fresh identity, for the same person. The caller then opens a new replica with next, the same Keep, an empty State and
// a new outbox, and adopts what Unsent lists: journal.Adopt with the old identity, as the body of a new entry. It fails with ErrRemoved if the team has
// let this device go: then a device of the same person, or an admin, has to invite it.
//
// The old identity stays in the team: whoever copied this disk may be using it, and is to find out in peace. Once no copy is in use any more let it
// go by Remove, from the new replica; until then receipts are counted with it.
func (r *Replica) EnrolAnew(ctx context.Context, next *journal.Identity) error {
	return r.deed(ctx, "enrol anew", func() error {
		if !r.cfg.Roster.State().Present(r.me) {
			return ErrRemoved
		}
		return r.enrol(r.cfg.Rand, next, false)
	})
}

// Unsent is what was written here and does not count in the team: no relay has taken it, or it lies beyond the cut of this device's removal. That an
// other has written something else under the same number is no matter: hashes are compared.
func (r *Replica) Unsent(ctx context.Context) ([]journal.Entry, error) {
	r.work.Lock()
	defer r.work.Unlock()
	counts := map[journal.Mark]bool{}
	d, _ := r.cfg.Roster.State().Device(r.me)
	for _, ref := range r.kept[r.me] {
		h, _, chain, err := r.readRun(ctx, ref)
		if err != nil {
			return nil, err
		}
		for i, hash := range chain {
			counts[journal.Mark{Number: h.First + uint64(i), Hash: hash}] = true
		}
	}
	var out []journal.Entry
	prev := journal.Hash{}
	for from := uint64(1); from <= r.cfg.Outbox.Last(); {
		entries, err := r.cfg.Outbox.Entries(from, readMost)
		if err != nil {
			return nil, fmt.Errorf("read own entry %d: %w", from, err)
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			prev = journal.EntryHash(prev, r.team, e)
			if !counts[journal.Mark{Number: e.Number, Hash: prev}] || d.Removed && e.Number > d.Cut.Number {
				out = append(out, e)
			}
			from = e.Number + 1
		}
	}
	return out, nil
}

// readRun opens a kept segment. The chain is nil if it is gone, damaged or cannot be opened. It is called under work.
func (r *Replica) readRun(ctx context.Context, ref relay.Ref) (journal.Header, []journal.Entry, []journal.Hash, error) {
	b, err := r.cfg.Keep.Fetch(ctx, ref)
	if errors.Is(err, relay.ErrGone) || err == nil && b.Damaged {
		return journal.Header{}, nil, nil, nil
	}
	if err != nil {
		return journal.Header{}, nil, nil, fmt.Errorf("read kept segment: %w", err)
	}
	h, err := journal.ParseHeader(b.Bytes)
	if err != nil {
		return h, nil, nil, nil
	}
	entries, err := journal.Open(b.Bytes, r.keyring())
	if err != nil {
		return h, nil, nil, nil
	}
	return h, entries, journal.Chain(h.Prev, r.team, entries), nil
}

func compareMarks(a, b journal.Mark) int {
	return cmp.Or(cmp.Compare(a.Number, b.Number), bytes.Compare(a.Hash[:], b.Hash[:]))
}
