// Package metric counts how a team’s work goes, from the record alone.
//
// Each measure has a file of its own with its definition, its unit and what it
// leaves out. Every figure carries its count; a figure that may not be shown
// is nil beside a sentence that says why. The package is pure: it takes views
// and an instant, and nobody is ranked by it.
package metric

// A Report is the five measures over a window of ISO weeks. Its JSON is the
// contract of `longhand metrics --json`.
type Report struct {
	Weeks int    `json:"weeks"`
	From  string `json:"from"` // first ISO week, "2026-W13"
	To    string `json:"to"`   // last ISO week
	// Records is how many artefacts were counted from.
	Records        int            `json:"records"`
	Cycle          Cycle          `json:"decision-cycle-time"`
	Predictability Predictability `json:"delivery-predictability"`
	Meetings       Meetings       `json:"meeting-load"`
	Rework         Rework         `json:"rework-rate"`
	Clarity        Clarity        `json:"clarity"`
	FastLane       FastLane       `json:"fast-lane"`
	Diagnosis      []Finding      `json:"diagnosis"`
}

// Cycle is decision cycle time: from raised to decided, in days of 24 hours.
type Cycle struct {
	N        int      `json:"n"` // decisions recorded in the window
	Median   *float64 `json:"median-days"`
	P85      *float64 `json:"p85-days"`
	Why      string   `json:"why,omitempty"`
	Open     int      `json:"open"` // raised and not yet decided
	Excluded Excluded `json:"excluded"`
	// ByLevel has the same figures for each level that occurs.
	ByLevel map[string]Level `json:"by-level"`
	// WorkingHours is the median in the owner’s working hours.
	WorkingHours *float64 `json:"median-working-hours"`
	Points       []Point  `json:"points"`  // each decision recorded, oldest first
	Medians      []Middle `json:"medians"` // by four weeks, oldest first
	Ages         []Point  `json:"ages"`    // of the open ones, oldest first
}

// Excluded counts what cycle time leaves out.
type Excluded struct {
	Withdrawn    int `json:"withdrawn"`
	AfterTheFact int `json:"after-the-fact"`
}

// Level is the cycle time of the decisions of one level.
type Level struct {
	N      int      `json:"n"`
	Median *float64 `json:"median-days"`
	P85    *float64 `json:"p85-days"`
}

// A Point is one decision and its days.
type Point struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	Week  string  `json:"week"` // in which it was decided, or raised while open
	Level string  `json:"level"`
	Days  float64 `json:"days"`
}

// A Middle is the median over some weeks; nil under five.
type Middle struct {
	From   string   `json:"from"`
	To     string   `json:"to"`
	N      int      `json:"n"`
	Median *float64 `json:"median-days"`
}

// Predictability is what was delivered of what was committed.
type Predictability struct {
	Committed int            `json:"committed"` // in weeks that are over
	Delivered int            `json:"delivered"`
	Ratio     *float64       `json:"ratio"`
	Why       string         `json:"why,omitempty"`
	Unplanned int            `json:"unplanned"` // delivered without having been committed
	Reasons   map[string]int `json:"reasons"`   // of misses
	Series    []Week         `json:"series"`    // oldest first, the running week last
}

// A Week of commitments.
type Week struct {
	Week      string `json:"week"`
	Committed int    `json:"committed"`
	Delivered int    `json:"delivered"`
	Open      int    `json:"open"` // nothing said of them yet
	Unplanned int    `json:"unplanned"`
	Running   bool   `json:"running"`
}

// Meetings is hours in meetings for each person and week.
type Meetings struct {
	People *int     `json:"people"`
	Median *float64 `json:"median-hours"`
	Least  *float64 `json:"least"`
	Most   *float64 `json:"most"`
	Why    string   `json:"why,omitempty"`
}

// Rework is delivered items that came back for an unclear requirement.
type Rework struct {
	Delivered *int     `json:"delivered"`
	Reopened  *int     `json:"reopened"`
	Ratio     *float64 `json:"ratio"`
	Maturing  *int     `json:"maturing"`
	Why       string   `json:"why,omitempty"`
}

// Clarity is the distribution of pulse answers, 1 to 5.
type Clarity struct {
	Asked        *int   `json:"asked"`
	Answers      *int   `json:"answers"`
	Distribution []int  `json:"distribution"`
	Why          string `json:"why,omitempty"`
}

// FastLane is the share of requests that went the fast lane.
type FastLane struct {
	Requests *int     `json:"requests"`
	Share    *float64 `json:"share"`
	Why      string   `json:"why,omitempty"`
}

// A Finding is a sentence that the figures are consistent with.
type Finding struct {
	Code     string         `json:"code"`
	Sentence string         `json:"sentence"`
	Inputs   map[string]any `json:"inputs"`
}
