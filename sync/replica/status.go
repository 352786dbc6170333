package replica

import (
	"cmp"
	"slices"
	"time"

	"longhand/sync/journal"
	"longhand/sync/roster"
)

// Status is how things stand here. It is a snapshot.
type Status struct {
	Device journal.DeviceID
	Joined bool   // this device belongs to the team and can read
	Own    uint64 // number of the last own entry
	Sent   uint64 // own entries up to here have reached a relay

	Relays   []RelayStatus  // by name
	Devices  []DeviceStatus // in order of enrolment, without the own and without kits
	Problems []Problem
	SetAside []SetAside
	Halted   error // ErrAhead, ErrForked or ErrRemoved

	Stage    Stage
	Have, Of int     // other devices that say they hold all own entries; of how many
	Causes   []Cause // what stands in the way or should be known, those first that need the person here
}

// RelayStatus is how one relay is doing.
type RelayStatus struct {
	Name    string
	Tried   bool      // false until the first attempt ever is over
	Err     error     // nil if it works; a *relay.Error says what is wrong
	LastOK  time.Time // zero if never
	Pending int       // own entries that it does not have yet
}

// DeviceStatus is another device as seen from here.
type DeviceStatus struct {
	Device  journal.DeviceID
	Person  roster.PersonID
	Removed bool
	Cut     uint64          // if Removed: the number of the last entry that counts
	Forked  bool            // two different journals have been written under its name
	Have    uint64          // the greatest number applied here; beyond Cut if it came before the removal did
	Missing []journal.Range // known to exist, and not applied here
	Seen    *journal.Seen   // what it last said; nil if nothing yet
	Lacks   uint64          // own entries, of those sent, that it has not said to hold
	UpTo    uint64          // it has said to hold all own entries up to here
	Behind  uint64          // entries of anybody's, held here, that it has not said to hold; its own apart
}

// ProblemKind is what is wrong with something on a relay.
type ProblemKind string

const (
	Damaged  ProblemKind = "damaged"  // not what was put there, or not whole
	Missing  ProblemKind = "missing"  // known to exist, and not there
	Forged   ProblemKind = "forged"   // not signed by whom it names
	Replayed ProblemKind = "replayed" // genuine, but not what it claims to be
	TooNew   ProblemKind = "too-new"  // written by a later version of Longhand
)

// Problem is something on a relay that was not applied. It leaves the list when it has healed.
type Problem struct {
	Relay       string
	What        string // "segment", "roster entry", "seen" or "mail"
	Device      journal.DeviceID
	First, Last uint64
	Kind        ProblemKind
	Since       time.Time
	Err         error

	of journal.DeviceID // Device, if it is one of the team's
}

// Reason is why something genuine was not applied.
type Reason string

const (
	NoKey     Reason = "no-key"     // sealed for others, so far
	KeyLost   Reason = "key-lost"   // sealed for others, and all of them have left
	Unknown   Reason = "unknown"    // of a device, or for an invite, that the roster does not know so far
	Again     Reason = "again"      // kept, and to be taken in anew: the store failed, or the memory of it was lost
	Refused   Reason = "refused"    // by the application: see Why
	BeyondCut Reason = "beyond-cut" // written by a removed device after the last entry that was accepted
)

// SetAside is something that waits, mostly for the roster to grow.
type SetAside struct {
	Relay       string // empty if it is kept here
	Device      journal.DeviceID
	First, Last uint64
	Reason      Reason
	Why         string // of Refused
}

// Request is a newcomer who waits for an admin.
type Request struct {
	Device journal.DeviceID
	Person roster.PersonID
	Invite roster.InviteID
	Name   string // as the newcomer gave it; may be empty
	Own    bool   // a further device of this person's
}

