package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/hydrate"
	"longhand/app/kind"
	"longhand/storage"
	"longhand/sync/replica"
)

// How others’ changes come in. Changes of one document are a job: a child
// process opens what is known together with what is new, and gives back the
// view. What it cannot open is set aside; the rest goes to the store with its
// view in one transaction, some documents at a time. The newest come first, so
// that whoever joins a large team soon sees what it is working on.

// A job is one document that somebody else wrote in.
type job struct {
	doc     artefact.DocID
	arrived []arrived // may be empty: then only its view is to be made
	have    []artefact.Change
	fresh   []artefact.Change
	res     hydrate.Result
	view    packed // of res.View, unless it waits
	idle    bool   // nothing of it is new
	again   bool   // what arrived had been set aside unseen
	refused replica.Refusals
}

const (
	childrenAtOnce = 2
	jobsAtOnce     = 64        // documents that are opened before anything is stored
	keysAtOnce     = 1000      // that are marked or taken away in one transaction
	bytesAtOnce    = 512 << 10 // of changes and views in one transaction, of which Badger takes some 1.2 MB
)

// takeIn does the jobs, and tells how far it is. What it refuses is set aside
// and does not hold up anything else; an error is this device’s own trouble.
func (w *Workspace) takeIn(ctx context.Context, jobs []*job, progress func(done, of int)) error {
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(b.newest(), a.newest()) })
	all := len(jobs)
	done := 0
	for part := range slices.Chunk(jobs, jobsAtOnce) {
		if err := w.takeSome(ctx, part); err != nil {
			return err
		}
		if done += len(part); progress != nil {
			progress(done, all)
		}
	}
	return nil
}

// newest is when somebody last wrote what has arrived of a document.
func (j *job) newest() (t int64) {
	for _, a := range j.arrived {
		t = max(t, a.at)
	}
	return t
}

// size is what is to be written, in bytes.
func (j *job) size() int {
	n := len(j.view.whole) + len(j.view.head)
	for _, c := range j.fresh {
		n += sizeOf(c)
	}
	return n
}

// sizeOf is about what a change takes in an update.
func sizeOf(c artefact.Change) int { return len(c.Raw) + 128 }

// takeSome opens some documents in children, and stores them together.
func (w *Workspace) takeSome(ctx context.Context, jobs []*job) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(childrenAtOnce)
	for _, j := range jobs {
		group.Go(func() error { return w.open(inner, j) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, j := range jobs {
		if j.idle { // all of it was here, if a kill came before it could be noted
			if err := w.dropAside(j.looked()); err != nil {
				return err
			}
		}
	}
	jobs = slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return j.idle })
	if len(jobs) == 0 {
		return nil
	}
	stale, err := w.storeAll(jobs)
	if err != nil {
		return err
	}
	var docs []artefact.DocID
	for _, j := range jobs {
		if err := w.show(j, slices.Contains(stale, j)); err != nil {
			return fmt.Errorf("apply changes to %s: %w", j.doc, err)
		}
		docs = append(docs, j.doc)
		j.done()
	}
	w.changed(docs...)
	return nil
}

// open reads what the store has of a document, and lets a child open it with
// what is new.
func (w *Workspace) open(ctx context.Context, j *job) error {
	var err error
	if j.have, err = w.changes(j.doc); err != nil {
		return err
	}
	known := map[automerge.Hash]bool{}
	for _, c := range j.have {
		known[automerge.HashOf(c.Raw)] = true
	}
	for _, a := range j.arrived {
		switch why, aside := w.isAside(a.hash); {
		case aside && !j.again:
			j.refused = append(j.refused, a.refusal(why))
		case !known[a.hash]:
			known[a.hash] = true
			j.fresh = append(j.fresh, a.change)
		}
	}
	if j.idle = len(j.fresh) == 0 && len(j.arrived) > 0 || len(j.fresh)+len(j.have) == 0; j.idle {
		return nil
	}
	j.res, err = w.pool.Hydrate(ctx, hydrate.Job{Doc: j.doc, Have: j.have, New: j.fresh, Owners: w.owner, Begun: w.beginnerOf})
	if err != nil {
		return err
	}
	j.note()
	if j.res.Waits != nil {
		return nil
	}
	j.view, err = packView(j.res.View)
	return err
}

