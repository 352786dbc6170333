package roster

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"
	"time"

	"longhand/sync/journal"
)

// at is an instant like any other; nothing here reads a clock.
func at() time.Time { return time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC) }

type peer struct {
	id     *journal.Identity
	person PersonID
}

func newPeer(t testing.TB) peer {
	t.Helper()
	id, err := journal.NewIdentity(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := peer{id: id}
	if _, err := rand.Read(p.person[:]); err != nil {
		t.Fatal(err)
	}
	return p
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newTeam(t testing.TB) (*Roster, peer) {
	t.Helper()
	founder := newPeer(t)
	r, err := Found(rand.Reader, founder.id, founder.person, at())
	must(t, err)
	return r, founder
}

// fork is a copy that goes its own way, as a device that is offline.
func fork(t testing.TB, r *Roster) *Roster {
	t.Helper()
	c := New(r.Team())
	merge(t, c, r)
	return c
}

func merge(t testing.TB, into *Roster, from ...*Roster) {
	t.Helper()
	for _, f := range from {
		for _, raw := range f.Since(0) {
			_ = into.Add(raw) // what may not stand here may have stood there
		}
	}
}

func anInvite(t testing.TB, r *Roster, by peer, terms Terms) Invite {
	t.Helper()
	inv, err := NewInvite(rand.Reader, r.Team(), nil)
	must(t, err)
	if terms.Expires.IsZero() {
		terms.Expires = at().Add(time.Hour)
	}
	if terms.Role == 0 {
		terms.Role = RoleMember
	}
	must(t, r.Invite(by.id, at(), inv, terms))
	return inv
}

func request(t testing.TB, inv Invite, p peer, name string) []byte {
	t.Helper()
	raw, err := inv.Request(p.id, p.person, name)
	must(t, err)
	return raw
}

// join invites and admits in one go.
func join(t testing.TB, r *Roster, by peer, role Role) peer {
	t.Helper()
	p := newPeer(t)
	inv := anInvite(t, r, by, Terms{Role: role})
	must(t, r.Admit(rand.Reader, by.id, at(), request(t, inv, p, "")))
	return p
}

func present(r *Roster, p peer) bool { return r.State().Present(p.id.Device()) }

func role(t testing.TB, r *Roster, p peer) Role {
	t.Helper()
	m, ok := r.State().Member(p.person)
	if !ok {
		t.Fatalf("person %s is unknown", p.person)
	}
	return m.Role
}

func TestTheFounderIsAnAdminWithAKey(t *testing.T) {
	r, founder := newTeam(t)
	s := r.State()
	if len(s.Members) != 1 || s.Members[0].Role != RoleAdmin || !present(r, founder) || s.Team != r.Team() {
		t.Fatalf("state %+v", s)
	}
	if _, ok := r.WriteKey(founder.id); !ok {
		t.Error("no key to write under")
	}
	if _, ok := r.TeamSecret(founder.id); !ok {
		t.Error("no team secret")
	}
}

func TestWhoeverFollowsATeamTakesOnlyItsFoundingEntry(t *testing.T) {
	r, _ := newTeam(t)
	other, _ := newTeam(t)
	follower := New(r.Team())
	for _, raw := range other.Since(0) {
		if err := follower.Add(raw); !errors.Is(err, ErrOtherTeam) {
			t.Errorf("another team's entry: %v", err)
		}
	}
	merge(t, follower, r)
	if follower.Len() != r.Len() {
		t.Errorf("%d entries, want %d", follower.Len(), r.Len())
	}
}

func TestANewcomerIsAdmittedByAnyMemberAndReadsAllHistory(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	must(t, r.NewEpoch(rand.Reader, founder.id, at()))
	inv := anInvite(t, r, founder, Terms{})
	carol := newPeer(t)
	mail := request(t, inv, carol, "Carol Ferreira")
	q, err := ParseRequest(mail)
	must(t, err)
	if name, err := r.NameOf(bob.id, q); err != nil || name != "Carol Ferreira" {
		t.Errorf("a member reads the name %q, %v", name, err)
	}
	must(t, r.Admit(rand.Reader, bob.id, at(), mail))
	if !present(r, carol) || role(t, r, carol) != RoleMember {
		t.Fatal("not admitted")
	}
	if got, want := len(r.Keys(carol.id)), len(r.State().Epochs); got != want {
		t.Errorf("opens %d of %d epochs", got, want)
	}
	a, _ := r.TeamSecret(founder.id)
	b, ok := r.TeamSecret(carol.id)
	if !ok || a != b {
		t.Error("the team secret differs")
	}
	if len(r.State().Invites) != 0 {
		t.Error("the invite is still open")
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	stranger := newPeer(t)
	inv, err := NewInvite(rand.Reader, r.Team(), nil)
	must(t, err)
	asking := anInvite(t, r, founder, Terms{Ask: true})
	short := anInvite(t, r, founder, Terms{Expires: at().Add(-time.Second)})
	used := anInvite(t, r, founder, Terms{})
	must(t, r.Admit(rand.Reader, founder.id, at(), request(t, used, newPeer(t), "")))
	unknown, err := NewInvite(rand.Reader, r.Team(), nil)
	must(t, err)
	thief := newPeer(t)
	thief.person = founder.person
	terms := Terms{Role: RoleMember, Expires: at()}
	fresh := anInvite(t, r, founder, Terms{})
	for _, c := range []struct {
		name string
		do   func(r *Roster) error
		want error
	}{
		{"a stranger invites", func(r *Roster) error { return r.Invite(stranger.id, at(), inv, terms) }, ErrNotMember},
		{"a member invites", func(r *Roster) error { return r.Invite(bob.id, at(), inv, terms) }, ErrNotAdmin},
		{"an admin invites", func(r *Roster) error { return r.Invite(founder.id, at(), inv, terms) }, nil},
		{"a member withdraws", func(r *Roster) error { return r.Withdraw(bob.id, at(), asking.ID()) }, ErrNotAdmin},
		{"an admin withdraws", func(r *Roster) error { return r.Withdraw(founder.id, at(), asking.ID()) }, nil},
		{"a member admits who must be asked for", func(r *Roster) error {
			return r.Admit(rand.Reader, bob.id, at(), request(t, asking, stranger, ""))
		}, ErrNotAdmin},
		{"an admin admits who was asked for", func(r *Roster) error {
			return r.Admit(rand.Reader, founder.id, at(), request(t, asking, stranger, ""))
		}, nil},
		{"too late", func(r *Roster) error {
			return r.Admit(rand.Reader, founder.id, at(), request(t, short, stranger, ""))
		}, ErrInviteExpired},
		{"a second use", func(r *Roster) error {
			return r.Admit(rand.Reader, bob.id, at(), request(t, used, stranger, ""))
		}, ErrInviteClosed},
		{"a second use with an admin's leave", func(r *Roster) error {
			return r.Admit(rand.Reader, founder.id, at(), request(t, used, stranger, ""))
		}, nil},
		{"an invite that was never written", func(r *Roster) error {
			return r.Admit(rand.Reader, founder.id, at(), request(t, unknown, stranger, ""))
		}, ErrUnknown},
		{"a newcomer in another's shoes", func(r *Roster) error {
			return r.Admit(rand.Reader, founder.id, at(), request(t, fresh, thief, ""))
		}, ErrInviteClosed},
		{"a member removes an admin", func(r *Roster) error {
			return r.Remove(rand.Reader, bob.id, at(), Removal{Persons: []PersonID{founder.person}})
		}, ErrNotAdmin},
		{"a member leaves", func(r *Roster) error { return r.Leave(bob.id, at(), nil) }, nil},
		{"the last admin leaves", func(r *Roster) error { return r.Leave(founder.id, at(), nil) }, ErrLastAdmin},
		{"the last admin's only device goes", func(r *Roster) error {
			return r.Remove(rand.Reader, founder.id, at(), Removal{Devices: []journal.DeviceID{founder.id.Device()}})
		}, ErrLastAdmin},
		{"the last admin steps down", func(r *Roster) error {
			return r.SetRole(founder.id, at(), founder.person, RoleMember)
		}, ErrLastAdmin},
		{"a member makes himself an admin", func(r *Roster) error {
			return r.SetRole(bob.id, at(), bob.person, RoleAdmin)
		}, ErrNotAdmin},
		{"an admin makes him one", func(r *Roster) error {
			return r.SetRole(founder.id, at(), bob.person, RoleAdmin)
		}, nil},
		{"a member issues an epoch", func(r *Roster) error { return r.NewEpoch(rand.Reader, bob.id, at()) }, nil},
		{"a stranger issues an epoch", func(r *Roster) error { return r.NewEpoch(rand.Reader, stranger.id, at()) }, ErrNotMember},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.do(fork(t, r)); !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

func TestWhoLeavesCannotRotateTheKeySoTheNextWriterDoes(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleMember), join(t, r, founder, RoleMember)
	cut := journal.Mark{Number: 7, Hash: journal.Hash{7}}
	must(t, r.Leave(carol.id, at(), map[journal.DeviceID]journal.Mark{carol.id.Device(): cut}))
	d, _ := r.State().Device(carol.id.Device())
	if !d.Removed || d.Cut != cut {
		t.Fatalf("device %+v", d)
	}
	if _, ok := r.WriteKey(bob.id); ok {
		t.Fatal("an epoch that the removed device can read counts as safe")
	}
	must(t, r.NewEpoch(rand.Reader, bob.id, at()))
	k, ok := r.WriteKey(founder.id)
	if !ok {
		t.Fatal("the founder cannot write under the new epoch")
	}
	if _, ok := r.Keys(carol.id)[k.ID()]; ok {
		t.Error("the removed device opens the new epoch")
	}
	if err := r.NewEpoch(rand.Reader, carol.id, at()); !errors.Is(err, ErrNotMember) {
		t.Errorf("the removed device writes on: %v", err)
	}
	if len(r.Keys(bob.id)) != 2 {
		t.Errorf("%d keys: the old epoch is lost", len(r.Keys(bob.id)))
	}
}

func TestOfTwoAdminsRemovingEachOtherTheEarlierEnrolledStands(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleAdmin)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Remove(rand.Reader, bob.id, at(), Removal{Persons: []PersonID{carol.person}}))
	must(t, b.Remove(rand.Reader, carol.id, at(), Removal{Persons: []PersonID{bob.person}}))
	merge(t, r, a, b)
	if !present(r, bob) || present(r, carol) {
		t.Errorf("bob %v, carol %v: want the earlier enrolled", present(r, bob), present(r, carol))
	}
	if len(r.State().Overruled) != 1 {
		t.Errorf("%d entries overruled", len(r.State().Overruled))
	}
}

func TestRemovalWinsOverWhatItsTargetDidMeanwhile(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleMember)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Remove(rand.Reader, founder.id, at(), Removal{Persons: []PersonID{bob.person}}))
	must(t, b.SetRole(bob.id, at(), carol.person, RoleAdmin))
	dan := join(t, b, bob, RoleAdmin)
	must(t, b.Remove(rand.Reader, carol.id, at(), Removal{Persons: []PersonID{founder.person}})) // by an admin of bob's making
	must(t, b.Enrol(rand.Reader, bob.id, at(), enrolment(t, b, bob, newPeer(t), false)))
	merge(t, r, a, b)
	if present(r, bob) || present(r, dan) || !present(r, founder) || role(t, r, carol) != RoleMember {
		t.Errorf("state %+v", r.State().Members)
	}
	if !undone(r, dan) || undone(r, bob) {
		t.Errorf("undone: dan %v, bob %v", undone(r, dan), undone(r, bob))
	}
	for _, d := range r.State().Devices {
		if d.Person == bob.person && !d.Removed {
			t.Errorf("bob keeps a device that he enrolled meanwhile")
		}
	}
}

