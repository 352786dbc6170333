package replica

import (
	"slices"

	"longhand/sync/journal"
)

// ranges is a set of numbers: ascending, not touching each other.
type ranges []journal.Range

func (rs ranges) add(first, last uint64) ranges {
	if first == 0 || last < first {
		return rs
	}
	var out ranges
	for i, r := range rs {
		switch {
		case r.Last+1 < first:
			out = append(out, r)
		case last+1 < r.First:
			return append(append(out, journal.Range{First: first, Last: last}), rs[i:]...)
		default:
			first, last = min(first, r.First), max(last, r.Last)
		}
	}
	return append(out, journal.Range{First: first, Last: last})
}

func (rs ranges) has(first, last uint64) bool {
	return slices.ContainsFunc(rs, func(r journal.Range) bool { return r.First <= first && last <= r.Last })
}

// greatest number at most n that is in the set; 0 if there is none.
func (rs ranges) upTo(n uint64) uint64 {
	for _, r := range slices.Backward(rs) {
		if r.First <= n {
			return min(n, r.Last)
		}
	}
	return 0
}

func (rs ranges) max() uint64 {
	if len(rs) == 0 {
		return 0
	}
	return rs[len(rs)-1].Last
}

// gaps is what is missing of the numbers from 1 to n.
func (rs ranges) gaps(n uint64) ranges {
	var out ranges
	next := uint64(1)
	for _, r := range rs {
		if r.First > n {
			break
		}
		if r.First > next {
			out = append(out, journal.Range{First: next, Last: r.First - 1})
		}
		next = r.Last + 1
	}
	if next <= n {
		out = append(out, journal.Range{First: next, Last: n})
	}
	return out
}

func (rs ranges) union(more ranges) ranges {
	for _, r := range more {
		rs = rs.add(r.First, r.Last)
	}
	return rs
}

func (rs ranges) count() (n uint64) {
	for _, r := range rs {
		n += r.Last - r.First + 1
	}
	return n
}
