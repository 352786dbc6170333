package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// WriteSealed replaces a small sealed file, so that after a power cut there is
// the old one or the new one. Its name is its place.
func WriteSealed(path string, key Key, plain []byte) error {
	return WriteSealedOn(OS(), path, key, plain)
}

// WriteSealedOn is WriteSealed on another disk.
func WriteSealedOn(d Disk, path string, key Key, plain []byte) error {
	seal, err := NewSeal(key, "file")
	if err != nil {
		return err
	}
	return WriteFileOn(d, path, seal.Close(plain, []byte(filepath.Base(path))))
}

// ReadSealed reads it back.
func ReadSealed(path string, key Key) ([]byte, error) {
	seal, err := NewSeal(key, "file")
	if err != nil {
		return nil, err
	}
	sealed, err := OS().ReadFile(path)
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
// Only its owner can read it. After an error there is the old one, or the new
// one whole.
func WriteFile(path string, data []byte) error { return WriteFileOn(OS(), path, data) }

// WriteFileOn is WriteFile on another disk.
func WriteFileOn(d Disk, path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := d.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := d.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(d.Remove(f.Name())))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := d.Rename(f.Name(), path); err != nil {
		return err
	}
	return d.SyncDir(dir)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error { return OS().SyncDir(dir) }
