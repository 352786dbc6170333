package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

var (
	// ErrKitUnknown: no relay shows the kit's place in the team. It is the wrong relay, or one that was rolled back to before the kit was made.
	ErrKitUnknown = errors.New("no relay knows this recovery kit")
	// ErrKitRemoved: the team has let the kit, or its person, go.
	ErrKitRemoved = errors.New("this recovery kit has been withdrawn")
)

// Restore puts a new device of the kit's person in the team, with nothing but the kit and a relay: it reads the roster, enrols next, and tells the
// relays. Open a replica on the roster that it returns, with next as its identity; everything else comes by syncing. If it fails, nothing was done.
func Restore(ctx context.Context, kit roster.Kit, next *journal.Identity, relays map[string]relay.Relay, rand io.Reader, at time.Time) (*roster.Roster, error) {
	id, err := kit.Identity()
	if err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	r := roster.New(kit.Team)
	var failed error
	for name, l := range relays {
		err := l.Follow(ctx, nil, func(b relay.Blob, _ relay.Cursor) error {
			switch b.Kind {
			case relay.Roster:
				_ = r.Add(b.Bytes) // what is no entry of this team is no help, and no harm
			case relay.Idle:
				return errIdle
			}
			return nil
		})
		if !errors.Is(err, errIdle) {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	switch d, ok := r.State().Device(id.Device()); {
	case !ok:
		return nil, errors.Join(fmt.Errorf("restore: %w", ErrKitUnknown), failed)
	case d.Removed:
		return nil, fmt.Errorf("restore: %w", ErrKitRemoved)
	}
	before := r.Len()
	if err := r.Enrol(rand, id, at, roster.Enrolment{Public: next.Public(), Proof: roster.ProveEnrolment(next, kit.Team, id.Device())}); err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	told := false
	for name, l := range relays {
		err := error(nil)
		for _, raw := range r.Since(before) {
			err = errors.Join(err, l.Put(ctx, relay.Blob{Kind: relay.Roster, Team: kit.Team, Bytes: raw}))
		}
		if told = told || err == nil; err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	if !told {
		return nil, fmt.Errorf("restore: no relay took the new device: %w", failed)
	}
	return r, nil
}
