package workspace

import "longhand/app/render"

// A Boot is what the window needs to know before it shows anything.
type Boot struct {
	// State is "welcome" (no team here yet), "locked" (a passphrase is asked
	// for), "joining" (waiting for a member’s device to answer), "open", or
	// "failed" (see Problem).
	State   string   `json:"state"`
	Team    string   `json:"team,omitempty"`
	Me      string   `json:"me,omitempty"` // a person’s id
	Sample  bool     `json:"sample"`       // the sample team is open
	Zone    string   `json:"zone"`         // of this computer
	City    string   `json:"city"`
	Name    string   `json:"name,omitempty"` // of this computer’s account, to offer
	Keyring bool     `json:"keyring"`        // false: a passphrase has to be chosen
	Theme   string   `json:"theme"`          // "system", "light" or "dark"
	Keys    bool     `json:"keys"`           // single-letter shortcuts are on
	Now     string   `json:"now"`            // RFC 3339; differs from the clock under --at
	Version string   `json:"version"`
	Problem *Problem `json:"problem,omitempty"`
	// Host is "window" or "browser".
	Host string `json:"host"`
}

// A Problem is an error for a person: what happened, whether data is safe,
// and what to do. Window and command line show the same sentences.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Safe    string `json:"safe,omitempty"`
	Hint    string `json:"hint"`
}

// NewTeam is what it takes to start a team.
type NewTeam struct {
	Team       string `json:"team"`
	Me         string `json:"me"`
	Zone       string `json:"zone"`
	Hours      string `json:"hours"`
	Relay      string `json:"relay"` // "", "folder:PATH" or "https://HOST"
	Token      string `json:"token"` // for a server that asks for one
	Passphrase string `json:"passphrase"`
}

// Joining is what it takes to join one.
type Joining struct {
	Code       string `json:"code"`
	Me         string `json:"me"`
	Zone       string `json:"zone"`
	Hours      string `json:"hours"`
	Relay      string `json:"relay"` // replaces the folder in the code, when mounted elsewhere
	Passphrase string `json:"passphrase"`
}

// A Shell is what stands around every screen.
type Shell struct {
	Counts map[string]int `json:"counts"` // open ones, by kind
	Sync   SyncLine       `json:"sync"`
	Now    string         `json:"now"`
}

// A SyncLine is the state of saving and sending, in one sentence.
type SyncLine struct {
	// State is "alone" (no relay), "sent", "waiting", "offline" or "failing".
	State    string `json:"state"`
	Sentence string `json:"sentence"`
	Waiting  int    `json:"waiting"`
	At       string `json:"at,omitempty"` // of the last success
	// Delivered counts the other devices that say they have everything of this one.
	Delivered *Delivered `json:"delivered,omitempty"`
	NeedsYou  int        `json:"needsYou"` // so many things only this person can mend; see Team.Causes
}

// Work is who is doing what.
type Work struct {
	Objectives []Objective `json:"objectives"`
	Loose      []Row       `json:"loose"` // items of no objective
	Moving     int         `json:"moving"`
	LateCount  int         `json:"lateCount"`
	NoNext     int         `json:"noNext"`
}

// An Objective with its items.
type Objective struct {
	Row
	Measure  string    `json:"measure"`
	Unit     string    `json:"unit"`
	Baseline *float64  `json:"baseline"`
	Target   *float64  `json:"target"`
	Readings []Reading `json:"readings"`
	Items    []Row     `json:"items"`
}

// A Reading of an objective’s measure.
type Reading struct {
	At    string  `json:"at"`
	Value float64 `json:"value"`
}

// Weekly is one person’s week, with what was carried into it.
type Weekly struct {
	Week   string `json:"week"`
	From   string `json:"from"` // Monday
	To     string `json:"to"`   // Friday
	Person string `json:"person"`
	Due    string `json:"due"`    // RFC 3339 in the person’s own offset
	Review string `json:"review"` // when the team’s review goes out
	ID     string `json:"id"`     // of the update, "" while nothing is written
	Page   *Page  `json:"page"`
	// Carried are the commitments made in the week before.
	Carried []Carried `json:"carried"`
	// Suggested writes itself from the week’s events; nothing of it is in the
	// update until a person takes it.
	Suggested []Suggestion `json:"suggested"`
	Written   []Written    `json:"written"`
	// Planned is what this person committed to and delivered, oldest first.
	Planned []Planned `json:"planned"`
}

// Carried is a commitment of the week before.
type Carried struct {
	ID      string `json:"id"`   // of the update that holds it
	Path    string `json:"path"` // of the item: "priorities/4kq"
	Text    string `json:"text"`
	Outcome string `json:"outcome"` // "", "delivered", "slipped" or "dropped"
	Reason  string `json:"reason"`
	Item    string `json:"item,omitempty"`
}

// A Suggestion is a line that the week’s events would write.
type Suggestion struct {
	Field string `json:"field"` // "outcomes", "slipped", "decisions-needed"
	Text  string `json:"text"`
	From  string `json:"from"` // the id of the record it comes from
	Why   string `json:"why"`  // "delivered on Tuesday"
	// Parts are further parts of the line, by key.
	Parts map[string]any `json:"parts"`
}

