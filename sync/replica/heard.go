package replica

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// heard is what another device last said that it holds.
type heard struct {
	journal.Seen
	ref relay.Ref
	// genuine says that its mark for this device names an entry that this device wrote: otherwise it speaks of a clone's.
	genuine bool
	more    uint64 // of this device, that it claims to hold beyond what was written here; 0 if it does not
}

// readSeen takes in what others said before. It is called under work.
func (r *Replica) readSeen(ctx context.Context) error {
	var all []relay.Blob
	if err := r.eachKept(ctx, relay.Seen, func(b relay.Blob) { all = append(all, b) }); err != nil {
		return err
	}
	for _, b := range all {
		if b.Author == r.me {
			r.saidBlob = b
			if err := r.hearOwn(b); err != nil {
				return err
			}
			continue
		}
		if err := r.hear(ctx, b, false); err != nil {
			return err
		}
	}
	return nil
}

func (r *Replica) receiveSeen(ctx context.Context, l *link, b relay.Blob) error {
	h, err := journal.ParseSeenHeader(b.Bytes)
	if err != nil {
		r.problem(l, b, kindOf(err, Damaged), err)
		return nil
	}
	d, ok := r.cfg.Roster.State().Author(h.Device)
	switch {
	case h.Team != r.team:
		r.problem(l, b, Replayed, errors.New("it belongs to another team"))
		return nil
	case !ok && h.Device != b.Author:
		r.problem(l, b, Replayed, fmt.Errorf("it names device %s, which nobody knows", h.Device))
		return nil
	case !ok:
		r.stranger(l, h.Device)
		return nil
	case d.Kit:
		r.problem(l, b, Forged, errKitWrites)
		return nil
	}
	if _, err := journal.OpenSeen(b.Bytes, d.Public, nil); !errors.Is(err, journal.ErrNoKey) {
		kind := kindOf(err, Forged)
		if b.Damaged {
			kind = Damaged
		}
		r.problem(l, b, kind, err)
		return nil
	}
	if h.Device != b.Author || h.Counter != b.Counter {
		r.problem(l, b, Replayed, fmt.Errorf("it is number %d of %s", h.Counter, h.Device))
		return nil
	}
	b.Damaged = false
	r.mu.Lock()
	l.seen[h.Device] = max(l.seen[h.Device], h.Counter)
	r.healed(l, "seen", h.Device, 0, 0)
	r.mu.Unlock()
	if h.Device == r.me {
		return r.hearOwn(b)
	}
	if h.Counter <= r.seen[h.Device].Counter || h.Counter <= r.unread[h.Device].Counter {
		return nil
	}
	if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep seen: %w", err)
	}
	return r.hear(ctx, b, true)
}

// hearOwn meets what this device said and has forgotten, or what a clone of it said: only a greater counter will be heard after that.
func (r *Replica) hearOwn(b relay.Blob) error {
	h, err := journal.ParseSeenHeader(b.Bytes)
	if err != nil || h.Counter < r.said.Counter || h.Counter == r.said.Counter && bytes.Equal(b.Bytes, r.saidBlob.Bytes) {
		return nil
	}
	r.said = memSeen{Counter: h.Counter, At: r.said.At}
	return r.save(keySeen, r.said)
}

// hear opens a seen whose signature may be trusted, or lets it wait for its key. Now says that it has just come.
func (r *Replica) hear(ctx context.Context, b relay.Blob, now bool) error {
	d, ok := r.cfg.Roster.State().Device(b.Author)
	if !ok { // let in, and then not: it counts if that changes
		r.mu.Lock()
		defer r.mu.Unlock()
		r.unread[b.Author] = b
		return nil
	}
	if d.Kit {
		return nil
	}
	s, err := journal.OpenSeen(b.Bytes, d.Public, r.keyring())
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.unread, d.ID)
		if errors.Is(err, journal.ErrNoKey) {
			r.unread[d.ID] = b
		}
		return nil
	}
	m := s.Marks[r.me]
	told := heard{Seen: s, ref: relay.RefOf(b)}
	if m.Number > r.cfg.Outbox.Last() {
		told.more = m.Number
	}
	// That somebody says to hold more of this device than it has written stops nothing: it is their word alone. If it is true, they put what they hold
	// on every relay that lacks it, and that proves it (judgeOwn).
	if m.Number > 0 && m.Number <= r.cfg.Outbox.Last() {
		hash, ok, err := r.hashAt(ctx, r.me, m.Number)
		if err != nil {
			return err
		}
		told.genuine = ok && hash == m.Hash
	}
	if now {
		if err := r.heardNow(s, told.genuine); err != nil {
			return err
		}
	}
	r.mu.Lock()
	r.seen[d.ID] = told
	delete(r.unread, d.ID)
	r.mu.Unlock()
	r.cfg.Notify(Event{Kind: EventSeen, Device: d.ID})
	return nil
}

