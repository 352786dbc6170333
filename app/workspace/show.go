package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"longhand/app/artefact"
	"longhand/app/kind"
	"longhand/app/render"
)

// record is an artefact with what stands for the ids in it.
func (w *Workspace) record(v artefact.View) render.Record {
	k, _ := kind.Of(v.Kind)
	doc, _ := artefact.ParseDocID(v.Doc)
	names := w.Names()
	return render.Record{
		Kind: k, View: v, ID: w.index.id(doc), Derived: w.derived(v),
		Name: func(p artefact.Person) string {
			if name := names[p]; name != "" {
				return name
			}
			return string(p)
		},
		Ref: func(s string) string {
			if d, err := artefact.ParseDocID(s); err == nil {
				return w.index.id(d)
			}
			return s
		},
	}
}

// Show is one artefact in the form of `show --json`.
func (w *Workspace) Show(id string) (map[string]any, error) {
	r, err := w.Record(id)
	if err != nil {
		return nil, err
	}
	v := r.View
	doc, _ := artefact.ParseDocID(v.Doc)
	links := []map[string]any{}
	for _, l := range w.links(&v) {
		links = append(links, map[string]any{"id": l.ID, "url": l.URL, "title": l.Title, "how": l.How, "back": l.Back})
	}
	out := map[string]any{
		"id": r.ID, "doc": v.Doc, "kind": v.Kind, "title": v.Title(), "state": v.State, "derived": r.Derived,
		"author": r.Name(v.Author), "created": render.Instant(v.Created), "updated": render.Instant(v.Updated),
		"fields": r.Fields(), "contested": r.Claims(), "comments": []any{}, "links": links, "acknowledged": []any{},
		"delivered": w.deliveredTo(doc), "heads": v.Heads,
	}
	if v.State == "" {
		out["state"] = nil
	}
	if len(v.Late) > 0 {
		late := []map[string]any{}
		for _, l := range v.Late {
			late = append(late, map[string]any{"field": l.Path, "author": r.Name(l.Author), "at": render.Instant(l.At)})
		}
		out["late"] = late
	}
	return out, nil
}

// Record reads one artefact for export.
func (w *Workspace) Record(id string) (render.Record, error) {
	doc, err := w.index.find(id)
	if err != nil {
		return render.Record{}, err
	}
	if err := w.desk.flush(w); err != nil {
		return render.Record{}, err
	}
	v, err := w.view(doc)
	if err != nil {
		return render.Record{}, err
	}
	return w.record(v), nil
}

// AsText is one artefact as Markdown ("md") or plain text ("text").
func (w *Workspace) AsText(id, form string) (string, error) {
	r, err := w.Record(id)
	if err != nil {
		return "", err
	}
	switch form {
	case "md":
		return w.markdown(r)
	case "text", "":
		if r.Kind.One == kind.PerWeek {
			return w.gathered(r)
		}
		return r.Text(), nil
	}
	return "", fmt.Errorf("%w: an artefact is shown as md, json or text, not %q", ErrUsage, form)
}

// markdown is all that an artefact says: the team’s review of a week what it was gathered from, too.
func (w *Workspace) markdown(r render.Record) (string, error) {
	if r.Kind.One != kind.PerWeek {
		return r.Markdown(), nil
	}
	text, err := w.gathered(r)
	return r.FrontMatter() + "\n" + text, err
}

func (w *Workspace) gathered(r render.Record) (string, error) {
	review, err := w.Review(r.View.Text("week"))
	if err != nil {
		return "", err
	}
	return review.Content.Markdown(), nil
}

// ContestedFields are all contested fields, by artefact, of one or of all.
func (w *Workspace) ContestedFields(id string) (map[string]any, error) {
	out := map[string]any{}
	if id != "" {
		r, err := w.Record(id)
		if err == nil && len(r.View.Contested) > 0 {
			out[r.ID] = r.Claims()
		}
		return out, err
	}
	views, err := w.views(func(v artefact.View) bool { return len(v.Contested) > 0 && !v.Discarded })
	for _, v := range views {
		r := w.record(v)
		out[r.ID] = r.Claims()
	}
	return out, err
}

// SettleValue settles with a value as a person names it: a name, an id, or the
// value itself.
func (w *Workspace) SettleValue(id, path, keep string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	v, err := w.view(doc)
	if err != nil {
		return err
	}
	r := w.record(v)
	claims, plain := v.Contested[path], r.Claims()[path]
	for i, c := range claims {
		shown := plain.([]any)[i].(map[string]any)["value"]
		if strings.EqualFold(artefact.Canonical(c.Value), keep) || strings.EqualFold(artefact.Canonical(shown), keep) {
			return w.Settle(id, path, artefact.Canonical(c.Value))
		}
	}
	f, _ := artefact.FieldAt(r.Kind, path)
	if single, err := w.plainSingle(f, keep); err == nil { // any part of a name
		return w.Settle(id, path, artefact.Canonical(single))
	}
	return w.Settle(id, path, keep)
}

// ExportAll writes every artefact as a Markdown file into a folder, so that
// nobody is locked in. It writes beside what is there and deletes nothing.
func (w *Workspace) ExportAll(dir string, progress func(done, of int)) (int, error) {
	if err := w.desk.flush(w); err != nil {
		return 0, err
	}
	views, err := w.views(func(v artefact.View) bool {
		k, _ := kind.Of(v.Kind)
		return !k.Hidden && !v.Discarded
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(views, func(a, b artefact.View) int { return strings.Compare(a.Kind+a.Doc, b.Kind+b.Doc) })
	for i, v := range views {
		r := w.record(v)
		path := filepath.Join(dir, r.Kind.ID, fileName(r.ID, v.Title())+".md")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return i, fmt.Errorf("export: %w", err)
		}
		text, err := w.markdown(r)
		if err != nil {
			return i, fmt.Errorf("export %s: %w", r.ID, err)
		}
		if err := WriteOut(path, []byte(text)); err != nil {
			return i, fmt.Errorf("export %s: %w", r.ID, err)
		}
		if progress != nil {
			progress(i+1, len(views))
		}
	}
	return len(views), nil
}

// fileName is an id and the words of a title, with nothing that any file
// system would mind.
func fileName(id, title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f && r != '’' && r != '“' && r != '”' && r != '\u2028':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() > 60 {
			break
		}
	}
	name := strings.Trim(b.String(), "-")
	if name == "" {
		return id
	}
	return id + " " + name
}
