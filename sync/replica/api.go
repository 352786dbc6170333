package replica

import (
	"context"
	"errors"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Replica is the loop of one device in one team.
type Replica struct{ cfg Config }

var errLater = errors.New("comes with the next commit")

// New reads what the device keeps: the roster's entries are added to Config.Roster.
func New(ctx context.Context, cfg Config) (*Replica, error) { return &Replica{cfg}, nil }

// AddRelay begins to use a relay under a name of the caller's. The name is how its state is remembered.
func (r *Replica) AddRelay(name string, at relay.Relay) {}

// RemoveRelay stops using it. Nothing on it is touched.
func (r *Replica) RemoveRelay(name string) {}

// Sync pushes and pulls until nothing is left to do. A relay that fails is in the report and stops no other.
func (r *Replica) Sync(ctx context.Context) (Report, error) { return Report{}, errLater }

// Check is Sync, but reads every relay from the beginning and puts back what is lost or damaged.
func (r *Replica) Check(ctx context.Context) (Report, error) { return Report{}, errLater }

// Run syncs in the background until ctx ends.
func (r *Replica) Run(ctx context.Context) error { return errLater }

// Nudge says that there are new own entries, or that the roster was written to. It never blocks.
func (r *Replica) Nudge() {}

// Save keeps what the roster has and Keep has not. Call it after writing to the roster and before telling the user that it is done.
func (r *Replica) Save(ctx context.Context) error { return errLater }

// Join asks to be let in: it posts to the invite's mailbox on every relay, now and whenever one is added, until the roster knows this device.
func (r *Replica) Join(ctx context.Context, inv roster.Invite, person roster.PersonID, name string) error {
	return errLater
}

// Requests lists newcomers who wait for an admin's leave.
func (r *Replica) Requests() []Request { return nil }

// Approve lets one of the Requests in.
func (r *Replica) Approve(ctx context.Context, device journal.DeviceID) error { return errLater }

// Status says how things stand.
func (r *Replica) Status() Status { return Status{} }

// Delivered says how many of the other present devices hold the own entry of this number, by their own word.
func (r *Replica) Delivered(number uint64) (have, of int) { return 0, 0 }

// Marks is the last entry applied of each device, the own among them: the cuts of a removal.
func (r *Replica) Marks() map[journal.DeviceID]journal.Mark { return nil }
