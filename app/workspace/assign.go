package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/kind"
)

// A plan is what it takes to make fields read as given, as one change: the
// items that come into being, whose texts are born first, and then the edits.
type plan struct {
	w     *Workspace
	who   artefact.Person
	at    time.Time
	kind  kind.Kind
	view  *artefact.View
	items [][2]string // list and id
	// played: the sample is played back, and sets what rules would have set.
	played bool
	steps  []func(*artefact.Artefact) error
}

// assign gives fields and parts their values in one change. Values are in
// plain JSON form: text as it is, people by name, artefacts by id, null to
// clear.
func (w *Workspace) assign(doc artefact.DocID, values map[string]any) error {
	return w.edit(doc, func(a *artefact.Artefact) error { return w.assignTo(a, w.Me(), w.Now(), false, values) })
}

func (w *Workspace) assignTo(a *artefact.Artefact, who artefact.Person, at time.Time, played bool, values map[string]any) error {
	v, err := a.View()
	if err != nil {
		return err
	}
	p := &plan{w: w, who: who, at: at, kind: a.Kind, view: &v, played: played}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		f, err := artefact.FieldAt(a.Kind, path)
		if err != nil {
			return err
		}
		if err := p.value(f, path, values[path]); err != nil {
			return fmt.Errorf("set %s: %w", path, err)
		}
	}
	for _, item := range p.items {
		if err := a.Expect(item[0], item[1]); err != nil {
			return err
		}
	}
	for _, step := range p.steps {
		if err := step(a); err != nil {
			return err
		}
	}
	return nil
}

// change plans an edit of one part, if it may be edited. What is given as it
// stands already is no edit, so that a sealed list can be given whole with the
// parts of it that stay open.
func (p *plan) change(path string, same bool, step func(*artefact.Artefact) error) error {
	if same {
		return nil
	}
	err := p.w.mayEditAs(p.who, p.kind, p.view, path)
	if err != nil && !(p.played && errors.Is(err, ErrAutomatic)) {
		return err
	}
	p.steps = append(p.steps, step)
	return nil
}

func (p *plan) value(f kind.Field, path string, value any) error {
	bad := func(want string) error { return fmt.Errorf("%w: %q takes %s", artefact.ErrValue, f.Label, want) }
	switch {
	case f.Type.Written():
		s, ok := value.(string)
		if !ok && value != nil {
			return bad("text")
		}
		return p.change(path, p.view.Text(path) == plainText(s), func(a *artefact.Artefact) error {
			was, err := a.Text(path)
			if err != nil {
				return err
			}
			return rewrite(a, path, was, plainText(s))
		})
	case f.Type.Set():
		members, ok := value.([]any)
		if !ok && value != nil {
			return bad("a list")
		}
		return p.set(f, path, members)
	case f.Type == kind.Record:
		parts, ok := value.(map[string]any)
		if !ok {
			return bad(`a record, such as {"` + f.Items[0].Key + `":…}`)
		}
		return p.parts(f, path, parts)
	case f.Type == kind.List:
		items, ok := value.([]any)
		if !ok && value != nil {
			return bad("a list of records")
		}
		return p.list(f, path, items)
	}
	single, err := p.w.plainSingle(f, value)
	if err != nil {
		return err
	}
	same := len(p.view.Contested[path]) == 0 && p.view.Values[path] == single
	return p.change(path, same, func(a *artefact.Artefact) error { return a.Set(path, single) })
}

