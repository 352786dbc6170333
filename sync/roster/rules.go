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
	if c, ok := n.content.(*enrol); by.kit && (!ok || c.Use == useKit) {
		return ErrNotMember // a kit enrols a device, and nothing else
	}
	admin := by.person.role == RoleAdmin
	switch c := n.content.(type) {
	case *invite:
		if !admin && !c.Own {
			return ErrNotAdmin
		}
		if v.invites[inviteID(c.Key)] != nil {
			return ErrInviteClosed
		}
	case *withdraw:
		return v.permitsWithdraw(InviteID(c.Invite), by, admin)
	case *admit:
		return v.permitsAdmit(c.request, by, admin)
	case *enrol:
		if v.devices[n.public.Device()] != nil {
			return ErrUnknown
		}
	case *remove:
		return v.permitsRemove(c, by, admin)
	case *setRole:
		return v.permitsRole(c, admin)
	case *accept:
		if !admin {
			return ErrNotAdmin
		}
		for _, k := range c.Cuts {
			if d := v.devices[journal.DeviceID(k.Device)]; d == nil || d.present() {
				return ErrUnknown
			}
		}
	case *wrap:
		if v.byEpoch[journal.Hash(c.Epoch)] == nil {
			return ErrUnknown
		}
	}
	return nil
}

func (v *view) permitsWithdraw(id InviteID, by *device, admin bool) error {
	i := v.invites[id]
	switch {
	case i == nil:
		return ErrUnknown
	case !admin && v.ownerOf(i) != by.person:
		return ErrNotAdmin
	}
	return nil
}

// ownerOf is the person whose further device an invite is for; nil if it is for somebody new.
func (v *view) ownerOf(i *openInvite) *person {
	if by := v.devices[i.by]; i.entry.Own && by != nil {
		return by.person
	}
	return nil
}

func (v *view) permitsAdmit(q Request, by *device, admin bool) error {
	i := v.invites[q.Invite]
	if i == nil || !bytes.Equal(i.entry.Key, q.inviteKey) {
		return ErrUnknown
	}
	if i.entry.Own {
		switch owner := v.ownerOf(i); {
		case owner != by.person:
			return ErrNotOwn // not even an admin gives a person a device
		case q.Person != owner.id:
			return ErrUnknown
		case v.devices[q.Device()] != nil:
			return ErrInviteClosed
		}
		return nil
	}
	switch {
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
	for _, id := range c.Invites {
		if err := v.permitsWithdraw(InviteID(id), by, admin); err != nil {
			return err
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
