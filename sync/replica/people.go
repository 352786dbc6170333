package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"longhand/sync/journal"
	"longhand/sync/roster"
)

// What a person decides about people and devices. Each is one signed step, which is kept here before the call returns and sent as soon as a
// relay can be reached. All may be called while Run runs.

// ErrUnsent: something that was written here has reached no relay. Whoever leaves now takes it along.
var ErrUnsent = errors.New("something written here has not been sent")

// ErrUnkept: what was decided holds here, and the own store did not take it. It is tried again with every Sync; after a restart before that it is
// forgotten.
var ErrUnkept = errors.New("decided, and not kept yet")

// deed writes to the roster under work, keeps what was written, and lets it take effect here.
func (r *Replica) deed(ctx context.Context, what string, write func() error) error {
	r.work.Lock()
	defer r.work.Unlock()
	if err := write(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := r.saveRoster(ctx); err != nil {
		return fmt.Errorf("%s: %w: %w", what, ErrUnkept, err)
	}
	r.Nudge()
	return r.settle(ctx)
}

// InviteDevice makes an invitation for a further device of this person's. Any of their devices that comes by lets it in, or, with ask, lists it
// under Requests.
func (r *Replica) InviteDevice(ctx context.Context, relays []string, valid time.Duration, ask bool) (roster.Invite, error) {
	d, ok := r.cfg.Roster.State().Device(r.me)
	if !ok {
		return roster.Invite{}, fmt.Errorf("invite a device: %w", roster.ErrNotMember)
	}
	inv, err := roster.NewDeviceInvite(r.cfg.Rand, r.team, d.Person, relays)
	if err != nil {
		return inv, err
	}
	now := r.cfg.Now()
	return inv, r.deed(ctx, "invite a device", func() error {
		return r.cfg.Roster.Invite(r.cfg.Identity, now, inv, roster.Terms{Role: roster.RoleMember, Expires: now.Add(valid), Ask: ask})
	})
}

// Withdraw closes an invitation that nobody has used, and so turns down whoever asks by it.
func (r *Replica) Withdraw(ctx context.Context, invite roster.InviteID) error {
	return r.deed(ctx, "withdraw an invitation", func() error {
		return r.cfg.Roster.Withdraw(r.cfg.Identity, r.cfg.Now(), invite)
	})
}

// Remove lets people, or single devices, go. What of theirs is held here counts, and nothing after it. An admin may remove anybody but the last
// admin; everybody their own devices.
func (r *Replica) Remove(ctx context.Context, devices []journal.DeviceID, people []roster.PersonID) error {
	return r.deed(ctx, "remove", func() error {
		cuts, err := r.cuts(ctx, func(d roster.Device) bool {
			return slices.Contains(devices, d.ID) || slices.Contains(people, d.Person)
		})
		if err != nil {
			return err
		}
		return r.cfg.Roster.Remove(r.cfg.Rand, r.cfg.Identity, r.cfg.Now(), roster.Removal{Devices: devices, Persons: people, Cuts: cuts})
	})
}

// Leave takes this person, with all devices, out of the team. It refuses with ErrUnsent while an entry of this device has reached no relay.
// Sync once more after it, so that the others hear of it.
func (r *Replica) Leave(ctx context.Context) error {
	return r.deed(ctx, "leave", func() error {
		me, ok := r.cfg.Roster.State().Device(r.me)
		if !ok {
			return roster.ErrNotMember
		}
		if r.halted == nil && len(r.heldOf(r.me).numbers.gaps(r.cfg.Outbox.Last())) > 0 {
			return ErrUnsent
		}
		cuts, err := r.cuts(ctx, func(d roster.Device) bool { return d.Person == me.Person })
		if err != nil {
			return err
		}
		return r.cfg.Roster.Remove(r.cfg.Rand, r.cfg.Identity, r.cfg.Now(), roster.Removal{Persons: []roster.PersonID{me.Person}, Cuts: cuts})
	})
}

// Accept lets everything count that is kept here of a removed device. This device's person must be an admin.
func (r *Replica) Accept(ctx context.Context, device journal.DeviceID) error {
	return r.deed(ctx, "accept", func() error {
		tips, err := r.tips(ctx, device)
		if err != nil {
			return err
		}
		if len(tips) == 0 {
			return roster.ErrUnknown
		}
		return r.cfg.Roster.Accept(r.cfg.Identity, r.cfg.Now(), map[journal.DeviceID][]journal.Mark{device: tips})
	})
}

// SetRole makes a person an admin or an ordinary member.
func (r *Replica) SetRole(ctx context.Context, person roster.PersonID, role roster.Role) error {
	return r.deed(ctx, "set role", func() error {
		return r.cfg.Roster.SetRole(r.cfg.Identity, r.cfg.Now(), person, role)
	})
}

// CreateKit makes a recovery kit for this person. It counts from the moment that a relay has been told. An older kit goes by Remove, with its device.
func (r *Replica) CreateKit(ctx context.Context, relays []string) (roster.Kit, error) {
	kit, err := roster.NewKit(r.cfg.Rand, r.team, relays)
	if err != nil {
		return kit, err
	}
	id, err := kit.Identity()
	if err != nil {
		return kit, err
	}
	return kit, r.deed(ctx, "create a recovery kit", func() error { return r.enrol(r.cfg.Rand, id, true) })
}

func (r *Replica) enrol(rand io.Reader, id *journal.Identity, kit bool) error {
	return r.cfg.Roster.Enrol(rand, r.cfg.Identity, r.cfg.Now(), roster.Enrolment{
		Public: id.Public(), Kit: kit, Proof: roster.ProveEnrolment(id, r.team, r.me)})
}

// Words are the twelve safety words that this device and another have in common.
func (r *Replica) Words(other journal.DeviceID) ([12]string, error) {
	d, ok := r.cfg.Roster.State().Device(other)
	if !ok {
		return [12]string{}, fmt.Errorf("safety words with %s: %w", other, roster.ErrUnknown)
	}
	return roster.Words(r.team, r.cfg.Identity.Public(), d.Public)
}

// cuts is what is held here of some devices. It is called under work.
func (r *Replica) cuts(ctx context.Context, of func(roster.Device) bool) (map[journal.DeviceID][]journal.Mark, error) {
	// What is kept and has yet to be taken in anew is held too: a cut that left it out would let it go.
	if err := r.retryShelf(ctx, false); err != nil {
		return nil, err
	}
	cuts := map[journal.DeviceID][]journal.Mark{}
	for _, d := range r.cfg.Roster.State().Devices {
		if !of(d) || d.Kit {
			continue
		}
		if h := r.held[d.ID]; h != nil && !h.forked {
			if m := h.mark(); m.Number > 0 {
				cuts[d.ID] = []journal.Mark{m}
			}
			continue
		}
		tips, err := r.tips(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if len(tips) > 0 {
			cuts[d.ID] = tips
		}
	}
	return cuts, nil
}

// tips is the last entry of each branch that is kept of a device's journal. It is called under work.
func (r *Replica) tips(ctx context.Context, device journal.DeviceID) ([]journal.Mark, error) {
	ends, passed := map[journal.Mark]bool{}, map[journal.Mark]bool{}
	for _, ref := range r.kept[device] {
		h, _, chain, err := r.readRun(ctx, ref)
		if err != nil {
			return nil, err
		}
		if chain == nil {
			continue
		}
		passed[journal.Mark{Number: h.First - 1, Hash: h.Prev}] = true
		for i, hash := range chain[:len(chain)-1] {
			passed[journal.Mark{Number: h.First + uint64(i), Hash: hash}] = true
		}
		ends[journal.Mark{Number: h.Last, Hash: h.Tip}] = true
	}
	var out []journal.Mark
	for m := range ends {
		if !passed[m] {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, compareMarks)
	return out, nil
}
