package replica

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Stage is how far everything that was written here has come.
type Stage string

const (
	SavedHere Stage = "saved-here" // something is on this device only
	Sent      Stage = "sent"       // a relay has everything
	Delivered Stage = "delivered"  // every other device of the team says that it holds everything
	NeedsYou  Stage = "needs-you"  // it will not get better without the person here: see the Causes that are Yours
)

// Code is what stands in the way, or should be known.
type Code string

// Next is what would help.
type Next string

const (
	NoRelay          Code = "no-relay"           // nothing can be sent
	NotJoined        Code = "not-joined"         // no member's device has answered yet
	RelayUnreachable Code = "relay-unreachable"  // tried again by itself
	RelayFull        Code = "relay-full"         //
	RelayNotAllowed  Code = "relay-not-allowed"  // it does not let this device read or write
	RelayNotRelay    Code = "relay-not-relay"    // something else is at its address
	RelayMisses      Code = "relay-misses"       // changes are known to exist, and it does not have them
	RelayTampers     Code = "relay-tampers"      // what it holds was damaged, forged or swapped
	TooNewThere      Code = "too-new-there"      // it holds something that this version cannot read
	WasAhead         Code = "ahead"              // ErrAhead
	WasForked        Code = "forked"             // ErrForked
	WasRemoved       Code = "removed"            // ErrRemoved
	SomebodyAsks     Code = "somebody-asks"      // see Requests
	DeviceForked     Code = "device-forked"      // another device: two have written as this one
	DeviceClaims     Code = "device-claims"      // another device says that it holds more of this one than was written here
	DeviceSilent     Code = "device-silent"      // it lacks something since long, and says nothing
	DeviceClock      Code = "device-clock"       // another device's clock is off
	OwnClock         Code = "own-clock"          // this device's clock is off
	WaitsForKey      Code = "waits-for-key"      // entries are sealed for others, so far
	KeyIsLost        Code = "key-lost"           // entries are sealed for people who have all left
	WasRefused       Code = "refused"            // entries that the application could not take
	BeyondItsCut     Code = "beyond-its-cut"     // a removed device wrote more than counts
	UnsentAfterEnd   Code = "unsent-and-removed" // something was written here that nobody will get under this device's name

	AddRelay       Next = "add-a-relay"
	Wait           Next = "wait"            // nothing; it is tried again
	CheckRelay     Next = "check-the-relay" // the address, the drive, the connection
	MakeRoom       Next = "make-room"
	GetAccess      Next = "get-access"
	TellRelayOwner Next = "tell-the-relay-owner" // nothing is lost; devices put back what is missing
	Upgrade        Next = "upgrade"
	EnrolAnew      Next = "enrol-anew"
	AskForInvite   Next = "ask-for-an-invitation"
	Approve        Next = "approve-or-withdraw"
	AskPerson      Next = "ask-its-person" // to open Longhand there, to set the clock, or for a copy
	SetClock       Next = "set-the-clock"
	AcceptOrLeave  Next = "accept-or-leave" // an admin may let it count
)

// Cause is one thing that stands in the way or should be known, with its subject as far as it has one.
type Cause struct {
	Code   Code
	Next   Next
	Yours  bool // only the person here can do something about it
	Relay  string
	Device journal.DeviceID
	First  uint64 // entries of Device
	Last   uint64
	Since  time.Time
	Skew   time.Duration // of a clock: how far it is ahead, negative if behind
	Err    error
}

