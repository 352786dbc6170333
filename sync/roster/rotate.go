package roster

import (
	"fmt"
	"io"
	"slices"
	"time"

	"longhand/sync/journal"
)

// NewEpoch issues a key for all present devices. It seals every key that the writer has, so that one wrap gives all history.
func (r *Roster) NewEpoch(rand io.Reader, id *journal.Identity, at time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newEpoch(rand, id, at)
}

func (r *Roster) newEpoch(rand io.Reader, id *journal.Identity, at time.Time) error {
	c, err := r.epochWithout(rand, id, func(*device) bool { return false })
	if err != nil {
		return fmt.Errorf("new epoch: %w", err)
	}
	return r.write("new epoch", id, at, opEpoch, c)
}

// epochWithout makes a key for all present devices but those that are about to go.
func (r *Roster) epochWithout(rand io.Reader, id *journal.Identity, goes func(*device) bool) (*epoch, error) {
	k, err := journal.NewEpochKey(rand)
	if err != nil {
		return nil, err
	}
	epochID := k.ID()
	c := &epoch{ID: epochID[:]}
	v, g := r.current(), r.ring(id)
	for _, d := range v.order {
		if !d.present() || goes(d) {
			continue
		}
		w, err := d.public.Wrap(r.team, k)
		if err != nil {
			return nil, err
		}
		c.Wraps = append(c.Wraps, deviceWrap{Device: slices.Clone(d.id[:]), Wrap: w})
	}
	slices.SortFunc(c.Wraps, func(a, b deviceWrap) int { return slices.Compare(a.Device, b.Device) })
	for _, parent := range g.tops(v) {
		c.Parents = append(c.Parents, keyWrap{Epoch: slices.Clone(parent[:]), Wrap: k.SealParent(r.team, g.keys[parent])})
	}
	return c, nil
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

// wrapsFor wraps what opens all keys of the writer.
func (r *Roster) wrapsFor(rand io.Reader, id *journal.Identity, at time.Time, pub journal.Public) ([]keyWrap, error) {
	if len(r.ring(id).keys) == 0 {
		return nil, ErrNoKey
	}
	// A kit may not issue one. Whoever it enrols does so before writing anything.
	if me := r.current().devices[id.Device()]; me == nil || !me.kit {
		if _, ok := r.writeKey(id); !ok {
			if err := r.newEpoch(rand, id, at); err != nil {
				return nil, err
			}
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
