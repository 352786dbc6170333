package replica

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/roster"
)

func TestTwoPeopleMeetThroughAFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "shared")
	must(t, folder.Create(root))
	at := func(p *person, team journal.TeamID) map[string]relay.Relay {
		own := filepath.Join(t.TempDir(), "journal")
		must(t, folder.Create(own))
		p.keep = folder.New(own, team, p.id.Device(), folder.Options{NoWatch: true})
		return map[string]relay.Relay{"folder": folder.New(root, team, p.id.Device(), folder.Options{Poll: 10 * time.Millisecond})}
	}
	ana := newPerson(t)
	r, err := roster.Found(rand.Reader, ana.id, ana.who, noon())
	must(t, err)
	relays := at(ana, r.Team())
	for _, raw := range r.Since(0) {
		must(t, ana.keep.Put(t.Context(), relay.Blob{Kind: relay.Roster, Team: r.Team(), Bytes: raw}))
	}
	ana.open(r.Team()).use(relays)
	ana.write("a plan", "a better plan")
	ana.sync()
	code := ana.invite(roster.Terms{}).Code()
	ana.sync()

	tom := newPerson(t)
	tom.join(code, "Tom Ashworth", at(tom, r.Team()))
	tom.sync()
	if s := tom.Status(); s.Joined || len(tom.has()) != 0 {
		t.Fatal("in before anybody answered")
	}
	if report := ana.sync(); !slices.Equal(report.Admitted, []roster.PersonID{tom.who}) {
		t.Fatalf("report %+v", report)
	}
	if report := tom.sync(); report.Received != 2 || !tom.Status().Joined || !tom.happened(EventJoined) {
		t.Fatalf("report %+v", report)
	}
	tom.write("a remark")
	syncAll(ana, tom)
	same(t, ana, tom)
	if have, of := ana.Delivered(2); have != 1 || of != 1 {
		t.Errorf("delivered to %d of %d", have, of)
	}
	if have, _ := ana.Delivered(3); have != 0 {
		t.Error("an entry that was never written is delivered")
	}
	a, _ := ana.roster.TeamSecret(ana.id)
	b, ok := tom.roster.TeamSecret(tom.id)
	if !ok || a != b {
		t.Error("the team secrets differ")
	}
	if d := ana.device(tom); d.Lacks != 0 || len(d.Missing) != 0 || d.Seen == nil {
		t.Errorf("tom %+v", d)
	}
}

func TestACheckMendsAFolder(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	root := filepath.Join(t.TempDir(), "shared")
	must(t, folder.Create(root))
	for _, p := range team {
		must(t, p.AddRelay("folder", folder.New(root, p.team, p.me, folder.Options{NoWatch: true})))
	}
	for i := range 3 {
		ana.write(fmt.Sprint(i))
		tom.write(fmt.Sprint(i))
		syncAll(team...)
	}
	segments := func(p *person) []string {
		names, err := filepath.Glob(filepath.Join(root, "*", p.me.String(), "*.segment"))
		must(t, err)
		return names
	}
	mine, his := segments(ana), segments(tom)
	if len(mine) != 3 || len(his) != 3 {
		t.Fatalf("%d and %d segments", len(mine), len(his))
	}
	damaged, err := os.ReadFile(mine[0])
	must(t, err)
	must(t, os.WriteFile(mine[0], damaged[:len(damaged)/2], 0o666))
	must(t, os.Remove(mine[1]))
	must(t, os.WriteFile(his[0], []byte("nonsense"), 0o666))
	must(t, os.Remove(his[1]))
	_, err = ana.Check(t.Context())
	must(t, err)
	if again, err := os.ReadFile(mine[0]); err != nil || !slices.Equal(again, damaged) {
		t.Errorf("the damaged file was not written again: %v", err)
	}
	if !slices.Equal(segments(ana), mine) {
		t.Errorf("own files %q, want %q", segments(ana), mine)
	}
	carried, err := filepath.Glob(filepath.Join(root, "*", ana.me.String(), "carried", tom.me.String(), "*.segment"))
	must(t, err)
	if len(carried) != 2 {
		t.Errorf("%d of the two files that tom lost are carried", len(carried))
	}
	if p := ana.Status().Problems; len(p) != 0 {
		t.Errorf("problems %+v", p)
	}
	eva := newPerson(t)
	inv, err := roster.ParseInvite(ana.invite(roster.Terms{}).Code())
	must(t, err)
	eva.join(inv.Code(), "", map[string]relay.Relay{"folder": folder.New(root, ana.team, eva.id.Device(), folder.Options{NoWatch: true})})
	ana.sync()
	syncAll(eva, ana, eva)
	same(t, ana, tom, eva)
}

