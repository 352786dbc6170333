package workspace

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"longhand/app/artefact"
	"longhand/app/kind"
	"longhand/app/render"
)

// PersonID is a person’s id as lists carry it.
func PersonID(id string) artefact.Person { return artefact.Person(id) }

// Count is how many artefacts people have written here.
func (w *Workspace) Count() (n int) {
	w.index.each(func(_ artefact.DocID, v artefact.View) {
		if k, _ := kind.Of(v.Kind); !k.Hidden && !v.Discarded {
			n++
		}
	})
	return n
}

// Select lists artefacts: of a kind, in a state or derived state, of an owner,
// and for which an expression holds. Empty selects all.
func (w *Workspace) Select(kindID, state, owner, where string) ([]Row, error) {
	kinds := kind.All()
	if kindID != "" {
		k, err := FindKind(kindID)
		if err != nil {
			return nil, err
		}
		kinds = []kind.Kind{k}
	}
	if owner != "" {
		p, err := w.FindPerson(owner)
		if err != nil {
			return nil, err
		}
		owner = p.ID
	}
	conditions, err := parseWhere(where)
	if err != nil {
		return nil, err
	}
	for _, c := range conditions {
		if !slices.ContainsFunc(kinds, c.known) {
			return nil, fmt.Errorf("%w: no kind has a field %q", ErrUsage, c.field)
		}
		if want := c.order(kinds); want != "" {
			return nil, fmt.Errorf("%w: %s is compared with %s, not %q", ErrUsage, c.field, want, c.value)
		}
	}
	if state != "" && !slices.ContainsFunc(kinds, func(k kind.Kind) bool { _, ok := k.State(state); return ok || state == "stalled" || state == "late" }) {
		return nil, fmt.Errorf("%w: no kind has a state %q", ErrUsage, state)
	}
	var out []Row
	for _, k := range kinds {
		rows := w.rows(k)
		for _, r := range rows {
			if state != "" && r.State != state && !slices.Contains(r.Derived, state) || owner != "" && r.Owner != owner {
				continue
			}
			if ok, err := w.holds(conditions, r); err != nil {
				return nil, err
			} else if ok {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// A condition compares a field with a value.
type condition struct{ field, op, value string }

var conditionForm = regexp.MustCompile(`^\s*([a-z][a-z0-9/-]*)\s*(!=|<=|>=|=|<|>|~)\s*(.*?)\s*$`)

func parseWhere(s string) (out []condition, err error) {
	if strings.TrimSpace(s) == "" {
		return nil, nil
	}
	for _, part := range regexp.MustCompile(`(?i)\s+and\s+`).Split(s, -1) {
		m := conditionForm.FindStringSubmatch(part)
		if m == nil {
			return nil, fmt.Errorf("%w: %q is no comparison; one is level = strategic", ErrUsage, part)
		}
		value := strings.Trim(m[3], `"'`)
		if value == "" || strings.ContainsAny(value[:1], "=<>~!") {
			return nil, fmt.Errorf("%w: %q compares with nothing; one is level = strategic", ErrUsage, part)
		}
		out = append(out, condition{m[1], m[2], value})
	}
	return out, nil
}

func (w *Workspace) holds(all []condition, r Row) (bool, error) {
	if len(all) == 0 {
		return true, nil
	}
	doc, err := artefact.ParseDocID(r.Doc)
	if err != nil {
		return false, err
	}
	v, err := w.view(doc)
	if err != nil {
		return false, err
	}
	rec := w.record(v)
	for _, c := range all {
		if !c.holds(rec) {
			return false, nil
		}
	}
	return true, nil
}

// known reports whether a kind has the field of a condition: an item’s parts
// are named as list/part.
func (c condition) known(k kind.Kind) bool {
	switch c.field {
	case "title", "state", "author", "created", "updated":
		return true
	}
	key, part, has := strings.Cut(c.field, "/")
	f, ok := k.Field(key)
	if ok && has {
		_, ok = f.Item(part)
	}
	return ok
}

// order is what a field is compared with by before and after, if the value is nothing of the sort.
func (c condition) order(kinds []kind.Kind) (want string) {
	if !strings.ContainsAny(c.op, "<>") {
		return ""
	}
	forms := map[kind.Type]struct {
		form *regexp.Regexp
		want string
	}{
		kind.Date:    {regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`), "a date such as 2026-06-12"},
		kind.Instant: {regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2}(T[0-9:.+Z-]+)?)?)?$`), "a date or instant such as 2026-06-12T09:30:00Z"},
		kind.Week:    {regexp.MustCompile(`^\d{4}(-W\d{2})?$`), "a week such as 2026-W24"},
		kind.Number:  {regexp.MustCompile(`^-?\d+(\.\d+)?$`), "a number"},
	}
	key, part, has := strings.Cut(c.field, "/")
	for _, k := range kinds {
		f, ok := k.Field(key)
		if ok && has {
			f, ok = f.Item(part)
		}
		if !ok {
			continue
		}
		if f, known := forms[f.Type]; known && !f.form.MatchString(c.value) {
			want = f.want
		} else {
			return ""
		}
	}
	return want
}

// holds compares numbers as numbers and everything else as text without case,
// which is the order of dates and weeks too. A set or list holds what any of
// its members does.
func (c condition) holds(r render.Record) bool {
	var values []string
	switch c.field {
	case "title":
		values = []string{r.View.Title()}
	case "state":
		values = append([]string{r.View.State}, r.Derived...)
	case "author":
		values = []string{r.Name(r.View.Author)}
	case "created":
		values = []string{render.Instant(r.View.Created)}
	case "updated":
		values = []string{render.Instant(r.View.Updated)}
	default:
		values = leaves(r.Fields(), strings.Split(c.field, "/"))
	}
	if c.op == "!=" {
		return !slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, c.value) })
	}
	return slices.ContainsFunc(values, c.compare)
}

func (c condition) compare(v string) bool {
	if c.op == "~" {
		return strings.Contains(strings.ToLower(v), strings.ToLower(c.value))
	}
	order := strings.Compare(strings.ToLower(v), strings.ToLower(c.value))
	a, errA := strconv.ParseFloat(v, 64)
	b, errB := strconv.ParseFloat(c.value, 64)
	if errA == nil && errB == nil {
		order = int(min(max((a-b)*1e9, -1), 1))
	}
	switch c.op {
	case "=":
		return order == 0
	case "<":
		return order < 0 && v != ""
	case "<=":
		return order <= 0 && v != ""
	case ">":
		return order > 0
	}
	return order >= 0
}

// leaves are the values under a path of keys, through lists.
func leaves(v any, keys []string) []string {
	switch v := v.(type) {
	case nil:
		return []string{""}
	case map[string]any:
		if len(keys) == 0 {
			return nil
		}
		return leaves(v[keys[0]], keys[1:])
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, leaves(item, keys)...)
		}
		return out
	case []string:
		return v
	}
	return []string{artefact.Canonical(v)}
}
