package replica

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// What counts of a removed device is what its cuts name and all that their hashes commit to, and what a change of somebody who stayed depends on.
// A segment is judged by numbers when it comes (takeIn). That is not enough when entries were applied before the removal was known, when the journal
// is forked, or when something lies beyond the cut that may be needed: then the whole journal of the device is judged here. The outcome depends on
// what is kept and on the roster alone, so that it is the same everywhere.

// uncounted is what of a removed device's is kept here and does not count.
type uncounted struct {
	by      [32]byte          // what it was judged by
	at      int               // how much had been received by then: what came since may need some of it
	entries []Received        // as Apply would get them
	needed  map[[16]byte]bool // these count only because others were built on them, and have been handed on
}

// judgeRemoved judges the devices for which that is called for. It is called under work.
func (r *Replica) judgeRemoved(ctx context.Context) error {
	s := r.cfg.Roster.State()
	devices := slices.Clone(s.Devices)
	for i, d := range devices {
		if d.Kit { // it can enrol a device and nothing else; what it wrote counts nowhere
			devices[i] = roster.Device{ID: d.ID, Removed: true}
		}
	}
	for _, d := range s.Undone {
		// Let in, and then not: the invite had been withdrawn meanwhile, or whoever let it in removed. Nothing of it counts for itself.
		if len(r.kept[d.ID]) > 0 {
			devices = append(devices, d)
		}
	}
	for again := true; again; {
		var err error
		if again, err = r.judgeEach(ctx, devices); err != nil {
			return err
		}
	}
	return nil
}

// judgeEach reports whether something was taken back that another removed device's entry may have been needed for: then that one is judged again.
// This comes to an end, because an entry never depends on itself.
func (r *Replica) judgeEach(ctx context.Context, devices []roster.Device) (again bool, err error) {
	for _, d := range devices {
		if !d.Removed || d.ID == r.me {
			r.mu.Lock()
			delete(r.beyond, d.ID)
			r.mu.Unlock()
			continue
		}
		due, err := r.mustJudge(ctx, d)
		if err != nil {
			return false, err
		}
		if !due {
			continue
		}
		back, err := r.judge(ctx, d)
		if err != nil {
			return false, fmt.Errorf("judge what counts of %s: %w", d.ID, err)
		}
		if back == 0 {
			continue
		}
		for id, was := range r.beyond {
			if id != d.ID && len(was.needed) > 0 {
				was.by, again = [32]byte{}, true
			}
		}
	}
	return again, nil
}

func (r *Replica) mustJudge(ctx context.Context, d roster.Device) (bool, error) {
	if was := r.beyond[d.ID]; was != nil && was.by == r.judgedBy(d) {
		// The same as before: only what others wrote since may need some of it.
		return len(was.entries) > 0 && was.at != r.tally.received && r.cfg.Needed != nil, nil
	}
	h := r.held[d.ID]
	if h == nil {
		h = newHeld()
	}
	if h.forked || h.numbers.max() > d.Cut.Number {
		return true, nil
	}
	for _, ref := range r.kept[d.ID] {
		if r.shelf[ref] == BeyondCut {
			return true, nil
		}
	}
	if h.numbers.has(d.Cut.Number, d.Cut.Number) {
		hash, ok, err := r.hashAt(ctx, d.ID, d.Cut.Number)
		if err != nil || ok && hash != d.Cut.Hash {
			return true, err
		}
	}
	r.noteBeyond(d, uncounted{})
	return false, nil
}

// noteBeyond remembers what a device was judged by, and what does not count of it.
func (r *Replica) noteBeyond(d roster.Device, is uncounted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	is.by = r.judgedBy(d)
	r.beyond[d.ID] = &is
}

// judgedBy sums up all that a judgement depends on, but for what is needed.
func (r *Replica) judgedBy(d roster.Device) [32]byte {
	sum := sha256.New()
	fmt.Fprint(sum, d.Cuts, len(r.keyring()))
	if h := r.held[d.ID]; h != nil {
		fmt.Fprint(sum, h.forked, h.numbers)
	}
	for _, ref := range r.kept[d.ID] {
		sum.Write(ref.Hash[:])
		io.WriteString(sum, string(r.shelf[ref]))
	}
	return [32]byte(sum.Sum(nil))
}

// NotCounted is what is kept here of a removed device and does not count: it lies beyond the cut, or on another branch than the cut's. Accept lets
// it count.
func (r *Replica) NotCounted(device journal.DeviceID) []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	if was := r.beyond[device]; was != nil {
		return slices.Clone(was.entries)
	}
	return nil
}

type keptRun struct {
	ref     relay.Ref
	header  journal.Header
	entries []journal.Entry
	chain   []journal.Hash
}

func (k keptRun) mark(i int) journal.Mark {
	return journal.Mark{Number: k.header.First + uint64(i), Hash: k.chain[i]}
}

