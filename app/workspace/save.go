package workspace

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"longhand/app/artefact"
	"longhand/storage"
	"longhand/sync/journal"
)

// Buckets of the store. All of it can be made again from the journals.
const (
	inChanges storage.Bucket = 'c' // document and change hash → the change’s body
	inViews   storage.Bucket = 'v' // document → its View
	inHeads   storage.Bucket = 'h' // document → what lists show of it
	inState   storage.Bucket = 's' // what the replica and this package remember
)

// applied is the number of the last own journal entry that the store has.
var applied = []byte("applied")

// save writes own changes of one document: first to the journal, synced, then
// with the view they lead to into the store. When it returns they are saved.
func (w *Workspace) save(v artefact.View, all ...artefact.Change) error {
	w.saving.Lock()
	defer w.saving.Unlock()
	var records [][]byte
	for _, c := range all {
		body, err := c.MarshalBinary()
		if err != nil {
			return fmt.Errorf("save: %w", err)
		}
		entry, err := journal.NewEntry(w.random(), w.identity.Device(), 0, body)
		if err != nil {
			return fmt.Errorf("save: %w", err)
		}
		records = append(records, append(entry.Salt[:], body...))
	}
	if err := w.journal.Append(records...); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	// From here on it is saved: what the store does not take now is replayed
	// from the journal at the next opening.
	w.index.put(v)
	last := w.journal.Last()
	err := w.store.Update(func(tx *storage.Tx) error {
		for _, c := range all {
			if err := putChange(tx, c); err != nil {
				return err
			}
		}
		if err := errors.Join(putView(tx, v), putLastEntry(tx, all[0].Doc, last)); err != nil {
			return err
		}
		return tx.Put(inState, applied, binary.BigEndian.AppendUint64(nil, last))
	})
	w.storeFailed(err)
	if w.replica != nil {
		w.replica.Nudge()
	}
	return nil
}

func putChange(tx *storage.Tx, c artefact.Change) error {
	body, err := c.MarshalBinary()
	if err != nil {
		return err
	}
	_, meta, err := artefact.ParseChange(body)
	if err != nil {
		return err
	}
	return tx.Put(inChanges, append(c.Doc[:], meta.Hash[:]...), body)
}

func putView(tx *storage.Tx, v artefact.View) error {
	doc, err := artefact.ParseDocID(v.Doc)
	if err != nil {
		return err
	}
	whole, err := json.Marshal(v)
	if err != nil {
		return err
	}
	head, err := json.Marshal(headOf(v))
	if err != nil {
		return err
	}
	return errors.Join(tx.Put(inViews, doc[:], whole), tx.Put(inHeads, doc[:], head))
}

// view reads the stored view of a document.
func (w *Workspace) view(doc artefact.DocID) (v artefact.View, err error) {
	err = w.store.View(func(tx *storage.Tx) error {
		b, err := tx.Get(inViews, doc[:])
		if err != nil {
			return err
		}
		return json.Unmarshal(b, &v)
	})
	if errors.Is(err, storage.ErrNotFound) {
		return v, fmt.Errorf("%w: %s", ErrNoArtefact, doc)
	}
	return v, err
}

// ErrNoArtefact: there is no such artefact here.
var ErrNoArtefact = errors.New("there is no such artefact here")

// changes reads all changes of a document.
func (w *Workspace) changes(doc artefact.DocID) (out []artefact.Change, err error) {
	err = w.store.View(func(tx *storage.Tx) error {
		return tx.Each(inChanges, doc[:], func(_, body []byte) error {
			c, _, err := artefact.ParseChange(body)
			if err != nil {
				return err
			}
			out = append(out, c)
			return nil
		})
	})
	return out, err
}

// replay applies own journal entries that the store lacks: after a kill
// between the journal and the store, or after the store was lost.
func (w *Workspace) replay() error {
	var have uint64
	err := w.store.View(func(tx *storage.Tx) error {
		b, err := tx.Get(inState, applied)
		if err == nil && len(b) == 8 {
			have = binary.BigEndian.Uint64(b)
		}
		if errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	for have < w.journal.Last() {
		entries, err := w.Entries(have+1, 256)
		if err != nil {
			return err
		}
		var bodies []received
		for _, e := range entries {
			bodies = append(bodies, received{w.identity.Device(), e.Number, e.Body})
		}
		if _, err := w.receive(bodies); err != nil {
			return err
		}
		have += uint64(len(entries))
		if err := w.store.Update(func(tx *storage.Tx) error {
			return tx.Put(inState, applied, binary.BigEndian.AppendUint64(nil, have))
		}); err != nil {
			return err
		}
	}
	return nil
}

// Last is the number of the last entry that this device wrote.
func (w *Workspace) Last() uint64 { return w.journal.Last() }

// Entries are entries that this device wrote, from a number on.
func (w *Workspace) Entries(from uint64, limit int) ([]journal.Entry, error) {
	records, err := w.journal.Read(from, limit)
	if err != nil {
		return nil, err
	}
	out := make([]journal.Entry, len(records))
	for i, rec := range records {
		if len(rec) < 16 {
			return nil, fmt.Errorf("read own entry %d: %w", from+uint64(i), storage.ErrDamaged)
		}
		out[i] = journal.Entry{Device: w.identity.Device(), Number: from + uint64(i), Salt: [16]byte(rec[:16]), Body: rec[16:]}
	}
	return out, nil
}
