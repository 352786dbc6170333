package replica

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

func memoryRelay() map[string]relay.Relay {
	return map[string]relay.Relay{"m": relay.NewMemory("memory")}
}

func TestASecondDeviceJoinsItsPersonAndReadsEverything(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	tom.write("from the laptop")
	syncAll(team...)
	inv, err := tom.InviteDevice(t.Context(), nil, time.Hour, false)
	must(t, err)
	phone := newPerson(t).join(inv.Code(), "", relays)
	phone.sync()
	syncAll(ana, tom, phone) // ana comes by too, and leaves it to tom
	same(t, ana, tom, phone)
	d, _ := ana.roster.State().Device(phone.me)
	if d.Person != tom.who || d.Removed {
		t.Fatalf("the phone is %+v", d)
	}
	phone.write("from the phone")
	syncAll(phone, ana, tom, phone)
	same(t, ana, tom, phone)
	if have, of := phone.Delivered(1); have != 2 || of != 2 {
		t.Errorf("delivered to %d of %d", have, of)
	}
	a, err := ana.Words(phone.me)
	must(t, err)
	if b, err := phone.Words(ana.me); err != nil || a != b {
		t.Errorf("words %v and %v, %v", a, b, err)
	}
}

func TestADeviceThatHasToBeConfirmedWaitsForItsPersonAlone(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	inv, err := tom.InviteDevice(t.Context(), nil, time.Hour, true)
	must(t, err)
	phone := newPerson(t).join(inv.Code(), "", relays)
	syncAll(tom, phone, tom, ana)
	if len(ana.Requests()) != 0 || len(tom.Requests()) != 1 || !tom.Requests()[0].Own {
		t.Fatalf("asked: ana %+v, tom %+v", ana.Requests(), tom.Requests())
	}
	if err := ana.Approve(t.Context(), phone.me); !errors.Is(err, roster.ErrUnknown) {
		t.Errorf("an admin gives tom a device: %v", err)
	}
	must(t, tom.Approve(t.Context(), phone.me))
	syncAll(tom, phone)
	if !phone.Status().Joined {
		t.Error("not admitted")
	}
}

func TestAnInviteThatIsWithdrawnLetsNobodyIn(t *testing.T) {
	relays := memoryRelay()
	ana := newTeam(t, 1, relays)[0]
	inv := ana.invite(roster.Terms{Ask: true})
	eva := newPerson(t).join(inv.Code(), "Eva", relays)
	syncAll(eva, ana)
	if len(ana.Requests()) != 1 {
		t.Fatal("nobody asks")
	}
	must(t, ana.Withdraw(t.Context(), inv.ID()))
	syncAll(ana, eva, ana)
	if len(ana.Requests()) != 0 || eva.Status().Joined {
		t.Error("a withdrawn invite was answered")
	}
}

func TestRemovingNamesItsCutAndRotatesTheKeyInOneStep(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	eva.write("one", "two")
	syncAll(team...)
	ana.invite(roster.Terms{})
	entries := ana.roster.Len()
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	d, _ := ana.roster.State().Device(eva.me)
	if ana.roster.Len() != entries+1 || d.Cut.Number != 2 || len(ana.roster.State().Invites) != 0 {
		t.Errorf("%d entries, cut %v, invites %v", ana.roster.Len()-entries, d.Cut, ana.roster.State().Invites)
	}
	ana.write("not for eva")
	syncAll(ana, tom, eva)
	same(t, ana, tom)
	if len(eva.has()) != 2 {
		t.Errorf("eva has %q", eva.has())
	}
	if err := tom.Remove(t.Context(), nil, []roster.PersonID{ana.who}); !errors.Is(err, roster.ErrNotAdmin) {
		t.Errorf("a member removes an admin: %v", err)
	}
	if err := ana.Leave(t.Context()); !errors.Is(err, roster.ErrLastAdmin) {
		t.Errorf("the last admin leaves: %v", err)
	}
	must(t, ana.SetRole(t.Context(), tom.who, roster.RoleAdmin))
	must(t, ana.Leave(t.Context()))
}

func TestNobodyLeavesWithSomethingUnsent(t *testing.T) {
	b := &broken{Relay: relay.NewMemory("memory")}
	team := newTeam(t, 2, map[string]relay.Relay{"m": b})
	ana, tom := team[0], team[1]
	b.fail(relay.ErrUnreachable, nil)
	tom.write("last words")
	tom.sync()
	if err := tom.Leave(t.Context()); !errors.Is(err, ErrUnsent) {
		t.Fatalf("left: %v", err)
	}
	b.fail(nil, nil)
	tom.sync()
	must(t, tom.Leave(t.Context()))
	syncAll(tom, ana)
	if ana.roster.State().Present(tom.me) || len(ana.has()) != 1 {
		t.Errorf("present %v, ana has %q", ana.roster.State().Present(tom.me), ana.has())
	}
}