// causes adds to all. It is called under mu, with everything else of the status filled in.
func (r *Replica) causes(out Status, all []Cause) []Cause {
	add := func(c Cause) { all = append(all, c) }
	switch {
	case errors.Is(out.Halted, ErrAhead):
		add(Cause{Code: WasAhead, Next: EnrolAnew, Yours: true, Device: r.me, Err: out.Halted})
	case errors.Is(out.Halted, ErrForked):
		add(Cause{Code: WasForked, Next: EnrolAnew, Yours: true, Device: r.me, Err: out.Halted})
	case errors.Is(out.Halted, ErrRemoved):
		add(Cause{Code: WasRemoved, Next: AskForInvite, Yours: true, Device: r.me, Err: out.Halted})
		if out.Own > out.Sent {
			add(Cause{Code: UnsentAfterEnd, Next: AskForInvite, Yours: true, Device: r.me, First: out.Sent + 1, Last: out.Own})
		}
	case len(out.Relays) == 0:
		add(Cause{Code: NoRelay, Next: AddRelay, Yours: true})
	case !out.Joined:
		add(Cause{Code: NotJoined, Next: Wait})
	}
	for _, l := range out.Relays {
		if l.Err != nil {
			add(relayCause(l))
		}
	}
	for _, p := range out.Problems {
		c := Cause{Code: RelayTampers, Next: TellRelayOwner, Relay: p.Relay, Device: p.Device, First: p.First, Last: p.Last, Since: p.Since, Err: p.Err}
		switch p.Kind {
		case Missing:
			c.Code, c.Next = RelayMisses, Wait
		case TooNew:
			c.Code, c.Next, c.Yours = TooNewThere, Upgrade, true
		}
		add(c)
	}
	for _, s := range out.SetAside {
		c := Cause{Relay: s.Relay, Device: s.Device, First: s.First, Last: s.Last}
		switch s.Reason {
		case NoKey:
			c.Code, c.Next = WaitsForKey, Wait
		case KeyLost:
			c.Code, c.Next = KeyIsLost, AskPerson
		case Refused:
			c.Code, c.Next, c.Err = WasRefused, Upgrade, errors.New(s.Why)
		case BeyondCut:
			c.Code, c.Next = BeyondItsCut, AcceptOrLeave
		default:
			continue // it sorts itself out
		}
		add(c)
	}
	own, skews := r.skews()
	if own != 0 {
		add(Cause{Code: OwnClock, Next: SetClock, Yours: true, Device: r.me, Skew: own})
	}
	for _, d := range out.Devices {
		if d.Removed {
			continue
		}
		if skew := skews[d.Device]; skew != 0 {
			add(Cause{Code: DeviceClock, Next: AskPerson, Device: d.Device, Skew: skew})
		}
		if more := r.seen[d.Device].more; more > out.Own {
			add(Cause{Code: DeviceClaims, Next: AskPerson, Device: d.Device, First: out.Own + 1, Last: more})
		}
		if d.Forked {
			add(Cause{Code: DeviceForked, Next: AskPerson, Device: d.Device})
		}
		if since, silent := r.silentSince(d.Device, d.UpTo, out.Sent); silent {
			add(Cause{Code: DeviceSilent, Next: AskPerson, Device: d.Device, First: d.UpTo + 1, Last: out.Sent, Since: since})
		}
	}
	slices.SortStableFunc(all, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(btoi(b.Yours), btoi(a.Yours)), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Relay, b.Relay),
			bytes.Compare(a.Device[:], b.Device[:]), cmp.Compare(a.First, b.First))
	})
	return all
}

func relayCause(l RelayStatus) Cause {
	c := Cause{Code: RelayUnreachable, Next: CheckRelay, Relay: l.Name, Since: l.LastOK, Err: l.Err}
	switch {
	case errors.Is(l.Err, relay.ErrFull):
		c.Code, c.Next, c.Yours = RelayFull, MakeRoom, true
	case errors.Is(l.Err, relay.ErrNotAllowed):
		c.Code, c.Next, c.Yours = RelayNotAllowed, GetAccess, true
	case errors.Is(l.Err, relay.ErrTooNew):
		c.Code, c.Next, c.Yours = TooNewThere, Upgrade, true
	case errors.Is(l.Err, relay.ErrNotRelay):
		c.Code, c.Next, c.Yours = RelayNotRelay, CheckRelay, true
	}
	return c
}

// asks are the causes that Requests make. They need the roster, and are added outside of mu.
func (r *Replica) asks() []Cause {
	me, ok := r.cfg.Roster.State().Device(r.me)
	if !ok || me.Removed {
		return nil
	}
	m, _ := r.cfg.Roster.State().Member(me.Person)
	var out []Cause
	for _, q := range r.Requests() {
		out = append(out, Cause{Code: SomebodyAsks, Next: Approve, Yours: q.Own || m.Role == roster.RoleAdmin, Device: q.Device})
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// stage is called when the causes are known.
func (s Status) stage() Stage {
	switch {
	case slices.ContainsFunc(s.Causes, func(c Cause) bool { return c.Yours }):
		return NeedsYou
	case s.Own > s.Sent:
		return SavedHere
	case s.Of > 0 && s.Have == s.Of:
		return Delivered
	}
	return Sent
}
