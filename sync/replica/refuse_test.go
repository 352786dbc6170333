package replica

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// picky lets the application refuse entries of some text until it is upgraded.
func (p *person) picky(text string) *person {
	p.tune = func(cfg *Config) {
		cfg.Version = "1"
		cfg.Apply = func(ctx context.Context, all []Received) error {
			var refused Refusals
			rest := slices.DeleteFunc(slices.Clone(all), func(r Received) bool {
				if string(r.Entry.Body) != text {
					return false
				}
				refused = append(refused, Refusal{r.Entry.Device, r.Entry.Number, "written by a later version"})
				return true
			})
			if err := p.apply(ctx, rest); err != nil || refused == nil {
				return err
			}
			return refused
		}
	}
	return p
}

func TestWhatTheApplicationRefusesIsNamedAndNotClaimed(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	ana.picky("too new").open(ana.team).use(relays)
	tom.write("one", "too new", "three")
	syncAll(tom, ana, tom)
	if got := ana.texts(); !slices.Equal(got, []string{"one", "three"}) {
		t.Fatalf("ana has %q", got)
	}
	for n, want := range map[uint64]int{1: 1, 2: 0, 3: 1} {
		if have, _ := tom.Delivered(n); have != want {
			t.Errorf("entry %d is delivered to %d, want %d", n, have, want)
		}
	}
	if d := tom.device(ana); d.Lacks != 1 {
		t.Errorf("ana lacks %d", d.Lacks)
	}
	tom.write("too new") // now the last of all
	syncAll(tom, ana, tom)
	if have, _ := tom.Delivered(4); have != 0 {
		t.Error("the last entry was refused, and counts as delivered")
	}
	if s := ana.Status().SetAside; len(s) != 2 || s[0].First != 2 || s[0].Reason != Refused || s[0].Why != "written by a later version" {
		t.Errorf("set aside %+v", s)
	}
}

func TestWhatWasRefusedIsTriedAgainByAnotherVersionOfTheProgram(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	ana.picky("too new").open(ana.team).use(relays)
	tom.write("one", "too new", "three")
	syncAll(tom, ana, tom)
	ana.open(ana.team).use(relays) // the same version: nothing changes
	ana.sync()
	if len(ana.Status().SetAside) != 1 || len(ana.texts()) != 2 {
		t.Fatalf("set aside %+v, has %q", ana.Status().SetAside, ana.texts())
	}
	ana.tune = func(cfg *Config) { cfg.Version = "2" }
	ana.open(ana.team) // without any relay: what was refused is kept here
	ana.sync()
	if got := ana.texts(); len(got) != 3 || len(ana.Status().SetAside) != 0 {
		t.Errorf("has %q, set aside %+v", got, ana.Status().SetAside)
	}
	ana.use(relays)
	syncAll(ana, tom)
	if have, _ := tom.Delivered(2); have != 1 {
		t.Error("not claimed after all")
	}
}

func TestWhatIsRefusedLaterIsNoLongerClaimed(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	tom.write("kills the reader")
	syncAll(tom, ana, tom)
	must(t, ana.Refuse(Refusals{{tom.me, 1, "its reader was killed"}}))
	syncAll(ana, tom)
	if have, _ := tom.Delivered(1); have != 0 {
		t.Error("still claimed")
	}
	ana.open(ana.team)
	if s := ana.Status().SetAside; len(s) != 1 || s[0].Why != "its reader was killed" {
		t.Errorf("forgotten by a restart: %+v", s)
	}
}

// newer is a relay that shows blobs of a format to come, until the program knows it.
func TestABlobOfALaterFormatIsLookedAtAgainByALaterProgram(t *testing.T) {
	m := relay.NewMemory("memory")
	ana := newTeam(t, 1, map[string]relay.Relay{"m": m})[0]
	must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: ana.team, Author: journal.DeviceID{1}, First: 1, Last: 1, Bytes: append([]byte("LHSG"), 2, 0, 0, 0)}))
	ana.sync()
	if p := ana.Status().Problems; len(p) != 1 || p[0].Kind != TooNew {
		t.Fatalf("problems %+v", p)
	}
	for version, want := range map[string]bool{"": false, "2": true} {
		ana.tune = func(cfg *Config) { cfg.Version = version }
		ana.open(ana.team).use(map[string]relay.Relay{"m": m})
		if again := ana.Replica.links["m"].cursor == nil; again != want {
			t.Errorf("version %q: followed from the beginning %v, want %v", version, again, want)
		}
	}
}

// deaf is a relay that takes no roster entry.
type deaf struct{ relay.Relay }

func (d deaf) Put(ctx context.Context, b relay.Blob) error {
	if b.Kind == relay.Roster {
		return nil
	}
	return d.Relay.Put(ctx, b)
}

func TestWhatWaitedForTheRosterIsTakenInThoughTheDiskRefusedSomeOfIt(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	must(t, ana.RemoveRelay("m"))
	must(t, ana.AddRelay("deaf", deaf{m}))
	must(t, ana.roster.NewEpoch(rand.Reader, ana.id, noon()))
	must(t, ana.Save(t.Context()))
	for _, text := range []string{"one", "two", "three"} {
		ana.write(text)
		ana.sync()
	}
	tom.sync()
	if s := tom.Status().SetAside; len(s) == 0 || s[0].Reason != NoKey {
		t.Fatalf("set aside %+v", s)
	}
	must(t, ana.AddRelay("m", m)) // now the key comes too
	ana.sync()
	tom.refuse = errors.New("disk full")
	if _, err := tom.Sync(t.Context()); !errors.Is(err, tom.refuse) {
		t.Fatalf("sync: %v", err)
	}
	tom.refuse = nil
	syncAll(tom, ana)
	same(t, ana, tom)
	if have, of := ana.Delivered(1, 2, 3); have != of {
		t.Errorf("delivered to %d of %d", have, of)
	}
}
