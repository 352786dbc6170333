package replica

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// person is a device with a small application: it writes texts and collects those of others.
type person struct {
	t      testing.TB
	id     *journal.Identity
	who    roster.PersonID
	roster *roster.Roster
	keep   relay.Store
	state  *memory
	now    func() time.Time
	tune   func(*Config)

	mu      sync.Mutex
	written []journal.Entry
	applied map[string]bool // "device number text"
	refuse  error           // of Apply
	events  []Event
	*Replica
}

type memory struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (m *memory) Get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.m[key], nil
}

func (m *memory) Put(key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.m[key] = slices.Clone(value)
	return nil
}

func (p *person) Last() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return uint64(len(p.written))
}

func (p *person) Entries(from uint64, limit int) ([]journal.Entry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	es := p.written[from-1:]
	return slices.Clone(es[:min(limit, len(es))]), nil
}

func (p *person) apply(_ context.Context, received []Received) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != nil {
		return p.refuse
	}
	for _, e := range received {
		p.applied[line(e.Device, e.Entry)] = true
	}
	return nil
}

func (p *person) retract(_ context.Context, back []Received) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse != nil {
		return p.refuse
	}
	for _, e := range back {
		delete(p.applied, line(e.Device, e.Entry))
	}
	return nil
}

// needed: an entry “x after y” depends on the entry “y”.
func (p *person) needed(_ context.Context, beyond []Received) ([]Received, error) {
	p.mu.Lock()
	var open []string
	for l := range p.applied {
		// Some of them have been applied before the removal was known; that one needs another is no reason.
		if !slices.ContainsFunc(beyond, func(b Received) bool { return line(b.Device, b.Entry) == l }) {
			open = append(open, l)
		}
	}
	for _, e := range p.written {
		open = append(open, line(p.id.Device(), e))
	}
	p.mu.Unlock()
	var out []Received
	for len(open) > 0 {
		l := open[0]
		open = open[1:]
		_, text, ok := strings.Cut(l, " after ")
		for _, b := range beyond {
			if ok && string(b.Entry.Body) == text || ok && strings.HasPrefix(string(b.Entry.Body), text+" after ") {
				if !slices.ContainsFunc(out, func(o Received) bool { return o.Entry.Salt == b.Entry.Salt }) {
					out, open = append(out, b), append(open, line(b.Device, b.Entry))
				}
			}
		}
	}
	return out, nil
}

func line(d journal.DeviceID, e journal.Entry) string {
	return fmt.Sprintf("%s %d %s", d, e.Number, e.Body)
}

// write adds own entries, as an application does that has synced them to its journal file.
func (p *person) write(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.mu.Lock()
		e, err := journal.NewEntry(rand.Reader, p.id.Device(), uint64(len(p.written))+1, []byte(text))
		p.written = append(p.written, e)
		p.mu.Unlock()
		must(p.t, err)
	}
}

// has is everything that the application knows, sorted.
func (p *person) has() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := maps.Clone(p.applied)
	for _, e := range p.written {
		for a, ok, _ := journal.ParseAdoption(e.Body); ok; a, ok, _ = journal.ParseAdoption(e.Body) {
			e.Body = a.Body
		}
		all[line(p.id.Device(), e)] = true
	}
	return slices.Sorted(maps.Keys(all))
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

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func noon() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

func newPerson(t testing.TB) *person {
	t.Helper()
	id, err := journal.NewIdentity(rand.Reader)
	must(t, err)
	p := &person{t: t, id: id, keep: relay.NewMemory("keep"), state: &memory{m: map[string][]byte{}}, applied: map[string]bool{}, now: noon}
	_, err = rand.Read(p.who[:])
	must(t, err)
	return p
}

// open starts the replica, as after a restart: from Keep and State alone.
func (p *person) open(team journal.TeamID) *person {
	p.t.Helper()
	p.roster = roster.New(team)
	cfg := Config{Identity: p.id, Roster: p.roster, Keep: p.keep, State: p.state, Outbox: p, Apply: p.apply, Needed: p.needed, Retract: p.retract, Now: p.now, Rand: rand.Reader}
	cfg.Notify = func(e Event) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.events = append(p.events, e)
	}
	if p.tune != nil {
		p.tune(&cfg)
	}
	r, err := New(context.Background(), cfg)
	must(p.t, err)
	p.Replica = r
	return p
}

