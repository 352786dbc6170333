package storage

import (
	"io"
	"io/fs"
	"os"
)

// A Disk is the file calls on which it depends whether something is saved. In
// the program it is [OS]; tests put one in its place that fails when they want
// it to. What Badger does with its files goes past it.
type Disk interface {
	OpenFile(path string, flag int, perm fs.FileMode) (File, error)
	CreateTemp(dir, pattern string) (File, error)
	ReadFile(path string) ([]byte, error)
	MkdirAll(path string, perm fs.FileMode) error
	Rename(from, to string) error
	Remove(path string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
	// Free is how many bytes this user can still write to where path is.
	Free(path string) (uint64, error)
}

// A File is an open file of a [Disk].
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Closer
	Name() string
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// OS is the computer’s own disk.
func OS() Disk { return system{} }

type system struct{}

func (system) OpenFile(path string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err // and not a File that holds nil
	}
	return f, nil
}

func (system) CreateTemp(dir, pattern string) (File, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) ReadFile(path string) ([]byte, error)         { return os.ReadFile(path) }
func (system) MkdirAll(path string, perm fs.FileMode) error { return os.MkdirAll(path, perm) }
func (system) Rename(from, to string) error                 { return os.Rename(from, to) }
func (system) Remove(path string) error                     { return os.Remove(path) }
func (system) Free(path string) (uint64, error)             { return free(path) }

func (system) SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
