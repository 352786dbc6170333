package replica

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Receiving never fails because of what a blob is: that becomes a Problem or is set aside. The errors here are of the own store.

// localError is a failure of Keep, State, Outbox or Apply: not of the relay.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// receive takes in one blob. It is called under work.
func (r *Replica) receive(ctx context.Context, l *link, b relay.Blob) error {
	var err error
	switch b.Kind {
	case relay.Segment:
		err = r.receiveSegment(ctx, l, b)
	case relay.Roster:
		err = r.receiveRoster(ctx, l, b)
	case relay.Seen:
		err = r.receiveSeen(ctx, l, b)
	case relay.Mail:
		err = r.receiveMail(ctx, l, b)
	}
	if err != nil && ctx.Err() == nil {
		return &localError{err}
	}
	return err
}

// errKitWrites: a recovery kit can enrol a device, and nothing else.
var errKitWrites = errors.New("a recovery kit writes nothing")

func (r *Replica) receiveSegment(ctx context.Context, l *link, b relay.Blob) error {
	h, err := journal.ParseHeader(b.Bytes)
	if err != nil {
		r.problem(l, b, kindOf(err, Damaged), err)
		return nil
	}
	if h.Team != r.team {
		r.problem(l, b, Replayed, errors.New("it belongs to another team"))
		return nil
	}
	d, ok := r.cfg.Roster.State().Author(h.Device)
	if !ok && h.Device != b.Author {
		r.problem(l, b, Replayed, fmt.Errorf("it names device %s, which nobody knows", h.Device))
		return nil
	}
	if !ok {
		r.stranger(l, h.Device)
		return nil
	}
	if d.Kit {
		r.problem(l, b, Forged, errKitWrites)
		return nil
	}
	if _, err := journal.Verify(b.Bytes, d.Public); err != nil {
		kind := Forged
		if b.Damaged {
			kind = Damaged
		}
		r.problem(l, b, kind, err)
		return nil
	}
	if h.Device != b.Author || h.First != b.First || h.Last != b.Last {
		r.problem(l, b, Replayed, fmt.Errorf("it is the run %d-%d of %s", h.First, h.Last, h.Device))
		return nil
	}
	b.Damaged = false
	r.mu.Lock()
	l.holds[h.Device] = l.holds[h.Device].add(h.First, h.Last)
	r.healed(l, "segment", h.Device, h.First, h.Last)
	r.mu.Unlock()
	return r.takeIn(ctx, l.name, h, d, b)
}

func (r *Replica) receiveRoster(ctx context.Context, l *link, b relay.Blob) error {
	before := r.cfg.Roster.Len()
	var crowded *roster.CrowdedError
	if err := r.cfg.Roster.Add(b.Bytes); errors.As(err, &crowded) {
		r.problem(l, b, Missing, err)
		r.mu.Lock()
		l.crowded = true
		r.mu.Unlock()
		return nil
	} else if err != nil {
		kind := kindOf(err, Forged)
		if b.Damaged {
			kind = Damaged
		}
		r.problem(l, b, kind, err)
		return nil
	}
	b.Damaged = false
	if signer, enrolled, waits := r.cfg.Roster.Waiting(b.Bytes); waits && !enrolled {
		r.stranger(l, signer) // what everybody can write is not kept on the disk; it comes again once the signer is known
	} else if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep roster entry: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	l.roster[relay.RefOf(b).Hash] = true
	if r.cfg.Roster.Complete() {
		r.healed(l, "roster entry", journal.DeviceID{}, 0, 0)
	}
	if r.cfg.Roster.Len() > before {
		r.tally.progress++
	}
	return nil
}

// mostAsking is how many devices may ask by one invitation: who holds it can draw as many as they like. A relay server has the same limit.
const mostAsking = 32

func (r *Replica) asked(invite roster.InviteID) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.asking {
		if q.Invite == invite {
			n++
		}
	}
	return n
}

func (r *Replica) receiveMail(ctx context.Context, l *link, b relay.Blob) error {
	r.mu.Lock()
	q, checked := r.asking[journal.DeviceID(b.Author)]
	r.mu.Unlock()
	var err error
	if !checked || !bytes.Equal(q.Raw(), b.Bytes) {
		q, err = roster.ParseRequest(b.Bytes)
	}
	if err != nil {
		kind := kindOf(err, Forged)
		if b.Damaged {
			kind = Damaged
		}
		r.problem(l, b, kind, err)
		return nil
	}
	b.Damaged = false
	switch s := r.cfg.Roster.State(); {
	case q.Team != r.team || q.Invite != b.Mailbox || q.Device() != b.Author:
		r.problem(l, b, Replayed, errors.New("it was posted to another mailbox"))
		return nil
	default:
		r.mu.Lock()
		r.healed(l, "mail", q.Device(), 0, 0) // whatever becomes of it
		r.mu.Unlock()
		if q.Device() == r.me {
			return nil
		}
		if _, ok := s.Device(q.Device()); ok {
			return nil // admitted, or gone again
		}
		if _, ok := s.Invite(roster.InviteID(b.Mailbox)); !ok {
			if !slices.Contains(s.Closed, b.Mailbox) {
				r.stranger(l, b.Mailbox)
			}
			return nil
		}
	}
	if !checked && r.asked(q.Invite) >= mostAsking {
		r.problem(l, b, Replayed, fmt.Errorf("more than %d devices ask by one invitation", mostAsking))
		return nil
	}
	if err := r.cfg.Keep.Put(ctx, b); err != nil {
		return fmt.Errorf("keep mail: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking[q.Device()] = q
	return nil
}

// stranger remembers that something of an unknown device, or for an unknown invite, passed by.
func (r *Replica) stranger(l *link, id [16]byte) {
	const enough = 4096 // more than that is somebody's joke
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(l.unknown) < enough {
		l.unknown[id] = true
	} else {
		l.crowded = true
	}
}

func (r *Replica) heldOf(d journal.DeviceID) *held {
	h := r.held[d]
	if h == nil {
		h = newHeld()
		r.mu.Lock()
		r.held[d] = h
		r.mu.Unlock()
	}
	return h
}

// keyring is every key that this device can open now.
func (r *Replica) keyring() journal.Keyring {
	if n := r.cfg.Roster.Len(); r.keys == nil || r.keysAt != n {
		r.keys, r.keysAt = r.cfg.Roster.Keys(r.cfg.Identity), n
	}
	return r.keys
}

func kindOf(err error, other ProblemKind) ProblemKind {
	var unknown *journal.UnknownVersionError
	switch {
	case errors.As(err, &unknown):
		return TooNew
	case errors.Is(err, journal.ErrDamaged), errors.Is(err, journal.ErrTooLarge):
		return Damaged
	case errors.Is(err, roster.ErrOtherTeam):
		return Replayed
	}
	return other
}
