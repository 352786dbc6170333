package storage

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const smallTables = 64 << 10

// The test binary is the program that probes, the one that is killed while it
// writes, and one that knows of neither.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ProbeArg {
		os.Exit(RunProbe(os.Stdin, os.Stdout))
	}
	if len(os.Args) == 5 && os.Args[1] == "write" {
		os.Exit(writeUntilKilled(os.Args[2], os.Args[3], os.Args[4]))
	}
	os.Exit(m.Run())
}

// replay is the seed of a random suite and its size. LONGHAND_SEED repeats a
// run, LONGHAND_TORTURE=1 is the long one.
func replay(t testing.TB, ci, torture int) (r *rand.Rand, seed uint64, rounds int) {
	t.Helper()
	seed, rounds = rand.Uint64(), ci
	if testing.Short() { // with the race detector every child takes a second to end
		rounds = ci / 5
	}
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
	return rand.New(rand.NewPCG(seed, 1)), seed, rounds
}

func guard(dir string) Guard { return Guard{Dir: dir, Key: Key{1}, memTable: smallTables} }

func opened(t testing.TB, g Guard) (*Store, *Quarantined) {
	t.Helper()
	s, q, err := g.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, q
}

func all(t testing.TB, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := s.View(func(tx *Tx) error {
		return tx.Each(docs, nil, func(k, v []byte) error { out[string(k)] = string(v); return nil })
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// valueOf is the value that update n gives a key: the number, and some bytes
// that can be made again.
func valueOf(key int, n uint64) []byte {
	r := rand.New(rand.NewPCG(n, uint64(key)))
	b := make([]byte, 8+r.IntN(1200))
	if r.IntN(20) == 0 {
		b = make([]byte, 8+10_000+r.IntN(4000)) // goes to the value log
	}
	binary.BigEndian.PutUint64(b, n)
	for i := 8; i < len(b); i++ {
		b[i] = byte(r.Uint32())
	}
	return b
}

const (
	writtenKeys = 300
	deleted     = ^uint64(0)
)

// plan is what update n writes: some keys, and one that it deletes now and then.
func plan(n uint64) (puts []int, gone int) {
	r := rand.New(rand.NewPCG(n, 99))
	gone = -1
	for range 1 + r.IntN(4) {
		puts = append(puts, r.IntN(writtenKeys))
	}
	if r.IntN(6) == 0 {
		if k := r.IntN(writtenKeys); !slices.Contains(puts, k) {
			gone = k
		}
	}
	return puts, gone
}

func keyOf(k int) []byte { return fmt.Appendf(nil, "%05d", k) }

func write(s *Store, n uint64) error {
	return s.Update(func(tx *Tx) error {
		puts, gone := plan(n)
		for _, k := range puts {
			if err := tx.Put(docs, keyOf(k), valueOf(k, n)); err != nil {
				return err
			}
		}
		if gone >= 0 {
			return tx.Delete(docs, keyOf(gone))
		}
		return nil
	})
}

// apply says what a key’s last update is after update n.
func apply(want map[int]uint64, n uint64) {
	puts, gone := plan(n)
	for _, k := range puts {
		want[k] = n
	}
	if gone >= 0 {
		want[gone] = deleted
	}
}

// writeUntilKilled opens the store as the window would, and says of every
// update that it is saved. It is given the first number. When its input ends it
// closes the store.
func writeUntilKilled(dir, first, most string) int {
	n, err1 := strconv.ParseUint(first, 10, 64)
	last, err2 := strconv.ParseUint(most, 10, 64)
	s, q, err := guard(dir).Open(context.Background())
	if err = errors.Join(err, err1, err2); err != nil || q != nil {
		fmt.Println("refused", err, q)
		return 1
	}
	var quit atomic.Bool
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); quit.Store(true) }()
	fmt.Println("open")
	for ; n < last && !quit.Load(); n++ {
		if err := write(s, n); err != nil {
			fmt.Println("refused", err)
			return 1
		}
		fmt.Println("saved", n)
	}
	if quit.Load() {
		if err := s.Close(); err != nil {
			fmt.Println("refused", err)
			return 1
		}
		return 0
	}
	fmt.Println("whole")
	select {} // waits to be killed
}

// A victim is the program that is killed.
type victim struct {
	cmd   *exec.Cmd
	quit  io.Closer
	lines *bufio.Scanner
}

func writer(t testing.TB, dir string, first, most uint64) victim {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "write", dir, fmt.Sprint(first), fmt.Sprint(most))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return victim{cmd, in, bufio.NewScanner(out)}
}

