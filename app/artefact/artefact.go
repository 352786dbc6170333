// Package artefact reads and writes one artefact: an Automerge document seen
// through its Kind.
//
// [Open] gives an [Artefact]; edits collect until [Artefact.Commit] makes one
// [Change] of them; changes from elsewhere come in by [Artefact.Merge]; and
// [Artefact.View] is the plain snapshot that everything else reads. The same
// set of changes gives the same View on every device, in any order: state,
// gates and sealing are judged from the graph of changes and not from what the
// writer’s program allowed.
//
// The package is pure. It reads no clock, no file and no randomness, and it
// does not know the roster: who a device belongs to is asked of a function.
package artefact

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

var (
	// ErrNoField: the kind has no such field or part.
	ErrNoField = errors.New("no such field")
	// ErrNoState: the kind has no such state.
	ErrNoState = errors.New("no such state")
	// ErrValue: the value is not what the field holds.
	ErrValue = errors.New("not a value for this field")
	// ErrContested: the field holds more than one value and has to be settled.
	ErrContested = errors.New("contested")
	// ErrSealed: the record is made, and its fields stand as they were.
	ErrSealed = errors.New("sealed")
	// ErrPending: edits have to be committed before this one.
	ErrPending = errors.New("edits are not yet committed")
	// ErrKind: the document says it is of a kind that this version does not know.
	ErrKind = errors.New("a kind that this version of Longhand does not know")
)

// Owners says which person a device belongs to; "" when nobody knows.
type Owners func(Device) Person

// What one change may hold of typing, well inside the limits of the format. A
// longer edit becomes several changes.
const (
	mostOps   = 50_000
	mostBytes = 256 << 10
	mostBirth = 1000
	mostText  = 1 << 20 // bytes of one text
)

// An Artefact is an open document. It has one owner at a time and holds
// memory outside the garbage collector until Close.
type Artefact struct {
	ID   DocID
	Kind kind.Kind

	doc    *automerge.Doc
	device Device
	owners Owners
	born   map[string]automerge.Hash // genesis that the document has, by path
	fresh  map[automerge.Hash]string // of these, those that no change names yet
	memory map[automerge.Hash]*View  // what was read at a change; changes never change
	// touched are the items that the pending edits have marked as being here.
	touched map[string]bool
	ops     int // of the pending edits, about
	bytes   int
	// Full, when set, commits the pending edits because the next would not fit
	// the same change. Without it such an edit is refused with [ErrPending].
	Full     func() error
	beginner Person // who alone can have begun it; "" by its id
}

