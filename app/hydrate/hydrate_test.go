package hydrate

import (
	"bytes"
	"cmp"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// The test binary is the program whose child opens documents, and the one that
// opens a document itself and does not survive it.
//
// The check refuses what is known to hang the library or to stop it. Here that is
// let through, in both processes: there will be more that nobody knows.
func TestMain(m *testing.M) {
	automerge.Limits.SameKey, automerge.Limits.FirstOp = 1<<30, 0
	if len(os.Args) > 1 && os.Args[1] == ChildArg {
		os.Exit(RunChild(os.Stdin, os.Stdout))
	}
	if len(os.Args) == 3 && os.Args[1] == "open-here" {
		openHere(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func pool(t testing.TB, o Options) *Pool {
	t.Helper()
	p := New(o)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close the pool: %v", err)
		}
	})
	return p
}

func hydrated(t testing.TB, p *Pool, have, fresh []artefact.Change) Result {
	t.Helper()
	res, err := p.Hydrate(context.Background(), Job{Doc: testDoc, Have: have, New: fresh, Owners: owners})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// here opens changes in this process, as the window would.
func here(t testing.TB, all []artefact.Change) (string, error) {
	t.Helper()
	a, err := artefact.Open(testDoc, all, automerge.Actor{}, owners)
	if err != nil {
		return "", err
	}
	defer a.Close()
	v, err := a.View()
	if err != nil {
		return "", err
	}
	return asJSON(t, v), nil
}

func asJSON(t testing.TB, v artefact.View) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func heads(c artefact.Change) []automerge.Hash { return []automerge.Hash{automerge.HashOf(c.Raw)} }

// crash is a letter in a text that nobody can have made.
func crash(deps []automerge.Hash, seq uint64) artefact.Change {
	return handmade(deps, nil, seq, 4000+seq,
		column{0x01, []byte{0x7f, 0}}, column{0x02, []byte{0x7f, 0}}, column{0x13, []byte{0x7f, 0}},
		column{0x34, []byte{0, 1}}, column{0x42, []byte{0x7f, 1}}, column{0x56, []byte{0x7f, 0x16}}, column{0x57, []byte{'x'}}, column{0x70, []byte{0x7f, 0}})
}

// unread has a value of a kind that there is not: the library reads nothing of
// it, nor of what came in the same batch, and says that all is well.
func unread(deps []automerge.Hash) artefact.Change {
	return handmade(deps, nil, 1, 4000,
		column{0x15, []byte{0x7f, 1, 'a'}}, column{0x34, []byte{1}}, column{0x42, []byte{0x7f, 1}},
		column{0x56, append([]byte{0x7f}, uleb(8<<4|4)...)}, column{0x57, []byte{1}}, column{0x70, []byte{0x7f, 0}})
}

// wire passes a change through the check that everything from outside passes.
func wire(t testing.TB, c artefact.Change) artefact.Change {
	t.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	c, _, err = artefact.ParseChange(b)
	if err != nil {
		t.Fatalf("the check refuses what this test wants to get past it: %v", err)
	}
	return c
}

func TestTheViewFromTheChildIsTheOneThatIsMadeHere(t *testing.T) {
	all := written(t)
	want, err := here(t, all)
	if err != nil {
		t.Fatal(err)
	}
	p := pool(t, Options{})
	for n := 1; n <= len(all); n++ {
		res := hydrated(t, p, all[:n/2], all[n/2:n])
		part, _ := here(t, all[:n])
		if len(res.Poison) > 0 || res.Waits != nil || asJSON(t, res.View) != part {
			t.Fatalf("of %d changes: %v, %v,\n got %s\nwant %s", n, res.Poison, res.Waits, asJSON(t, res.View), part)
		}
	}
	shuffled := slices.Clone(all)
	slices.Reverse(shuffled)
	if res := hydrated(t, p, nil, append(shuffled, all...)); asJSON(t, res.View) != want {
		t.Error("another order, and duplicates, make another view")
	}
	if s := p.Stats(); s.Started != 1 || s.Died != 0 {
		t.Errorf("it took %+v", s)
	}
}

func TestWhatHasToWaitIsNoPoison(t *testing.T) {
	all := written(t)
	p := pool(t, Options{})
	if res := hydrated(t, p, nil, all[1:]); !errors.Is(res.Waits, artefact.ErrIncomplete) || len(res.Poison) > 0 {
		t.Errorf("without its first change: %v, %v", res.Waits, res.Poison)
	}
	if res := hydrated(t, p, nil, nil); !errors.Is(res.Waits, artefact.ErrIncomplete) {
		t.Errorf("without any change: %v", res.Waits)
	}
	d, err := automerge.New(automerge.Actor(actorOf(4, 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Put("kind", "something-later"); err != nil {
		t.Fatal(err)
	}
	c, _, err := d.Commit(nine.UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	if res := hydrated(t, p, nil, []artefact.Change{{Doc: testDoc, Raw: c.Raw}}); !errors.Is(res.Waits, artefact.ErrKind) || len(res.Poison) > 0 {
		t.Errorf("of a kind from the future: %v, %v", res.Waits, res.Poison)
	}
}

func TestExactlyThePoisonIsNamedAndTheRestIsOpened(t *testing.T) {
	all := written(t)
	want, _ := here(t, all)
	end := heads(all[len(all)-1])
	bloat := func() []artefact.Change {
		var out []artefact.Change
		deps, start := end, uint64(5000)
		for i := range 4 {
			c := wire(t, longText(deps, "context", uint64(i+1), start, 250_000))
			out, deps, start = append(out, c), heads(c), start+250_000
		}
		return out
	}()
	bomb := handmade(end, nil, 1, 5000)
	bomb.Raw = deflateBomb(t)
	for _, c := range []struct {
		name  string
		sent  []artefact.Change
		whys  []Why
		which []int // of sent
		rest  bool  // the other changes sent change nothing that is seen
	}{
		{"stops the library", []artefact.Change{wire(t, crash(end, 1))}, []Why{Crashes}, []int{0}, true},
		{"is passed over, and all that comes with it", []artefact.Change{wire(t, unread(end))}, []Why{Refused}, []int{0}, true},
		{"49 bytes that take minutes", []artefact.Change{wire(t, sameKey(end, 5000, 200_000))}, []Why{Hangs}, []int{0}, true},
		{"a deflate bomb", []artefact.Change{bomb}, []Why{Malformed}, []int{0}, true},
		{"90 bytes that take 100 MB, four times", bloat, []Why{Bloats}, nil, false},
		{"two that crash and one that hangs", []artefact.Change{wire(t, crash(end, 1)), wire(t, crash(nil, 2)), wire(t, sameKey(heads(all[2]), 6000, 100_001))}, nil, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if slices.Contains(c.whys, Bloats) && runtime.GOOS != "linux" {
				t.Skip("only Linux limits memory before it is used up")
			}
			if len(c.sent[0].Raw) > 200 && c.name != "a deflate bomb" {
				t.Fatalf("it takes %d bytes", len(c.sent[0].Raw))
			}
			p := pool(t, Options{Time: time.Second, Memory: 256 << 20})
			// The good changes of others come in the same batch.
			res := hydrated(t, p, all[:4], append(slices.Clone(c.sent), all[4:]...))
			for i, n := range c.which {
				if len(res.Poison) != len(c.which) || res.Poison[i].Change != automerge.HashOf(c.sent[n].Raw) && c.whys[i] != Malformed || res.Poison[i].Why != c.whys[i] {
					t.Fatalf("named: %v", res.Poison)
				}
			}
			for _, x := range res.Poison {
				if x.Held || x.Why != Malformed && x.Writer != device(9) {
					t.Errorf("an innocent is named: %v", x)
				}
			}
			if len(res.Poison) == 0 {
				t.Fatal("nothing is named")
			}
			if got := asJSON(t, res.View); c.rest && got != want {
				t.Errorf("of the rest\n got %s\nwant %s", got, want)
			}
			good := res.Good(append(slices.Clone(all), c.sent...))
			if len(good) != len(all)+len(c.sent)-len(res.Poison) && c.name != "a deflate bomb" {
				t.Errorf("%d of %d are good", len(good), len(all)+len(c.sent))
			}
		})
	}
}

// deflateBomb is a change of half a megabyte that inflates to 500.
func deflateBomb(t testing.TB) []byte {
	t.Helper()
	var zipped bytes.Buffer
	w, err := flate.NewWriter(&zipped, 9)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 500 {
		w.Write(zeros)
	}
	w.Close()
	return chunkOf([]byte{0}, zipped.Bytes())
}

func TestPoisonAmongWhatWasHeldIsNamedToo(t *testing.T) {
	all := written(t)
	want, _ := here(t, all)
	bad := wire(t, crash(heads(all[1]), 1))
	p := pool(t, Options{})
	res := hydrated(t, p, append(slices.Clone(all[:3]), bad), all[3:])
	if len(res.Poison) != 1 || !res.Poison[0].Held || res.Poison[0].Change != automerge.HashOf(bad.Raw) {
		t.Fatalf("named: %v", res.Poison)
	}
	if asJSON(t, res.View) != want {
		t.Error("the rest is not what it was")
	}
}

func TestWhoeverSendsTooMuchPoisonIsBelievedNoMore(t *testing.T) {
	all := written(t)
	want, _ := here(t, all)
	var bad []artefact.Change
	for i := range 3 * mostPoison {
		bad = append(bad, wire(t, crash(heads(all[1]), uint64(i+1))))
	}
	p := pool(t, Options{})
	res := hydrated(t, p, nil, append(bad, all...))
	count := map[Why]int{}
	for _, x := range res.Poison {
		if count[x.Why]++; x.Writer != device(9) {
			t.Errorf("an innocent is named: %v", x)
		}
	}
	if count[Crashes] != mostPoison || count[Suspect] != 2*mostPoison {
		t.Errorf("set aside: %v", count)
	}
	if asJSON(t, res.View) != want {
		t.Error("the others’ changes are not opened")
	}
	if s := p.Stats(); s.Died > 2*mostPoison+1 {
		t.Errorf("it cost %d children", s.Died)
	}
}

// The longer a document, the longer each step: it is not looked through one by one.
func TestPoisonInALongDocumentIsFoundSoon(t *testing.T) {
	const n = 2500 // one by one it takes 13 seconds, in strides half a second
	k, _ := kind.Of("brief")
	a, err := artefact.New(testDoc, k, automerge.Actor(actorOf(1, 1)), owners)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	var all []artefact.Change
	for i := range n {
		c, ok, err := a.Commit(time.UnixMilli(int64(i)))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		all = append(all, c)
		if err := a.Splice("problem", 0, 0, "x"); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []int{n - 1, n / 2, 0} {
		p := pool(t, Options{})
		bad := wire(t, crash([]automerge.Hash{automerge.HashOf(all[at].Raw)}, 1))
		began := time.Now()
		res := hydrated(t, p, all[:n/4], append(slices.Clone(all[n/4:]), bad))
		took := time.Since(began)
		if len(res.Poison) != 1 || res.Poison[0].Change != automerge.HashOf(bad.Raw) || res.Poison[0].Why != Crashes || len(res.View.Text("problem")) != n-1 {
			t.Errorf("named: %v", res.Poison)
		}
		if took > 6*time.Second || p.Stats().Died > 3 {
			t.Errorf("it took %v and %d children", took, p.Stats().Died)
		}
		t.Logf("after %d of %d changes: %v", at+1, n, took)
	}
}

// One device and many documents: it costs no more children than one document.
func TestPoisonIsCountedAcrossDocuments(t *testing.T) {
	all := written(t)
	want, _ := here(t, all)
	p := pool(t, Options{})
	first := func(doc byte, c artefact.Change) Result {
		t.Helper()
		c.Doc = artefact.DocID{doc, 7}
		res, err := p.Hydrate(t.Context(), Job{Doc: c.Doc, New: []artefact.Change{c}, Owners: owners})
		if err != nil || len(res.Poison) != 1 || res.Poison[0].Writer != device(9) {
			t.Fatalf("%v, %v", res.Poison, err)
		}
		return res
	}
	for i := range 5 * mostPoison {
		want := Suspect
		if i < mostPoison {
			want = Crashes
		}
		if res := first(byte(i), wire(t, crash(nil, 1))); res.Poison[0].Why != want {
			t.Fatalf("document %d: %v", i, res.Poison[0])
		}
	}
	if s := p.Stats(); s.Died > 2*mostPoison {
		t.Errorf("it cost %d children", s.Died)
	}
	// What the others write is opened as ever, and what was known of that device stays.
	bad := wire(t, crash(heads(all[1]), 1))
	if res := hydrated(t, p, all[:3], append(slices.Clone(all[3:]), bad)); asJSON(t, res.View) != want || len(res.Poison) != 1 || res.Poison[0].Why != Suspect {
		t.Errorf("the others’ changes are not opened: %v", res.Poison)
	}
	if res := hydrated(t, p, append(slices.Clone(all), bad), nil); asJSON(t, res.View) != want || len(res.Poison) != 1 || res.Poison[0].Why != Crashes {
		t.Errorf("what is held is not looked at: %v", res.Poison)
	}
	p.Forgive()
	if res := first(200, wire(t, crash(nil, 1))); res.Poison[0].Why != Crashes {
		t.Errorf("forgiven, it is still not looked at: %v", res.Poison[0])
	}
}

// Thousands of changes under one number are sorted out in no time: somebody can
// send so many at once.
func TestManyChangesUnderOneNumberCostNothing(t *testing.T) {
	const n = 20_000
	job := Job{Doc: testDoc}
	for i := range n {
		job.New = append(job.New, crash([]automerge.Hash{{byte(i), byte(i >> 8)}}, 1))
	}
	began := time.Now()
	s := sift(job)
	if len(s.order) != 1 || len(s.poison) != n-1 {
		t.Errorf("%d and %d", len(s.order), len(s.poison))
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Two changes under one number part the devices for ever, if each keeps the one
// that came first. All keep the one that others have built on.
func TestOfTwoChangesUnderOneNumberAllKeepTheSame(t *testing.T) {
	all := written(t)
	twin := func(value string) artefact.Change {
		d, err := automerge.New(automerge.Actor(actorOf(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if err := d.Put("level", value); err != nil {
			t.Fatal(err)
		}
		c, _, err := d.Commit(0)
		if err != nil {
			t.Fatal(err)
		}
		return artefact.Change{Doc: testDoc, Raw: c.Raw}
	}
	for _, value := range []string{"low", "high", "tactical", "operational"} { // smaller and larger hashes
		other := twin(value)
		p := pool(t, Options{})
		one, two := hydrated(t, p, all, []artefact.Change{other}), hydrated(t, p, []artefact.Change{other}, all)
		for _, res := range []Result{one, two} {
			if len(res.Poison) != 1 || res.Poison[0].Why != Twice || res.Poison[0].Change != automerge.HashOf(other.Raw) {
				t.Fatalf("named: %v", res.Poison)
			}
		}
		if asJSON(t, one.View) != asJSON(t, two.View) || one.View.Title() == "" {
			t.Error("two devices read two things")
		}
	}
}

// At least 500 changes that were changed past every check: this process opens
// what the child let through, and survives it.
func TestThisProcessSurvivesEveryMalformedChange(t *testing.T) {
	seed, rounds := replay(t, 500, 50_000)
	all := written(t)
	p := pool(t, Options{Time: 2 * time.Second})
	r := rand.New(rand.NewPCG(seed, 2))
	whys, waits, made := map[Why]int{}, 0, 0
	for made < rounds {
		i := r.IntN(len(all))
		if i == 0 { // without the first change the others only wait
			i = r.IntN(len(all))
		}
		bad, ok := malformed(t, r, all[i])
		if !ok {
			continue
		}
		if made%25 == 0 { // the dice throw such a one now and then only
			bad = wire(t, crash(heads(all[max(i, 1)-1]), 1))
		}
		made++
		// The change in place of the good one, or beside it; on time or late.
		have, fresh := slices.Clone(all[:i]), []artefact.Change{bad}
		switch r.IntN(6) {
		case 0:
			fresh = append(fresh, all[i:]...)
		case 1, 2:
			fresh = append(fresh, all[i+1:]...)
		case 3:
			have = append(have, all[i+1:]...)
		}
		p.Forgive() // each is its writer’s first
		res := hydrated(t, p, have, fresh)
		for _, x := range res.Poison {
			whys[x.Why]++
			if x.Why != Twice && x.Change != automerge.HashOf(bad.Raw) {
				t.Fatalf("seed %d, change %d: an innocent is named: %v", seed, made, x)
			}
		}
		view, err := here(t, res.Good(append(have, fresh...)))
		switch {
		case res.Waits != nil:
			if waits++; !errors.Is(err, res.Waits) {
				t.Fatalf("seed %d, change %d: the child says %v, here it is %v", seed, made, res.Waits, err)
			}
		case err != nil || view != asJSON(t, res.View):
			t.Fatalf("seed %d, change %d: here it reads\n%s, %v\nand in the child\n%s", seed, made, view, err, asJSON(t, res.View))
		}
	}
	t.Logf("seed %d: %d malformed changes: %v; %d documents wait for what they build on; %+v", seed, made, whys, waits, p.Stats())
	if whys[Crashes] == 0 {
		t.Error("none of them stops the library: the corpus is worth nothing")
	}
}

// replay is the seed of a random suite and its size. LONGHAND_SEED repeats a
// run, LONGHAND_TORTURE=1 is the long one.
func replay(t testing.TB, ci, torture int) (seed uint64, rounds int) {
	t.Helper()
	seed, rounds = rand.Uint64(), ci
	if s := os.Getenv("LONGHAND_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("LONGHAND_SEED: %v", err)
		}
		seed = n
	}
	if os.Getenv("LONGHAND_TORTURE") == "1" {
		rounds = torture
	}
	return seed, rounds
}

func TestWhatADyingChildSaidHoldsNoWordsOfTheDocument(t *testing.T) {
	said := "thread '<unnamed>' panicked at 'byte index 3 is not a char boundary; it is inside 'é' of `Private words`', /home/x/rust/automerge/src/automerge.rs:762:40\n"
	if got := where(said); got != "src/automerge.rs:762" {
		t.Errorf("%q", got)
	}
	if where("Private words") != "" {
		t.Error("something else got through")
	}
	all := written(t)
	res := hydrated(t, pool(t, Options{}), all, []artefact.Change{wire(t, crash(heads(all[1]), 1))})
	if len(res.Poison) != 1 || strings.Contains(res.Poison[0].Error(), "nightly") || !strings.Contains(res.Poison[0].Where, ".rs:") {
		t.Errorf("%v", res.Poison)
	}
}

func BenchmarkOpen(b *testing.B) {
	all := written(b)
	b.Run("here", func(b *testing.B) {
		for b.Loop() {
			if _, err := here(b, all); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("child", func(b *testing.B) {
		p := pool(b, Options{Documents: 1 << 30})
		for b.Loop() {
			hydrated(b, p, all, nil)
		}
	})
	b.Run("child with its start", func(b *testing.B) {
		p := pool(b, Options{Documents: 1})
		for b.Loop() {
			hydrated(b, p, all, nil)
		}
	})
}

func TestWhoBeganADocumentIsKnownInTheChildToo(t *testing.T) {
	k, _ := kind.Of("decision")
	var all []artefact.Change // begun by Ines, and apart from her, later, by Tom
	for n := range byte(2) {
		a, err := artefact.New(testDoc, k, automerge.Actor(actorOf(n+1, 1)), owners)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		c, _, err := a.Commit(nine.Add(time.Duration(n) * time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	p := pool(t, Options{})
	for _, who := range []artefact.Person{"", ines, tom} {
		res, err := p.Hydrate(context.Background(), Job{Doc: testDoc, New: all, Owners: owners, Begun: func(v artefact.View) artefact.Person {
			if v.Kind != "decision" {
				t.Errorf("asked about a %q", v.Kind)
			}
			return who
		}})
		if err != nil {
			t.Fatal(err)
		}
		if want := cmp.Or(who, ines); artefact.Person(res.View.Author) != want {
			t.Errorf("begun by %q: the author is %s, not %s", who, res.View.Author, want)
		}
	}
}