func (p *person) found(relays map[string]relay.Relay) *person {
	p.t.Helper()
	r, err := roster.Found(rand.Reader, p.id, p.who, p.now())
	must(p.t, err)
	for _, raw := range r.Since(0) {
		must(p.t, p.keep.Put(context.Background(), relay.Blob{Kind: relay.Roster, Team: r.Team(), Bytes: raw}))
	}
	return p.open(r.Team()).use(relays)
}

func (p *person) use(relays map[string]relay.Relay) *person {
	p.t.Helper()
	for name, at := range relays {
		must(p.t, p.AddRelay(name, at))
	}
	return p
}

func (p *person) invite(terms roster.Terms) roster.Invite {
	p.t.Helper()
	inv, err := roster.NewInvite(rand.Reader, p.roster.Team(), nil)
	must(p.t, err)
	terms.Expires, terms.Role = p.now().Add(time.Hour), max(terms.Role, roster.RoleMember)
	must(p.t, p.roster.Invite(p.id, p.now(), inv, terms))
	must(p.t, p.Save(context.Background()))
	return inv
}

func (p *person) join(code string, name string, relays map[string]relay.Relay) *person {
	p.t.Helper()
	inv, err := roster.ParseInvite(code)
	must(p.t, err)
	p.open(inv.Team).use(relays)
	must(p.t, p.Join(context.Background(), inv, p.who, name))
	return p
}

func (p *person) sync() Report {
	p.t.Helper()
	report, err := p.Sync(context.Background())
	must(p.t, err)
	return report
}

// syncAll lets everybody sync until nobody has anything left to do.
func syncAll(people ...*person) {
	for range 3 {
		for _, p := range people {
			p.sync()
		}
	}
}

// admitted makes a team of n on the relays; the first is its founder.
func newTeam(t testing.TB, n int, relays map[string]relay.Relay) []*person {
	t.Helper()
	people := []*person{newPerson(t).found(relays)}
	for range n - 1 {
		p := newPerson(t).join(people[0].invite(roster.Terms{}).Code(), "", relays)
		p.sync()
		people = append(people, p)
		syncAll(people[0], p)
		if !p.Status().Joined {
			t.Fatal("not admitted")
		}
	}
	syncAll(people...)
	return people
}

func same(t testing.TB, people ...*person) {
	t.Helper()
	for _, p := range people[1:] {
		if want, got := people[0].has(), p.has(); !slices.Equal(got, want) {
			t.Errorf("%s has %d entries, %s has %d:\n%q\n%q", p.me, len(got), people[0].me, len(want), got, want)
		}
	}
}

func (p *person) device(other *person) DeviceStatus {
	p.t.Helper()
	for _, d := range p.Status().Devices {
		if d.Device == other.me {
			return d
		}
	}
	p.t.Fatalf("%s does not know %s", p.me, other.me)
	return DeviceStatus{}
}

func (p *person) happened(kind EventKind) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.events, func(e Event) bool { return e.Kind == kind })
}

// broken is a relay that can be made to fail.
type broken struct {
	relay.Relay
	mu      sync.Mutex
	putFail error
	allFail error
}

func (b *broken) fail(put, all error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.putFail, b.allFail = put, all
}

func (b *broken) Put(ctx context.Context, blob relay.Blob) error {
	b.mu.Lock()
	err := errors.Join(b.putFail, b.allFail)
	b.mu.Unlock()
	if err != nil {
		return &relay.Error{Relay: "broken", Op: "put", Kind: err}
	}
	return b.Relay.Put(ctx, blob)
}

func (b *broken) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	b.mu.Lock()
	err := b.allFail
	b.mu.Unlock()
	if err != nil {
		return &relay.Error{Relay: "broken", Op: "follow", Kind: err}
	}
	return b.Relay.Follow(ctx, after, fn)
}

// blobs is what a memory relay holds of a kind.
func blobs(t testing.TB, s relay.Store, kind relay.Kind) []relay.Blob {
	t.Helper()
	var refs []relay.Ref
	must(t, s.List(context.Background(), kind, func(r relay.Ref) error { refs = append(refs, r); return nil }))
	var out []relay.Blob
	for _, ref := range refs {
		b, err := s.Fetch(context.Background(), ref)
		must(t, err)
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b relay.Blob) int { return bytes.Compare(a.Bytes, b.Bytes) })
	return out
}
