package workspace

import "longhand/app/kind"

// A Page is one artefact as the window shows it. Paths name its parts:
// "context" is a field, "review-trigger/date" a part of a record,
// "options/4kq/name" a part of one item of a list.
type Page struct {
	ID      string   `json:"id"`  // D-7KQ4
	Doc     string   `json:"doc"` // the document’s own id, hexadecimal
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	State   string   `json:"state"`
	Mark    string   `json:"mark"`    // how the state is drawn; the derived state wins
	Derived []string `json:"derived"` // "review-due", "stalled", "late"
	Author  string   `json:"author"`  // a person’s id
	Created string   `json:"created"` // RFC 3339, UTC
	Updated string   `json:"updated"`

	Texts  map[string]string   `json:"texts"`  // of every written field, by path
	Values map[string]any      `json:"values"` // of every single value and set, by path; persons by id
	Lists  map[string][]string `json:"lists"`  // ids of the items of every list, in order, by path

	Contested map[string][]Claim `json:"contested"` // by path; such a path has no entry in Values
	Moves     []Move             `json:"moves"`     // what can be entered from here, the usual one first
	Track     []Step             `json:"track"`     // the states, past and to come
	Late      []Late             `json:"late"`      // edits that came after the record was sealed
	Links     []Linked           `json:"links"`     // both ways

	// Editable is false when the artefact is sealed or another’s own; Why
	// then says so in a sentence.
	Editable bool   `json:"editable"`
	Why      string `json:"why,omitempty"`
	// Shut is why it could not be opened, and is shown as it was when it last could.
	Shut *Problem `json:"shut,omitempty"`
	// Discardable: a draft of one’s own.
	Discardable bool `json:"discardable"`
	// MaySettle: this person may settle what is contested.
	MaySettle bool `json:"maySettle"`
	// Delivered counts the devices that hold all of it.
	Delivered *Delivered `json:"delivered"`
	Saved     string     `json:"saved"` // when it was last saved here, RFC 3339
}

// A Claim is one of the values of a contested field.
type Claim struct {
	Value  any    `json:"value"`
	Author string `json:"author"` // a person’s id
	Device string `json:"device"`
	At     string `json:"at"`   // RFC 3339 with the author’s own offset
	City   string `json:"city"` // of the author’s zone
	Key    string `json:"key"`  // what Settle takes
}

// A Move is a state that could be entered.
type Move struct {
	To      string   `json:"to"`
	Verb    string   `json:"verb"` // "Record the decision"
	Ready   bool     `json:"ready"`
	Missing []string `json:"missing"` // sentences, when not ready
	Places  []string `json:"places"`  // for each of them, the path where it is answered, or ""
	Because bool     `json:"because"` // a sentence is asked for
	Main    bool     `json:"main"`    // the usual next step
}

// A Step is one state on the track.
type Step struct {
	State string    `json:"state"`
	Label string    `json:"label"`
	Mark  kind.Mark `json:"mark"`
	When  string    `json:"when,omitempty"` // RFC 3339, when it was entered
	Place string    `json:"place"`          // "past", "now" or "next"
	By    string    `json:"by,omitempty"`
	Why   string    `json:"why,omitempty"` // the sentence given on entering
}

// Late is an edit that is not part of the sealed record.
type Late struct {
	Author string `json:"author"`
	At     string `json:"at"`
	Path   string `json:"path"`
}

// Linked is an artefact or address that this one points at, or that points here.
type Linked struct {
	ID    string `json:"id,omitempty"`
	Doc   string `json:"doc,omitempty"` // what the value that holds the link says
	Title string `json:"title"`
	Kind  string `json:"kind,omitempty"`
	Mark  string `json:"mark,omitempty"`
	URL   string `json:"url,omitempty"`
	Back  bool   `json:"back"` // it points here
	How   string `json:"how"`  // the label of the field that holds the link
}

// Delivered counts devices.
type Delivered struct {
	Have int `json:"have"`
	Of   int `json:"of"`
}

// A Person is a member of the team, as the window names them.
type Person struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Initials string `json:"initials"`
	Role     string `json:"role"`
	Zone     string `json:"zone"`
	City     string `json:"city"`
	Hours    string `json:"hours"`
	Me       bool   `json:"me"`
	Left     bool   `json:"left"`
	Profile  string `json:"profile"` // id of the member artefact, for links
}

// A Row is one artefact in a list.
type Row struct {
	ID      string   `json:"id"`
	Doc     string   `json:"doc"`
	Kind    string   `json:"kind"`
	Title   string   `json:"title"`
	State   string   `json:"state"`
	Mark    string   `json:"mark"`
	Derived []string `json:"derived"`
	Owner   string   `json:"owner"` // a person’s id, or ""
	Author  string   `json:"author"`
	Updated string   `json:"updated"`
	Created string   `json:"created"`
	// Contested counts the fields that hold more than one value.
	Contested int `json:"contested"`

	// Of a decision:
	Level     string   `json:"level,omitempty"`
	Days      *float64 `json:"days,omitempty"`      // raised to decided, or to now while open
	When      string   `json:"when,omitempty"`      // the date that matters now: decide-by, review date, decided
	WhenIs    string   `json:"whenIs,omitempty"`    // "decide-by", "review", "decided", "ended" or "contested"
	LateDays  int      `json:"lateDays,omitempty"`  // past When
	EndedBy   string   `json:"endedBy,omitempty"`   // the id of the record that superseded it
	Decidable bool     `json:"decidable,omitempty"` // mine to decide

	// Of a work item:
	Next      string `json:"next,omitempty"`
	Due       string `json:"due,omitempty"`
	Expected  string `json:"expected,omitempty"`
	Delivered string `json:"delivered,omitempty"`
	Objective string `json:"objective,omitempty"`

	// Of an insight or brief: the first words. Of a weekly update: the week.
	Lead string   `json:"lead,omitempty"`
	Tags []string `json:"tags,omitempty"`
	Week string   `json:"week,omitempty"`
}

// A Query selects and pages a list.
type Query struct {
	Kind   string `json:"kind"`
	Tab    string `json:"tab"` // "all", "open", "review-due", "decided", "superseded", or a state
	Level  string `json:"level"`
	Owner  string `json:"owner"`
	Tag    string `json:"tag"`
	Text   string `json:"text"` // words to find
	Offset int    `json:"offset"`
	Limit  int    `json:"limit"`
}

// A List is one page of a list.
type List struct {
	Rows   []Row          `json:"rows"`
	Total  int            `json:"total"`  // matching the query
	Counts map[string]int `json:"counts"` // by tab, before filters
	// Of decisions: the median days of those recorded in the last 12 weeks,
	// and how many those are; nil when fewer than five.
	Median  *float64 `json:"median"`
	MedianN int      `json:"medianN"`
	Since   string   `json:"since,omitempty"` // date of the first record
	Tags    []string `json:"tags,omitempty"`
}

// A Hit is one result of a search.
type Hit struct {
	Row
	KindName string   `json:"kindName"`
	Snippet  string   `json:"snippet"` // words around the match, when it is not in the title
	Ranges   [][2]int `json:"ranges"`  // matches in the title, in UTF-16 units: from, to
}

// Found is the result of a search.
type Found struct {
	Hits  []Hit `json:"hits"`
	Total int   `json:"total"`
	Of    int   `json:"of"`    // artefacts searched
	Ready bool  `json:"ready"` // false while the index is still being built
}