func enrolment(t testing.TB, r *Roster, by, device peer, kit bool) Enrolment {
	t.Helper()
	return Enrolment{Public: device.id.Public(), Kit: kit, Proof: ProveEnrolment(device.id, r.Team(), by.id.Device())}
}

func TestTwoAdminsLeavingAtOnceLeaveOneBehind(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleAdmin)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Leave(founder.id, at(), nil))
	must(t, b.Leave(bob.id, at(), nil))
	merge(t, r, a, b)
	if present(r, founder) || !present(r, bob) {
		t.Errorf("founder %v, bob %v: want exactly the later admin to stay", present(r, founder), present(r, bob))
	}
	c, d := fork(t, r), fork(t, r)
	carol := join(t, c, bob, RoleAdmin)
	merge(t, d, c)
	must(t, c.SetRole(bob.id, at(), carol.person, RoleMember))
	must(t, d.SetRole(carol.id, at(), bob.person, RoleMember))
	merge(t, c, d)
	if (role(t, c, bob) == RoleAdmin) == (role(t, c, carol) == RoleAdmin) {
		t.Errorf("bob %v, carol %v: want exactly one admin", role(t, c, bob), role(t, c, carol))
	}
}

func TestADemotionOfLongAgoHoldsWhenTheOtherAdminGoes(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleMember)
	must(t, r.SetRole(founder.id, at(), bob.person, RoleMember))
	must(t, r.SetRole(founder.id, at(), carol.person, RoleAdmin))
	must(t, r.Leave(founder.id, at(), nil))
	if role(t, r, bob) != RoleMember || role(t, r, carol) != RoleAdmin {
		t.Errorf("bob %v, carol %v", role(t, r, bob), role(t, r, carol))
	}
}

