package artefact

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// Devices in tests are one letter, and so are their people: device "i" of Ines
// has the id 69 00 00 …, and Ines is string(ines).
var people = map[byte]Person{'i': ines, 't': tom, 'w': wanjiru, 'a': "61000000000000000000000000000000", 'o': oskar}

const (
	ines    Person = "696e6573000000000000000000000000"
	tom     Person = "746f6d00000000000000000000000000"
	wanjiru Person = "77616e6a697275000000000000000000"
	oskar   Person = "6f736b61720000000000000000000000"
)

func actor(device byte, opening byte) automerge.Actor { return automerge.Actor{0: device, 16: opening} }

func owners(d Device) Person {
	n, err := strconv.ParseUint(string(d[:2]), 16, 8)
	if err != nil {
		return ""
	}
	return people[byte(n)]
}

var nine = time.Date(2026, 6, 11, 9, 0, 0, 0, time.UTC)

// replica is one device’s copy of one artefact, and all it knows of it.
type replica struct {
	*testing.T
	*Artefact
	who     Person
	at      time.Time
	changes []Change
}

func begin(t *testing.T, device byte, kindID string) *replica {
	t.Helper()
	k, _ := kind.Of(kindID)
	a, err := New(DocID{1}, k, actor(device, 1), owners)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	r := &replica{T: t, Artefact: a, who: people[device], at: nine}
	r.commit()
	return r
}

func (r *replica) on(device byte) *replica {
	r.Helper()
	a, err := Open(r.ID, r.changes, actor(device, byte(len(r.changes)+2)), owners)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(a.Close)
	return &replica{T: r.T, Artefact: a, who: people[device], at: r.at, changes: slices.Clone(r.changes)}
}

func (r *replica) commit() {
	r.Helper()
	r.at = r.at.Add(time.Minute)
	c, ok, err := r.Commit(r.at)
	if err != nil {
		r.Fatal(err)
	}
	if ok {
		body, err := c.MarshalBinary()
		if err != nil {
			r.Fatal(err)
		}
		if c, _, err = ParseChange(body); err != nil { // as it would arrive
			r.Fatal(err)
		}
		r.changes = append(r.changes, c)
	}
}

func (r *replica) do(errs ...error) {
	r.Helper()
	for _, err := range errs {
		if err != nil {
			r.Fatal(err)
		}
	}
	r.commit()
}

func (r *replica) write(path, text string) { r.Helper(); r.do(r.Splice(path, 0, 0, text)) }

func (r *replica) hear(others ...*replica) {
	r.Helper()
	for _, o := range others {
		if err := r.Merge(o.changes...); err != nil {
			r.Fatal(err)
		}
		r.changes = append(r.changes, o.changes...)
	}
}

func (r *replica) view() View {
	r.Helper()
	v, err := r.View()
	if err != nil {
		r.Fatal(err)
	}
	return v
}

func (r *replica) json() string {
	r.Helper()
	b, err := json.Marshal(r.view())
	if err != nil {
		r.Fatal(err)
	}
	return string(b)
}

// ready is a decision that only wants recording.
func ready(t *testing.T) *replica {
	r := begin(t, 'i', "decision")
	r.write("title", "Settle small refunds from the float")
	r.do(r.Set("owner", string(ines)))
	r.write("decision", "Pay at once.")
	r.write("rationale", "The float exists.")
	r.write("trade-offs", "Short overnight.")
	r.do(r.AddItem("options", "a", ""))
	r.do(r.AddItem("options", "b", ""))
	r.write("options/a/name", "Float")
	r.write("options/b/name", "Invoice")
	r.do(r.Set("options/a/chosen", true), r.Set("review-trigger/date", "2026-12-01"))
	r.do(r.Enter("raised", r.who, "", r.at))
	return r
}

