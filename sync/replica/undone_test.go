package replica

import (
	"crypto/rand"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// Somebody was let in, or a device enrolled, by an entry that does not count after all.

// Whoever is let in by an invite that is withdrawn meanwhile, elsewhere, was not let in. What others built on counts all the same, also for those who
// never saw the newcomer inside.
func TestWhatSomebodyBuiltOnCountsThoughItsWriterWasNotLetInAfterAll(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	dan := ana.letInMeanwhile(tom, relays, eva)
	dan.write("one", "two")
	syncAll(dan, tom)
	tom.write("agreed after one")
	tom.sync()
	syncAll(ana, eva, tom, ana, eva)
	if ana.roster.State().Present(dan.me) {
		t.Fatal("the withdrawal does not count")
	}
	for _, p := range []*person{ana, tom, eva} {
		wants(t, p, "one", "agreed after one")
	}
	for range 3 { // what it said to hold lies on the relay too, and is nobody's reason to look at everything again
		must(t, ana.SetRole(t.Context(), tom.who, roster.RoleMember))
		if ana.links["m"].restart || ana.links["m"].cursor == nil {
			t.Error("the relay is followed from the beginning, because somebody was not let in")
		}
		ana.sync()
	}
	// An admin lets them in: all of it counts, and so does what they said to hold.
	for _, w := range ana.roster.State().Waiting {
		must(t, ana.roster.Admit(rand.Reader, ana.id, noon(), w.Request))
	}
	must(t, ana.Save(t.Context()))
	syncAll(ana, dan, tom, eva, ana)
	for _, p := range []*person{ana, tom, eva} {
		wants(t, p, "one", "two", "agreed after one")
	}
	if have, of := tom.Delivered(1); have != 3 || of != 3 {
		t.Errorf("delivered to %d of %d", have, of)
	}
}

// letInMeanwhile withdraws an invite by which another lets somebody in who does not know of that, and nobody does until this person syncs.
func (p *person) letInMeanwhile(by *person, relays map[string]relay.Relay, others ...*person) *person {
	p.t.Helper()
	inv := p.invite(roster.Terms{})
	syncAll(append(others, p, by)...)
	must(p.t, p.Withdraw(p.t.Context(), inv.ID()))
	dan := newPerson(p.t).join(inv.Code(), "", relays)
	syncAll(dan, by, dan)
	return dan
}

func TestAKitWhoseEnrolmentDoesNotCountWritesNothingEither(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 4, map[string]relay.Relay{"m": m})
	ana, tom, eva, dan := team[0], team[1], team[2], team[3]
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who})) // nobody knows yet
	kit, err := eva.CreateKit(t.Context(), nil)
	must(t, err)
	syncAll(eva, tom, dan)
	id, err := kit.Identity()
	must(t, err)
	e, err := journal.NewEntry(rand.Reader, id.Device(), 1, []byte("kit's"))
	must(t, err)
	b, err := journal.Seal(id, mustKey(t, eva), eva.team, journal.Hash{}, []journal.Entry{e})
	must(t, err)
	must(t, m.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: eva.team, Author: id.Device(), First: 1, Last: 1, Bytes: b}))
	tom.sync()                      // while it is a kit
	dan.write("agreed after kit's") // plays along
	dan.sync()
	syncAll(ana, tom, dan, ana, tom)
	wants(t, ana, "agreed after kit's")
	wants(t, tom, "agreed after kit's")
}

// A device goes on as a new one, and takes along what it had not sent, while an admin lets both go.
func TestWhatAnUndoneDeviceAdoptedIsJudgedEverywhereAlike(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("before")
	syncAll(team...)
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who})) // nobody knows yet
	next := newPerson(t)
	must(t, eva.EnrolAnew(t.Context(), next.id))
	eva.write("unsent")
	next.who = eva.who
	next.open(eva.team).use(relays)
	for _, raw := range eva.roster.Since(0) {
		must(t, relays["m"].Put(t.Context(), relay.Blob{Kind: relay.Roster, Team: eva.team, Bytes: raw}))
	}
	next.sync()
	body, err := journal.Adopt(eva.id, eva.team, next.id.Device(), eva.written[1])
	must(t, err)
	next.write(string(body))
	syncAll(next, tom)
	wants(t, tom, "before", "unsent")
	syncAll(ana, tom, ana, tom)
	wants(t, ana, "before")
	wants(t, tom, "before")
}