func TestNothingIsDoneTwiceAndARestartForgetsNothing(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	ana.write("one")
	syncAll(team...)
	for _, p := range team {
		p.open(p.team).use(relays)
		if r := p.sync(); r.Sent != 0 || r.Received != 0 || r.Carried != 0 || !p.Status().Joined {
			t.Errorf("after a restart: %+v", r)
		}
	}
	if have, of := ana.Delivered(1); have != 1 || of != 1 {
		t.Errorf("delivered to %d of %d after a restart", have, of)
	}
	before := len(blobs(t, m, relay.Segment)) + len(blobs(t, m, relay.Seen))
	tom.sync()
	if got := len(blobs(t, m, relay.Segment)) + len(blobs(t, m, relay.Seen)); got != before {
		t.Errorf("%d blobs became %d", before, got)
	}
}

func TestARelayThatFailsStopsNoOther(t *testing.T) {
	good, bad := relay.NewMemory("good"), &broken{Relay: relay.NewMemory("bad")}
	relays := map[string]relay.Relay{"good": good, "bad": bad}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	bad.fail(nil, relay.ErrFull)
	ana.write("one", "two")
	if r := ana.sync(); r.Sent != 2 || r.Relays["good"] != nil || !errors.Is(r.Relays["bad"], relay.ErrFull) {
		t.Fatalf("report %+v", r)
	}
	tom.sync()
	same(t, ana, tom)
	for _, s := range ana.Status().Relays {
		if bad := s.Name == "bad"; bad != (s.Err != nil) || bad != (s.Pending == 2) || s.LastOK.IsZero() {
			t.Errorf("status %+v", s)
		}
	}
	bad.fail(nil, nil)
	ana.sync()
	if s := ana.Status().Relays[0]; s.Err != nil || s.Pending != 0 {
		t.Errorf("after it works again: %+v", s)
	}
}

func TestANewRelayIsFilledWithWhatEverybodyEverWrote(t *testing.T) {
	old := map[string]relay.Relay{"old": relay.NewMemory("old")}
	team := newTeam(t, 3, old)
	for i, p := range team {
		p.write(fmt.Sprintf("from %d", i))
	}
	syncAll(team...)
	ana := team[0]
	must(t, ana.RemoveRelay("old"))
	if err := ana.RemoveRelay("old"); !errors.Is(err, ErrUnknownRelay) {
		t.Errorf("removed twice: %v", err)
	}
	fresh := relay.NewMemory("fresh")
	must(t, ana.AddRelay("fresh", fresh))
	if r := ana.sync(); r.Carried != 2 {
		t.Errorf("carried %d segments of others", r.Carried)
	}
	// A newcomer who only knows the new relay has everything.
	relays := map[string]relay.Relay{"fresh": fresh}
	dan := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	syncAll(dan, ana, dan)
	same(t, ana, dan)
}

// forgetful takes what is put and says that it has not.
type forgetful struct{ relay.Relay }

func (f *forgetful) Put(ctx context.Context, b relay.Blob) error {
	if err := f.Relay.Put(ctx, b); err != nil {
		return err
	}
	if b.Kind == relay.Segment {
		return &relay.Error{Relay: "forgetful", Op: "put", Kind: relay.ErrUnreachable}
	}
	return nil
}

func TestWhatArrivedAlthoughTheRelaySaidNoIsNotSentForEver(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	must(t, ana.AddRelay("m", &forgetful{m}))
	ana.write("one")
	ana.sync()
	if r := ana.sync(); r.Relays["m"] != nil || ana.Status().Sent != 1 {
		t.Errorf("report %+v, status %+v", r, ana.Status())
	}
	tom.sync()
	same(t, ana, tom)
	if n := len(blobs(t, m, relay.Segment)); n != 1 {
		t.Errorf("%d segments for one entry", n)
	}
}