func TestARecoveryKitRestoresOnAnEmptyMachineFromARelayAlone(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	kit, err := tom.CreateKit(t.Context(), []string{"folder:/mnt/share"})
	must(t, err)
	tom.write("before the fire")
	syncAll(team...)
	ana.write("sealed after the kit was printed")
	ana.sync()
	if _, of := ana.Delivered(1); of != 1 {
		t.Errorf("a sheet of paper is counted among %d devices", of)
	}

	paper, err := roster.ParseKit(kit.Code())
	must(t, err)
	fresh := newPerson(t)
	fresh.restored(paper, relays)
	fresh.sync()
	syncAll(ana, fresh)
	same(t, ana, fresh)
	if d, _ := ana.roster.State().Device(fresh.me); d.Person != tom.who {
		t.Errorf("restored as %+v", d)
	}
	// The burnt laptop and the used kit are let go; the kit opens nothing more.
	id, err := kit.Identity()
	must(t, err)
	must(t, fresh.Remove(t.Context(), []journal.DeviceID{tom.me, id.Device()}, nil))
	fresh.sync()
	if _, err := Restore(t.Context(), paper, newPerson(t).id, relays, rand.Reader, noon()); !errors.Is(err, ErrKitRemoved) {
		t.Errorf("a used kit: %v", err)
	}
	if _, err := Restore(t.Context(), paper, newPerson(t).id, memoryRelay(), rand.Reader, noon()); !errors.Is(err, ErrKitUnknown) {
		t.Errorf("a relay that knows nothing: %v", err)
	}
	if _, err := Restore(t.Context(), paper, newPerson(t).id, map[string]relay.Relay{"b": &broken{Relay: relays["m"], allFail: relay.ErrUnreachable}}, rand.Reader, noon()); !errors.Is(err, relay.ErrUnreachable) {
		t.Errorf("no relay: %v", err)
	}
}

func (p *person) restored(kit roster.Kit, relays map[string]relay.Relay) {
	p.t.Helper()
	r, err := Restore(p.t.Context(), kit, p.id, relays, rand.Reader, p.now())
	must(p.t, err)
	for _, raw := range r.Since(0) {
		must(p.t, p.keep.Put(p.t.Context(), relay.Blob{Kind: relay.Roster, Team: r.Team(), Bytes: raw}))
	}
	p.open(r.Team()).use(relays)
}

// again is the same person after EnrolAnew: the same disk, a new identity.
func (p *person) anew(team journal.TeamID, relays map[string]relay.Relay) *person {
	p.t.Helper()
	next := newPerson(p.t)
	must(p.t, p.EnrolAnew(p.t.Context(), next.id))
	next.who, next.keep = p.who, p.keep
	unsent, err := p.Unsent(p.t.Context())
	must(p.t, err)
	next.open(team).use(relays)
	next.sync()
	for _, e := range unsent {
		body, err := journal.Adopt(p.id, team, next.id.Device(), e)
		must(p.t, err)
		next.write(string(body))
	}
	return next
}