// New begins an artefact of a kind. The actor is the device and 16 random
// bytes, new for each opening of a document and never used again.
func New(id DocID, k kind.Kind, actor automerge.Actor, owners Owners) (*Artefact, error) {
	a, err := blankArtefact(id, actor, owners)
	if err != nil {
		return nil, err
	}
	a.Kind = k
	var texts []string
	written(k.Fields, "", func(path string) { texts = append(texts, path) })
	if err := a.birth(texts...); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.doc.Put(keyKind, k.ID); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Open opens an artefact from its changes, in any order. The changes have
// passed [ParseChange].
func Open(id DocID, changes []Change, actor automerge.Actor, owners Owners) (*Artefact, error) {
	a, err := blankArtefact(id, actor, owners)
	if err != nil {
		return nil, err
	}
	if err := a.apply(changes); err != nil {
		a.Close()
		return nil, err
	}
	if err := a.findKind(); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

func blankArtefact(id DocID, actor automerge.Actor, owners Owners) (*Artefact, error) {
	doc, err := automerge.New(actor)
	if err != nil {
		return nil, fmt.Errorf("open document %s: %w", id, err)
	}
	return &Artefact{
		ID: id, doc: doc, device: WriterOf(string(actor[:])), owners: owners,
		born: map[string]automerge.Hash{}, fresh: map[automerge.Hash]string{}, memory: map[automerge.Hash]*View{}, touched: map[string]bool{},
	}, nil
}

// findKind reads of which kind the document is. Devices that begin the same
// document while apart write the same kind; of several the first in the
// alphabet stands, so that all devices agree even on nonsense.
func (a *Artefact) findKind() error {
	values, err := a.doc.All(keyKind, nil)
	if err != nil {
		return err
	}
	id := ""
	for _, v := range values {
		if s, ok := v.V.(string); ok && (id == "" || s < id) {
			id = s
		}
	}
	if id == "" {
		return fmt.Errorf("open document %s: %w", a.ID, ErrIncomplete)
	}
	k, ok := kind.Of(id)
	if !ok {
		return fmt.Errorf("open document %s: %w: %q", a.ID, ErrKind, id)
	}
	a.Kind = k
	return nil
}

// ErrIncomplete: the changes on which all others build have not arrived.
var ErrIncomplete = errors.New("its first change has not arrived")

// Close gives the memory back.
func (a *Artefact) Close() { a.doc.Close() }

// Device is the device that this opening writes as.
func (a *Artefact) Device() Device { return a.device }

// Merge adds changes from elsewhere. Edits of one’s own must be committed.
func (a *Artefact) Merge(changes ...Change) error {
	if a.doc.Pending() > 0 {
		return fmt.Errorf("merge into %s: %w", a.ID, ErrPending)
	}
	return a.apply(changes)
}

func (a *Artefact) apply(changes []Change) error {
	var raw [][]byte
	for _, c := range changes {
		for _, path := range c.Births {
			if _, ok := a.born[path]; !ok {
				g := automerge.Genesis(a.ID.String(), path)
				a.born[path] = automerge.HashOf(g)
				raw = append(raw, g)
			}
			delete(a.fresh, a.born[path])
		}
		raw = append(raw, c.Raw)
	}
	if err := a.doc.Apply(raw...); err != nil {
		return fmt.Errorf("merge into %s: %w", a.ID, err)
	}
	return nil
}

// birth brings texts into being that are not there yet. A change has to follow
// that names them.
func (a *Artefact) birth(paths ...string) error {
	paths = slices.DeleteFunc(slices.Clone(paths), func(path string) bool { _, ok := a.born[path]; return ok })
	if len(paths) == 0 {
		return nil
	}
	if a.doc.Pending() > 0 {
		if err := a.full(); err != nil {
			return err
		}
	}
	var raw [][]byte
	for _, path := range paths {
		g := automerge.Genesis(a.ID.String(), path)
		a.born[path] = automerge.HashOf(g)
		a.fresh[a.born[path]] = path
		raw = append(raw, g)
	}
	return a.doc.Apply(raw...)
}

// Pending reports whether there are edits to commit.
func (a *Artefact) Pending() bool { return a.doc.Pending() > 0 }

// Rollback forgets edits that are not committed.
func (a *Artefact) Rollback() {
	a.doc.Rollback()
	a.forget()
}

// forget begins a new change.
func (a *Artefact) forget() {
	clear(a.touched)
	a.ops, a.bytes = 0, 0
}

// room makes sure that an edit fits the pending change.
func (a *Artefact) room(ops, bytes int) error {
	if a.doc.Pending() > 0 && (a.ops+ops > mostOps || a.bytes+bytes > mostBytes) {
		if err := a.full(); err != nil {
			return err
		}
	}
	a.ops, a.bytes = a.ops+ops, a.bytes+bytes
	return nil
}

func (a *Artefact) full() error {
	if a.Full == nil {
		return ErrPending
	}
	return a.Full()
}

// Commit makes one change of the edits since the last. It reports false when
// there were none.
func (a *Artefact) Commit(at time.Time) (Change, bool, error) {
	a.forget()
	c, ok, err := a.doc.Commit(at.UnixMilli())
	if err != nil || !ok {
		return Change{}, false, err
	}
	out := Change{Doc: a.ID, Raw: c.Raw}
	for _, dep := range c.Deps {
		if path, ok := a.fresh[dep]; ok {
			out.Births = append(out.Births, path)
			delete(a.fresh, dep)
		}
	}
	return out, true, nil
}

// Waiting are changes that others build on and that have not arrived.
func (a *Artefact) Waiting() int { return len(a.doc.Missing()) }

// Discard marks a draft as thrown away by its author. It counts only while it
// is a draft, and only from its author.
func (a *Artefact) Discard() error { return a.doc.Put(keyDiscarded, true) }

// Claimed are all values that anybody gave a single-valued field, as text.
func (a *Artefact) Claimed(path string) (out []string) {
	claims, err := a.claims(path, nil)
	if err != nil {
		return nil
	}
	for _, c := range claims {
		if s, ok := c.Value.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Text reads a text as it stands now, uncommitted edits included.
func (a *Artefact) Text(path string) (string, error) {
	s, _, err := a.doc.Text(path, nil)
	return s, err
}