func TestAnOwnEntryThatNobodyHasAnyMoreIsSentAgain(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	for _, text := range []string{"one", "two", "three"} {
		ana.write(text)
		ana.sync()
	}
	// The memory and the first segments are lost, here and there.
	lost := func(b relay.Blob) bool { return b.Kind == relay.Segment && b.First < 3 }
	m.Lose(lost)
	ana.keep.(*relay.Memory).Lose(lost)
	ana.state = &memory{m: map[string][]byte{}}
	ana.open(ana.team).use(relays)
	syncAll(ana, tom)
	same(t, ana, tom)
	if s := ana.Status(); s.Sent != 3 || s.Halted != nil {
		t.Errorf("status %+v", s)
	}
}

func TestWhoIsOnTwoRelaysBridgesThem(t *testing.T) {
	one, two := relay.NewMemory("one"), relay.NewMemory("two")
	team := newTeam(t, 2, map[string]relay.Relay{"one": one})
	ana, tom := team[0], team[1]
	must(t, ana.AddRelay("two", two))
	eva := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", map[string]relay.Relay{"two": two})
	syncAll(eva, ana, eva)
	tom.write("from tom")
	eva.write("from eva")
	syncAll(tom, eva, ana)
	same(t, ana, tom, eva)
	if have, of := tom.Delivered(1); have != 2 || of != 2 {
		t.Errorf("tom's is delivered to %d of %d", have, of)
	}
}

func TestARemovedDeviceReadsAndWritesNothingMore(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("accepted")
	syncAll(team...)
	must(t, ana.roster.Remove(rand.Reader, ana.id, noon(), roster.Removal{
		Persons: []roster.PersonID{eva.who},
		Cuts:    map[journal.DeviceID][]journal.Mark{eva.me: {ana.Marks()[eva.me]}},
	}))
	eva.write("too late") // sent before she hears of it
	if r := eva.sync(); r.Sent != 1 {
		t.Fatalf("report %+v", r)
	}
	ana.write("not for eva")
	syncAll(ana, tom, eva)
	same(t, ana, tom)
	if slices.ContainsFunc(tom.has(), func(s string) bool { return strings.HasSuffix(s, "too late") }) {
		t.Error("an entry beyond the cut was applied")
	}
	if slices.ContainsFunc(eva.has(), func(s string) bool { return strings.HasSuffix(s, "not for eva") }) {
		t.Error("the removed device reads what was written after its removal")
	}
	if s := tom.Status().SetAside; len(s) != 1 || s[0].Device != eva.me || s[0].Reason != BeyondCut {
		t.Errorf("set aside: %+v", s)
	}
	eva.write("silence")
	if r := eva.sync(); r.Sent != 0 || !errors.Is(r.Halted, ErrRemoved) {
		t.Errorf("the removed device sends: %+v", r)
	}
	if _, of := ana.Delivered(1); of != 1 {
		t.Errorf("delivery is counted over %d devices", of)
	}
}

func TestWhoLeavesSaysSoAndTheNextWriterRotatesTheKey(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("farewell")
	eva.sync()
	must(t, eva.roster.Leave(eva.id, noon(), map[journal.DeviceID]journal.Mark{eva.me: eva.Marks()[eva.me]}))
	must(t, eva.Save(t.Context()))
	eva.sync()
	epochs := len(ana.roster.State().Epochs)
	tom.write("on we go")
	syncAll(tom, ana, eva)
	same(t, ana, tom)
	if ana.roster.State().Present(eva.me) || len(ana.roster.State().Epochs) != epochs+1 {
		t.Errorf("present %v, epochs %d", ana.roster.State().Present(eva.me), len(ana.roster.State().Epochs))
	}
	if len(ana.has()) != 2 || len(eva.has()) != 1 {
		t.Errorf("ana has %q, eva has %q", ana.has(), eva.has())
	}
}

