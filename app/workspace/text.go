package workspace

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"

	"longhand/app/artefact"
)

// A text that is open in an editor. The editor and this end agree on a version
// before an edit counts: Wails runs calls side by side, and the version gives
// them their order. Here is the authority: a stale edit is refused, and the
// editor pulls, rebases and tries again.
type text struct {
	path    string
	now     string
	version int
	since   int // the version before the first of updates
	updates []Update
	openers int
}

var (
	// ErrStale: the editor is too far behind to catch up and has to reopen.
	ErrStale = errors.New("the text has moved on; it has to be opened again")
	// ErrUpdate: an edit does not fit the text it claims to be of.
	ErrUpdate = errors.New("an edit that does not fit its text")
)

const (
	idle        = time.Second     // without typing, before a change is made of what was typed
	atMost      = 3 * time.Second // of typing, before one is made anyway
	keptUpdates = 5000
)

// OpenText opens a text of an artefact in an editor.
func (w *Workspace) OpenText(id, path string) (state TextState, err error) {
	doc, err := w.index.find(id)
	if err != nil {
		return state, err
	}
	return state, w.with(doc, nil, func(s *sheet) error {
		t := s.texts[path]
		if t == nil {
			f, err := artefact.FieldAt(s.doc.Kind, path)
			if err != nil {
				return err
			}
			if !f.Type.Written() {
				return fmt.Errorf("open %s: %w", path, artefact.ErrValue)
			}
			now, err := s.doc.Text(path)
			if err != nil {
				return err
			}
			t = &text{path: path, now: now}
			s.texts[path] = t
		}
		t.openers++
		state = TextState{t.version, t.now}
		return nil
	})
}

// CloseText ends what OpenText began, and saves.
func (w *Workspace) CloseText(id, path string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	return w.with(doc, nil, func(s *sheet) error {
		if t := s.texts[path]; t != nil {
			if t.openers--; t.openers <= 0 {
				delete(s.texts, path)
			}
		}
		return w.commit(s)
	})
}

// Flush saves what is being typed now.
func (w *Workspace) Flush(id string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	return w.with(doc, nil, w.commit)
}

// PushText takes edits that build on a version. It reports false when the text
// has moved on: pull, rebase and push again.
func (w *Workspace) PushText(id, path string, version int, updates []Update) (bool, error) {
	doc, err := w.index.find(id)
	if err != nil {
		return false, err
	}
	var taken bool
	err = w.with(doc, nil, func(s *sheet) error {
		t := s.texts[path]
		if t == nil {
			return ErrStale
		}
		if version != t.version {
			return nil
		}
		if err := w.mayType(s, path); err != nil {
			return err
		}
		// All is checked before anything is written: an edit that was taken by
		// half would be sent again, and come twice.
		all, next := make([][]splice, len(updates)), t.now
		for i, u := range updates {
			if all[i], next, err = fromUTF16(next, u.Changes); err != nil {
				return err
			}
			for _, sp := range all[i] {
				if err := s.doc.Fits(path, sp.ins); err != nil {
					return err
				}
			}
		}
		for i, u := range updates {
			if err := w.typeInto(s, t, u, all[i]); err != nil {
				return err
			}
		}
		taken = true
		w.notify("text", map[string]any{"id": id, "path": path, "version": t.version})
		w.schedule(s, id)
		return nil
	})
	return taken, err
}

// mayType is mayEdit for every key: what it asks changes with a state or a
// merge, not with typing, and is read again after those.
func (w *Workspace) mayType(s *sheet, path string) error {
	if s.view == nil {
		v, err := s.doc.View()
		if err != nil {
			return err
		}
		s.view = &v
	}
	return w.mayEdit(s.doc.Kind, s.view, path)
}

// PullText returns the edits since a version.
func (w *Workspace) PullText(id, path string, version int) (out []Update, err error) {
	doc, err := w.index.find(id)
	if err != nil {
		return nil, err
	}
	return out, w.with(doc, nil, func(s *sheet) error {
		t := s.texts[path]
		if t == nil || version < t.since || version > t.version {
			return ErrStale
		}
		out = append([]Update{}, t.updates[version-t.since:]...)
		return nil
	})
}

// schedule commits a second after the last key, and three after the first.
func (w *Workspace) schedule(s *sheet, id string) {
	now := time.Now() // a timer runs on the computer’s clock, whatever --at says
	if s.typed.IsZero() {
		s.typed = now
		w.notify("saved", map[string]any{"id": id, "state": "writing"})
	}
	wait := max(0, min(idle, atMost-now.Sub(s.typed)))
	if s.commit != nil {
		s.commit.Stop()
	}
	s.commit = time.AfterFunc(wait, func() { w.retry(s) })
}

// A splice replaces del code points at a position by ins.
type splice struct {
	at, del int
	ins     string
}

// typeInto applies one checked edit of an editor to the document and the open
// text. Should the document refuse it all the same, the document is opened
// anew, and the editor hears what it says.
func (w *Workspace) typeInto(s *sheet, t *text, u Update, splices []splice) error {
	for _, sp := range splices {
		if err := s.doc.Splice(t.path, sp.at, sp.del, sp.ins); err != nil {
			s.doc.Rollback()
			return errors.Join(err, w.reopen(s))
		}
	}
	_, next, err := fromUTF16(t.now, u.Changes)
	if err != nil {
		return err
	}
	t.now = next
	t.add(u)
	return nil
}

