package roster

import (
	"slices"

	"longhand/sync/journal"
)

// newcomer is a device that some entry brought, whether that counts or not.
type newcomer struct {
	Device
	claimed bool             // nobody but the newcomer says whose it is
	by      journal.DeviceID // who enrolled it, as a further device of theirs
}

// undone are the devices that entries brought of which none counts.
func (v *view) undone() []Device {
	all := map[journal.DeviceID]*newcomer{}
	for _, n := range v.nodes {
		if n.public != nil {
			v.readNewcomer(n, all)
		}
	}
	var out []Device
	for id, d := range all {
		if v.devices[id] == nil {
			d.Person = v.whose(d, all)
			out = append(out, d.Device)
		}
	}
	slices.SortFunc(out, func(a, b Device) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out
}

// readNewcomer notes whom an entry brings. Of several that bring one device the first says whose it is; a kit is one if any says so.
func (v *view) readNewcomer(n *node, all map[journal.DeviceID]*newcomer) {
	id := n.public.Device()
	d := all[id]
	if d == nil {
		d = &newcomer{Device: Device{ID: id, Public: *n.public, Removed: true}}
		all[id] = d
		switch c := n.content.(type) {
		case *admit:
			i := v.invites[c.request.Invite]
			d.Person, d.claimed = c.request.Person, i == nil || !i.entry.Own // to an own invite a device of that person admits
		case *enrol:
			d.by = n.signer
		}
	}
	if c, ok := n.content.(*enrol); ok && c.Use == useKit {
		d.Kit = true
	}
}

// whose device it is. Whoever could choose that does not become somebody who belongs to the team.
func (v *view) whose(d *newcomer, all map[journal.DeviceID]*newcomer) PersonID {
	for d.by != (journal.DeviceID{}) {
		if by := v.devices[d.by]; by != nil {
			return by.person.id
		}
		d = all[d.by] // earlier in the order: its signer had to be there
	}
	if d.claimed && v.persons[d.Person] != nil {
		return PersonID{}
	}
	return d.Person
}