func TestOfAConcurrentDoubleUseOneStandsAndOneWaits(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{})
	x, y := newPeer(t), newPeer(t)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	must(t, b.Admit(rand.Reader, bob.id, at(), request(t, inv, y, "")))
	low, high := x, y
	if ax, by := a.Since(r.Len())[0], b.Since(r.Len())[0]; compareHash(entryID(by), entryID(ax)) < 0 {
		low, high = y, x
	}
	merge(t, r, a, b)
	s := r.State()
	if !present(r, low) || present(r, high) || len(s.Waiting) != 1 || s.Waiting[0].Device != high.id.Device() {
		t.Fatalf("waiting %+v", s.Waiting)
	}
	if _, ok := r.WriteKey(founder.id); ok {
		t.Error("an epoch that somebody who waits can read counts as safe")
	}
	if err := r.Admit(rand.Reader, bob.id, at(), s.Waiting[0].Request); !errors.Is(err, ErrInviteClosed) {
		t.Errorf("a member decides: %v", err)
	}
	must(t, r.Admit(rand.Reader, founder.id, at(), s.Waiting[0].Request))
	if !present(r, high) || len(r.State().Waiting) != 0 {
		t.Error("the admin’s leave did not help")
	}
}

func TestTwoDevicesAdmittingTheSameNewcomerAgree(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{})
	mail := request(t, inv, newPeer(t), "")
	a, b := fork(t, r), fork(t, r)
	must(t, a.Admit(rand.Reader, founder.id, at(), mail))
	must(t, b.Admit(rand.Reader, bob.id, at(), mail))
	merge(t, r, a, b)
	if s := r.State(); len(s.Members) != 3 || len(s.Waiting) != 0 || len(s.Invites) != 0 {
		t.Errorf("members %d, waiting %d", len(s.Members), len(s.Waiting))
	}
}

