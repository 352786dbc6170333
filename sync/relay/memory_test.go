package relay_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"longhand/sync/relay"
	"longhand/sync/relay/relaytest"
)

func TestMemoryKeepsTheContract(t *testing.T) {
	relaytest.Run(t, func() relay.Relay { return relay.NewMemory("memory") })
	relaytest.RunStore(t, func() relay.Store { return relay.NewMemory("memory") })
}

func TestARelayThatBehavesIsNotSpoilt(t *testing.T) {
	relaytest.Run(t, func() relay.Relay {
		return relay.NewFaulty(relay.NewMemory("memory"), rand.New(rand.NewPCG(1, 1)), relay.Faults{})
	})
}

func TestWhatAMemoryLostItSays(t *testing.T) {
	m := relay.NewMemory("memory")
	b := relay.Blob{Kind: relay.Roster, Bytes: []byte("x")}
	if err := m.Put(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	var cursor relay.Cursor
	_ = m.Follow(t.Context(), nil, func(_ relay.Blob, c relay.Cursor) error { cursor = c; return stop })
	m.Lose(func(relay.Blob) bool { return true })
	if err := m.Follow(t.Context(), cursor, func(relay.Blob, relay.Cursor) error { return stop }); !errors.Is(err, relay.ErrRolledBack) {
		t.Errorf("follow after a loss: %v", err)
	}
}

func TestEverythingArrivesThroughAFaultyRelayInTheEnd(t *testing.T) {
	m := relay.NewMemory("memory")
	f := relay.NewFaulty(m, rand.New(rand.NewPCG(2, 2)), relay.Faults{Duplicate: 0.3, Delay: 0.3, Corrupt: 0.3, Reorder: 0.5})
	want := map[relay.Ref]bool{}
	for n := range uint64(100) {
		b := relay.Blob{Kind: relay.Segment, First: n + 1, Last: n + 1, Bytes: []byte{byte(n), 1, 2}}
		want[relay.RefOf(b)] = true
		if err := m.Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	stop := errors.New("stop")
	var cursor relay.Cursor
	wrong := 0
	for range 2 {
		_ = f.Follow(t.Context(), cursor, func(b relay.Blob, c relay.Cursor) error {
			cursor = c
			if b.Kind == relay.Idle {
				return stop
			}
			if ref := relay.RefOf(b); want[ref] {
				delete(want, ref)
			} else {
				wrong++
			}
			return nil
		})
		f.Settle()
	}
	if len(want) != 0 || wrong == 0 {
		t.Errorf("%d never came; %d came twice or damaged", len(want), wrong)
	}
}
