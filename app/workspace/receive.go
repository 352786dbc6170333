package workspace

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/storage"
	"longhand/sync/journal"
)

// received is a journal entry of any device, its signature verified.
type received struct {
	device journal.DeviceID
	number uint64
	body   []byte
}

// A Refused entry was authentic and still not applied.
type Refused struct {
	Device journal.DeviceID
	Number uint64
	Err    error
}

// ErrNotItsWriter: a device signed a change that says another wrote it.
var ErrNotItsWriter = errors.New("the change names another writer than the one who signed it")

// receive applies entries: verified by the replica, or replayed from one’s own
// journal. What is wrong with one entry does not hold up the others: it is
// refused for good, and named. An error is this device’s own trouble.
func (w *Workspace) receive(all []received) (refused []Refused, err error) {
	var errs []error
	byDoc := map[artefact.DocID][]artefact.Change{}
	for _, r := range all {
		c, meta, err := artefact.ParseChange(r.body)
		if err == nil && artefact.WriterOf(meta.Actor) != artefact.Device(r.device.String()) {
			err = ErrNotItsWriter
		}
		if err != nil {
			refused = append(refused, Refused{r.device, r.number, err})
			continue
		}
		byDoc[c.Doc] = append(byDoc[c.Doc], c)
	}
	docs := slices.SortedFunc(maps.Keys(byDoc), func(a, b artefact.DocID) int { return slices.Compare(a[:], b[:]) })
	var done []artefact.DocID
	for _, doc := range docs {
		fresh, err := w.unknown(doc, byDoc[doc])
		if err == nil && len(fresh) > 0 {
			err = w.merge(doc, fresh)
			done = append(done, doc)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("apply changes to %s: %w", doc, err))
		}
	}
	if len(done) > 0 {
		w.changed(done...)
	}
	return refused, errors.Join(errs...)
}

// setAside remembers what was refused, for the status.
func (w *Workspace) setAside(all []Refused) {
	w.asideMu.Lock()
	defer w.asideMu.Unlock()
	for _, r := range all {
		same := func(o Refused) bool { return o.Device == r.Device && o.Number == r.Number }
		if !slices.ContainsFunc(w.aside, same) {
			w.aside = append(w.aside, r)
		}
	}
}

// unknown leaves out what the store has already.
func (w *Workspace) unknown(doc artefact.DocID, all []artefact.Change) (out []artefact.Change, err error) {
	err = w.store.View(func(tx *storage.Tx) error {
		for _, c := range all {
			meta, err := automerge.ParseChange(c.Raw)
			if err != nil {
				return err
			}
			_, err = tx.Get(inChanges, append(doc[:], meta.Hash[:]...))
			if errors.Is(err, storage.ErrNotFound) {
				out = append(out, c)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// merge stores foreign changes of one document, and brings its view, the index
// and any open editor up to date.
func (w *Workspace) merge(doc artefact.DocID, all []artefact.Change) error {
	for part := range slices.Chunk(all, 64) { // one update holds about a megabyte
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, c := range part {
				if err := putChange(tx, c); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	w.desk.mu.Lock()
	open := w.desk.open[doc]
	w.desk.mu.Unlock()
	var view artefact.View
	merge := func(s *sheet) error {
		if open == s { // it was open before the changes were stored
			if err := w.commit(s); err != nil {
				return err
			}
			if err := s.doc.Merge(all...); err != nil {
				return err
			}
			s.view = nil
			w.refreshTexts(s)
		}
		v, err := s.doc.View()
		view = v
		return err
	}
	err := w.with(doc, nil, merge)
	if errors.Is(err, artefact.ErrIncomplete) || errors.Is(err, artefact.ErrKind) {
		return nil // it is kept, and shown when it can be
	}
	if err != nil {
		return err
	}
	w.saving.Lock()
	defer w.saving.Unlock()
	w.index.put(view)
	w.findable(view)
	return w.store.Update(func(tx *storage.Tx) error { return putView(tx, view) })
}

// storeFailed remembers that the store lags behind the journal.
func (w *Workspace) storeFailed(err error) {
	if err != nil {
		w.notify("status", Explain(fmt.Errorf("the journal has it, the store does not yet: %w", err)))
	}
}
