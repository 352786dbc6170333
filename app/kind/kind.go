// Package kind describes the sorts of artefact that a team writes, as data.
//
// A [Kind] says which fields an artefact has, which states it passes through,
// what must hold to enter a state, and when it falls due. The form on the
// screen, the layout in the document, Markdown, PDF, search text and the JSON
// Schema are all derived from it, so that adding a kind is adding one file to
// this package. A Kind holds no functions: it crosses to the editor as JSON.
//
// The package reads nothing and decides nothing. Whether a need is met is
// judged by package artefact, from a document.
package kind

import (
	"cmp"
	"fmt"
	"slices"

	"longhand/app/cadence"
)

// A Kind is one sort of artefact.
type Kind struct {
	ID      string `json:"id"`     // stable, lower case, hyphens: "decision"
	Prefix  string `json:"prefix"` // of the readable id: "D" in D-7KQ4
	Name    string `json:"name"`   // as a person says it: "Decision record"
	Plural  string `json:"plural"`
	Purpose string `json:"purpose"` // one sentence, shown where the kind is chosen
	Verb    string `json:"verb"`    // what creating one is called: "Raise a decision"

	// One says of what there can be only one. Empty: any number.
	One One `json:"one,omitempty"`
	// Hidden kinds hold what the program itself needs and appear in no list.
	Hidden bool `json:"-"`
	// Order places the kind in lists; kinds are otherwise equal.
	Order  int     `json:"order"`
	Fields []Field `json:"fields"`
	States []State `json:"states"`
	// Cadence is when the kind falls due; the zero Rule is never.
	Cadence cadence.Rule `json:"cadence"`
}

// One is the scope in which a kind exists once, so that two devices that
// start the same artefact while apart start the same document.
type One string

const (
	Any           One = ""
	PerTeam       One = "team"
	PerPerson     One = "person"
	PerWeek       One = "week"
	PerPersonWeek One = "person-week"
)

// Type is what a field holds. Text merges by character; all other values are
// single and become contested when two people change them while apart.
type Type string

const (
	Text    Type = "text"    // paragraphs of Markdown
	Line    Type = "line"    // text on one line
	Choice  Type = "choice"  // one of Options
	Tag     Type = "tag"     // a free word, remembered
	Tags    Type = "tags"    // a set of free words
	Person  Type = "person"  // one member
	People  Type = "people"  // a set of members, or everyone
	Date    Type = "date"    // 2026-06-12
	Instant Type = "instant" // RFC 3339, UTC
	Week    Type = "week"    // ISO week: 2026-W24
	Number  Type = "number"
	Bool    Type = "bool"
	Link    Type = "link"   // a web address
	Links   Type = "links"  // a set of web addresses
	Ref     Type = "ref"    // another artefact
	Refs    Type = "refs"   // a set of artefacts and web addresses
	Hours   Type = "hours"  // working hours: "Mon-Fri 09:00-17:30"
	Zone    Type = "zone"   // an IANA time zone
	List    Type = "list"   // ordered items, each with the fields in Items
	Record  Type = "record" // the fields in Items, once
)

// Single reports whether a field of this type holds one value that can become
// contested, rather than text, a set, or fields of its own.
func (t Type) Single() bool {
	switch t {
	case Text, Line, Tags, People, Links, Refs, List, Record:
		return false
	}
	return true
}

// Set reports whether a field of this type is a set, to which people who are
// apart can add without contesting each other.
func (t Type) Set() bool {
	return t == Tags || t == People || t == Links || t == Refs
}

// Written reports whether a field of this type is text that merges.
func (t Type) Written() bool { return t == Text || t == Line }

// A Field is one part of an artefact.
type Field struct {
	Key     string   `json:"key"` // stable; scripts rely on it
	Label   string   `json:"label"`
	Help    string   `json:"help,omitempty"` // what to write here, shown while it is empty
	Ask     string   `json:"ask,omitempty"`  // the sentence that asks for it when it is missing; "" is made from the label
	Type    Type     `json:"type"`
	Options []string `json:"options,omitempty"` // of a Choice; for a Ref, the kinds it may point at
	Items   []Field  `json:"items,omitempty"`   // of a List or Record
	Max     int      `json:"max,omitempty"`     // most items of a List; 0 is any number
	// Place is where the window shows the field; it changes nothing else.
	Place Place `json:"place,omitempty"`
	// Auto marks a value that a rule sets and a person does not: the instant
	// at which a decision was recorded.
	Auto bool `json:"auto,omitempty"`
	// Pencil marks the field that a recording turns to ink.
	Pencil bool `json:"pencil,omitempty"`
	// After marks a field that stays open when the artefact is sealed: what
	// became of a commitment can only be known afterwards.
	After bool `json:"after,omitempty"`
}

