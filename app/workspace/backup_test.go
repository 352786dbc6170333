package workspace

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"longhand/storage"
)

// meanwhile does something once, while something else is being written.
type meanwhile struct {
	io.Writer
	do func()
}

func (m *meanwhile) Write(b []byte) (int, error) {
	if do := m.do; do != nil {
		m.do = nil
		do()
	}
	return m.Writer.Write(b)
}

func TestABackupIsWholeThoughPeopleWriteMeanwhile(t *testing.T) {
	ines, tom, _ := pair(t)
	before := ines.begin("brief", "Before")
	tom.begin("brief", "Arrives meanwhile")
	tom.sync()
	var filler [][]byte // what is written first does not reach the disk before there is a megabyte of it
	for range 6 {
		b := make([]byte, 300_000)
		_, err := rand.Read(b)
		ines.must(err)
		filler = append(filler, b)
	}
	ines.slipAll(filler...)
	path := filepath.Join(t.TempDir(), "backup")
	f, err := os.Create(path)
	ines.must(err)
	busy := &meanwhile{f, func() {
		ines.sync()
		ines.begin("brief", "Written meanwhile")
	}}
	sum, err := ines.writeBackup(t.Context(), busy, "a passphrase")
	ines.must(err, f.Close())
	if busy.do != nil {
		t.Fatal("nothing happened meanwhile")
	}
	back, err := VerifyBackup(t.Context(), path, "a passphrase", ines.options)
	if err != nil || back != sum {
		t.Fatalf("%+v, not %+v: %v", back, sum, err)
	}
	again := start(t, "again")
	again.opened(Restore(t.Context(), again.options, path, "a passphrase", nil))
	if p, err := again.Page(before); err != nil || p.Title != "Before" {
		t.Errorf("%v, %v", p, err)
	}
}

// What a backup promises has to come back, whatever else does.
func TestABackupThatLacksAChangeIsNotWhole(t *testing.T) {
	m := found(t, "")
	m.begin("brief", "B")
	path := filepath.Join(t.TempDir(), "backup")
	doc := make([]byte, keyLen)
	m.must(m.store.Update(func(tx *storage.Tx) error { return tx.Put(inChanges, doc, []byte("in no journal")) }))
	f, err := os.Create(path)
	m.must(err)
	_, err = m.writeBackup(t.Context(), f, "a passphrase")
	m.must(err, f.Close())
	if _, err := VerifyBackup(t.Context(), path, "a passphrase", m.options); !errors.Is(err, ErrBackup) {
		t.Errorf("%v", err)
	}
}
