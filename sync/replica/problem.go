package replica

import (
	"bytes"
	"cmp"
	"slices"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// problemKey is what a problem claims to be about. The same trouble with the same thing is one problem, however often it is met.
type problemKey struct {
	relay, what string
	device      journal.DeviceID
	first, last uint64
	kind        ProblemKind
}

func (r *Replica) problem(l *link, b relay.Blob, kind ProblemKind, err error) {
	r.problemOf(l.name, b, kind, err)
}

func (r *Replica) problemOf(relayName string, b relay.Blob, kind ProblemKind, err error) {
	k := problemKey{relay: relayName, what: b.Kind.String(), device: b.Author, first: b.First, last: b.Last, kind: kind}
	of := k.device
	if _, member := r.cfg.Roster.State().Device(of); !member {
		of = journal.DeviceID{} // a relay can make up as many as it likes
	}
	r.mu.Lock()
	_, known := r.problems[k]
	if !known && r.problemsOf(relayName, of) < mostProblems {
		r.problems[k] = &Problem{Relay: relayName, What: k.what, Device: k.device, First: b.First, Last: b.Last, Kind: kind, Since: r.cfg.Now(), Err: err, of: of}
	}
	r.mu.Unlock()
	if kind == TooNew && !known && relayName != "" {
		// If this cannot be remembered, nothing else can: the next thing that must be says so.
		_ = r.save(keyTooNew+relayName, r.cfg.Version)
	}
	if !known {
		r.cfg.Notify(Event{Kind: EventProblem, Relay: relayName, Device: k.device, Err: err})
	}
}

// mostProblems are named of one device on one relay: a hostile relay could go on for ever, and what it does to one device must not hide what it does to
// another.
const mostProblems = 100

// problemsOf is called under mu.
func (r *Replica) problemsOf(relayName string, device journal.DeviceID) (n int) {
	for k, p := range r.problems {
		if k.relay == relayName && p.of == device {
			n++
		}
	}
	return n
}

// healed removes the problems whose subject the relay has now whole. It is called under mu.
func (r *Replica) healed(l *link, what string, device journal.DeviceID, first, last uint64) {
	for k := range r.problems {
		if k.relay == l.name && k.what == what && k.device == device && k.first >= first && k.last <= last {
			delete(r.problems, k)
		}
	}
}

// unlist forgets the problems of a relay that is read from the beginning: those that persist are found again.
func (r *Replica) unlist(l *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.problems {
		if k.relay == l.name {
			delete(r.problems, k)
		}
	}
}

// exists is the numbers of a device's entries that are known to have been written: held, said to be held by somebody who belongs to the team, or on the
// shelf. It is called under mu.
func (r *Replica) exists(d journal.DeviceID) uint64 {
	n := uint64(0)
	if h := r.held[d]; h != nil {
		n = h.numbers.max()
	}
	state := r.cfg.Roster.State()
	for teller, s := range r.seen {
		if state.Present(teller) {
			n = max(n, s.Marks[d].Number)
		}
	}
	return n
}

// missing is what of a device's entries is known to exist and is not here. It is called under mu.
func (r *Replica) missing(d journal.DeviceID, cut uint64, removed bool) ranges {
	n := r.exists(d)
	if removed {
		n = min(n, cut)
	}
	var here ranges
	if h := r.held[d]; h != nil {
		here = h.numbers
	}
	for ref := range r.shelf {
		if journal.DeviceID(ref.Author) == d {
			here = here.union(ranges{{First: ref.First, Last: ref.Last}})
		}
	}
	return here.gaps(n)
}

// allProblems is the list, with what is missing on each relay that could be read. It is called under mu.
func (r *Replica) allProblems() []Problem {
	var out []Problem
	for _, p := range r.problems {
		out = append(out, *p)
	}
	for _, d := range r.cfg.Roster.State().Devices {
		if d.ID == r.me {
			continue
		}
		for _, gap := range r.missing(d.ID, d.Cut.Number, d.Removed) {
			for _, l := range r.links {
				if l.untried && l.lastOK == 0 || l.err != nil || l.holds[d.ID].has(gap.First, gap.Last) {
					continue
				}
				out = append(out, Problem{Relay: l.name, What: "segment", Device: d.ID, First: gap.First, Last: gap.Last, Kind: Missing})
			}
		}
	}
	slices.SortFunc(out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Relay, b.Relay), cmp.Compare(a.What, b.What), bytes.Compare(a.Device[:], b.Device[:]),
			cmp.Compare(a.First, b.First), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Last, b.Last))
	})
	return out
}
