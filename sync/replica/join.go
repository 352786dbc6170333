package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Join asks to be let in: the mail goes to the invite's mailbox on every relay, now and whenever one is added, until the roster knows
// this device. The name may be empty; members can read it, relays cannot.
func (r *Replica) Join(ctx context.Context, inv roster.Invite, person roster.PersonID, name string) error {
	if inv.Team != r.team {
		return fmt.Errorf("join: %w", roster.ErrOtherTeam)
	}
	mail, err := inv.Request(r.cfg.Identity, person, name)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	b, err := r.mailBlob(mail)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	r.work.Lock()
	defer r.work.Unlock()
	if err := r.save(keyJoin, mail); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	r.mu.Lock()
	r.join = b
	r.mu.Unlock()
	r.Nudge()
	return nil
}

func (r *Replica) mailBlob(mail []byte) (relay.Blob, error) {
	q, err := roster.ParseRequest(mail)
	if err != nil {
		return relay.Blob{}, fmt.Errorf("own join request: %w", err)
	}
	return relay.Blob{Kind: relay.Mail, Team: r.team, Author: r.me, Mailbox: q.Invite, Bytes: mail}, nil
}

// settle does what the roster calls for, until nothing is left: it lets newcomers in, shares keys that somebody lacks, takes in what
// waited for the roster to grow, and keeps what it wrote. It is called under work.
func (r *Replica) settle(ctx context.Context) error {
	for {
		if err := r.admit(); err != nil {
			return err
		}
		if r.known != r.cfg.Roster.Len() && len(r.keyring()) > 0 {
			if err := r.cfg.Roster.ShareKeys(r.cfg.Identity, r.cfg.Now()); err != nil {
				return err
			}
		}
		if err := r.saveRoster(ctx); err != nil {
			return err
		}
		now := r.cfg.Roster.Len()
		if r.known == now {
			if err := r.retryShelf(ctx, false); err != nil {
				return err
			}
			if err := r.judgeRemoved(ctx); err != nil {
				return err
			}
			return r.merge(ctx)
		}
		r.noteRoster()
		if err := r.retryShelf(ctx, true); err != nil {
			return err
		}
		for _, b := range r.unreadSeen() {
			if err := r.hear(ctx, b, true); err != nil {
				return err
			}
		}
		r.known = now // only now: if the own disk refused some of it, all is tried again
	}
}

func (r *Replica) unreadSeen() []relay.Blob {
	var out []relay.Blob
	for _, b := range r.unread {
		out = append(out, b)
	}
	return out
}

// noteRoster looks at what the roster has become. It is called under work.
func (r *Replica) noteRoster() {
	s := r.cfg.Roster.State()
	r.mu.Lock()
	r.tally.progress++
	for _, l := range r.links {
		if l.crowded || slices.ContainsFunc(sortedIDs(l.unknown), func(id [16]byte) bool { return s.Knows(id) || r.cfg.Roster.Enrolled(id) }) {
			// Something of theirs passed by when nobody knew them. Everything is looked at again.
			l.cursor, l.unknown, l.crowded, l.restart = nil, map[[16]byte]bool{}, false, true
			r.unlistNow(l)
		}
	}
	_, here := s.Device(r.me)
	left := here && !s.Present(r.me)
	joined := here && !left && len(r.keyring()) > 0
	newly := joined && !r.joined
	r.joined = joined
	if here {
		r.join = relay.Blob{}
	}
	if here && !left && r.halted == ErrRemoved {
		r.halted = nil // the removal has been overruled
	}
	r.mu.Unlock()
	r.cfg.Notify(Event{Kind: EventRoster})
	if newly {
		r.cfg.Notify(Event{Kind: EventJoined, Device: r.me})
	}
	if left && r.halted == nil {
		r.mu.Lock()
		r.halted, r.pending = ErrRemoved, nil
		r.mu.Unlock()
		r.cfg.Notify(Event{Kind: EventHalted, Err: ErrRemoved})
	}
}