// Place is the column of the page in which a field stands.
type Place string

const (
	Say  Place = ""     // the centre, in the order of the kind
	Note Place = "note" // the margin
	Away Place = "away" // not shown on the page; set by rules or another screen
)

// Role is who may move an artefact into a state.
type Role string

const (
	Anyone Role = ""
	Owner  Role = "owner"  // the person in the field "owner"
	Author Role = "author" // who wrote the first change
)

// A State is a step in the life of an artefact. The first state of a kind is
// where every artefact begins.
type State struct {
	ID    string   `json:"id"`    // stable: "in-progress"
	Label string   `json:"label"` // "In progress"
	To    []string `json:"to,omitempty"`
	// Verb is the button that leads here, naming the result: "Record the decision".
	Verb string `json:"verb,omitempty"`
	// Needs is what must hold to enter; see [ParseNeed].
	Needs []string `json:"needs,omitempty"`
	By    Role     `json:"by,omitempty"`
	// Seals: on entering, the fields of the artefact become the record and
	// are read as they stood then.
	Seals bool `json:"seals,omitempty"`
	// Sets names a field of type Instant that takes the moment of entering.
	Sets string `json:"sets,omitempty"`
	// Mark is how the state is drawn; see the state marks in the design.
	Mark Mark `json:"mark"`
	// Open: something still waits for a person.
	Open bool `json:"open,omitempty"`
	// Derived states are computed from dates and never stored.
	Derived bool `json:"derived,omitempty"`
	// Aside states are ends off the usual path; the track on the page shows
	// them only once reached.
	Aside bool `json:"aside,omitempty"`
}

// Mark is the drawing of a state.
type Mark string

const (
	Dashed Mark = "draft"      // in pencil
	Empty  Mark = "open"       // nothing has happened yet
	Half   Mark = "consulting" // under way
	Full   Mark = "decided"    // settled
	Ringed Mark = "review"     // settled, look again
	Struck Mark = "superseded" // over
)

// Field returns the field with the given key.
func (k Kind) Field(key string) (Field, bool) { return find(k.Fields, key) }

// Item returns the part of a List or Record with the given key.
func (f Field) Item(key string) (Field, bool) { return find(f.Items, key) }

func find(fields []Field, key string) (Field, bool) {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// State returns the state with the given id.
func (k Kind) State(id string) (State, bool) {
	i := slices.IndexFunc(k.States, func(s State) bool { return s.ID == id })
	if i < 0 {
		return State{}, false
	}
	return k.States[i], true
}

// First is the state in which every artefact of the kind begins.
func (k Kind) First() State { return k.States[0] }

// The table of kinds: the only mutable global of the program, filled while
// the package's variables are initialised and never after.
var table = map[string]Kind{}

// register adds a kind to the table. A kind that contradicts itself is a
// mistake in the program, found by its first test run.
func register(k Kind) Kind {
	if _, twice := table[k.ID]; twice {
		panic(fmt.Sprintf("kind %s: registered twice", k.ID))
	}
	k.Fields = append(slices.Clone(common), k.Fields...)
	if err := check(k); err != nil {
		panic(fmt.Sprintf("kind %s: %v", k.ID, err))
	}
	table[k.ID] = k
	return k
}

// common is what every artefact has beside its own fields.
var common = []Field{
	{Key: "title", Label: "Title", Type: Line, Place: Away},
	{Key: "links", Label: "Links", Type: Refs, Place: Note, After: true},
}

// All returns every kind that people write, in their order.
func All() []Kind {
	out := make([]Kind, 0, len(table))
	for _, k := range table {
		if !k.Hidden {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b Kind) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Of returns the kind with the given id, hidden ones too.
func Of(id string) (Kind, bool) {
	k, ok := table[id]
	return k, ok
}
