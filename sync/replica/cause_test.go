package replica

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"longhand/sync/relay"
	"longhand/sync/roster"
)

func (p *person) cause(code Code) (Cause, bool) {
	for _, c := range p.Status().Causes {
		if c.Code == code {
			return c, true
		}
	}
	return Cause{}, false
}

func TestTheStagesOfWhatWasWritten(t *testing.T) {
	b := &broken{Relay: relay.NewMemory("memory")}
	relays := map[string]relay.Relay{"m": b}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	stage := func(want Stage) {
		t.Helper()
		if s := ana.Status(); s.Stage != want {
			t.Errorf("stage %s, want %s: %+v", s.Stage, want, s.Causes)
		}
	}
	b.fail(nil, relay.ErrUnreachable)
	ana.write("one")
	ana.sync()
	stage(SavedHere)
	if c, ok := ana.cause(RelayUnreachable); !ok || c.Relay != "m" || c.Next != CheckRelay || c.Yours || c.Since.IsZero() {
		t.Errorf("cause %+v", c)
	}
	for kind, code := range map[error]Code{relay.ErrFull: RelayFull, relay.ErrNotAllowed: RelayNotAllowed, relay.ErrNotRelay: RelayNotRelay} {
		b.fail(nil, kind)
		ana.sync()
		stage(NeedsYou)
		if _, ok := ana.cause(code); !ok {
			t.Errorf("%v is not named %s", kind, code)
		}
	}
	b.fail(nil, nil)
	ana.sync()
	stage(Sent)
	syncAll(tom, ana)
	stage(Delivered)
	if s := ana.Status(); s.Have != 1 || s.Of != 1 || s.Devices[0].UpTo != 1 || s.Devices[0].Behind != 0 {
		t.Errorf("status %+v", s)
	}
	must(t, ana.RemoveRelay("m"))
	stage(NeedsYou)
	if c, _ := ana.cause(NoRelay); c.Next != AddRelay {
		t.Errorf("causes %+v", ana.Status().Causes)
	}
}

func TestADeviceThatSaysNothingForLongIsNamed(t *testing.T) {
	now := noon()
	team := newTeam(t, 3, memoryRelay())
	ana, tom, eva := team[0], team[1], team[2]
	ana.cfg.Now = func() time.Time { return now }
	ana.write("one")
	syncAll(ana, tom)
	now = now.Add(silentAfter / 2)
	ana.sync()
	if c, ok := ana.cause(DeviceSilent); ok {
		t.Errorf("too soon: %+v", c)
	}
	now = now.Add(silentAfter)
	ana.write("two")
	ana.sync()
	c, ok := ana.cause(DeviceSilent)
	if !ok || c.Device != eva.me || c.First != 1 || c.Last != 2 || c.Next != AskPerson || !c.Since.Equal(noon()) {
		t.Errorf("cause %+v, %v", c, ok)
	}
	if _, ok := tom.cause(DeviceSilent); ok {
		t.Error("tom wrote nothing that anybody could lack")
	}
	syncAll(eva, ana)
	if c, ok := ana.cause(DeviceSilent); ok {
		t.Errorf("still named: %+v", c)
	}
}

func TestAClockThatIsOffIsNamedAndItsOwnerToo(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": 10 * 365 * 24 * time.Hour, "behind": -10 * 365 * 24 * time.Hour, "a little": 5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			team := newTeam(t, 4, memoryRelay())
			ana, tom, eva, dan := team[0], team[1], team[2], team[3]
			now := noon().Add(time.Hour)
			for _, p := range team {
				p.cfg.Now = func() time.Time { return now }
			}
			eva.cfg.Now = func() time.Time { return now.Add(off) }
			for range 2 {
				for _, p := range team {
					p.write("something")
				}
				syncAll(team...)
				now = now.Add(time.Hour)
			}
			wrong := off.Abs() > clockSlack
			for _, p := range []*person{ana, tom, dan} {
				c, named := p.cause(DeviceClock)
				if named != wrong || wrong && (c.Device != eva.me || (c.Skew > 0) != (off > 0)) {
					t.Errorf("named %v: %+v", named, c)
				}
				if c, ok := p.cause(OwnClock); ok {
					t.Errorf("a right clock is blamed: %+v", c)
				}
			}
			c, named := eva.cause(OwnClock)
			if named != wrong || wrong && ((c.Skew > 0) != (off > 0) || !c.Yours || c.Next != SetClock) {
				t.Errorf("eva is told %v: %+v", named, c)
			}
			same(t, team...)
		})
	}
}

