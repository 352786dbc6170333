// Package secret keeps the one key of this device: in the operating system’s
// keyring, or, where there is none, in a file closed with a passphrase.
//
// It never keeps the key in plain text, and it never falls from one to the
// other by itself. Calls to a keyring are limited in time, because a locked
// one asks its question somewhere nobody may be looking.
package secret

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/zalando/go-keyring"

	"longhand/storage"
)

var (
	// ErrNoKeyring: this computer has no keyring, or none that answers here.
	ErrNoKeyring = errors.New("there is no keyring on this computer")
	// ErrSilent: the keyring did not answer in time; it is probably locked.
	ErrSilent = errors.New("the keyring did not answer")
	// ErrLost: the keyring answers, and the key is not in it.
	ErrLost = errors.New("the keyring does not hold the key of this data")
	// ErrPassphrase: the passphrase is wrong.
	ErrPassphrase = errors.New("the passphrase is wrong")
	// ErrNeedPassphrase: the key is in a passphrase file and none was given.
	ErrNeedPassphrase = errors.New("a passphrase is needed")
	// ErrNoKey: no key has been made for this data yet.
	ErrNoKey = errors.New("there is no key here yet")
)

// Patience is how long a keyring may take, a person’s answer to its prompt
// included.
const Patience = 30 * time.Second

const (
	service  = "Longhand"
	nameFile = "keyring-id" // which entry of the keyring is ours; no secret
	ageFile  = "key.age"
	work     = 17 // of scrypt: half a second
)

// Place is where the key of one data folder is kept.
type Place struct {
	Dir string
	// Passphrase, when not empty, is used instead of the keyring.
	Passphrase string
	// Work is the scrypt work factor for a new passphrase file, as a power of
	// two; zero is half a second’s worth. Tests that make many take less.
	Work int
	// Patience limits each call to the keyring; zero is [Patience].
	Patience time.Duration
}

// ReadPassphrase reads a passphrase file: its first line.
func ReadPassphrase(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the passphrase file: %w", err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", errors.New("the passphrase file is empty")
	}
	return line, nil
}

// Exists reports whether a key has been made.
func (p Place) Exists() bool { return p.has(ageFile) || p.has(nameFile) }

// Locked reports whether opening needs a passphrase.
func (p Place) Locked() bool { return p.has(ageFile) }

func (p Place) has(name string) bool {
	_, err := os.Stat(filepath.Join(p.Dir, name))
	return err == nil
}

// Load returns the key.
func (p Place) Load(ctx context.Context) (storage.Key, error) {
	switch {
	case p.has(ageFile):
		return p.loadFile()
	case p.has(nameFile):
		return p.loadKeyring(ctx)
	}
	return storage.Key{}, ErrNoKey
}

// Create makes a key and keeps it. It refuses where there is one.
func (p Place) Create(ctx context.Context) (key storage.Key, err error) {
	if p.Exists() {
		return key, fmt.Errorf("make a key: %w", fs.ErrExist)
	}
	if _, err := rand.Read(key[:]); err != nil {
		return key, err
	}
	if p.Passphrase != "" {
		return key, p.storeFile(key)
	}
	return key, p.storeKeyring(ctx, key)
}

func (p Place) loadFile() (key storage.Key, err error) {
	if p.Passphrase == "" {
		return key, ErrNeedPassphrase
	}
	b, err := os.ReadFile(filepath.Join(p.Dir, ageFile))
	if err != nil {
		return key, fmt.Errorf("read the key: %w", err)
	}
	id, err := age.NewScryptIdentity(p.Passphrase)
	if err != nil {
		return key, err
	}
	id.SetMaxWorkFactor(work + 3) // a swapped file must not cost minutes
	r, err := age.Decrypt(bytes.NewReader(b), id)
	var wrong *age.NoIdentityMatchError
	if errors.As(err, &wrong) {
		return key, ErrPassphrase
	}
	if err != nil {
		return key, fmt.Errorf("open the key: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, int64(len(key))+1))
	if err != nil || len(plain) != len(key) {
		return key, fmt.Errorf("open the key: %w", errors.Join(err, storage.ErrDamaged))
	}
	return storage.Key(plain), nil
}

func (p Place) storeFile(key storage.Key) error {
	to, err := age.NewScryptRecipient(p.Passphrase)
	if err != nil {
		return err
	}
	to.SetWorkFactor(cmp.Or(p.Work, work))
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return err
	}
	if _, err := w.Write(key[:]); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return storage.WriteFile(filepath.Join(p.Dir, ageFile), out.Bytes())
}

func (p Place) loadKeyring(ctx context.Context) (key storage.Key, err error) {
	name, err := os.ReadFile(filepath.Join(p.Dir, nameFile))
	if err != nil {
		return key, fmt.Errorf("read which key is ours: %w", err)
	}
	var held string
	err = p.ask(ctx, func() (err error) { held, err = keyring.Get(service, string(name)); return err })
	if errors.Is(err, keyring.ErrNotFound) {
		return key, ErrLost
	}
	if err != nil {
		return key, err
	}
	plain, err := base64.RawStdEncoding.DecodeString(held)
	if err != nil || len(plain) != len(key) {
		return key, fmt.Errorf("%w: what it holds is no key", ErrLost)
	}
	return storage.Key(plain), nil
}

func (p Place) storeKeyring(ctx context.Context, key storage.Key) error {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	name := hex.EncodeToString(id[:])
	held := base64.RawStdEncoding.EncodeToString(key[:])
	var back string
	err := p.ask(ctx, func() (err error) {
		if err = keyring.Set(service, name, held); err == nil {
			back, err = keyring.Get(service, name) // some take it and forget it
		}
		return err
	})
	if err != nil {
		return err
	}
	if back != held {
		return ErrLost
	}
	return storage.WriteFile(filepath.Join(p.Dir, nameFile), []byte(name))
}

// Available reports whether a keyring answers.
func Available(ctx context.Context) bool {
	err := Place{Patience: 2 * time.Second}.ask(ctx, func() error {
		_, err := keyring.Get(service, "nobody")
		return err
	})
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// ask calls the keyring, which may hang for ever in a prompt: it is left
// behind when time is up.
func (p Place) ask(ctx context.Context, call func() error) error {
	if !bus() {
		return ErrNoKeyring
	}
	patience := p.Patience
	if patience == 0 {
		patience = Patience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- call() }()
	select {
	case err := <-answer:
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return fmt.Errorf("%w: %w", ErrNoKeyring, err)
		}
		return err
	case <-ctx.Done():
		return ErrSilent
	}
}

// bus reports whether there is a session bus to ask on. Without one the
// library would start a stray daemon that nobody ends.
func bus() bool {
	if runtime.GOOS != "linux" {
		return true
	}
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" && a != "autolaunch:" {
		return true
	}
	_, err := os.Stat(filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "bus"))
	return err == nil && os.Getenv("XDG_RUNTIME_DIR") != ""
}