// note names the entries that the child could not open.
func (j *job) note() {
	why := map[automerge.Hash]hydrate.Why{}
	for _, p := range j.res.Poison {
		why[p.Change] = p.Why
	}
	for _, a := range j.arrived {
		if why, bad := why[a.hash]; bad {
			j.refused = append(j.refused, a.refusal(string(why)))
		}
	}
}

// storeAll writes what the children could open, and sets aside what they could
// not. It returns the jobs whose view is old already, because this device wrote
// in the document meanwhile.
func (w *Workspace) storeAll(jobs []*job) (stale []*job, err error) {
	w.saving.Lock()
	defer w.saving.Unlock()
	old := map[*job]bool{} // what is taken out below makes no view old
	var bad []Refused
	for _, j := range jobs {
		if err := w.store.View(func(tx *storage.Tx) (err error) {
			old[j], err = isStale(tx, j)
			return err
		}); err != nil {
			return nil, err
		}
		some, err := j.poison()
		if err != nil {
			return nil, err
		}
		bad = append(bad, some...)
	}
	if err := w.setAside(bad...); err != nil {
		return nil, err
	}
	for len(jobs) > 0 {
		n, size := 0, 0
		for n < len(jobs) && size+jobs[n].size() <= bytesAtOnce {
			size += jobs[n].size()
			n++
		}
		if n == 0 {
			n = 1
			err = w.storeLarge(jobs[0], old[jobs[0]])
		} else {
			err = w.storeTogether(jobs[:n], old)
		}
		if err != nil {
			return nil, err
		}
		for _, j := range jobs[:n] { // before this device can write a newer one
			if j.res.Waits == nil && !old[j] {
				w.index.put(j.res.View)
				w.findable(j.res.View)
			}
			if old[j] {
				stale = append(stale, j)
			}
			if err := w.dropAside(j.looked()); err != nil {
				return nil, err
			}
		}
		jobs = jobs[n:]
	}
	return stale, nil
}

// looked is what had been set aside unseen and is taken in now.
func (j *job) looked() (out []automerge.Hash) {
	if !j.again {
		return nil
	}
	bad := map[automerge.Hash]bool{}
	for _, p := range j.res.Poison {
		bad[p.Change] = true
	}
	for _, a := range j.arrived {
		if !bad[a.hash] {
			out = append(out, a.hash)
		}
	}
	return out
}

// storeTogether writes some documents in one transaction.
func (w *Workspace) storeTogether(jobs []*job, old map[*job]bool) error {
	return w.store.Update(func(tx *storage.Tx) error {
		for _, j := range jobs {
			for _, c := range j.res.Good(j.fresh) {
				if err := putChange(tx, c); err != nil {
					return err
				}
			}
			if err := j.putView(tx, old[j]); err != nil {
				return err
			}
		}
		return nil
	})
}

// storeLarge writes a document that one transaction does not hold, a few changes
// at a time. It is marked until its view is there.
func (w *Workspace) storeLarge(j *job, old bool) error {
	for all := j.res.Good(j.fresh); len(all) > 0; {
		n, size := 0, 0
		for n < len(all) && (n == 0 || size+sizeOf(all[n]) <= bytesAtOnce) {
			size += sizeOf(all[n])
			n++
		}
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, c := range all[:n] {
				if err := putChange(tx, c); err != nil {
					return err
				}
			}
			return putDirty(tx, j.doc)
		}); err != nil {
			return err
		}
		all = all[n:]
	}
	return w.store.Update(func(tx *storage.Tx) error { return j.putView(tx, old) })
}

// isStale reports whether the store has other changes of a document than those
// that were opened.
func isStale(tx *storage.Tx, j *job) (bool, error) {
	now := 0
	err := tx.Keys(inChanges, j.doc[:], func([]byte) error { now++; return nil })
	return now != len(j.have), err
}

