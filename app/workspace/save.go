package workspace

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
	inDirty   storage.Bucket = 'd' // document → its view is older than its changes
	inAside   storage.Bucket = 'a' // change hash → what was refused, by whom, and why
)

// keyApplied holds the number of the last own journal entry that the store has.
const keyApplied = "applied"

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
	// From here on it is saved. What the store does not take now, it takes at
	// the next save, or at the next opening: applied stands still until then.
	w.index.put(v)
	last := w.journal.Last()
	err := w.catchUp(last - uint64(len(all)))
	if err == nil {
		err = w.putAll(v, all)
	}
	if err == nil {
		err = w.store.Update(func(tx *storage.Tx) error {
			for n := last - uint64(len(all)) + 1; n <= last; n++ {
				if err := w.putEntry(tx, all[0].Doc, n); err != nil {
					return err
				}
			}
			return w.putApplied(tx, last)
		})
	}
	if err == nil {
		w.applied = last
	}
	w.storeFailed(err)
	if w.replica != nil {
		w.replica.Nudge()
	}
	return nil
}

// catchUp brings the store up to a number of the own journal, if an earlier
// update failed.
func (w *Workspace) catchUp(to uint64) error {
	for w.applied < to {
		entries, err := w.Entries(w.applied+1, int(min(256, to-w.applied)))
		if err != nil {
			return err
		}
		for _, e := range entries {
			r, err := w.replica.Unwrap(e) // it may be an older device’s of this person
			var c artefact.Change
			if err == nil {
				c, _, err = artefact.ParseChange(r.Entry.Body)
			}
			if err != nil {
				w.applied = e.Number // this version of the program has not written it
				continue
			}
			if err := w.store.Update(func(tx *storage.Tx) error {
				return errors.Join(putChange(tx, c), putDirty(tx, c.Doc), w.putEntry(tx, c.Doc, e.Number), w.putApplied(tx, e.Number))
			}); err != nil {
				return err
			}
			w.applied = e.Number
		}
		if len(entries) == 0 {
			return fmt.Errorf("read own entry %d: %w", w.applied+1, storage.ErrDamaged)
		}
	}
	return nil
}

// putAll writes changes and the view that they lead to: a change or a view at
// a time, since one update holds a megabyte or two, with the document marked as
// dirty until its view is there.
func (w *Workspace) putAll(v artefact.View, all []artefact.Change) error {
	size := len(all[0].Raw)
	if len(all) == 1 && size < 64<<10 { // the usual case, as one
		return w.store.Update(func(tx *storage.Tx) error { return errors.Join(putChange(tx, all[0]), putView(tx, v)) })
	}
	for _, c := range all {
		if err := w.store.Update(func(tx *storage.Tx) error { return errors.Join(putChange(tx, c), putDirty(tx, c.Doc)) }); err != nil {
			return err
		}
	}
	return w.store.Update(func(tx *storage.Tx) error { return putView(tx, v) })
}

func (w *Workspace) putApplied(tx *storage.Tx, number uint64) error {
	return tx.Put(inState, w.under(keyApplied), binary.BigEndian.AppendUint64(nil, number))
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

// packed is a view as the store keeps it: whole, and what lists show of it.
type packed struct{ whole, head []byte }

func packView(v artefact.View) (p packed, err error) {
	if p.whole, err = pack(v); err == nil {
		p.head, err = json.Marshal(headOf(v))
	}
	return p, err
}

// putView writes the view of a document, and takes its mark away.
func putView(tx *storage.Tx, v artefact.View) error {
	doc, err := artefact.ParseDocID(v.Doc)
	if err != nil {
		return err
	}
	p, err := packView(v)
	if err != nil {
		return err
	}
	return putPacked(tx, doc, p)
}

func putPacked(tx *storage.Tx, doc artefact.DocID, p packed) error {
	return errors.Join(tx.Put(inViews, doc[:], p.whole), tx.Put(inHeads, doc[:], p.head), tx.Delete(inDirty, doc[:]))
}

func dropView(tx *storage.Tx, doc artefact.DocID) error {
	return errors.Join(tx.Delete(inViews, doc[:]), tx.Delete(inHeads, doc[:]), tx.Delete(inDirty, doc[:]))
}

// A document is dirty while the store has changes of it that its view lacks.
func putDirty(tx *storage.Tx, doc artefact.DocID) error { return tx.Put(inDirty, doc[:], []byte{1}) }

// pack is a view as it is stored: JSON, deflated when it is long, after a
// letter that says which.
func pack(v artefact.View) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil || len(b) < 64<<10 {
		return append([]byte{'j'}, b...), err
	}
	var out bytes.Buffer
	out.WriteByte('d')
	z, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	_, err = z.Write(b)
	err = errors.Join(err, z.Close())
	return out.Bytes(), err
}

func unpack(b []byte) (v artefact.View, err error) {
	if len(b) == 0 {
		return v, storage.ErrDamaged
	}
	switch b[0] {
	case 'j':
		err = json.Unmarshal(b[1:], &v)
	case 'd':
		err = json.NewDecoder(flate.NewReader(bytes.NewReader(b[1:]))).Decode(&v)
	default:
		err = storage.ErrDamaged
	}
	return v, err
}

// view reads the stored view of a document.
func (w *Workspace) view(doc artefact.DocID) (v artefact.View, err error) {
	err = w.store.View(func(tx *storage.Tx) error {
		b, err := tx.Get(inViews, doc[:])
		if err != nil {
			return err
		}
		v, err = unpack(b)
		return err
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

// viewsVersion is raised when views are made in another way: all are then made
// again at the next opening.
const viewsVersion = "1"

// replay brings the store to what the journal says, after a kill between the
// two or after the store was lost, and makes the views that are missing.
func (w *Workspace) replay(ctx context.Context, progress func(done, of int)) error {
	var version []byte
	err := w.store.View(func(tx *storage.Tx) error {
		b, err := tx.Get(inState, w.under(keyApplied))
		if err == nil && len(b) == 8 {
			w.applied = binary.BigEndian.Uint64(b)
		} else if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if version, err = tx.Get(inState, []byte("views")); errors.Is(err, storage.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := w.catchUp(w.journal.Last()); err != nil {
		return err
	}
	if string(version) != viewsVersion {
		if err := w.markAll(); err != nil {
			return err
		}
	}
	return w.makeViews(ctx, progress)
}

// markAll marks every document as dirty.
func (w *Workspace) markAll() error {
	var docs []artefact.DocID
	err := w.store.View(func(tx *storage.Tx) error {
		return tx.Keys(inChanges, nil, func(key []byte) error {
			if doc := artefact.DocID(key[:16]); len(docs) == 0 || docs[len(docs)-1] != doc {
				docs = append(docs, doc)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for part := range slices.Chunk(docs, 1000) {
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, doc := range part {
				if err := putDirty(tx, doc); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return w.store.Update(func(tx *storage.Tx) error { return tx.Put(inState, []byte("views"), []byte(viewsVersion)) })
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
