package replica

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// What somebody with a modified program, a key from before, or a piece of paper can do to the others.

func writeKey(t testing.TB, p *person) journal.EpochKey {
	t.Helper()
	k, ok := p.roster.WriteKey(p.id)
	if !ok {
		t.Fatal("no key to write under")
	}
	return k
}

// claims puts a seen on a relay that says to hold a great deal of some devices.
func claims(t testing.TB, m relay.Relay, by *journal.Identity, k journal.EpochKey, team journal.TeamID, counter uint64, of ...journal.DeviceID) {
	t.Helper()
	marks := map[journal.DeviceID]journal.Mark{}
	for _, d := range of {
		marks[d] = journal.Mark{Number: 1 << 40, Hash: journal.Hash{1}}
	}
	raw, err := journal.SealSeen(by, k, team, journal.Seen{Counter: counter, At: noon(), Marks: marks})
	must(t, err)
	must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Seen, Team: team, Author: by.Device(), Counter: counter, Bytes: raw}))
}

func TestAWordAloneStopsNobody(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	for _, p := range team {
		p.write("honest")
	}
	syncAll(team...)
	claims(t, m, eva.id, writeKey(t, eva), eva.team, 99, ana.me, tom.me)
	ana.write("afterwards")
	if r := ana.sync(); r.Halted != nil || r.Sent != 1 {
		t.Errorf("ana: %+v", r)
	}
	tom.sync()
	for _, p := range []*person{ana, tom} {
		named := slices.ContainsFunc(p.Status().Causes, func(c Cause) bool { return c.Code == DeviceClaims && c.Device == eva.me && c.Last == 1<<40 })
		if !named {
			t.Errorf("nobody is named in %+v", p.Status().Causes)
		}
	}
	// Once its device is gone its word is worth nothing.
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	syncAll(ana, tom)
	claims(t, m, eva.id, writeKey(t, tom), eva.team, 100, ana.me, tom.me)
	syncAll(ana, tom)
	for _, p := range []*person{ana, tom} {
		st := p.Status()
		if st.Halted != nil || slices.ContainsFunc(st.Causes, func(c Cause) bool { return c.Code == DeviceClaims || c.Code == RelayMisses }) {
			t.Errorf("halted %v, causes %+v", st.Halted, st.Causes)
		}
	}
}

func TestAKitWritesNothing(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	kit, err := ana.CreateKit(t.Context(), nil)
	must(t, err)
	syncAll(team...)
	id, err := kit.Identity()
	must(t, err)
	var k journal.EpochKey
	for _, one := range ana.roster.Keys(id) {
		k = one
	}
	e, err := journal.NewEntry(rand.Reader, id.Device(), 1, []byte("written by a piece of paper"))
	must(t, err)
	raw, err := journal.Seal(id, k, ana.team, journal.Hash{}, []journal.Entry{e})
	must(t, err)
	b := relay.Blob{Kind: relay.Segment, Team: ana.team, Author: id.Device(), First: 1, Last: 1, Bytes: raw}
	must(t, m.Put(t.Context(), b))
	claims(t, m, id, k, ana.team, 1, ana.me, tom.me, eva.me)
	must(t, eva.keep.Put(t.Context(), b)) // an earlier version kept it
	eva.open(eva.team).use(map[string]relay.Relay{"m": m})
	syncAll(team...)
	for _, p := range team {
		if len(p.has()) != 0 || p.Status().Halted != nil {
			t.Errorf("has %q, halted %v", p.has(), p.Status().Halted)
		}
	}
	for _, what := range []string{"segment", "seen"} {
		if !slices.ContainsFunc(tom.Status().Problems, func(p Problem) bool { return p.What == what && p.Device == id.Device() && p.Kind == Forged }) {
			t.Errorf("the %s is not named in %+v", what, tom.Status().Problems)
		}
	}
}

func TestAReceiptForAllOfADocumentIsForEachEntry(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	for _, text := range []string{"begins", "goes on"} {
		ana.write(text)
		ana.sync()
	}
	var first relay.Blob
	for _, b := range blobs(t, m, relay.Segment) {
		if b.Author == ana.me && b.First == 1 {
			first = b
		}
	}
	h := &hostile{Store: m, alter: instead(first)}
	must(t, tom.AddRelay("m", h))
	syncAll(tom, ana)
	if have, of := ana.Delivered(1, 2); have != 0 || of != 1 {
		t.Errorf("without the first the second is said to be delivered to %d of %d", have, of)
	}
	h.alter = nil
	if _, err := tom.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	ana.sync()
	if have, _ := ana.Delivered(1, 2); have != 1 {
		t.Error("with both the second is not said to be delivered")
	}
}

