package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// An own segment is sealed when it is about to be sent, and kept only once a relay has taken it: so what lies here unsent is always
// sealed for those who belong to the team at the time of sending.

const (
	pendingMost = 8    // segments sealed ahead
	readMost    = 4096 // entries read at once
	readAhead   = 64   // kept segments in memory at once
)

type sealed struct {
	header  journal.Header
	blob    relay.Blob
	entries int
}

// seal packs what no relay has. It is called under work.
func (r *Replica) seal(ctx context.Context) error {
	pending := r.pending
	defer func() {
		r.mu.Lock()
		r.pending = pending
		r.mu.Unlock()
	}()
	unsent := r.heldOf(r.me).numbers.gaps(r.cfg.Outbox.Last())
	if r.halted != nil || len(unsent) == 0 || !r.cfg.Roster.State().Present(r.me) {
		pending = nil
		return nil
	}
	k, ok, err := r.writeKey(ctx)
	if err != nil || !ok {
		pending = nil
		return err
	}
	next, last := unsent[0].First, unsent[0].Last
	if len(pending) > 0 && (pending[0].header.First != next || pending[len(pending)-1].header.Last > last || !r.cfg.Roster.Safe(pending[0].header.Epoch)) {
		pending = nil
	}
	if len(pending) > 0 {
		next = pending[len(pending)-1].header.Last + 1
	}
	prev, ok, err := r.ownHash(next - 1)
	if err != nil || !ok {
		return err
	}
	for next <= last && len(pending) < pendingMost {
		entries, err := r.cfg.Outbox.Entries(next, readMost)
		if err != nil {
			return fmt.Errorf("read own entry %d: %w", next, err)
		}
		if len(entries) == 0 {
			break
		}
		entries = entries[:min(uint64(journal.Fit(entries)), last-next+1)]
		b, err := journal.Seal(r.cfg.Identity, k, r.team, prev, entries)
		if err != nil {
			return err
		}
		h, err := journal.ParseHeader(b)
		if err != nil {
			return err
		}
		pending = append(pending, sealed{header: h, entries: len(entries), blob: r.blobOf(h, b)})
		next, prev = h.Last+1, h.Tip
	}
	return nil
}

// writeKey is the key to seal under now. If somebody was removed, and nobody has issued an epoch without them since, it issues one.
// There is none for who has not been let in yet. It is called under work.
func (r *Replica) writeKey(ctx context.Context) (journal.EpochKey, bool, error) {
	k, ok := r.cfg.Roster.WriteKey(r.cfg.Identity)
	if ok || len(r.keyring()) == 0 {
		return k, ok, nil
	}
	if err := r.cfg.Roster.NewEpoch(r.cfg.Rand, r.cfg.Identity, r.cfg.Now()); err != nil {
		return k, false, err
	}
	if err := r.saveRoster(ctx); err != nil {
		return k, false, err
	}
	r.noteRoster()
	k, ok = r.cfg.Roster.WriteKey(r.cfg.Identity)
	return k, ok, nil
}

func (r *Replica) blobOf(h journal.Header, b []byte) relay.Blob {
	return relay.Blob{Kind: relay.Segment, Team: r.team, Author: h.Device, First: h.First, Last: h.Last, Bytes: b}
}

// taken notes that a relay has taken a sealed segment.
func (r *Replica) taken(ctx context.Context, l *link, s sealed) error {
	l.moved.Add(1)
	l.inside.Add(1)
	defer l.inside.Add(-1)
	r.work.Lock()
	defer r.work.Unlock()
	have := r.heldOf(r.me)
	h := s.header
	r.mu.Lock()
	l.holds[r.me] = l.holds[r.me].add(h.First, h.Last)
	r.mu.Unlock()
	if have.numbers.has(h.First, h.Last) {
		return nil // another relay was faster
	}
	if err := r.keep(ctx, h, s.blob, have, false); err != nil {
		return &localError{err}
	}
	r.mu.Lock()
	have.numbers = have.numbers.add(h.First, h.Last)
	have.link(h.First-1, h.Prev)
	have.link(h.Last, h.Tip)
	r.pending = slices.DeleteFunc(r.pending, func(p sealed) bool { return have.numbers.has(p.header.First, p.header.Last) })
	r.tally.sent += s.entries
	r.tally.progress++
	r.mu.Unlock()
	r.dirty[r.me] = true
	if err := errors.Join(r.saveHeld(), r.sentNow(h.Last)); err != nil {
		return &localError{err}
	}
	r.cfg.Notify(Event{Kind: EventSent, Relay: l.name, Device: r.me, Count: s.entries})
	return nil
}