// putView writes the view of a job, or marks the document if there is none that
// could be shown.
func (j *job) putView(tx *storage.Tx, stale bool) error {
	if stale || j.res.Waits != nil {
		return putDirty(tx, j.doc)
	}
	return putPacked(tx, j.doc, j.view)
}

// done lets go of what is stored: a newcomer’s first batch may have thousands of
// documents.
func (j *job) done() {
	j.arrived, j.have, j.fresh, j.view, j.res.View = nil, nil, nil, packed{}, artefact.View{}
}

// gone counts the changes that were known and are taken out again.
func (j *job) gone() (n int) {
	for _, p := range j.res.Poison {
		if p.Held {
			n++
		}
	}
	return n
}

// show brings the document, if it is open, up to what was stored, and makes a
// view that was old already.
func (w *Workspace) show(j *job, stale bool) error {
	w.desk.mu.Lock()
	open := w.desk.open[j.doc]
	w.desk.mu.Unlock()
	switch {
	case open != nil:
		return w.mergeOpen(open, j)
	case stale:
		return w.refresh(j.doc)
	}
	return nil // what waits is kept, marked, and shown when it can be
}

// mergeOpen adds changes to a document that somebody has open.
func (w *Workspace) mergeOpen(open *sheet, j *job) error {
	open.mu.Lock()
	defer open.mu.Unlock()
	if open.doc == nil { // closed meanwhile: the store has it all
		return w.refreshClosed(j)
	}
	if err := w.bundle(open); err != nil {
		return err
	}
	_ = w.saveSheet(open)                  // it has told the window itself
	survived, _ := w.marker.Opening(j.doc) // on a full disk a crash would not be noticed, and that is all
	err := w.mergeOrReopen(open, j)
	survived()
	if err != nil {
		return err
	}
	open.view = nil
	w.refreshTexts(open)
	v, err := open.doc.View()
	if err != nil {
		return err
	}
	return w.putFresh(v)
}

// mergeOrReopen reads the document anew when something that it has was set aside.
func (w *Workspace) mergeOrReopen(open *sheet, j *job) error {
	if j.gone() > 0 {
		return w.reopen(open)
	}
	return open.doc.Merge(j.res.Good(j.fresh)...)
}

func (w *Workspace) refreshClosed(j *job) error {
	if j.res.Waits != nil {
		return nil
	}
	return w.refresh(j.doc)
}

func (w *Workspace) putFresh(v artefact.View) error {
	w.saving.Lock()
	defer w.saving.Unlock()
	w.index.put(v)
	w.findable(v)
	return w.store.Update(func(tx *storage.Tx) error { return putView(tx, v) })
}

// refresh makes the view of a document anew, here.
func (w *Workspace) refresh(doc artefact.DocID) error {
	err := w.with(doc, nil, func(s *sheet) error {
		v, err := s.doc.View()
		if err != nil {
			return err
		}
		return w.putFresh(v)
	})
	if errors.Is(err, artefact.ErrIncomplete) || errors.Is(err, artefact.ErrKind) {
		return nil // it is kept, marked, and shown when it can be
	}
	return err
}

// beginnerOf is the person who alone can have begun a document, by its view.
func (w *Workspace) beginnerOf(v artefact.View) artefact.Person {
	k, ok := kind.Of(v.Kind)
	doc, err := artefact.ParseDocID(v.Doc)
	if !ok || err != nil {
		return ""
	}
	var weeks []string
	if s, ok := v.Values["week"].(string); ok {
		weeks = append(weeks, s)
	}
	for _, c := range v.Contested["week"] {
		if s, ok := c.Value.(string); ok {
			weeks = append(weeks, s)
		}
	}
	return w.beginner(doc, k, weeks)
}

// makeViews makes the views of documents that are marked. One that cannot be
// opened yet keeps its mark, and is tried at the next opening.
func (w *Workspace) makeViews(ctx context.Context, progress func(done, of int)) error {
	var jobs []*job
	err := w.store.View(func(tx *storage.Tx) error {
		return tx.Keys(inDirty, nil, func(key []byte) error {
			jobs = append(jobs, &job{doc: artefact.DocID(key)})
			return nil
		})
	})
	if err != nil {
		return err
	}
	return w.takeIn(ctx, jobs, progress)
}
