package storage

import (
	"io/fs"
	"path/filepath"
	"slices"
	"testing"
)

// watchedDisk notes what is written and what is made durable, in order.
type watchedDisk struct {
	Disk
	did []string
}

type watchedFile struct {
	File
	disk *watchedDisk
}

func (d *watchedDisk) OpenFile(path string, flag int, perm fs.FileMode) (File, error) {
	f, err := d.Disk.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return watchedFile{f, d}, nil
}

func (f watchedFile) WriteAt(b []byte, at int64) (int, error) {
	f.disk.did = append(f.disk.did, "write")
	return f.File.WriteAt(b, at)
}

func (f watchedFile) Sync() error {
	f.disk.did = append(f.disk.did, "sync")
	return f.File.Sync()
}

// A kill does not show it, and a power cut cannot be tried: what was written must
// have been made durable before anybody is told that it is saved.
func TestAnAppendIsDurableBeforeItReturns(t *testing.T) {
	disk := &watchedDisk{Disk: OS()}
	j, err := OpenJournalOn(disk, filepath.Join(t.TempDir(), "own"), Key{1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	disk.did = nil
	if err := j.Append([]byte("one"), []byte("two")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(disk.did, []string{"write", "sync"}) {
		t.Errorf("it did %v", disk.did)
	}
}
