package replica

import (
	"context"
	"errors"
	"slices"
	"testing"

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