func TestTextsWrittenApartMerge(t *testing.T) {
	a := begin(t, 'i', "brief")
	a.write("problem", "A refund waits.")
	b := a.on('w')
	a.do(a.Splice("problem", 15, 0, " Six days."))
	b.do(b.Splice("problem", 2, 0, "small "))
	a.hear(b)
	b.hear(a)
	if got := a.view().Text("problem"); got != "A small refund waits. Six days." {
		t.Errorf("it reads %q", got)
	}
	if a.json() != b.json() {
		t.Errorf("two devices differ:\n%s\n%s", a.json(), b.json())
	}
}

func TestTheSameDocumentBegunTwiceIsOne(t *testing.T) {
	a, b := begin(t, 'i', "weekly"), begin(t, 'i', "weekly")
	b.Artefact.Close()
	k, _ := kind.Of("weekly")
	second, err := New(DocID{1}, k, actor('i', 9), owners)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Close)
	b = &replica{T: t, Artefact: second, who: ines, at: nine.Add(time.Hour)}
	b.commit()
	a.write("metrics-impact", "left ")
	b.write("metrics-impact", "right ")
	a.hear(b)
	b.hear(a)
	got := a.view()
	if s := got.Text("metrics-impact"); len(s) != len("left right ") || a.json() != b.json() {
		t.Errorf("it reads %q and %q", s, b.view().Text("metrics-impact"))
	}
	if !got.Created.Equal(nine.Add(time.Minute)) || got.Author != ines {
		t.Errorf("begun %v by %s, want the earlier", got.Created, got.Author)
	}
}

func TestASingleValueChangedApartIsContested(t *testing.T) {
	a := ready(t)
	a.do(a.Set("decide-by", "2026-06-12"))
	b := a.on('t')
	a.do(a.Set("decide-by", "2026-06-15"))
	b.do(b.Set("decide-by", "2026-06-16"))
	a.hear(b)
	b.hear(a)
	if a.json() != b.json() {
		t.Fatal("two devices differ")
	}
	claims := a.view().Contested["decide-by"]
	if len(claims) != 2 || claims[0].Author != ines || claims[1].Author != tom || claims[1].Value != "2026-06-16" || !claims[1].At.Equal(b.at) {
		t.Fatalf("contested by %+v", claims)
	}
	if _, ok := a.view().Values["decide-by"]; ok {
		t.Error("one value was picked")
	}
	if err := a.Set("decide-by", "2026-06-17"); !errors.Is(err, ErrContested) {
		t.Errorf("set on a contested field: %v", err)
	}
	a.do(a.Settle("decide-by", "2026-06-16"))
	b.hear(a)
	if v := b.view(); v.Text("decide-by") != "2026-06-16" || len(v.Contested) != 0 {
		t.Errorf("after settling: %q, %v", v.Text("decide-by"), v.Contested)
	}
}

func TestTheSameValueSetApartIsNotContested(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.Set("level", "tactical"))
	b.do(b.Set("level", "tactical"))
	a.hear(b)
	if v := a.view(); v.Text("level") != "tactical" || len(v.Contested) != 0 {
		t.Errorf("level %q, contested %v", v.Text("level"), v.Contested)
	}
}

func TestAnEditBringsARemovedItemBack(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.RemoveItem("options/b"))
	if v := a.view(); len(v.Lists["options"]) != 1 {
		t.Fatalf("after removal: %v", v.Lists)
	}
	b.write("options/b/against", "We would be lending.")
	a.hear(b)
	b.hear(a)
	if v := a.view(); !slices.Equal(v.Lists["options"], []string{"a", "b"}) || a.json() != b.json() {
		t.Errorf("after an edit elsewhere: %v", v.Lists)
	}
	a.do(a.RemoveItem("options/b"))
	b.hear(a)
	if v := b.view(); len(v.Lists["options"]) != 1 {
		t.Errorf("removed again, it stays: %v", v.Lists)
	}
	a.do(a.KeepItem("options/b"))
	if v := a.view(); len(v.Lists["options"]) != 2 || v.Text("options/b/name") != "Invoice" {
		t.Errorf("after undo: %v", v.Lists)
	}
}

