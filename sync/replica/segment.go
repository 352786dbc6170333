package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// takeIn opens a segment that its device signed, keeps it, and applies what is new in it.
// From is the relay that it came from; empty if it was kept.
func (r *Replica) takeIn(ctx context.Context, from string, h journal.Header, d roster.Device, b relay.Blob) error {
	have := r.heldOf(h.Device)
	ref := relay.RefOf(b)
	kept := slices.Contains(r.kept[h.Device], ref)
	_, shelved := r.shelf[ref]
	if have.knows(h) && (!have.forked || kept && !shelved) {
		return r.compact(ctx, h, b)
	}
	entries, err := journal.Open(b.Bytes, r.keyring())
	switch {
	case errors.Is(err, journal.ErrNoKey):
		if r.cfg.Roster.Lost(h.Epoch) {
			return r.setAside(ctx, b, KeyLost)
		}
		return r.setAside(ctx, b, NoKey)
	case err != nil:
		// Signed, and yet not what the format allows. Every device refuses it alike.
		r.problemOf(from, b, kindOf(err, Damaged), err)
		r.unshelve(ref)
		return nil
	}
	chain := journal.Chain(h.Prev, r.team, entries)
	fork, err := r.forks(ctx, h, have, entries, chain)
	if err != nil {
		return err
	}
	cut := h.Last
	if d.Removed {
		cut = cutIn(d.Cuts, h, chain)
		if fork {
			cut = 0 // judgeRemoved follows the hashes
		}
	}
	var fresh []Received
	for _, e := range entries {
		if e.Number <= cut && (fork || !have.numbers.has(e.Number, e.Number)) {
			fresh = append(fresh, Received{Device: e.Device, Entry: e})
		}
	}
	if err := r.keep(ctx, h, b, have, fork); err != nil {
		return err
	}
	if h.Device == r.me {
		if err := r.judgeOwn(h, fork); err != nil {
			return err
		}
		fresh = slices.DeleteFunc(fresh, func(f Received) bool { return !fork && f.Entry.Number <= r.cfg.Outbox.Last() })
	}
	handed, refused := r.unwrapAll(fresh)
	if len(handed) > 0 {
		said, err := asRefusals(r.cfg.Apply(ctx, handed))
		refused = append(refused, said...)
		if err != nil {
			// It is kept already, and no relay will bring it a second time.
			if err := r.setAside(ctx, b, Again); err != nil {
				return err
			}
			return fmt.Errorf("apply entries %d-%d of %s: %w", fresh[0].Entry.Number, fresh[len(fresh)-1].Entry.Number, h.Device, err)
		}
	}
	r.refuse(refused)
	r.mu.Lock()
	if cut >= h.First {
		have.numbers = have.numbers.add(h.First, cut)
		have.link(h.First-1, h.Prev)
		have.link(cut, chain[cut-h.First])
	}
	have.forked = have.forked || fork
	r.tally.received += len(fresh)
	if len(fresh) > 0 {
		r.tally.progress++
	}
	r.mu.Unlock()
	r.dirty[h.Device] = true
	if len(fresh) > 0 {
		r.cfg.Notify(Event{Kind: EventApplied, Device: h.Device, Count: len(fresh)})
	}
	if cut < h.Last {
		return r.setAside(ctx, b, BeyondCut)
	}
	r.unshelve(ref)
	return nil
}

// cutIn is the last entry of a segment that counts, by numbers and by the hashes that it holds itself; 0 if none does.
func cutIn(cuts []journal.Mark, h journal.Header, chain []journal.Hash) uint64 {
	last := uint64(0)
	for _, c := range cuts {
		switch {
		case c.Number > h.Last:
			return h.Last
		case c.Number >= h.First && chain[c.Number-h.First] == c.Hash:
			last = max(last, c.Number)
		}
	}
	return last
}

