package artefact

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"longhand/app/cadence"
	"longhand/app/kind"
)

// maxValue bounds a single value; longer things are texts.
const maxValue = 8192

// Splice edits a text: at position at it deletes del and inserts ins, all
// counted in code points. Line ends are "\n" everywhere.
func (a *Artefact) Splice(path string, at, del int, ins string) error {
	f, err := FieldAt(a.Kind, path)
	if err != nil {
		return err
	}
	if !f.Type.Written() {
		return fmt.Errorf("write %s: %w: it holds a %s", path, ErrValue, f.Type)
	}
	if err := fitting(f, path, ins); err != nil {
		return err
	}
	if err := a.here(path); err != nil {
		return err
	}
	if err := a.birth(path); err != nil {
		return err
	}
	now, err := a.Text(path)
	if err != nil {
		return err
	}
	if n := utf8.RuneCountInString(now); at < 0 || del < 0 || at+del > n {
		return fmt.Errorf("write %s: %w: it has %d letters, and the edit is of letters %d to %d", path, ErrValue, n, at, at+del)
	}
	if len(now)+len(ins) > mostText {
		return fmt.Errorf("write %s: %w: a text has at most a megabyte", path, ErrValue)
	}
	for del > mostOps {
		if err := a.splice(path, at, mostOps, ""); err != nil {
			return err
		}
		del -= mostOps
	}
	for len(ins) > mostOps { // in pieces that fit a change, cut between letters
		cut := mostOps
		for !utf8.RuneStart(ins[cut]) {
			cut--
		}
		if err := a.splice(path, at, del, ins[:cut]); err != nil {
			return err
		}
		at, del, ins = at+utf8.RuneCountInString(ins[:cut]), 0, ins[cut:]
	}
	return a.splice(path, at, del, ins)
}

// Fits reports whether words can be written into a text at all.
func (a *Artefact) Fits(path, ins string) error {
	f, err := FieldAt(a.Kind, path)
	if err != nil {
		return err
	}
	now, err := a.Text(path)
	if err != nil {
		return err
	}
	if len(now)+len(ins) > mostText {
		return fmt.Errorf("write %s: %w: a text has at most a megabyte", path, ErrValue)
	}
	return fitting(f, path, ins)
}

func fitting(f kind.Field, path, ins string) error {
	if !utf8.ValidString(ins) || f.Type == kind.Line && strings.ContainsAny(ins, "\r\n") || strings.Contains(ins, "\r") {
		return fmt.Errorf("write %s: %w: line ends or bytes that do not belong there", path, ErrValue)
	}
	return nil
}

func (a *Artefact) splice(path string, at, del int, ins string) error {
	if err := a.room(del+utf8.RuneCountInString(ins), len(ins)); err != nil {
		return err
	}
	if err := a.touch(path); err != nil {
		return err
	}
	return a.doc.Splice(path, at, del, ins)
}

// here checks that the items on the way to a path exist: a text in an item
// that nobody added would be seen by nobody.
func (a *Artefact) here(path string) error {
	fields, done := a.Kind.Fields, ""
	for rest := path; rest != ""; {
		key, after, _ := strings.Cut(rest, "/")
		f, _ := kind.Kind{Fields: fields}.Field(key)
		done, rest, fields = join2(done, key), after, f.Items
		if f.Type != kind.List || rest == "" {
			continue
		}
		id, after, _ := strings.Cut(rest, "/")
		done, rest = join(done, id), after
		if a.position(done, nil) == "" {
			return fmt.Errorf("%w: %q is no item", ErrNoField, done)
		}
	}
	return nil
}

// Set gives a single-valued field its value: a string, float64 or bool; nil
// clears it. A contested field is refused; see [Artefact.Settle].
func (a *Artefact) Set(path string, value any) error {
	f, err := FieldAt(a.Kind, path)
	if err != nil {
		return err
	}
	if value, err = a.checked(f, path, value); err != nil {
		return err
	}
	if err := a.here(path); err != nil {
		return err
	}
	now, err := a.claims(path, nil)
	if err != nil {
		return err
	}
	if len(sound(f, now)) > 1 {
		return fmt.Errorf("set %s: %w", path, ErrContested)
	}
	return a.put(path, value)
}

// Settle chooses one value for a contested field.
func (a *Artefact) Settle(path string, value any) error {
	f, err := FieldAt(a.Kind, path)
	if err != nil && path != keyState {
		return err
	}
	if path != keyState {
		if value, err = a.checked(f, path, value); err != nil {
			return err
		}
	}
	return a.put(path, value)
}

