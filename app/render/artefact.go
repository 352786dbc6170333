package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/kind"
)

// A Record is an artefact ready to be shown: its view, and what stands for the
// ids in it. Functions rather than tables, because whoever calls knows them.
type Record struct {
	Kind kind.Kind
	View artefact.View
	ID   string // readable: D-7KQ4
	// Derived states, such as "stalled".
	Derived []string
	// Name is what a person is called, Ref the readable id of another
	// artefact; both return what they were given when they do not know.
	Name func(artefact.Person) string
	Ref  func(doc string) string
}

// Fields are the fields of the artefact as plain JSON values: people by name,
// artefacts by readable id, records as objects, lists as arrays. What is empty
// is "", null, false or [], by its type; what is contested is null.
func (r Record) Fields() map[string]any {
	out := map[string]any{}
	for _, f := range r.Kind.Fields {
		if f.Key == "title" || f.Key == "links" || f.Auto && f.Type == kind.Record {
			continue // the artefact’s own, or the program’s
		}
		out[f.Key] = r.value(f, f.Key)
	}
	return out
}

func (r Record) value(f kind.Field, path string) any {
	v := r.View
	switch {
	case f.Type == kind.List:
		out := []any{}
		for _, item := range v.Items(path) {
			out = append(out, r.parts(f, item))
		}
		return out
	case f.Type == kind.Record:
		return r.parts(f, path)
	case f.Type.Set():
		out := []string{}
		for _, m := range v.Set(path) {
			out = append(out, r.plain(f, m))
		}
		slices.Sort(out)
		return out
	case len(v.Contested[path]) > 0:
		return nil
	case f.Type.Written():
		return v.Text(path)
	case f.Type == kind.Bool:
		return v.Bool(path)
	}
	if s, ok := v.Values[path].(string); ok {
		return r.plain(f, s)
	}
	return v.Values[path]
}

func (r Record) parts(f kind.Field, path string) map[string]any {
	out := map[string]any{}
	for _, part := range f.Items {
		out[part.Key] = r.value(part, path+"/"+part.Key)
	}
	return out
}

// plain resolves an id by the type of its field.
func (r Record) plain(f kind.Field, s string) string {
	switch f.Type {
	case kind.Person, kind.People:
		return r.Name(artefact.Person(s))
	case kind.Ref, kind.Refs:
		return r.Ref(s)
	}
	return s
}

// Claims are contested values as plain JSON.
func (r Record) Claims() map[string]any {
	out := map[string]any{}
	for path, claims := range r.View.Contested {
		f, _ := artefact.FieldAt(r.Kind, path)
		var all []any
		for _, c := range claims {
			value := c.Value
			if s, ok := value.(string); ok {
				value = r.plain(f, s)
			}
			all = append(all, map[string]any{"value": value, "author": r.Name(c.Author), "device": c.Device, "at": Instant(c.At)})
		}
		out[path] = all
	}
	return out
}

