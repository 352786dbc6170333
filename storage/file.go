package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteSealed replaces a small sealed file, so that after a power cut there is
// the old one or the new one. Its name is its place.
func WriteSealed(path string, key Key, plain []byte) error {
	seal, err := NewSeal(key, "file")
	if err != nil {
		return err
	}
	return WriteFile(path, seal.Close(plain, []byte(filepath.Base(path))))
}

// ReadSealed reads it back.
func ReadSealed(path string, key Key) ([]byte, error) {
	seal, err := NewSeal(key, "file")
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plain, err := seal.Open(sealed, []byte(filepath.Base(path)))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return plain, nil
}

// WriteFile replaces a file as a whole: written beside it, synced, renamed.
// Only its owner can read it.
func WriteFile(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