func TestItemsMovedApartStayOnce(t *testing.T) {
	a := ready(t)
	a.do(a.AddItem("options", "c", "a"))
	if v := a.view(); !slices.Equal(v.Lists["options"], []string{"a", "c", "b"}) {
		t.Fatalf("placed after a: %v", v.Lists["options"])
	}
	b := a.on('t')
	a.do(a.PlaceItem("options/b", ""))
	b.do(b.PlaceItem("options/b", "a"))
	a.hear(b)
	b.hear(a)
	if v := a.view(); len(v.Lists["options"]) != 3 || len(v.Contested) != 0 || a.json() != b.json() {
		t.Errorf("after two moves: %v, %v", v.Lists["options"], b.view().Lists["options"])
	}
}

func TestSetsGrowFromBothSides(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.Include("informed", string(oskar), true))
	b.do(b.Include("informed", string(tom), true), b.Include("links", "https://example.com/a/b?c", true))
	a.hear(b)
	if v := a.view(); !slices.Equal(v.Set("informed"), []string{string(oskar), string(tom)}) || !slices.Equal(v.Set("links"), []string{"https://example.com/a/b?c"}) {
		t.Errorf("informed %v, links %v", v.Set("informed"), v.Set("links"))
	}
	a.do(a.Include("informed", string(tom), false))
	if v := a.view(); !slices.Equal(v.Set("informed"), []string{string(oskar)}) {
		t.Errorf("informed %v", v.Set("informed"))
	}
}

func TestRecordingNeedsWhatItNeeds(t *testing.T) {
	a := ready(t)
	a.do(a.Set("options/a/chosen", nil))
	err := a.Enter("decided", ines, "", a.at)
	var move *MoveError
	if !errors.As(err, &move) || len(move.Missing) != 1 || !strings.Contains(move.Missing[0], "chosen") {
		t.Fatalf("recording with no option chosen: %v", err)
	}
	a.do(a.Set("options/a/chosen", true))
	if err := a.Enter("decided", tom, "", a.at); !errors.As(err, &move) || !move.NotYours {
		t.Fatalf("recording by another: %v", err)
	}
	a.do(a.Enter("decided", ines, "", a.at))
	v := a.view()
	if v.State != "decided" || !v.Sealed || v.Text("decided") == "" || len(v.Moves) != 2 || v.Moves[1].By != ines {
		t.Fatalf("recorded: %+v", v)
	}
	if err := a.Enter("reaffirmed", ines, "", a.at); !errors.As(err, &move) || len(move.Missing) != 1 {
		t.Errorf("reaffirming without a word: %v", err)
	}
	a.do(a.Enter("reaffirmed", ines, "Still right after the summer.", a.at))
	if v := a.view(); v.State != "reaffirmed" || !v.Sealed || v.Moves[2].Because == "" {
		t.Errorf("reaffirmed: %+v", v.Moves)
	}
}

// A program without gates can put any state into the document. Nobody sees it.
func TestAModifiedProgramChangesNothing(t *testing.T) {
	for name, cheat := range map[string]func(r *replica) error{
		"another records": func(r *replica) error { return r.doc.Put(keyState, "decided") },
		"a state that does not exist": func(r *replica) error {
			return r.doc.Put(keyState, "carved in stone")
		},
		"a step is skipped": func(r *replica) error { return r.doc.Put(keyState, "reaffirmed") },
	} {
		t.Run(name, func(t *testing.T) {
			a := ready(t)
			b := a.on('t')
			b.do(cheat(b))
			a.hear(b)
			if v := a.view(); v.State != "raised" || v.Sealed || v.Contested[keyState] != nil {
				t.Errorf("it is now %q, contested %v", v.State, v.Contested)
			}
			if a.json() != b.json() {
				t.Error("the cheat sees something else")
			}
			a.do(a.Enter("decided", ines, "", a.at)) // and it stops nobody
			if v := a.view(); v.State != "decided" {
				t.Errorf("recorded after: %q", v.State)
			}
		})
	}
	t.Run("the owner records too little", func(t *testing.T) {
		a := ready(t)
		a.do(a.RemoveItem("options/b"))
		a.do(a.doc.Put(keyState, "decided"))
		if v := a.view(); v.State != "raised" || v.Sealed {
			t.Errorf("it is now %q", v.State)
		}
	})
}

