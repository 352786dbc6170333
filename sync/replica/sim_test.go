package replica

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/roster"
)

// The simulation: up to eight devices with the real replica and roster over a folder and relays that go wrong. A schedule is a seed. Keys follow from
// it too, so that a replay makes the same choices; only what the program does at once with two relays may happen in another order.

// schedules returns the seeds to run: LONGHAND_SEED alone if it is set, else as many as LONGHAND_SCHEDULES says, else the usual number, or with
// LONGHAND_TORTURE the large one.
func schedules(t *testing.T, usual, torture uint64) (first, count uint64) {
	t.Helper()
	number := func(name string, other uint64) uint64 {
		text, ok := os.LookupEnv(name)
		if !ok {
			return other
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s=%q: %v", name, text, err)
		}
		return n
	}
	switch {
	case os.Getenv("LONGHAND_TORTURE") != "":
		usual = torture
	case testing.Short():
		usual = (usual + 9) / 10 // under the race detector
	}
	first = number("LONGHAND_SEED", 0)
	if first != 0 {
		usual = 1
	}
	return max(first, 1), number("LONGHAND_SCHEDULES", usual)
}

type sim struct {
	t     *testing.T
	rng   *mrand.Rand
	team  journal.TeamID
	cast  []*player
	kits  []roster.Kit
	codes []roster.InviteID
	step  int
	did   map[string]int

	memories []*relay.Memory
	faulty   []*relay.Faulty
	cloud    *cloud
	lossy    bool // a relay was rolled back
}

// player is a device in the simulation.
type player struct {
	*person
	links   map[string]relay.Relay
	off     time.Duration // of its clock
	offline bool
	gone    map[journal.DeviceID]bool // whom it has seen removed
	back    map[journal.DeviceID]bool // of those, who came back, because a removal was overruled
}

const mostPlayers = 8

func TestWhateverHappensEverybodyEndsWithTheSameAndNobodyGetsMore(t *testing.T) {
	first, count := schedules(t, 200, 100_000)
	did, began := map[string]int{}, time.Now()
	for seed := first; seed < first+count; seed++ {
		ok := t.Run(fmt.Sprintf("LONGHAND_SEED=%d", seed), func(t *testing.T) {
			cryptotest.SetGlobalRandom(t, seed)
			s := &sim{t: t, rng: mrand.New(mrand.NewPCG(seed, 3)), did: did}
			if seed%8 == 0 {
				s.cloud = &cloud{t: t, rng: s.rng}
			}
			if s.cloud == nil || s.rng.IntN(2) == 0 {
				for i := range 1 + s.rng.IntN(2) {
					s.memories = append(s.memories, relay.NewMemory(fmt.Sprint("relay ", i)))
				}
			}
			s.play()
		})
		did["schedules"]++
		if !ok && did["failed"] > 4 {
			break
		} else if !ok {
			did["failed"]++
		}
	}
	t.Logf("seeds %d to %d in %s: %v", first, first+count-1, time.Since(began).Round(time.Second), did)
}

func (s *sim) play() {
	founder := s.newPlayer()
	r, err := roster.Found(rand.Reader, founder.id, founder.who, founder.now())
	must(s.t, err)
	s.team = r.Team()
	s.relaysFor(founder)
	for _, raw := range r.Since(0) {
		must(s.t, founder.keep.Put(context.Background(), relay.Blob{Kind: relay.Roster, Team: s.team, Bytes: raw}))
	}
	founder.open(s.team).use(founder.links)
	for range 1 + s.rng.IntN(3) { // never alone for long
		s.invite(founder)
	}
	for s.step = range 25 + s.rng.IntN(30) {
		p := s.cast[s.rng.IntN(len(s.cast))]
		s.act(p)
		s.look(p)
	}
	s.settle()
	s.check()
}

func (s *sim) newPlayer() *player {
	p := &player{person: newPerson(s.t), links: map[string]relay.Relay{}, gone: map[journal.DeviceID]bool{}, back: map[journal.DeviceID]bool{}}
	s.turnClock(p)
	p.now = func() time.Time { return noon().Add(p.off + time.Duration(s.step)*7*time.Minute) }
	s.cast = append(s.cast, p)
	return p
}

// turnClock sets a clock right, or wrong by up to ten years.
func (s *sim) turnClock(p *player) {
	p.off = 0
	if s.rng.IntN(3) == 0 {
		p.off = time.Duration((s.rng.Float64() - 0.5) * 20 * 365 * 24 * float64(time.Hour))
	}
}