func TestWhoAsksNeedsAnAdminAndNobodyElse(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	eva := newPerson(t).join(ana.invite(roster.Terms{Ask: true}).Code(), "Eva", relays)
	syncAll(eva, ana, tom)
	if c, ok := ana.cause(SomebodyAsks); !ok || !c.Yours || c.Device != eva.id.Device() {
		t.Errorf("the admin: %+v", c)
	}
	if c, ok := tom.cause(SomebodyAsks); !ok || c.Yours {
		t.Errorf("the member: %+v", c)
	}
	if c, ok := eva.cause(NotJoined); !ok || c.Next != Wait {
		t.Errorf("the newcomer: %+v", eva.Status().Causes)
	}
}

func TestWhatIsSealedForPeopleWhoHaveAllLeftIsSaidToBe(t *testing.T) {
	relays, elsewhere := memoryRelay(), map[string]relay.Relay{"e": relay.NewMemory("elsewhere")}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	ana.use(elsewhere)
	syncAll(ana, tom)
	// Tom writes under a new key on a relay of his own, and leaves, while Ana lets Eva in, whom he never sees.
	must(t, tom.RemoveRelay("m"))
	tom.use(elsewhere)
	must(t, tom.roster.NewEpoch(rand.Reader, tom.id, noon()))
	must(t, tom.Save(t.Context()))
	tom.write("for Ana alone")
	tom.sync()
	must(t, tom.Leave(t.Context()))
	tom.sync()
	must(t, ana.RemoveRelay("e"))
	inv := ana.invite(roster.Terms{Role: roster.RoleAdmin})
	eva := newPerson(t).join(inv.Code(), "", relays)
	syncAll(ana, eva)
	eva.use(elsewhere)
	eva.sync()
	if c, ok := eva.cause(WaitsForKey); !ok || c.Next != Wait {
		t.Fatalf("while Ana is there: %+v", eva.Status().Causes)
	}
	must(t, ana.SetRole(t.Context(), eva.who, roster.RoleAdmin))
	must(t, ana.Leave(t.Context()))
	syncAll(ana, eva)
	c, ok := eva.cause(KeyIsLost)
	if !ok || c.Next != AskPerson || c.Device != tom.me || c.First != 1 || c.Last != 1 {
		t.Fatalf("causes %+v", eva.Status().Causes)
	}
	if _, waits := eva.cause(WaitsForKey); waits {
		t.Error("it waits for what cannot come")
	}
}

func TestEveryCauseOfAHaltSaysWhatToDo(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	tom.write("before")
	syncAll(team...)
	clone := tom.cloned(t).open(tom.team).use(relays)
	tom.write("one", "two")
	tom.sync()
	clone.Replica.links["m"].cursor = nil
	clone.sync()
	if c, ok := clone.cause(WasAhead); !ok || c.Next != EnrolAnew || !c.Yours {
		t.Errorf("causes %+v", clone.Status().Causes)
	}
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	eva.write("unsent")
	syncAll(ana, eva)
	codes := []Code{}
	for _, c := range eva.Status().Causes {
		codes = append(codes, c.Code)
	}
	if !slices.Contains(codes, WasRemoved) || !slices.Contains(codes, UnsentAfterEnd) {
		t.Errorf("causes %v", codes)
	}
}
