package storage

import (
	"io/fs"
	"os"
	"sync"
)

// Faulty is a [Disk] for tests of which one call that changes something fails.
// Reading is never refused: what is on the disk can be read.
type Faulty struct {
	Disk
	At     int   // the number of the call that fails, from 1; 0 is none
	Err    error // with which; also of every later call if Sticky
	Sticky bool
	Room   uint64 // what Free says, if it is not 0

	mu    sync.Mutex
	calls int
}

// Calls is how many calls have come that change something.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *Faulty) fail(op, path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.At == 0 || f.calls < f.At || f.calls > f.At && !f.Sticky {
		return nil
	}
	return &fs.PathError{Op: op, Path: path, Err: f.Err}
}

func (f *Faulty) OpenFile(path string, flag int, perm fs.FileMode) (File, error) {
	if flag&(os.O_CREATE|os.O_TRUNC) != 0 {
		if err := f.fail("open", path); err != nil {
			return nil, err
		}
	}
	file, err := f.Disk.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, f}, nil
}

func (f *Faulty) CreateTemp(dir, pattern string) (File, error) {
	if err := f.fail("create", dir); err != nil {
		return nil, err
	}
	file, err := f.Disk.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	return &faultyFile{file, f}, nil
}

func (f *Faulty) MkdirAll(path string, perm fs.FileMode) error {
	if err := f.fail("mkdir", path); err != nil {
		return err
	}
	return f.Disk.MkdirAll(path, perm)
}

func (f *Faulty) Rename(from, to string) error {
	if err := f.fail("rename", to); err != nil {
		return err
	}
	return f.Disk.Rename(from, to)
}

func (f *Faulty) Remove(path string) error {
	if err := f.fail("remove", path); err != nil {
		return err
	}
	return f.Disk.Remove(path)
}

func (f *Faulty) SyncDir(dir string) error {
	if err := f.fail("sync", dir); err != nil {
		return err
	}
	return f.Disk.SyncDir(dir)
}

func (f *Faulty) Free(path string) (uint64, error) {
	if f.Room != 0 {
		return f.Room, nil
	}
	return f.Disk.Free(path)
}

type faultyFile struct {
	File
	disk *Faulty
}

// A write that fails has written half: that is how a disk fills up.
func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.disk.fail("write", f.Name()); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *faultyFile) WriteAt(b []byte, at int64) (int, error) {
	if err := f.disk.fail("write", f.Name()); err != nil {
		n, _ := f.File.WriteAt(b[:len(b)/2], at)
		return n, err
	}
	return f.File.WriteAt(b, at)
}

func (f *faultyFile) Truncate(size int64) error {
	if err := f.disk.fail("truncate", f.Name()); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.fail("sync", f.Name()); err != nil {
		return err
	}
	return f.File.Sync()
}