// Instant writes a time as every export does: RFC 3339, UTC, to the second.
func Instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Markdown is the artefact as a file of its own: a front matter in YAML with
// what a program wants to know, and sections under headings for a person.
func (r Record) Markdown() string {
	var b strings.Builder
	v := r.View
	b.WriteString(r.FrontMatter() + "\n# " + heading(v.Title(), r.Kind.Name) + "\n")
	for _, f := range r.Kind.Fields {
		if f.Key == "title" || f.Auto && f.Type == kind.Record {
			continue
		}
		inFront := f.Place != kind.Say && !f.Type.Written() && f.Type != kind.List && f.Type != kind.Record
		if inFront || v.Empty(f.Key) {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", f.Label, r.section(f, f.Key))
	}
	if len(v.Moves) > 0 {
		b.WriteString("\n## History\n\n")
		for _, m := range v.Moves {
			s, _ := r.Kind.State(m.To)
			fmt.Fprintf(&b, "- %s, %s by %s", m.At.UTC().Format(time.DateOnly), s.Label, r.Name(m.By))
			if m.Because != "" {
				b.WriteString(": " + flat(m.Because))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// FrontMatter is what a program wants to know of the artefact, in YAML.
func (r Record) FrontMatter() string {
	var b strings.Builder
	v := r.View
	b.WriteString("---\n")
	front := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, yaml(value))
		}
	}
	front("id", r.ID)
	front("kind", r.Kind.ID)
	front("title", v.Title())
	front("state", firstNonEmpty(v.State, "contested"))
	front("author", r.Name(v.Author))
	front("created", Instant(v.Created))
	front("updated", Instant(v.Updated))
	for _, f := range r.Kind.Fields {
		if f.Place != kind.Say && !f.Type.Written() && f.Type != kind.List && f.Type != kind.Record {
			front(f.Key, r.line(f, f.Key))
		}
	}
	b.WriteString("---\n")
	return b.String()
}

// section is the body under a field’s heading.
func (r Record) section(f kind.Field, path string) string {
	switch {
	case f.Type == kind.List:
		var lines []string
		for _, item := range r.View.Items(path) {
			lines = append(lines, "- "+r.item(f, item))
		}
		return strings.Join(lines, "\n")
	case f.Type == kind.Record:
		var lines []string
		for _, part := range f.Items {
			if r.View.Empty(path + "/" + part.Key) {
				continue
			}
			if part.Type == kind.List {
				for _, item := range r.View.Items(path + "/" + part.Key) {
					lines = append(lines, "- "+part.Label+": "+r.item(part, item))
				}
				continue
			}
			lines = append(lines, fmt.Sprintf("- %s: %s", part.Label, r.line(part, path+"/"+part.Key)))
		}
		return strings.Join(lines, "\n")
	case f.Type == kind.Text:
		return strings.TrimSpace(r.View.Text(path))
	}
	return r.line(f, path)
}

// item is one item of a list on one line: its first part, then the others.
func (r Record) item(f kind.Field, path string) string {
	var first string
	var rest []string
	for i, part := range f.Items {
		at := path + "/" + part.Key
		if part.Type == kind.Bool {
			if r.View.Bool(at) {
				rest = append(rest, strings.ToLower(part.Label))
			}
			continue
		}
		s := r.line(part, at)
		switch {
		case s == "":
		case i == 0:
			first = s
		default:
			rest = append(rest, strings.ToLower(part.Label)+": "+s)
		}
	}
	if len(rest) == 0 {
		return first
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", first, strings.Join(rest, "; ")))
}

// line is any value on one line.
func (r Record) line(f kind.Field, path string) string {
	if claims := r.View.Contested[path]; len(claims) > 0 {
		var all []string
		for _, c := range claims {
			all = append(all, fmt.Sprintf("%s (%s)", r.plain(f, artefact.Canonical(c.Value)), r.Name(c.Author)))
		}
		return "contested: " + strings.Join(all, " or ")
	}
	switch value := r.value(f, path).(type) {
	case nil:
		return ""
	case string:
		return flat(value)
	case []string:
		return strings.Join(value, ", ")
	default:
		return fmt.Sprint(value)
	}
}

// Text is the artefact for a chat or an e-mail: no markup but line ends.
func (r Record) Text() string {
	var b strings.Builder
	v := r.View
	s, _ := r.Kind.State(v.State)
	fmt.Fprintf(&b, "%s\n%s %s · %s\n", heading(v.Title(), r.Kind.Name), r.Kind.Name, r.ID, firstNonEmpty(s.Label, "Contested"))
	for _, f := range r.Kind.Fields {
		if f.Key == "title" || f.Auto || v.Empty(f.Key) && len(v.Contested[f.Key]) == 0 {
			continue
		}
		body := r.section(f, f.Key)
		if strings.Contains(body, "\n") || f.Type == kind.Text || f.Type == kind.List {
			fmt.Fprintf(&b, "\n%s\n%s\n", f.Label, body)
		} else {
			fmt.Fprintf(&b, "\n%s: %s\n", f.Label, strings.TrimPrefix(body, "- "))
		}
	}
	return b.String()
}

func heading(title, kindName string) string {
	if t := flat(title); t != "" {
		return t
	}
	return "Untitled " + strings.ToLower(kindName)
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// yaml writes a string as a YAML scalar: plain where nobody could read it as
// anything else, otherwise double-quoted, which is JSON’s form too.
func yaml(s string) string {
	s = flat(s)
	if plainScalar(s) {
		return s
	}
	return fmt.Sprintf("%q", s)
}

func plainScalar(s string) bool {
	if s == "" || strings.ContainsAny(s, ":#{}[],&*!|>'\"%@`\\") {
		return false
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "~":
		return false
	}
	first := s[0]
	return first != '-' && first != '?' && (first < '0' || first > '9') && first != '.' && first != '+'
}