func TestEditsThatComeAfterTheRecordAreNoPartOfIt(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.Enter("decided", ines, "", a.at))
	b.do(b.Splice("decision", 0, 0, "Do not "), b.Include("links", "https://example.com", true))
	a.hear(b)
	b.hear(a)
	v := a.view()
	if v.Text("decision") != "Pay at once." || len(v.Late) != 1 || v.Late[0].Path != "decision" || v.Late[0].Author != tom {
		t.Errorf("decision %q, late %+v", v.Text("decision"), v.Late)
	}
	if len(v.Set("links")) != 1 {
		t.Error("a link, which stays open, was not taken")
	}
	if a.json() != b.json() {
		t.Error("two devices differ")
	}
}

func TestTwoRecordingsAreContestedUntilTheOwnerSettles(t *testing.T) {
	a := ready(t)
	b := a.on('i')
	b.at = b.at.Add(time.Hour)
	a.do(a.Enter("decided", ines, "", a.at))
	b.do(b.Enter("decided", ines, "", b.at))
	a.hear(b)
	b.hear(a)
	v := a.view()
	if v.State != "decided" || len(v.Contested["decided"]) != 2 || a.json() != b.json() {
		t.Fatalf("two recordings: %q, %v", v.State, v.Contested)
	}
	a.do(a.Settle("decided", v.Contested["decided"][0].Value), a.Settle(keyState, "decided"))
	b.hear(a)
	if v := b.view(); len(v.Contested) != 0 || !v.Sealed || v.State != "decided" {
		t.Errorf("settled: %q, %v, sealed %v", v.State, v.Contested, v.Sealed)
	}
}

// A document commits to the device that began it: a change that claims to be
// older takes nothing over.
func TestNobodyElseCanHaveBegunADocument(t *testing.T) {
	k, _ := kind.Of("weekly")
	act := actor('i', 1)
	a, err := New(NewDocID(act), k, act, owners)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	r := &replica{T: t, Artefact: a, who: ines}
	r.at = nine
	r.commit()
	r.do(r.Enter("published", ines, "", r.at))
	forged, err := New(a.ID, k, actor('t', 1), owners)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(forged.Close)
	f := &replica{T: t, Artefact: forged, who: tom}
	f.at = nine.AddDate(-6, 0, 0)
	f.commit()
	r.hear(f)
	if v := r.view(); v.Author != ines || v.State != "published" || !v.Sealed {
		t.Errorf("author %s, state %s", v.Author, v.State)
	}
}

func TestALongEditBecomesSeveralChanges(t *testing.T) {
	a := begin(t, 'i', "brief")
	if err := a.Splice("problem", 0, 0, strings.Repeat("日", 120_000)); !errors.Is(err, ErrPending) {
		t.Fatalf("without anybody to commit: %v", err)
	}
	a.Rollback()
	a.Full = func() error { a.commit(); return nil }
	a.do(a.Splice("problem", 0, 0, strings.Repeat("日", 120_000)), a.Splice("problem", 0, 120_000, "x"))
	if n := len(a.changes); n < 5 {
		t.Errorf("%d changes", n)
	}
	b := a.on('t')
	if got, _ := b.Text("problem"); got != "x" {
		t.Errorf("elsewhere it has %d bytes", len(got))
	}
	if err := a.Splice("problem", 0, 0, strings.Repeat("x", mostText+1)); !errors.Is(err, ErrValue) {
		t.Errorf("more than a megabyte: %v", err)
	}
	for _, path := range []string{"options/x/name", strings.Repeat("x/", 200)} {
		d := begin(t, 'i', "decision")
		if err := d.Splice(path, 0, 0, "lost"); !errors.Is(err, ErrNoField) {
			t.Errorf("written where nobody would see it: %v", err)
		}
	}
}

