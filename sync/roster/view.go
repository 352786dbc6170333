package roster

import (
	"cmp"
	"slices"

	"longhand/sync/journal"
)

// view is what a set of entries amounts to. It is derived whole, never changed.
type view struct {
	nodes    []*node // in order, also those that do not count
	team     journal.TeamID
	persons  map[PersonID]*person
	devices  map[journal.DeviceID]*device
	order    []*device // as enrolled
	invites  map[InviteID]*openInvite
	waiting  []*node // admits that need an admin
	epochs   []*keyEpoch
	byEpoch  map[journal.Hash]*keyEpoch
	out      []journal.Hash  // overruled
	excludes []*node         // by which somebody does not belong to the team: removals that count, and what stands against an admit
	present  map[*issue]bool // what allPresent found
	reached  map[*issue]bool // what anyPresent found
}

type person struct {
	id      PersonID
	role    Role
	removed bool
}

type device struct {
	id      journal.DeviceID
	public  journal.Public
	person  *person
	kit     bool
	removed bool
	byOther bool           // somebody else than the device itself removed it
	cuts    []journal.Mark // named by others, or accepted
	ownCuts []journal.Mark // named by this device for itself
}

func (d *device) present() bool { return !d.removed && !d.person.removed }

// allCuts: what a device says of itself counts only while nobody else has spoken, lest it stretch its own cut.
func (d *device) allCuts() []journal.Mark {
	cuts := d.cuts
	if !d.byOther {
		cuts = append(slices.Clone(cuts), d.ownCuts...)
	}
	cuts = slices.Clone(cuts)
	slices.SortFunc(cuts, func(a, b journal.Mark) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), compareHash(a.Hash, b.Hash))
	})
	return slices.Compact(cuts)
}

type openInvite struct {
	id        InviteID
	entry     *invite
	by        journal.DeviceID
	withdrawn []*node
	admits    []*node // not overruled, in order
	winner    *node   // the admit that used it up
}

func (i *openInvite) open() bool { return len(i.withdrawn) == 0 && len(i.admits) == 0 }

// keyEpoch gathers every wrap of a key that was ever written, also by entries that were overruled: whoever got one can read.
type keyEpoch struct {
	id      journal.Hash
	issues  []*issue // in order; more than one only if somebody issues again what another has issued
	parents []keyWrap
	wraps   map[journal.DeviceID][][]byte
}

// issue is an entry that brought an epoch, and those who got it from whoever knew that entry.
type issue struct {
	node     *node
	audience map[journal.DeviceID]bool
	heirs    []*issue // of newer epochs that seal this one: who opens them opens it too
}

// derive reads those of the nodes, which are in order, that are not overruled.
func derive(nodes []*node, overruled map[*node]bool) *view {
	v := &view{
		nodes:   nodes,
		persons: map[PersonID]*person{},
		devices: map[journal.DeviceID]*device{},
		invites: map[InviteID]*openInvite{},
		byEpoch: map[journal.Hash]*keyEpoch{},
		present: map[*issue]bool{},
		reached: map[*issue]bool{},
	}
	// Invites and their uses first: whether an admit stands depends on the other admits.
	for _, n := range nodes {
		if !overruled[n] {
			v.readInvite(n)
		}
	}
	settled := map[*node]bool{}
	for _, i := range v.invites {
		i.settle()
		for _, n := range i.admits {
			if settled[n] = i.stands(n); !settled[n] {
				v.excludes = append(v.excludes, i.against(n)...)
			}
		}
	}
	for _, n := range nodes {
		v.readWraps(n)
		if overruled[n] {
			v.out = append(v.out, n.id)
			continue
		}
		v.readMember(n, settled)
	}
	// A removal also reaches what was enrolled later in the order without knowing of it, so it is applied once more.
	for _, n := range nodes {
		if c, ok := n.content.(*remove); ok && !overruled[n] {
			v.excludes = append(v.excludes, n)
			v.readRemove(n, c)
		}
	}
	for _, n := range nodes {
		if overruled[n] {
			continue
		}
		switch c := n.content.(type) {
		case *remove:
			v.readCuts(n, c, c.Cuts)
		case *accept:
			v.readCuts(n, nil, c.Cuts)
		}
	}
	return v
}

func (v *view) readInvite(n *node) {
	switch c := n.content.(type) {
	case *invite:
		id := inviteID(c.Key)
		if v.invites[id] == nil {
			v.invites[id] = &openInvite{id: id, entry: c, by: n.signer}
		}
	case *withdraw:
		v.readWithdraw(n, c.Invite)
	case *remove:
		for _, id := range c.Invites {
			v.readWithdraw(n, id)
		}
	case *admit:
		if i := v.invites[c.request.Invite]; i != nil {
			i.admits = append(i.admits, n)
		}
	}
}