// say writes the own seen, if there is something new to say, and, unless it must be now, if it is not too soon. It is called under work.
func (r *Replica) say(ctx context.Context, must bool) error {
	if r.halted != nil || !r.cfg.Roster.State().Present(r.me) {
		return nil
	}
	now := r.cfg.Now()
	if since := now.Sub(time.UnixMilli(r.said.At)); !must && since >= 0 && since < r.cfg.SeenEvery {
		return nil
	}
	s := journal.Seen{At: now, Marks: map[journal.DeviceID]journal.Mark{}, Exceptions: map[journal.DeviceID][]journal.Range{}}
	for d, h := range r.held {
		m := h.mark()
		if m.Number == 0 {
			continue
		}
		numbers := h.numbers
		if h.forked { // the other branch has the same numbers
			var err error
			if numbers, err = r.branch(ctx, d, m); err != nil {
				return err
			}
		}
		s.Marks[d] = m
		if gaps := numbers.gaps(m.Number).union(h.refusedRanges()); len(gaps) > 0 {
			s.Exceptions[d] = gaps
		}
	}
	words := sha256.Sum256(fmt.Append(nil, s.Marks, s.Exceptions)) // maps print in the order of their keys
	if words == r.said.Words || len(s.Marks) == 0 {
		return nil
	}
	k, ok, err := r.writeKey(ctx)
	if err != nil || !ok {
		return err
	}
	next := memSeen{Counter: r.said.Counter + 1, At: now.UnixMilli(), Words: words}
	s.Counter = next.Counter
	raw, err := journal.SealSeen(r.cfg.Identity, k, r.team, s)
	if err != nil {
		return err
	}
	// Remembered first: a counter that was used once must not say two things.
	if err := r.save(keySeen, next); err != nil {
		return err
	}
	b := relay.Blob{Kind: relay.Seen, Team: r.team, Author: r.me, Counter: s.Counter, Bytes: raw}
	if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep seen: %w", err)
	}
	r.said, r.saidBlob = next, b
	return nil
}

// branch is what is applied here of a forked journal that a mark’s hash commits to.
func (r *Replica) branch(ctx context.Context, d journal.DeviceID, tip journal.Mark) (ranges, error) {
	runs, err := r.readRuns(ctx, d)
	if err != nil {
		return nil, err
	}
	before := beforeEach(slices.DeleteFunc(runs, func(k keptRun) bool { _, shelved := r.shelf[k.ref]; return shelved }))
	var numbers ranges
	for prev, known := before[tip]; known; prev, known = before[tip] {
		numbers = numbers.add(tip.Number, tip.Number)
		tip = prev
	}
	return numbers, nil
}

// Delivered says how many of the other present devices hold all of these own entries, by their own signed word. What was written last may build on what
// was written long before: a receipt for a document asks for every entry of it.
func (r *Replica) Delivered(numbers ...uint64) (have, of int) {
	s := r.cfg.Roster.State()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range s.Devices {
		if d.Removed || d.Kit || d.ID == r.me {
			continue
		}
		of++
		told, ok := r.seen[d.ID]
		if ok && told.genuine && !slices.ContainsFunc(numbers, func(n uint64) bool { return !told.Has(r.me, n) }) {
			have++
		}
	}
	return have, of
}

// Marks is the last entry of each device that is applied here, or sent, if it is this one: the cuts of a removal.
func (r *Replica) Marks() map[journal.DeviceID]journal.Mark {
	r.mu.Lock()
	defer r.mu.Unlock()
	marks := map[journal.DeviceID]journal.Mark{}
	for d, h := range r.held {
		if m := h.mark(); m.Number > 0 {
			marks[d] = m
		}
	}
	return marks
}