// push puts on a relay all that it lacks. Others' segments are put only after they have been lacking for a while, unless now is set:
// usually their author is just about to put them there.
func (r *Replica) push(ctx context.Context, l *link, now bool) error {
	if err := r.pushMail(ctx, l); err != nil {
		return err
	}
	if _, known := r.cfg.Roster.State().Device(r.me); !known {
		return nil
	}
	for {
		l.inside.Add(1)
		r.work.Lock()
		err := r.seal(ctx)
		lacking := r.lackingRoster(l)
		pending := slices.Clone(r.pending)
		r.work.Unlock()
		l.inside.Add(-1)
		if err != nil {
			return &localError{err}
		}
		if err := r.pushRoster(ctx, l, lacking); err != nil {
			return err
		}
		if len(pending) == 0 {
			break
		}
		if err := r.putPending(ctx, l, pending); err != nil && !errors.Is(err, errUnsafe) {
			return err
		}
	}
	if err := r.pushKept(ctx, l, now); err != nil {
		return err
	}
	if err := r.tidy(ctx, l); err != nil {
		return err
	}
	if err := r.pushSeen(ctx, l, now); err != nil {
		return err
	}
	r.work.Lock()
	defer r.work.Unlock()
	if err := r.saveLink(l); err != nil {
		return &localError{err}
	}
	return nil
}

// errUnsafe: what was sealed must not be sent any more, because somebody who can open it has been removed meanwhile.
var errUnsafe = errors.New("sealed for somebody who has been removed")

// putPending sends what was sealed, as long as it is sealed for nobody who is known to be gone. What is left is sealed anew.
func (r *Replica) putPending(ctx context.Context, l *link, pending []sealed) error {
	safe := func(i int) error {
		if i < len(pending) && !r.cfg.Roster.Safe(pending[i].header.Epoch) {
			return errUnsafe
		}
		return nil
	}
	if err := safe(0); err != nil {
		return err
	}
	blobs := make([]relay.Blob, len(pending))
	for i, s := range pending {
		blobs[i] = s.blob
	}
	return relay.PutSegments(ctx, l.relay, blobs, func(i int) error {
		if err := r.taken(ctx, l, pending[i]); err != nil {
			return err
		}
		return safe(i + 1)
	})
}

func (r *Replica) pushMail(ctx context.Context, l *link) error {
	r.mu.Lock()
	mail := r.join
	r.mu.Unlock()
	if mail.Bytes == nil {
		return nil
	}
	return l.relay.Put(ctx, mail)
}

// lackingRoster is called under work. Entries of other teams' making cannot be among them.
func (r *Replica) lackingRoster(l *link) []relay.Blob {
	for _, raw := range r.cfg.Roster.Since(len(r.rosterIDs)) {
		r.rosterIDs = append(r.rosterIDs, relay.RefOf(relay.Blob{Kind: relay.Roster, Bytes: raw}).Hash)
	}
	all := r.cfg.Roster.Since(0)
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []relay.Blob
	for i, raw := range all {
		if i < len(r.rosterIDs) && !l.roster[r.rosterIDs[i]] {
			out = append(out, relay.Blob{Kind: relay.Roster, Team: r.team, Bytes: raw})
		}
	}
	return out
}

func (r *Replica) pushRoster(ctx context.Context, l *link, lacking []relay.Blob) error {
	for _, b := range lacking {
		if err := l.relay.Put(ctx, b); err != nil {
			return err
		}
		l.moved.Add(1)
		r.mu.Lock()
		l.roster[relay.RefOf(b).Hash] = true
		r.tally.progress++
		r.mu.Unlock()
	}
	return nil
}

