package replica

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// bodies is everything that somebody's application holds, without who wrote it.
func (p *person) bodies() []string {
	var out []string
	for _, l := range p.has() {
		parts := strings.SplitN(l, " ", 3)
		out = append(out, parts[2])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func wants(t *testing.T, p *person, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := p.bodies(); !slices.Equal(got, want) {
		t.Errorf("%s has %q, want %q", p.me, got, want)
	}
}

func TestWhatWasAppliedBeyondACutIsTakenBack(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("one")
	syncAll(team...)
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who})) // nobody knows yet
	eva.write("two", "three")
	eva.sync()
	tom.sync()
	wants(t, tom, "one", "two", "three")
	syncAll(ana, tom)
	wants(t, tom, "one")
	wants(t, ana, "one")
	for _, p := range []*person{ana, tom} {
		if n := p.NotCounted(eva.me); len(n) != 2 || string(n[0].Entry.Body) != "two" {
			t.Errorf("not counted: %v", n)
		}
		if s := p.Status().SetAside; len(s) != 1 || s[0].Reason != BeyondCut || s[0].First != 2 || s[0].Last != 3 || s[0].Device != eva.me {
			t.Errorf("set aside %+v", s)
		}
	}
	if !tom.happened(EventRetracted) || ana.happened(EventRetracted) {
		t.Error("tom is not told, or ana, who knew, had applied it first")
	}
	// A newcomer sees the same, and so does who starts again, or forgets.
	dan := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	syncAll(ana, dan, tom, dan)
	wants(t, dan, "one")
	tom.state, tom.applied = &memory{m: map[string][]byte{}}, map[string]bool{}
	tom.open(tom.team).use(relays).sync()
	wants(t, tom, "one")
}

func TestWhatARemainingDeviceBuiltOnCountsThoughItIsBeyondTheCut(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 4, relays)
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	eva.write("one")
	syncAll(team...)
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	eva.write("two", "three after two", "four")
	eva.sync()
	dan.sync()                      // has taken them in
	tom.sync()                      // has taken them in
	tom.write("agreed after three") // and has built on one
	syncAll(tom, ana, dan, tom, ana, dan)
	for _, p := range []*person{ana, tom, dan} {
		wants(t, p, "one", "two", "three after two", "agreed after three")
		if s := p.Status().SetAside; len(s) != 1 || s[0].First != 4 {
			t.Errorf("set aside %+v", s)
		}
	}
}

func TestWhatIsNeededOfEachOfTwoRemovedDevicesCounts(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 4, relays)
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who, dan.who}))
	eva.write("eva's")
	dan.write("dan's")
	syncAll(eva, dan, tom) // who all do not know yet
	ana.sync()             // has both, and counts neither
	wants(t, ana)
	tom.write("agreed after dan's") // and after nothing of Eva's, who is judged first
	syncAll(tom, ana)
	wants(t, ana, "dan's", "agreed after dan's")
	tom.write("agreed after eva's")
	syncAll(tom, ana)
	wants(t, ana, "eva's", "dan's", "agreed after eva's", "agreed after dan's")
}

func TestWhatIsTakenBackNeedsNothing(t *testing.T) {
	for _, both := range []bool{false, true} {
		relays := memoryRelay()
		team := newTeam(t, 4, relays)
		ana, tom, eva, dan := team[0], team[1], team[2], team[3]
		must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who, dan.who}))
		// Eva and dan do not know yet. Each builds on the other, and nobody else on either.
		eva.write("one")
		syncAll(eva, dan)
		dan.write("two after one")
		syncAll(dan, eva)
		eva.write("three after two")
		if both {
			dan.write("four")
		}
		syncAll(eva, dan, tom)
		if len(tom.bodies()) < 3 {
			t.Fatalf("tom has %q", tom.bodies())
		}
		syncAll(ana, tom, ana)
		wants(t, tom)
		wants(t, ana)
	}
}

// What counted only because of somebody who is removed later is judged once more, though nothing else came.
func TestWhatWasNeededIsTakenBackWithWhatNeededIt(t *testing.T) {
	m, n := memoryRelay(), map[string]relay.Relay{"n": relay.NewMemory("apart")}
	team := newTeam(t, 4, m)
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	tom.use(n)
	for _, p := range []*person{eva, dan} { // they meet where ana does not come
		must(t, p.RemoveRelay("m"))
		p.use(n)
	}
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	ana.sync()
	eva.write("one")
	syncAll(eva, dan)
	dan.write("two after one")
	dan.sync()
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{dan.who})) // and says so later
	syncAll(tom)
	wants(t, tom, "one", "two after one")
	syncAll(ana, tom)
	wants(t, tom)
	wants(t, ana)
}

func TestWhatIsNeededIsHandedOnOnce(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	eva.write("one", "two")
	syncAll(eva, tom)
	tom.write("agreed after one")
	syncAll(tom, ana, tom, ana)
	before := ana.tally.received
	for range 3 {
		ana.sync()
	}
	if n := ana.tally.received - before; n != 0 {
		t.Errorf("%d entries were handed on with nothing new", n)
	}
}

