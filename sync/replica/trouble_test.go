package replica

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// failing is a relay that can be made to fail.
type failing struct {
	relay.Store
	err error
}

func (b *failing) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	if b.err != nil {
		return &relay.Error{Relay: "m", Op: "follow", Kind: b.err, Err: errors.New("as the system says it")}
	}
	return b.Store.Follow(ctx, after, fn)
}

func TestWhatIsWrongIsToldToWhoAsksLater(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	ana.write("one")
	syncAll(ana, tom)
	must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: ana.team, Author: ana.me, First: 7, Last: 7, Bytes: []byte("noise")}))
	tom.sync()
	b := &failing{Store: m, err: relay.ErrFull}
	must(t, tom.AddRelay("m", b))
	tom.sync()
	later := func() Status { return tom.open(tom.team).use(map[string]relay.Relay{"m": b}).Status() }
	st := later()
	if l := st.Relays[0]; !l.Tried || l.LastOK.IsZero() || !errors.Is(l.Err, relay.ErrFull) || l.Err.Error() != "sync m: the relay is full: as the system says it" {
		t.Errorf("relay %+v", l)
	}
	damaged := func(st Status) bool {
		return slices.ContainsFunc(st.Problems, func(p Problem) bool { return p.Device == ana.me && p.First == 7 && p.Kind == Damaged && p.Err != nil })
	}
	if !damaged(st) {
		t.Errorf("problems %+v", st.Problems)
	}
	b.err = nil
	m.Lose(func(b relay.Blob) bool { return b.First == 7 })
	if _, err := tom.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := later(); st.Relays[0].Err != nil || len(st.Problems) > 0 {
		t.Errorf("healed, and still %+v, %+v", st.Relays[0], st.Problems)
	}
}

func TestWhatTheOwnStoreFailsWithIsNotTheRelays(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	ana.write("one")
	ana.sync()
	synctest.Test(t, func(t *testing.T) {
		tom.open(tom.team).use(map[string]relay.Relay{"m": m})
		tom.refuse = errors.New("the own disk is full")
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = tom.Run(ctx)
		tom.refuse = nil
	})
	if l := tom.open(tom.team).use(map[string]relay.Relay{"m": m}).Status().Relays[0]; l.Err != nil {
		t.Errorf("later the relay is said to fail: %v", l.Err)
	}
}

func TestWhatIsRememberedOfARelayStaysWithinLimits(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	ana.write("one")
	syncAll(ana, tom)
	for n := range 4 * mostProblems {
		author := journal.DeviceID{0xff, byte(n), byte(n >> 8)}
		must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: ana.team, Author: author, First: 7, Last: 7, Bytes: fmt.Append(nil, "noise", n)}))
		if n%mostProblems == 0 {
			tom.open(tom.team).use(map[string]relay.Relay{"m": m})
		}
		if n%50 == 0 {
			tom.sync()
		}
	}
	tom.open(tom.team).use(map[string]relay.Relay{"m": m})
	tom.sync()
	if n := len(tom.Status().Problems); n > mostProblems {
		t.Errorf("%d problems are named", n)
	}
}