// Status says how things stand.
func (r *Replica) Status() Status {
	asks := r.asks()
	s := r.cfg.Roster.State()
	last := r.cfg.Outbox.Last()
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Status{Device: r.me, Joined: r.joined, Own: last, Halted: r.halted, Problems: r.allProblems()}
	if h := r.held[r.me]; h != nil {
		out.Sent = last
		if unsent := h.numbers.gaps(last); len(unsent) > 0 {
			out.Sent = unsent[0].First - 1
		}
	}
	for _, l := range r.links {
		status := RelayStatus{Name: l.name, Tried: !l.untried || l.lastOK != 0 || l.err != nil, Err: l.err}
		if l.lastOK != 0 {
			status.LastOK = time.UnixMilli(l.lastOK).UTC()
		}
		for _, gap := range l.holds[r.me].gaps(last) {
			status.Pending += int(gap.Last - gap.First + 1)
		}
		out.Relays = append(out.Relays, status)
	}
	slices.SortFunc(out.Relays, func(a, b RelayStatus) int { return cmp.Compare(a.Name, b.Name) })
	for _, d := range s.Devices {
		if d.ID != r.me && !d.Kit {
			out.Devices = append(out.Devices, r.deviceStatus(d, out.Sent))
		}
	}
	for d, was := range r.beyond {
		var numbers ranges
		for _, f := range was.entries {
			numbers = numbers.add(f.Entry.Number, f.Entry.Number)
		}
		reason := BeyondCut
		if _, known := s.Device(d); !known {
			reason = Unknown
		}
		for _, n := range numbers {
			out.SetAside = append(out.SetAside, SetAside{Device: d, First: n.First, Last: n.Last, Reason: reason})
		}
	}
	for ref, why := range r.shelf {
		if why == BeyondCut && r.beyond[ref.Author] != nil {
			continue // named exactly above
		}
		if d, _ := s.Author(ref.Author); (why == NoKey || why == KeyLost) && d.Removed && ref.First > d.Cut.Number {
			why = BeyondCut // who removed it could not open it either
		}
		out.SetAside = append(out.SetAside, SetAside{Device: ref.Author, First: ref.First, Last: ref.Last, Reason: why})
	}
	for d, h := range r.held {
		for n, why := range h.refused {
			out.SetAside = append(out.SetAside, SetAside{Device: d, First: n, Last: n, Reason: Refused, Why: why})
		}
	}
	for _, l := range r.links {
		for id := range l.unknown {
			out.SetAside = append(out.SetAside, SetAside{Relay: l.name, Device: id, Reason: Unknown})
		}
	}
	slices.SortFunc(out.SetAside, func(a, b SetAside) int {
		return cmp.Or(cmp.Compare(a.Relay, b.Relay), slices.Compare(a.Device[:], b.Device[:]), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	for _, d := range out.Devices {
		if !d.Removed {
			out.Of++
			out.Have += btoi(d.UpTo >= last)
		}
	}
	out.Causes = r.causes(out, asks)
	out.Stage = out.stage()
	return out
}

// deviceStatus is called under mu.
func (r *Replica) deviceStatus(d roster.Device, sent uint64) DeviceStatus {
	out := DeviceStatus{Device: d.ID, Person: d.Person, Removed: d.Removed, Cut: d.Cut.Number, Missing: r.missing(d.ID, d.Cut.Number, d.Removed), Lacks: sent}
	if h := r.held[d.ID]; h != nil {
		out.Have, out.Forked = h.numbers.max(), h.forked
	}
	if told, ok := r.seen[d.ID]; ok {
		said := told.Seen
		out.Seen = &said
		if told.genuine {
			for _, gap := range append(ranges{}, said.Exceptions[r.me]...) {
				out.Lacks += gap.Last - gap.First + 1
			}
			out.Lacks -= min(said.Marks[r.me].Number, out.Lacks)
			out.UpTo = min(upTo(said, r.me), sent)
		}
	}
	for x, h := range r.held {
		if x == d.ID {
			continue
		}
		var told ranges
		if out.Seen != nil && (x != r.me || out.UpTo > 0) {
			told = ranges(out.Seen.Exceptions[x]).gaps(out.Seen.Marks[x].Number)
		}
		out.Behind += h.numbers.union(told).count() - told.count()
	}
	return out
}

// upTo is the last entry of a device up to which somebody holds everything.
func upTo(s journal.Seen, of journal.DeviceID) uint64 {
	if gaps := s.Exceptions[of]; len(gaps) > 0 {
		return gaps[0].First - 1
	}
	return s.Marks[of].Number
}
