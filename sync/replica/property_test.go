package replica

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/folder"
	"longhand/sync/roster"
)

// schedules returns the seeds to run: LONGHAND_SEED alone if it is set, else as many as LONGHAND_SCHEDULES says.
func schedules(t *testing.T, usual uint64) (first, count uint64) {
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
	if _, ok := os.LookupEnv("LONGHAND_SEED"); ok {
		return number("LONGHAND_SEED", 0), 1
	}
	return 1, number("LONGHAND_SCHEDULES", usual)
}

// crowd is a team in a world that goes wrong.
type crowd struct {
	t      *testing.T
	rng    *rand.Rand
	people []*person
	gone   []*person // have left
	codes  []string

	relays []*relay.Memory // shared
	faulty []*relay.Faulty // everybody's views of them
	cloud  *cloud          // or else a folder
}

func TestEverybodyEndsWithTheSameEntriesWhateverGoesWrong(t *testing.T) {
	first, count := schedules(t, 24)
	for seed := first; seed < first+count; seed++ {
		t.Run(fmt.Sprintf("LONGHAND_SEED=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			c := &crowd{t: t, rng: rng}
			if seed%2 == 0 {
				c.cloud = &cloud{t: t, rng: rng}
			} else {
				for i := range 1 + rng.IntN(2) {
					c.relays = append(c.relays, relay.NewMemory(fmt.Sprint("relay ", i)))
				}
			}
			c.play()
		})
	}
}

