package hydrate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"longhand/app/artefact"
)

// A Marker notices that this process did not survive opening a document
// itself. While one is being opened there is an empty file of its name; one
// that is found at the next start is a document that the last process died
// over. The files are not synced: they outlive the process, which is what
// matters, and after a power cut one too many costs a child.
//
//	<id>.opening   it is being opened now
//	<id>.crashed   how often that ended the process, as a decimal number
type Marker struct {
	dir string

	mu      sync.Mutex
	open    map[artefact.DocID]int
	crashed map[artefact.DocID]int
}

// A Verdict is how a document is to be opened.
type Verdict int

const (
	// Usual: nothing is known against it.
	Usual Verdict = iota
	// ChildFirst: the last process died while it opened it. A child looks
	// first; when this process has then opened it as well, it is forgiven.
	ChildFirst
	// SetAside: it ended the process twice, the second time after a child had
	// nothing against it. It is not opened here; its View comes from a child.
	SetAside
)

const (
	opening = ".opening"
	crashed = ".crashed"
)

// OpenMarker reads what the last process left in a folder, or makes it. One
// process at a time may use a folder.
func OpenMarker(dir string) (*Marker, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the markers: %w", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open the markers: %w", err)
	}
	m := &Marker{dir: dir, open: map[artefact.DocID]int{}, crashed: map[artefact.DocID]int{}}
	var left []artefact.DocID
	for _, f := range files {
		ext := filepath.Ext(f.Name())
		doc, err := artefact.ParseDocID(strings.TrimSuffix(f.Name(), ext))
		switch {
		case err != nil:
		case ext == opening:
			left = append(left, doc)
		case ext == crashed:
			b, err := os.ReadFile(m.path(doc, crashed))
			if err != nil {
				return nil, fmt.Errorf("open the markers: %w", err)
			}
			n, _ := strconv.Atoi(string(b)) // what is not a number was cut short while it was written
			m.crashed[doc] = max(m.crashed[doc], n, 1)
		}
	}
	for _, doc := range left {
		m.crashed[doc]++
		err := os.WriteFile(m.path(doc, crashed), []byte(strconv.Itoa(m.crashed[doc])), 0o600)
		if err == nil {
			err = os.Remove(m.path(doc, opening))
		}
		if err != nil {
			return nil, fmt.Errorf("open the markers: %w", err)
		}
	}
	return m, nil
}

func (m *Marker) path(doc artefact.DocID, ext string) string {
	return filepath.Join(m.dir, doc.String()+ext)
}

// Opening says that this process begins to open a document, or to add changes
// to one that is open; done says that it survived. An error means only that a
// crash would not be noticed.
func (m *Marker) Opening(doc artefact.DocID) (done func(), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open[doc]++
	if m.open[doc] == 1 {
		err = os.WriteFile(m.path(doc, opening), nil, 0o600)
	}
	return sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.open[doc]--; m.open[doc] == 0 {
			delete(m.open, doc)
			_ = os.Remove(m.path(doc, opening)) // if it stays, a child looks first the next time
		}
	}), err
}

// Verdict says how a document is to be opened.
func (m *Marker) Verdict(doc artefact.DocID) Verdict {
	m.mu.Lock()
	defer m.mu.Unlock()
	return min(Verdict(m.crashed[doc]), SetAside)
}

// Crashed are the documents of which something is known, in order.
func (m *Marker) Crashed() []artefact.DocID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []artefact.DocID
	for doc := range m.crashed {
		out = append(out, doc)
	}
	slices.SortFunc(out, func(a, b artefact.DocID) int { return slices.Compare(a[:], b[:]) })
	return out
}

// Forgive forgets what is known against a document: this process has opened
// it, or what killed it was set aside.
func (m *Marker) Forgive(doc artefact.DocID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.crashed, doc)
	if err := os.Remove(m.path(doc, crashed)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forgive %s: %w", doc, err)
	}
	return nil
}
