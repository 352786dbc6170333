package workspace

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/hydrate"
	"longhand/storage"
	"longhand/sync/journal"
)

// A Refused entry was authentic and is still not applied: it cannot be read, or
// what it says stops the library. It is kept, so that a later version of the
// program, or a person, can look again.
type Refused struct {
	Device journal.DeviceID `json:"device"`
	Number uint64           `json:"number"` // 0 when it is not known any more
	Doc    string           `json:"doc,omitempty"`
	Why    string           `json:"why"`
	Body   []byte           `json:"body"`
}

// asideKey is the hash of the change, or of the body of what is none.
func asideKey(body []byte) automerge.Hash {
	if c, meta, err := artefact.ParseChange(body); err == nil && len(c.Raw) > 0 {
		return meta.Hash
	}
	return sha256.Sum256(body)
}

func putAside(tx *storage.Tx, r Refused) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	key := asideKey(r.Body)
	return tx.Put(inAside, key[:], b)
}

// setAside keeps an entry that cannot be read.
func (w *Workspace) setAside(r received, why error) error {
	one := Refused{Device: r.device, Number: r.number, Why: why.Error(), Body: r.body}
	if err := w.store.Update(func(tx *storage.Tx) error { return putAside(tx, one) }); err != nil {
		return err
	}
	return w.readAside()
}

// putPoison keeps apart what a child could not open, and takes it out of the
// document if it was in it.
func (w *Workspace) putPoison(tx *storage.Tx, j *job) error {
	for _, p := range j.res.Poison {
		one, err := j.record(p)
		if err != nil {
			return err
		}
		if err := putAside(tx, one); err != nil {
			return err
		}
		if p.Held {
			if err := tx.Delete(inChanges, append(j.doc[:], p.Change[:]...)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *job) record(p *hydrate.Poison) (r Refused, err error) {
	r = Refused{Doc: j.doc.String(), Why: string(p.Why)}
	if r.Device, err = journal.ParseDeviceID(string(p.Writer)); err != nil {
		return r, fmt.Errorf("set aside: %w", err)
	}
	for _, a := range j.arrived {
		if automerge.HashOf(a.change.Raw) == p.Change {
			r.Number, r.Body = a.number, a.body
			return r, nil
		}
	}
	for _, c := range j.have {
		if automerge.HashOf(c.Raw) == p.Change {
			r.Body, err = c.MarshalBinary()
			return r, err
		}
	}
	return r, nil
}

// readAside reads what was set aside, for the status and so that none of it is
// opened again.
func (w *Workspace) readAside() error {
	all := map[automerge.Hash]Refused{}
	err := w.store.View(func(tx *storage.Tx) error {
		return tx.Each(inAside, nil, func(key, value []byte) error {
			var r Refused
			if err := json.Unmarshal(value, &r); err != nil || len(key) != len(automerge.Hash{}) {
				return fmt.Errorf("read what was set aside: %w", errors.Join(err, storage.ErrDamaged))
			}
			all[automerge.Hash(key)] = r
			return nil
		})
	})
	if err != nil {
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

// readsVersion is raised when this program reads, or survives, more than the one
// before: what that one set aside is then looked at again. The replica hands it
// over once more.
const readsVersion = "1"

func (w *Workspace) forgetAside() error {
	var keys [][]byte
	err := w.store.View(func(tx *storage.Tx) error {
		version, err := tx.Get(inState, []byte("reads"))
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if string(version) == readsVersion {
			return nil
		}
		return tx.Keys(inAside, nil, func(key []byte) error { keys = append(keys, key); return nil })
	})
	if err != nil {
		return err
	}
	return w.store.Update(func(tx *storage.Tx) error {
		for _, key := range keys {
			if err := tx.Delete(inAside, key); err != nil {
				return err
			}
		}
		return tx.Put(inState, []byte("reads"), []byte(readsVersion))
	})
}