func TestAContestedAnswerIsNoAnswer(t *testing.T) {
	a := begin(t, 'i', "brief")
	a.do(a.AddItem("definition-of-done", "c", ""), a.Set("owner", string(ines)))
	a.write("definition-of-done/c/criterion", "Nine in ten")
	a.write("non-goals", "None")
	a.do(a.Enter("active", ines, "", a.at))
	b := a.on('t')
	a.do(a.Set("definition-of-done/c/met", true))
	b.do(b.Set("definition-of-done/c/met", false))
	a.hear(b)
	if err := a.Enter("done", ines, "", a.at); err == nil {
		t.Error("it is done, and nobody agrees whether the criterion is met")
	}
}

func TestStatesEnteredApartAreSettledByTheOwner(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.Enter("decided", ines, "", a.at))
	b.do(b.Enter("withdrawn", tom, "No longer needed.", b.at))
	a.hear(b)
	if v := a.view(); v.State != "" || len(v.Contested[keyState]) != 2 {
		t.Fatalf("state %q, %v", v.State, v.Contested)
	}
	c := a.on('w')
	c.do(c.Settle(keyState, "withdrawn"))
	if v := c.view(); v.State != "" {
		t.Errorf("somebody settled it: %q", v.State)
	}
	a.do(a.Settle(keyState, "withdrawn"))
	if v := a.view(); v.State != "withdrawn" || len(v.Contested) != 0 {
		t.Errorf("settled: %q, %v", v.State, v.Contested)
	}
}

func TestAnItemIsPlacedBetweenTwoThatStandInOnePlace(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.AddItem("options", "c", "a"))
	b.do(b.AddItem("options", "d", "a")) // the same place
	a.hear(b)
	if v := a.view(); !slices.Equal(v.Lists["options"], []string{"a", "c", "d", "b"}) {
		t.Fatalf("%v", v.Lists["options"])
	}
	a.do(a.PlaceItem("options/b", "c"))
	if v := a.view(); !slices.Equal(v.Lists["options"], []string{"a", "c", "b", "d"}) {
		t.Errorf("%v", v.Lists["options"])
	}
}

func TestANonsenseValueDoesNotStickInAField(t *testing.T) {
	a := ready(t)
	b := a.on('t')
	a.do(a.Set("level", "tactical"))
	b.do(b.doc.Put("level", "cosmic"))
	a.hear(b)
	if err := a.Set("level", "strategic"); err != nil {
		t.Error(err)
	}
}

func TestValuesOfTheWrongTypeAreRefusedAndIgnored(t *testing.T) {
	a := ready(t)
	for path, value := range map[string]any{
		"decide-by": "soon", "level": "cosmic", "owner": 3.0, "options/a/chosen": "yes", "decided": "yesterday", "title": "x", "nothing": "x", "options": "x",
	} {
		if err := a.Set(path, value); !errors.Is(err, ErrValue) && !errors.Is(err, ErrNoField) {
			t.Errorf("set %s=%v: %v", path, value, err)
		}
	}
	a.do(a.doc.Put("decide-by", "soon"), a.doc.Put("level", 3.0))
	if v := a.view(); v.Values["decide-by"] != nil || v.Values["level"] != nil {
		t.Errorf("nonsense is shown: %v", v.Values)
	}
}