// undone reports whether somebody let the device in, and it does not count.
func undone(r *Roster, p peer) bool {
	_, known := r.State().Device(p.id.Device())
	d, author := r.State().Author(p.id.Device())
	return !known && author && d.Removed && d.Public == p.id.Public()
}

func TestAnInviteWithdrawnMeanwhileLeavesTheNewcomerWaiting(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{})
	x := newPeer(t)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Withdraw(founder.id, at(), inv.ID()))
	must(t, b.Admit(rand.Reader, bob.id, at(), request(t, inv, x, "")))
	merge(t, r, a, b)
	if present(r, x) || len(r.State().Waiting) != 1 {
		t.Errorf("present %v, waiting %v", present(r, x), r.State().Waiting)
	}
	if !undone(r, x) {
		t.Error("what the newcomer wrote meanwhile has no author")
	}
	must(t, r.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	if !present(r, x) || undone(r, x) {
		t.Errorf("let in after all: present %v, undone %v", present(r, x), undone(r, x))
	}
}

func TestAnInviteWithdrawnAfterItsUseTakesNobodyOut(t *testing.T) {
	r, founder := newTeam(t)
	inv := anInvite(t, r, founder, Terms{})
	tom := newPeer(t)
	must(t, r.Admit(rand.Reader, founder.id, at(), request(t, inv, tom, "")))
	must(t, r.Withdraw(founder.id, at(), inv.ID()))
	if !present(r, tom) {
		t.Error("withdrawn after it was used, and its user is out")
	}
}

func TestKeysThatConcurrencyKeptApartAreShared(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{})
	x := newPeer(t)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	must(t, b.NewEpoch(rand.Reader, bob.id, at()))
	merge(t, r, a, b)
	if len(r.Keys(x.id)) != 1 {
		t.Fatalf("%d keys: want the lack that this test is about", len(r.Keys(x.id)))
	}
	must(t, r.ShareKeys(founder.id, at()))
	if got := len(r.Keys(x.id)); got != 2 {
		t.Errorf("%d keys after sharing", got)
	}
	n := r.Len()
	must(t, r.ShareKeys(bob.id, at()))
	if r.Len() != n {
		t.Error("shared again although nobody lacks a key")
	}
}

