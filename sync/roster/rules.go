package roster

import (
	"bytes"
	"slices"

	"longhand/sync/journal"
)

const (
	useDevice = 0
	useKit    = 1
)

// permits says whether an entry may be written by its signer in this view, which is that of the entry's ancestors.
func (v *view) permits(n *node) error {
	if n.op == opFound {
		return nil // its id is the team's: whoever knows the team trusts it
	}
	by := v.devices[n.signer]
	if by == nil || !by.present() {
		return ErrNotMember
	}
	if by.kit && n.op != opEnrol {
		return ErrNotMember
	}
	admin := by.person.role == RoleAdmin
	switch c := n.content.(type) {
	case *invite:
		if !admin {
			return ErrNotAdmin
		}
		if v.invites[inviteID(c.Key)] != nil {
			return ErrInviteClosed
		}
	case *withdraw:
		if !admin {
			return ErrNotAdmin
		}
		if v.invites[InviteID(c.Invite)] == nil {
			return ErrUnknown
		}
	case *admit:
		return v.permitsAdmit(c.request, admin)
	case *enrol:
		if v.devices[n.public.Device()] != nil {
			return ErrUnknown
		}
	case *remove:
		return v.permitsRemove(c, by, admin)
	case *setRole:
		return v.permitsRole(c, admin)
	case *wrap:
		if v.byEpoch[journal.Hash(c.Epoch)] == nil {
			return ErrUnknown
		}
	}
	return nil
}

func (v *view) permitsAdmit(q Request, admin bool) error {
	i := v.invites[q.Invite]
	switch {
	case i == nil || !bytes.Equal(i.entry.Key, q.inviteKey):
		return ErrUnknown
	case v.devices[q.Device()] != nil, v.persons[q.Person] != nil:
		// A person id belongs to one person for ever: otherwise a newcomer could step into another's shoes.
		return ErrInviteClosed
	case admin:
		return nil
	case i.entry.Ask:
		return ErrNotAdmin
	case !i.open():
		return ErrInviteClosed
	}
	return nil
}

func (v *view) permitsRemove(c *remove, by *device, admin bool) error {
	for _, id := range c.Devices {
		d := v.devices[journal.DeviceID(id)]
		if d == nil {
			return ErrUnknown
		}
		if d.person != by.person && !admin {
			return ErrNotAdmin
		}
	}
	for _, id := range c.Persons {
		p := v.persons[PersonID(id)]
		if p == nil {
			return ErrUnknown
		}
		if p != by.person && !admin {
			return ErrNotAdmin
		}
	}
	for _, k := range c.Cuts {
		if !v.targets(c, journal.DeviceID(k.Device)) {
			return ErrUnknown
		}
	}
	if !v.hasAdminWithout(func(d *device) bool { return v.targets(c, d.id) }) {
		return ErrLastAdmin
	}
	return nil
}

func (v *view) permitsRole(c *setRole, admin bool) error {
	p := v.persons[PersonID(c.Person)]
	switch {
	case !admin:
		return ErrNotAdmin
	case p == nil || p.removed:
		return ErrUnknown
	case c.Role != RoleAdmin && !v.hasAdminWithout(func(d *device) bool { return d.person == p }):
		return ErrLastAdmin
	}
	return nil
}

func containsID(ids [][]byte, id []byte) bool {
	return slices.ContainsFunc(ids, func(b []byte) bool { return bytes.Equal(b, id) })
}