func (c *crowd) play() {
	team := c.founder()
	for step := range 25 + c.rng.IntN(25) {
		c.act(team, step)
	}
	// Now everything works again, and everybody syncs until nothing is new.
	for _, f := range c.faulty {
		f.Settle()
	}
	if c.cloud != nil {
		c.cloud.calm = true
	}
	for _, p := range c.people {
		p.mu.Lock()
		p.refuse = nil
		p.mu.Unlock()
	}
	for range 6 + len(c.people) {
		for _, p := range append(slices.Clone(c.people), c.gone...) {
			if c.cloud != nil {
				c.cloud.step()
			}
			if _, err := p.Check(context.Background()); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	same(c.t, c.people...)
	for _, p := range c.people {
		s := p.Status()
		if !s.Joined || s.Halted != nil || s.Sent != s.Own {
			c.t.Errorf("%s: joined %v, halted %v, sent %d of %d", p.me, s.Joined, s.Halted, s.Sent, s.Own)
		}
		if len(s.Problems) != 0 || len(s.SetAside) != 0 {
			c.t.Errorf("%s: problems %+v, set aside %+v", p.me, s.Problems, s.SetAside)
		}
		if have, of := p.Delivered(s.Own); s.Own > 0 && (have != of || of != len(c.people)-1) {
			c.t.Errorf("%s: delivered to %d of %d", p.me, have, of)
		}
		for _, q := range append(slices.Clone(c.people), c.gone...) {
			for _, l := range q.own() {
				if !slices.Contains(p.has(), l) {
					c.t.Errorf("%s lacks %q", p.me, l)
				}
			}
		}
	}
}

// own is what somebody wrote.
func (p *person) own() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, e := range p.written {
		out = append(out, line(p.id.Device(), e))
	}
	return out
}

func (c *crowd) founder() journal.TeamID {
	p := newPerson(c.t)
	r, err := roster.Found(c.random(), p.id, p.who, p.now())
	must(c.t, err)
	relays := c.relaysFor(p, r.Team())
	for _, raw := range r.Since(0) {
		must(c.t, p.keep.Put(context.Background(), relay.Blob{Kind: relay.Roster, Team: r.Team(), Bytes: raw}))
	}
	c.people = append(c.people, p.open(r.Team()).use(relays))
	return r.Team()
}

// random is a source for what the schedule need not replay: keys are new every time anyway.
func (c *crowd) random() *rand.ChaCha8 {
	return rand.NewChaCha8([32]byte{byte(c.rng.Uint32()), byte(c.rng.Uint32()), 1})
}

// relaysFor gives somebody a view of the relays, and a place to keep everything.
func (c *crowd) relaysFor(p *person, team journal.TeamID) map[string]relay.Relay {
	device := p.id.Device()
	relays := map[string]relay.Relay{}
	if c.cloud != nil {
		dir := c.t.TempDir()
		root, own := filepath.Join(dir, "cloud"), filepath.Join(dir, "journal")
		must(c.t, folder.Create(root))
		must(c.t, folder.Create(own))
		p.keep = folder.New(own, team, device, folder.Options{NoWatch: true})
		relays["cloud"] = folder.New(root, team, device, folder.Options{NoWatch: true})
		c.cloud.add(root, filepath.Join(fmt.Sprintf("%x", team[:16]), device.String()))
	}
	for i, m := range c.relays {
		faults := relay.Faults{Duplicate: 0.1, Delay: 0.2, Corrupt: 0.1, Reorder: 0.3, PutFails: 0.1}
		f := relay.NewFaulty(m, rand.New(rand.NewPCG(c.rng.Uint64(), 5)), faults)
		c.faulty = append(c.faulty, f)
		relays[fmt.Sprint(i)] = f
	}
	return relays
}

func (c *crowd) act(team journal.TeamID, step int) {
	p := c.people[c.rng.IntN(len(c.people))]
	joined := p.Status().Joined
	switch c.rng.IntN(12) {
	case 0, 1, 2:
		for range 1 + c.rng.IntN(4) {
			if joined {
				p.write(fmt.Sprintf("step %d: %d", step, c.rng.Uint32()))
			}
		}
		if joined && c.rng.IntN(8) == 0 { // a busy hour, enough for a merge
			for range mergeCount + 2 {
				p.write(fmt.Sprintf("step %d: %d", step, c.rng.Uint32()))
				c.sync(p)
			}
		}
	case 3:
		if founder := c.people[0]; len(c.people)+len(c.gone) < 6 {
			c.codes = append(c.codes, founder.invite(roster.Terms{}).Code())
			newcomer := newPerson(c.t)
			relays := c.relaysFor(newcomer, team)
			c.people = append(c.people, newcomer.join(c.codes[len(c.codes)-1], "", relays))
		}
	case 4: // a restart; now and then the memory is lost, and all is rebuilt from what is kept
		if c.rng.IntN(3) == 0 {
			p.state = &memory{m: map[string][]byte{}}
		}
		relays := map[string]relay.Relay{}
		for name, l := range p.Replica.links {
			relays[name] = l.relay
		}
		join := p.Replica.join
		p.open(team).use(relays)
		if p.Replica.join == nil {
			p.Replica.join = join // the application asks again
		}
	case 5:
		p.mu.Lock()
		p.refuse = []error{nil, errors.New("disk full")}[c.rng.IntN(2)]
		p.mu.Unlock()
	case 6:
		if joined && c.rng.IntN(2) == 0 {
			must(c.t, p.roster.NewEpoch(c.random(), p.id, p.now()))
			must(c.t, p.Save(context.Background()))
		}
	case 7:
		if p != c.people[0] && joined && c.rng.IntN(4) == 0 {
			c.leave(p)
		}
	default:
		if c.cloud != nil {
			c.cloud.step()
		}
		c.sync(p)
	}
}

// sync lets nothing fail but what was made to.
func (c *crowd) sync(p *person) {
	_, err := p.Sync(context.Background())
	p.mu.Lock()
	refused := p.refuse
	p.mu.Unlock()
	if err != nil && (refused == nil || !errors.Is(err, refused)) {
		c.t.Fatal(err)
	}
}

// leave happens only when everything that was written has been sent: that is what the application waits for.
func (c *crowd) leave(p *person) {
	p.mu.Lock()
	p.refuse = nil
	p.mu.Unlock()
	_, err := p.Sync(context.Background())
	must(c.t, err)
	if s := p.Status(); s.Sent != s.Own {
		return
	}
	cuts := map[journal.DeviceID]journal.Mark{}
	if m, ok := p.Marks()[p.me]; ok {
		cuts[p.me] = m
	}
	must(c.t, p.roster.Leave(p.id, p.now(), cuts))
	must(c.t, p.Save(context.Background()))
	c.people = slices.DeleteFunc(c.people, func(q *person) bool { return q == p })
	c.gone = append(c.gone, p)
}
