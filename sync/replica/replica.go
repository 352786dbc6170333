// Package replica moves blobs between a device and its relays.
//
// [New] takes everything it needs; [Replica.Sync] pushes and pulls until nothing is left to do, [Replica.Run] does so in the background,
// [Replica.Nudge] tells it that the device has written. What arrives is verified, kept verbatim, opened, and only then handed to
// Config.Apply. [Replica.Status] says how things stand.
//
// A replica never decides what an entry means, never changes an entry, and never trusts a relay: what is damaged, forged or missing is
// listed and asked for again, and stops nothing else.
package replica

import (
	"context"
	"errors"
	"io"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Config is what a replica needs. All but the durations must be set.
type Config struct {
	Identity *journal.Identity
	Roster   *roster.Roster

	// Keep is this device's own copy of every segment and roster entry. Everything can be rebuilt from it.
	Keep relay.Store
	// State is where the replica remembers how far it is. It may be lost: everything is then followed again from the beginning.
	State State
	// Outbox is the journal of this device.
	Outbox Outbox
	// Apply takes verified entries, at least once each, in no particular order. When it returns nil they are stored for good. It must not call
	// the replica, but for Nudge and the methods that only read.
	Apply func(context.Context, []Received) error

	Now    func() time.Time
	Rand   io.Reader
	Notify func(Event) // may be nil; must return quickly and not call the replica

	Flush     time.Duration // from Nudge to sending; 0 is at once
	Poll      time.Duration // between looks at relays that fail, at what others lack, and at the own files; 0 is 30 s
	SeenEvery time.Duration // least time between two statements of what is seen here; 0 is no limit
	Carry     time.Duration // how long Run waits before it carries others' segments to a relay that lacks them; 0 is a minute
}

// State is a small store for the replica's own memory. Keys are printable; values are at most some hundred kilobytes.
type State interface {
	Get(key string) ([]byte, error) // nil if there is none
	Put(key string, value []byte) error
}

// Outbox is what this device has written, numbered from 1.
type Outbox interface {
	Last() uint64
	// Entries returns entries from number on, in order: at most limit, at least one if there is one.
	Entries(from uint64, limit int) ([]journal.Entry, error)
}

// Received is an entry that another device wrote; or this one, before it forgot.
type Received struct {
	Device journal.DeviceID
	Entry  journal.Entry
}

var (
	// ErrAhead: a relay holds entries of this device that its journal lacks. A backup was restored, or the disk was cloned.
	// Nothing more is sent as this device; enrol anew.
	ErrAhead = errors.New("a relay holds more of this device than the device itself")
	// ErrForked: a relay holds other entries of this device under numbers that it has used. The disk was cloned.
	ErrForked = errors.New("somebody else writes as this device")
	// ErrRemoved: the team has removed this device.
	ErrRemoved = errors.New("this device was removed from the team")
	// ErrUnknownRelay: no relay of this name was added.
	ErrUnknownRelay = errors.New("there is no relay of this name")
)

// Report is what one Sync did.
type Report struct {
	Sent     int               // own entries sent for the first time
	Received int               // entries of others applied
	Carried  int               // segments and roster entries of others put where they were missing
	Admitted []roster.PersonID // newcomers let in
	Relays   map[string]error  // of each relay; nil if it is up to date
	// Halted is nil, ErrAhead, ErrForked or ErrRemoved: why nothing more is sent as this device.
	Halted error
}

// Event is something that a window may want to show at once.
type Event struct {
	Kind   EventKind
	Relay  string           // of EventRelay
	Device journal.DeviceID // of EventApplied
	Count  int              // of EventApplied: entries
	Person roster.PersonID  // of EventAdmitted and EventAsks
	Err    error            // of EventRelay and EventHalted
}

// EventKind is the sort of an Event.
type EventKind uint8

const (
	EventApplied  EventKind = iota + 1 // entries of a device were applied
	EventSent                          // own entries reached a relay
	EventRoster                        // the roster has grown
	EventJoined                        // this device belongs to the team now and can read
	EventAdmitted                      // this device let a newcomer in
	EventAsks                          // a newcomer waits for an admin: see Requests
	EventSeen                          // somebody said what they hold
	EventRelay                         // a relay began to fail, or works again (Err is nil)
	EventProblem                       // the list of problems has changed
	EventHalted                        // nothing more is sent as this device
)