// admit lets in whoever asks and may come without asking an admin.
func (r *Replica) admit() error {
	s := r.cfg.Roster.State()
	if !s.Present(r.me) || len(r.keyring()) == 0 {
		return nil
	}
	for _, q := range r.allAsking() {
		invite, open := s.Invite(q.Invite)
		if _, known := s.Device(q.Device()); known || !open {
			continue
		}
		if invite.Own && !r.mine(invite.Person) {
			continue // a device of that person's will answer
		}
		if invite.Ask {
			r.announce(q)
			continue
		}
		err := r.cfg.Roster.Admit(r.cfg.Rand, r.cfg.Identity, r.cfg.Now(), q.Raw())
		switch {
		case err == nil:
			r.admitted(q.Person)
		case errors.Is(err, roster.ErrInviteClosed), errors.Is(err, roster.ErrInviteExpired), errors.Is(err, roster.ErrNotAdmin), errors.Is(err, roster.ErrNotOwn), errors.Is(err, roster.ErrUnknown):
			// Not let in. The newcomer sees in the roster why: it names the invite and when it ends.
		default:
			return err
		}
		s = r.cfg.Roster.State()
	}
	return nil
}

func (r *Replica) admitted(p roster.PersonID) {
	r.mu.Lock()
	r.tally.admitted = append(r.tally.admitted, p)
	r.tally.progress++
	r.mu.Unlock()
	r.cfg.Notify(Event{Kind: EventAdmitted, Person: p})
}

func (r *Replica) announce(q roster.Request) {
	if !r.announced[q.Device()] {
		r.announced[q.Device()] = true
		r.cfg.Notify(Event{Kind: EventAsks, Device: q.Device(), Person: q.Person})
	}
}

func (r *Replica) allAsking() []roster.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []roster.Request
	for _, q := range r.asking {
		out = append(out, q)
	}
	slices.SortFunc(out, func(a, b roster.Request) int {
		x, y := a.Device(), b.Device()
		return slices.Compare(x[:], y[:])
	})
	return out
}

// Requests lists newcomers who wait for an admin's leave: their invite asks for it, or was used by two at once. One for a further device
// of a person's is listed on that person's devices alone, and waits for them. To turn one down, Withdraw its invite.
func (r *Replica) Requests() []Request {
	var out []Request
	for _, q := range r.waiting() {
		name, err := r.cfg.Roster.NameOf(r.cfg.Identity, q)
		if err != nil {
			name = "" // no key for it: the device id must do
		}
		invite, _ := r.cfg.Roster.State().Invite(q.Invite)
		out = append(out, Request{Device: q.Device(), Person: q.Person, Invite: q.Invite, Name: name, Own: invite.Own})
	}
	return out
}

func (r *Replica) waiting() []roster.Request {
	s := r.cfg.Roster.State()
	var out []roster.Request
	for _, q := range r.allAsking() {
		invite, open := s.Invite(q.Invite)
		if _, known := s.Device(q.Device()); !known && open && invite.Ask && (!invite.Own || r.mine(invite.Person)) {
			out = append(out, q)
		}
	}
	for _, w := range s.Waiting {
		if q, err := roster.ParseRequest(w.Request); err == nil {
			out = append(out, q)
		}
	}
	return out
}

// mine reports whether this is the person of this device.
func (r *Replica) mine(p roster.PersonID) bool {
	d, ok := r.cfg.Roster.State().Device(r.me)
	return ok && d.Person == p
}

// Approve lets one of the Requests in. This device's person must be an admin, unless it is a device of their own.
func (r *Replica) Approve(ctx context.Context, device journal.DeviceID) error {
	r.work.Lock()
	defer r.work.Unlock()
	for _, q := range r.waiting() {
		if q.Device() != device {
			continue
		}
		if err := r.cfg.Roster.Admit(r.cfg.Rand, r.cfg.Identity, r.cfg.Now(), q.Raw()); err != nil {
			return fmt.Errorf("approve: %w", err)
		}
		r.admitted(q.Person)
		r.Nudge()
		return r.saveRoster(ctx)
	}
	return fmt.Errorf("approve %s: %w", device, roster.ErrUnknown)
}