// texts is what an application knows, without who carried it.
func (p *person) texts() []string {
	var out []string
	for _, l := range p.has() {
		out = append(out, l[strings.LastIndex(l, " ")+1:])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestWhatAClonedDiskWroteIsAdoptedByItsNewIdentity(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 2, relays)
	ana, tom := team[0], team[1]
	tom.write("before")
	syncAll(team...)
	clone := tom.cloned(t).open(tom.team).use(relays)
	tom.write("laptop")
	clone.write("clone", "more")
	tom.sync()
	clone.Replica.links["m"].cursor = nil
	if r := clone.sync(); !errors.Is(r.Halted, ErrForked) {
		t.Fatalf("the clone: %+v", r)
	}
	unsent, err := clone.Unsent(t.Context())
	must(t, err)
	if len(unsent) != 2 || string(unsent[0].Body) != "clone" {
		t.Fatalf("unsent %v", unsent)
	}
	next := clone.anew(tom.team, relays)
	syncAll(next, ana, next)
	want := []string{"before", "clone", "laptop", "more"}
	if got := ana.texts(); !slices.Equal(got, want) {
		t.Errorf("ana has %q, want %q", got, want)
	}
	if !slices.ContainsFunc(ana.has(), func(l string) bool { return strings.HasPrefix(l, tom.me.String()) && strings.HasSuffix(l, " clone") }) {
		t.Errorf("what was adopted does not name its writer: %q", ana.has())
	}
	// The laptop, whose branch alone was ever sent, goes on.
	tom.write("later")
	syncAll(tom, next, ana)
	if s := tom.Status(); s.Halted != nil || s.Sent != 3 {
		t.Errorf("the laptop: %+v", s)
	}
	// Until it is let go. It learns that, and keeps what it wrote since.
	must(t, next.Remove(t.Context(), []journal.DeviceID{tom.me}, nil))
	next.sync()
	tom.write("too late")
	if r := tom.sync(); !errors.Is(r.Halted, ErrRemoved) {
		t.Fatalf("the laptop: %+v", r)
	}
	if err := tom.EnrolAnew(t.Context(), newPerson(t).id); !errors.Is(err, ErrRemoved) {
		t.Errorf("a removed device enrols another: %v", err)
	}
	unsent, err = tom.Unsent(t.Context())
	must(t, err)
	if len(unsent) != 1 || string(unsent[0].Body) != "too late" {
		t.Errorf("unsent of the laptop: %v", unsent)
	}
}

// cloned is a copy of somebody's disk.
func (p *person) cloned(t *testing.T) *person {
	t.Helper()
	clone := newPerson(t)
	clone.id, clone.who, clone.written = p.id, p.who, slices.Clone(p.written)
	for _, kind := range []relay.Kind{relay.Roster, relay.Segment, relay.Seen} {
		for _, b := range blobs(t, p.keep, kind) {
			must(t, clone.keep.Put(t.Context(), b))
		}
	}
	for k, v := range p.state.m {
		must(t, clone.state.Put(k, v))
	}
	for l := range p.applied {
		clone.applied[l] = true
	}
	return clone
}

func TestAnAdoptionOfAnotherPersonsWorkIsRefused(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, tom, eva := team[0], team[1], team[2]
	// Tom has eva's key, or eva herself plays along: it is still not one person's.
	e, err := journal.NewEntry(rand.Reader, eva.me, 1, []byte("mine"))
	must(t, err)
	body, err := journal.Adopt(eva.id, eva.team, tom.me, e)
	must(t, err)
	tom.write(string(body), "honest")
	syncAll(tom, ana)
	if got := ana.texts(); !slices.Equal(got, []string{"honest"}) {
		t.Errorf("ana has %q", got)
	}
	if s := ana.Status().SetAside; len(s) != 1 || s[0].Reason != Refused || s[0].First != 1 || s[0].Device != tom.me || s[0].Why == "" {
		t.Errorf("set aside %+v", s)
	}
}

func TestACutIsMadeOfAllThatIsKeptOrNotAtAll(t *testing.T) {
	relays := memoryRelay()
	team := newTeam(t, 3, relays)
	ana, eva := team[0], team[2]
	eva.write("one")
	syncAll(team...)
	ana.state = &memory{m: map[string][]byte{}} // lost: all is to be taken in anew
	ana.open(ana.team).use(relays)
	ana.refuse = syscall.ENOSPC
	if err := ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}); !errors.Is(err, ana.refuse) || !ana.roster.State().Present(eva.me) {
		t.Fatalf("removed: %v", err)
	}
	ana.refuse = nil
	must(t, ana.Remove(t.Context(), nil, []roster.PersonID{eva.who}))
	if d, _ := ana.roster.State().Device(eva.me); d.Cut.Number != 1 {
		t.Errorf("the cut is at %d", d.Cut.Number)
	}
}

// fullDisk is what a device keeps, on a disk that may have no room.
type fullDisk struct {
	relay.Store
	full bool
}

func (d *fullDisk) Put(ctx context.Context, b relay.Blob) error {
	if d.full {
		return syscall.ENOSPC
	}
	return d.Store.Put(ctx, b)
}

func TestWhatTheOwnDiskRefusesIsSaidToBeDecidedAndIsKeptLater(t *testing.T) {
	team := newTeam(t, 3, memoryRelay())
	ana, tom, eva := team[0], team[1], team[2]
	disk := &fullDisk{Store: ana.keep, full: true}
	ana.cfg.Keep = disk
	err := ana.Remove(t.Context(), nil, []roster.PersonID{eva.who})
	if !errors.Is(err, ErrUnkept) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("removed: %v", err)
	}
	disk.full = false
	syncAll(ana, tom)
	again := ana.open(ana.team)
	if ana.roster.State().Present(eva.me) || tom.roster.State().Present(eva.me) || again.roster.State().Present(eva.me) {
		t.Error("the removal is not kept, or was not sent")
	}
}