func TestWhatWasNotSentInTimeIsSealedAnew(t *testing.T) {
	b := &broken{Relay: relay.NewMemory("memory")}
	team := newTeam(t, 3, map[string]relay.Relay{"m": b})
	ana, eva := team[0], team[2]
	b.fail(relay.ErrUnreachable, nil)
	ana.write("secret")
	ana.sync() // seals, and nobody takes it
	must(t, ana.roster.Remove(rand.Reader, ana.id, noon(), roster.Removal{Persons: []roster.PersonID{eva.who}}))
	b.fail(nil, nil)
	syncAll(ana, eva)
	if len(eva.has()) != 0 {
		t.Errorf("eva reads %q", eva.has())
	}
	segments := blobs(t, ana.keep, relay.Segment)
	if len(segments) != 1 {
		t.Fatalf("%d segments kept", len(segments))
	}
	h, err := journal.ParseHeader(segments[0].Bytes)
	if err != nil || !ana.roster.Safe(h.Epoch) {
		t.Errorf("sent under an epoch that the removed device can read (%v)", err)
	}
}

func TestAnInviteThatAsksWaitsForAnAdmin(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	eva := newPerson(t).join(ana.invite(roster.Terms{Ask: true}).Code(), "Eva Lindqvist", relays)
	ana.sync()
	syncAll(eva, tom, ana, eva)
	if eva.Status().Joined || !ana.happened(EventAsks) {
		t.Fatal("let in without asking, or nobody was told")
	}
	for _, p := range team {
		if q := p.Requests(); len(q) != 1 || q[0].Name != "Eva Lindqvist" || q[0].Device != eva.me {
			t.Fatalf("requests %+v", q)
		}
	}
	if err := tom.Approve(t.Context(), eva.me); !errors.Is(err, roster.ErrNotAdmin) {
		t.Errorf("a member approves: %v", err)
	}
	ana.open(ana.team).use(relays) // a restart in between
	must(t, ana.Approve(t.Context(), eva.me))
	syncAll(ana, eva)
	if !eva.Status().Joined || len(ana.Requests()) != 0 {
		t.Error("approved and not in")
	}
	if err := ana.Approve(t.Context(), eva.me); !errors.Is(err, roster.ErrUnknown) {
		t.Errorf("approved again: %v", err)
	}
}

func TestAnExpiredInviteLetsNobodyIn(t *testing.T) {
	relays := map[string]relay.Relay{"m": relay.NewMemory("memory")}
	ana := newPerson(t).found(relays)
	inv := ana.invite(roster.Terms{})
	ana.sync()
	tom := newPerson(t).join(inv.Code(), "", relays)
	tom.sync()
	ana.now = func() time.Time { return noon().Add(2 * time.Hour) }
	ana.open(ana.team).use(relays)
	syncAll(ana, tom)
	if o, ok := tom.roster.State().Invite(inv.ID()); tom.Status().Joined || !ok || o.Expires.After(ana.now()) {
		t.Error("let in, or cannot see why not")
	}
}

// tamper replaces what a relay holds.
type tamper struct {
	relay.Relay
	with func(relay.Blob) []relay.Blob
}

