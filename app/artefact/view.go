package artefact

import (
	"slices"
	"strings"
	"time"
)

// A View is a plain snapshot of an artefact: all that lists, search, metrics
// and export ever read. It is derived; it can always be made again.
type View struct {
	Doc     string    `json:"doc"`
	Kind    string    `json:"kind"`
	State   string    `json:"state"`
	Author  Person    `json:"author"`
	Device  Device    `json:"device"` // that wrote the first change
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`

	// Values has every text, single value and set by its path. Texts, dates,
	// people and choices are strings, numbers float64, sets []string.
	Values map[string]any `json:"values"`
	// Lists has the ids of the items of every list, in order, by its path.
	Lists map[string][]string `json:"lists"`
	// Contested has the fields that hold more than one value, by path. Such
	// a path has no entry in Values.
	Contested map[string][]Claim `json:"contested,omitempty"`

	Moves []Moved `json:"moves,omitempty"` // states entered, oldest first
	// Sealed: the fields are read as they stood when the record was made.
	Sealed bool   `json:"sealed,omitempty"`
	Late   []Late `json:"late,omitempty"`
	// Discarded: a draft that its author threw away. It is shown nowhere.
	Discarded bool     `json:"discarded,omitempty"`
	Heads     []string `json:"heads"`
}

// A Claim is one value of a contested field, with who wrote it and when.
type Claim struct {
	Value  any       `json:"value"`
	Author Person    `json:"author"`
	Device Device    `json:"device"`
	At     time.Time `json:"at"`
}

// Moved is one state that was entered.
type Moved struct {
	To      string    `json:"to"`
	By      Person    `json:"by"`
	At      time.Time `json:"at"`
	Because string    `json:"because,omitempty"`
}

// Late is an edit that came after the record was sealed and is no part of it.
type Late struct {
	Path   string    `json:"path"`
	Author Person    `json:"author"`
	At     time.Time `json:"at"`
}

// Title is what the artefact is called.
func (v View) Title() string { return v.Text("title") }

// Text is a text, date, person or choice; "" when there is none.
func (v View) Text(path string) string { s, _ := v.Values[path].(string); return s }

// Set is a set, sorted.
func (v View) Set(path string) []string {
	switch s := v.Values[path].(type) {
	case []string:
		return s
	case []any: // as JSON reads it back
		out := make([]string, 0, len(s))
		for _, m := range s {
			if t, ok := m.(string); ok {
				out = append(out, t)
			}
		}
		return out
	}
	return nil
}

// Number is a number, and whether there is one.
func (v View) Number(path string) (float64, bool) { f, ok := v.Values[path].(float64); return f, ok }

// Bool is a yes or no.
func (v View) Bool(path string) bool { b, _ := v.Values[path].(bool); return b }

// Time is an instant; the zero time when there is none.
func (v View) Time(path string) time.Time {
	t, err := time.Parse(time.RFC3339, v.Text(path))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Items are the paths of the items of a list, in order: "options/4kq".
func (v View) Items(list string) []string {
	ids := v.Lists[list]
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = join(list, id)
	}
	return out
}

// Entered is when the artefact last entered a state; the zero time if never.
func (v View) Entered(state string) time.Time {
	for _, m := range slices.Backward(v.Moves) {
		if m.To == state {
			return m.At
		}
	}
	return time.Time{}
}

// Empty reports whether nothing has been written into a field or part.
func (v View) Empty(path string) bool {
	for p, value := range v.Values {
		if (p == path || strings.HasPrefix(p, path+"/")) && !blank(value) {
			return false
		}
	}
	for p := range v.Contested {
		if p == path || strings.HasPrefix(p, path+"/") {
			return false
		}
	}
	return len(v.Lists[path]) == 0
}

func blank(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(value) == ""
	case []string:
		return len(value) == 0
	case []any:
		return len(value) == 0
	case bool:
		return !value
	}
	return false
}