func TestAKitOnlyEnrols(t *testing.T) {
	r, founder := newTeam(t)
	kit, phone := newPeer(t), newPeer(t)
	must(t, r.Enrol(rand.Reader, founder.id, at(), enrolment(t, r, founder, kit, true)))
	if len(r.Keys(kit.id)) == 0 {
		t.Error("the kit has no keys")
	}
	if err := r.NewEpoch(rand.Reader, kit.id, at()); !errors.Is(err, ErrNotMember) {
		t.Errorf("the kit writes: %v", err)
	}
	must(t, r.Enrol(rand.Reader, kit.id, at(), enrolment(t, r, kit, phone, false)))
	if d, _ := r.State().Device(phone.id.Device()); d.Person != founder.person || d.Kit {
		t.Errorf("device %+v", d)
	}
	wrong := enrolment(t, r, founder, newPeer(t), false)
	wrong.Proof = ProveEnrolment(phone.id, r.Team(), founder.id.Device())
	if err := r.Enrol(rand.Reader, founder.id, at(), wrong); !errors.Is(err, ErrForged) {
		t.Errorf("a device that proved nothing: %v", err)
	}
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Devices: []journal.DeviceID{kit.id.Device()}}))
	if r.State().Present(kit.id.Device()) || !present(r, founder) {
		t.Error("the wrong device went")
	}
}

func TestEntriesWaitForTheirParents(t *testing.T) {
	r, founder := newTeam(t)
	join(t, r, founder, RoleMember)
	raws := r.Since(0)
	late := New(r.Team())
	for _, raw := range slices.Backward(raws) {
		if late.Len() != 0 {
			t.Fatal("an entry stood before its parents")
		}
		must(t, late.Add(raw))
	}
	if late.Len() != len(raws) || len(late.Missing()) != 0 {
		t.Errorf("%d of %d stand, %d missing", late.Len(), len(raws), len(late.Missing()))
	}
	gap := New(r.Team())
	must(t, gap.Add(raws[2]))
	if m := gap.Missing(); len(m) != 1 || m[0] != entryID(raws[1]) {
		t.Errorf("missing %v", m)
	}
}