func (v *view) readWithdraw(n *node, id []byte) {
	if i := v.invites[InviteID(id)]; i != nil {
		i.withdrawn = append(i.withdrawn, n)
	}
}

// settle finds the one admit, of those that found the invite open, that uses it up.
func (i *openInvite) settle() {
	for _, n := range i.admits {
		if i.found(n) && (i.winner == nil || compareHash(n.id, i.winner.id) < 0) {
			i.winner = n
		}
	}
	// Who withdraws an invite knowing that it was used withdraws nothing.
	late := func(w *node) bool {
		return slices.ContainsFunc(i.admits, func(n *node) bool { return w.anc.has(n.index) && i.found(n) })
	}
	if i.winner != nil && slices.ContainsFunc(i.withdrawn, func(w *node) bool { return !i.winner.anc.has(w.index) && !late(w) }) {
		i.winner = nil
	}
}

// found reports whether the writer of n could think the invite open for this device. If not, it is an admin's decision.
func (i *openInvite) found(n *node) bool {
	device := n.public.Device()
	for _, w := range i.withdrawn {
		if n.anc.has(w.index) {
			return false
		}
	}
	for _, m := range i.admits {
		if n.anc.has(m.index) && m.public.Device() != device {
			return false
		}
	}
	return true
}

func (i *openInvite) stands(n *node) bool {
	return !i.found(n) || i.winner != nil && n.public.Device() == i.winner.public.Device()
}

// against is what an admit that does not stand had to know: the one that stands, or the withdrawals.
func (i *openInvite) against(n *node) (out []*node) {
	if i.winner != nil {
		return []*node{i.winner}
	}
	for _, w := range i.withdrawn {
		if !n.anc.has(w.index) {
			out = append(out, w)
		}
	}
	return out
}

func (v *view) readMember(n *node, settled map[*node]bool) {
	switch c := n.content.(type) {
	case *found:
		v.team = journal.TeamID(n.id)
		v.enrol(n, &person{id: PersonID(c.Person), role: RoleAdmin}, false)
	case *admit:
		if v.devices[n.public.Device()] != nil {
			return // admitted by two devices at once
		}
		i := v.invites[c.request.Invite]
		if i == nil || !settled[n] {
			v.wait(n)
			return
		}
		if owner := v.ownerOf(i); owner != nil {
			if owner.id == c.request.Person {
				v.enrol(n, owner, false)
			}
			return
		}
		if v.persons[c.request.Person] != nil {
			v.wait(n)
			return
		}
		v.enrol(n, &person{id: c.request.Person, role: i.entry.Role}, false)
	case *enrol:
		if by := v.devices[n.signer]; by != nil && v.devices[n.public.Device()] == nil {
			v.enrol(n, by.person, c.Use == useKit)
		}
	case *remove:
		v.readRemove(n, c)
	case *setRole:
		v.readRole(c)
	}
}

func (v *view) wait(n *node) {
	device := n.public.Device()
	if !slices.ContainsFunc(v.waiting, func(m *node) bool { return m.public.Device() == device }) {
		v.waiting = append(v.waiting, n)
	}
}

func (v *view) enrol(n *node, p *person, kit bool) {
	d := &device{id: n.public.Device(), public: *n.public, person: p, kit: kit}
	v.persons[p.id], v.devices[d.id] = p, d
	v.order = append(v.order, d)
	v.waiting = slices.DeleteFunc(v.waiting, func(m *node) bool { return m.public.Device() == d.id })
}

func (v *view) readRemove(n *node, c *remove) {
	for _, id := range c.Persons {
		if p := v.persons[PersonID(id)]; p != nil {
			p.removed = true
		}
	}
	for _, id := range c.Devices {
		if d := v.devices[journal.DeviceID(id)]; d != nil {
			d.removed = true
		}
	}
	for _, d := range v.order {
		d.removed = d.removed || d.person.removed
		d.byOther = d.byOther || d.id != n.signer && v.targets(c, d.id)
	}
}

// readCuts gathers the cuts of a removal, or of an accept if c is nil. All count, so that honest work is not lost.
func (v *view) readCuts(n *node, c *remove, cuts []wireCut) {
	for _, k := range cuts {
		d := v.devices[journal.DeviceID(k.Device)]
		if d == nil {
			continue
		}
		m := journal.Mark{Number: k.Number, Hash: journal.Hash(k.Hash)}
		if c != nil && d.id == n.signer {
			d.ownCuts = append(d.ownCuts, m)
		} else {
			d.cuts = append(d.cuts, m)
		}
	}
}

// readRole lets the last role given hold, but for one that would leave no admin: two admins may have demoted each other.
func (v *view) readRole(c *setRole) {
	p := v.persons[PersonID(c.Person)]
	if p == nil {
		return
	}
	old := p.role
	p.role = c.Role
	if old == RoleAdmin && !v.hasAdmin() {
		p.role = old
	}
}

