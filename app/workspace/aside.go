package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/hydrate"
	"longhand/storage"
	"longhand/sync/journal"
)

// What is set aside costs the same for each entry, however much there is of it:
// a segment of anybody’s may hold tens of thousands that cannot be read, and it
// must not hold up what the others wrote. It goes to the store as many at once as
// one update holds, and the memory of it is kept up to date, not read again.

// A Refused entry was authentic and is still not applied: it cannot be read, or
// what it says stops the library. It is kept, so that a later version of the
// program, or a person, can look again.
type Refused struct {
	Device journal.DeviceID `json:"device"`
	Number uint64           `json:"number"` // 0 when it is not known any more
	Doc    string           `json:"doc,omitempty"`
	Why    string           `json:"why"`
	Body   []byte           `json:"body"` // in the store only; memory does without

	carrier journal.DeviceID // in whose journal it stands, until it is stored
	held    bool             // it was in its document, and is to be taken out
}

// asideKey is the hash of the change, or of the body of what is none.
func asideKey(body []byte) automerge.Hash {
	if c, meta, err := artefact.ParseChange(body); err == nil && len(c.Raw) > 0 {
		return meta.Hash
	}
	return sha256.Sum256(body)
}

// setAside keeps apart what is not applied, and takes it out of its document if
// it was in it.
func (w *Workspace) setAside(all ...Refused) error {
	for len(all) > 0 {
		n, size := 0, 0
		for n < len(all) && (n == 0 || size+all[n].size() <= bytesAtOnce) {
			size += all[n].size()
			n++
		}
		noted := make(map[automerge.Hash]Refused, n)
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, r := range all[:n] {
				key, err := putAside(tx, r)
				if err != nil {
					return err
				}
				r.Body = nil
				noted[key] = r
			}
			return nil
		}); err != nil {
			return fmt.Errorf("set aside: %w", err)
		}
		w.asideMu.Lock()
		for key, r := range noted {
			w.aside[key] = r
		}
		w.asideMu.Unlock()
		all = all[n:]
	}
	return nil
}

// size is about what it takes in an update.
func (r Refused) size() int { return len(r.Body)*4/3 + 512 }

func putAside(tx *storage.Tx, r Refused) (key automerge.Hash, err error) {
	b, err := json.Marshal(r)
	if err != nil {
		return key, err
	}
	key = asideKey(r.Body)
	if r.held {
		doc, err := artefact.ParseDocID(r.Doc)
		if err != nil {
			return key, err
		}
		if err := errors.Join(tx.Delete(inChanges, append(doc[:], key[:]...)), putDirty(tx, doc)); err != nil {
			return key, err
		}
	}
	return key, tx.Put(inAside, key[:], b)
}

