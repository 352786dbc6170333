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

// Removal names who goes, and for each of their devices the last entry that the writer has and accepts.
// A device without a cut loses everything that is not accepted yet.
type Removal struct {
	Devices []journal.DeviceID
	Persons []PersonID
	Cuts    map[journal.DeviceID]journal.Mark
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

// Invite opens an invitation.
func (r *Roster) Invite(id *journal.Identity, at time.Time, inv Invite, terms Terms) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if inv.Team != r.team {
		return fmt.Errorf("invite: %w", ErrOtherTeam)
	}
	c := &invite{Key: inv.publicKey(), Expires: terms.Expires.Unix(), Role: terms.Role, Ask: terms.Ask}
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

// wrapsFor wraps what opens all keys of the writer.
func (r *Roster) wrapsFor(rand io.Reader, id *journal.Identity, at time.Time, pub journal.Public) ([]keyWrap, error) {
	if len(r.ring(id).keys) == 0 {
		return nil, ErrNoKey
	}
	if _, ok := r.writeKey(id); !ok {
		if err := r.newEpoch(rand, id, at); err != nil {
			return nil, err
		}
	}
	var wraps []keyWrap
	g := r.ring(id)
	for _, epoch := range g.tops(r.current()) {
		w, err := pub.Wrap(r.team, g.keys[epoch])
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, keyWrap{Epoch: slices.Clone(epoch[:]), Wrap: w})
	}
	return wraps, nil
}

// Remove lets people or single devices go. Only an admin may remove others.
func (r *Roster) Remove(id *journal.Identity, at time.Time, removal Removal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &remove{}
	for _, d := range removal.Devices {
		c.Devices = append(c.Devices, slices.Clone(d[:]))
	}
	for _, p := range removal.Persons {
		c.Persons = append(c.Persons, slices.Clone(p[:]))
	}
	for d, m := range removal.Cuts {
		c.Cuts = append(c.Cuts, wireCut{Device: slices.Clone(d[:]), Number: m.Number, Hash: slices.Clone(m.Hash[:])})
	}
	sortBytes(c.Devices)
	sortBytes(c.Persons)
	slices.SortFunc(c.Cuts, func(a, b wireCut) int { return slices.Compare(a.Device, b.Device) })
	return r.write("remove", id, at, opRemove, c)
}

// Leave removes the writer's own person, with all devices.
func (r *Roster) Leave(id *journal.Identity, at time.Time, cuts map[journal.DeviceID]journal.Mark) error {
	d, ok := r.State().Device(id.Device())
	if !ok {
		return fmt.Errorf("leave: %w", ErrNotMember)
	}
	return r.Remove(id, at, Removal{Persons: []PersonID{d.Person}, Cuts: cuts})
}

// SetRole makes a person an admin or an ordinary member.
func (r *Roster) SetRole(id *journal.Identity, at time.Time, person PersonID, role Role) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write("set role", id, at, opRole, &setRole{Person: person[:], Role: role})
}

// NewEpoch issues a key for all present devices. It seals every key that the writer has, so that one wrap gives all history.
func (r *Roster) NewEpoch(rand io.Reader, id *journal.Identity, at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newEpoch(rand, id, at)
}

func (r *Roster) newEpoch(rand io.Reader, id *journal.Identity, at time.Time) error {
	k, err := journal.NewEpochKey(rand)
	if err != nil {
		return fmt.Errorf("new epoch: %w", err)
	}
	epochID := k.ID()
	c := &epoch{ID: epochID[:]}
	v, g := r.current(), r.ring(id)
	for _, d := range v.order {
		if !d.present() {
			continue
		}
		w, err := d.public.Wrap(r.team, k)
		if err != nil {
			return fmt.Errorf("new epoch: %w", err)
		}
		c.Wraps = append(c.Wraps, deviceWrap{Device: slices.Clone(d.id[:]), Wrap: w})
	}
	slices.SortFunc(c.Wraps, func(a, b deviceWrap) int { return slices.Compare(a.Device, b.Device) })
	for _, parent := range g.tops(v) {
		c.Parents = append(c.Parents, keyWrap{Epoch: slices.Clone(parent[:]), Wrap: k.SealParent(r.team, g.keys[parent])})
	}
	return r.write("new epoch", id, at, opEpoch, c)
}

// ShareKeys wraps, for present devices that cannot open them, the keys that this device can. It writes nothing when nobody lacks any.
// Such a lack comes of concurrency: a newcomer admitted while somebody else issued an epoch.
func (r *Roster) ShareKeys(id *journal.Identity, at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, g := r.current(), r.ring(id)
	if me := v.devices[id.Device()]; me == nil || !me.present() {
		return nil
	}
	lack := map[journal.Hash][]deviceWrap{}
	for _, d := range v.order {
		if !d.present() || d.id == id.Device() {
			continue
		}
		for _, epoch := range g.lacking(v, d.id) {
			w, err := d.public.Wrap(r.team, g.keys[epoch])
			if err != nil {
				return fmt.Errorf("share keys: %w", err)
			}
			lack[epoch] = append(lack[epoch], deviceWrap{Device: slices.Clone(d.id[:]), Wrap: w})
		}
	}
	for _, e := range v.epochs {
		wraps := lack[e.id]
		if len(wraps) == 0 {
			continue
		}
		slices.SortFunc(wraps, func(a, b deviceWrap) int { return slices.Compare(a.Device, b.Device) })
		if err := r.write("share keys", id, at, opWrap, &wrap{Epoch: slices.Clone(e.id[:]), Wraps: wraps}); err != nil {
			return err
		}
	}
	return nil
}

// write signs the next entry, after everything known here, and adds it. It refuses what others would refuse.
func (r *Roster) write(what string, id *journal.Identity, at time.Time, o op, content any) error {
	var parents [][]byte
	for h := range r.heads {
		parents = append(parents, slices.Clone(h[:]))
	}
	if len(parents) == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotMember)
	}
	sortBytes(parents)
	raw, err := seal(id, at, r.team, parents[:min(len(parents), maxParents)], o, content)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := r.add(raw); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
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