// checkSaved holds a store against what was said to be saved. One update more
// may be there: it was saved, and nobody lived to say so.
func checkSaved(t testing.TB, s *Store, want map[int]uint64, next uint64) (has bool) {
	t.Helper()
	more := maps.Clone(want)
	apply(more, next)
	got := all(t, s)
	matches := func(want map[int]uint64) error {
		count := 0
		for k, n := range want {
			v, ok := got[string(keyOf(k))]
			if n == deleted {
				if ok {
					return fmt.Errorf("key %d is back", k)
				}
				continue
			}
			count++
			if !ok || v != string(valueOf(k, n)) {
				return fmt.Errorf("key %d: there %v, %d bytes", k, ok, len(v))
			}
		}
		if count != len(got) {
			return fmt.Errorf("%d values, not %d", len(got), count)
		}
		return nil
	}
	err := matches(want)
	if err == nil {
		return false
	}
	if matches(more) != nil {
		t.Fatalf("after update %d: %v", next-1, err)
	}
	return true
}

func TestWhatWasSavedSurvivesEveryKill(t *testing.T) {
	// Badger begins a file at every opening, and one with a large value in it
	// stays, so that a store of thousands of openings is slow to open.
	const lives = 250
	r, seed, rounds := replay(t, 25, 5000)
	var (
		dir         string
		want        map[int]uint64
		next        uint64
		saved, quit int
	)
	check := func(round int) {
		s, q, err := guard(dir).Open(context.Background())
		if err != nil || q != nil {
			t.Fatalf("seed %d, round %d: %v, %v", seed, round, err, q)
		}
		if checkSaved(t, s, want, next) {
			apply(want, next)
			next++
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for round := range rounds {
		if round%lives == 0 {
			dir = filepath.Join(t.TempDir(), "store")
			want, next = map[int]uint64{}, 1
		}
		v := writer(t, dir, next, deleted)
		hear := func() {
			switch word, rest, _ := strings.Cut(v.lines.Text(), " "); {
			case word == "open":
			case word == "saved" && rest == fmt.Sprint(next):
				apply(want, next)
				next++
				saved++
			default:
				t.Fatalf("seed %d, round %d: %q, not %d", seed, round, v.lines.Text(), next)
			}
		}
		// Killed after so many lines, sometimes while it still opens or already closes.
		for left := r.IntN(150); left > 0 && v.lines.Scan(); left-- {
			hear()
		}
		if r.IntN(4) == 0 {
			quit++
			v.quit.Close()
			time.Sleep(time.Duration(r.IntN(40)) * time.Millisecond)
		}
		v.cmd.Process.Kill()
		for v.lines.Scan() { // what it said before it died counts
			hear()
		}
		v.cmd.Wait()
		// It may have saved one more, and the next writer writes the same again.
		if round%4 != 3 || round%lives == lives-1 || round == rounds-1 {
			check(round)
		}
		if done := round + 1; done%lives == 0 || done == rounds {
			t.Logf("seed %d: %d kills, %d of them soon after it was told to close, %d updates saved, none lost", seed, done, quit, saved)
		}
	}
}

// copyDir copies a store as it lies on the disk.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// killedStore is the folder of a store whose writer was killed after n updates.
func killedStore(t testing.TB, n uint64) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	v := writer(t, dir, 1, n+1)
	for v.lines.Scan() && v.lines.Text() != "whole" {
		if strings.HasPrefix(v.lines.Text(), "refused") {
			t.Fatal(v.lines.Text())
		}
	}
	v.cmd.Process.Kill()
	v.cmd.Wait()
	return dir
}

func damage(t testing.TB, r *rand.Rand, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	kind := r.IntN(5)
	if len(b) == 0 && kind < 4 {
		kind = 4
	}
	what := ""
	switch kind {
	case 0, 1: // where there is something, for logs are mostly zeros behind their end
		used := max(1, len(bytes.TrimRight(b, "\x00")))
		p := r.IntN(used)
		b[p] ^= 1 << r.IntN(8)
		what = fmt.Sprintf("a bit flipped at %d of %d", p, used)
	case 2:
		used := max(1, len(bytes.TrimRight(b, "\x00")))
		b = b[:r.IntN(used)]
		what = fmt.Sprintf("cut to %d", len(b))
	case 3:
		p := r.IntN(len(b))
		n := len(b) - p
		if r.IntN(2) == 0 {
			p, n = 0, len(b)
		}
		clear(b[p : p+n])
		what = fmt.Sprintf("%d zeros from %d", n, p)
	case 4:
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		return "deleted"
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return what
}

// Every file in turn, of a store that was closed and of one whose writer was
// killed: it is found and set aside, or it does no harm.
func TestADamagedFileIsFoundOrDoesNoHarm(t *testing.T) {
	r, seed, rounds := replay(t, 50, 10_000)
	root := t.TempDir()
	killed := killedStore(t, 700)
	closed := filepath.Join(root, "closed")
	copyDir(t, killed, closed)
	s, q := opened(t, guard(closed))
	if q != nil {
		t.Fatal(q)
	}
	want := all(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if len(want) < writtenKeys/2 {
		t.Fatalf("only %d values", len(want))
	}
	count := map[string]int{}
	for round := range rounds {
		from, state := closed, "closed"
		if round%2 == 1 {
			from, state = killed, "killed"
		}
		dir := filepath.Join(root, "store")
		copyDir(t, from, dir)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		file := files[(round/2)%len(files)].Name()
		what := damage(t, r, filepath.Join(dir, file))
		at := fmt.Sprintf("seed %d, round %d: %s store, %s: %s", seed, round, state, file, what)
		s, q, err := guard(dir).Open(context.Background())
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		got := all(t, s)
		switch {
		case q != nil && len(got) > 0:
			t.Fatalf("%s: the new store is not empty", at)
		case q != nil:
			if _, err := os.Stat(q.Moved); err != nil || !errors.Is(q, ErrDamaged) {
				t.Fatalf("%s: %v, %v", at, q, err)
			}
			count[state+", set aside"]++
		case !maps.Equal(got, want):
			t.Fatalf("%s: nobody saw it: %d values, not %d", at, len(got), len(want))
		default:
			count[state+", no harm"]++
		}
		if err := write(s, uint64(round)); err != nil {
			t.Fatalf("%s: it cannot be written: %v", at, err)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("%s: close: %v", at, err)
		}
		if q != nil {
			os.RemoveAll(q.Moved)
		}
		os.RemoveAll(dir)
	}
	t.Logf("seed %d: %d damaged files: %v", seed, rounds, count)
}

// BenchmarkOpen10k is what it costs at each start to look at a store of ten
// thousand artefacts with twenty changes each.
func BenchmarkOpen10k(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "store")
	g := Guard{Dir: dir, Key: Key{1}}
	s, _ := opened(b, g)
	filler := make([]byte, 8<<10)
	for doc := 0; doc < 10_000; doc += 25 {
		if err := s.Update(func(tx *Tx) error {
			for d := doc; d < doc+25; d++ {
				errs := []error{tx.Put('v', fmt.Appendf(nil, "%016d", d), filler[:6000]), tx.Put('h', fmt.Appendf(nil, "%016d", d), filler[:1200])}
				for c := range 20 {
					errs = append(errs, tx.Put('c', fmt.Appendf(nil, "%016d%032d", d, c), filler[:250]))
				}
				if err := errors.Join(errs...); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Logf("first close after writing all: %v", time.Since(began))
	size := int64(0)
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		info, _ := f.Info()
		size += info.Size()
	}
	b.Logf("%d files, %d MB", len(files), size>>20)
	os.Remove(filepath.Join(dir, cleanFile)) // Badger alone does not keep it
	b.Run("plain open and close", func(b *testing.B) {
		for b.Loop() {
			db, err := openBadger(options{dir: dir, memTable: usualMemTable})
			if err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
	})
	s, q := opened(b, g)
	if q != nil {
		b.Fatal(q)
	}
	if c, err := s.Check(context.Background(), nil); err != nil || c.Values != 220_000 {
		b.Fatal(c, err)
	}
	s.Close()
	for _, unclean := range []bool{false, true} {
		b.Run(map[bool]string{false: "closed well", true: "not closed"}[unclean], func(b *testing.B) {
			var open, shut time.Duration
			for b.Loop() {
				if unclean {
					os.Remove(filepath.Join(dir, cleanFile))
				}
				t := time.Now()
				s, q, err := g.Open(context.Background())
				if err != nil || q != nil {
					b.Fatal(err, q)
				}
				open += time.Since(t)
				t = time.Now()
				s.Close()
				shut += time.Since(t)
			}
			b.ReportMetric(float64(open.Milliseconds())/float64(b.N), "ms-open")
			b.ReportMetric(float64(shut.Milliseconds())/float64(b.N), "ms-close")
		})
	}
}