func (x *tamper) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	return x.Relay.Follow(ctx, after, func(b relay.Blob, c relay.Cursor) error {
		if b.Kind == relay.Idle || x.with == nil {
			return fn(b, c)
		}
		for _, b := range x.with(b) {
			if err := fn(b, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWhatIsWrongIsListedByRelayDeviceAndNumberAndHeals(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	must(t, tom.RemoveRelay("m"))
	x := &tamper{Relay: m}
	must(t, tom.AddRelay("evil", x))
	tom.sync()
	ana.write("one")
	ana.sync()
	var first relay.Blob
	for _, c := range []struct {
		name string
		kind ProblemKind
		with func(b relay.Blob) []relay.Blob
	}{
		{"a cut file", Damaged, func(b relay.Blob) []relay.Blob { b.Bytes = b.Bytes[:40]; return []relay.Blob{b} }},
		{"a flipped bit that the relay notices", Damaged, func(b relay.Blob) []relay.Blob {
			b.Bytes, b.Damaged = slices.Clone(b.Bytes), true
			b.Bytes[200] ^= 1
			return []relay.Blob{b}
		}},
		{"a signature by somebody else", Forged, func(b relay.Blob) []relay.Blob {
			b.Bytes = slices.Clone(b.Bytes)
			b.Bytes[len(b.Bytes)-1] ^= 1
			return []relay.Blob{b}
		}},
		{"an older segment in its place", Replayed, func(b relay.Blob) []relay.Blob {
			if b.First == 1 {
				first = b
				return []relay.Blob{b}
			}
			b.Bytes = first.Bytes
			return []relay.Blob{b}
		}},
		{"another team's", Replayed, func(b relay.Blob) []relay.Blob {
			b.Bytes = slices.Clone(b.Bytes)
			b.Bytes[8] ^= 1
			return []relay.Blob{b}
		}},
		{"a later format", TooNew, func(b relay.Blob) []relay.Blob {
			b.Bytes = slices.Clone(b.Bytes)
			b.Bytes[4] = 9
			return []relay.Blob{b}
		}},
		{"nothing", Missing, func(relay.Blob) []relay.Blob { return nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			x.with = nil
			tom.sync()
			before := tom.has()
			ana.write(c.name)
			ana.sync()
			n := ana.Last()
			x.with = func(b relay.Blob) []relay.Blob {
				if b.Kind != relay.Segment || b.First != n && c.kind != Replayed || b.Author != ana.me {
					return []relay.Blob{b}
				}
				if b.First != n && b.First != 1 {
					return []relay.Blob{b}
				}
				return c.with(b)
			}
			if c.name == "another team's" || c.name == "an older segment in its place" {
				tom.Replica.links["evil"].cursor = nil // both need the first segment to pass by again
			}
			tom.sync()
			if !slices.Equal(tom.has(), before) {
				t.Fatal("it was applied")
			}
			found := slices.ContainsFunc(tom.Status().Problems, func(p Problem) bool {
				return p.Relay == "evil" && p.Device == ana.me && p.First == n && p.Kind == c.kind
			})
			if !found {
				t.Fatalf("problems %+v", tom.Status().Problems)
			}
			x.with = nil
			_, err := tom.Check(t.Context())
			must(t, err)
			if p := tom.Status().Problems; len(p) != 0 {
				t.Errorf("after it has healed: %+v", p)
			}
			same(t, ana, tom)
		})
	}
}

func TestWhatComesBeforeItsAuthorIsKnownIsTakenLater(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	must(t, tom.RemoveRelay("m"))
	x := &tamper{Relay: m, with: func(b relay.Blob) []relay.Blob {
		if b.Kind == relay.Roster {
			return nil
		}
		return []relay.Blob{b}
	}}
	must(t, tom.AddRelay("m", x))
	tom.sync()
	eva := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	ana.sync()
	syncAll(eva, ana, eva)
	eva.write("who am I?")
	eva.sync()
	tom.sync()
	if s := tom.Status().SetAside; !slices.Contains(s, SetAside{Relay: "m", Device: eva.me, Reason: Unknown}) {
		t.Fatalf("set aside %+v", s)
	}
	// After a restart the roster comes from elsewhere, and the first relay has nothing new.
	tom.open(tom.team)
	must(t, tom.AddRelay("m", x))
	other := relay.NewMemory("other")
	for _, b := range blobs(t, m, relay.Roster) {
		must(t, other.Put(t.Context(), b))
	}
	must(t, tom.AddRelay("other", other))
	tom.sync()
	ana.sync()
	same(t, ana, tom, eva)
	if s := tom.Status().SetAside; len(s) != 0 {
		t.Errorf("still set aside: %+v", s)
	}
}

func TestALostMemoryIsRebuiltFromWhatIsKept(t *testing.T) {
	team := newTeam(t, 2, map[string]relay.Relay{"m": relay.NewMemory("memory")})
	ana, tom := team[0], team[1]
	ana.write("one", "two")
	tom.write("three")
	syncAll(team...)
	want := tom.has()
	tom.state = &memory{m: map[string][]byte{}}
	tom.applied = map[string]bool{}
	tom.open(tom.team) // and no relay
	tom.sync()
	if got := tom.has(); !slices.Equal(got, want) {
		t.Errorf("rebuilt %q, want %q", got, want)
	}
	if s := tom.Status(); s.Halted != nil || s.Sent != 1 || len(s.SetAside) != 0 {
		t.Errorf("status %+v", s)
	}
}

func TestARestoredBackupIsNoticedAndLosesNothing(t *testing.T) {
	relays := map[string]relay.Relay{"m": relay.NewMemory("memory")}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	tom.write("before")
	syncAll(team...)
	keep, state, written := relay.NewMemory("backup"), &memory{m: map[string][]byte{}}, slices.Clone(tom.written)
	for _, kind := range []relay.Kind{relay.Roster, relay.Segment} {
		for _, b := range blobs(t, tom.keep, kind) {
			must(t, keep.Put(t.Context(), b))
		}
	}
	for k, v := range tom.state.m {
		must(t, state.Put(k, v))
	}
	tom.write("after the backup")
	syncAll(team...)
	want := ana.has()

	tom.keep, tom.state, tom.written, tom.applied = keep, state, written, map[string]bool{}
	tom.open(tom.team).use(relays)
	if r := tom.sync(); !errors.Is(r.Halted, ErrAhead) {
		t.Fatalf("report %+v", r)
	}
	if !slices.Equal(tom.has(), want) {
		t.Errorf("has %q, want %q", tom.has(), want)
	}
	tom.write("must not be sent")
	if r := tom.sync(); r.Sent != 0 || !tom.happened(EventHalted) {
		t.Errorf("sent %d as a device that is somewhere else already", r.Sent)
	}
	tom.open(tom.team).use(relays)
	if r := tom.sync(); r.Sent != 0 || !errors.Is(r.Halted, ErrAhead) {
		t.Errorf("after a restart: %+v", r)
	}
}

func TestAClonedDiskIsNoticedAndBothBranchesAreApplied(t *testing.T) {
	relays := map[string]relay.Relay{"m": relay.NewMemory("memory")}
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	tom.write("before")
	syncAll(team...)
	clone := newPerson(t)
	clone.id, clone.who, clone.written = tom.id, tom.who, slices.Clone(tom.written)
	for _, kind := range []relay.Kind{relay.Roster, relay.Segment} {
		for _, b := range blobs(t, tom.keep, kind) {
			must(t, clone.keep.Put(t.Context(), b))
		}
	}
	for k, v := range tom.state.m {
		must(t, clone.state.Put(k, v))
	}
	clone.open(tom.team).use(relays)
	tom.write("the laptop’s")
	clone.write("the clone’s", "and more")
	tom.sync()
	clone.Replica.links["m"].cursor = nil
	if r := clone.sync(); !errors.Is(r.Halted, ErrForked) {
		t.Fatalf("the clone: %+v", r)
	}
	// Had both sent before they heard of each other, both branches would be there.
	b, err := journal.Seal(clone.id, mustKey(t, clone), clone.team, mustHash(t, clone, 1), clone.written[1:])
	must(t, err)
	must(t, relays["m"].Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: clone.team, Author: clone.me, First: 2, Last: 3, Bytes: b}))
	syncAll(ana, tom)
	for _, text := range []string{"the laptop’s", "the clone’s", "and more"} {
		if !slices.ContainsFunc(ana.has(), func(s string) bool { return strings.HasSuffix(s, text) }) {
			t.Errorf("%q was lost: %q", text, ana.has())
		}
	}
	if !ana.device(tom).Forked {
		t.Error("the fork is not marked")
	}
	if r := tom.sync(); !errors.Is(r.Halted, ErrForked) {
		t.Errorf("tom: %+v", r)
	}
}

func mustKey(t *testing.T, p *person) journal.EpochKey {
	t.Helper()
	k, ok := p.roster.WriteKey(p.id)
	if !ok {
		t.Fatal("no key")
	}
	return k
}

func mustHash(t *testing.T, p *person, n uint64) journal.Hash {
	t.Helper()
	h, ok, err := p.ownHash(n)
	if err != nil || !ok {
		t.Fatal(err)
	}
	return h
}

func TestManySmallSegmentsBecomeFewEverywhere(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, dan := team[0], team[1], team[2]
	for i := range 70 {
		ana.write(fmt.Sprint("edit ", i))
		ana.sync()
		tom.sync() // meets merges of what he has
		if i%7 == 0 {
			dan.sync() // and he of what he has not
		}
	}
	syncAll(team...)
	same(t, team...)
	for name, s := range map[string]relay.Store{"relay": m, "ana's": ana.keep, "tom's": tom.keep, "dan's": dan.keep} {
		if n := len(blobs(t, s, relay.Segment)); n > 2*mergeCount {
			t.Errorf("%s has %d segments of 70", name, n)
		}
	}
	if n := len(tom.held[ana.me].links); n > 4*mergeCount {
		t.Errorf("%d links are remembered", n)
	}
	// Whoever comes now has only the merged ones, and the same chain.
	eva := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", map[string]relay.Relay{"m": m})
	ana.sync()
	syncAll(eva, ana, eva)
	same(t, ana, eva)
	if eva.Marks()[ana.me] != tom.Marks()[ana.me] {
		t.Error("the chain did not survive the merge")
	}
}

func TestAMergeOfWhatIsHeldReplacesItOnlyIfItOpens(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	for i := range 3 {
		ana.write(fmt.Sprint(i))
		syncAll(ana, tom)
	}
	merged, err := journal.Seal(ana.id, mustKey(t, ana), ana.team, journal.Hash{}, ana.written)
	must(t, err)
	other, err := journal.NewEpochKey(rand.Reader)
	must(t, err)
	sealed, err := journal.Seal(ana.id, other, ana.team, journal.Hash{}, ana.written)
	must(t, err)
	for i, b := range [][]byte{sealed, merged} {
		must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: ana.team, Author: ana.me, First: 1, Last: 3, Bytes: b}))
		tom.sync()
		if got, want := len(blobs(t, tom.keep, relay.Segment)), []int{3, 1}[i]; got != want {
			t.Errorf("%d segments are kept, want %d", got, want)
		}
	}
}

