package automerge

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func open(t *testing.T, actor byte, changes ...[]byte) *Doc {
	t.Helper()
	d, err := New(Actor{actor})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if err := d.Apply(changes...); err != nil {
		t.Fatal(err)
	}
	return d
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func commit(t *testing.T, d *Doc) Change {
	t.Helper()
	c, ok, err := d.Commit(time.Date(2026, 6, 11, 9, 0, 0, 0, time.UTC).UnixMilli())
	if err != nil || !ok {
		t.Fatalf("commit: %v, %v", ok, err)
	}
	return c
}

func TestConcurrentValuesAreAllKeptWithTheirWriters(t *testing.T) {
	a := open(t, 1)
	if err := a.Put("owner", "ines"); err != nil {
		t.Fatal(err)
	}
	base := commit(t, a)
	b := open(t, 2, base.Raw)
	a.Put("owner", "tom")
	b.Put("owner", "wanjiru")
	ca, cb := commit(t, a), commit(t, b)
	a.Apply(cb.Raw)
	b.Apply(ca.Raw, ca.Raw)

	va, vb := must[[]Value](t)(a.All("owner", nil)), must[[]Value](t)(b.All("owner", nil))
	if len(va) != 2 || !slices.Equal(va, vb) {
		t.Fatalf("two devices see %v and %v", va, vb)
	}
	for _, v := range va {
		want := ca
		if v.V == "wanjiru" {
			want = cb
		}
		if v.Op.Actor != want.Actor || v.Op.Counter < want.StartOp || v.Op.Counter > want.MaxOp {
			t.Errorf("value %v is said to come from %x@%d, not from its change %x@%d", v.V, v.Op.Actor, v.Op.Counter, want.Actor, want.StartOp)
		}
	}
	if at := must[[]Value](t)(a.All("owner", []Hash{base.Hash})); len(at) != 1 || at[0].V != "ines" {
		t.Errorf("at its first change the owner reads %v", at)
	}
	if at := must[[]Value](t)(a.All("owner", []Hash{ca.Hash, cb.Hash})); len(at) != 2 {
		t.Errorf("at both heads the owner reads %v", at)
	}
}

func TestTextIsCountedInCodePoints(t *testing.T) {
	g := Genesis("doc", "context")
	a := open(t, 1, g)
	for _, step := range []struct {
		at, del int
		ins     string
		want    string
	}{
		{0, 0, "ab", "ab"},
		{1, 0, "🎉é", "a🎉éb"},
		{3, 1, "日", "a🎉é日"},
		{1, 1, "", "aé日"},
	} {
		if err := a.Splice("context", step.at, step.del, step.ins); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := a.Text("context", nil); got != step.want {
			t.Fatalf("after %+v the text reads %q", step, got)
		}
	}
	c := commit(t, a)
	b := open(t, 2, g, c.Raw)
	if got, ok, _ := b.Text("context", nil); !ok || got != "aé日" {
		t.Fatalf("elsewhere the text reads %q", got)
	}
	if got, ok, err := b.Text("context", []Hash{HashOf(g)}); !ok || err != nil || got != "" {
		t.Fatalf("at its birth the text reads %q, %v, %v", got, ok, err)
	}
}

func TestFirstTouchesWhileApartMerge(t *testing.T) {
	g := Genesis("doc", "context")
	a, b := open(t, 1, g), open(t, 2, g)
	a.Splice("context", 0, 0, "left ")
	b.Splice("context", 0, 0, "right ")
	ca, cb := commit(t, a), commit(t, b)
	a.Apply(cb.Raw)
	b.Apply(ca.Raw)
	ta, _, _ := a.Text("context", nil)
	tb, _, _ := b.Text("context", nil)
	if ta != tb || len(ta) != len("left right ") {
		t.Fatalf("two devices read %q and %q", ta, tb)
	}
}

func TestChangesWaitForTheirDependencies(t *testing.T) {
	a := open(t, 1)
	a.Put("n", int64(1))
	one := commit(t, a)
	a.Put("n", int64(2))
	two := commit(t, a)

	b := open(t, 2, two.Raw)
	if m := b.Missing(); !slices.Equal(m, []Hash{one.Hash}) {
		t.Fatalf("missing %v", m)
	}
	if v := must[[]Value](t)(b.All("n", nil)); len(v) != 0 {
		t.Fatalf("a change was applied without what it builds on: %v", v)
	}
	b.Apply(one.Raw)
	if v := must[[]Value](t)(b.All("n", nil)); len(v) != 1 || v[0].V != int64(2) {
		t.Fatalf("after its dependency came: %v", v)
	}
	all := b.Changes()
	if len(all) != 2 || all[1].Hash != two.Hash || !slices.Equal(all[1].Deps, []Hash{one.Hash}) || !slices.Equal(all[1].Raw, two.Raw) {
		t.Fatalf("the changes read back as %+v", all)
	}
}

// An empty document is the special case of the library: whatever comes first,
// the end is the same.
func TestChangesComeInAnyOrder(t *testing.T) {
	a := open(t, 1)
	var all [][]byte
	for i := range 4 {
		a.Put("n", int64(i))
		all = append(all, commit(t, a).Raw)
	}
	b := open(t, 2, all...)
	b.Put("m", true)
	all = append(all, commit(t, b).Raw)
	var permute func(k int)
	permute = func(k int) {
		if k == len(all) {
			one := open(t, 3, all...)
			other := open(t, 3)
			for _, c := range all {
				if err := other.Apply(c); err != nil {
					t.Fatal(err)
				}
			}
			for _, d := range []*Doc{one, other} {
				if v := must[[]Value](t)(d.All("n", nil)); len(v) != 1 || v[0].V != int64(3) {
					t.Fatalf("%v", v)
				}
			}
			return
		}
		for i := k; i < len(all); i++ {
			all[k], all[i] = all[i], all[k]
			permute(k + 1)
			all[k], all[i] = all[i], all[k]
		}
	}
	permute(0)
}

// Reading must not commit: what is being typed belongs to a change of its own,
// with its writer’s time, and a change that nobody saved is lost with all that
// builds on it.
func TestReadingLeavesPendingEditsPending(t *testing.T) {
	a := open(t, 1, Genesis("doc", "context"))
	a.Put("n", int64(1))
	before := commit(t, a)
	a.Splice("context", 0, 0, "typed")
	pending := a.Pending()
	a.Heads()
	a.Changes()
	a.Missing()
	a.Keys(nil)
	a.All("n", nil)
	a.All("n", []Hash{before.Hash})
	a.Text("context", nil)
	a.Text("context", []Hash{before.Hash})
	if a.Pending() != pending || len(a.Changes()) != 2 {
		t.Fatalf("%d operations pending, %d before; %d changes", a.Pending(), pending, len(a.Changes()))
	}
	if c := commit(t, a); len(c.Deps) != 1 || c.Deps[0] != before.Hash {
		t.Errorf("it builds on %v", c.Deps)
	}
}

func TestEveryValueReadsBack(t *testing.T) {
	a := open(t, 1)
	for _, v := range []any{"", "text", 1.5, int64(-3), true, false, nil} {
		if err := a.Put("k", v); err != nil {
			t.Fatal(err)
		}
		if got := must[[]Value](t)(a.All("k", nil)); len(got) != 1 || got[0].V != v {
			t.Errorf("put %v, read %v", v, got)
		}
	}
	if err := a.Put("k", []string{"no"}); err == nil {
		t.Error("a slice was accepted as a value")
	}
	if a.Pending() == 0 {
		t.Error("nothing pending")
	}
	a.Rollback()
	if keys := must[[]string](t)(a.Keys(nil)); len(keys) != 0 {
		t.Errorf("after a rollback there are %v", keys)
	}
	if _, ok, _ := a.Commit(0); ok {
		t.Error("an empty change was committed")
	}
}

// A document that somebody has typed in all year has its changes in one long row,
// and they come by their hashes, in no order.
func TestALongRowOfChangesIsAppliedAtOnce(t *testing.T) {
	const n = 10_000
	a := open(t, 1)
	var raw [][]byte
	for i := range n {
		if err := a.Put("n", int64(i)); err != nil {
			t.Fatal(err)
		}
		raw = append(raw, commit(t, a).Raw)
	}
	rand.Shuffle(n, func(i, j int) { raw[i], raw[j] = raw[j], raw[i] })
	began := time.Now()
	b := open(t, 2, raw...)
	took := time.Since(began)
	if got := must[[]Value](t)(b.All("n", nil)); len(got) != 1 || got[0].V != int64(n-1) || len(b.Changes()) != n {
		t.Errorf("%v, of %d changes", got, len(b.Changes()))
	}
	if took > 8*time.Second {
		t.Errorf("it took %v", took)
	}
	t.Logf("%d changes: %v", n, took)
}
