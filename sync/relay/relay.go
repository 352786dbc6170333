// Package relay carries sealed blobs between the devices of a team. It cannot read them.
//
// A [Relay] is a place: somebody puts blobs there, everybody follows what is there. [Memory] is one for tests, package folder a directory
// that people share; whatever is new must pass package relaytest. A [Store] is a relay that is close enough to be looked through, as the
// folder is in which a device keeps everything verbatim.
//
// A relay is not trusted: it may lose, repeat, reorder, damage or withhold. It checks nothing and knows no key. Whoever follows it
// verifies every blob, and puts back what is gone.
package relay

import (
	"context"
	"errors"
	"fmt"
)

// Kind is the sort of a blob.
type Kind uint8

const (
	// Idle is no blob at all: everything that was there has been delivered.
	Idle Kind = iota
	// Segment is a run of one device's journal.
	Segment
	// Roster is one entry of the team's roster.
	Roster
	// Seen is what one device holds. Only the one with the greatest counter matters.
	Seen
	// Mail is addressed to a mailbox: an invite's or a device's.
	Mail
)

func (k Kind) String() string {
	switch k {
	case Idle:
		return "idle"
	case Segment:
		return "segment"
	case Roster:
		return "roster entry"
	case Seen:
		return "seen"
	case Mail:
		return "mail"
	}
	return fmt.Sprintf("blob of kind %d", uint8(k))
}

const (
	MaxBlob = 4 << 20 // bytes of a segment or a roster entry
	MaxSeen = 1 << 20
	MaxMail = 8 << 10
)

// Max is how many bytes a blob of this kind may have.
func (k Kind) Max() int {
	switch k {
	case Segment, Roster:
		return MaxBlob
	case Seen:
		return MaxSeen
	case Mail:
		return MaxMail
	}
	return 0
}

// Blob is one sealed thing and the little that a relay must know to keep it in its place. All but Bytes is a claim: the receiver
// believes the bytes.
type Blob struct {
	Kind        Kind
	Team        [32]byte
	Author      [16]byte // the device that wrote a Segment, a Seen or a Mail
	First, Last uint64   // of a Segment
	Counter     uint64   // of a Seen
	Mailbox     [16]byte // of a Mail
	Bytes       []byte

	// Damaged says that the relay itself can tell that the bytes are not those that were put. They may still be whole:
	// somebody renamed a file.
	Damaged bool
}

// Check refuses a blob that no relay should have to keep.
func (b Blob) Check() error {
	switch {
	case b.Kind.Max() == 0:
		return fmt.Errorf("%s cannot be put on a relay", b.Kind)
	case len(b.Bytes) == 0 || len(b.Bytes) > b.Kind.Max():
		return fmt.Errorf("%s of %d bytes: %w", b.Kind, len(b.Bytes), ErrTooLarge)
	case b.Kind == Segment && (b.First == 0 || b.Last < b.First):
		return fmt.Errorf("segment %d-%d is no run of entries", b.First, b.Last)
	}
	return nil
}

// Cursor remembers how much of a relay has been followed. Only the relay that made it can read it; nil is the beginning.
type Cursor []byte

// Relay is a place where the devices of one team leave blobs for each other. It is safe for concurrent use.
type Relay interface {
	// Put leaves a blob. When it returns nil the blob is as safe as the relay can make it. Putting it again changes nothing,
	// and mends the relay's copy if that is damaged.
	Put(ctx context.Context, b Blob) error

	// Follow calls fn, one call at a time, for every blob that came after the cursor, at least once and in any order; then once with
	// the zero Blob (Idle), and then again so for whatever is new, until ctx ends or fn returns an error, which Follow returns.
	// The cursor given to fn covers every blob delivered so far. It may stay the same until the next Idle.
	Follow(ctx context.Context, after Cursor, fn func(Blob, Cursor) error) error
}

// Ref names a blob in a Store.
type Ref struct {
	Kind        Kind
	Author      [16]byte
	First, Last uint64
	Counter     uint64
	Mailbox     [16]byte
	Hash        [16]byte // the first bytes of the SHA-256 of its bytes
}

// Store is a relay that can be looked through without reading everything.
type Store interface {
	Relay

	// List calls fn for every blob of a kind, by its name alone: what it names may turn out to be damaged.
	List(ctx context.Context, kind Kind, fn func(Ref) error) error

	// Fetch reads one blob. If it is gone, the error is ErrGone.
	Fetch(ctx context.Context, ref Ref) (Blob, error)

	// Replace puts a segment and then forgets those that it replaces. Of others' copies it forgets none.
	Replace(ctx context.Context, b Blob, old []Ref) error
}

// What can be wrong with a relay as a whole. An *Error says where.
var (
	ErrUnreachable = errors.New("the relay cannot be reached")
	ErrFull        = errors.New("the relay is full")
	ErrNotAllowed  = errors.New("the relay does not let this device write or read")
	ErrNotRelay    = errors.New("this is not a Longhand relay")
	ErrTooNew      = errors.New("the relay is of a later version of Longhand")
	ErrNeedsToken  = errors.New("the relay takes a new team only with a relay token that is good")
	ErrRemoved     = errors.New("the relay no longer lets this device in, because the team has removed it")
	ErrTooLarge    = errors.New("larger than a relay takes")
	// ErrRolledBack: the cursor speaks of blobs that are no longer there. Follow from the beginning, and put back what is missing.
	ErrRolledBack = errors.New("the relay holds less than it did")
	ErrGone       = errors.New("the blob is no longer there")
)

// Error is a failure of a relay, with one of the sentinels above as its Kind.
type Error struct {
	Relay string // its address
	Op    string // "put" or "follow"
	Kind  error
	Err   error // what the system said; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s %s: %v", e.Op, e.Relay, e.Kind)
	}
	return fmt.Sprintf("%s %s: %v: %v", e.Op, e.Relay, e.Kind, e.Err)
}

func (e *Error) Unwrap() []error { return []error{e.Kind, e.Err} }
