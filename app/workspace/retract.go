package workspace

import (
	"context"
	"fmt"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/storage"
	"longhand/sync/replica"
)

// What a removed device wrote beyond its cut does not count, except where a
// change that counts builds on it. The replica asks for both.

// needed says which entries something depends on that counts, directly or
// through others of them.
func (w *Workspace) needed(_ context.Context, all []replica.Received) ([]replica.Received, error) {
	out := map[automerge.Hash]replica.Received{}
	byDoc := map[artefact.DocID][]automerge.Hash{}
	metas := map[automerge.Hash]automerge.Change{}
	for _, r := range all {
		c, meta, err := artefact.ParseChange(r.Entry.Body)
		if err != nil {
			continue // nothing can depend on it
		}
		out[meta.Hash], metas[meta.Hash] = r, meta
		byDoc[c.Doc] = append(byDoc[c.Doc], meta.Hash)
	}
	var needed []replica.Received
	for doc := range byDoc {
		changes, err := w.changes(doc)
		if err != nil {
			return nil, err
		}
		var next []automerge.Hash
		for _, c := range changes {
			if meta, err := automerge.ParseChange(c.Raw); err == nil && out[meta.Hash].Entry.Number == 0 {
				next = append(next, meta.Deps...)
			}
		}
		for ; len(next) > 0; next = next[1:] {
			if r, ok := out[next[0]]; ok {
				needed = append(needed, r)
				next = append(next, metas[next[0]].Deps...)
				delete(out, next[0])
			}
		}
	}
	return needed, nil
}

// retract takes changes out of their documents again.
func (w *Workspace) retract(ctx context.Context, all []replica.Received) error {
	keys := map[artefact.DocID][][]byte{}
	for _, r := range all {
		if c, meta, err := artefact.ParseChange(r.Entry.Body); err == nil {
			keys[c.Doc] = append(keys[c.Doc], append(c.Doc[:], meta.Hash[:]...))
		}
	}
	for doc, gone := range keys {
		if err := w.store.Update(func(tx *storage.Tx) error {
			for _, key := range gone {
				if err := tx.Delete(inChanges, key); err != nil {
					return err
				}
			}
			return putDirty(tx, doc)
		}); err != nil {
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
		if open != nil && open.doc != nil {
			return w.reopen(open)
		}
		return nil
	}
	w.index.drop(doc)
	w.search.Drop(doc.String())
	w.changed(doc)
	return w.store.Update(func(tx *storage.Tx) error { return dropView(tx, doc) })
}
