package replica

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// What must hold, in the middle of a schedule and at its end.

// look checks, in the middle of everything, that no receipt overclaims, and notes who came back after a removal.
func (s *sim) look(p *player) {
	for _, d := range p.roster.State().Devices {
		if d.Removed {
			p.gone[d.ID] = true
		} else if p.gone[d.ID] {
			p.back[d.ID] = true
		}
	}
	for _, d := range p.Status().Devices {
		q := s.player(d.Device)
		if q == nil || d.Removed || !q.roster.State().Present(p.me) {
			continue
		}
		q.mu.Lock()
		for _, e := range p.written[:min(int(d.UpTo), len(p.written))] {
			if !q.applied[line(p.me, e)] {
				s.t.Errorf("step %d: %s believes that %s holds its entries up to %d; it lacks %d", s.step, p.me, q.me, d.UpTo, e.Number)
			}
		}
		q.mu.Unlock()
	}
}

func (s *sim) check() {
	var present []*player
	state := s.cast[0].roster.State()
	for _, p := range s.cast {
		if _, known := state.Device(p.id.Device()); !known {
			continue // never let in, or not after all: what it wrote in between is nobody's
		}
		if !reflect.DeepEqual(p.roster.State(), state) {
			s.t.Errorf("%s and %s have different rosters:\n%s\n%s", p.me, s.cast[0].me, sketch(p.roster.State()), sketch(state))
			s.t.Logf("DEBUG %d %d missing %v %v; status %+v", p.roster.Len(), s.cast[0].roster.Len(), p.roster.Missing(), s.cast[0].roster.Missing(), p.Status())
		}
		if p.Status().Joined {
			present = append(present, p)
		} else if state.Present(p.me) {
			s.t.Errorf("%s belongs to the team and cannot read", p.me)
		}
	}
	if s.t.Failed() {
		return
	}
	all := s.countedEntries(state)
	for _, p := range present {
		s.checkDevice(p, state, present, all)
	}
	s.checkNumbers(present)
	s.checkKeys(present, state)
}

func sketch(st *roster.State) string {
	var b strings.Builder
	for _, d := range st.Devices {
		fmt.Fprintf(&b, "%s %s kit %v removed %v cuts %d; ", d.ID.String()[:8], d.Person.String()[:8], d.Kit, d.Removed, len(d.Cuts))
	}
	fmt.Fprintf(&b, "%d invites, %d closed, %d waiting, %d epochs, %d overruled", len(st.Invites), len(st.Closed), len(st.Waiting), len(st.Epochs), len(st.Overruled))
	return b.String()
}

// countedEntries is what the rules say counts, worked out from what was really written: line → whether it must be there. What nobody but its removed
// writer may ever have had must not, but may.
func (s *sim) countedEntries(state *roster.State) map[string]bool {
	counted, wanted := map[string]bool{}, map[string]bool{}
	type beyond struct{ line, token string }
	var rest []beyond
	want := func(l string) {
		if _, on, ok := strings.Cut(l, " after "); ok {
			wanted[on] = true
		}
	}
	for _, p := range s.cast {
		d, ok := state.Author(p.id.Device()) // of one whose admission came undone all lies beyond its cut
		if !ok {
			continue
		}
		for _, l := range p.own() {
			n, _ := strconv.ParseUint(strings.SplitN(l, " ", 3)[1], 10, 64)
			if d.Removed && n > d.Cut.Number {
				rest = append(rest, beyond{l, token(l)})
				continue
			}
			counted[l] = !d.Removed || !s.lossy
			want(l)
		}
	}
	for again := true; again; {
		again = false
		for _, b := range rest {
			if _, ok := counted[b.line]; !ok && wanted[b.token] {
				counted[b.line], again = false, true
				want(b.line)
			}
		}
	}
	return counted
}