// forks reports whether the segment tells another story than what is held. The chain commits to everything before, so one
// number that both have settles it: a link, or else the greatest number in common, looked up in what is kept.
func (r *Replica) forks(ctx context.Context, h journal.Header, have *held, entries []journal.Entry, chain []journal.Hash) (bool, error) {
	at := func(n uint64) journal.Hash {
		if n < h.First {
			return h.Prev
		}
		return chain[n-h.First]
	}
	compared := false
	for n, hashes := range have.links {
		if n+1 >= h.First && n <= h.Last {
			if len(hashes) > 1 || hashes[0] != at(n) {
				return true, nil
			}
			compared = compared || n >= h.First
		}
	}
	common := have.numbers.upTo(h.Last)
	if h.Device == r.me {
		common = max(common, min(h.Last, r.cfg.Outbox.Last()))
	}
	if common < h.First || compared && slices.Contains(have.links[common], at(common)) {
		return false, nil
	}
	hash, ok, err := r.hashAt(ctx, h.Device, common)
	if err != nil || !ok {
		return false, err
	}
	return hash != at(common), nil
}

// hashAt finds the hash of an entry that is held: from a link, from the own journal, or from a segment that is kept.
func (r *Replica) hashAt(ctx context.Context, device journal.DeviceID, n uint64) (journal.Hash, bool, error) {
	if n == 0 {
		return journal.Hash{}, true, nil
	}
	if hashes := r.heldOf(device).links[n]; len(hashes) > 0 {
		return hashes[0], true, nil
	}
	if device == r.me && n <= r.cfg.Outbox.Last() {
		return r.ownHash(n)
	}
	for _, ref := range r.kept[device] {
		if ref.First > n || ref.Last < n {
			continue
		}
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) {
			continue
		}
		if err != nil {
			return journal.Hash{}, false, err
		}
		h, err := journal.ParseHeader(b.Bytes)
		if err != nil {
			continue
		}
		entries, err := journal.Open(b.Bytes, r.keyring())
		if err != nil {
			continue
		}
		return journal.Chain(h.Prev, r.team, entries)[n-h.First], true, nil
	}
	return journal.Hash{}, false, nil
}

// ownHash follows the own journal from the nearest entry whose hash is known.
func (r *Replica) ownHash(n uint64) (journal.Hash, bool, error) {
	have := r.heldOf(r.me)
	from, prev := uint64(0), journal.Hash{}
	for at, hashes := range have.links {
		if at <= n && at > from && len(hashes) == 1 {
			from, prev = at, hashes[0]
		}
	}
	for from < n {
		entries, err := r.cfg.Outbox.Entries(from+1, int(min(n-from, 4096)))
		if err != nil {
			return prev, false, fmt.Errorf("read own entry %d: %w", from+1, err)
		}
		if len(entries) == 0 {
			return prev, false, nil
		}
		for _, e := range entries {
			if from < n {
				prev, from = journal.EntryHash(prev, r.team, e), e.Number
			}
		}
	}
	return prev, true, nil
}

// judgeOwn stops the sending when a relay knows more of this device, or other things, than the device itself.
func (r *Replica) judgeOwn(h journal.Header, fork bool) error {
	switch {
	case fork:
		return r.halt(ErrForked, "forked")
	case h.Last > r.cfg.Outbox.Last():
		return r.halt(ErrAhead, "ahead")
	}
	return nil
}

func (r *Replica) halt(why error, word string) error {
	if r.halted != nil {
		return nil
	}
	if err := r.save(keyHalted, word); err != nil {
		return err
	}
	r.mu.Lock()
	r.halted, r.pending = why, nil
	r.mu.Unlock()
	r.cfg.Notify(Event{Kind: EventHalted, Err: why})
	return nil
}

