package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"longhand/app/artefact"
	"longhand/app/hydrate"
	"longhand/app/kind"
	"longhand/app/search"
	"longhand/storage"
	"longhand/sync/relay/folder"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// Open opens the team in a data folder. Nothing goes over a relay until
// [Workspace.Sync] or [Workspace.Start].
func Open(ctx context.Context, o Options) (*Workspace, error) {
	dir, err := currentDir(o.Dir)
	if err != nil {
		return nil, err
	}
	o.closeToOthers()
	key, err := o.place().Load(ctx)
	if err != nil {
		return nil, err
	}
	s, err := loadSelf(dir, key)
	if err != nil {
		return nil, err
	}
	w, err := openTeam(ctx, o, dir, key, s, roster.New(s.Team))
	if err != nil || s.Next == nil {
		return w, err
	}
	// It was cut off while it became a new device.
	if err := errors.Join(w.Renew(ctx), w.Close()); err != nil {
		return nil, err
	}
	if s, err = loadSelf(dir, key); err != nil {
		return nil, err
	}
	return openTeam(ctx, o, dir, key, s, roster.New(s.Team))
}

func openTeam(ctx context.Context, o Options, dir string, key storage.Key, s self, ro *roster.Roster) (_ *Workspace, err error) {
	w := &Workspace{options: o, dir: dir, key: key, self: s, identity: s.identity, person: s.Person, team: s.Team, journalName: s.Journal, roster: ro, search: search.New()}
	w.background, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	var closers []func() error
	defer func() {
		if err != nil {
			w.cancel()
			for _, c := range closers {
				err = errors.Join(err, c())
			}
		}
	}()
	guard := storage.Guard{Dir: filepath.Join(dir, storeDir), Key: key, Now: w.Now, Told: w.probed}
	if w.store, w.quarantined, err = guard.Open(ctx); err != nil {
		return nil, err
	}
	closers = append(closers, w.store.Close)
	if w.marker, err = hydrate.OpenMarker(filepath.Join(dir, openingDir)); err != nil {
		return nil, err
	}
	w.pool = hydrate.New(hydrate.Options{Processes: childrenAtOnce})
	closers = append(closers, w.pool.Close)
	if w.journal, err = storage.OpenJournal(filepath.Join(dir, s.journalFile()), key); err != nil {
		return nil, err
	}
	closers = append(closers, w.journal.Close)
	if err := os.MkdirAll(filepath.Join(dir, journalDir), 0o700); err != nil {
		return nil, fmt.Errorf("open the journals: %w", err)
	}
	if err := folder.Create(filepath.Join(dir, journalDir)); err != nil {
		return nil, fmt.Errorf("open the journals: %w", err)
	}
	w.keep = folder.New(filepath.Join(dir, journalDir), s.Team, s.identity.Device(), folder.Options{NoWatch: true})
	if w.replica, err = replica.New(ctx, w.replicaConfig()); err != nil {
		return nil, err
	}
	if err := errors.Join(w.index.load(w.store), w.forgetAside(), w.readAside()); err != nil {
		return nil, err
	}
	if err := w.replay(ctx, w.opening); err != nil {
		return nil, err
	}
	if w.quarantined != nil { // what others wrote is kept in the journals too
		if err := w.replica.Settle(ctx); err != nil {
			return nil, err
		}
	}
	for _, address := range s.Relays {
		if err := w.useRelay(address); err != nil {
			return nil, fmt.Errorf("use %s: %w", address, err)
		}
	}
	w.ready.Store(true)
	return w, nil
}

// probed tells how far a store is checked that was not closed well.
func (w *Workspace) probed(c storage.Checked) {
	w.notify("progress", Progress{Task: "open", Phase: fmt.Sprintf("Checking the store: %d records", c.Values)})
}

// Recovered says what was found damaged at opening and built again; nil is
// nothing.
func (w *Workspace) Recovered() *storage.Quarantined { return w.quarantined }

// opening tells how far the views are that have to be made at opening.
func (w *Workspace) opening(done, of int) {
	w.notify("progress", Progress{Task: "open", Phase: "Making what is shown from the journals", Done: float64(done) / float64(of), Ended: done == of})
}

// Start begins what a window wants to happen by itself: syncing, and the index
// for search.
func (w *Workspace) Start() {
	w.done.Add(3)
	go func() {
		defer w.done.Done()
		w.keepLooking()
	}()
	go func() {
		defer w.done.Done()
		w.indexLater()
	}()
	go func() {
		defer w.done.Done()
		w.run()
	}()
}

// The first picture comes before search does: indexing waits, and then leaves
// room for whatever a person does meanwhile.
const (
	indexAfter = 2 * time.Second
	indexPause = 4 * time.Millisecond
	indexBatch = 64
)

func (w *Workspace) indexLater() {
	select {
	case <-w.background.Done():
	case <-time.After(indexAfter):
		w.indexAll(indexPause)
	}
}

// indexAll makes everything findable, with a pause after every batch.
func (w *Workspace) indexAll(pause time.Duration) {
	var docs []artefact.DocID
	w.index.each(func(doc artefact.DocID, _ artefact.View) { docs = append(docs, doc) })
	for i, doc := range docs {
		if w.background.Err() != nil {
			return
		}
		if pause > 0 && i%indexBatch == indexBatch-1 {
			time.Sleep(pause)
		}
		if v, err := w.view(doc); err == nil {
			w.findable(v)
		}
	}
	w.search.Complete()
}

// findable puts an artefact into the index, unless it is the program’s own.
func (w *Workspace) findable(v artefact.View) {
	if k, ok := kind.Of(v.Kind); ok && !k.Hidden {
		w.search.Put(searchable(v))
	}
}

// views reads the whole view of every artefact that a head is wanted of.
func (w *Workspace) views(want func(artefact.View) bool) ([]artefact.View, error) {
	var docs []artefact.DocID
	w.index.each(func(doc artefact.DocID, v artefact.View) {
		if want(v) {
			docs = append(docs, doc)
		}
	})
	out := make([]artefact.View, 0, len(docs))
	err := w.store.View(func(tx *storage.Tx) error {
		for _, doc := range docs {
			b, err := tx.Get(inViews, doc[:])
			if err != nil {
				return err
			}
			v, err := unpack(b)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// heads are the heads of all artefacts of a kind.
func (w *Workspace) heads(kinds ...string) []artefact.View {
	var out []artefact.View
	w.index.each(func(_ artefact.DocID, v artefact.View) {
		for _, k := range kinds {
			if v.Kind == k {
				out = append(out, v)
			}
		}
	})
	return out
}