// relaysFor gives somebody a view of the relays.
func (s *sim) relaysFor(p *player) {
	device := p.id.Device()
	if s.cloud != nil {
		root := filepath.Join(fastDir(s.t), "cloud")
		must(s.t, folder.Create(root))
		p.links["cloud"] = folder.New(root, s.team, device, folder.Options{NoWatch: true})
		s.cloud.add(root, filepath.Join(fmt.Sprintf("%x", s.team[:16]), device.String()))
	}
	for i, m := range s.memories {
		faults := relay.Faults{Duplicate: 0.1, Delay: 0.2, Corrupt: 0.1, Reorder: 0.3, PutFails: 0.1}
		f := relay.NewFaulty(m, mrand.New(mrand.NewPCG(s.rng.Uint64(), 5)), faults)
		s.faulty = append(s.faulty, f)
		p.links[fmt.Sprint(i)] = f
	}
}

// fastDir is in memory where there is such a place: a simulation need not wait for a disk.
func fastDir(t testing.TB) string {
	if info, err := os.Stat("/dev/shm"); err != nil || !info.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "longhand-sim-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (s *sim) act(p *player) {
	joined, ctx := p.Status().Joined, context.Background()
	if !joined && s.rng.IntN(4) > 0 {
		s.sync(p)
		return
	}
	other := s.cast[s.rng.IntN(len(s.cast))]
	kind := s.rng.IntN(30)
	if kind == 12 || kind == 15 || kind == 17 {
		p = s.admin(p)
	}
	switch {
	case kind < 8:
		s.write(p)
	case kind < 10:
		s.invite(p)
	case kind == 10:
		s.inviteDevice(p)
	case kind == 11 && len(s.codes) > 0:
		s.count("withdraw", p.Withdraw(ctx, s.codes[s.rng.IntN(len(s.codes))]))
	case kind == 12:
		s.count("remove person", p.Remove(ctx, nil, []roster.PersonID{other.who}))
	case kind == 13:
		s.count("remove device", p.Remove(ctx, []journal.DeviceID{other.id.Device()}, nil))
	case kind == 14 && s.rng.IntN(3) == 0:
		s.sync(p)
		s.count("leave", p.Leave(ctx))
	case kind == 15:
		s.count("role", p.SetRole(ctx, other.who, roster.Role(1+s.rng.IntN(2))))
	case kind == 16 && joined:
		if p.roster.NewEpoch(rand.Reader, p.id, p.now()) == nil {
			must(s.t, p.Save(ctx))
			s.did["rotate"]++
		}
	case kind == 17:
		s.accept(p)
	case kind == 18:
		s.restart(p)
	case kind == 19:
		p.mu.Lock()
		p.refuse = []error{nil, errors.New("disk full")}[s.rng.IntN(2)]
		p.mu.Unlock()
	case kind == 20:
		p.offline = !p.offline
	case kind == 21:
		s.turnClock(p)
		s.did["clock"]++
	case kind == 22 && len(s.memories) > 0 && s.rng.IntN(3) == 0:
		s.lossy = true
		s.did["rollback"]++
		s.memories[s.rng.IntN(len(s.memories))].Lose(func(relay.Blob) bool { return s.rng.IntN(4) == 0 })
	case kind == 23:
		s.kit(p)
	default:
		s.sync(p)
	}
}

// accept lets somebody's rest count, if there is any.
func (s *sim) accept(p *player) {
	for _, q := range s.cast {
		if len(p.NotCounted(q.id.Device())) > 0 {
			s.count("accept", p.Accept(context.Background(), q.id.Device()))
			return
		}
	}
}

// admin is somebody who believes to be one.
func (s *sim) admin(other *player) *player {
	for _, i := range s.rng.Perm(len(s.cast)) {
		p := s.cast[i]
		if m, ok := p.roster.State().Member(p.who); ok && m.Role == roster.RoleAdmin && p.roster.State().Present(p.id.Device()) {
			return p
		}
	}
	return other
}

// count notes what came of a deed. That it was refused is a matter for the roster's own tests; trouble of the own store is noted elsewhere.
func (s *sim) count(what string, err error) {
	if err == nil {
		s.did[what]++
	} else {
		s.did["refused"]++
	}
}

// write adds an entry that says whom its writer knows to be removed, and that may build on one that was read.
func (s *sim) write(p *player) {
	if !p.Status().Joined {
		return
	}
	for range 1 + s.rng.IntN(3) {
		text := fmt.Sprintf("%d.%d", s.step, s.rng.Uint32())
		for _, d := range p.roster.State().Devices {
			if d.Removed {
				text += "/" + d.ID.String()[:8]
			}
		}
		if all := p.has(); len(all) > 0 && s.rng.IntN(3) == 0 {
			text += " after " + token(all[s.rng.IntN(len(all))])
		}
		p.write(text)
		s.did["write"]++
	}
}