// keep stores a segment verbatim. If it holds all that some smaller ones hold, they go.
func (r *Replica) keep(ctx context.Context, h journal.Header, b relay.Blob, have *held, fork bool) error {
	ref := relay.RefOf(b)
	if slices.Contains(r.kept[h.Device], ref) {
		return nil
	}
	var old []relay.Ref
	if !fork && !have.forked {
		for _, k := range r.kept[h.Device] {
			_, shelved := r.shelf[k]
			if !shelved && k.First >= h.First && k.Last <= h.Last && have.numbers.has(k.First, k.Last) {
				old = append(old, k)
			}
		}
	}
	if err := r.cfg.Keep.Replace(ctx, b, old); err != nil {
		return fmt.Errorf("keep segment %d-%d of %s: %w", h.First, h.Last, h.Device, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[h.Device] = slices.DeleteFunc(r.kept[h.Device], func(k relay.Ref) bool { return slices.Contains(old, k) })
	r.addKept(ref)
	if len(old) > 0 {
		have.prune(h.First, h.Last, r.kept[h.Device])
		r.dirty[h.Device] = true
	}
	return nil
}

// compact keeps a segment whose entries are all known, if it stands for several that are kept. Its author has merged them.
func (r *Replica) compact(ctx context.Context, h journal.Header, b relay.Blob) error {
	have, inside := r.heldOf(h.Device), 0
	for _, k := range r.kept[h.Device] {
		if k.First >= h.First && k.Last <= h.Last {
			inside++
		}
	}
	if _, shelved := r.shelf[relay.RefOf(b)]; shelved {
		r.unshelve(relay.RefOf(b))
	}
	if h.Device == r.me || have.forked || inside < 2 || slices.Contains(r.kept[h.Device], relay.RefOf(b)) {
		return nil
	}
	// Its header says that it holds the same. Only opening it proves that it does.
	if _, err := journal.Open(b.Bytes, r.keyring()); err != nil {
		return nil
	}
	return r.keep(ctx, h, b, have, false)
}

// setAside keeps a segment that cannot be applied yet.
func (r *Replica) setAside(ctx context.Context, b relay.Blob, why Reason) error {
	if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep segment %d-%d: %w", b.First, b.Last, err)
	}
	r.putAside(relay.RefOf(b), why)
	return nil
}

func (r *Replica) putAside(ref relay.Ref, why Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addKept(ref)
	if r.shelf[ref] != why {
		r.shelf[ref], r.shelfDirty = why, true
	}
}

func (r *Replica) unshelve(ref relay.Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.shelf[ref]; ok {
		delete(r.shelf, ref)
		r.shelfDirty = true
	}
}

// retryShelf takes in again what waited: all of it, or only what the store did not take.
func (r *Replica) retryShelf(ctx context.Context, all bool) error {
	var refs []relay.Ref
	for ref, why := range r.shelf {
		if all || why == Again {
			refs = append(refs, ref)
		}
	}
	// The newest come first: whoever joins a large team sees soon what it is at.
	slices.SortFunc(refs, func(a, b relay.Ref) int {
		return cmp.Or(cmp.Compare(b.Last, a.Last), slices.Compare(a.Hash[:], b.Hash[:]))
	})
	for _, ref := range refs {
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) || err == nil && b.Damaged {
			r.dropKept(ref) // the relays have it, or will be asked for it
			continue
		}
		if err != nil {
			return fmt.Errorf("read kept segment: %w", err)
		}
		h, err := journal.ParseHeader(b.Bytes)
		if err != nil {
			r.dropKept(ref)
			continue
		}
		d, ok := r.cfg.Roster.State().Author(h.Device)
		if !ok {
			r.putAside(ref, Unknown)
			continue
		}
		if _, err := journal.Verify(b.Bytes, d.Public); err != nil || d.Kit {
			r.dropKept(ref) // somebody has been at the files
			continue
		}
		if r.shelf[ref] == BeyondCut && d.Removed {
			continue // for judgeRemoved
		}
		if err := r.takeIn(ctx, "", h, d, b); err != nil {
			return err
		}
	}
	return nil
}

// dropKept forgets that a segment is kept; it is not.
func (r *Replica) dropKept(ref relay.Ref) {
	r.unshelve(ref)
	r.mu.Lock()
	defer r.mu.Unlock()
	d := journal.DeviceID(ref.Author)
	r.kept[d] = slices.DeleteFunc(r.kept[d], func(k relay.Ref) bool { return k == ref })
}
