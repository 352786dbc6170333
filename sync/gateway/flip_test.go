package gateway_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/server"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// device is a whole device but for its documents: it writes lines and collects those of others.
type device struct {
	*replica.Replica
	id     *journal.Identity
	roster *roster.Roster

	mu    sync.Mutex
	state map[string][]byte
	mine  []journal.Entry
	have  map[string]bool
	wake  chan struct{} // something was applied
	heard []error       // what Follow ended with
}

func (d *device) Get(key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state[key], nil
}

func (d *device) Put(key string, value []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state[key] = slices.Clone(value)
	return nil
}

func (d *device) Last() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return uint64(len(d.mine))
}

func (d *device) Entries(from uint64, limit int) ([]journal.Entry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	es := d.mine[from-1:]
	return slices.Clone(es[:min(limit, len(es))]), nil
}

func (d *device) write(t testing.TB, line string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	e, err := journal.NewEntry(rand.Reader, d.id.Device(), uint64(len(d.mine))+1, []byte(line))
	must(t, err)
	d.mine = append(d.mine, e)
	d.have[line] = true
}

func (d *device) lines() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.have)
}

func newDevice(t testing.TB, tm *team, n int, flush time.Duration) *device {
	t.Helper()
	return newDeviceKeeping(t, tm, n, flush, relay.NewMemory("keep"))
}

func newDeviceKeeping(t testing.TB, tm *team, n int, flush time.Duration, keep relay.Store) *device {
	t.Helper()
	d := &device{id: tm.devices[n], roster: roster.New(tm.roster.Team()), state: map[string][]byte{}, have: map[string]bool{}, wake: make(chan struct{}, 1)}
	for _, raw := range tm.roster.Since(0) {
		must(t, d.roster.Add(raw))
	}
	var err error
	d.Replica, err = replica.New(context.Background(), replica.Config{
		Identity: d.id, Roster: d.roster, Keep: keep, State: d, Outbox: d, Now: time.Now, Rand: rand.Reader, Flush: flush,
		Apply: func(_ context.Context, all []replica.Received) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			for _, r := range all {
				d.have[string(r.Entry.Body)] = true
			}
			select {
			case d.wake <- struct{}{}:
			default:
			}
			return nil
		},
	})
	must(t, err)
	return d
}

// overhearing is a relay that remembers what following it ended with.
type overhearing struct {
	relay.Relay
	d *device
}

func (o overhearing) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	err := o.Relay.Follow(ctx, after, fn)
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	o.d.heard = append(o.d.heard, err)
	return err
}

func (d *device) use(t testing.TB, p *place, tm *team) {
	t.Helper()
	s, err := server.New(p.URL, tm.roster.Team(), d.id, server.Options{Entries: func() [][]byte { return d.roster.Since(0) }, Pause: 10 * time.Millisecond})
	must(t, err)
	must(t, d.AddRelay("server", overhearing{s, d}))
}

func (d *device) sync(t testing.TB) {
	t.Helper()
	report, err := d.Sync(t.Context())
	must(t, err)
	must(t, report.Relays["server"])
}

// damage turns over bits in the files where a stopped relay keeps its blobs.
func damage(t testing.TB, dir string, rng *mrand.Rand) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams", "lh-*", "msgs", "*.blk"))
	must(t, err)
	hit := 0
	for _, path := range files {
		if filepath.Base(filepath.Dir(filepath.Dir(path))) == "lh-gateway" {
			continue
		}
		b, err := os.ReadFile(path)
		must(t, err)
		if len(b) == 0 {
			continue
		}
		for range 3 {
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		}
		must(t, os.WriteFile(path, b, 0o600))
		hit++
	}
	if hit == 0 {
		t.Fatal("there are no files to damage")
	}
}

func TestWhatADamagedDiskLostIsNoticedAndPutBack(t *testing.T) {
	const seed = 11
	rng := mrand.New(mrand.NewPCG(seed, seed))
	rounds := 3
	if os.Getenv("LONGHAND_TORTURE") != "" {
		rounds = 25
	}
	dir := t.TempDir()
	tm := newTeam(t, 3)
	open := func() (*place, func()) {
		e, err := engine.Embedded(t.Context(), dir)
		must(t, err)
		p := newPlace(t, e, gateway.Options{})
		return p, func() { p.gateway.Stop(); p.Close(); must(t, e.Close()) }
	}
	var devices []*device
	for n := range 3 {
		devices = append(devices, newDevice(t, tm, n, 0))
	}
	written := 0
	p, stop := open()
	for round := range rounds {
		for _, d := range devices {
			d.use(t, p, tm)
		}
		for range 15 {
			for n, d := range devices {
				d.write(t, fmt.Sprintf("line %d of device %d in round %d", written, n, round))
				written++
				d.sync(t)
			}
		}
		stop()
		damage(t, dir, rng)
		p, stop = open()
		noticed := 0
		for range 2 {
			for _, d := range devices {
				d.heard = nil
				d.use(t, p, tm)
				d.sync(t)
				if slices.ContainsFunc(d.heard, func(err error) bool { return errors.Is(err, relay.ErrRolledBack) }) || len(d.Status().Problems) > 0 {
					noticed++
				}
			}
		}
		if noticed == 0 {
			t.Errorf("seed %d, round %d: nobody noticed anything", seed, round)
		}
		// Whoever comes new finds all of it on the relay, and nothing that does not verify.
		fresh := newDevice(t, tm, 2, 0)
		fresh.mine = devices[2].mine
		for _, e := range fresh.mine {
			fresh.have[string(e.Body)] = true
		}
		fresh.use(t, p, tm)
		fresh.sync(t)
		have := fresh.lines()
		if want := written; have != want || len(fresh.Status().Problems) > 0 {
			t.Errorf("seed %d, round %d: %d of %d lines are there; %v", seed, round, have, want, fresh.Status().Problems)
		}
		for n, d := range devices {
			if d.lines() != written {
				t.Errorf("seed %d, round %d: device %d has %d of %d lines", seed, round, n, d.lines(), written)
			}
		}
	}
	stop()
}