// pushKept puts segments that are kept here and lacking there: own ones that went to another relay first, and others'.
func (r *Replica) pushKept(ctx context.Context, l *link, now bool) error {
	s := r.cfg.Roster.State()
	if !s.Present(r.me) {
		return nil
	}
	var refs []relay.Ref
	var blobs []relay.Blob
	size := 0
	put := func() error {
		err := relay.PutSegments(ctx, l.relay, blobs, func(i int) error { r.carried(l, refs[i]); return nil })
		refs, blobs, size = nil, nil, 0
		return err
	}
	for _, ref := range r.lackingKept(l, now) {
		if _, known := s.Author(ref.Author); !known {
			continue
		}
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) || err == nil && b.Damaged {
			continue // a merge replaced it just now, or the own disk is at fault
		}
		if err != nil {
			return &localError{fmt.Errorf("read kept segment: %w", err)}
		}
		refs, blobs, size = append(refs, ref), append(blobs, b), size+len(b.Bytes)
		if len(refs) == readAhead || size >= relay.MaxBlob {
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

// carried notes that a relay has taken a kept segment.
func (r *Replica) carried(l *link, ref relay.Ref) {
	l.moved.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	d := journal.DeviceID(ref.Author)
	l.holds[d] = l.holds[d].add(ref.First, ref.Last)
	delete(l.lacking, ref)
	if h := r.held[d]; h != nil && h.forked {
		l.forks[ref] = true
	}
	r.healed(l, "segment", d, ref.First, ref.Last)
	if d != r.me {
		r.tally.carried++
		r.tally.progress++
	}
}

func (r *Replica) lackingKept(l *link, now bool) []relay.Ref {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []relay.Ref
	for d, refs := range r.kept {
		for _, ref := range refs {
			lacks := !l.holds[d].has(ref.First, ref.Last)
			if h := r.held[d]; h != nil && h.forked {
				lacks = !l.forks[ref] // the numbers alone do not say which branch is there
			}
			if lacks && (d == r.me || now || r.longEnough(l, ref)) {
				out = append(out, ref)
			}
		}
	}
	slices.SortFunc(out, func(a, b relay.Ref) int { return slices.Compare(a.Hash[:], b.Hash[:]) })
	return out
}

// longEnough reports whether a relay has lacked something of another's for longer than Carry. It is called under mu.
func (r *Replica) longEnough(l *link, ref relay.Ref) bool {
	now := r.cfg.Now().UnixMilli()
	since, ok := l.lacking[ref]
	if !ok {
		l.lacking[ref] = now
		return false
	}
	return now-since >= r.cfg.Carry.Milliseconds()
}

func (r *Replica) pushSeen(ctx context.Context, l *link, now bool) error {
	if !r.cfg.Roster.State().Present(r.me) {
		return nil
	}
	r.work.Lock()
	own := r.saidBlob
	r.mu.Lock()
	var others []relay.Ref
	for d, told := range r.seen {
		if told.Counter > l.seen[d] && (now || r.longEnough(l, told.ref)) {
			others = append(others, told.ref)
		}
	}
	ownLacks := own.Bytes != nil && own.Counter > l.seen[r.me]
	r.mu.Unlock()
	r.work.Unlock()
	put := func(b relay.Blob) error {
		if err := l.relay.Put(ctx, b); err != nil {
			return err
		}
		l.moved.Add(1)
		r.mu.Lock()
		l.seen[b.Author] = max(l.seen[b.Author], b.Counter)
		r.mu.Unlock()
		return nil
	}
	if ownLacks {
		if err := put(own); err != nil {
			return err
		}
	}
	for _, ref := range others {
		b, err := r.cfg.Keep.Fetch(ctx, ref)
		if err != nil || b.Damaged {
			continue // a newer one has come meanwhile
		}
		if err := put(b); err != nil {
			return err
		}
	}
	return nil
}