func TestBothBranchesOfAForkAreGivenBackWhenTheRemovalIsOverruled(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 4, map[string]relay.Relay{"m": m})
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	must(t, ana.SetRole(t.Context(), tom.who, roster.RoleAdmin))
	eva.write("one")
	syncAll(team...)
	eva.write("two")
	syncAll(eva, tom)
	must(t, tom.Remove(t.Context(), nil, []roster.PersonID{eva.who})) // its cut is at two
	eva.branch(t, m, 1, "two, they say")
	dan.sync()
	wants(t, dan, "one", "two", "two, they say")
	syncAll(tom, dan)
	wants(t, dan, "one", "two")
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{tom.who})) // knew nothing of it
	syncAll(ana, dan, ana, dan)
	for _, p := range []*person{ana, dan} {
		wants(t, p, "one", "two", "two, they say")
	}
}

func TestAnAdminAdoptsTheRest(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("one")
	syncAll(team...)
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	eva.write("two")
	eva.sync()
	syncAll(ana, tom)
	wants(t, tom, "one")
	if err := tom.Accept(t.Context(), eva.me); !errors.Is(err, roster.ErrNotAdmin) {
		t.Errorf("a member accepts: %v", err)
	}
	must(t, ana.Accept(t.Context(), eva.me))
	syncAll(ana, tom)
	wants(t, ana, "one", "two")
	wants(t, tom, "one", "two")
	if s := tom.Status().SetAside; len(s) != 0 {
		t.Errorf("set aside %+v", s)
	}
}

func TestARemovalThatIsOverruledGivesBackWhatItTook(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 4, relays)
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	must(t, ana.SetRole(t.Context(), tom.who, roster.RoleAdmin))
	eva.write("one")
	syncAll(team...)
	must(t, tom.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	eva.write("two")
	eva.sync()
	syncAll(tom, dan)
	wants(t, dan, "one")
	// Ana, who knew nothing of it, has removed tom.
	other := roster.New(ana.team)
	for _, raw := range ana.roster.Since(0) {
		must(t, other.Add(raw))
	}
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{tom.who}))
	syncAll(ana, dan, eva, ana, dan)
	wants(t, dan, "one", "two")
	wants(t, ana, "one", "two")
	wants(t, eva, "one", "two")
	if s := eva.Status(); s.Halted != nil {
		t.Errorf("eva is back in the team, and halted: %v", s.Halted)
	}
}

// branch puts an entry on a relay that somebody's device signs under a number that it has used.
func (p *person) branch(t *testing.T, at *relay.Memory, after uint64, text string) {
	t.Helper()
	prev, ok, err := p.ownHash(after)
	if err != nil || !ok {
		t.Fatal(err)
	}
	e := journal.Entry{Device: p.me, Number: after + 1, Body: []byte(text), Salt: [16]byte{byte(len(text))}}
	k := p.roster.Keys(p.id)[p.roster.State().Epochs[0].ID]
	b, err := journal.Seal(p.id, k, p.team, prev, []journal.Entry{e})
	must(t, err)
	must(t, at.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: p.team, Author: p.me, First: after + 1, Last: after + 1, Bytes: b}))
}

func TestOnlyTheBranchThatACutNamesCountsWhicheverCameFirst(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("one")
	syncAll(team...)
	eva.write("two")
	syncAll(eva, ana)
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	// The removed device pretends that its second entry was another.
	eva.branch(t, m, 1, "two, they say")
	late := relay.NewMemory("late")
	for _, b := range blobs(t, m, relay.Segment) {
		if b.First == 2 && !slices.Contains(ana.kept[eva.me], relay.RefOf(b)) {
			must(t, late.Put(t.Context(), b))
		}
	}
	must(t, tom.AddRelay("late", late)) // tom gets the false one first
	must(t, tom.RemoveRelay("m"))
	tom.sync()
	wants(t, tom, "one", "two, they say")
	tom.use(relays)
	syncAll(ana, tom, ana)
	wants(t, tom, "one", "two")
	wants(t, ana, "one", "two")
	dan := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	syncAll(ana, dan, tom, dan)
	wants(t, dan, "one", "two")
}

func TestBothBranchesOfAForkCountThoughItsDeviceWasLetGo(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("one")
	syncAll(team...)
	eva.write("two")
	eva.sync()
	eva.branch(t, m, 1, "two of a clone")
	syncAll(ana, tom)
	wants(t, ana, "one", "two", "two of a clone")
	must(t, ana.Remove(t.Context(), []journal.DeviceID{eva.me}, nil))
	eva.branch(t, m, 1, "two after the end")
	syncAll(ana, tom, ana)
	dan := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	syncAll(ana, dan, tom, dan)
	for _, p := range []*person{ana, tom, dan} {
		wants(t, p, "one", "two", "two of a clone")
	}
}
