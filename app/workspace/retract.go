package workspace

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/storage"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// What a removed device wrote beyond its cut does not count, except where a
// change that counts builds on it. The replica asks for both. It speaks of
// entries, and a document is made of changes: the same change can stand in
// several entries, some of which count, and then it counts.

// place is where an entry stands; the salt tells the branches of a fork apart.
type place struct {
	device journal.DeviceID
	number uint64
	salt   [16]byte
}

func placeOf(e journal.Entry) place { return place{e.Device, e.Number, e.Salt} }

// needed says which entries something depends on that counts, directly or
// through others of them. It is told of everything of one device that does not
// count, before any of that is retracted.
func (w *Workspace) needed(ctx context.Context, all []replica.Received) ([]replica.Received, error) {
	w.taking.Lock()
	defer w.taking.Unlock()
	w.beyond = map[place]bool{}
	out := map[automerge.Hash][]replica.Received{}
	docs := map[artefact.DocID]bool{}
	metas := map[automerge.Hash]automerge.Change{}
	for _, r := range all {
		w.beyond[placeOf(r.Entry)] = true
		c, meta, err := artefact.ParseChange(r.Entry.Body)
		if err != nil {
			continue // nothing can depend on it
		}
		out[meta.Hash], metas[meta.Hash] = append(out[meta.Hash], r), meta
		docs[c.Doc] = true
	}
	here := map[artefact.DocID][]automerge.Change{}
	var doubtful []replica.Received
	for doc := range docs {
		changes, err := w.changes(doc)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			if meta, err := automerge.ParseChange(c.Raw); err == nil {
				here[doc] = append(here[doc], meta)
				doubtful = append(doubtful, out[meta.Hash]...)
			}
		}
	}
	counts, err := w.standing(ctx, doubtful)
	if err != nil {
		return nil, err
	}
	var needed []replica.Received
	for _, changes := range here {
		var next []automerge.Hash
		for _, meta := range changes {
			if len(out[meta.Hash]) == 0 || counts[meta.Hash] {
				next = append(next, meta.Deps...)
			}
		}
		for ; len(next) > 0; next = next[1:] {
			if found := out[next[0]]; len(found) > 0 {
				needed = append(needed, found...)
				next = append(next, metas[next[0]].Deps...)
				delete(out, next[0])
			}
		}
	}
	return needed, nil
}

// standing says which of the changes in entries that do not count stand in one
// that does as well: of the same device, or of another of its person’s that has
// adopted them, since nobody else can hand them on.
func (w *Workspace) standing(ctx context.Context, all []replica.Received) (map[automerge.Hash]bool, error) {
	out := map[automerge.Hash]bool{}
	want, beyond := map[automerge.Hash]bool{}, map[place]bool{}
	persons, theirs := map[roster.PersonID]bool{}, map[journal.DeviceID]bool{}
	state := w.roster.State()
	for _, r := range all {
		_, meta, err := artefact.ParseChange(r.Entry.Body)
		if err != nil {
			continue
		}
		want[meta.Hash], beyond[placeOf(r.Entry)] = true, true
		if d, ok := state.Device(r.Device); ok {
			persons[d.Person] = true
		}
	}
	if len(want) == 0 {
		return out, nil
	}
	look := func(e journal.Entry) {
		if beyond[placeOf(e)] || w.beyond[placeOf(e)] {
			return
		}
		r, err := w.replica.Unwrap(e)
		if err != nil {
			return
		}
		if _, meta, err := artefact.ParseChange(r.Entry.Body); err == nil && want[meta.Hash] {
			out[meta.Hash] = true
		}
	}
	for _, d := range state.Devices {
		if theirs[d.ID] = persons[d.Person] && !d.Kit; !theirs[d.ID] {
			continue
		}
		for _, r := range w.replica.NotCounted(d.ID) {
			beyond[placeOf(r.Entry)] = true
		}
	}
	keys := w.roster.Keys(w.identity)
	err := w.keep.List(ctx, relay.Segment, func(ref relay.Ref) error {
		if !theirs[ref.Author] || len(out) == len(want) {
			return nil
		}
		d, _ := state.Device(ref.Author)
		b, err := w.keep.Fetch(ctx, ref)
		if errors.Is(err, relay.ErrGone) {
			return nil // what took its place is listed too
		}
		if err != nil {
			return err
		}
		if _, err := journal.Verify(b.Bytes, d.Public); err != nil {
			return nil
		}
		entries, err := journal.Open(b.Bytes, keys)
		if err != nil {
			return nil // no key for it: then nothing of it was applied
		}
		for _, e := range entries {
			if !d.Removed || e.Number <= d.Cut.Number {
				look(e)
			}
		}
		return nil
	})
	if err != nil || !theirs[w.identity.Device()] {
		return out, err
	}
	for from := uint64(1); from <= w.Last(); { // what was not sent yet is in the own journal theirs
		entries, err := w.Entries(from, 256)
		if err != nil || len(entries) == 0 {
			return out, err
		}
		for _, e := range entries {
			look(e)
		}
		from += uint64(len(entries))
	}
	return out, nil
}

// retract takes changes out of their documents again, but those that an entry
// carries which counts.
func (w *Workspace) retract(ctx context.Context, all []replica.Received) error {
	w.taking.Lock()
	defer w.taking.Unlock()
	counts, err := w.standing(ctx, all)
	if err != nil {
		return fmt.Errorf("take back changes: %w", err)
	}
	gone := map[artefact.DocID][]automerge.Hash{}
	for _, r := range all {
		if c, meta, err := artefact.ParseChange(r.Entry.Body); err == nil && !counts[meta.Hash] {
			gone[c.Doc] = append(gone[c.Doc], meta.Hash)
		}
	}
	for doc, hashes := range gone {
		for part := range slices.Chunk(hashes, keysAtOnce) {
			if err := w.store.Update(func(tx *storage.Tx) error {
				for _, h := range part {
					if err := tx.Delete(inChanges, append(doc[:], h[:]...)); err != nil {
						return err
					}
				}
				return putDirty(tx, doc)
			}); err != nil {
				return err
			}
		}
		if err := w.dropAside(hashes); err != nil {
			return err
		}
		if err := w.readAgain(ctx, doc); err != nil {
			return fmt.Errorf("take back changes of %s: %w", doc, err)
		}
	}
	return nil
}

// readAgain makes the view of a document of which something was taken away, or
// forgets it when nothing is left that could be shown.
func (w *Workspace) readAgain(ctx context.Context, doc artefact.DocID) error {
	j := &job{doc: doc}
	if err := w.takeIn(ctx, []*job{j}, nil); err != nil {
		return err
	}
	w.desk.mu.Lock()
	open := w.desk.open[doc]
	w.desk.mu.Unlock()
	if open != nil {
		open.mu.Lock()
		defer open.mu.Unlock()
	}
	if !j.idle && j.res.Waits == nil {
		if open == nil || open.doc == nil {
			return nil
		}
		// It was open with what is gone, and so was the view that was made of it.
		if err := w.reopen(open); err != nil {
			return err
		}
		v, err := open.doc.View()
		if err != nil {
			return err
		}
		return w.putFresh(v)
	}
	w.index.drop(doc)
	w.search.Drop(doc.String())
	w.changed(doc)
	return w.store.Update(func(tx *storage.Tx) error { return dropView(tx, doc) })
}
