package replica

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// hostile is a relay that shows one device other things than are there. It cannot sign, but some members help it.
type hostile struct {
	relay.Store
	alter func([]relay.Blob) []relay.Blob // of all that is new; nil is honest
}

func (h *hostile) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	var batch []relay.Blob
	return h.Store.Follow(ctx, after, func(b relay.Blob, c relay.Cursor) error {
		if b.Kind != relay.Idle {
			batch = append(batch, b)
			return nil
		}
		if h.alter != nil {
			batch = h.alter(batch)
		}
		for _, b := range batch {
			if err := fn(b, after); err != nil {
				return err
			}
		}
		batch, after = nil, slices.Clone(c)
		return fn(relay.Blob{}, c)
	})
}

// war is a team whose relay means harm to one of its devices.
type war struct {
	t    *testing.T
	rng  *mrand.Rand
	m    *relay.Memory
	h    *hostile
	team []*person // ana, an admin; tom, the victim; eva, whose device helps the relay where that is said
	n    int
}

// expect is what the victim must say of an attack; its zero value is that nothing was noticed, because nothing was harmed.
type expect struct {
	kinds   []ProblemKind // one of them
	what    string
	device  journal.DeviceID
	first   uint64
	forked  bool // or the author is marked
	mayMiss bool // some of it may be known to be missing for now
	lasts   bool // and it stays so for as long as the relay holds it: a member signed it
	halted  bool // the victim must write no more as itself
	ends    bool // the team is not the same after it
}

func newWar(t *testing.T, rng *mrand.Rand) *war {
	m := relay.NewMemory("memory")
	w := &war{t: t, rng: rng, m: m, h: &hostile{Store: m}}
	w.team = newTeam(t, 3, map[string]relay.Relay{"m": m})
	tom := w.team[1]
	must(t, tom.AddRelay("m", w.h))
	for _, p := range w.team {
		w.write(p)
	}
	syncAll(w.team...)
	return w
}

func (w *war) write(p *person) {
	w.n++
	p.write(fmt.Sprintf("honest %d", w.n))
}

// fresh lets ana write a few entries, each a segment of its own, which the victim does not have yet.
func (w *war) fresh() []relay.Blob {
	ana, from := w.team[0], w.team[0].Last()
	for range 2 + w.rng.IntN(3) {
		w.write(ana)
		ana.sync()
	}
	var out []relay.Blob
	for _, b := range blobs(w.t, w.m, relay.Segment) {
		if b.Author == ana.me && b.First > from {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b relay.Blob) int { return int(a.First) - int(b.First) })
	return out
}

// instead shows another blob in the place of one.
func instead(of relay.Blob, show ...relay.Blob) func([]relay.Blob) []relay.Blob {
	return func(all []relay.Blob) []relay.Blob {
		var out []relay.Blob
		for _, b := range all {
			if relay.RefOf(b) == relay.RefOf(of) {
				out = append(out, show...)
			} else {
				out = append(out, b)
			}
		}
		return out
	}
}

func also(show ...relay.Blob) func([]relay.Blob) []relay.Blob {
	return func(all []relay.Blob) []relay.Blob { return append(slices.Clone(all), show...) }
}

var bad = []ProblemKind{Damaged, Forged, Replayed, TooNew}

