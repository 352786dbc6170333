package roster

import (
	"slices"

	"longhand/sync/journal"
)

// resolve follows *Which entries count* of FORMAT.md for a set of entries that stand and that is closed under parents.
func resolve(nodes []*node) *view {
	s := &resolution{nodes: slices.Clone(nodes), overruled: map[*node]bool{}, taken: map[*node]bool{}}
	slices.SortFunc(s.nodes, before)
	var removals []*node
	rank := map[journal.DeviceID]int{}
	for i, n := range s.nodes {
		if n.public != nil {
			if id := n.public.Device(); rank[id] == 0 {
				rank[id] = i + 1
			}
		}
		if n.op == opRemove {
			removals = append(removals, n)
		}
	}
	// Stable: those of one device, and of devices enrolled together, stay in the order.
	slices.SortStableFunc(removals, func(a, b *node) int { return rank[a.signer] - rank[b.signer] })
	for _, r := range removals {
		s.take(r)
	}
	for _, n := range s.nodes {
		if !s.overruled[n] && !s.taken[n] && !n.isKeys() && !s.standsWithout(n) {
			s.overrule(n)
		}
	}
	return derive(s.nodes, s.overruled)
}

type resolution struct {
	nodes     []*node // in order
	overruled map[*node]bool
	out       bits           // of the overruled
	taken     map[*node]bool // removals that count
}

func (s *resolution) overrule(n *node) {
	s.overruled[n] = true
	s.out = s.out.set(n.index)
}

func (s *resolution) take(r *node) {
	if s.overruled[r] {
		return
	}
	if !s.standsWithout(r) {
		s.overrule(r)
		return
	}
	// Left out are removals not taken yet, lest the earlier be spoiled by the later, and what was written knowing of this one:
	// otherwise a removal that was overruled, and that everybody went on without, would count the day another admin comes.
	pending := map[*node]bool{}
	for _, n := range s.nodes {
		if s.overruled[n] || n.op == opRemove && n != r && !s.taken[n] || n.anc.has(r.index) {
			pending[n] = true
		}
	}
	v, c := derive(s.nodes, pending), r.content.(*remove)
	var meanwhile []*node // of its targets
	for _, n := range s.nodes {
		if n != r && !r.anc.has(n.index) && !s.taken[n] && !n.isKeys() && v.targets(c, n.signer) {
			meanwhile = append(meanwhile, n)
			pending[n] = true
		}
	}
	if len(meanwhile) > 0 {
		v = derive(s.nodes, pending) // an admin of its targets' making is none, should it count
	}
	if !v.hasAdmin() {
		s.overrule(r)
		return
	}
	s.taken[r] = true
	for _, n := range meanwhile {
		s.overrule(n)
	}
}

// standsWithout reports whether n may still stand when what it depends on and was overruled is left out.
func (s *resolution) standsWithout(n *node) bool {
	if !n.anc.meets(s.out) {
		return true
	}
	var known []*node
	for _, m := range s.nodes {
		if n.anc.has(m.index) {
			known = append(known, m)
		}
	}
	return derive(known, s.overruled).permits(n) == nil
}

// isKeys reports whether n only hands keys on. Such entries are never overruled: what was sealed with a key must stay readable.
func (n *node) isKeys() bool { return n.op == opEpoch || n.op == opWrap }

// targets reports whether a removal is of this device.
func (v *view) targets(c *remove, id journal.DeviceID) bool {
	d := v.devices[id]
	if d == nil {
		return false
	}
	return containsID(c.Devices, id[:]) || containsID(c.Persons, d.person.id[:])
}
