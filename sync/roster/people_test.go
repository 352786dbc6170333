package roster

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"longhand/sync/journal"
)

func TestARemovalIsOneSignedStepThatRotatesTheKeyAndWithdrawsInvites(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleMember), join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{})
	own := deviceInvite(t, r, carol)
	old, _ := r.WriteKey(bob.id)
	before := r.Len()
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Persons: []PersonID{carol.person}}))
	if r.Len() != before+1 {
		t.Errorf("%d entries, want one", r.Len()-before)
	}
	k, ok := r.WriteKey(bob.id)
	if !ok || k.ID() == old.ID() {
		t.Error("those who stay have no key of their own at once")
	}
	if _, ok := r.Keys(carol.id)[k.ID()]; ok {
		t.Error("the removed device opens the new epoch")
	}
	if s := r.State(); len(s.Invites) != 0 || !slices.Contains(s.Closed, inv.ID()) || !slices.Contains(s.Closed, own.ID()) {
		t.Errorf("invites %+v are still open", s.Invites)
	}
	if err := r.Admit(rand.Reader, bob.id, at(), request(t, inv, newPeer(t), "")); !errors.Is(err, ErrInviteClosed) {
		t.Errorf("admitted by a withdrawn invite: %v", err)
	}
	if len(r.Keys(bob.id)) != 2 {
		t.Errorf("%d keys: the old epoch is lost", len(r.Keys(bob.id)))
	}
}

func TestTwoRemovalsAtOnceLeaveNoKeyThatEitherOfTheRemovedCanOpen(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol, dan := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleMember), join(t, r, founder, RoleMember)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Remove(rand.Reader, founder.id, at(), Removal{Persons: []PersonID{carol.person}}))
	must(t, b.Remove(rand.Reader, bob.id, at(), Removal{Persons: []PersonID{dan.person}}))
	merge(t, r, a, b)
	if _, ok := r.WriteKey(bob.id); ok {
		t.Fatal("an epoch counts as safe that one of the removed can open")
	}
	must(t, r.NewEpoch(rand.Reader, bob.id, at()))
	k, ok := r.WriteKey(founder.id)
	if !ok {
		t.Fatal("no key")
	}
	for _, gone := range []peer{carol, dan} {
		if _, ok := r.Keys(gone.id)[k.ID()]; ok {
			t.Error("a removed device opens the new epoch")
		}
	}
}

func TestAnOlderEpochIsNoSaferThanTheNewerOnesThatOpenIt(t *testing.T) {
	r, founder := newTeam(t)
	must(t, r.NewEpoch(rand.Reader, founder.id, at()))
	tom := join(t, r, founder, RoleMember) // gets the newer one, and so the older
	must(t, r.Leave(tom.id, at(), nil))
	if k, ok := r.WriteKey(founder.id); ok {
		if _, reads := r.Keys(tom.id)[k.ID()]; reads {
			t.Error("an epoch counts as safe that a removed device opens by way of a newer one")
		}
	}
	// Nor where its issuer knew of every removal, and somebody hands it on all the same.
	must(t, r.NewEpoch(rand.Reader, founder.id, at()))
	k, ok := r.WriteKey(founder.id)
	if !ok {
		t.Fatal("nothing to write under")
	}
	id, device, newer := k.ID(), tom.id.Device(), journal.Hash{1}
	must(t, r.write("epoch", founder.id, at(), opEpoch, &epoch{ID: newer[:], Wraps: []deviceWrap{{Device: device[:], Wrap: []byte("?")}},
		Parents: []keyWrap{{Epoch: id[:], Wrap: []byte("?")}}}))
	if r.Safe(id) {
		t.Error("an epoch counts as safe that is handed on to a removed device by way of a newer one")
	}
}