func (t *text) add(u Update) {
	t.updates = append(t.updates, u)
	t.version++
	if len(t.updates) > 2*keptUpdates {
		t.updates = append([]Update{}, t.updates[keptUpdates:]...)
		t.since += keptUpdates
	}
}

// fromUTF16 is the one place where positions of the editor, in UTF-16 units,
// become positions of the document, in code points. changes is a CodeMirror
// ChangeSet as JSON.
func fromUTF16(now string, changes []any) (out []splice, next string, err error) {
	var b strings.Builder
	rest, at := now, 0
	// take reads n units from rest and says how many code points they are.
	take := func(n int) (string, int, error) {
		bytes, points := 0, 0
		for n > 0 && bytes < len(rest) {
			r, size := utf8.DecodeRuneInString(rest[bytes:])
			n--
			if r >= 0x10000 {
				n--
			}
			bytes += size
			points++
		}
		if n != 0 {
			return "", 0, ErrUpdate
		}
		part := rest[:bytes]
		rest = rest[bytes:]
		return part, points, nil
	}
	for _, c := range changes {
		switch c := c.(type) {
		case float64:
			part, points, err := take(int(c))
			if err != nil || c < 0 {
				return nil, "", ErrUpdate
			}
			b.WriteString(part)
			at += points
		case []any:
			sp, err := section(c)
			if err != nil {
				return nil, "", err
			}
			_, points, err := take(sp.del)
			if err != nil {
				return nil, "", err
			}
			b.WriteString(sp.ins)
			out = append(out, splice{at, points, sp.ins})
			at += utf8.RuneCountInString(sp.ins)
		default:
			return nil, "", ErrUpdate
		}
	}
	if rest != "" {
		return nil, "", ErrUpdate
	}
	return out, b.String(), nil
}

// section reads [deleted units, "line", "line"].
func section(c []any) (splice, error) {
	if len(c) == 0 {
		return splice{}, ErrUpdate
	}
	n, ok := c[0].(float64)
	if !ok || n < 0 {
		return splice{}, ErrUpdate
	}
	lines := make([]string, 0, len(c)-1)
	for _, l := range c[1:] {
		s, ok := l.(string)
		if !ok {
			return splice{}, ErrUpdate
		}
		lines = append(lines, s)
	}
	return splice{del: int(n), ins: strings.Join(lines, "\n")}, nil
}

// toUTF16 is the way back: the ChangeSet that turns one text into another.
func toUTF16(was, is string) []any {
	out := []any{}
	for _, d := range difference(was, is) {
		n := units(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			out = append(out, float64(n))
		case diffmatchpatch.DiffDelete:
			out = append(out, []any{float64(n)})
		case diffmatchpatch.DiffInsert:
			section := []any{0.0}
			for _, line := range strings.Split(d.Text, "\n") {
				section = append(section, line)
			}
			out = append(out, section)
		}
	}
	return out
}

func units(s string) (n int) {
	for _, r := range s {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

func difference(was, is string) []diffmatchpatch.Diff {
	return diffmatchpatch.New().DiffMainRunes([]rune(was), []rune(is), false)
}

// refreshTexts brings open editors to what the document says, after it was
// changed by something else than their typing. The sheet is locked.
func (w *Workspace) refreshTexts(s *sheet) {
	for path, t := range s.texts {
		is, err := s.doc.Text(path)
		if err != nil || is == t.now {
			continue
		}
		t.add(Update{Changes: toUTF16(t.now, is)})
		t.now = is
		w.notify("text", map[string]any{"id": w.index.id(s.doc.ID), "path": path, "version": t.version})
	}
}

// Write makes a text read as given. Only what differs is written, so that it
// merges with what others write.
func (w *Workspace) Write(id, path, content string, appendTo bool) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	if content = plainText(content); !utf8.ValidString(content) {
		return fmt.Errorf("write %s: %w: it is not UTF-8 text", path, artefact.ErrValue)
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		if f, err := artefact.FieldAt(a.Kind, path); err != nil {
			return err
		} else if !f.Type.Written() {
			return fmt.Errorf("write %s: %w: it holds a %s, which is set and not written", path, artefact.ErrValue, f.Type)
		}
		v, err := a.View()
		if err != nil {
			return err
		}
		if err := w.mayEdit(a.Kind, &v, path); err != nil {
			return err
		}
		was, err := a.Text(path)
		if err != nil {
			return err
		}
		is := content
		if appendTo && was != "" {
			is = strings.TrimSuffix(was, "\n") + "\n" + content
		}
		return rewrite(a, path, was, is)
	})
}

func rewrite(a *artefact.Artefact, path, was, is string) error {
	if was == is {
		return nil
	}
	dmp := diffmatchpatch.New()
	at := 0
	for _, d := range dmp.DiffCleanupSemantic(difference(was, is)) {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffEqual:
			at += n
		case diffmatchpatch.DiffDelete:
			if err := a.Splice(path, at, n, ""); err != nil {
				return err
			}
		case diffmatchpatch.DiffInsert:
			if err := a.Splice(path, at, 0, d.Text); err != nil {
				return err
			}
			at += n
		}
	}
	return nil
}
