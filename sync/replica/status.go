package replica

import (
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
}

// RelayStatus is how one relay is doing.
type RelayStatus struct {
	Name    string
	Tried   bool      // false until the first attempt is over
	Err     error     // nil if it works; a *relay.Error says what is wrong
	LastOK  time.Time // zero if never
	Pending int       // own entries that it does not have yet
}

// DeviceStatus is another device as seen from here.
type DeviceStatus struct {
	Device  journal.DeviceID
	Person  roster.PersonID
	Removed bool
	Forked  bool            // two different journals have been written under its name
	Have    uint64          // the greatest number applied here
	Missing []journal.Range // known to exist, and not applied here
	Seen    *journal.Seen   // what it last said; nil if nothing yet
	Lacks   uint64          // own entries, of those sent, that it has not said to hold
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
}

// Reason is why something genuine was not applied.
type Reason string

const (
	NoKey         Reason = "no-key"         // sealed for others, so far
	UnknownDevice Reason = "unknown-device" // of a device that the roster does not know, so far
	BeyondCut     Reason = "beyond-cut"     // written by a removed device after the last entry that was accepted
)

// SetAside is something that waits, mostly for the roster to grow.
type SetAside struct {
	Relay       string // empty if it is kept here
	Device      journal.DeviceID
	First, Last uint64
	Reason      Reason
}

// Request is a newcomer who waits for an admin.
type Request struct {
	Device journal.DeviceID
	Person roster.PersonID
	Invite roster.InviteID
	Name   string // as the newcomer gave it; may be empty
}