func TestAnItemCanBeDeliveredAgainAndKeepsItsFirstDelivery(t *testing.T) {
	a := begin(t, 'i', "item")
	a.do(a.Set("owner", string(ines)), a.Set("expected-completion", "2026-06-18"))
	a.write("next-action", "Agree the columns")
	a.do(a.Enter("in-progress", ines, "", a.at))
	a.do(a.Enter("delivered", ines, "", a.at))
	first := a.view().Text("delivered")
	a.at = a.at.AddDate(0, 0, 3)
	a.do(a.Enter("in-progress", ines, "", a.at))
	a.do(a.Enter("delivered", ines, "", a.at))
	if v := a.view(); v.Text("delivered") != first || len(v.Moves) != 4 {
		t.Errorf("delivered %s, first %s, moves %v", v.Text("delivered"), first, v.Moves)
	}
}

// TestAnyOrderGivesTheSameView is invariants I2 and I6: five replicas edit at
// random, hear of one another late, twice and out of order, and end the same.
func TestAnyOrderGivesTheSameView(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("LONGHAND_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	n := 200
	if s := os.Getenv("LONGHAND_SCHEDULES"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	t.Logf("seed %d, %d schedules; LONGHAND_SEED replays", seed, n)
	for i := range n {
		schedule(t, rand.New(rand.NewPCG(seed, uint64(i))), i, seed)
	}
}

func schedule(t *testing.T, rnd *rand.Rand, i int, seed uint64) {
	t.Run("", func(t *testing.T) {
		first := ready(t)
		all := []*replica{first}
		for _, d := range []byte("twao") {
			all = append(all, first.on(d))
		}
		for range 30 {
			r := all[rnd.IntN(len(all))]
			if rnd.IntN(3) == 0 {
				heard := slices.Clone(all[rnd.IntN(len(all))].changes)
				rnd.Shuffle(len(heard), func(i, j int) { heard[i], heard[j] = heard[j], heard[i] })
				heard = heard[rnd.IntN(len(heard)):] // some are dropped, and come late
				if err := r.Merge(append(heard, heard...)...); err != nil {
					t.Fatal(err)
				}
				r.changes = append(r.changes, heard...)
				continue
			}
			r.at = r.at.Add(time.Duration(rnd.IntN(3600)-1800) * time.Second)
			random(r, rnd)
			r.commit()
		}
		for _, r := range all {
			others := slices.Clone(all)
			rnd.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
			for _, o := range others {
				changes := slices.Clone(o.changes)
				rnd.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
				if err := r.Merge(changes...); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := all[0].json()
		for _, r := range all[1:] {
			if got := r.json(); got != want {
				t.Fatalf("seed %d, schedule %d: two devices differ\n%s\n%s", seed, i, want, got)
			}
		}
	})
}

// random does one thing that a person might; what is refused is refused.
func random(r *replica, rnd *rand.Rand) {
	texts := []string{"title", "context", "decision", "options/a/name", "options/b/for", "review-trigger/condition"}
	lists := r.view().Lists["options"]
	item := "options/a"
	if len(lists) > 0 {
		item = "options/" + lists[rnd.IntN(len(lists))]
	}
	switch rnd.IntN(9) {
	case 0, 1, 2:
		path := texts[rnd.IntN(len(texts))]
		s, _ := r.Text(path)
		n := len([]rune(s))
		at := rnd.IntN(n + 1)
		_ = r.Splice(path, at, min(rnd.IntN(3), n-at), string([]rune("né日🎉 x")[rnd.IntN(6)]))
	case 3:
		_ = r.Set("decide-by", nine.AddDate(0, 0, rnd.IntN(5)).Format(time.DateOnly))
	case 4:
		_ = r.Set("level", []string{"tactical", "strategic"}[rnd.IntN(2)])
	case 5:
		_ = r.AddItem("options", "n"+strconv.Itoa(rnd.IntN(1e9)), "")
	case 6:
		_ = r.RemoveItem(item)
	case 7:
		_ = r.PlaceItem(item, "")
	case 8:
		to := []string{"consulting", "decided", "withdrawn", "reaffirmed"}[rnd.IntN(4)]
		if err := r.Enter(to, r.who, "", r.at); err != nil {
			r.Rollback()
		}
	}
}
