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
	"longhand/app/hydrate"
	"longhand/app/kind"
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
		a, err = w.openHere(doc, changes, actor)
	case make != nil:
		a, err = make(actor)
	default:
		err = fmt.Errorf("%w: %s", ErrNoArtefact, doc)
	}
	if err != nil {
		return nil, err
	}
	w.desk.makeRoom()
	s := &sheet{texts: map[string]*text{}}
	w.lay(s, a)
	if w.desk.open == nil {
		w.desk.open = map[artefact.DocID]*sheet{}
	}
	w.desk.open[doc] = s
	w.desk.use(doc)
	return s, nil
}

// openHere opens a document in this process. Its changes were opened by a child
// before; if the process died over it all the same, a child looks again, and
// after the second time it is not opened here any more.
func (w *Workspace) openHere(doc artefact.DocID, changes []artefact.Change, actor automerge.Actor) (*artefact.Artefact, error) {
	verdict := w.marker.Verdict(doc)
	if verdict == hydrate.SetAside {
		return nil, fmt.Errorf("%w: %s", ErrCrashes, doc)
	}
	if verdict == hydrate.ChildFirst {
		res, err := w.pool.Hydrate(w.background, hydrate.Job{Doc: doc, Have: changes, Owners: w.owner, Begun: w.beginnerOf})
		if err != nil {
			return nil, err
		}
		if len(res.Poison) > 0 {
			return nil, fmt.Errorf("%w: %w", ErrCrashes, res.Poison[0])
		}
	}
	survived, _ := w.marker.Opening(doc) // on a full disk a crash would not be noticed, and that is all
	defer survived()
	a, err := artefact.Open(doc, changes, actor, w.owner)
	if err == nil && verdict != hydrate.Usual {
		err = w.marker.Forgive(doc)
	}
	return a, err
}

// ErrCrashes: the program ended twice while it opened this document. It is shown
// as it was, and not opened.
var ErrCrashes = errors.New("the program did not survive opening this record")

// lay puts an open document on a sheet.
func (w *Workspace) lay(s *sheet, a *artefact.Artefact) {
	s.doc, s.view = a, nil
	a.BegunBy(w.beginner(a.ID, a.Kind, a.Claimed("week")))
	// A long edit becomes several changes. That the disk refuses one of them is
	// told and tried again; the edit goes on, for the document has it.
	a.Full = func() error {
		if err := w.bundle(s); err != nil {
			return err
		}
		_ = w.saveSheet(s)
		return nil
	}
}

// beginner is the person who alone can have begun a document, for kinds of
// which each person has their own: the one whom its id is derived from.
func (w *Workspace) beginner(doc artefact.DocID, k kind.Kind, weeks []string) artefact.Person {
	var scopes [][]string
	switch k.One {
	case kind.PerPerson:
		scopes = [][]string{nil}
	case kind.PerPersonWeek:
		for _, week := range weeks {
			scopes = append(scopes, []string{week})
		}
	}
	for _, m := range w.roster.State().Members {
		for _, scope := range scopes {
			person := m.Person.String()
			if id, err := w.derive(append([]string{k.ID, person}, scope...)...); err == nil && id == doc {
				return artefact.Person(person)
			}
		}
	}
	return ""
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
func (d *desk) makeRoom() {
	for _, doc := range slices.Clone(d.used) {
		if len(d.open) < mostOpen {
			return
		}
		s := d.open[doc]
		if !s.mu.TryLock() {
			continue
		}
		if s.doc != nil && len(s.texts) == 0 && !s.doc.Pending() && len(s.unsaved) == 0 {
			s.doc.Close()
			s.doc = nil
			delete(d.open, doc)
			d.used = slices.DeleteFunc(d.used, func(o artefact.DocID) bool { return o == doc })
		}
		s.mu.Unlock()
	}
}

// closeAll saves everything and closes it. What cannot be saved is said.
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

// commit makes a change of what was edited on a sheet and saves it. The sheet
// is locked. On an error of the disk the document goes on with what it has, and
// it is tried again; see saveSheet.
func (w *Workspace) commit(s *sheet) error {
	if err := w.bundle(s); err != nil {
		return err
	}
	return w.saveSheet(s)
}

// bundle makes a change of what was edited. One that the format does not take
// is an edit that never was: the document is opened anew without it, because
// nobody could build on it.
func (w *Workspace) bundle(s *sheet) error {
	if s.commit != nil {
		s.commit.Stop()
	}
	s.typed = time.Time{}
	c, ok, err := s.doc.Commit(w.Now())
	if err == nil && ok {
		var body []byte
		if body, err = c.MarshalBinary(); err == nil {
			_, _, err = artefact.ParseChange(body)
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("make a change: %w", err), w.reopen(s))
	}
	if ok {
		s.unsaved = append(s.unsaved, c)
	}
	return nil
}

// reopen opens the document of a sheet anew, from what is saved and what waits
// to be.
func (w *Workspace) reopen(s *sheet) error {
	changes, err := w.changes(s.doc.ID)
	if err != nil {
		return err
	}
	actor, err := w.actor()
	if err != nil {
		return err
	}
	a, err := artefact.Open(s.doc.ID, append(changes, s.unsaved...), actor, w.owner)
	if err != nil {
		return err
	}
	s.doc.Close()
	w.lay(s, a)
	w.refreshTexts(s)
	return nil
}

// saveSheet saves the changes of one sheet that wait to be saved.
func (w *Workspace) saveSheet(s *sheet) error {
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
	if err := w.bundle(s); err != nil {
		return err
	}
	s.view = nil
	if err := fn(s.doc); err != nil {
		s.doc.Rollback()
		w.refreshTexts(s)
		return errors.Join(err, w.saveSheet(s))
	}
	w.refreshTexts(s)
	if err := w.bundle(s); err != nil {
		return err
	}
	// The document has the edit. A disk that refuses it is told about and tried
	// again, here and at closing; an error would have it done twice.
	_ = w.saveSheet(s)
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
