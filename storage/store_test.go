package storage

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const docs, other Bucket = 'd', 'o'

func open(t *testing.T, dir string, key Key) *Store {
	t.Helper()
	s, err := Open(dir, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t *testing.T, s *Store, b Bucket, key, value string) {
	t.Helper()
	if err := s.Update(func(tx *Tx) error { return tx.Put(b, []byte(key), []byte(value)) }); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasWrittenIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Key{1})
	put(t, s, docs, "a1", "one")
	put(t, s, docs, "a2", "two")
	put(t, s, docs, "b", "three")
	put(t, s, other, "a1", "elsewhere")
	s.Update(func(tx *Tx) error { return tx.Delete(docs, []byte("a1")) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Key{1})
	var got []string
	err := s.View(func(tx *Tx) error {
		if _, err := tx.Get(docs, []byte("a1")); !errors.Is(err, ErrNotFound) {
			t.Errorf("a deleted value: %v", err)
		}
		return tx.Each(docs, nil, func(k, v []byte) error { got = append(got, string(k)+"="+string(v)); return nil })
	})
	if err != nil || !slices.Equal(got, []string{"a2=two", "b=three"}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNobodyElseCanReadTheFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	look := func(when string) {
		t.Helper()
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %s is %s", when, d.Name(), info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		s, err := Open(dir, Key{1})
		if err != nil {
			t.Fatal(err)
		}
		look("open")
		if err := s.Update(func(tx *Tx) error { return tx.Put(docs, []byte("k"), []byte("v")) }); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		look("closed")
	}
}

func TestAFailedUpdateWritesNothing(t *testing.T) {
	s := open(t, t.TempDir(), Key{1})
	wanted := errors.New("no")
	err := s.Update(func(tx *Tx) error { tx.Put(docs, []byte("k"), []byte("v")); return wanted })
	if !errors.Is(err, wanted) {
		t.Fatal(err)
	}
	s.View(func(tx *Tx) error {
		if _, err := tx.Get(docs, []byte("k")); !errors.Is(err, ErrNotFound) {
			t.Errorf("it was written: %v", err)
		}
		return nil
	})
}

func TestASecondOpeningIsRefused(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, Key{1})
	if _, err := Open(dir, Key{1}); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestAnotherKeyOpensNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Key{1})
	put(t, s, docs, "k", "secret words")
	s.Close()
	if _, err := Open(dir, Key{2}); !errors.Is(err, ErrSeal) {
		t.Errorf("opened with another key: %v", err)
	}
	filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if b, _ := os.ReadFile(path); bytes.Contains(b, []byte("secret words")) {
			t.Errorf("%s holds plain text", path)
		}
		return nil
	})
}

func TestAStoreWithoutItsManifestIsNotTakenForEmpty(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Key{1})
	for i := range 3000 {
		put(t, s, docs, fmt.Sprint(i), string(make([]byte, 1000)))
		if i == 200 {
			break
		}
	}
	s.Close()
	if tables, _ := filepath.Glob(filepath.Join(dir, "*.sst")); len(tables) == 0 {
		t.Fatal("no tables were written")
	}
	os.Remove(filepath.Join(dir, "MANIFEST"))
	if _, err := Open(dir, Key{1}); !errors.Is(err, ErrDamaged) {
		t.Fatalf("opened: %v", err)
	}
	if tables, _ := filepath.Glob(filepath.Join(dir, "*.sst")); len(tables) == 0 {
		t.Error("the tables were deleted")
	}
}

