package replica

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"longhand/sync/journal"
)

// Refusals is the error of an Apply that has stored all for good but these entries, which no later try by this program would take either: written by
// a later version, malformed, or set aside because they kill whoever opens them. They are named in this device's seen as not held, listed in the
// Status, and handed to Apply again once Config.Version has changed.
type Refusals []Refusal

// Refusal is one entry that was authentic and is not applied.
type Refusal struct {
	Device journal.DeviceID // who carried it: Received.Entry.Device
	Number uint64
	Why    string // for people; a sentence or an error's text
}

func (all Refusals) Error() string {
	if len(all) == 0 {
		return "nothing was refused"
	}
	return fmt.Sprintf("entry %d of %s (of %d refused): %s", all[0].Number, all[0].Device, len(all), all[0].Why)
}

// asRefusals tells refusals from trouble of this device's.
func asRefusals(err error) (Refusals, error) {
	var said Refusals
	if errors.As(err, &said) {
		return said, nil
	}
	return nil, err
}

// Refuse is for what turns out after Apply: entries that it took and that are set aside now, with the reasons. Like Apply's Refusals they are no longer
// claimed to be held. It must not be called from Apply.
func (r *Replica) Refuse(refusals Refusals) error {
	r.work.Lock()
	defer r.work.Unlock()
	r.refuse(refusals)
	return r.saveHeld()
}

func (r *Replica) refuse(all Refusals) {
	for _, x := range all {
		h := r.heldOf(x.Device)
		r.mu.Lock()
		h.refused[x.Number] = x.Why
		r.mu.Unlock()
		r.dirty[x.Device] = true
	}
}

// tryRefused puts everything that was refused by another version of the program on the shelf, to be taken in anew. It is called by New.
func (r *Replica) tryRefused() error {
	var version string
	if _, err := r.load(keyVersion, &version); err != nil {
		return err
	}
	if version == r.cfg.Version {
		return nil
	}
	for d, h := range r.held {
		for n := range h.refused {
			h.numbers = h.numbers.without(n)
			for _, ref := range r.kept[d] {
				if ref.First <= n && n <= ref.Last {
					r.shelf[ref], r.shelfDirty = Again, true
				}
			}
		}
		if len(h.refused) > 0 {
			h.refused, r.dirty[d] = map[uint64]string{}, true
		}
	}
	if err := r.saveHeld(); err != nil {
		return err
	}
	return r.save(keyVersion, r.cfg.Version)
}

// Unwrap finds in an entry what its body says and who wrote that: the entry's own device, unless it adopts the work of an older one of the same
// person, which is verified. The application calls it for entries of its own journal; what Apply gets is unwrapped already.
func (r *Replica) Unwrap(e journal.Entry) (Received, error) {
	s := r.cfg.Roster.State()
	by := e.Device
	out := Received{Device: e.Device, Entry: e}
	carrier, _ := s.Author(e.Device)
	for {
		a, ok, err := journal.ParseAdoption(out.Entry.Body)
		if err != nil {
			return out, err
		}
		if !ok {
			return out, nil
		}
		old, known := s.Author(a.Device)
		if !known || old.Person != carrier.Person {
			return out, fmt.Errorf("entry %d of %s, adopted by %s: the two are not one person's: %w", a.Number, a.Device, by, journal.ErrForged)
		}
		if err := a.Verify(old.Public, r.team, by); err != nil {
			return out, err
		}
		out.Device, out.Entry.Body, by = a.Device, a.Body, a.Device
	}
}

// unwrapAll unwraps what is about to be applied, and refuses adoptions that are none.
func (r *Replica) unwrapAll(fresh []Received) (out []Received, refused Refusals) {
	for _, f := range fresh {
		u, err := r.Unwrap(f.Entry)
		if err != nil {
			refused = append(refused, Refusal{Device: f.Entry.Device, Number: f.Entry.Number, Why: err.Error()})
			continue
		}
		out = append(out, u)
	}
	return out, refused
}

func (h *held) refusedRanges() ranges {
	var out ranges
	for _, n := range slices.Sorted(maps.Keys(h.refused)) {
		if last := len(out) - 1; last >= 0 && out[last].Last+1 == n {
			out[last].Last = n
		} else {
			out = append(out, journal.Range{First: n, Last: n})
		}
	}
	return out
}

// without leaves out one number.
func (rs ranges) without(n uint64) ranges {
	i := slices.IndexFunc(rs, func(r journal.Range) bool { return r.First <= n && n <= r.Last })
	if i < 0 {
		return rs
	}
	out, r := slices.Clone(rs[:i]), rs[i]
	if r.First < n {
		out = append(out, journal.Range{First: r.First, Last: n - 1})
	}
	if n < r.Last {
		out = append(out, journal.Range{First: n + 1, Last: r.Last})
	}
	return append(out, rs[i+1:]...)
}