func TestARemovalThatIsOverruledStillHandsOnItsKey(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleAdmin)
	a, b := fork(t, r), fork(t, r)
	must(t, a.Remove(rand.Reader, bob.id, at(), Removal{Persons: []PersonID{carol.person}}))
	must(t, b.Remove(rand.Reader, carol.id, at(), Removal{Persons: []PersonID{founder.person}}))
	k, _ := b.WriteKey(bob.id) // bob may have written under it before he heard of his colleague's end
	merge(t, r, a, b)
	must(t, r.ShareKeys(bob.id, at()))
	if _, ok := r.Keys(founder.id)[k.ID()]; !ok || !present(r, founder) {
		t.Error("what was written under that key cannot be read by everybody who stayed")
	}
}

func TestAnEpochIssuedAgainByItsIdTaintsNothing(t *testing.T) {
	r, founder := newTeam(t)
	bob, carol := join(t, r, founder, RoleMember), join(t, r, founder, RoleMember)
	old := fork(t, r)
	anInvite(t, r, founder, Terms{}) // so that what carol writes comes before it in the order
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Persons: []PersonID{carol.person}}))
	k, _ := r.WriteKey(bob.id)
	id, device := k.ID(), carol.id.Device()
	// As if she had never heard of her removal.
	must(t, old.write("squat", carol.id, at(), opEpoch, &epoch{ID: id[:], Wraps: []deviceWrap{{Device: device[:], Wrap: []byte("?")}}}))
	merge(t, r, old)
	if got, ok := r.WriteKey(bob.id); !ok || got.ID() != id {
		t.Error("a removed device made a safe epoch look unsafe")
	}
	for _, e := range r.State().Epochs {
		if e.ID == id && e.Issuer != founder.id.Device() {
			t.Error("a removed device passes for the issuer of a safe epoch")
		}
	}
}

func deviceInvite(t testing.TB, r *Roster, p peer) Invite {
	t.Helper()
	inv, err := NewDeviceInvite(rand.Reader, r.Team(), p.person, nil)
	must(t, err)
	must(t, r.Invite(p.id, at(), inv, Terms{Expires: at().Add(time.Hour)}))
	return inv
}

func TestASecondDeviceIsAdmittedByADeviceOfItsPersonAlone(t *testing.T) {
	r, founder := newTeam(t)
	tom := join(t, r, founder, RoleMember)
	inv := deviceInvite(t, r, tom)
	again, err := ParseInvite(inv.Code())
	if err != nil || again.Person == nil || *again.Person != tom.person || again.ID() != inv.ID() {
		t.Fatalf("code %s: %+v, %v", inv.Code(), again, err)
	}
	if o, _ := r.State().Invite(inv.ID()); !o.Own || o.Person != tom.person {
		t.Errorf("invite %+v", o)
	}
	phone := newPeer(t)
	mail := request(t, again, phone, "")
	if err := r.Admit(rand.Reader, founder.id, at(), mail); !errors.Is(err, ErrNotOwn) {
		t.Errorf("an admin gives somebody a device: %v", err)
	}
	must(t, r.Admit(rand.Reader, tom.id, at(), mail))
	d, _ := r.State().Device(phone.id.Device())
	if d.Person != tom.person || d.Removed || len(r.Keys(phone.id)) == 0 || len(r.State().Members) != 2 {
		t.Errorf("device %+v, %d members", d, len(r.State().Members))
	}
	if err := r.Admit(rand.Reader, tom.id, at(), mail); !errors.Is(err, ErrInviteClosed) {
		t.Errorf("admitted twice: %v", err)
	}
	eve := inv
	eve.Person = &founder.person
	if err := r.Admit(rand.Reader, tom.id, at(), request(t, eve, newPeer(t), "")); !errors.Is(err, ErrUnknown) {
		t.Errorf("a device of another person's: %v", err)
	}
	// The phone is lost: the laptop removes it, and needs no admin for that.
	must(t, r.Remove(rand.Reader, tom.id, at(), Removal{Devices: []journal.DeviceID{phone.id.Device()}}))
	if k, ok := r.WriteKey(tom.id); !ok || r.State().Present(phone.id.Device()) || !present(r, tom) {
		t.Error("the phone is not gone")
	} else if _, ok := r.Keys(phone.id)[k.ID()]; ok {
		t.Error("the phone opens the new epoch")
	}
}