func (v *view) readWraps(n *node) {
	switch c := n.content.(type) {
	case *epoch:
		v.readEpoch(n, c)
	case *remove:
		if c.Epoch != nil {
			v.readEpoch(n, c.Epoch)
		}
	case *wrap:
		for _, w := range c.Wraps {
			v.addWrap(n, c.Epoch, journal.DeviceID(w.Device), w.Wrap)
		}
	case *admit:
		for _, w := range c.Wraps {
			v.addWrap(n, w.Epoch, n.public.Device(), w.Wrap)
		}
	case *enrol:
		for _, w := range c.Wraps {
			v.addWrap(n, w.Epoch, n.public.Device(), w.Wrap)
		}
	}
}

func (v *view) readEpoch(n *node, c *epoch) {
	e := v.byEpoch[journal.Hash(c.ID)]
	if e == nil {
		e = &keyEpoch{id: journal.Hash(c.ID), wraps: map[journal.DeviceID][][]byte{}}
		v.epochs, v.byEpoch[e.id] = append(v.epochs, e), e
	}
	e.parents = append(e.parents, c.Parents...)
	by := &issue{node: n, audience: map[journal.DeviceID]bool{n.signer: true}}
	e.issues = append(e.issues, by)
	for _, w := range c.Wraps {
		by.audience[journal.DeviceID(w.Device)] = true
		e.add(journal.DeviceID(w.Device), w.Wrap)
	}
	for _, p := range c.Parents {
		if parent := v.byEpoch[journal.Hash(p.Epoch)]; parent != nil {
			for _, i := range parent.issues {
				if n.anc.has(i.node.index) { // as in addWrap
					i.heirs = append(i.heirs, by)
				}
			}
		}
	}
}

func (v *view) addWrap(n *node, epoch []byte, to journal.DeviceID, sealed []byte) {
	e := v.byEpoch[journal.Hash(epoch)]
	if e == nil {
		return
	}
	for _, i := range e.issues {
		// Who does not know of an issue cannot have the key from it: such a wrap is a mistake, or is meant to spoil the epoch.
		if n.anc.has(i.node.index) {
			i.audience[to] = true
		}
	}
	e.add(to, sealed)
}

func (e *keyEpoch) add(to journal.DeviceID, sealed []byte) {
	e.wraps[to] = append(e.wraps[to], sealed)
}

// best is the issue that a reader should believe: the first whose audience are all present, or else the first.
func (v *view) best(e *keyEpoch) *issue {
	for _, i := range e.issues {
		if v.allPresent(i) {
			return i
		}
	}
	return e.issues[0]
}

// safe reports whether nobody but present devices has the key or can still get it.
func (v *view) safe(e *keyEpoch) bool {
	return slices.ContainsFunc(e.issues, func(i *issue) bool { return v.allPresent(i) && v.informed(i) })
}

// informed reports whether whoever issued the key knew of everything by which somebody does not belong. Who has a key and does not know of a removal may
// be wrapping it for the removed device at this moment, in an entry that has not come yet.
func (v *view) informed(i *issue) bool {
	return !slices.ContainsFunc(v.excludes, func(n *node) bool { return n != i.node && !i.node.anc.has(n.index) })
}

// allPresent reports whether all who can have the key from this issue are present: its audience, and that of every epoch that hands it on.
func (v *view) allPresent(i *issue) bool {
	known, ok := v.present[i]
	if ok {
		return known
	}
	all := !slices.ContainsFunc(i.heirs, func(heir *issue) bool { return !v.allPresent(heir) })
	for id := range i.audience {
		if d := v.devices[id]; d == nil || !d.present() {
			all = false
			break
		}
	}
	v.present[i] = all
	return all
}

// lost reports whether everybody who can have the key has left the team.
func (v *view) lost(e *keyEpoch) bool {
	return !slices.ContainsFunc(e.issues, v.anyPresent)
}

// anyPresent reports whether somebody who belongs to the team can have the key from this issue, or from an epoch that hands it on.
func (v *view) anyPresent(i *issue) bool {
	known, ok := v.reached[i]
	if ok {
		return known
	}
	some := slices.ContainsFunc(i.heirs, v.anyPresent)
	for id := range i.audience {
		if d := v.devices[id]; d != nil && d.present() {
			some = true
			break
		}
	}
	v.reached[i] = some
	return some
}

// hasAdmin reports whether somebody is left who can invite and remove.
func (v *view) hasAdmin() bool { return v.hasAdminWithout(nil) }

func (v *view) hasAdminWithout(gone func(*device) bool) bool {
	return slices.ContainsFunc(v.order, func(d *device) bool {
		return d.present() && !d.kit && d.person.role == RoleAdmin && (gone == nil || !gone(d))
	})
}