func TestSeenIsWrittenNoMoreOftenThanAllowed(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	clock := noon().Add(time.Hour)
	tom.now = func() time.Time { return clock }
	tom.tune = func(c *Config) { c.SeenEvery = time.Minute }
	tom.open(tom.team).use(map[string]relay.Relay{"m": m})
	receive := func(text string) {
		ana.write(text)
		ana.sync()
		must(t, tom.pull(t.Context(), tom.Replica.links["m"]))
	}
	start := tom.said.Counter
	for i := range 5 {
		receive(fmt.Sprint(i))
		must(t, tom.sayNow(t.Context(), false))
	}
	if n := tom.said.Counter - start; n != 1 {
		t.Errorf("%d statements within a minute", n)
	}
	clock = clock.Add(2 * time.Minute)
	must(t, tom.sayNow(t.Context(), false))
	must(t, tom.sayNow(t.Context(), true))
	if n := tom.said.Counter - start; n != 2 {
		t.Errorf("%d statements after two minutes and nothing new", n)
	}
	receive("and now")
	syncAll(tom, ana)
	if have, _ := ana.Delivered(6); tom.said.Counter != start+3 || have != 1 {
		t.Errorf("a sync that was asked for: %d statements, delivered to %d", tom.said.Counter-start, have)
	}
}