// poison is what a child could not open, of one document.
func (j *job) poison() ([]Refused, error) {
	if len(j.res.Poison) == 0 {
		return nil, nil
	}
	came := map[automerge.Hash]arrived{}
	for _, a := range j.arrived {
		came[a.hash] = a
	}
	had := map[automerge.Hash]artefact.Change{}
	for _, c := range j.have {
		had[automerge.HashOf(c.Raw)] = c
	}
	var out []Refused
	for _, p := range j.res.Poison {
		r := Refused{Doc: j.doc.String(), Why: string(p.Why), held: p.Held}
		var err error
		if r.Device, err = journal.ParseDeviceID(string(p.Writer)); err != nil {
			return nil, fmt.Errorf("set aside: %w", err)
		}
		if a, ok := came[p.Change]; ok {
			r.Number, r.carrier, r.Body = a.number, a.carrier, a.body
		} else if c, ok := had[p.Change]; ok {
			if r.Body, err = c.MarshalBinary(); err != nil {
				return nil, fmt.Errorf("set aside: %w", err)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// eachAside goes through what was set aside, bodies and all.
func (w *Workspace) eachAside(fn func(automerge.Hash, Refused) error) error {
	return w.store.View(func(tx *storage.Tx) error {
		return tx.Each(inAside, nil, func(key, value []byte) error {
			var r Refused
			if err := json.Unmarshal(value, &r); err != nil || len(key) != len(automerge.Hash{}) {
				return fmt.Errorf("read what was set aside: %w", errors.Join(err, storage.ErrDamaged))
			}
			return fn(automerge.Hash(key), r)
		})
	})
}

// readAside reads what was set aside, for the status and so that none of it is
// opened again.
func (w *Workspace) readAside() error {
	all := map[automerge.Hash]Refused{}
	if err := w.eachAside(func(key automerge.Hash, r Refused) error {
		r.Body = nil
		all[key] = r
		return nil
	}); err != nil {
		return err
	}
	w.asideMu.Lock()
	defer w.asideMu.Unlock()
	w.aside = all
	return nil
}

func (w *Workspace) isAside(h automerge.Hash) (why string, aside bool) {
	w.asideMu.Lock()
	defer w.asideMu.Unlock()
	r, aside := w.aside[h]
	return r.Why, aside
}

// dropAside forgets that something was set aside.
func (w *Workspace) dropAside(keys []automerge.Hash) error {
	for part := range slices.Chunk(keys, keysAtOnce) {
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, key := range part {
				if err := tx.Delete(inAside, key[:]); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	w.asideMu.Lock()
	defer w.asideMu.Unlock()
	for _, key := range keys {
		delete(w.aside, key)
	}
	return nil
}

// lookEvery is how long something waits that was set aside unseen, because its
// writer had sent too much that cannot be opened.
const lookEvery = time.Hour

var keyLooked = []byte("looked")

// lookAgain lets a child look at what was set aside unseen. Whatever of it can be
// opened is taken in; of what cannot, only so much is looked for each time. So an
// honest change waits, and is never lost, and poison costs little for ever.
func (w *Workspace) lookAgain(ctx context.Context) error {
	w.taking.Lock()
	defer w.taking.Unlock()
	due, err := w.lookDue()
	if err != nil || !due {
		return err
	}
	byDoc := map[artefact.DocID]*job{}
	var jobs []*job
	if err := w.eachAside(func(_ automerge.Hash, r Refused) error {
		if r.Why != string(hydrate.Suspect) {
			return nil
		}
		c, meta, err := artefact.ParseChange(r.Body)
		if err != nil {
			return err
		}
		j := byDoc[c.Doc]
		if j == nil {
			j = &job{doc: c.Doc, again: true}
			byDoc[c.Doc] = j
			jobs = append(jobs, j)
		}
		j.arrived = append(j.arrived, arrived{received{device: r.Device, carrier: r.Device, number: r.Number, body: r.Body}, c, meta.Hash, meta.Time})
		return nil
	}); err != nil {
		return err
	}
	w.pool.Forgive()
	return w.takeIn(ctx, jobs, nil)
}

// lookDue reports whether it is time to look again, and notes that it was.
func (w *Workspace) lookDue() (due bool, err error) {
	w.asideMu.Lock()
	for _, r := range w.aside {
		if due = r.Why == string(hydrate.Suspect); due {
			break
		}
	}
	w.asideMu.Unlock()
	if !due {
		return false, nil
	}
	now := w.Now()
	err = w.store.Update(func(tx *storage.Tx) error {
		b, err := tx.Get(inState, keyLooked)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if len(b) == 8 {
			since := now.Sub(time.Unix(int64(binary.BigEndian.Uint64(b)), 0))
			due = since >= lookEvery || since < 0 // the clock was set back
		}
		if !due {
			return nil
		}
		return tx.Put(inState, keyLooked, binary.BigEndian.AppendUint64(nil, uint64(now.Unix())))
	})
	return due, err
}

// keepLooking looks again from time to time until the workspace is closed.
func (w *Workspace) keepLooking() {
	for {
		_ = w.lookAgain(w.background) // it is tried again
		select {
		case <-w.background.Done():
			return
		case <-time.After(lookEvery / 4):
		}
	}
}

// readsVersion is raised when this program reads, or survives, more than the one
// before: what that one set aside is then looked at again. The replica hands it
// over once more.
const readsVersion = "1"

func (w *Workspace) forgetAside() error {
	var keys []automerge.Hash
	same := false
	err := w.store.View(func(tx *storage.Tx) error {
		version, err := tx.Get(inState, []byte("reads"))
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if same = string(version) == readsVersion; same {
			return nil
		}
		return tx.Keys(inAside, nil, func(key []byte) error { keys = append(keys, automerge.Hash(key)); return nil })
	})
	if err != nil || same {
		return err
	}
	if err := w.dropAside(keys); err != nil {
		return err
	}
	return w.store.Update(func(tx *storage.Tx) error { return tx.Put(inState, []byte("reads"), []byte(readsVersion)) })
}
