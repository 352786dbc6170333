package storage

import (
	"bytes"
	"errors"
	"fmt"
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
	s = open(t, dir, Key{2})
	s.View(func(tx *Tx) error {
		if _, err := tx.Get(docs, []byte("k")); !errors.Is(err, ErrSeal) {
			t.Errorf("read with another key: %v", err)
		}
		return nil
	})
	s.Close()
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

func TestEveryFlippedBitOfTheJournalIsFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own")
	j := journal(t, path)
	j.Append([]byte("one"))
	j.Append([]byte("two"))
	j.Close()
	whole, _ := os.ReadFile(path)
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 4
		os.WriteFile(path, bad, 0o600)
		j, err := OpenJournal(path, Key{1})
		if err != nil {
			continue
		}
		all, err := j.Read(1, 10)
		if err == nil && len(all) == 2 {
			t.Fatalf("byte %d flipped and nobody saw it: %q", i, all)
		}
		j.Close()
	}
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
