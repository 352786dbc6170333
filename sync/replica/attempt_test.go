package replica

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhand/sync/relay"
)

// stuck never answers: a share whose server is gone.
type stuck struct {
	relay.Store
	end chan struct{}
}

func (s *stuck) Follow(context.Context, relay.Cursor, func(relay.Blob, relay.Cursor) error) error {
	<-s.end
	return errors.New("gone")
}

func TestARelayThatHangsHoldsUpNoOther(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	s := &stuck{relay.NewMemory("stuck"), make(chan struct{})}
	must(t, ana.AddRelay("stuck", s))
	ana.write("urgent")
	synced := make(chan Report)
	go func() {
		r, err := ana.Sync(context.WithoutCancel(t.Context()))
		if err != nil {
			t.Error(err)
		}
		synced <- r
	}()
	for len(tom.bodies()) == 0 { // while ana still waits for the other
		tom.sync()
	}
	close(s.end)
	if r := <-synced; r.Relays["stuck"] == nil || r.Relays["m"] != nil {
		t.Errorf("report %+v", r)
	}
}

func TestARelayThatHangsIsGivenUp(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana := team[0]
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{m, make(chan struct{})}
		must(t, ana.AddRelay("m", s)) // the only one
		for range 2 {                 // and once more, with the first call still out
			began := time.Now()
			r, err := ana.Sync(t.Context())
			if err != nil || !errors.Is(r.Relays["m"], relay.ErrUnreachable) || time.Since(began) > 5*time.Minute {
				t.Errorf("after %s: %+v, %v", time.Since(began), r, err)
			}
		}
		close(s.end)
		synctest.Wait()
		must(t, ana.AddRelay("m", m))
		if r, err := ana.Sync(t.Context()); err != nil || r.Relays["m"] != nil {
			t.Errorf("once it is back: %+v, %v", r, err)
		}
	})
}

// unhurried takes longer for each answer than another relay is waited for.
type unhurried struct {
	relay.Store
	follows, puts atomic.Int64
}

func (u *unhurried) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	u.follows.Add(1)
	select {
	case <-time.After(grace + time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	return u.Store.Follow(ctx, after, fn)
}

func (u *unhurried) Put(ctx context.Context, b relay.Blob) error {
	u.puts.Add(1)
	return u.Store.Put(ctx, b)
}

func TestASlowRelayHasItsTurnBesideAFastOne(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana := team[0]
	syncAll(team...)
	u := &unhurried{Store: relay.NewMemory("slow")}
	synctest.Test(t, func(t *testing.T) {
		must(t, ana.AddRelay("slow", u))
		ana.write("one")
		r, err := ana.Sync(t.Context())
		if err != nil || r.Relays["slow"] != nil || u.puts.Load() == 0 || u.follows.Load() > 5 {
			t.Errorf("%+v, %v; %d follows, %d puts", r, err, u.follows.Load(), u.puts.Load())
		}
	})
	there := 0
	for _, b := range blobs(t, u.Store, relay.Segment) {
		if b.Author == ana.me {
			there++
		}
	}
	if there == 0 {
		t.Error("nothing was put on the slow relay")
	}
}