func TestOfAForkOnlyTheBranchThatIsHeldIsClaimed(t *testing.T) {
	m, mc, late := relay.NewMemory("m"), relay.NewMemory("clone"), relay.NewMemory("late")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	tom.write("one")
	syncAll(team...)
	clone := tom.cloned(t).open(tom.team)
	must(t, clone.AddRelay("mc", mc))
	tom.write("t2", "t3", "t4")
	tom.sync()
	for _, texts := range [][]string{{"c2", "c3"}, {"c4", "c5"}} {
		clone.write(texts...)
		clone.sync()
	}
	for _, b := range blobs(t, mc, relay.Segment) {
		if b.First == 4 {
			must(t, late.Put(t.Context(), b))
		}
	}
	ana.sync()
	must(t, ana.AddRelay("late", late))
	ana.sync() // has t2 to t4 and c4, c5
	for _, b := range append(blobs(t, m, relay.Seen), blobs(t, late, relay.Seen)...) {
		if b.Author == ana.me {
			must(t, mc.Put(t.Context(), b))
		}
	}
	clone.sync()
	if d := clone.device(ana); d.UpTo > 1 {
		t.Errorf("the clone believes that c2 is there: up to %d", d.UpTo)
	}
}

// hidden shows a follower nothing new, as a network share does for some seconds.
type hidden struct{ relay.Store }

func (h *hidden) Follow(_ context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	return fn(relay.Blob{}, after)
}

func TestMergingTakesNothingOfAClones(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	tom.write("zero")
	syncAll(team...)
	clone := tom.cloned(t).open(tom.team)
	must(t, clone.AddRelay("m", m))
	clone.write("of the clone")
	must(t, tom.AddRelay("m", &hidden{m}))
	clone.sync()
	for i := range mergeCount + 4 {
		tom.write(fmt.Sprint("of the original ", i))
		tom.sync()
	}
	if n := len(blobs(t, m, relay.Segment)); n > mergeCount/2 {
		t.Fatalf("nothing was merged: %d segments", n)
	}
	ana.sync()
	if !slices.Contains(ana.bodies(), "of the clone") {
		t.Errorf("ana has %q", ana.bodies())
	}
}

// meddled does something after the first segment.
type meddled struct {
	relay.Store
	after func()
}

func (m *meddled) Put(ctx context.Context, b relay.Blob) error {
	err := m.Store.Put(ctx, b)
	if f := m.after; b.Kind == relay.Segment && f != nil {
		m.after = nil
		f()
	}
	return err
}

func TestWhatWasSealedBeforeARemovalIsNotSentAfterIt(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	keys := eva.roster.Keys(eva.id)
	before := 0
	must(t, ana.AddRelay("m", &meddled{Store: m, after: func() {
		must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
		before = len(blobs(t, m, relay.Segment))
	}}))
	for range 12 {
		body := make([]byte, 900_000)
		_, _ = rand.Read(body)
		ana.write(string(body))
	}
	ana.sync()
	all := blobs(t, m, relay.Segment)
	opened := 0
	for _, b := range all {
		if _, err := journal.Open(b.Bytes, keys); err == nil {
			opened++
		}
	}
	if before != 1 || len(all) < 3 || opened > before {
		t.Errorf("%d segments, %d of them before the removal; eva opens %d", len(all), before, opened)
	}
	if tom.sync(); len(tom.has()) != 12 {
		t.Errorf("tom has %d entries", len(tom.has()))
	}
}

func TestOneInvitationIsAskedByAFewAtMost(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana := team[0]
	inv := ana.invite(roster.Terms{Ask: true})
	ana.sync()
	for i := range 3 * mostAsking {
		p := newPerson(t)
		raw, err := inv.Request(p.id, p.who, fmt.Sprint("Stranger ", i))
		must(t, err)
		must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Mail, Team: ana.team, Author: p.id.Device(), Mailbox: inv.ID(), Bytes: raw}))
	}
	ana.sync()
	if n := len(ana.Requests()); n != mostAsking {
		t.Errorf("%d requests", n)
	}
	if n := len(blobs(t, ana.keep, relay.Mail)); n > mostAsking+1 {
		t.Errorf("%d mails are kept", n)
	}
}

