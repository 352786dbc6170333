// Package enginetest is the contract that every engine keeps. An engine's test calls [Run] with a function that opens one without logs
// for each case. It uses no clock of its own: an engine that never answers hangs the test.
package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"longhand/sync/gateway/engine"
)

const team = "7ea3"

// Run checks what every Engine must do.
func Run(t *testing.T, open func(t *testing.T) engine.Engine) {
	t.Run("what was appended is read in order", func(t *testing.T) {
		e := with(t, open)
		want := records("s.a1", 5)
		add(t, e, want...)
		got, page := read(t, e, "", "")
		same(t, got, want)
		if page.More {
			t.Error("there is more, it says")
		}
	})
	t.Run("an empty log reads as nothing", func(t *testing.T) {
		got, page := read(t, with(t, open), "", "")
		if len(got) != 0 || page.More {
			t.Errorf("%d records, more: %v", len(got), page.More)
		}
	})
	t.Run("a log that was not made is not there", func(t *testing.T) {
		e := open(t)
		if _, err := e.Append(t.Context(), team, engine.Record{Key: "s.a", Bytes: []byte("x")}, nil); !errors.Is(err, engine.ErrNoLog) {
			t.Errorf("append: %v", err)
		}
		if _, err := e.ReadFrom(t.Context(), team, "", "", 100, func(engine.Record) error { return nil }); !errors.Is(err, engine.ErrNoLog) {
			t.Errorf("read: %v", err)
		}
	})
	t.Run("making a log again changes nothing", func(t *testing.T) {
		e := with(t, open)
		add(t, e, records("s.a1", 3)...)
		must(t, e.Create(t.Context(), team, 1<<10))
		got, _ := read(t, e, "", "")
		same(t, got, records("s.a1", 3))
	})
	t.Run("appending again is a duplicate", func(t *testing.T) {
		e := with(t, open)
		add(t, e, records("s.a1", 3)...)
		for _, r := range records("s.a1", 3) {
			if stored, err := e.Append(t.Context(), team, r, nil); err != nil || stored {
				t.Errorf("stored %v: %v", stored, err)
			}
		}
		got, _ := read(t, e, "", "")
		same(t, got, records("s.a1", 3))
	})
	t.Run("a record that is not as it was put is mended", func(t *testing.T) {
		e := with(t, open)
		good := engine.Record{Key: "s.a1.1", Bytes: []byte("as it was written")}
		add(t, e, engine.Record{Key: good.Key, Bytes: []byte("as it was wrltten")})
		if stored, err := e.Append(t.Context(), team, good, nil); err != nil || !stored {
			t.Fatalf("stored %v: %v", stored, err)
		}
		got, _ := read(t, e, "", "")
		same(t, got, []engine.Record{good})
	})
	t.Run("many are appended together", func(t *testing.T) {
		e := with(t, open)
		all := records("s.a1", 60)
		for _, step := range []struct {
			rs   []engine.Record
			want func(i int) bool
		}{
			{all[:3], func(int) bool { return true }},
			{all[:40], func(i int) bool { return i >= 3 }}, // some are there
			{all[40:], func(int) bool { return true }},
			{all, func(int) bool { return false }},
			{nil, nil},
		} {
			stored, err := e.AppendAll(t.Context(), team, step.rs)
			must(t, err)
			if len(stored) != len(step.rs) {
				t.Fatalf("%d answers for %d records", len(stored), len(step.rs))
			}
			for i, s := range stored {
				if s != step.want(i) {
					t.Errorf("%s of %d: stored %v", step.rs[i].Key, len(step.rs), s)
				}
			}
		}
		got, page := read(t, e, "", "")
		same(t, got, all)
		news := e.Watch(team, "s")
		_, err := e.AppendAll(t.Context(), team, records("s.a2", 20))
		must(t, err)
		<-news
		got, _ = read(t, e, "", page.Next)
		same(t, got, records("s.a2", 20))
	})
	t.Run("of many appended together one that is not as it was put is mended", func(t *testing.T) {
		e := with(t, open)
		all := records("s.a1", 20)
		add(t, e, engine.Record{Key: all[7].Key, Bytes: []byte("flipped")})
		stored, err := e.AppendAll(t.Context(), team, all)
		must(t, err)
		if slices.Contains(stored, false) {
			t.Errorf("stored: %v", stored)
		}
		got, _ := read(t, e, "", "")
		slices.SortFunc(got, func(a, b engine.Record) int { return strings.Compare(a.Key, b.Key) })
		slices.SortFunc(all, func(a, b engine.Record) int { return strings.Compare(a.Key, b.Key) })
		same(t, got, all)
	})
	t.Run("many that do not fit, or belong nowhere, are refused", func(t *testing.T) {
		e := open(t)
		if _, err := e.AppendAll(t.Context(), team, records("s.a1", 20)); !errors.Is(err, engine.ErrNoLog) {
			t.Errorf("append to no log: %v", err)
		}
		must(t, e.Create(t.Context(), team, 20_000))
		var all []engine.Record
		for i := range 40 {
			all = append(all, engine.Record{Key: fmt.Sprintf("s.a1.%d", i), Bytes: bytes.Repeat([]byte{byte(i)}, 1000)})
		}
		if _, err := e.AppendAll(t.Context(), team, all); !errors.Is(err, engine.ErrFull) {
			t.Errorf("append to a full log: %v", err)
		}
		got, _ := read(t, e, "", "")
		same(t, got, all[:len(got)])
		bad := records("s.a1", 10)
		bad[9].Key = "s.>"
		if _, err := e.AppendAll(t.Context(), team, bad); err == nil {
			t.Error("a key with a wildcard was taken")
		}
	})
	t.Run("the newer takes the place of the older", func(t *testing.T) {
		e := with(t, open)
		newer := func(n byte) (bool, error) {
			return e.Append(t.Context(), team, engine.Record{Key: "n.a1", Bytes: []byte{n}}, func(old []byte) bool { return old[0] < n })
		}
		for _, step := range []struct {
			n    byte
			want bool
		}{{3, true}, {2, false}, {3, false}, {9, true}} {
			if stored, err := newer(step.n); err != nil || stored != step.want {
				t.Errorf("%d: stored %v: %v", step.n, stored, err)
			}
		}
		got, _ := read(t, e, "", "")
		same(t, got, []engine.Record{{Key: "n.a1", Bytes: []byte{9}}})
	})
	t.Run("a cursor goes on where it was", func(t *testing.T) {
		e := with(t, open)
		all := records("s.a1", 6)
		add(t, e, all[:4]...)
		always := func([]byte) bool { return true }
		if _, err := e.Append(t.Context(), team, engine.Record{Key: "n.a1", Bytes: []byte{1}}, always); err != nil {
			t.Fatal(err)
		}
		_, page := read(t, e, "", "")
		got, page := read(t, e, "", page.Next)
		same(t, got, nil)
		// The record under the cursor is replaced, and everything goes on.
		if _, err := e.Append(t.Context(), team, engine.Record{Key: "n.a1", Bytes: []byte{2}}, always); err != nil {
			t.Fatal(err)
		}
		add(t, e, all[4:]...)
		got, _ = read(t, e, "", page.Next)
		want := append([]engine.Record{{Key: "n.a1", Bytes: []byte{2}}}, all[4:]...)
		for _, w := range want {
			if !slices.ContainsFunc(got, func(r engine.Record) bool { return r.Key == w.Key && bytes.Equal(r.Bytes, w.Bytes) }) {
				t.Errorf("%s did not come after the cursor", w.Key)
			}
		}
	})
	t.Run("a cursor of another past is refused", func(t *testing.T) {
		e := with(t, open)
		must(t, e.Create(t.Context(), "other", 1<<20))
		add(t, e, records("s.a1", 6)...)
		_, page := read(t, e, "", "")
		for _, cursor := range []engine.Cursor{page.Next, "x", "999999"} {
			_, err := e.ReadFrom(t.Context(), "other", "", cursor, 100, func(engine.Record) error { return nil })
			if !errors.Is(err, engine.ErrRolledBack) {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
	})
	t.Run("pages are about as large as asked for, and join without a seam", func(t *testing.T) {
		e := with(t, open)
		var want []engine.Record
		for i := range 40 {
			want = append(want, engine.Record{Key: fmt.Sprintf("s.a1.%d", i), Bytes: bytes.Repeat([]byte{byte(i)}, 1000)})
		}
		add(t, e, want...)
		var got []engine.Record
		var page engine.Page
		pages := 0
		for page.More = true; page.More; pages++ {
			var part []engine.Record
			part, page = readLimit(t, e, "", page.Next, 10_000)
			if len(part) == 0 || len(part) > 15 {
				t.Fatalf("a page of %d records", len(part))
			}
			got = append(got, part...)
		}
		if pages < 3 {
			t.Errorf("%d pages", pages)
		}
		same(t, got, want)
	})
	t.Run("reading may be narrowed to one sort", func(t *testing.T) {
		e := with(t, open)
		add(t, e, records("s.a1", 3)...)
		add(t, e, records("r", 2)...)
		add(t, e, records("s.a2", 3)...)
		got, page := read(t, e, "r", "")
		same(t, got, records("r", 2))
		more := engine.Record{Key: "r.9", Bytes: []byte("later")}
		add(t, e, more)
		got, _ = read(t, e, "r", page.Next)
		same(t, got, []engine.Record{more})
	})
	t.Run("what the reader refuses ends the reading", func(t *testing.T) {
		e := with(t, open)
		add(t, e, records("s.a1", 3)...)
		stop := errors.New("stop")
		if _, err := e.ReadFrom(t.Context(), team, "", "", 1<<20, func(engine.Record) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("read: %v", err)
		}
		got, _ := read(t, e, "", "")
		same(t, got, records("s.a1", 3))
	})
	t.Run("who reads while others append misses nothing", func(t *testing.T) {
		e := with(t, open)
		all := records("s.a1", 3000)
		appended := make(chan error, 1)
		go func() {
			for _, r := range all {
				if _, err := e.Append(context.WithoutCancel(t.Context()), team, r, nil); err != nil {
					appended <- err
					return
				}
			}
			appended <- nil
		}()
		var got []engine.Record
		var page engine.Page
		for ended := false; !ended || page.More; {
			select {
			case err := <-appended:
				must(t, err)
				ended = true
			default:
			}
			var part []engine.Record
			part, page = read(t, e, "", page.Next)
			got = append(got, part...)
		}
		same(t, got, all)
	})
	t.Run("whoever watches is told", func(t *testing.T) {
		e := with(t, open)
		told, apart := e.Watch(team, ""), e.Watch(team, "s")
		add(t, e, records("s.a1", 1)...)
		<-told
		<-apart
		told = e.Watch(team, "")
		add(t, e, records("s.a2", 1)...)
		<-told
	})
	t.Run("a full log takes nothing more and loses nothing", func(t *testing.T) {
		e := open(t)
		must(t, e.Create(t.Context(), team, 20_000))
		var kept []engine.Record
		var err error
		for i := 0; i < 100 && err == nil; i++ {
			r := engine.Record{Key: fmt.Sprintf("s.a1.%d", i), Bytes: bytes.Repeat([]byte{byte(i)}, 1000)}
			if _, err = e.Append(t.Context(), team, r, nil); err == nil {
				kept = append(kept, r)
			}
		}
		if !errors.Is(err, engine.ErrFull) || len(kept) < 10 {
			t.Errorf("after %d records: %v", len(kept), err)
		}
		got, _ := read(t, e, "", "")
		same(t, got, kept)
	})
	t.Run("logs know nothing of each other", func(t *testing.T) {
		e := with(t, open)
		must(t, e.Create(t.Context(), "other", 1<<20))
		add(t, e, records("s.a1", 2)...)
		_, err := e.Append(t.Context(), "other", engine.Record{Key: "s.a1.0", Bytes: []byte("theirs")}, nil)
		must(t, err)
		got, _ := read(t, e, "", "")
		same(t, got, records("s.a1", 2))
		found := map[string]uint64{}
		must(t, e.Logs(t.Context(), func(i engine.LogInfo) error { found[i.Log] = i.Records; return nil }))
		if len(found) != 2 || found[team] != 2 || found["other"] != 1 {
			t.Errorf("logs: %v", found)
		}
	})
	t.Run("names that mean something elsewhere are refused", func(t *testing.T) {
		e := with(t, open)
		for _, name := range []string{"", "a.b", "../x", "a b", ">", "*", "$JS", "a/b", "Ä"} {
			if err := e.Create(t.Context(), name, 1000); err == nil {
				t.Errorf("log %q was made", name)
			}
			if name != "a.b" {
				if _, err := e.Append(t.Context(), team, engine.Record{Key: name, Bytes: []byte("x")}, nil); err == nil {
					t.Errorf("key %q was taken", name)
				}
			}
		}
	})
	t.Run("of many that append one record one wins", func(t *testing.T) {
		e := with(t, open)
		var wg sync.WaitGroup
		var mu sync.Mutex
		wins := map[string]int{}
		for range 8 {
			wg.Go(func() {
				for _, r := range records("s.a1", 10) {
					stored, err := e.Append(context.WithoutCancel(t.Context()), team, r, nil)
					mu.Lock()
					if err != nil {
						t.Error(err)
					}
					if stored {
						wins[r.Key]++
					}
					mu.Unlock()
				}
			})
			wg.Go(func() {
				stored, err := e.AppendAll(context.WithoutCancel(t.Context()), team, records("s.a1", 10))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				for i, r := range records("s.a1", 10) {
					if stored[i] {
						wins[r.Key]++
					}
				}
			})
		}
		wg.Wait()
		for _, r := range records("s.a1", 10) {
			if wins[r.Key] != 1 {
				t.Errorf("%s was stored %d times", r.Key, wins[r.Key])
			}
		}
		got, _ := read(t, e, "", "")
		if len(got) != 10 {
			t.Errorf("%d records", len(got))
		}
	})
	t.Run("it is ready", func(t *testing.T) { must(t, with(t, open).Ready(t.Context())) })
}

func with(t *testing.T, open func(*testing.T) engine.Engine) engine.Engine {
	t.Helper()
	e := open(t)
	must(t, e.Create(t.Context(), team, 64<<20))
	return e
}

func records(prefix string, n int) []engine.Record {
	var out []engine.Record
	for i := range n {
		out = append(out, engine.Record{Key: fmt.Sprintf("%s.%d", prefix, i), Bytes: fmt.Appendf(nil, "record %d of %s", i, prefix)})
	}
	return out
}

func add(t *testing.T, e engine.Engine, rs ...engine.Record) {
	t.Helper()
	for _, r := range rs {
		if stored, err := e.Append(t.Context(), team, r, nil); err != nil || !stored {
			t.Fatalf("append %s: stored %v: %v", r.Key, stored, err)
		}
	}
}

func read(t *testing.T, e engine.Engine, sort string, after engine.Cursor) ([]engine.Record, engine.Page) {
	t.Helper()
	return readLimit(t, e, sort, after, 1<<20)
}

func readLimit(t *testing.T, e engine.Engine, sort string, after engine.Cursor, limit int) ([]engine.Record, engine.Page) {
	t.Helper()
	var got []engine.Record
	page, err := e.ReadFrom(t.Context(), team, sort, after, limit, func(r engine.Record) error {
		got = append(got, engine.Record{Key: r.Key, Bytes: slices.Clone(r.Bytes)})
		return nil
	})
	must(t, err)
	return got, page
}

func same(t *testing.T, got, want []engine.Record) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b engine.Record) bool { return a.Key == b.Key && bytes.Equal(a.Bytes, b.Bytes) }) {
		t.Errorf("got %d records, want %d: %.300s, not %.300s", len(got), len(want), fmt.Sprint(got), fmt.Sprint(want))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