// Written says how far one person’s update is.
type Written struct {
	Person string `json:"person"`
	State  string `json:"state"` // "published", "draft" or "not yet"
	At     string `json:"at,omitempty"`
	ID     string `json:"id,omitempty"`
}

// Planned counts one week’s commitments.
type Planned struct {
	Week      string `json:"week"`
	Committed int    `json:"committed"`
	Delivered int    `json:"delivered"`
	Open      int    `json:"open"` // nothing said yet
}

// Review is the team’s week: what a person writes, and what is gathered.
type Review struct {
	Week      string        `json:"week"`
	ID        string        `json:"id"`
	Page      *Page         `json:"page"`
	Content   render.Review `json:"content"`
	Published bool          `json:"published"`
	Weeks     []string      `json:"weeks"` // that have one, newest first
}

// Team is the people, their hours, the devices and the relays.
type Team struct {
	Name    string    `json:"name"`
	People  []Present `json:"people"`
	Devices []Device  `json:"devices"`
	Relays  []Relay   `json:"relays"`
	Invites []Invite  `json:"invites"`
	// Overlap is when everyone works, in hours of the viewer’s day; nil when never.
	Overlap  *Span    `json:"overlap"`
	Admin    bool     `json:"admin"`
	Entries  int      `json:"entries"` // all changes that the team has written
	SetAside []Aside  `json:"setAside"`
	NeedsYou []string `json:"needsYou"` // what of Causes is this person’s, in sentences
	Requests []Asking `json:"requests"` // who waits to be let in
	Causes   []Cause  `json:"causes"`   // what stands in the way, or should be known
	// Kit is "none", "made" or "checked": whether this person has a recovery kit.
	Kit string `json:"kit"`
	// Recovered says what was found damaged at opening and built again, or "".
	Recovered string `json:"recovered"`
}

// Present is a person with today’s hours.
type Present struct {
	Person
	Now    string  `json:"now"`    // "13:42", there
	Offset float64 `json:"offset"` // hours ahead of the viewer
	Day    *Span   `json:"day"`    // working hours, in hours of the viewer’s day; nil when away
	Away   string  `json:"away"`   // "on leave until 14 June", or ""
	Admin  bool    `json:"admin"`
}

// A Span of hours in a day, from 0 to 24; it may begin before 0 or end after 24.
type Span struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// A Device of the team.
type Device struct {
	ID      string `json:"id"`
	Label   string `json:"label"`
	Person  string `json:"person"`
	This    bool   `json:"this"`
	Holds   int    `json:"holds"`   // changes it says it has
	Missing int    `json:"missing"` // of its own that have not arrived here
	Lacks   int    `json:"lacks"`   // of what this device sent, what it has not said to have
	Heard   string `json:"heard"`   // RFC 3339, or "" if never
}

// A Relay of the team.
type Relay struct {
	Relay    string `json:"relay"` // "folder:PATH" or "https://HOST"
	State    string `json:"state"` // "ok", "trying" or "failing"
	Pending  int    `json:"pending"`
	LastOK   string `json:"lastOk"`
	Problem  string `json:"problem"`
	NextStep string `json:"nextStep"`
}

// An Invite that has not been used.
type Invite struct {
	ID      string `json:"id"`
	Role    string `json:"role"`
	Expires string `json:"expires"`
	Ask     bool   `json:"ask"`
	By      string `json:"by"`
}

// Aside is something that a relay holds and that was not applied.
type Aside struct {
	Relay  string `json:"relay"`
	Device string `json:"device"`
	Label  string `json:"label"` // what people call the device, "" for one that nobody knows
	Number int    `json:"number"`
	Last   int    `json:"last"` // of a run that begins with Number
	// More says that of Number to Last not all are meant, but so many that are not
	// named one by one.
	More    int    `json:"more,omitempty"`
	Problem string `json:"problem"` // "damaged", "missing", "forged", "replayed" or "poison"
}

// TextState is an open text: the version that the next edit builds on.
type TextState struct {
	Version int    `json:"version"`
	Text    string `json:"text"`
}

// An Update is one edit of an open text, as CodeMirror’s ChangeSet writes it:
// a number keeps that many UTF-16 units, [n, "a", "b"] replaces n of them by
// the lines "a" and "b".
type Update struct {
	Client  string `json:"client"`
	Changes []any  `json:"changes"`
}

// Saved says where an export went.
type Saved struct {
	Path string `json:"path"` // "" when the person thought better of it
	// Name and Data carry the file to a browser, which saves it itself.
	Name string `json:"name,omitempty"`
	Data []byte `json:"data,omitempty"`
}

// Progress of work that takes longer than a second.
type Progress struct {
	Task  string  `json:"task"`  // "typesetter", "sync", "sample", "open", "backup", "restore", "doctor"
	Phase string  `json:"phase"` // a sentence
	Done  float64 `json:"done"`  // 0 to 1, or -1 when it cannot be known
	Ended bool    `json:"ended"`
}