func (a *Artefact) put(path string, value any) error {
	size := 0
	if text, ok := value.(string); ok {
		size = len(text)
	}
	if err := a.room(4, size); err != nil {
		return err
	}
	if err := a.touch(path); err != nil {
		return err
	}
	return a.doc.Put(path, value)
}

func (a *Artefact) checked(f kind.Field, path string, value any) (any, error) {
	if !f.Type.Single() {
		return nil, fmt.Errorf("set %s: %w: it holds a %s", path, ErrValue, f.Type)
	}
	if value == nil {
		return nil, nil
	}
	value, err := CheckValue(f, value)
	if err != nil {
		return nil, fmt.Errorf("set %s: %w", path, err)
	}
	return value, nil
}

// CheckValue returns the value in its canonical form, or says what the field
// holds instead.
func CheckValue(f kind.Field, value any) (any, error) {
	bad := func(want string) (any, error) {
		return nil, fmt.Errorf("%w: %q takes %s, not %v", ErrValue, f.Label, want, value)
	}
	if s, ok := value.(string); ok && (len(s) > maxValue || !utf8.ValidString(s)) {
		return nil, fmt.Errorf("%w: %q takes at most %d bytes of text", ErrValue, f.Label, maxValue)
	}
	switch f.Type {
	case kind.Number:
		n, ok := value.(float64)
		if i, isInt := value.(int64); isInt {
			n, ok = float64(i), true
		}
		if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
			return bad("a number")
		}
		return n, nil
	case kind.Bool:
		if _, ok := value.(bool); !ok {
			return bad("true or false")
		}
		return value, nil
	}
	s, ok := value.(string)
	if !ok {
		return bad("text")
	}
	switch f.Type {
	case kind.Choice:
		if !slices.Contains(f.Options, s) {
			return bad("one of " + strings.Join(f.Options, ", "))
		}
	case kind.Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return bad("a date such as 2026-06-12")
		}
	case kind.Instant:
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return bad("an instant such as 2026-06-12T09:30:00Z")
		}
		return t.UTC().Format(time.RFC3339), nil
	case kind.Week:
		w, err := cadence.ParseWeek(s)
		if err != nil {
			return bad("a week such as 2026-W24")
		}
		return w.String(), nil
	case kind.Hours:
		h, err := cadence.ParseHours(s)
		if err != nil {
			return bad("hours such as Mon-Fri 09:00-17:30")
		}
		return h.String(), nil
	case kind.Zone:
		if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
			return bad("a time zone such as Europe/Lisbon")
		}
	case kind.Ref:
		if _, err := ParseDocID(s); err != nil {
			return bad("an artefact")
		}
	case kind.Person:
		if _, err := ParseDocID(s); err != nil { // the form is the same
			return bad("a member")
		}
	case kind.Link:
		if !Address(s) {
			return bad("a web address")
		}
	case kind.Tag:
		if s = strings.TrimSpace(s); strings.ContainsAny(s, "\r\n") {
			return bad("one word or a few")
		}
		return s, nil
	}
	return s, nil
}

// Everyone is the member of a set of people that stands for all of them.
const Everyone = "everyone"

// Address reports whether s is a web or mail address that may be opened.
func Address(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "mailto:")
}

// fits reports whether a member is of the form that a set holds.
func fits(t kind.Type, m string) bool {
	_, err := ParseDocID(m)
	switch t {
	case kind.People:
		return m == Everyone || err == nil
	case kind.Refs:
		return err == nil || Address(m)
	case kind.Links:
		return Address(m)
	}
	return !strings.ContainsAny(m, "\r\n")
}

// Include adds a member to a set or takes it out. Two people who do so apart
// never contest: whoever adds, adds.
func (a *Artefact) Include(path, m string, in bool) error {
	f, err := FieldAt(a.Kind, path)
	if err != nil {
		return err
	}
	if !f.Type.Set() || strings.TrimSpace(m) == "" || len(m) > 2048 || !utf8.ValidString(m) || !fits(f.Type, m) {
		return fmt.Errorf("change %s: %w: %q is nothing that %q holds", path, ErrValue, m, f.Label)
	}
	if err := a.room(4, len(m)); err != nil {
		return err
	}
	if err := a.touch(path); err != nil {
		return err
	}
	return a.doc.Put(member(path, m), in)
}

// Expect brings the texts of an item into being before it is added, so that
// several can be added as one change. Nothing may be pending.
func (a *Artefact) Expect(list, id string) error {
	f, err := FieldAt(a.Kind, list)
	if err != nil || len(a.fresh) > mostBirth {
		return err // those that are too many are born one by one, later
	}
	var texts []string
	written(f.Items, join(list, id)+"/", func(path string) { texts = append(texts, path) })
	return a.birth(texts...)
}