// attacks are what a relay can do, by name. Each prepares the relay and says what must come of it.
var attacks = []struct {
	name string
	do   func(w *war) expect
}{
	{"tampered segment", func(w *war) expect {
		b := w.pick(w.fresh())
		x := b
		x.Bytes = slices.Clone(b.Bytes)
		x.Bytes[w.rng.IntN(len(x.Bytes))] ^= 1 << w.rng.IntN(8)
		w.h.alter = instead(b, x)
		return expect{kinds: bad, what: "segment", device: b.Author, first: b.First}
	}},
	{"truncated segment", func(w *war) expect {
		b := w.pick(w.fresh())
		x := b
		x.Bytes = b.Bytes[:1+w.rng.IntN(len(b.Bytes)-1)]
		w.h.alter = instead(b, x)
		return expect{kinds: []ProblemKind{Damaged}, what: "segment", device: b.Author, first: b.First}
	}},
	{"swapped segments", func(w *war) expect {
		all := w.fresh()
		x := all[0]
		x.Bytes = all[1].Bytes
		w.h.alter = instead(all[0], x)
		return expect{kinds: []ProblemKind{Replayed}, what: "segment", device: x.Author, first: x.First}
	}},
	{"another device’s segment", func(w *war) expect {
		b := w.pick(w.fresh())
		for _, other := range blobs(w.t, w.m, relay.Segment) {
			if other.Author != b.Author {
				x := b
				x.Bytes = other.Bytes
				w.h.alter = instead(b, x)
			}
		}
		return expect{kinds: []ProblemKind{Replayed}, what: "segment", device: b.Author, first: b.First}
	}},
	{"another team’s segment", func(w *war) expect {
		b := w.pick(w.fresh())
		k, err := journal.NewEpochKey(rand.Reader)
		must(w.t, err)
		foreign := b
		foreign.Bytes, err = journal.Seal(w.team[0].id, k, journal.TeamID{9}, journal.Hash{}, []journal.Entry{{Device: b.Author, Number: b.First, Body: []byte("foreign")}})
		must(w.t, err)
		w.h.alter = instead(b, foreign)
		return expect{kinds: []ProblemKind{Replayed}, what: "segment", device: b.Author, first: b.First}
	}},
	{"replayed, reordered and doubled segments", func(w *war) expect {
		w.fresh()
		w.h.alter = func(all []relay.Blob) []relay.Blob {
			all = append(append(all, all...), blobs(w.t, w.m, relay.Segment)...)
			w.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			return all
		}
		return expect{}
	}},
	{"withheld segment", func(w *war) expect {
		all := w.fresh()
		b := all[w.rng.IntN(len(all)-1)] // the last one shows that there were more
		w.h.alter = instead(b)
		return expect{kinds: []ProblemKind{Missing}, what: "segment", device: b.Author, first: b.First}
	}},
	{"withheld end, which another’s word betrays", func(w *war) expect {
		all := w.fresh()
		w.team[2].sync() // eva has it, and says so
		b := all[len(all)-1]
		w.h.alter = instead(b)
		return expect{kinds: []ProblemKind{Missing}, what: "segment", device: b.Author, first: b.First}
	}},
	{"oversized segment", func(w *war) expect {
		b := w.pick(w.fresh())
		x := b
		x.Bytes = append(slices.Clone(b.Bytes), make([]byte, journal.MaxSegment)...)
		w.h.alter = instead(b, x)
		return expect{kinds: []ProblemKind{Damaged}, what: "segment", device: b.Author, first: b.First}
	}},
	{"decompression bomb of a member’s", func(w *war) expect {
		eva := w.team[2]
		b := w.bomb(eva, eva.Last()+1)
		w.h.alter = also(b)
		return expect{kinds: []ProblemKind{Damaged}, what: "segment", device: eva.me, first: b.First, lasts: true}
	}},
	{"segment of a format to come", func(w *war) expect {
		b := w.pick(w.fresh())
		x := b
		x.Bytes = slices.Clone(b.Bytes)
		x.Bytes[4] = 2
		w.h.alter = instead(b, x)
		return expect{kinds: []ProblemKind{TooNew}, what: "segment", device: b.Author, first: b.First}
	}},
	{"noise", func(w *war) expect {
		b := relay.Blob{Kind: relay.Kind(1 + w.rng.IntN(4)), Team: w.team[0].team, Author: w.team[0].me, First: 900, Last: 900, Counter: 9e9, Bytes: make([]byte, 1+w.rng.IntN(4000))}
		_, err := rand.Read(b.Bytes)
		must(w.t, err)
		w.h.alter = also(b)
		x := expect{kinds: bad, what: b.Kind.String(), device: b.Author, first: b.First}
		return x
	}},
	{"forked journal of a member’s", func(w *war) expect {
		eva := w.team[2]
		w.n++
		eva.branch(w.t, w.m, eva.Last()-1, fmt.Sprintf("branch %d", w.n))
		return expect{device: eva.me, forked: true, lasts: true}
	}},
	{"wiped relay", func(w *war) expect {
		w.fresh()
		w.m.Lose(func(relay.Blob) bool { return w.rng.IntN(3) > 0 })
		return expect{mayMiss: true}
	}},
	{"tampered roster entry", func(w *war) expect {
		b := w.newEntry()
		x := b
		x.Bytes = slices.Clone(b.Bytes)
		x.Bytes[w.rng.IntN(len(x.Bytes))] ^= 1 << w.rng.IntN(8)
		w.h.alter = instead(b, x)
		return expect{kinds: bad, what: "roster entry"}
	}},
	{"stranger’s roster entry", func(w *war) expect {
		other, err := roster.Found(rand.Reader, newPerson(w.t).id, roster.PersonID{1}, noon())
		must(w.t, err)
		w.h.alter = also(relay.Blob{Kind: relay.Roster, Team: w.team[0].team, Bytes: other.Since(0)[w.rng.IntN(2)]})
		return expect{kinds: []ProblemKind{Replayed}, what: "roster entry"}
	}},
	{"roster entry of a member who may not", func(w *war) expect {
		// A member's program that does not ask whether it may: it removes an admin.
		eva, ana := w.team[2], w.team[0]
		raw := lawless(w.t, eva, ana)
		w.h.alter = also(relay.Blob{Kind: relay.Roster, Team: eva.team, Bytes: raw})
		return expect{kinds: []ProblemKind{Forged}, what: "roster entry"}
	}},
	{"tampered seen", func(w *war) expect {
		b := w.newSeen()
		x := b
		x.Bytes = slices.Clone(b.Bytes)
		x.Bytes[w.rng.IntN(len(x.Bytes))] ^= 1 << w.rng.IntN(8)
		w.h.alter = instead(b, x)
		return expect{kinds: bad, what: "seen", device: b.Author}
	}},
	{"another device’s seen", func(w *war) expect {
		b := w.newSeen()
		for _, other := range blobs(w.t, w.m, relay.Seen) {
			if other.Author != b.Author && other.Author != w.team[1].me {
				x := b
				x.Bytes = other.Bytes
				w.h.alter = instead(b, x)
			}
		}
		return expect{kinds: []ProblemKind{Replayed}, what: "seen", device: b.Author}
	}},
	{"another team’s seen", func(w *war) expect {
		b := w.newSeen()
		k, err := journal.NewEpochKey(rand.Reader)
		must(w.t, err)
		x := b
		x.Bytes, err = journal.SealSeen(w.team[2].id, k, journal.TeamID{9}, journal.Seen{Counter: b.Counter, At: noon()})
		must(w.t, err)
		w.h.alter = instead(b, x)
		return expect{kinds: []ProblemKind{Replayed}, what: "seen", device: b.Author}
	}},
	{"seen of a member’s that claims too much", func(w *war) expect {
		ana, tom, eva := w.team[0], w.team[1], w.team[2]
		claims(w.t, w.m, eva.id, writeKey(w.t, eva), eva.team, 1<<30, ana.me, tom.me)
		return expect{kinds: []ProblemKind{Missing}, what: "segment", device: ana.me, first: 1 << 30, lasts: true, ends: true}
	}},
	{"more of the victim’s own than it wrote", func(w *war) expect {
		tom := w.team[1]
		w.n++
		tom.branch(w.t, w.m, tom.Last(), fmt.Sprintf("branch %d", w.n))
		return expect{halted: true, lasts: true, ends: true}
	}},
	{"another team’s mail", func(w *war) expect {
		inv, err := roster.NewInvite(rand.Reader, journal.TeamID{9}, nil)
		must(w.t, err)
		stranger := newPerson(w.t)
		raw, err := inv.Request(stranger.id, stranger.who, "Somebody")
		must(w.t, err)
		w.h.alter = also(relay.Blob{Kind: relay.Mail, Team: w.team[0].team, Author: stranger.id.Device(), Mailbox: inv.ID(), Bytes: raw})
		return expect{kinds: []ProblemKind{Replayed}, what: "mail", device: stranger.id.Device()}
	}},
	{"an older seen again", func(w *war) expect {
		old := blobs(w.t, w.m, relay.Seen)
		w.newSeen()
		w.h.alter = also(old...)
		return expect{}
	}},
	{"mail for another mailbox", func(w *war) expect {
		ana := w.team[0]
		one, two := ana.invite(roster.Terms{Ask: true}), ana.invite(roster.Terms{Ask: true})
		ana.sync()
		stranger := newPerson(w.t)
		raw, err := one.Request(stranger.id, stranger.who, "Somebody")
		must(w.t, err)
		if w.rng.IntN(2) == 0 {
			raw[w.rng.IntN(len(raw))] ^= 1
		}
		w.h.alter = also(relay.Blob{Kind: relay.Mail, Team: ana.team, Author: stranger.id.Device(), Mailbox: two.ID(), Bytes: raw})
		return expect{kinds: bad, what: "mail", device: stranger.id.Device()}
	}},
}