// stuck never answers: a share whose server is gone.
type stuck struct {
	relay.Store
	end chan struct{}
}

func (s *stuck) Follow(context.Context, relay.Cursor, func(relay.Blob, relay.Cursor) error) error {
	<-s.end
	return errors.New("gone")
}

func TestARelayThatHangsHoldsUpNoOther(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	s := &stuck{relay.NewMemory("stuck"), make(chan struct{})}
	must(t, ana.AddRelay("stuck", s))
	ana.write("urgent")
	synced := make(chan Report)
	go func() {
		r, err := ana.Sync(context.WithoutCancel(t.Context()))
		if err != nil {
			t.Error(err)
		}
		synced <- r
	}()
	for len(tom.bodies()) == 0 { // while ana still waits for the other
		tom.sync()
	}
	close(s.end)
	if r := <-synced; r.Relays["stuck"] == nil || r.Relays["m"] != nil {
		t.Errorf("report %+v", r)
	}
}

func TestWhatIsDoneToOneDeviceDoesNotHideWhatIsDoneToAnother(t *testing.T) {
	m := relay.NewMemory("m")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	tom.write("honest")
	syncAll(team...)
	noise := func(author journal.DeviceID, n uint64) {
		must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: ana.team, Author: author, First: n, Last: n, Bytes: fmt.Appendf(nil, "noise %d", n)}))
	}
	for n := range uint64(3 * mostProblems) {
		noise(eva.me, n+10)
		var nobody journal.DeviceID
		_, _ = rand.Read(nobody[:])
		noise(nobody, n+10)
	}
	ana.sync()
	noise(tom.me, 5)
	ana.sync()
	count := map[journal.DeviceID]int{}
	for _, p := range ana.Status().Problems {
		count[p.Device]++
	}
	if count[tom.me] != 1 || count[eva.me] != mostProblems {
		t.Errorf("named: %d of tom’s, %d of eva’s", count[tom.me], count[eva.me])
	}
	if all := len(ana.Status().Problems); all > 2*mostProblems+1 {
		t.Errorf("%d problems are listed", all)
	}
}

// A relay that holds no key can sign entries for the roster whose parents never come. It must not make a device deaf to the others.
func TestARosterFullOfStrangersStillHearsARemoval(t *testing.T) {
	m, bad := relay.NewMemory("m"), relay.NewMemory("bad")
	team := newTeam(t, 3, map[string]relay.Relay{"m": m})
	ana, tom, eva := team[0], team[1], team[2]
	tom.write("before")
	syncAll(team...)
	stranger := newPerson(t)
	for range 4200 {
		must(t, bad.Put(t.Context(), relay.Blob{Kind: relay.Roster, Team: ana.team, Bytes: orphan(t, stranger, ana.team)}))
	}
	must(t, tom.AddRelay("bad", bad))
	tom.sync()
	if !slices.ContainsFunc(tom.Status().Problems, func(p Problem) bool { return p.Relay == "bad" && p.What == "roster entry" && p.Kind == Missing }) {
		t.Errorf("nothing is named: %+v", tom.Status().Problems)
	}
	if n := len(blobs(t, tom.keep, relay.Roster)); n > 100 {
		t.Errorf("%d roster entries are kept", n)
	}
	// The other relay delivers the newest first.
	reversed := &hostile{Store: m, alter: func(all []relay.Blob) []relay.Blob {
		all = slices.Clone(all)
		slices.Reverse(all)
		return all
	}}
	must(t, tom.AddRelay("m", reversed))
	for range 3 {
		must(t, ana.roster.NewEpoch(rand.Reader, ana.id, noon()))
	}
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	ana.sync()
	tom.sync()
	if tom.roster.State().Present(eva.me) {
		t.Fatal("tom has not heard of the removal")
	}
	tom.write("after it")
	tom.sync()
	eva.sync()
	if slices.Contains(eva.bodies(), "after it") {
		t.Error("eva reads on")
	}
}