func TestAnEntryForAnotherTeamIsRefusedThoughItsWriterBelongsHere(t *testing.T) {
	r, founder := newTeam(t)
	other, _ := newTeam(t)
	head := entryID(r.Since(r.Len() - 1)[0])
	raw, err := seal(founder.id, at(), other.Team(), [][]byte{head[:]}, opRole, &setRole{Person: founder.person[:], Role: RoleAdmin})
	must(t, err)
	for name, raw := range map[string][]byte{"for another team": raw, "another team's founding": other.Since(0)[0]} {
		if err := r.Add(raw); !errors.Is(err, ErrOtherTeam) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStrangersCannotMakeADeviceRememberWithoutEnd(t *testing.T) {
	r, _ := newTeam(t)
	stranger := newPeer(t)
	wraps := []deviceWrap{}
	for i := range 900 {
		wraps = append(wraps, deviceWrap{Device: []byte{byte(i >> 8), byte(i), 15: 0}, Wrap: make([]byte, 4096)})
	}
	refused := 0
	for i := range 30 {
		raw, err := seal(stranger.id, at(), r.Team(), [][]byte{{byte(i), 31: 1}}, opEpoch, &epoch{ID: make([]byte, 32), Wraps: wraps})
		must(t, err)
		if r.Add(raw) != nil {
			refused++
		}
	}
	if want := 30 - maxWaitingBytes/(900*4096); refused < want-1 || refused > want+1 {
		t.Errorf("%d of 30 refused, want about %d", refused, want)
	}
	if n := r.crowds[journal.DeviceID{}].bytes; n > maxWaitingBytes {
		t.Errorf("%d bytes wait", n)
	}
}

func TestStrangersTakeNobodysRoomToWait(t *testing.T) {
	r, ana := newTeam(t)
	victim := fork(t, r)
	stranger := newPeer(t)
	var crowded *CrowdedError
	for i := 0; crowded == nil; i++ {
		raw, err := seal(stranger.id, at(), r.Team(), [][]byte{{byte(i >> 8), byte(i), 31: 1}}, opWithdraw, &withdraw{Invite: make([]byte, 16)})
		must(t, err)
		if err := victim.Add(raw); err != nil && (!errors.As(err, &crowded) || crowded.Signer != stranger.id.Device() || i != maxWaiting) {
			t.Fatalf("entry %d: %v", i, err)
		}
	}
	known := r.Len()
	for range 20 {
		must(t, r.NewEpoch(rand.Reader, ana.id, at()))
	}
	fresh := r.Since(known)
	for i, raw := range slices.Backward(fresh) { // each before its parents
		must(t, victim.Add(raw))
		if signer, enrolled, waits := victim.Waiting(raw); (i > 0) != waits || waits && (!enrolled || signer != ana.id.Device()) {
			t.Errorf("entry %d: waits %v, of %s, enrolled %v", i, waits, signer, enrolled)
		}
	}
	if victim.Len() != r.Len() {
		t.Errorf("%d of %d entries stand", victim.Len(), r.Len())
	}
}

// Whoever was removed can go on writing entries after what it knew, and each is a head.
func TestHeadsWithoutEndHideNothingFromAWriter(t *testing.T) {
	r, ana := newTeam(t)
	eva := join(t, r, ana, RoleMember)
	old := fork(t, r)
	must(t, r.Remove(rand.Reader, ana.id, at(), Removal{Persons: []PersonID{eva.person}}))
	for range 4 * maxParents {
		inv, err := NewDeviceInvite(rand.Reader, r.Team(), eva.person, nil)
		must(t, err)
		raw, err := seal(eva.id, at(), r.Team(), old.parents(), opInvite, &invite{Key: inv.publicKey(), Expires: 1, Role: RoleMember, Own: true})
		must(t, err)
		must(t, r.Add(raw))
	}
	for range 4 {
		inv := anInvite(t, r, ana, Terms{Role: RoleMember, Expires: at().Add(time.Hour)})
		dan := newPeer(t)
		must(t, r.Admit(rand.Reader, ana.id, at(), request(t, inv, dan, "")))
		must(t, r.Remove(rand.Reader, ana.id, at(), Removal{Persons: []PersonID{dan.person}}))
		if s := r.State(); s.Present(eva.id.Device()) || s.Present(dan.id.Device()) {
			t.Fatal("a removal was forgotten")
		}
	}
	if _, ok := r.WriteKey(ana.id); !ok {
		t.Error("ana has no key to write under")
	}
}

func TestForgedAndForeignEntriesAreRefused(t *testing.T) {
	r, founder := newTeam(t)
	join(t, r, founder, RoleMember)
	raws := r.Since(0)
	for i, raw := range raws {
		known := New(r.Team())
		for _, earlier := range raws[:i] {
			must(t, known.Add(earlier))
		}
		for _, at := range []int{0, 1, 5, len(raw) / 2, len(raw) - 1} {
			bad := slices.Clone(raw)
			bad[at] ^= 1
			if err := known.Add(bad); err == nil {
				t.Errorf("entry %d, byte %d flipped: taken", i, at)
			}
		}
	}
	newer := slices.Clone(raws[1])
	newer[1] = 2
	var unknown *journal.UnknownVersionError
	if err := r.Add(newer); !errors.As(err, &unknown) || unknown.Version != 2 {
		t.Errorf("a newer version: %v", err)
	}
}

func TestWhoTakesFromStrangersRemembersNothingOfWhatIsRefused(t *testing.T) {
	r, ana := newTeam(t)
	anInvite(t, r, ana, Terms{Role: RoleMember})
	all := r.Since(0)
	other := New(r.Team())
	for i := len(all) - 1; i > 0; i-- {
		if added, err := other.Take(all[i]); added || !errors.Is(err, ErrParents) {
			t.Errorf("entry %d before its parents: %v, %v", i, added, err)
		}
	}
	if len(other.Missing()) != 0 {
		t.Errorf("it waits for %v", other.Missing())
	}
	for i, raw := range all {
		if added, err := other.Take(raw); err != nil || !added {
			t.Errorf("entry %d: %v, %v", i, added, err)
		}
		if added, err := other.Take(raw); err != nil || added {
			t.Errorf("entry %d again: %v, %v", i, added, err)
		}
	}
	forged := slices.Clone(all[1])
	forged[len(forged)-1] ^= 1
	if _, err := other.Take(forged); !errors.Is(err, ErrForged) {
		t.Errorf("forged: %v", err)
	}
	if other.Len() != r.Len() {
		t.Errorf("%d of %d entries", other.Len(), r.Len())
	}
}