func (w *war) pick(all []relay.Blob) relay.Blob { return all[w.rng.IntN(len(all))] }

// newEntry is a roster entry that the victim does not have yet.
func (w *war) newEntry() relay.Blob {
	ana := w.team[0]
	n := ana.roster.Len()
	ana.invite(roster.Terms{})
	ana.sync()
	return relay.Blob{Kind: relay.Roster, Team: ana.team, Bytes: ana.roster.Since(n)[0]}
}

func (w *war) newSeen() relay.Blob {
	ana, eva := w.team[0], w.team[2]
	w.write(ana)
	ana.sync()
	eva.sync()
	for _, b := range blobs(w.t, w.m, relay.Seen) {
		if b.Author == eva.me {
			return b
		}
	}
	w.t.Fatal("eva says nothing")
	return relay.Blob{}
}

func TestAnOlderWordIsNotHeardAgain(t *testing.T) {
	m := relay.NewMemory("memory")
	team := newTeam(t, 2, map[string]relay.Relay{"m": m})
	ana, tom := team[0], team[1]
	tom.write("zero")
	syncAll(tom, ana)
	old := blobs(t, m, relay.Seen)
	ana.write("one")
	syncAll(ana, tom, ana)
	h := &hostile{Store: m, alter: also(old...)}
	must(t, ana.AddRelay("m", h))
	_, err := ana.Check(t.Context())
	must(t, err)
	if have, of := ana.Delivered(1); have != 1 || of != 1 {
		t.Errorf("delivered to %d of %d, after an older word", have, of)
	}
}