func TestTooMuchForOneUpdateIsNamed(t *testing.T) {
	s := open(t, t.TempDir(), Key{1})
	err := s.Update(func(tx *Tx) error {
		for i := range 100 {
			if err := tx.Put(docs, []byte{byte(i)}, make([]byte, 100_000)); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, ErrTooBig) {
		t.Errorf("%v", err)
	}
}

func journal(t *testing.T, path string) *Journal {
	t.Helper()
	j, err := OpenJournal(path, Key{1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func records(t *testing.T, j *Journal) []string {
	t.Helper()
	all, err := j.Read(1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range all {
		out = append(out, string(r))
	}
	return out
}

func TestTheJournalKeepsItsOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	if err := errors.Join(j.Append([]byte("one")), j.Append([]byte("two"), []byte("three"))); err != nil {
		t.Fatal(err)
	}
	j.Close()
	j = journal(t, path)
	if got := records(t, j); !slices.Equal(got, []string{"one", "two", "three"}) || j.Last() != 3 {
		t.Errorf("%v, last %d", got, j.Last())
	}
	if got, err := j.Read(2, 1); err != nil || len(got) != 1 || string(got[0]) != "two" {
		t.Errorf("from two: %q, %v", got, err)
	}
}

// A power cut can end the file anywhere. What was acknowledged before is kept.
func TestATornRecordIsCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	j.Append([]byte("one"))
	kept, _ := os.ReadFile(path)
	j.Append([]byte("two, which was never finished"))
	j.Close()
	whole, _ := os.ReadFile(path)
	for n := len(kept); n < len(whole); n++ {
		os.WriteFile(path, whole[:n], 0o600)
		j := journal(t, path)
		if got := records(t, j); !slices.Equal(got, []string{"one"}) {
			t.Fatalf("cut to %d: %v", n, got)
		}
		if err := j.Append([]byte("three")); err != nil {
			t.Fatal(err)
		}
		if got := records(t, j); !slices.Equal(got, []string{"one", "three"}) {
			t.Fatalf("cut to %d and written on: %v", n, got)
		}
		j.Close()
	}
	for n := range kept[:len(journalMagic)] {
		os.WriteFile(path, kept[:n], 0o600)
		journal(t, path).Close()
	}
}

// Whatever one byte is changed to, no record is cut off, none reads wrong, and
// with the byte put back all are there.
func TestNoChangedByteOfTheJournalCostsARecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	want := []string{"one", "two, which is longer", "three"}
	for _, w := range want {
		if err := j.Append([]byte(w)); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	whole, _ := os.ReadFile(path)
	mended := 0
	for i := range whole {
		for _, flip := range []byte{1, 4, 0x80, 0xff} {
			bad := bytes.Clone(whole)
			bad[i] ^= flip
			os.WriteFile(path, bad, 0o600)
			j, err := OpenJournal(path, Key{1})
			if err == nil {
				all, err := j.Read(1, 10)
				if err != nil && !errors.Is(err, ErrSeal) || err == nil && len(all) != len(want) {
					t.Fatalf("byte %d changed by %x: %q, %v", i, flip, all, err)
				}
				for n, one := range all {
					if string(one) != want[n] {
						t.Fatalf("byte %d changed by %x: %q", i, flip, all)
					}
				}
				if err == nil {
					mended++
				}
				j.Close()
			} else if !errors.Is(err, ErrDamaged) {
				t.Fatalf("byte %d changed by %x: %v", i, flip, err)
			}
			left, _ := os.ReadFile(path)
			if len(left) != len(whole) {
				t.Fatalf("byte %d changed by %x: %d of %d bytes are left", i, flip, len(left), len(whole))
			}
		}
	}
	if mended != 4*4*len(want) {
		t.Errorf("%d changed lengths were put right, of %d", mended, 4*4*len(want))
	}
}

func TestARecordThatWasNeverWrittenIsCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	j.Append([]byte("one"))
	kept, _ := os.ReadFile(path)
	j.Append(make([]byte, 3000))
	j.Append([]byte("three"))
	j.Close()
	whole, _ := os.ReadFile(path)
	// The file has its length, and nothing in it from a sector on.
	for _, from := range []int{len(kept), 512, 1024, 2560} {
		bad := bytes.Clone(whole)
		clear(bad[from:])
		os.WriteFile(path, bad, 0o600)
		j := journal(t, path)
		if got := records(t, j); !slices.Equal(got, []string{"one"}) {
			t.Fatalf("zeros from %d: %d records", from, len(got))
		}
		if err := j.Append([]byte("two")); err != nil {
			t.Fatal(err)
		}
		j.Close()
		if got := records(t, journal(t, path)); !slices.Equal(got, []string{"one", "two"}) {
			t.Fatalf("zeros from %d, and written on: %q", from, got)
		}
	}
	// With another key nothing opens, and nothing is touched.
	os.WriteFile(path, whole, 0o600)
	other, err := OpenJournal(path, Key{2})
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	if left, _ := os.ReadFile(path); !bytes.Equal(left, whole) {
		t.Error("another key changed the file")
	}
}

// A part of the disk that was lost in the middle costs nothing behind it.
func TestZerosInTheMiddleOfTheJournalAreNotTakenForItsEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	for i := range 200 {
		if err := j.Append(fmt.Appendf(nil, "record %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	whole, _ := os.ReadFile(path)
	for from := 0; from+1024 <= len(whole)-512; from += 512 {
		bad := bytes.Clone(whole)
		clear(bad[from : from+1024])
		os.WriteFile(path, bad, 0o600)
		if _, err := OpenJournal(path, Key{1}); !errors.Is(err, ErrDamaged) {
			t.Fatalf("zeros from %d: %v", from, err)
		}
		if left, _ := os.ReadFile(path); !bytes.Equal(left, bad) {
			t.Fatalf("zeros from %d: the file was changed", from)
		}
	}
}

func FuzzJournal(f *testing.F) {
	dir := f.TempDir()
	j, err := OpenJournal(filepath.Join(dir, "seed"), Key{1})
	if err != nil {
		f.Fatal(err)
	}
	j.Append([]byte("one"), []byte("two"))
	j.Close()
	b, _ := os.ReadFile(filepath.Join(dir, "seed"))
	f.Add(b)
	f.Add([]byte(journalMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "own")
		os.WriteFile(path, b, 0o600)
		j, err := OpenJournal(path, Key{1})
		if err != nil {
			return
		}
		defer j.Close()
		if _, err := j.Read(1, 100); err == nil {
			n := j.Last()
			if err := j.Append([]byte("more")); err != nil || j.Last() != n+1 {
				t.Fatalf("it cannot be written on: %v", err)
			}
		}
	})
}

func TestSealedFilesOpenOnlyInTheirPlace(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "identity"), filepath.Join(dir, "keys")
	if err := WriteSealed(a, Key{1}, []byte("mine")); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadSealed(a, Key{1}); err != nil || string(got) != "mine" {
		t.Fatalf("%q, %v", got, err)
	}
	if info, _ := os.Stat(a); info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	os.Rename(a, b)
	if _, err := ReadSealed(b, Key{1}); !errors.Is(err, ErrSeal) {
		t.Errorf("moved: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