// judge returns how many entries it had to take back.
func (r *Replica) judge(ctx context.Context, d roster.Device) (int, error) {
	runs, err := r.readRuns(ctx, d.ID)
	if err != nil {
		return 0, err
	}
	have, counts := r.heldOf(d.ID), countedBy(d.Cuts, runs)
	var numbers ranges
	var out, back, fresh []Received
	seen, before := map[journal.Mark]bool{}, map[[16]byte]bool{} // before: what did not count already, and is not applied
	handed := map[[16]byte]bool{}
	same := false // nothing has changed but what others wrote: what counts by the cuts has been handed on
	if was := r.beyond[d.ID]; was != nil {
		if same = was.by == r.judgedBy(d); same {
			handed = was.needed
		}
		for _, f := range was.entries {
			before[f.Entry.Salt] = true
		}
	}
	for _, run := range runs {
		_, shelved := r.shelf[run.ref]
		for i, e := range run.entries {
			m := run.mark(i)
			if seen[m] {
				continue
			}
			seen[m] = true
			switch {
			case counts(m):
				numbers = numbers.add(m.Number, m.Number)
				if !same && (shelved || !have.numbers.has(m.Number, m.Number)) {
					fresh = append(fresh, Received{Device: d.ID, Entry: e})
				}
			default:
				out = append(out, Received{Device: d.ID, Entry: e})
				if have.numbers.has(m.Number, m.Number) && !before[e.Salt] { // perhaps only as the other branch: then there is nothing to take back
					back = append(back, Received{Device: d.ID, Entry: e})
				}
			}
		}
	}
	out, _ = r.unwrapAll(out)
	at := r.tally.received
	needed, err := r.needed(ctx, out)
	if err != nil {
		return 0, err
	}
	is := func(f Received) bool { return needed[f.Entry.Salt] }
	for _, f := range out {
		if is(f) {
			numbers = numbers.add(f.Entry.Number, f.Entry.Number)
			if !handed[f.Entry.Salt] {
				fresh = append(fresh, f)
			}
		}
	}
	out, back = slices.DeleteFunc(out, is), slices.DeleteFunc(back, is)
	if back, _ = r.unwrapAll(back); len(back) > 0 && r.cfg.Retract != nil {
		if err := r.cfg.Retract(ctx, back); err != nil {
			return 0, fmt.Errorf("take back: %w", err)
		}
	}
	refused, err := r.hand(ctx, fresh)
	if err != nil {
		return 0, err
	}
	r.settleCut(d, runs, numbers, counts, needed)
	r.refuse(refused)
	r.noteBeyond(d, uncounted{at: at, entries: out, needed: needed})
	if len(fresh) > 0 {
		r.cfg.Notify(Event{Kind: EventApplied, Device: d.ID, Count: len(fresh)})
	}
	if len(back) > 0 {
		r.cfg.Notify(Event{Kind: EventRetracted, Device: d.ID, Count: len(back)})
	}
	return len(back), r.saveHeld()
}

// settleCut notes what counts now, and puts on the shelf what holds anything else.
func (r *Replica) settleCut(d roster.Device, runs []keptRun, numbers ranges, counts func(journal.Mark) bool, needed map[[16]byte]bool) {
	have := r.heldOf(d.ID)
	r.mu.Lock()
	defer r.mu.Unlock()
	have.numbers = numbers
	r.dirty[d.ID] = true
	for n := range have.refused {
		if !numbers.has(n, n) {
			delete(have.refused, n)
		}
	}
	for _, run := range runs {
		whole := true
		for i, e := range run.entries {
			m := run.mark(i)
			if !counts(m) && !needed[e.Salt] {
				whole = false
			} else if m.Number == numbers.max() {
				have.link(m.Number, m.Hash)
			}
		}
		if whole {
			delete(r.shelf, run.ref)
		} else {
			r.shelf[run.ref] = BeyondCut
		}
	}
	r.shelfDirty = true
}

// hand gives entries to the application and says which it refused.
func (r *Replica) hand(ctx context.Context, fresh []Received) (Refusals, error) {
	handed, refused := r.unwrapAll(fresh)
	if len(handed) == 0 {
		return refused, nil
	}
	said, err := asRefusals(r.cfg.Apply(ctx, handed))
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.tally.received += len(fresh)
	r.tally.progress++
	r.mu.Unlock()
	return append(refused, said...), nil
}

// needed asks which entries that do not count something depends on that does; by their salts, which tell the branches of a fork apart.
func (r *Replica) needed(ctx context.Context, out []Received) (map[[16]byte]bool, error) {
	salts := map[[16]byte]bool{}
	if r.cfg.Needed == nil || len(out) == 0 {
		return salts, nil
	}
	list, err := r.cfg.Needed(ctx, out)
	if err != nil {
		return nil, fmt.Errorf("ask what is needed: %w", err)
	}
	for _, f := range list {
		salts[f.Entry.Salt] = true
	}
	return salts, nil
}

// readRuns opens everything that is kept of a device, but what no key is here for.
func (r *Replica) readRuns(ctx context.Context, device journal.DeviceID) ([]keptRun, error) {
	var runs []keptRun
	for _, ref := range r.kept[device] {
		h, entries, chain, err := r.readRun(ctx, ref)
		if err != nil {
			return nil, err
		}
		if chain != nil {
			runs = append(runs, keptRun{ref, h, entries, chain})
		}
	}
	return runs, nil
}

// beforeEach is the entry before each, by the chain.
func beforeEach(runs []keptRun) map[journal.Mark]journal.Mark {
	before := map[journal.Mark]journal.Mark{}
	for _, run := range runs {
		prev := journal.Mark{Number: run.header.First - 1, Hash: run.header.Prev}
		for i := range run.chain {
			before[run.mark(i)] = prev
			prev = run.mark(i)
		}
	}
	return before
}

// countedBy says which entries the cuts name: each cut and all that its hash commits to. Where what links an entry to its cut is not here, the
// entry counts for the time being: an honest one must not wait for a gap that may never close.
func countedBy(cuts []journal.Mark, runs []keptRun) func(journal.Mark) bool {
	before := beforeEach(runs)
	named := map[journal.Mark]bool{}
	open := uint64(0) // up to here nothing says what the cuts commit to
	for _, m := range cuts {
		for !named[m] && m.Number > 0 {
			named[m] = true
			prev, known := before[m]
			if !known {
				open = max(open, m.Number-1)
				break
			}
			m = prev
		}
	}
	return func(m journal.Mark) bool { return m.Number <= open || named[m] }
}
