package secret

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zalando/go-keyring"

	"longhand/storage"
)

// Move puts the key of one place into another of the same folder: from the
// keyring into a passphrase file, the other way, or under another passphrase.
// The old one is taken away only once the new one has given the key back.
func (p Place) Move(ctx context.Context, to Place) error {
	key, err := p.Load(ctx)
	if err != nil {
		return err
	}
	wasFile := p.has(ageFile)
	switch {
	case to.Passphrase != "":
		if err := to.storeFile(key); err != nil {
			return err
		}
		if back, err := to.loadFile(); err != nil || back != key {
			return fmt.Errorf("move the key: it does not come back: %w", errors.Join(err, storage.ErrDamaged))
		}
		if !wasFile {
			return p.dropKeyring(ctx)
		}
		return nil
	case !wasFile:
		return nil // it is in the keyring already
	}
	if err := to.storeKeyring(ctx, key); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(p.Dir, ageFile)); err != nil {
		return fmt.Errorf("move the key: %w", err)
	}
	return storage.SyncDir(p.Dir)
}

// dropKeyring forgets the key that the keyring holds.
func (p Place) dropKeyring(ctx context.Context) error {
	name, err := os.ReadFile(filepath.Join(p.Dir, nameFile))
	if err != nil {
		return fmt.Errorf("move the key: %w", err)
	}
	// The file goes first: it is what says where to look.
	if err := errors.Join(os.Remove(filepath.Join(p.Dir, nameFile)), storage.SyncDir(p.Dir)); err != nil {
		return fmt.Errorf("move the key: %w", err)
	}
	err = p.ask(ctx, func() error { return keyring.Delete(service, string(name)) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}
