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
	byDoc := map[artefact.DocID][]arrived{}
	for _, r := range all {
		c, meta, err := artefact.ParseChange(r.body)
		if err == nil && artefact.WriterOf(meta.Actor) != artefact.Device(r.device.String()) {
			err = ErrNotItsWriter
		}
		if err != nil {
			refused = append(refused, Refused{r.device, r.number, err})
			continue
		}
		byDoc[c.Doc] = append(byDoc[c.Doc], arrived{r, c})
	}
	docs := slices.SortedFunc(maps.Keys(byDoc), func(a, b artefact.DocID) int { return slices.Compare(a[:], b[:]) })
	var done []artefact.DocID
	for _, doc := range docs {
		fresh, twice, err := w.unknown(doc, byDoc[doc])
		refused = append(refused, twice...)
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

// ErrTwice: one writer’s change has the number of another of theirs. No honest
// program writes that.
var ErrTwice = errors.New("its writer has used its number before")

// unknown leaves out what the store has already, and refuses a change whose
// writer and number are taken: the library would never open the document again.
func (w *Workspace) unknown(doc artefact.DocID, all []arrived) (out []artefact.Change, refused []Refused, err error) {
	taken := map[string]automerge.Hash{}
	number := func(c automerge.Change) string { return fmt.Sprintf("%s/%d", c.Actor, c.Seq) }
	err = w.store.View(func(tx *storage.Tx) error {
		return tx.Each(inChanges, doc[:], func(_, body []byte) error {
			_, meta, err := artefact.ParseChange(body)
			taken[number(meta)] = meta.Hash
			return err
		})
	})
	for _, a := range all {
		meta, e := automerge.ParseChange(a.change.Raw)
		if e != nil {
			return nil, nil, e
		}
		hash, known := taken[number(meta)]
		switch {
		case !known:
			taken[number(meta)] = meta.Hash
			out = append(out, a.change)
		case hash != meta.Hash:
			refused = append(refused, Refused{a.device, a.number, ErrTwice})
		}
	}
	return out, refused, err
}

// arrived is a change with the entry that it came in.
type arrived struct {
	received
	change artefact.Change
}

// merge stores foreign changes of one document, and brings its view, the index
// and any open editor up to date. Between the two the document is marked, so
// that a kill in between is mended at the next opening.
func (w *Workspace) merge(doc artefact.DocID, all []artefact.Change) error {
	for len(all) > 0 {
		n, size := 0, 0
		for n < len(all) && (n == 0 || size+len(all[n].Raw) < 256<<10) && n < 256 {
			size += len(all[n].Raw)
			n++
		}
		part := all[:n]
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, c := range part {
				if err := putChange(tx, c); err != nil {
					return err
				}
			}
			return putDirty(tx, doc)
		}); err != nil {
			return err
		}
		if err := w.refresh(doc, part); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

// refresh merges changes that the store has into an open document, if it is
// open, and makes the view of it anew.
func (w *Workspace) refresh(doc artefact.DocID, fresh []artefact.Change) error {
	w.desk.mu.Lock()
	open := w.desk.open[doc]
	w.desk.mu.Unlock()
	err := w.with(doc, nil, func(s *sheet) error {
		if open == s && len(fresh) > 0 { // it was open before the changes were stored
			if err := w.bundle(s); err != nil {
				return err
			}
			_ = w.saveSheet(s)
			if err := s.doc.Merge(fresh...); err != nil {
				return err
			}
			s.view = nil
			w.refreshTexts(s)
		}
		v, err := s.doc.View()
		if err != nil {
			return err
		}
		w.saving.Lock()
		defer w.saving.Unlock()
		w.index.put(v)
		w.findable(v)
		return w.store.Update(func(tx *storage.Tx) error { return putView(tx, v) })
	})
	if errors.Is(err, artefact.ErrIncomplete) || errors.Is(err, artefact.ErrKind) {
		return nil // it is kept, marked, and shown when it can be
	}
	return err
}

// storeFailed remembers that the store lags behind the journal, for the status.
func (w *Workspace) storeFailed(err error) {
	w.asideMu.Lock()
	same := (err == nil) == (w.storeErr == nil)
	w.storeErr = err
	w.asideMu.Unlock()
	if !same {
		w.statusChanged()
	}
}