// AddItem puts a new item into a list, after another or at its end when after
// is "". The id is random, and new.
func (a *Artefact) AddItem(list, id, after string) error {
	f, err := FieldAt(a.Kind, list)
	if err != nil {
		return err
	}
	if f.Type != kind.List || id == "" || strings.ContainsAny(id, "/~") {
		return fmt.Errorf("add to %s: %w", list, ErrValue)
	}
	v, err := a.read(nil)
	if err != nil {
		return err
	}
	if f.Max > 0 && len(v.Lists[list]) >= f.Max {
		return fmt.Errorf("add to %s: %w: at most %d", list, ErrValue, f.Max)
	}
	var texts []string
	written(f.Items, join(list, id)+"/", func(path string) { texts = append(texts, path) })
	if err := a.birth(texts...); err != nil {
		return err
	}
	if after == "" && len(v.Lists[list]) > 0 {
		after = v.Lists[list][len(v.Lists[list])-1]
	}
	if err := a.place(v, list, id, after); err != nil {
		return err
	}
	return a.touch(join(list, id))
}

// PlaceItem moves an item to stand after another, or first when after is "".
func (a *Artefact) PlaceItem(item, after string) error {
	list, id, v, err := a.item(item)
	if err != nil {
		return err
	}
	if err := a.place(v, list, id, after); err != nil {
		return err
	}
	return a.touch(item)
}

func (a *Artefact) place(v *View, list, id, after string) error {
	if err := a.room(4, 64); err != nil {
		return err
	}
	ids := slices.DeleteFunc(slices.Clone(v.Lists[list]), func(other string) bool { return other == id })
	i := slices.Index(ids, after) // -1 places it first
	pos := func(i int) string {
		if i < 0 || i >= len(ids) {
			return ""
		}
		return a.position(join(list, ids[i]), nil)
	}
	left, right := pos(i), pos(i+1)
	if i >= 0 && left == right { // two that were added apart stand in one place: the second gives way
		next := ""
		for j := i + 2; next == "" && j < len(ids); j++ {
			if p := pos(j); p != left {
				next = p
			}
		}
		right = between(left, next)
		if err := a.doc.Put(join(list, ids[i+1], partPos), right); err != nil {
			return err
		}
	}
	return a.doc.Put(join(list, id, partPos), between(left, right))
}

// RemoveItem takes an item out of its list. It is never deleted: an edit of it
// elsewhere at the same time brings it back.
func (a *Artefact) RemoveItem(item string) error {
	if _, _, _, err := a.item(item); err != nil {
		return err
	}
	delete(a.touched, item)
	return a.doc.Put(join(item, partHere), int64(0))
}

// KeepItem brings a removed item back.
func (a *Artefact) KeepItem(item string) error {
	if a.position(item, nil) == "" {
		return fmt.Errorf("%w: %q is no item", ErrNoField, item)
	}
	return a.touch(item)
}

func (a *Artefact) item(item string) (list, id string, v *View, err error) {
	i := strings.LastIndexByte(item, '/')
	if i < 0 {
		return "", "", nil, fmt.Errorf("%w: %q is no item", ErrNoField, item)
	}
	list, id = item[:i], item[i+1:]
	if v, err = a.read(nil); err != nil {
		return "", "", nil, err
	}
	if !slices.Contains(v.Lists[list], id) {
		return "", "", nil, fmt.Errorf("%w: %q is no item", ErrNoField, item)
	}
	return list, id, v, nil
}

// touch marks every item on the way to a path as being here, under a number
// higher than any it had, so that a removal at the same time does not win.
// Once for each change is enough.
func (a *Artefact) touch(path string) error {
	fields := a.Kind.Fields
	done := ""
	for rest := path; rest != ""; {
		key, after, _ := strings.Cut(rest, "/")
		f, ok := kind.Kind{Fields: fields}.Field(key)
		if !ok {
			return nil // a value of the artefact itself, or a set’s member
		}
		done, rest, fields = join2(done, key), after, f.Items
		if f.Type != kind.List || rest == "" {
			continue
		}
		id, after, _ := strings.Cut(rest, "/")
		done, rest = join(done, id), after
		if a.touched[done] {
			continue
		}
		values, err := a.doc.All(join(done, partHere), nil)
		if err != nil {
			return err
		}
		highest := int64(0)
		for _, v := range values {
			if n, ok := v.V.(int64); ok {
				highest = max(highest, n)
			}
		}
		if err := a.doc.Put(join(done, partHere), highest+1); err != nil {
			return err
		}
		a.touched[done] = true
	}
	return nil
}

func join2(a, b string) string {
	if a == "" {
		return b
	}
	return join(a, b)
}