func TestAReceiptForAnotherHistoryIsNone(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	ana.write("one")
	ana.sync()
	claim := func(counter uint64, hash journal.Hash) {
		b, err := journal.SealSeen(tom.id, mustKey(t, tom), tom.team, journal.Seen{Counter: counter, Marks: map[journal.DeviceID]journal.Mark{ana.me: {Number: 1, Hash: hash}}})
		must(t, err)
		must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Seen, Team: tom.team, Author: tom.me, Counter: counter, Bytes: b}))
		ana.sync()
	}
	claim(100, journal.Hash{1})
	if have, _ := ana.Delivered(1); have != 0 {
		t.Error("a receipt for an entry of a clone counts")
	}
	claim(101, mustHash(t, ana, 1))
	if have, _ := ana.Delivered(1); have != 1 {
		t.Error("a receipt for the own entry does not count")
	}
	claim(99, journal.Hash{})
	if have, _ := ana.Delivered(1); have != 1 {
		t.Error("an older word was heard again")
	}
}

func TestWhatCannotBeStoredIsNotAcknowledged(t *testing.T) {
	team := newTeam(t, 2, map[string]relay.Relay{"m": relay.NewMemory("memory")})
	ana, tom := team[0], team[1]
	tom.refuse = errors.New("disk full")
	ana.write("one")
	ana.sync()
	if _, err := tom.Sync(t.Context()); !errors.Is(err, tom.refuse) {
		t.Fatalf("sync: %v", err)
	}
	ana.sync()
	if have, _ := ana.Delivered(1); have != 0 {
		t.Error("a receipt for what was not stored")
	}
	tom.refuse = nil
	syncAll(tom, ana)
	same(t, ana, tom)
	if have, _ := ana.Delivered(1); have != 1 {
		t.Error("no receipt for what was stored in the end")
	}
}

