package roster

import (
	"fmt"
	"io"
	"slices"
	"time"

	"longhand/sync/journal"
)

// Terms are what an invite offers.
type Terms struct {
	Role    Role
	Expires time.Time
	Ask     bool // an admin has to agree to whoever comes
}

// Removal names who goes, and for each of their devices the last entry that the writer has and accepts; of a forked journal, the tips.
// Of a device without a cut nothing counts.
type Removal struct {
	Devices []journal.DeviceID
	Persons []PersonID
	Cuts    map[journal.DeviceID][]journal.Mark
}

// Enrolment is a device that wants to join another of the same person's.
type Enrolment struct {
	Public journal.Public
	Kit    bool   // a recovery kit: it can enrol a device, and nothing else
	Proof  []byte // of ProveEnrolment
}

// Found starts a team: its founding entry, and its first epoch. The device is the first, its person the first admin.
func Found(rand io.Reader, id *journal.Identity, person PersonID, at time.Time) (*Roster, error) {
	random := make([]byte, 16)
	if _, err := io.ReadFull(rand, random); err != nil {
		return nil, fmt.Errorf("found team: %w", err)
	}
	raw, err := seal(id, at, journal.TeamID{}, nil, opFound, &found{Public: id.Public().Marshal(), Person: person[:], Random: random})
	if err != nil {
		return nil, fmt.Errorf("found team: %w", err)
	}
	r := New(journal.TeamID(entryID(raw)))
	if err := r.Add(raw); err != nil {
		return nil, fmt.Errorf("found team: %w", err)
	}
	if err := r.NewEpoch(rand, id, at); err != nil {
		return nil, fmt.Errorf("found team: %w", err)
	}
	return r, nil
}

// Invite opens an invitation. One with a Person is for a further device of the writer's own person, whose role it gets.
func (r *Roster) Invite(id *journal.Identity, at time.Time, inv Invite, terms Terms) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if inv.Team != r.team {
		return fmt.Errorf("invite: %w", ErrOtherTeam)
	}
	c := &invite{Key: inv.publicKey(), Expires: terms.Expires.Unix(), Role: terms.Role, Ask: terms.Ask}
	if inv.Person != nil {
		d := r.current().devices[id.Device()]
		if d == nil || d.person.id != *inv.Person {
			return fmt.Errorf("invite a device: %w", ErrNotOwn)
		}
		c.Own, c.Role = true, RoleMember
	}
	if k, ok := r.writeKey(id); ok {
		note, err := inv.noteKey()
		if err != nil {
			return fmt.Errorf("invite: %w", err)
		}
		epoch, invite := k.ID(), inv.ID()
		c.NoteKey = &keyNote{Epoch: epoch[:], Note: k.SealNote("invite", invite[:], note.Bytes())}
	}
	return r.write("invite", id, at, opInvite, c)
}

// Withdraw closes an invitation that nobody has used.
func (r *Roster) Withdraw(id *journal.Identity, at time.Time, inv InviteID) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write("withdraw invite", id, at, opWithdraw, &withdraw{Invite: inv[:]})
}

// Admit lets a newcomer in and gives them all keys. It is here, and only here, that an invite's expiry is judged, by now.
// If somebody was removed and no epoch has been issued since, it issues one first.
func (r *Roster) Admit(rand io.Reader, id *journal.Identity, now time.Time, request []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	q, err := ParseRequest(request)
	if err != nil {
		return fmt.Errorf("admit: %w", err)
	}
	i := r.current().invites[q.Invite]
	if i == nil {
		return fmt.Errorf("admit %s: %w", q.Person, ErrUnknown)
	}
	if now.Unix() > i.entry.Expires {
		return fmt.Errorf("admit %s: %w", q.Person, ErrInviteExpired)
	}
	wraps, err := r.wrapsFor(rand, id, now, q.Public)
	if err != nil {
		return fmt.Errorf("admit %s: %w", q.Person, err)
	}
	return r.write(fmt.Sprintf("admit %s", q.Person), id, now, opAdmit, &admit{Request: request, Wraps: wraps})
}

// ProveEnrolment is what a new device signs for the device of the same person that will enrol it.
func ProveEnrolment(id *journal.Identity, team journal.TeamID, by journal.DeviceID) []byte {
	return id.Sign(signEnrol, enrolProof(team, by))
}

// Enrol adds a device, or a recovery kit, of the same person and gives it all keys.
func (r *Roster) Enrol(rand io.Reader, id *journal.Identity, at time.Time, e Enrolment) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	wraps, err := r.wrapsFor(rand, id, at, e.Public)
	if err != nil {
		return fmt.Errorf("enrol %s: %w", e.Public.Device(), err)
	}
	c := &enrol{Public: e.Public.Marshal(), Use: useDevice, Proof: e.Proof, Wraps: wraps}
	if e.Kit {
		c.Use = useKit
	}
	return r.write(fmt.Sprintf("enrol %s", e.Public.Device()), id, at, opEnrol, c)
}