// token is how an entry is named by those that build on it.
func token(line string) string { return strings.SplitN(line, " ", 4)[2] }

func (s *sim) invite(p *player) {
	if len(s.cast) >= mostPlayers {
		return
	}
	inv, err := roster.NewInvite(rand.Reader, s.team, nil)
	must(s.t, err)
	expires := p.now().Add(time.Hour)
	if s.rng.IntN(4) > 0 {
		expires = p.now().Add(25 * 365 * 24 * time.Hour)
	}
	if p.roster.Invite(p.id, p.now(), inv, roster.Terms{Role: roster.Role(1 + s.rng.IntN(2)), Expires: expires}) != nil {
		return
	}
	must(s.t, p.Save(context.Background()))
	s.join(inv, roster.PersonID{})
}

func (s *sim) inviteDevice(p *player) {
	if len(s.cast) >= mostPlayers {
		return
	}
	inv, err := p.InviteDevice(context.Background(), nil, 25*365*24*time.Hour, false)
	if s.count("second device", err); err == nil {
		s.join(inv, p.who)
	}
}

func (s *sim) join(inv roster.Invite, who roster.PersonID) {
	s.codes = append(s.codes, inv.ID())
	q := s.newPlayer()
	if who != (roster.PersonID{}) {
		q.who = who
	}
	s.relaysFor(q)
	q.join(inv.Code(), "", q.links)
	s.did["join"]++
}

// kit prints a recovery kit, or restores from one.
func (s *sim) kit(p *player) {
	if len(s.kits) == 0 || len(s.cast) >= mostPlayers {
		kit, err := p.CreateKit(context.Background(), nil)
		if s.count("kit", err); err == nil {
			s.kits = append(s.kits, kit)
		}
		return
	}
	kit := s.kits[s.rng.IntN(len(s.kits))]
	q := s.newPlayer()
	s.relaysFor(q)
	r, err := Restore(context.Background(), kit, q.id, q.links, rand.Reader, q.now())
	if s.count("restore", err); err != nil {
		s.cast = s.cast[:len(s.cast)-1]
		return
	}
	for _, raw := range r.Since(0) {
		must(s.t, q.keep.Put(context.Background(), relay.Blob{Kind: relay.Roster, Team: s.team, Bytes: raw}))
	}
	d, _ := r.State().Device(q.id.Device())
	q.who = d.Person
	q.open(s.team).use(q.links)
}

// restart opens a device again; now and then its memory is lost, and all is rebuilt from what is kept.
func (s *sim) restart(p *player) {
	if s.rng.IntN(3) == 0 {
		p.state = &memory{m: map[string][]byte{}}
	}
	join := p.Replica.join
	p.open(s.team).use(p.links)
	if p.Replica.join.Bytes == nil {
		p.Replica.join = join // the application asks again
	}
	s.did["restart"]++
}

// sync lets nothing fail but what was made to.
func (s *sim) sync(p *player) {
	if p.offline {
		return
	}
	if s.cloud != nil {
		s.cloud.step()
	}
	_, err := p.Sync(context.Background())
	p.mu.Lock()
	refused := p.refuse
	p.mu.Unlock()
	if err != nil && (refused == nil || !errors.Is(err, refused)) {
		s.t.Fatal(err)
	}
	s.did["sync"]++
}

func (s *sim) player(d journal.DeviceID) *player {
	for _, p := range s.cast {
		if p.id.Device() == d {
			return p
		}
	}
	return nil
}

// settle lets everything work again, and everybody sync until nothing is new.
func (s *sim) settle() {
	for _, f := range s.faulty {
		f.Settle()
	}
	if s.cloud != nil {
		s.cloud.calm = true
	}
	for _, p := range s.cast {
		p.offline = false
		p.mu.Lock()
		p.refuse = nil
		p.mu.Unlock()
	}
	last, calm := "", 0
	for range 40 {
		for _, p := range s.cast {
			if s.cloud != nil {
				s.cloud.step()
			}
			if _, err := p.Check(context.Background()); err != nil {
				s.t.Fatal(err)
			}
			s.look(p)
		}
		now := ""
		for _, p := range s.cast {
			now += fmt.Sprint(p.roster.Len(), len(p.has()), p.Status().Sent, p.Status().Have, " ")
		}
		if now != last {
			last, calm = now, 0
		} else if calm++; calm == 2 {
			return
		}
	}
	s.t.Fatal("the team does not come to rest")
}
