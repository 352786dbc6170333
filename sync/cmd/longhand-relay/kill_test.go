package main

import (
	mrand "math/rand/v2"
	"testing"

	"longhand/sync/relay/server"
)

const writers = 8

// Eight devices write as fast as they can while the relay is killed and started again. What was acknowledged is there.
func TestKilledUnderLoadItLosesNothingAcknowledged(t *testing.T) {
	kills := times(8, 100)
	data, address := t.TempDir(), freeAddresses(t, 1)[0]
	args := []string{"serve", "--data", data, "--open", "--listen", address}
	p := start(t, "longhand-relay", args...)
	tm := newTeam(t, writers)
	var relays []*server.Server
	for n := range writers {
		relays = append(relays, tm.relay(t, p.address, n))
	}
	tm.bring(t, relays[0])
	rng := mrand.New(mrand.NewPCG(4, 4))
	l := tm.load(t, relays)
	for range kills {
		l.await(t, 50+rng.Int64N(250))
		p.kill()
		p = start(t, "longhand-relay", args...)
	}
	l.await(t, 100)
	acked := l.end(t)
	if n := lost(t, tm.relay(t, p.address, 1), acked); n > 0 {
		t.Errorf("%d of %d acknowledged blobs are lost", n, len(acked))
	}
	t.Logf("%d kills, %d acknowledged, none may be lost", kills, len(acked))
}