// Remove lets people or single devices go. Only an admin may remove others. If the writer stays, the same signed step issues a key that those who
// go cannot open, and withdraws what they could still come back with: every open invite if the writer is an admin, else those to its own devices.
func (r *Roster) Remove(rand io.Reader, id *journal.Identity, at time.Time, removal Removal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &remove{Cuts: wireCuts(removal.Cuts)}
	for _, d := range removal.Devices {
		c.Devices = append(c.Devices, slices.Clone(d[:]))
	}
	for _, p := range removal.Persons {
		c.Persons = append(c.Persons, slices.Clone(p[:]))
	}
	sortBytes(c.Devices)
	sortBytes(c.Persons)
	v := r.current()
	if me := v.devices[id.Device()]; me != nil && me.present() {
		stays := !v.targets(c, me.id)
		for _, i := range v.invites {
			admin := me.person.role == RoleAdmin && (stays || v.targets(c, i.by))
			if i.open() && (admin || v.ownerOf(i) == me.person) {
				c.Invites = append(c.Invites, slices.Clone(i.id[:]))
			}
		}
		sortBytes(c.Invites)
		if stays {
			var err error
			if c.Epoch, err = r.epochWithout(rand, id, func(d *device) bool { return v.targets(c, d.id) }); err != nil {
				return fmt.Errorf("remove: %w", err)
			}
		}
	}
	return r.write("remove", id, at, opRemove, c)
}

// Leave removes the writer's own person, with all devices. The next to write issues a key without them.
func (r *Roster) Leave(id *journal.Identity, at time.Time, cuts map[journal.DeviceID]journal.Mark) error {
	d, ok := r.State().Device(id.Device())
	if !ok {
		return fmt.Errorf("leave: %w", ErrNotMember)
	}
	all := map[journal.DeviceID][]journal.Mark{}
	for device, m := range cuts {
		all[device] = []journal.Mark{m}
	}
	return r.Remove(nil, id, at, Removal{Persons: []PersonID{d.Person}, Cuts: all})
}

// Accept lets more count of what removed devices wrote: everything up to these cuts.
func (r *Roster) Accept(id *journal.Identity, at time.Time, cuts map[journal.DeviceID][]journal.Mark) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write("accept", id, at, opAccept, &accept{Cuts: wireCuts(cuts)})
}

func wireCuts(cuts map[journal.DeviceID][]journal.Mark) []wireCut {
	var out []wireCut
	for d, marks := range cuts {
		for _, m := range marks {
			out = append(out, wireCut{Device: slices.Clone(d[:]), Number: m.Number, Hash: slices.Clone(m.Hash[:])})
		}
	}
	slices.SortFunc(out, compareCuts)
	return slices.CompactFunc(out, func(a, b wireCut) bool { return compareCuts(a, b) == 0 })
}

// SetRole makes a person an admin or an ordinary member.
func (r *Roster) SetRole(id *journal.Identity, at time.Time, person PersonID, role Role) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write("set role", id, at, opRole, &setRole{Person: person[:], Role: role})
}

// write signs the next entry, after everything known here, and adds it. It refuses what others would refuse.
func (r *Roster) write(what string, id *journal.Identity, at time.Time, o op, content any) error {
	parents := r.parents()
	if len(parents) == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotMember)
	}
	raw, err := seal(id, at, r.team, parents, o, content)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := r.add(raw); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// parents is all heads, or if there are more than an entry can name, those that matter: somebody whose program writes heads without end, and a removed
// device can, must not keep a writer from naming what others wrote. Of each signer the newest come first, and of those who are present before the rest.
func (r *Roster) parents() [][]byte {
	v := r.current()
	turn := map[*node]int{}
	var heads []*node
	for h := range r.heads {
		heads = append(heads, r.byID[h])
	}
	slices.SortFunc(heads, func(a, b *node) int { return before(b, a) })
	seen := map[journal.DeviceID]int{}
	for _, n := range heads {
		turn[n] = seen[n.signer]
		if d := v.devices[n.signer]; d == nil || !d.present() {
			turn[n] += len(heads)
		}
		seen[n.signer]++
	}
	slices.SortStableFunc(heads, func(a, b *node) int { return turn[a] - turn[b] })
	var parents [][]byte
	for _, n := range heads[:min(len(heads), maxParents)] {
		parents = append(parents, slices.Clone(n.id[:]))
	}
	sortBytes(parents)
	return parents
}

func seal(id *journal.Identity, at time.Time, team journal.TeamID, parents [][]byte, o op, content any) ([]byte, error) {
	inner, err := encode(content)
	if err != nil {
		return nil, err
	}
	pub := id.Public()
	body := wireBody{Parents: parents, Signer: pub.Sign[:], At: at.Unix(), Op: o, Content: inner}
	if o != opFound {
		body.Team = team[:]
	}
	b, err := encode(body)
	if err != nil {
		return nil, err
	}
	return encode(wireEntry{Version: entryVersion, Body: b, Signature: id.Sign(signEntry, b)})
}