func TestWhoMayInviteAndWithdrawADevice(t *testing.T) {
	r, founder := newTeam(t)
	tom, eva := join(t, r, founder, RoleMember), join(t, r, founder, RoleMember)
	inv := deviceInvite(t, r, tom)
	wrong, err := NewDeviceInvite(rand.Reader, r.Team(), eva.person, nil)
	must(t, err)
	if err := r.Invite(tom.id, at(), wrong, Terms{}); !errors.Is(err, ErrNotOwn) {
		t.Errorf("tom invites a device of eva's: %v", err)
	}
	if err := r.Withdraw(eva.id, at(), inv.ID()); !errors.Is(err, ErrNotAdmin) {
		t.Errorf("eva withdraws tom's: %v", err)
	}
	must(t, r.Withdraw(tom.id, at(), inv.ID()))
	if len(r.State().Invites) != 0 {
		t.Error("still open")
	}
}

func TestCutsOfSeveralRemovalsAllCountButNotThoseThatTheRemovedStretch(t *testing.T) {
	mark := func(n uint64) journal.Mark { return journal.Mark{Number: n, Hash: journal.Hash{byte(n)}} }
	r, founder := newTeam(t)
	tom, bob, carol := join(t, r, founder, RoleMember), join(t, r, founder, RoleAdmin), join(t, r, founder, RoleAdmin)
	a, b, c := fork(t, r), fork(t, r), fork(t, r)
	cut := func(m ...journal.Mark) Removal {
		return Removal{Persons: []PersonID{tom.person}, Cuts: map[journal.DeviceID][]journal.Mark{tom.id.Device(): m}}
	}
	must(t, a.Remove(rand.Reader, bob.id, at(), cut(mark(5))))
	must(t, b.Remove(rand.Reader, carol.id, at(), cut(mark(3), mark(8))))
	must(t, c.Leave(tom.id, at(), map[journal.DeviceID]journal.Mark{tom.id.Device(): mark(99)}))
	merge(t, r, a, b, c)
	d, _ := r.State().Device(tom.id.Device())
	if !d.Removed || !slices.Equal(d.Cuts, []journal.Mark{mark(3), mark(5), mark(8)}) || d.Cut != mark(8) {
		t.Errorf("cuts %v", d.Cuts)
	}
	if err := r.Accept(tom.id, at(), map[journal.DeviceID][]journal.Mark{tom.id.Device(): {mark(20)}}); !errors.Is(err, ErrNotMember) {
		t.Errorf("the removed accepts its own: %v", err)
	}
	must(t, r.Accept(founder.id, at(), map[journal.DeviceID][]journal.Mark{tom.id.Device(): {mark(20)}}))
	if d, _ := r.State().Device(tom.id.Device()); d.Cut != mark(20) {
		t.Errorf("an admin's accept does not count: %v", d.Cuts)
	}
	if err := r.Accept(founder.id, at(), map[journal.DeviceID][]journal.Mark{bob.id.Device(): {mark(1)}}); !errors.Is(err, ErrUnknown) {
		t.Errorf("accepted of who belongs to the team: %v", err)
	}
}