func (s *sim) checkDevice(p *player, state *roster.State, present []*player, counted map[string]bool) {
	has := map[string]bool{}
	for _, l := range p.has() {
		has[l] = true
		if _, ok := counted[l]; !ok {
			s.t.Errorf("%s has applied what does not count: %q", p.me, l)
		}
	}
	for l, needed := range counted {
		if needed && !has[l] && !s.lost(p, l, present) {
			s.t.Errorf("%s lacks %q", p.me, l)
		}
		if has[l] != slices.Contains(present[0].has(), l) {
			s.t.Errorf("%s and %s differ in %q", p.me, present[0].me, l)
		}
	}
	st := p.Status()
	if st.Halted != nil || st.Sent != st.Own {
		s.t.Errorf("%s: halted %v, sent %d of %d", p.me, st.Halted, st.Sent, st.Own)
	}
	if len(st.Problems) != 0 && !s.lossy {
		s.t.Errorf("%s: problems %+v", p.me, st.Problems)
	}
	for _, a := range st.SetAside {
		if a.Reason != BeyondCut && a.Reason != Unknown && a.Reason != KeyLost { // unknown: of an invite that was overruled
			s.t.Errorf("%s: set aside %+v", p.me, a)
		}
	}
	others := 0
	for _, d := range state.Devices {
		if !d.Removed && !d.Kit && d.ID != p.me {
			others++
			if s.player(d.ID) == nil {
				return // restored by a kit, though the relay said no: nobody has that device
			}
		}
	}
	if st.Own > 0 && (st.Have != st.Of || st.Of != others) {
		s.t.Errorf("%s: delivered to %d of %d, and %d others are present", p.me, st.Have, st.Of, others)
	}
}

// lost reports whether a device says that everybody who could open an entry has left, and indeed nobody who is left has it.
func (s *sim) lost(p *player, l string, present []*player) bool {
	if slices.ContainsFunc(present, func(q *player) bool { return slices.Contains(q.has(), l) }) {
		return false
	}
	author, rest, _ := strings.Cut(l, " ")
	number, _, _ := strings.Cut(rest, " ")
	n, _ := strconv.ParseUint(number, 10, 64)
	return slices.ContainsFunc(p.Status().SetAside, func(a SetAside) bool {
		return a.Reason == KeyLost && a.Device.String() == author && a.First <= n && n <= a.Last
	})
}

// checkNumbers: no device has used a number twice.
func (s *sim) checkNumbers(present []*player) {
	used := map[string]journal.Hash{}
	s.eachSegment(present, func(h journal.Header, b []byte, from *player) {
		entries, err := journal.Open(b, from.roster.Keys(from.id))
		if err != nil {
			return
		}
		for i, hash := range journal.Chain(h.Prev, s.team, entries) {
			key := fmt.Sprint(h.Device, h.First+uint64(i))
			if was, ok := used[key]; ok && was != hash {
				s.t.Errorf("%s was used twice", key)
			}
			used[key] = hash
		}
	})
}

// checkKeys: with all that is to be had, a removed device opens nothing that was written by who knew of its removal.
func (s *sim) checkKeys(present []*player, state *roster.State) {
	for _, x := range s.cast {
		d, ok := state.Device(x.id.Device())
		if !ok || !d.Removed || slices.ContainsFunc(s.cast, func(p *player) bool { return p.back[d.ID] }) {
			continue
		}
		keys := s.cast[0].roster.Keys(x.id)
		maps.Copy(keys, x.roster.Keys(x.id))
		s.eachSegment(present, func(h journal.Header, b []byte, _ *player) {
			entries, err := journal.Open(b, keys)
			if err != nil {
				return
			}
			for _, e := range entries {
				if text, _, _ := strings.Cut(string(e.Body), " after "); strings.Contains(text, "/"+d.ID.String()[:8]) {
					s.t.Errorf("%s, removed, reads %q of %s, who knew", d.ID, e.Body, h.Device)
				}
			}
		})
	}
}

func (s *sim) eachSegment(present []*player, fn func(journal.Header, []byte, *player)) {
	seen := map[relay.Ref]bool{}
	for _, p := range present {
		for _, b := range blobs(s.t, p.keep, relay.Segment) {
			h, err := journal.ParseHeader(b.Bytes)
			if ref := relay.RefOf(b); err == nil && !seen[ref] {
				seen[ref] = true
				fn(h, b.Bytes, p)
			}
		}
	}
}
