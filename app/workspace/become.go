package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"longhand/storage"
	"longhand/sync/journal"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// A device that must not write under its name any more goes on under a new one:
// after a restored backup, or when its data folder was copied. Its history stays,
// and what it wrote and nobody has got is adopted by the new device.

// Renew lets this device go on as a new one. Afterwards the Workspace must be
// closed, and opened again.
func (w *Workspace) Renew(ctx context.Context) error {
	if err := w.desk.flush(w); err != nil {
		return err
	}
	// The new identity is written down before anybody hears of it: after a crash
	// in between it is gone on with, and not drawn again.
	if w.me().Next == nil {
		next, err := journal.NewIdentity(rand.Reader)
		if err != nil {
			return err
		}
		if err := w.updateSelf(func(s *self) { s.Next = next.Marshal() }); err != nil {
			return err
		}
	}
	next, err := journal.ParseIdentity(w.me().Next)
	if err != nil {
		return err
	}
	if err := w.enrol(ctx, next); err != nil {
		if errors.Is(err, replica.ErrRemoved) {
			err = errors.Join(err, w.updateSelf(func(s *self) { s.Next = nil }))
		}
		return err
	}
	return w.become(ctx, next)
}

// enrol adds the new device beside the old one. The old one stays in the team:
// where a data folder was copied, the original is still at work.
func (w *Workspace) enrol(ctx context.Context, next *journal.Identity) error {
	switch state := w.roster.State(); {
	case state.Present(next.Device()):
		return nil
	case !state.Present(w.identity.Device()):
		return replica.ErrRemoved
	}
	proof := roster.ProveEnrolment(next, w.team, w.identity.Device())
	if err := w.roster.Enrol(rand.Reader, w.identity, w.Now(), roster.Enrolment{Public: next.Public(), Proof: proof}); err != nil {
		return err
	}
	return w.replica.Save(ctx)
}

// become writes the journal of the new device, beginning with what the old one
// wrote and nobody has, and makes this data folder the new device’s.
func (w *Workspace) become(ctx context.Context, next *journal.Identity) error {
	unsent, err := w.replica.Unsent(ctx)
	if err != nil {
		return err
	}
	name := "own-" + next.Device().String()[:16] + ".journal"
	path := filepath.Join(w.dir, name)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an attempt that was cut off
		return err
	}
	to, err := storage.OpenJournal(path, w.key)
	if err != nil {
		return err
	}
	for _, e := range unsent {
		body, err := journal.Adopt(w.identity, w.team, next.Device(), e)
		if err != nil {
			return errors.Join(fmt.Errorf("adopt entry %d: %w", e.Number, err), to.Close())
		}
		one, err := journal.NewEntry(rand.Reader, next.Device(), 0, body)
		if err != nil {
			return errors.Join(err, to.Close())
		}
		if err := to.Append(append(one.Salt[:], body...)); err != nil {
			return errors.Join(err, to.Close())
		}
	}
	if err := to.Close(); err != nil {
		return err
	}
	return w.updateSelf(func(s *self) { s.Keys, s.Journal, s.Next = next.Marshal(), name, nil })
}

// journalFile is where a device keeps what it writes.
func (s self) journalFile() string { return firstOf(s.Journal, ownFile) }

// under is a key of the store that is of this device’s own numbers: they begin
// again when it goes on as a new one.
func (w *Workspace) under(key string) []byte {
	if w.journalName == "" {
		return []byte(key)
	}
	return []byte(w.journalName + "/" + key)
}