func TestAKitOpensEveryEpochAndSurvivesThePaper(t *testing.T) {
	r, founder := newTeam(t)
	kit, err := NewKit(rand.Reader, r.Team(), []string{"folder:/mnt/share"})
	must(t, err)
	id, err := kit.Identity()
	must(t, err)
	must(t, r.Enrol(rand.Reader, founder.id, at(), Enrolment{Public: id.Public(), Kit: true, Proof: ProveEnrolment(id, r.Team(), founder.id.Device())}))
	carol := join(t, r, founder, RoleMember)
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Persons: []PersonID{carol.person}}))
	must(t, r.NewEpoch(rand.Reader, founder.id, at()))

	typed := strings.ToLower(strings.ReplaceAll(kit.Code(), "-", " "))
	again, err := ParseKit(typed)
	if err != nil || again.Team != r.Team() || !slices.Equal(again.Relays, kit.Relays) {
		t.Fatalf("%+v, %v", again, err)
	}
	found, err := again.Identity()
	must(t, err)
	if found.Device() != id.Device() || len(r.Keys(found)) != 3 {
		t.Errorf("the typed kit opens %d epochs of 3", len(r.Keys(found)))
	}
	groups := strings.Split(kit.Code(), "-")
	if !SameCode(groups[2]+groups[3], strings.ToLower(groups[2])+" "+groups[3]) || SameCode(groups[2], groups[3]) {
		t.Error("a part that is typed back is not compared")
	}
	if _, err := ParseKit("LK" + kit.Code()[3:]); !errors.Is(err, ErrMistyped) {
		t.Errorf("a missing character: %v", err)
	}
	if _, err := ParseKit("LH0000"); !errors.Is(err, ErrNotKit) {
		t.Errorf("an invite: %v", err)
	}
	if strings.Contains(kit.String()+kit.GoString(), groups[1]) {
		t.Error("a kit in a log line shows its secret")
	}
}

func TestAKitEnrolsEvenWhenNoEpochIsSafe(t *testing.T) {
	r, founder := newTeam(t)
	carol, kit, laptop := join(t, r, founder, RoleMember), newPeer(t), newPeer(t)
	must(t, r.Enrol(rand.Reader, founder.id, at(), enrolment(t, r, founder, kit, true)))
	must(t, r.Leave(carol.id, at(), nil))
	if err := r.Enrol(rand.Reader, kit.id, at(), enrolment(t, r, kit, newPeer(t), true)); !errors.Is(err, ErrNotMember) {
		t.Errorf("a kit makes a kit: %v", err)
	}
	must(t, r.Enrol(rand.Reader, kit.id, at(), enrolment(t, r, kit, laptop, false)))
	must(t, r.NewEpoch(rand.Reader, laptop.id, at()))
	if _, ok := r.WriteKey(laptop.id); !ok || role(t, r, peer{laptop.id, founder.person}) != RoleAdmin {
		t.Error("the restored device cannot write")
	}
}

func TestTheSafetyWordsAreOfBothAndOfNobodyElse(t *testing.T) {
	team := journal.TeamID{7}
	a, b, c := newPeer(t).id.Public(), newPeer(t).id.Public(), newPeer(t).id.Public()
	words := func(x, y journal.Public) string {
		w, err := Words(team, x, y)
		must(t, err)
		return strings.Join(w[:], " ")
	}
	if words(a, b) != words(b, a) {
		t.Error("the two see different words")
	}
	between := c
	between.Sign = a.Sign // only the wrapping key was swapped
	for _, other := range []journal.Public{c, between} {
		if words(a, b) == words(other, b) {
			t.Error("other keys have the same words")
		}
	}
	if len(strings.Fields(words(a, b))) != 12 {
		t.Error("not twelve")
	}
}

func TestAnAdminOfItsTargetsMakingLetsNoRemovalLeaveTheTeamWithoutOne(t *testing.T) {
	r, founder := newTeam(t)
	olga, mia := join(t, r, founder, RoleAdmin), join(t, r, founder, RoleMember)
	second := newPeer(t)
	must(t, r.Enrol(rand.Reader, founder.id, at(), enrolment(t, r, founder, second, false)))
	a, b, c := fork(t, r), fork(t, r), fork(t, r)
	anInvite(t, a, founder, Terms{}) // so that the founder's leaving comes later in the order
	must(t, a.Leave(founder.id, at(), nil))
	must(t, b.SetRole(olga.id, at(), olga.person, RoleMember))
	must(t, c.SetRole(second.id, at(), mia.person, RoleAdmin)) // knows of neither
	merge(t, r, a, b)
	if !present(r, founder) {
		t.Fatal("the last admin has left")
	}
	merge(t, r, c)
	if !present(r, founder) || role(t, r, mia) != RoleAdmin {
		t.Errorf("founder present %v, mia is %v: what the founder's other device did enabled the leaving, and was then overruled by it", present(r, founder), role(t, r, mia))
	}
}
