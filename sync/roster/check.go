package roster

import (
	"bytes"
	"cmp"

	"longhand/sync/journal"
)

// checker is a content that knows what its bytes alone must satisfy.
type checker interface{ check(e *entry) error }

func (c *found) check(e *entry) error {
	if len(c.Person) != 16 || len(c.Random) != 16 {
		return journal.ErrDamaged
	}
	pub, err := journal.ParsePublic(c.Public)
	if err != nil {
		return err
	}
	e.public = &pub
	if !bytes.Equal(pub.Sign[:], e.signKey) {
		return ErrForged
	}
	return nil
}

func (c *invite) check(*entry) error {
	bad := len(c.Key) != 32 || !c.Role.valid() || c.Own && c.Role != RoleMember
	if n := c.NoteKey; n != nil {
		bad = bad || len(n.Epoch) != 32 || len(n.Note) > 256
	}
	return damagedIf(bad)
}

func (c *withdraw) check(*entry) error { return damagedIf(len(c.Invite) != 16) }

func (c *admit) check(e *entry) error {
	var err error
	if c.request, err = ParseRequest(c.Request); err != nil {
		return err
	}
	if c.request.Team != e.team {
		return ErrOtherTeam
	}
	e.public = &c.request.Public
	return checkWraps(c.Wraps)
}

func (c *enrol) check(e *entry) error {
	pub, err := journal.ParsePublic(c.Public)
	if err != nil {
		return err
	}
	e.public = &pub
	if c.Use > 1 {
		return &journal.UnknownVersionError{What: "use of a device", Version: int(c.Use)}
	}
	if !pub.Verify(signEnrol, enrolProof(e.team, e.signer), c.Proof) {
		return ErrForged
	}
	return checkWraps(c.Wraps)
}

// enrolProof is what a new device signs, so that nobody can enrol a device that they do not hold.
func enrolProof(team journal.TeamID, by journal.DeviceID) []byte { return append(team[:], by[:]...) }

func (c *remove) check(e *entry) error {
	none := len(c.Devices) == 0 && len(c.Persons) == 0
	if none || !ascending(c.Devices, 16) || !ascending(c.Persons, 16) || !ascending(c.Invites, 16) || !cutsAscend(c.Cuts) {
		return journal.ErrDamaged
	}
	if c.Epoch != nil {
		return c.Epoch.check(e)
	}
	return nil
}

func (c *accept) check(*entry) error { return damagedIf(len(c.Cuts) == 0 || !cutsAscend(c.Cuts)) }

// cutsAscend reports whether cuts are well formed and strictly ascending.
func cutsAscend(cuts []wireCut) bool {
	for i, k := range cuts {
		if len(k.Device) != 16 || len(k.Hash) != 32 || k.Number == 0 || i > 0 && compareCuts(cuts[i-1], k) >= 0 {
			return false
		}
	}
	return true
}

func compareCuts(a, b wireCut) int {
	return cmp.Or(bytes.Compare(a.Device, b.Device), cmp.Compare(a.Number, b.Number), bytes.Compare(a.Hash, b.Hash))
}

func (c *setRole) check(*entry) error { return damagedIf(len(c.Person) != 16 || !c.Role.valid()) }

func (c *epoch) check(*entry) error {
	if len(c.ID) != 32 || len(c.Wraps) == 0 {
		return journal.ErrDamaged
	}
	if err := checkWraps(c.Parents); err != nil {
		return err
	}
	return checkDeviceWraps(c.Wraps)
}

func (c *wrap) check(*entry) error {
	if len(c.Epoch) != 32 || len(c.Wraps) == 0 {
		return journal.ErrDamaged
	}
	return checkDeviceWraps(c.Wraps)
}

func checkWraps(ws []keyWrap) error {
	var ids [][]byte
	for _, w := range ws {
		ids = append(ids, w.Epoch)
		if len(w.Wrap) > 4096 {
			return journal.ErrTooLarge
		}
	}
	return damagedIf(!ascending(ids, 32))
}

func checkDeviceWraps(ws []deviceWrap) error {
	var ids [][]byte
	for _, w := range ws {
		ids = append(ids, w.Device)
		if len(w.Wrap) > 4096 {
			return journal.ErrTooLarge
		}
	}
	return damagedIf(!ascending(ids, 16))
}
