package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

const mergeCount = 16

// merge packs the newest own segments into one when there are many small ones, so that a folder does not fill with crumbs. Sizes decide,
// in steps of sixteen, so that every byte is packed anew only a few times. It is called under work.
func (r *Replica) merge(ctx context.Context) error {
	have := r.heldOf(r.me)
	if r.noMerge || r.halted != nil || have.forked || !r.cfg.Roster.State().Present(r.me) {
		return nil
	}
	k, ok := r.cfg.Roster.WriteKey(r.cfg.Identity)
	if !ok {
		return nil
	}
	own := r.kept[r.me]
	if len(own) < mergeCount {
		return nil
	}
	for limit := 1 << 14; limit <= journal.MaxSegment; limit <<= 4 {
		run, err := r.smallTail(ctx, own, limit)
		if err != nil {
			return err
		}
		if len(run) < mergeCount {
			continue
		}
		if done, err := r.mergeRun(ctx, k, run); done || err != nil {
			return err
		}
	}
	return nil
}

type opened struct {
	ref     relay.Ref
	header  journal.Header
	entries []journal.Entry
}

// smallTail is the newest sixteen own segments, if each follows the one before and none is larger than limit.
func (r *Replica) smallTail(ctx context.Context, own []relay.Ref, limit int) ([]opened, error) {
	var run []opened
	for _, ref := range own[len(own)-mergeCount:] {
		if len(run) > 0 && ref.First != run[len(run)-1].ref.Last+1 {
			return nil, nil
		}
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read own segment: %w", err)
		}
		if len(b.Bytes) > limit || b.Damaged {
			return nil, nil
		}
		h, err := journal.ParseHeader(b.Bytes)
		if err != nil {
			return nil, nil
		}
		entries, err := journal.Open(b.Bytes, r.keyring())
		if err != nil {
			return nil, nil
		}
		run = append(run, opened{ref, h, entries})
	}
	return run, nil
}

func (r *Replica) mergeRun(ctx context.Context, k journal.EpochKey, run []opened) (bool, error) {
	var entries []journal.Entry
	for _, o := range run {
		entries = append(entries, o.entries...)
	}
	if journal.Fit(entries) < len(entries) {
		return false, nil
	}
	b, err := journal.Seal(r.cfg.Identity, k, r.team, run[0].header.Prev, entries)
	if err != nil {
		return false, err
	}
	h, err := journal.ParseHeader(b)
	if err != nil {
		return false, err
	}
	if err := r.proveMerge(ctx, r.blobOf(h, b), run); errors.Is(err, errUnproven) {
		r.noMerge = true // the small ones stay, and nothing is lost by it
		return false, nil
	} else if err != nil {
		return false, err
	}
	if err := r.keep(ctx, h, r.blobOf(h, b), r.heldOf(r.me), false); err != nil {
		return false, err
	}
	r.mu.Lock()
	for _, l := range r.links {
		l.tidy = true
	}
	r.mu.Unlock()
	return true, r.saveHeld()
}

// proveMerge keeps a merge, and opens what the disk gives back, before anything goes for its sake.
func (r *Replica) proveMerge(ctx context.Context, b relay.Blob, run []opened) error {
	if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep merged segment: %w", err)
	}
	back, err := r.cfg.Keep.Fetch(ctx, relay.RefOf(b))
	if err != nil {
		return fmt.Errorf("read merged segment: %w", err)
	}
	h, err := journal.Verify(back.Bytes, r.cfg.Identity.Public())
	if err == nil {
		_, err = journal.Open(back.Bytes, r.keyring())
	}
	first, last := run[0].header, run[len(run)-1].header
	if err == nil && (h.First != first.First || h.Prev != first.Prev || h.Last != last.Last || h.Tip != last.Tip) {
		err = journal.ErrBrokenChain
	}
	if err != nil {
		return fmt.Errorf("%w %d-%d: %w", errUnproven, b.First, b.Last, err)
	}
	return nil
}

// errUnproven: the disk gave back something else than what was written.
var errUnproven = errors.New("the merge does not read back as it was written")

// tidy brings an own merge to a relay that can replace, and takes away what it replaces.
func (r *Replica) tidy(ctx context.Context, l *link) error {
	store, ok := l.relay.(relay.Store)
	r.mu.Lock()
	own, due := append([]relay.Ref{}, r.kept[r.me]...), l.tidy
	if h := r.held[r.me]; h != nil && h.forked {
		due = false // what lies there may be the other's
	}
	due = due && r.halted == nil
	r.mu.Unlock()
	if !ok || !due {
		return nil
	}
	var there []relay.Ref
	err := store.List(ctx, relay.Segment, func(ref relay.Ref) error {
		if journal.DeviceID(ref.Author) == r.me {
			there = append(there, ref)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, k := range own {
		inside := slices.DeleteFunc(slices.Clone(there), func(t relay.Ref) bool { return t == k || t.First < k.First || t.Last > k.Last })
		if inside, err = r.stoodFor(ctx, store, k, inside); err != nil {
			return err
		}
		if len(inside) == 0 {
			continue
		}
		b, err := r.cfg.Keep.Fetch(ctx, k)
		if err != nil || b.Damaged {
			continue
		}
		if err := store.Replace(ctx, b, inside); err != nil {
			return err
		}
	}
	r.mu.Lock()
	l.tidy = false
	r.mu.Unlock()
	return nil
}

// stoodFor are those of some segments on a relay for which an own merge stands: by the chain it holds the same entries. One under this device’s name that
// tells another story is a clone’s, which may have nothing else. What is damaged is nobody’s.
func (r *Replica) stoodFor(ctx context.Context, store relay.Store, merged relay.Ref, all []relay.Ref) ([]relay.Ref, error) {
	if len(all) == 0 {
		return nil, nil
	}
	r.work.Lock()
	h, _, chain, err := r.readRun(ctx, merged)
	r.work.Unlock()
	if err != nil {
		return nil, &localError{err}
	}
	if chain == nil {
		return nil, nil
	}
	var out []relay.Ref
	for _, ref := range all {
		b, err := store.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		t, err := journal.Verify(b.Bytes, r.cfg.Identity.Public())
		if err != nil || t.First >= h.First && t.Last <= h.Last && t.Tip == chain[t.Last-h.First] {
			out = append(out, ref)
		}
	}
	return out, nil
}