func TestEverythingThatARelayCanDoIsNoticedNamedAndHealed(t *testing.T) {
	first, count := schedules(t, 300, 50_000)
	began, did := time.Now(), map[string]int{}
	var w *war
	for seed := first; seed < first+count; seed++ {
		rng := mrand.New(mrand.NewPCG(seed, 7))
		// Every attack has its turn; what it does exactly is the seed's.
		a := attacks[int(seed)%len(attacks)]
		if w == nil || w.team[0].Last() > 9 || w.team[2].Last() > 9 { // before own segments are merged
			w = newWar(t, rng)
		}
		w.rng = rng
		want := a.do(w)
		w.attack(seed, a.name, want)
		did[a.name]++
		if t.Failed() {
			break
		}
		if want.ends || w.spoilt() {
			w = nil // a forked device stays one
		}
	}
	t.Logf("seeds %d to %d in %s: %v", first, first+count-1, time.Since(began).Round(time.Second), did)
}

func (w *war) spoilt() bool { return w.team[1].device(w.team[2]).Forked }

func (w *war) attack(seed uint64, name string, want expect) {
	t, tom := w.t, w.team[1]
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("LONGHAND_SEED=%d: %s: %s", seed, name, fmt.Sprintf(format, args...))
	}
	if _, err := tom.Sync(t.Context()); err != nil {
		fail("it stopped the device: %v", err)
	}
	for _, l := range tom.has() {
		if text := tokenOf(l); text != "honest" && text != "branch" {
			fail("%q was applied", l)
		}
	}
	if !w.noticed(want) {
		fail("want %+v, got problems %+v, set aside %+v", want, tom.Status().Problems, tom.Status().SetAside)
	}
	// The relay behaves again. Everybody looks at it from the beginning and puts back what is lost.
	w.h.alter = nil
	for range 2 {
		for _, p := range w.team {
			if _, err := p.Check(t.Context()); err != nil {
				fail("afterwards: %v", err)
			}
		}
	}
	if !want.forked {
		same(t, w.team...)
	}
	for _, p := range w.team {
		if s := p.Status(); !want.lasts && (len(s.Problems) > 0 || len(s.SetAside) > 0) {
			fail("%s still has problems %+v, set aside %+v", p.me, s.Problems, s.SetAside)
		}
		for _, other := range w.team {
			if other != p && !want.forked && !w.complete(p, other) {
				fail("the relay was not refilled with %s’s", p.me)
			}
		}
	}
}

func tokenOf(l string) string {
	_, text, _ := bytes.Cut([]byte(l[33:]), []byte(" "))
	word, _, _ := bytes.Cut(text, []byte(" "))
	return string(word)
}

// complete reports whether the relay holds all entries of a device.
func (w *war) complete(p, _ *person) bool {
	var there ranges
	for _, b := range blobs(w.t, w.m, relay.Segment) {
		if b.Author == p.me {
			there = there.add(b.First, b.Last)
		}
	}
	return len(there.gaps(p.Last())) == 0
}

func (w *war) noticed(want expect) bool {
	st := w.team[1].Status()
	if want.forked {
		return w.team[1].device(w.team[2]).Forked
	}
	if (st.Halted != nil) != want.halted {
		return false
	}
	if want.kinds == nil {
		return !slices.ContainsFunc(st.Problems, func(p Problem) bool { return p.Kind != Missing || !want.mayMiss })
	}
	return slices.ContainsFunc(st.Problems, func(p Problem) bool {
		return p.Relay == "m" && p.What == want.what && p.Device == want.device && p.First <= want.first && want.first <= max(p.Last, p.First) && slices.Contains(want.kinds, p.Kind)
	})
}