// plainText has one kind of line end.
func plainText(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (p *plan) parts(f kind.Field, path string, parts map[string]any) error {
	for key := range parts {
		if _, ok := f.Item(key); !ok {
			return fmt.Errorf("%w: %q has no part %q", artefact.ErrNoField, f.Label, key)
		}
	}
	for _, part := range f.Items { // in their order
		if value, ok := parts[part.Key]; ok {
			if err := p.value(part, path+"/"+part.Key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// list makes a list read as given. Items that are there are rewritten in their
// place, so that what others write in them merges.
func (p *plan) list(f kind.Field, path string, items []any) error {
	if f.Max > 0 && len(items) > f.Max {
		return fmt.Errorf("%w: %q takes at most %d", artefact.ErrValue, f.Label, f.Max)
	}
	there := p.view.Items(path)
	for i, item := range items {
		parts, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("%w: each of %q is a record", artefact.ErrValue, f.Label)
		}
		at := ""
		if i < len(there) {
			at = there[i]
		} else {
			id, err := newItemID()
			if err != nil {
				return err
			}
			at = path + "/" + id
			p.items = append(p.items, [2]string{path, id})
			add := func(a *artefact.Artefact) error {
				return errors.Join(a.AddItem(path, id, ""), stampItem(a, f, at, p.at))
			}
			if err := p.change(path, false, add); err != nil {
				return err
			}
		}
		if i < len(there) && !p.played {
			parts = p.whole(f, at, parts)
		}
		if err := p.parts(f, at, parts); err != nil {
			return err
		}
	}
	for _, at := range there[min(len(items), len(there)):] {
		if err := p.change(at, false, func(a *artefact.Artefact) error { return a.RemoveItem(at) }); err != nil {
			return err
		}
	}
	return nil
}

// whole adds the parts that were left out as empty: a list that is given again
// is given whole, and nothing of one item may end up in another. What cannot be
// edited any more stays.
func (p *plan) whole(f kind.Field, at string, parts map[string]any) map[string]any {
	out := maps.Clone(parts)
	for _, part := range f.Items {
		path := at + "/" + part.Key
		if _, given := parts[part.Key]; given || part.After || part.Auto || part.Type == kind.List || part.Type == kind.Record || part.Type.Set() {
			continue
		}
		if p.w.mayEditAs(p.who, p.kind, p.view, path) == nil && !p.view.Empty(path) {
			out[part.Key] = nil
		}
	}
	return out
}

// stampItem gives a new item the instant that its kind asks for.
func stampItem(a *artefact.Artefact, list kind.Field, item string, at time.Time) error {
	for _, part := range list.Items {
		if part.Auto && part.Type == kind.Instant {
			if err := a.Set(item+"/"+part.Key, at.UTC().Format(time.RFC3339)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *plan) set(f kind.Field, path string, members []any) error {
	var want []string
	for _, m := range members {
		s, ok := m.(string)
		if !ok {
			return fmt.Errorf("%w: %q takes text", artefact.ErrValue, f.Label)
		}
		if strings.TrimSpace(s) == "" {
			continue
		}
		member, err := p.w.plainMember(f, strings.TrimSpace(s))
		if err != nil {
			return err
		}
		want = append(want, member)
	}
	have := p.view.Set(path)
	slices.Sort(want)
	return p.change(path, slices.Equal(have, slices.Compact(want)), func(a *artefact.Artefact) error {
		var errs []error
		for _, m := range want {
			if !slices.Contains(have, m) {
				errs = append(errs, a.Include(path, m, true))
			}
		}
		for _, m := range have {
			if !slices.Contains(want, m) {
				errs = append(errs, a.Include(path, m, false))
			}
		}
		return errors.Join(errs...)
	})
}

// plainMember is one member of a set, as it is stored.
func (w *Workspace) plainMember(f kind.Field, s string) (string, error) {
	switch f.Type {
	case kind.People:
		if s == artefact.Everyone {
			return s, nil
		}
		p, err := w.FindPerson(s)
		return p.ID, err
	case kind.Refs:
		if artefact.Address(s) {
			return s, nil
		}
		doc, err := w.index.find(s)
		return doc.String(), err
	case kind.Links:
		if !artefact.Address(s) {
			return "", fmt.Errorf("%w: %q is no web address", artefact.ErrValue, s)
		}
	}
	return s, nil
}

// plainValue reads the text of the command line by the type of its field.
func (w *Workspace) plainValue(f kind.Field, s string) (any, error) {
	structured := f.Type.Set() || f.Type == kind.List || f.Type == kind.Record
	if structured && (strings.HasPrefix(strings.TrimSpace(s), "[") || strings.HasPrefix(strings.TrimSpace(s), "{")) {
		var v any
		if err := json.Unmarshal([]byte(s), &v); err != nil {
			return nil, fmt.Errorf("%w: its JSON is broken: %w", artefact.ErrValue, err)
		}
		return v, nil
	}
	switch {
	case f.Type.Set():
		var out []any
		for _, m := range strings.Split(s, ",") {
			out = append(out, m)
		}
		return out, nil
	case structured && s != "":
		return nil, fmt.Errorf("%w: %q is given as JSON", artefact.ErrValue, f.Label)
	case s == "" && !f.Type.Written():
		return nil, nil
	case f.Type == kind.Number:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %q takes a number, not %q", artefact.ErrValue, f.Label, s)
		}
		return n, nil
	case f.Type == kind.Bool:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %q takes true or false, not %q", artefact.ErrValue, f.Label, s)
		}
		return b, nil
	}
	return s, nil
}

// plainSingle resolves names of people and ids of artefacts.
func (w *Workspace) plainSingle(f kind.Field, value any) (any, error) {
	s, ok := value.(string)
	if !ok || s == "" {
		if s == "" && ok {
			return nil, nil
		}
		return value, nil
	}
	switch f.Type {
	case kind.Person:
		p, err := w.FindPerson(s)
		return p.ID, err
	case kind.Ref:
		doc, err := w.index.find(s)
		if err != nil {
			return nil, err
		}
		v, known := w.index.head(doc)
		if known && len(f.Options) > 0 && !slices.Contains(f.Options, v.Kind) {
			return nil, fmt.Errorf("%w: %q takes a %s", artefact.ErrValue, f.Label, strings.Join(f.Options, " or "))
		}
		return doc.String(), nil
	}
	return value, nil
}
