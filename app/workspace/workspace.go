// Package workspace is every use case of Longhand, and the only place where
// its parts meet: documents, store, journal, roster and relays.
//
// [Open] opens the team in a data folder; [Create], [Join] and [Sample] make
// one. A [Workspace] is safe for concurrent use. Every edit returns once it is
// in the journal file and synced: only then is it *saved*. Errors go through
// [Explain] to a person.
//
// It draws nothing, prints nothing, and does not know whether a window or a
// terminal asked.
package workspace

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/hydrate"
	"longhand/app/render/typeset"
	"longhand/app/search"
	"longhand/storage"
	"longhand/storage/secret"
	"longhand/sync/journal"
	"longhand/sync/relay/folder"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// Options say where the data is and how to open it.
type Options struct {
	// Dir is the data folder.
	Dir string
	// Passphrase opens the key instead of the keyring.
	Passphrase string
	// Patience limits the keyring; zero is its default.
	Patience time.Duration
	// Now is the clock; nil is the computer’s.
	Now func() time.Time
	// Notify hears what changed, while it happens: it must return at once and
	// call nothing here. nil is nobody.
	Notify func(Event)

	// Another lets a team be made, or joined, beside those that are here.
	Another bool
	// Work is the cost of a new passphrase file; see secret.Place. It is for tests that
	// make many.
	Work int
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Now()
	}
	return o.Now()
}

func (o Options) place() secret.Place {
	return secret.Place{Dir: o.Dir, Passphrase: o.Passphrase, Patience: o.Patience, Work: o.Work}
}

// An Event is something that a window wants to know.
type Event struct {
	// Name is "changed", "text", "saved", "status", "progress" or "boot".
	Name string
	Data any
}

// DefaultDir is the user’s own data folder for Longhand.
func DefaultDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" && filepath.IsAbs(dir) {
		return filepath.Join(dir, "longhand"), nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	if home, err := os.UserHomeDir(); err == nil && base == filepath.Join(home, ".config") {
		base = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(base, "longhand"), nil
}

// Workspace is one open team.
type Workspace struct {
	options Options
	dir     string // of the team
	key     storage.Key

	store   *storage.Store
	journal *storage.Journal
	roster  *roster.Roster
	keep    *folder.Folder
	replica *replica.Replica
	search  *search.Index
	pool    *hydrate.Pool
	marker  *hydrate.Marker

	quarantined *storage.Quarantined // the store that this opening found damaged

	clock atomic.Pointer[func() time.Time]

	// Who this device is, for good; the rest of self can change.
	identity *journal.Identity
	person   roster.PersonID
	team     journal.TeamID
	// journalName is empty for the first device that lived in this data folder.
	journalName string
	selfMu      sync.Mutex
	self        self
	kit         *madeKit // until it was checked; under selfMu

	// taking orders what comes in from others, and what is taken back of it. It
	// is locked before saving.
	taking sync.Mutex
	beyond map[place]bool // what of the device that is judged does not count; under taking
	// saving orders what goes to the journal, and with it to the store.
	saving  sync.Mutex
	applied uint64 // the last own entry that the store has; under saving
	desk    desk
	index   index

	setterMu sync.Mutex
	setter   *typeset.Setter

	ready     atomic.Bool // it is open: before that nothing is told of it
	statusMu  sync.Mutex
	statusDue bool
	joinMu    sync.Mutex
	asideMu   sync.Mutex
	aside     map[automerge.Hash]Refused // without the bodies; under asideMu
	storeErr  error                      // why the store lags behind the journal, if it does

	zonesMu sync.Mutex
	zones   map[artefact.Person]*time.Location
	zonesOf int // the count of profile changes that zones is of

	// cancel ends the background work, and done says that it has ended.
	closing    sync.Once
	background context.Context
	cancel     context.CancelFunc
	done       sync.WaitGroup
}

// ErrNoTeam: there is no team in this data folder yet.
var ErrNoTeam = errors.New("there is no team here yet")

// Close commits what is being typed, stops the background work and lets go of
// the data folder. A second call does nothing.
func (w *Workspace) Close() (err error) {
	w.closing.Do(func() { err = w.close() })
	return err
}

func (w *Workspace) close() error {
	w.cancel()
	err := errors.Join(w.desk.closeAll(w), w.rememberName())
	w.done.Wait()
	if w.setter != nil {
		err = errors.Join(err, w.setter.Close())
	}
	return errors.Join(err, w.pool.Close(), w.journal.Close(), w.store.Close())
}

// Me is the person whose device this is.
func (w *Workspace) Me() artefact.Person { return artefact.Person(w.person.String()) }

// Now is the clock of this workspace.
func (w *Workspace) Now() time.Time {
	if clock := w.clock.Load(); clock != nil {
		return (*clock)()
	}
	return w.options.now()
}

// SetClock puts another clock in place, nil the usual one, and returns what
// puts the former one back.
func (w *Workspace) SetClock(now func() time.Time) (restore func()) {
	var next *func() time.Time
	if now != nil {
		next = &now
	}
	was := w.clock.Swap(next)
	return func() { w.clock.Store(was) }
}

func (w *Workspace) random() io.Reader { return rand.Reader }

func (w *Workspace) notify(name string, data any) {
	if w.options.Notify != nil {
		w.options.Notify(Event{name, data})
	}
}

// owner says whose device it is, by the roster: also of a device that has
// been removed since, for what it wrote remains its person’s.
func (w *Workspace) owner(d artefact.Device) artefact.Person {
	id, err := journal.ParseDeviceID(string(d))
	if err != nil {
		return ""
	}
	state := w.roster.State()
	dev, ok := state.Author(id)
	if !ok {
		return ""
	}
	return artefact.Person(dev.Person.String())
}

// derive makes the id of a document of which there is only one: two devices
// that start it while apart start the same.
func (w *Workspace) derive(parts ...string) (artefact.DocID, error) {
	team, ok := w.roster.TeamSecret(w.identity)
	if !ok {
		return artefact.DocID{}, roster.ErrNoKey
	}
	mac := hmac.New(sha256.New, team[:])
	for _, p := range parts {
		fmt.Fprintf(mac, "%d:%s,", len(p), p)
	}
	return artefact.DocID(mac.Sum(nil)[:16]), nil
}