func TestWhatWasKeptBeforeACrashIsAppliedAfterIt(t *testing.T) {
	relays := map[string]relay.Relay{"m": relay.NewMemory("memory")}
	for name, remember := range map[string]bool{"the refusal is remembered": true, "nothing is remembered": false} {
		t.Run(name, func(t *testing.T) {
			team := newTeam(t, 2, relays)
			ana, tom := team[0], team[1]
			state := maps.Clone(tom.state.m)
			tom.refuse = errors.New("power cut")
			ana.write("one")
			ana.sync()
			if _, err := tom.Sync(t.Context()); !errors.Is(err, tom.refuse) {
				t.Fatalf("sync: %v", err)
			}
			if !remember {
				tom.state.m = state
			}
			tom.refuse = nil
			tom.open(tom.team) // and the relay is gone
			tom.sync()
			same(t, ana, tom)
			if s := tom.Status().SetAside; len(s) != 0 {
				t.Errorf("set aside %+v", s)
			}
		})
		relays = map[string]relay.Relay{"m": relay.NewMemory("memory")}
	}
}

func TestARelayThatWasWipedIsFilledAgain(t *testing.T) {
	m := relay.NewMemory("memory")
	relays := map[string]relay.Relay{"m": m}
	team := newTeam(t, 3, relays)
	for _, p := range team {
		p.write("kept")
	}
	syncAll(team...)
	m.Lose(func(relay.Blob) bool { return true })
	ana := team[0]
	ana.sync()
	eva := newPerson(t).join(ana.invite(roster.Terms{}).Code(), "", relays)
	ana.sync()
	syncAll(eva, ana, eva)
	same(t, ana, eva)
}

func TestRunKeepsTwoPeopleTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := &broken{Relay: relay.NewMemory("bad")}
		relays := map[string]relay.Relay{"m": relay.NewMemory("memory"), "bad": bad}
		team := newTeam(t, 2, relays)
		ana, tom := team[0], team[1]
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		for _, p := range team {
			p.now = time.Now
			p.tune = func(c *Config) { c.Flush, c.Poll, c.SeenEvery = 5*time.Second, 30*time.Second, 10*time.Second }
			p.open(p.team).use(relays)
			go func() { done <- p.Run(ctx) }()
		}
		synctest.Wait()
		ana.write("one")
		ana.Nudge()
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if len(tom.has()) != 0 {
			t.Error("sent before the flush interval was over")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		same(t, ana, tom)

		bad.fail(nil, relay.ErrUnreachable)
		ana.write("two")
		ana.Nudge()
		time.Sleep(6 * time.Second)
		synctest.Wait()
		same(t, ana, tom)
		if s := ana.Status().Relays[0]; s.Err == nil || s.Pending != 1 {
			t.Errorf("the failing relay: %+v", s)
		}
		bad.fail(nil, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if s := ana.Status().Relays[0]; s.Err != nil || s.Pending != 0 {
			t.Errorf("the relay after it has recovered: %+v", s)
		}
		if have, of := ana.Delivered(2); have != 1 || of != 1 {
			t.Errorf("delivered to %d of %d", have, of)
		}

		// A relay that is added while running is used at once, by newcomers too.
		late := relay.NewMemory("late")
		must(t, ana.AddRelay("late", late))
		eva := newPerson(t)
		eva.now, eva.tune = time.Now, tom.tune
		inv := ana.invite(roster.Terms{})
		ana.Nudge()
		eva.join(inv.Code(), "", map[string]relay.Relay{"late": late})
		go func() { done <- eva.Run(ctx) }()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		same(t, ana, tom, eva)
		must(t, ana.RemoveRelay("late"))
		cancel()
		for range 3 {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("run: %v", err)
			}
		}
	})
}
