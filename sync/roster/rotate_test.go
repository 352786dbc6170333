package roster

import (
	"crypto/rand"
	"testing"
	"time"

	"longhand/sync/journal"
)

// largeTeam is a team with so many devices, all of its founder's person.
func largeTeam(t testing.TB, devices int) (*Roster, peer) {
	r, founder := newTeam(t)
	for range devices - 1 {
		must(t, r.Enrol(rand.Reader, founder.id, at(), enrolment(t, r, founder, newPeer(t), false)))
	}
	return r, founder
}

// rotationMost is what removing one device of five hundred may take.
const rotationMost = 2 * time.Second

func TestRemovingOneOfFiveHundredDevicesTakesUnderTwoSeconds(t *testing.T) {
	devices := 500
	if testing.Short() {
		devices = 50 // the race detector takes ten times as long
	}
	r, founder := largeTeam(t, devices)
	s := r.State()
	gone := s.Devices[len(s.Devices)-1].ID
	began := time.Now()
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Devices: []journal.DeviceID{gone}}))
	k, ok := r.WriteKey(founder.id)
	took := time.Since(began)
	if !ok || k.ID() == s.Epochs[0].ID {
		t.Fatal("the key was not rotated")
	}
	t.Logf("rotation for %d devices in %s, an entry of %d bytes", len(s.Devices)-1, took.Round(time.Millisecond), len(r.Since(r.Len() - 1)[0]))
	if took > rotationMost {
		t.Errorf("it took %s, want at most %s", took, rotationMost)
	}
}

func BenchmarkRotationForFiveHundredDevices(b *testing.B) {
	r, founder := largeTeam(b, 500)
	for b.Loop() {
		must(b, r.NewEpoch(rand.Reader, founder.id, at()))
		if _, ok := r.WriteKey(founder.id); !ok {
			b.Fatal("no key")
		}
	}
}

func TestAKeyIsLostWhenEverybodyWhoHasItHasLeft(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleAdmin)
	inv := anInvite(t, r, founder, Terms{Role: RoleAdmin})
	x := newPeer(t)
	shared, _ := r.WriteKey(bob.id)
	a, b := fork(t, r), fork(t, r)
	for range 40 { // each hands on those before: there are very many ways through them
		must(t, a.NewEpoch(rand.Reader, bob.id, at()))
	}
	k, ok := a.WriteKey(bob.id)
	if !ok || k.ID() == shared.ID() {
		t.Fatal("bob has no key of his own")
	}
	must(t, a.Leave(bob.id, at(), nil))
	must(t, b.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	merge(t, r, a, b)
	if r.Lost(k.ID()) || r.Lost(shared.ID()) {
		t.Error("lost while the founder has it")
	}
	must(t, r.Leave(founder.id, at(), nil))
	if !r.Lost(k.ID()) {
		t.Error("nobody who is left can have bob's key")
	}
	if r.Lost(shared.ID()) || r.Lost(journal.Hash{1}) {
		t.Error("lost: what the newcomer was given, or what nobody has brought")
	}
}

func TestAKeyIsSafeOnlyIfItsIssuerKnewOfEveryRemoval(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{Role: RoleMember})
	x := newPeer(t)
	a, b := fork(t, r), fork(t, r)
	// Bob issues a key and knows nothing of the newcomer, who comes and goes elsewhere.
	must(t, b.NewEpoch(rand.Reader, bob.id, at()))
	bobs, _ := b.WriteKey(bob.id)
	must(t, a.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	admitted := fork(t, a)
	must(t, a.Remove(rand.Reader, founder.id, at(), Removal{Devices: []journal.DeviceID{x.id.Device()}}))
	founders, _ := a.WriteKey(founder.id)
	merge(t, a, b)
	k, ok := a.WriteKey(founder.id)
	if a.Safe(bobs.ID()) || !ok || k.ID() != founders.ID() {
		t.Errorf("safe %v, writes under the founder's %v", a.Safe(bobs.ID()), ok && k.ID() == founders.ID())
	}
	// For meanwhile bob hears of the newcomer, not of the removal, and shares what he has.
	merge(t, b, admitted)
	must(t, b.ShareKeys(bob.id, at()))
	if _, ok := b.Keys(x.id)[bobs.ID()]; !ok {
		t.Fatal("bob shares nothing")
	}
	merge(t, a, b)
	if _, ok := a.Keys(x.id)[k.ID()]; ok {
		t.Error("the removed device opens what was written by who knew")
	}
}

func TestAKeyIsSafeOnlyIfItsIssuerKnewOfEveryUseOfAnInvite(t *testing.T) {
	r, founder := newTeam(t)
	bob := join(t, r, founder, RoleMember)
	inv := anInvite(t, r, founder, Terms{Role: RoleMember})
	x, y := newPeer(t), newPeer(t)
	a, b, c := fork(t, r), fork(t, r), fork(t, r)
	must(t, b.NewEpoch(rand.Reader, bob.id, at()))
	bobs, _ := b.WriteKey(bob.id)
	must(t, a.Admit(rand.Reader, founder.id, at(), request(t, inv, x, "")))
	must(t, c.Admit(rand.Reader, founder.id, at(), request(t, inv, y, "")))
	only, loser := c, y
	both := fork(t, a)
	merge(t, both, c)
	if both.State().Present(y.id.Device()) {
		only, loser = a, x
	}
	merge(t, both, b)
	if both.Safe(bobs.ID()) {
		t.Error("a key whose issuer knew of neither is written under")
	}
	merge(t, b, only)
	must(t, b.ShareKeys(bob.id, at()))
	if _, ok := b.Keys(loser.id)[bobs.ID()]; !ok {
		t.Error("bob shares nothing")
	}
}
