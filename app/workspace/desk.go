package workspace

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
)

// The desk holds the documents that are open. Opening one takes some
// milliseconds and megabytes, so a few stay open after use.
const mostOpen = 20

type desk struct {
	mu   sync.Mutex
	open map[artefact.DocID]*sheet
	used []artefact.DocID // least recently first
}

// A sheet is one open document. Its lock is held while the document is read
// or written.
type sheet struct {
	mu     sync.Mutex
	doc    *artefact.Artefact // nil once closed
	texts  map[string]*text   // open in an editor, by path
	typed  time.Time          // when the first edit came that is not yet committed
	commit *time.Timer
	saved  time.Time
	view   *artefact.View // for mayType; nil when something other than typing changed it
	// unsaved are changes that the document has and the journal does not yet:
	// the disk was full. Later changes build on them, so they go first.
	unsaved []artefact.Change
}

// with opens a document and calls fn with its sheet locked. make begins the
// document when there is none; nil refuses.
func (w *Workspace) with(doc artefact.DocID, make func(automerge.Actor) (*artefact.Artefact, error), fn func(*sheet) error) error {
	for {
		s, err := w.sheet(doc, make)
		if err != nil {
			return err
		}
		s.mu.Lock()
		if s.doc == nil { // closed between finding and locking
			s.mu.Unlock()
			continue
		}
		defer s.mu.Unlock()
		return fn(s)
	}
}

func (w *Workspace) sheet(doc artefact.DocID, make func(automerge.Actor) (*artefact.Artefact, error)) (*sheet, error) {
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	if s := w.desk.open[doc]; s != nil {
		w.desk.use(doc)
		return s, nil
	}
	changes, err := w.changes(doc)
	if err != nil {
		return nil, err
	}
	actor, err := w.actor()
	if err != nil {
		return nil, err
	}
	var a *artefact.Artefact
	switch {
	case len(changes) > 0:
		a, err = artefact.Open(doc, changes, actor, w.owner)
	case make != nil:
		a, err = make(actor)
	default:
		err = fmt.Errorf("%w: %s", ErrNoArtefact, doc)
	}
	if err != nil {
		return nil, err
	}
	if err := w.desk.makeRoom(); err != nil {
		a.Close()
		return nil, err
	}
	s := &sheet{doc: a, texts: map[string]*text{}}
	if w.desk.open == nil {
		w.desk.open = map[artefact.DocID]*sheet{}
	}
	w.desk.open[doc] = s
	w.desk.use(doc)
	return s, nil
}

// actor is this device and 16 random bytes: new at every opening of a
// document, so that a restored backup never repeats one.
func (w *Workspace) actor() (a automerge.Actor, err error) {
	device := w.identity.Device()
	copy(a[:], device[:])
	_, err = io.ReadFull(w.random(), a[16:])
	return a, err
}

func (d *desk) use(doc artefact.DocID) {
	d.used = append(slices.DeleteFunc(d.used, func(o artefact.DocID) bool { return o == doc }), doc)
}

// makeRoom closes documents that nobody is at, the longest unused first.
func (d *desk) makeRoom() error {
	for _, doc := range slices.Clone(d.used) {
		if len(d.open) < mostOpen {
			return nil
		}
		s := d.open[doc]
		if !s.mu.TryLock() {
			continue
		}
		if len(s.texts) == 0 && !s.doc.Pending() && len(s.unsaved) == 0 {
			s.doc.Close()
			s.doc = nil
			delete(d.open, doc)
			d.used = slices.DeleteFunc(d.used, func(o artefact.DocID) bool { return o == doc })
		}
		s.mu.Unlock()
	}
	return nil
}

func (d *desk) closeAll(w *Workspace) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for doc, s := range d.open {
		s.mu.Lock()
		errs = append(errs, w.commit(s))
		if s.commit != nil {
			s.commit.Stop()
		}
		s.doc.Close()
		s.doc = nil
		s.mu.Unlock()
		delete(d.open, doc)
	}
	d.used = nil
	return errors.Join(errs...)
}

// commit makes one change of what was edited on a sheet and saves it. The
// sheet is locked.
func (w *Workspace) commit(s *sheet) error {
	if s.commit != nil {
		s.commit.Stop()
	}
	s.typed = time.Time{}
	c, ok, err := s.doc.Commit(w.Now())
	if err != nil {
		return err
	}
	if ok {
		s.unsaved = append(s.unsaved, c)
	}
	if len(s.unsaved) == 0 {
		return nil
	}
	v, err := s.doc.View()
	if err != nil {
		return err
	}
	id := w.index.id(s.doc.ID)
	if err := w.save(v, s.unsaved...); err != nil {
		w.notify("saved", map[string]any{"id": id, "state": "failed", "problem": Explain(err)})
		s.commit = time.AfterFunc(retrySave, func() { w.retry(s) })
		return err
	}
	s.unsaved = nil
	s.saved = w.Now()
	w.findable(v)
	id = w.index.id(s.doc.ID) // it may be new
	w.notify("saved", map[string]any{"id": id, "state": "saved", "at": stamp(s.saved)})
	w.changed(s.doc.ID)
	return nil
}

// retrySave is how long to wait after a disk refused.
const retrySave = 5 * time.Second

func (w *Workspace) retry(s *sheet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.doc != nil {
		_ = w.commit(s) // it has told the window itself
	}
}

// changed tells the window which artefacts read differently now.
func (w *Workspace) changed(docs ...artefact.DocID) {
	names, ids := []string{}, []string{}
	for _, d := range docs {
		names, ids = append(names, d.String()), append(ids, w.index.id(d))
	}
	w.notify("changed", map[string]any{"docs": names, "ids": ids})
}

// edit changes one document: what is being typed is committed before, and
// what fn did after. If fn fails nothing of it remains.
func (w *Workspace) edit(doc artefact.DocID, fn func(*artefact.Artefact) error) error {
	return w.with(doc, nil, func(s *sheet) error { return w.editSheet(s, fn) })
}

func (w *Workspace) editSheet(s *sheet, fn func(*artefact.Artefact) error) error {
	if err := w.commit(s); err != nil {
		return err
	}
	s.view = nil
	if err := fn(s.doc); err != nil {
		s.doc.Rollback()
		return err
	}
	w.refreshTexts(s)
	return w.commit(s)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
