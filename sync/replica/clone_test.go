package replica

import (
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"testing"
	"testing/cryptotest"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// A backup that is restored, or a data folder that is copied, and then used beside the other one. Whatever the two do, and in whatever order they
// meet the relay: nothing that either wrote is lost, no number stands for two entries once both have been replaced, and every change still names the
// person who wrote it.

func TestARestoredBackupOrAClonedFolderUsedTwiceLosesNothing(t *testing.T) {
	first, count := schedules(t, 10, 500)
	began, did := time.Now(), map[string]int{}
	for seed := first; seed < first+count; seed++ {
		ok := t.Run(fmt.Sprintf("LONGHAND_SEED=%d", seed), func(t *testing.T) {
			cryptotest.SetGlobalRandom(t, seed)
			useTwice(t, mrand.New(mrand.NewPCG(seed, 11)), did)
		})
		if !ok {
			break
		}
	}
	t.Logf("seeds %d to %d in %s: %v", first, first+count-1, time.Since(began).Round(time.Second), did)
}

func useTwice(t *testing.T, rng *mrand.Rand, did map[string]int) {
	relays := map[string]relay.Relay{"m": relay.NewMemory("memory")}
	team := newTeam(t, 2+rng.IntN(2), relays)
	ana, tom := team[0], team[1]
	n := 0
	write := func(p *person) {
		for range 1 + rng.IntN(3) {
			n++
			p.write(fmt.Sprint("text-", n))
		}
	}
	write(tom)
	write(ana)
	syncAll(team...)
	if rng.IntN(2) == 0 {
		write(tom) // in the copy, and not yet sent
	}
	copied := tom.cloned(t).open(tom.team).use(relays)
	if backup := rng.IntN(2) == 0; backup {
		did["restored backup"]++
		// The original goes on, and then its disk dies: only the copy is left.
		write(tom)
		if rng.IntN(3) > 0 {
			tom.sync()
		} else {
			// What it never sent died with it, and nobody can be asked for it.
			tom.mu.Lock()
			tom.written = tom.written[:len(copied.written)]
			tom.mu.Unlock()
		}
		syncAll(ana)
		write(copied)
		finish(t, team, tom, []*person{copied}, relays, did)
		return
	}
	did["cloned folder"]++
	for range 4 + rng.IntN(8) {
		p := []*person{tom, copied}[rng.IntN(2)]
		switch rng.IntN(4) {
		case 0:
			write(p)
		case 1:
			ana.sync()
		default:
			p.sync()
		}
	}
	write(tom)
	write(copied)
	finish(t, team, tom, []*person{tom, copied}, relays, did)
}

// finish lets those that are left find out, be replaced, and give everybody what they wrote.
func finish(t *testing.T, team []*person, tom *person, left []*person, relays map[string]relay.Relay, did map[string]int) {
	want := map[string]bool{}
	for _, p := range append(slices.Clone(team), left...) {
		for _, text := range p.texts() {
			want[text] = true
		}
	}
	everybody := slices.DeleteFunc(slices.Clone(team), func(p *person) bool { return p == tom })
	// Each learns from the relay, and perhaps only from what the other has sent meanwhile.
	for range 2 {
		for _, p := range left {
			if _, err := p.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, p := range left {
		s := p.Status()
		did[fmt.Sprint("halted: ", s.Halted)]++
		if s.Halted == nil {
			everybody = append(everybody, p) // what the other wrote as this device was never sent
		} else {
			everybody = append(everybody, p.anew(p.team, relays))
		}
	}
	if !slices.ContainsFunc(everybody, func(p *person) bool { return p.me == tom.me }) {
		// Nobody uses the old identity any more.
		last := everybody[len(everybody)-1]
		syncAll(everybody...)
		must(t, last.Remove(t.Context(), []journal.DeviceID{tom.me}, nil))
	}
	for range 3 {
		syncAll(everybody...)
	}
	for _, p := range everybody {
		got := map[string]bool{}
		for _, text := range p.texts() {
			got[text] = true
		}
		for text := range want {
			if !got[text] {
				t.Errorf("%s lacks %q", p.me, text)
			}
		}
		for _, l := range p.has() {
			var d journal.DeviceID
			d, err := journal.ParseDeviceID(l[:32])
			must(t, err)
			if _, known := p.roster.State().Device(d); !known {
				t.Errorf("%q names nobody", l)
			}
		}
		if s := p.Status(); s.Halted != nil || s.Sent != s.Own || s.Have != s.Of {
			t.Errorf("%s: halted %v, sent %d of %d, delivered to %d of %d", p.me, s.Halted, s.Sent, s.Own, s.Have, s.Of)
		}
	}
	noNumberTwice(t, everybody, tom.me)
}

// noNumberTwice: but for the device that was copied, whose fork is marked, no number has two hashes.
func noNumberTwice(t *testing.T, people []*person, forked journal.DeviceID) {
	t.Helper()
	used := map[string]journal.Hash{}
	for _, p := range people {
		for _, b := range blobs(t, p.keep, relay.Segment) {
			h, err := journal.ParseHeader(b.Bytes)
			must(t, err)
			entries, err := journal.Open(b.Bytes, p.roster.Keys(p.id))
			if err != nil || h.Device == forked {
				continue
			}
			for i, hash := range journal.Chain(h.Prev, p.team, entries) {
				key := fmt.Sprint(h.Device, h.First+uint64(i))
				if was, ok := used[key]; ok && was != hash {
					t.Errorf("%s was used twice", key)
				}
				used[key] = hash
			}
		}
	}
}
