package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"longhand/storage"
	"longhand/sync/journal"
	"longhand/sync/roster"
)

// A data folder holds the key (or the name under which the keyring has it),
// the name of the team that is open, and a folder for each team:
//
//	key.age or keyring-id   see storage/secret
//	current                 the name of the open team’s folder
//	window.json             theme and size; nothing private
//	teams/<id>/self         who this device is in that team, sealed
//	teams/<id>/own.journal  all that this device wrote; the truth
//	teams/<id>/own-….journal  the same of a device that took this one’s place
//	teams/<id>/journal/     everybody’s segments and the roster, as in a relay folder
//	teams/<id>/store/       Badger: everything that can be made again
//	teams/<id>/store.lock   held while it is open
//	teams/<id>/store.damaged-…  a store that was set aside; nothing deletes it
//	teams/<id>/opening/     what this process may die over; see package hydrate
const (
	currentFile = "current"
	teamsDir    = "teams"
	selfFile    = "self"
	journalDir  = "journal"
	ownFile     = "own.journal"
	storeDir    = "store"
	openingDir  = "opening"
)

// self is who this device is in one team.
type self struct {
	Version  int             `cbor:"1,keyasint"`
	Keys     []byte          `cbor:"2,keyasint"`
	Person   roster.PersonID `cbor:"3,keyasint"`
	Team     journal.TeamID  `cbor:"4,keyasint"`
	Relays   []string        `cbor:"5,keyasint,omitempty"`
	Joining  *joining        `cbor:"6,keyasint,omitempty"`
	Sample   bool            `cbor:"7,keyasint,omitempty"`
	Journal  string          `cbor:"8,keyasint,omitempty"`  // its file, if it is not own.journal
	Next     []byte          `cbor:"9,keyasint,omitempty"`  // keys of the device that this one is about to become
	Kit      string          `cbor:"10,keyasint,omitempty"` // of the recovery kit that was typed back, its device
	identity *journal.Identity

	Name   string            `cbor:"21,keyasint,omitempty"` // of the team, so that it can be chosen without being opened
	Tokens map[string]string `cbor:"20,keyasint,omitempty"` // relay tokens, by the address of the server
}

// joining is what a newcomer has asked, until a member’s device has answered.
type joining struct {
	Code  string `cbor:"1,keyasint"`
	Name  string `cbor:"2,keyasint"`
	Zone  string `cbor:"3,keyasint"`
	Hours string `cbor:"4,keyasint"`
}

func teamDir(data string, team journal.TeamID) string {
	return filepath.Join(data, teamsDir, fmt.Sprintf("%x", team[:8]))
}

// currentDir is the folder of the open team.
func currentDir(data string) (string, error) {
	name, err := os.ReadFile(filepath.Join(data, currentFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNoTeam
	}
	if err != nil {
		return "", fmt.Errorf("find the open team: %w", err)
	}
	base := strings.TrimSpace(string(name))
	if base == "" || base != filepath.Base(base) || strings.HasPrefix(base, ".") {
		return "", fmt.Errorf("find the open team: %w", storage.ErrDamaged)
	}
	return filepath.Join(data, teamsDir, base), nil
}

func setCurrent(data, dir string) error {
	return storage.WriteFile(filepath.Join(data, currentFile), []byte(filepath.Base(dir)+"\n"))
}

func (s *self) save(dir string, key storage.Key) error {
	b, err := cbor.Marshal(s)
	if err != nil {
		return err
	}
	return storage.WriteSealed(filepath.Join(dir, selfFile), key, b)
}

func loadSelf(dir string, key storage.Key) (s self, err error) {
	b, err := storage.ReadSealed(filepath.Join(dir, selfFile), key)
	if err != nil {
		return s, fmt.Errorf("open the team: %w", err)
	}
	if err := cbor.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("open the team: %w: %w", storage.ErrDamaged, err)
	}
	if s.Version != 1 {
		return s, fmt.Errorf("open the team: format %d: %w", s.Version, ErrNewer)
	}
	s.identity, err = journal.ParseIdentity(s.Keys)
	return s, err
}

// ErrNewer: the data was written by a later version of Longhand.
var ErrNewer = errors.New("written by a later version of Longhand")

// key returns the key of a data folder, and makes one where there is none.
func (o Options) key(ctx context.Context) (storage.Key, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return storage.Key{}, fmt.Errorf("make the data folder: %w", err)
	}
	o.closeToOthers()
	place := o.place()
	if place.Exists() {
		return place.Load(ctx)
	}
	return place.Create(ctx)
}

// closeToOthers takes the rights of everybody else from a data folder that was
// there before, or was copied. Everything in it is sealed, but not how much there
// is of it. A folder of somebody else’s, or on a file system without rights, stays
// as it is.
func (o Options) closeToOthers() {
	if info, err := os.Stat(o.Dir); err == nil && info.IsDir() && info.Mode().Perm()&0o077 != 0 {
		_ = os.Chmod(o.Dir, info.Mode()&^0o077) // the doctor says so if it is still open
	}
}

// updateSelf changes who this device is, and saves it before it counts.
func (w *Workspace) updateSelf(fn func(*self)) error {
	w.selfMu.Lock()
	defer w.selfMu.Unlock()
	next := w.self
	next.Relays = append([]string(nil), w.self.Relays...)
	fn(&next)
	if err := next.save(w.dir, w.key); err != nil {
		return fmt.Errorf("save the team’s settings: %w", err)
	}
	w.self = next
	return nil
}

func (w *Workspace) me() self {
	w.selfMu.Lock()
	defer w.selfMu.Unlock()
	return w.self
}
