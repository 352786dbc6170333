package roster

import (
	"slices"

	"longhand/sync/journal"
)

// ring is the keys that one device can open, and which of them are had by opening another.
type ring struct {
	nodes   int // entries that were read
	keys    journal.Keyring
	covered map[journal.Hash][]journal.Hash // an epoch → the newer ones that seal it
}

// Keys returns every epoch key that the device can open: those wrapped for it, and all their parents.
func (r *Roster) Keys(id *journal.Identity) journal.Keyring {
	r.mu.Lock()
	defer r.mu.Unlock()
	keys := journal.Keyring{}
	for epoch, k := range r.ring(id).keys {
		keys[epoch] = k
	}
	return keys
}

// WriteKey is the key under which the device should seal what it writes now: that of the newest safe epoch which it can open.
// There is none if somebody was removed and nobody has issued an epoch since: then call NewEpoch.
func (r *Roster) WriteKey(id *journal.Identity) (journal.EpochKey, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.writeKey(id)
}

func (r *Roster) writeKey(id *journal.Identity) (journal.EpochKey, bool) {
	v, keys := r.current(), r.ring(id).keys
	for _, e := range slices.Backward(v.epochs) {
		if k, ok := keys[e.id]; ok && v.safe(e) {
			return k, true
		}
	}
	return journal.EpochKey{}, false
}

// Safe reports whether the epoch may still be written under.
func (r *Roster) Safe(epoch journal.Hash) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.current()
	e := v.byEpoch[epoch]
	return e != nil && v.safe(e)
}

// Lost reports whether everybody who can have the epoch's key has left: what is sealed under it stays closed to those who are here. An epoch that no
// entry has brought yet is not lost.
func (r *Roster) Lost(epoch journal.Hash) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.current()
	e := v.byEpoch[epoch]
	return e != nil && v.lost(e)
}

// TeamSecret is the team's secret for ids that all devices must agree on. It is there as soon as the device has a key.
func (r *Roster) TeamSecret(id *journal.Identity) (secret [32]byte, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := r.current()
	if len(v.epochs) == 0 {
		return secret, false
	}
	k, ok := r.ring(id).keys[v.epochs[0].id]
	if !ok {
		return secret, false
	}
	return k.TeamSecret(r.team), true
}

// NameOf reads the newcomer's name out of a join request. It is empty when none was given.
func (r *Roster) NameOf(id *journal.Identity, q Request) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.current().invites[q.Invite]
	if i == nil {
		return "", ErrUnknown
	}
	if q.note == nil {
		return "", nil
	}
	if i.entry.NoteKey == nil {
		return "", ErrNoKey
	}
	k, ok := r.ring(id).keys[journal.Hash(i.entry.NoteKey.Epoch)]
	if !ok {
		return "", ErrNoKey
	}
	b, err := k.OpenNote("invite", q.Invite[:], i.entry.NoteKey.Note)
	if err != nil {
		return "", err
	}
	noteKey, err := journal.ParseEpochKey(b)
	if err != nil {
		return "", err
	}
	return q.name(noteKey)
}

func (r *Roster) ring(id *journal.Identity) ring {
	g := r.rings[id.Device()]
	if g.keys != nil && g.nodes == len(r.nodes) {
		return g
	}
	if g.keys == nil {
		g.keys = journal.Keyring{}
	}
	v := r.current()
	// Newest first: each opens its parents, so that few wraps are ever touched.
	for _, e := range slices.Backward(v.epochs) {
		for _, w := range e.wraps[id.Device()] {
			if _, ok := g.keys[e.id]; ok {
				break
			}
			if k, err := id.Unwrap(r.team, e.id, w); err == nil {
				g.keys[e.id] = k
			}
		}
		if k, ok := g.keys[e.id]; ok {
			for _, p := range e.parents {
				if parent, err := k.OpenParent(r.team, journal.Hash(p.Epoch), p.Wrap); err == nil {
					g.keys[parent.ID()] = parent
				}
			}
		}
	}
	// Which links hold is noted after all keys are known. A link counts only towards an earlier epoch: no circles.
	g.nodes, g.covered = len(r.nodes), map[journal.Hash][]journal.Hash{}
	earlier := map[journal.Hash]bool{}
	for _, e := range v.epochs {
		if k, ok := g.keys[e.id]; ok {
			for _, p := range e.parents {
				parent := journal.Hash(p.Epoch)
				if _, err := k.OpenParent(r.team, parent, p.Wrap); err == nil && earlier[parent] {
					g.covered[parent] = append(g.covered[parent], e.id)
				}
			}
		}
		earlier[e.id] = true
	}
	r.rings[id.Device()] = g
	return g
}

// tops is the fewest epochs of the ring that open all the others. All are known to the view.
func (g ring) tops(v *view) []journal.Hash {
	var ids []journal.Hash
	for _, e := range v.epochs {
		if _, ok := g.keys[e.id]; ok && len(g.covered[e.id]) == 0 {
			ids = append(ids, e.id)
		}
	}
	slices.SortFunc(ids, compareHash)
	return ids
}

// lacking is the fewest epochs of the ring that must be wrapped for a device so that it can open them all.
func (g ring) lacking(v *view, to journal.DeviceID) []journal.Hash {
	reach := map[journal.Hash]bool{}
	var ids []journal.Hash
	for _, e := range slices.Backward(v.epochs) {
		if _, ok := g.keys[e.id]; !ok {
			continue
		}
		has := v.best(e).audience[to]
		opened := slices.ContainsFunc(g.covered[e.id], func(newer journal.Hash) bool { return reach[newer] })
		if !has && !opened {
			ids = append(ids, e.id)
		}
		reach[e.id] = true // by now, or once what was just listed is wrapped
	}
	slices.SortFunc(ids, compareHash)
	return ids
}
