package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
)

var noon = time.Date(2026, 6, 12, 12, 0, 0, 0, time.UTC)

// full is a store with many tables, closed well, and what is in it.
func full(t testing.TB) (dir string, want map[string]string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	s, _ := opened(t, guard(dir))
	for n := range uint64(500) {
		if err := write(s, n+1); err != nil {
			t.Fatal(err)
		}
	}
	want = all(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := readClean(dir); err != nil {
		t.Fatal(err)
	}
	return dir, want
}

func tables(t testing.TB, dir string) []string {
	t.Helper()
	out, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(out) == 0 {
		t.Fatalf("no tables in %s: %v", dir, err)
	}
	return out
}

// rewrite changes a file in place, as it lies.
func rewrite(t testing.TB, path string, fn func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, fn(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func zeros(b []byte) []byte { clear(b); return b }

func TestADamagedStoreIsSetAsideWholeAndNamed(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(dir string)
		dirty bool // it was not closed well
		says  string
	}{
		"no manifest":            {func(dir string) { os.Remove(filepath.Join(dir, "MANIFEST")) }, true, "its manifest is missing"},
		"no manifest, listed":    {func(dir string) { os.Remove(filepath.Join(dir, "MANIFEST")) }, false, "MANIFEST is missing"},
		"a table is missing":     {func(dir string) { os.Remove(tables(t, dir)[0]) }, true, "is missing"},
		"a table of zeros":       {func(dir string) { rewrite(t, tables(t, dir)[0], zeros) }, true, "it ends the program that reads it"},
		"an empty table":         {func(dir string) { rewrite(t, tables(t, dir)[0], func([]byte) []byte { return nil }) }, true, "is empty"},
		"a changed byte":         {func(dir string) { rewrite(t, tables(t, dir)[0], func(b []byte) []byte { b[100] ^= 1; return b }) }, true, ""},
		"a changed byte, listed": {func(dir string) { rewrite(t, tables(t, dir)[0], func(b []byte) []byte { b[100] ^= 1; return b }) }, false, "is not as it was when it was closed"},
		"a manifest that was cut": {func(dir string) {
			rewrite(t, filepath.Join(dir, "MANIFEST"), func(b []byte) []byte { return b[:len(b)*2/3] })
		}, true, ""},
		"another table": {func(dir string) { os.WriteFile(filepath.Join(dir, "000777.sst"), []byte("x"), 0o600) }, false, "was not there when it was closed"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := full(t)
			if c.dirty {
				os.Remove(filepath.Join(dir, cleanFile))
			}
			c.harm(dir)
			before := len(mustList(t, dir))
			g := guard(dir)
			g.Now = func() time.Time { return noon }
			s, q := opened(t, g)
			if q == nil || q.Moved != dir+".damaged-20260612T120000Z" || !errors.Is(q, ErrDamaged) || !strings.Contains(q.Error(), c.says) {
				t.Fatalf("%v", q)
			}
			if n := len(mustList(t, q.Moved)); n < before-2 { // Badger’s own lock and list may go
				t.Errorf("%d of %d files are left in %s", n, before, q.Moved)
			}
			if got := all(t, s); len(got) > 0 {
				t.Errorf("the new one has %d values", len(got))
			}
			if err := write(s, 1); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			// A second one at the same second has a name of its own.
			rewrite(t, filepath.Join(dir, "MANIFEST"), zeros)
			if _, q := opened(t, g); q == nil || q.Moved != dir+".damaged-20260612T120000Z-2" {
				t.Errorf("the second: %v", q)
			}
		})
	}
}

func mustList(t testing.TB, dir string) []os.DirEntry {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWhatIsNoDamageMovesNothing(t *testing.T) {
	dir, want := full(t)
	dirty := func() { os.Remove(filepath.Join(dir, cleanFile)) }

	// A program that does not know how to probe says nothing about the store.
	for _, program := range []string{"/bin/false", "/bin/true", "/nowhere", "/bin/cat"} {
		dirty()
		g := guard(dir)
		g.Program = program
		s, q := opened(t, g)
		if q != nil || !maps.Equal(all(t, s), want) {
			t.Fatalf("%s: %v", program, q)
		}
		s.Close()
	}
	// Another key.
	for range 2 { // listed, and not
		g := guard(dir)
		g.Key = Key{2}
		if _, q, err := g.Open(context.Background()); !errors.Is(err, ErrSeal) || q != nil {
			t.Fatalf("another key: %v, %v", q, err)
		}
	}
	// In use: by somebody with a lock beside it, and by somebody without.
	s, _ := opened(t, guard(dir))
	if _, _, err := guard(dir).Open(context.Background()); !errors.Is(err, ErrInUse) {
		t.Errorf("in use: %v", err)
	}
	s.Close()
	s, err := Open(dir, Key{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := guard(dir).Open(context.Background()); !errors.Is(err, ErrInUse) {
		t.Errorf("in use without the lock: %v", err)
	}
	s.Close()
	// Nobody has time.
	dirty()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := guard(dir).Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	// A full disk.
	g := guard(dir)
	g.Disk = &Faulty{Disk: OS(), Room: 1 << 20}
	if _, _, err := g.Open(context.Background()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("full: %v", err)
	}
	// A list that was cut, an empty log, a count that was lost.
	for _, harm := range []func(){
		func() { rewrite(t, filepath.Join(dir, cleanFile), func(b []byte) []byte { return b[:len(b)/2] }) },
		func() { dirty(); os.WriteFile(filepath.Join(dir, "99999.mem"), nil, 0o600) },
		func() { dirty(); os.WriteFile(filepath.Join(dir, "000099.vlog"), nil, 0o600) },
		func() { dirty(); os.Remove(filepath.Join(dir, countFile)) },
		func() { dirty(); os.Remove(filepath.Join(dir, "DISCARD")) },
	} {
		harm()
		s, q := opened(t, guard(dir))
		if q != nil || !maps.Equal(all(t, s), want) {
			t.Errorf("%v", q)
		}
		s.Close()
	}
	if left, _ := filepath.Glob(dir + ".damaged-*"); len(left) > 0 {
		t.Errorf("moved: %v", left)
	}
}

// A store that cannot be moved is not touched.
func TestAQuarantineThatFailsLeavesTheStoreAlone(t *testing.T) {
	dir, _ := full(t)
	rewrite(t, filepath.Join(dir, "MANIFEST"), zeros)
	before := len(mustList(t, dir))
	g := guard(dir)
	g.Disk = &Faulty{Disk: OS(), At: 2, Err: syscall.EACCES} // after MkdirAll
	s, q, err := g.Open(context.Background())
	if s != nil || q != nil || !errors.Is(err, syscall.EACCES) || !errors.Is(err, ErrDamaged) {
		t.Fatalf("%v, %v", q, err)
	}
	if n := len(mustList(t, dir)); n != before {
		t.Errorf("%d of %d files are left", n, before)
	}
}

// A store from before there were sums gets one, and is closed well from then on.
func TestAStoreWithoutASumGetsOne(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	o := options{dir: dir, disk: OS(), memTable: smallTables}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	seal, err := NewSeal(Key{1}, "store")
	if err != nil {
		t.Fatal(err)
	}
	db, err := openBadger(o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		k := place(docs, keyOf(i))
		if err := db.Update(func(tx *badger.Txn) error { return tx.Set(k, seal.Close([]byte("old"), k)) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, q := opened(t, guard(dir))
	if q != nil || len(all(t, s)) != 50 {
		t.Fatalf("%d values, %v", len(all(t, s)), q)
	}
	if c, err := s.Check(context.Background(), nil); err != nil || c.Values != 50 {
		t.Errorf("%+v, %v", c, err)
	}
	s.Close()
	if _, err := readClean(dir); err != nil {
		t.Error(err)
	}
}

// Badger copies a table without looking whether it could read it to its end.
// What that loses is found before the store counts as closed well.
func TestCompactionNeverLosesWhatNobodySees(t *testing.T) {
	dir, want := full(t)
	s, _ := opened(t, guard(dir))
	for n := range uint64(400) {
		if err := write(s, 501+n); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Flatten(1); err != nil {
		t.Fatal(err)
	}
	if now, err := deep(dir); err != nil || slices.Equal(now, s.deep) {
		t.Fatalf("nothing was compacted: %v, %v", now, err)
	}
	want = all(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, q := opened(t, guard(dir))
	if q != nil || !maps.Equal(all(t, s), want) {
		t.Fatalf("after compacting: %v", q)
	}

	// Now a block goes bad while the store is open.
	var path string
	var size int64
	for _, f := range tables(t, dir) {
		if info, err := os.Stat(f); err == nil && info.Size() > size {
			path, size = f, info.Size()
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("damage"), 200); err != nil {
		t.Fatal(err)
	}
	f.Close()
	for n := range uint64(400) {
		if err := write(s, 901+n); err != nil && !strings.Contains(err.Error(), "checksum") {
			t.Fatal(err)
		}
	}
	if err := s.db.Flatten(1); err != nil {
		t.Logf("flatten: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Skip("the damaged table was not part of it this time")
	}
	if _, err := readClean(dir); !errors.Is(err, errNotClean) {
		t.Fatalf("it was signed off: %v", err)
	}
	if _, q := opened(t, guard(dir)); q == nil || !strings.Contains(fmt.Sprint(q), "missing") {
		t.Errorf("it was opened: %v", q)
	}
}

func TestACheckFindsWhatWasPutBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, _ := opened(t, guard(dir))
	put(t, s, docs, "a", "one")
	put(t, s, docs, "b", "two")
	var old []byte
	s.db.View(func(tx *badger.Txn) error {
		item, err := tx.Get(place(docs, []byte("a")))
		if err == nil {
			old, err = item.ValueCopy(nil)
		}
		return err
	})
	put(t, s, docs, "a", "three")
	if _, err := s.Check(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	for name, harm := range map[string]func(*badger.Txn) error{
		"older than they should be": func(tx *badger.Txn) error { return tx.Set(place(docs, []byte("a")), old) },
		"1 of 2 values are missing": func(tx *badger.Txn) error { return tx.Delete(place(docs, []byte("b"))) },
		"1 values are back": func(tx *badger.Txn) error {
			return tx.Set(place(docs, []byte("c")), s.seal.Close(nil, place(docs, []byte("c"))))
		},
		"sealed data does not open": func(tx *badger.Txn) error { return tx.Set(place(docs, []byte("b")), old) },
	} {
		err := s.db.Update(harm)
		if err == nil {
			_, err = s.Check(context.Background(), nil)
		}
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
		// Put right again.
		s.db.Update(func(tx *badger.Txn) error { return tx.Delete(place(docs, []byte("c"))) })
		for k, v := range map[string]string{"a": "three", "b": "two"} {
			s.db.Update(func(tx *badger.Txn) error { return tx.Delete(place(docs, []byte(k))) })
			s.db.Update(func(tx *badger.Txn) error { return (&Tx{t: tx, seal: s.seal}).writeSum(sum{}) })
			_ = v
		}
		s.db.Update(func(tx *badger.Txn) error { return (&Tx{t: tx, seal: s.seal}).writeSum(sum{}) })
		put(t, s, docs, "b", "two")
		put(t, s, docs, "a", "three")
	}
}

// A probe whose parent was killed lets go of the store a moment later.
func TestOpeningWaitsForAProbeThatEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s, _ := opened(t, guard(dir))
	put(t, s, docs, "a", "one")
	s.Close()
	f, err := lock(dir, os.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { f.Close() })
	s, _ = opened(t, guard(dir))
	if got := all(t, s); got["a"] != "one" {
		t.Errorf("there is %v", got)
	}
}

func FuzzLists(f *testing.F) {
	f.Add(inventory{"MANIFEST": {12, 34}, "000001.sst": {56, 78}}.marshal())
	f.Add([]byte(cleanMagic + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parseInventory(b)
		if err == nil && string(v.marshal()) != string(b) && len(v) > 0 {
			again, err := parseInventory(v.marshal())
			if err != nil || !maps.Equal(again, v) {
				t.Fatalf("%v reads back as %v, %v", v, again, err)
			}
		}
		_, _ = parseSum(b)
	})
}
