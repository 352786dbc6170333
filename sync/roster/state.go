package roster

import (
	"slices"
	"time"

	"longhand/sync/journal"
)

// State is what the entries amount to. It is a snapshot: read it, do not change it.
type State struct {
	Team      journal.TeamID
	Members   []Member       // in order of enrolment, those removed too
	Devices   []Device       // likewise
	Invites   []OpenInvite   // neither used nor withdrawn; expired ones too, for expiry is judged by who admits
	Closed    []InviteID     // invites that were used or withdrawn
	Waiting   []Waiting      // newcomers who were let in but need an admin, because their invite was used twice or withdrawn
	Epochs    []Epoch        // oldest first
	Overruled []journal.Hash // entries that a concurrent removal set aside
	Undone    []Device       // let in by an entry that does not count after all: what they wrote counts only where others have built on it
}

// Member is a person.
type Member struct {
	Person  PersonID
	Role    Role
	Removed bool
	Devices []journal.DeviceID
}

// Device is one of a person's devices, or their recovery kit.
type Device struct {
	ID      journal.DeviceID
	Person  PersonID
	Public  journal.Public
	Kit     bool
	Removed bool
	Cut     journal.Mark   // the last entry that counts, if Removed; of several, the greatest
	Cuts    []journal.Mark // all of them, ascending: a forked journal has several tips
}

// OpenInvite is an invite that its holder can still use.
type OpenInvite struct {
	ID      InviteID
	Role    Role
	Expires time.Time
	Ask     bool // an admin has to agree; of an Own one, its person
	Own     bool // for a further device of the person who wrote it
	Person  PersonID
	By      journal.DeviceID
}

// Waiting is a newcomer whom an admin can still let in, by Roster.Admit with the Request.
type Waiting struct {
	Person  PersonID
	Device  journal.DeviceID
	Invite  InviteID
	Request []byte
}

// Epoch is one of the team's keys.
type Epoch struct {
	ID       journal.Hash
	Issuer   journal.DeviceID
	Audience []journal.DeviceID // everybody it was wrapped for by who knew it
	Safe     bool               // nobody of the audience is gone
}

// Device finds a device, whether present or removed.
func (s *State) Device(id journal.DeviceID) (Device, bool) {
	i := slices.IndexFunc(s.Devices, func(d Device) bool { return d.ID == id })
	if i < 0 {
		return Device{}, false
	}
	return s.Devices[i], true
}

// Author finds whoever may have written what is carried: a device, whether present or removed, or one whose admission came undone.
func (s *State) Author(id journal.DeviceID) (Device, bool) {
	if d, ok := s.Device(id); ok {
		return d, true
	}
	i := slices.IndexFunc(s.Undone, func(d Device) bool { return d.ID == id })
	if i < 0 {
		return Device{}, false
	}
	return s.Undone[i], true
}

// Member finds a person, whether present or removed.
func (s *State) Member(id PersonID) (Member, bool) {
	i := slices.IndexFunc(s.Members, func(m Member) bool { return m.Person == id })
	if i < 0 {
		return Member{}, false
	}
	return s.Members[i], true
}

// Present reports whether the device belongs to the team now.
func (s *State) Present(id journal.DeviceID) bool {
	d, ok := s.Device(id)
	return ok && !d.Removed
}

// Invite finds an open invite.
func (s *State) Invite(id InviteID) (OpenInvite, bool) {
	i := slices.IndexFunc(s.Invites, func(o OpenInvite) bool { return o.ID == id })
	if i < 0 {
		return OpenInvite{}, false
	}
	return s.Invites[i], true
}

// State resolves the entries. The same entries give the same state, whatever their order of arrival.
func (r *Roster) State() *State {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == nil {
		r.state = r.current().snapshot()
	}
	return r.state
}

func (v *view) snapshot() *State {
	s := &State{Team: v.team, Overruled: v.out, Undone: v.undone()}
	at := map[PersonID]int{}
	for _, d := range v.order {
		p := d.person
		if _, ok := at[p.id]; !ok {
			at[p.id] = len(s.Members)
			s.Members = append(s.Members, Member{Person: p.id, Role: p.role, Removed: p.removed})
		}
		m := &s.Members[at[p.id]]
		m.Devices = append(m.Devices, d.id)
		out := Device{ID: d.id, Person: p.id, Public: d.public, Kit: d.kit, Removed: !d.present(), Cuts: d.allCuts()}
		if n := len(out.Cuts); n > 0 {
			out.Cut = out.Cuts[n-1]
		}
		s.Devices = append(s.Devices, out)
	}
	for _, i := range v.invites {
		if i.open() {
			s.Invites = append(s.Invites, OpenInvite{ID: i.id, Role: i.entry.Role, Expires: time.Unix(i.entry.Expires, 0).UTC(), Ask: i.entry.Ask,
				Own: i.entry.Own, Person: v.personOf(i.by), By: i.by})
		} else {
			s.Closed = append(s.Closed, i.id)
		}
	}
	slices.SortFunc(s.Closed, func(a, b InviteID) int { return slices.Compare(a[:], b[:]) })
	slices.SortFunc(s.Invites, func(a, b OpenInvite) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, n := range v.waiting {
		q := n.content.(*admit).request
		s.Waiting = append(s.Waiting, Waiting{Person: q.Person, Device: q.Device(), Invite: q.Invite, Request: q.raw})
	}
	for _, e := range v.epochs {
		best := v.best(e)
		out := Epoch{ID: e.id, Issuer: best.node.signer, Safe: v.safe(e)}
		for id := range best.audience {
			out.Audience = append(out.Audience, id)
		}
		slices.SortFunc(out.Audience, func(a, b journal.DeviceID) int { return slices.Compare(a[:], b[:]) })
		s.Epochs = append(s.Epochs, out)
	}
	return s
}

// personOf is the person of a device; the zero id if there is no such device.
func (v *view) personOf(id journal.DeviceID) PersonID {
	if d := v.devices[id]; d != nil {
		return d.person.id
	}
	return PersonID{}
}

// Knows reports whether the id is a device's or an open invite's.
func (s *State) Knows(id [16]byte) bool {
	_, device := s.Author(id)
	_, invite := s.Invite(id)
	return device || invite
}
