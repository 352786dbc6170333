package storage

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// Every call that changes something on the disk fails once, or from then on,
// with each error a disk gives.
func faults(t *testing.T, run func(t *testing.T, f *Faulty)) {
	t.Helper()
	runs, step := 0, 1
	if testing.Short() {
		step = 5
	}
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EACCES, syscall.EROFS} {
		for _, sticky := range []bool{false, true} {
			for at := 1; ; at += step {
				f := &Faulty{Disk: OS(), At: at, Err: no, Sticky: sticky}
				run(t, f)
				runs++
				if t.Failed() {
					t.Fatalf("%v at call %d, for good: %v", no, at, sticky)
				}
				if f.Calls() < at {
					break
				}
			}
		}
	}
	t.Logf("%d failures", runs)
}

func TestAJournalKeepsWhatItAcknowledgedWhateverFails(t *testing.T) {
	root := t.TempDir()
	n := 0
	faults(t, func(t *testing.T, f *Faulty) {
		n++
		path := filepath.Join(root, fmt.Sprint(n), "own")
		var saved []string
		j, err := OpenJournalOn(f, path, Key{1})
		if err == nil {
			for i := range 6 {
				one, two := fmt.Sprint("record ", i), fmt.Sprint("another, longer one ", i)
				if err = j.Append([]byte(one), []byte(two)); err == nil {
					saved = append(saved, one, two)
				} else if !errors.Is(err, f.Err) {
					t.Errorf("it says %v", err)
				}
			}
			if got := records(t, j); !slices.Equal(got, saved) || j.Last() != uint64(len(saved)) {
				t.Errorf("while it is open: %q, not %q", got, saved)
			}
			j.Close()
		} else if !errors.Is(err, f.Err) {
			t.Errorf("it says %v", err)
		}
		if !f.Sticky && len(saved) < 10 && err == nil {
			t.Errorf("one failure cost more than one append: %q", saved)
		}
		// The disk is well again.
		got := records(t, journal(t, path))
		if len(got) < len(saved) || !slices.Equal(got[:len(saved)], saved) {
			t.Errorf("after opening again: %q, not %q", got, saved)
		}
		// More than was acknowledged is only there when nothing could be undone.
		if len(got) > len(saved) && !f.Sticky {
			t.Errorf("more than was acknowledged: %q", got)
		}
	})
}

func TestASmallFileIsTheOldOneOrTheNewOneWhateverFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "self")
	faults(t, func(t *testing.T, f *Faulty) {
		if err := WriteSealed(path, Key{1}, []byte("old")); err != nil {
			t.Fatal(err)
		}
		err := WriteSealedOn(f, path, Key{1}, []byte("new"))
		got, readErr := ReadSealed(path, Key{1})
		switch {
		case readErr != nil:
			t.Errorf("it is neither: %v", readErr)
		case err == nil && string(got) != "new":
			t.Errorf("written without an error, and it is %q", got)
		case err != nil && !errors.Is(err, f.Err):
			t.Errorf("it says %v", err)
		}
	})
}

func TestAStoreKeepsWhatItSavedWhateverFails(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "store")
	want := map[string]string{}
	n := uint64(0)
	faults(t, func(t *testing.T, f *Faulty) {
		g := guard(dir)
		g.Disk = f
		s, q, err := g.Open(context.Background())
		if q != nil {
			t.Fatalf("set aside: %v", q)
		}
		if err == nil {
			for range 3 {
				n++
				if err := write(s, n); err == nil {
					want = all(t, s)
				}
			}
			err = s.Close()
		}
		if err != nil && !errors.Is(err, f.Err) {
			t.Errorf("it says %v", err)
		}
		s, q, err = guard(dir).Open(context.Background())
		if err != nil || q != nil {
			t.Fatalf("on a good disk: %v, %v", err, q)
		}
		if !maps.Equal(all(t, s), want) {
			t.Error("what was saved is not there")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAFullDiskIsRefusedBeforeBadgerDiesOfIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	f := &Faulty{Disk: OS()}
	g := guard(dir)
	g.Disk = f
	s, _ := opened(t, g)
	put(t, s, docs, "k", "saved")
	f.Room = reserve - 1
	err := s.Update(func(tx *Tx) error { return tx.Put(docs, []byte("k"), []byte("not saved")) })
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("it says %v", err)
	}
	if got := all(t, s); got["k"] != "saved" {
		t.Errorf("it holds %q", got)
	}
	f.Room = 0
	put(t, s, docs, "k", "saved now")
	if got := all(t, s); got["k"] != "saved now" {
		t.Errorf("with room again it holds %q", got)
	}
}

const asOthers = "LONGHAND_TEST_AS_OTHERS"

func TestAFolderThatMayNotBeWrittenSaysSo(t *testing.T) {
	if os.Geteuid() == 0 && os.Getenv(asOthers) == "" {
		// Root may write everywhere, so the test runs again as somebody of whom the kernel asks what it asks of others.
		rights := "-dac_override,-dac_read_search"
		c := exec.Command("setpriv", "--inh-caps", rights, "--bounding-set", rights, os.Args[0], "-test.run", "^"+t.Name()+"$")
		c.Env = append(os.Environ(), asOthers+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir, _ := full(t)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	if _, q, err := guard(dir).Open(context.Background()); !errors.Is(err, os.ErrPermission) || q != nil {
		t.Errorf("%v, %v", q, err)
	}
}
