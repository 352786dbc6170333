// Package render puts what the record says on paper: a review becomes Markdown here and a PDF in render/typeset. It takes
// plain data that is complete before it arrives. It reads no documents, computes no measures, and knows no clock: the
// instant of an export comes with the data.
package render

import "time"

// A Review is everything a team’s weekly review says, gathered and ready to be shown. It is plain data: whoever fills it
// has already decided what belongs in it, and neither Markdown nor PDF adds or leaves out anything.
//
// Fields said to be prose are read as simple Markdown (see ParseProse). All others are plain text on one line: line
// ends and runs of spaces become one space, and nothing in them is markup. What is unknown is left empty and then left
// out, never filled with a placeholder.
//
// People are named as they should appear, which for most teams is the first name.
type Review struct {
	Team string `json:"team"`
	// Week is the ISO week, “2026-W24”. From and To are the first and the last day that the review covers.
	Week string `json:"week"`
	From Day    `json:"from"`
	To   Day    `json:"to"`

	Headline   string `json:"headline"`
	BottomLine string `json:"bottomLine"` // prose, at most three sentences
	GatheredBy string `json:"gatheredBy"`
	// Draft is true until the review is published. Every export of a draft says that it is one.
	Draft   bool    `json:"draft"`
	Written Written `json:"written"`

	// Commitments counts what was promised for this week; nil when nobody promised anything.
	Commitments *Commitments `json:"commitments,omitempty"`
	// Figures are the measures that could be computed, five at most being shown side by side. A measure with too few
	// observations is not in here.
	Figures []Figure `json:"figures,omitempty"`

	Outcomes        []Line   `json:"outcomes,omitempty"`
	Metrics         []Impact `json:"metrics,omitempty"`
	Slipped         []Slip   `json:"slipped,omitempty"`
	Risks           []Line   `json:"risks,omitempty"` // gravest first
	DecisionsNeeded []Ask    `json:"decisionsNeeded,omitempty"`
	Decided         []Ruling `json:"decided,omitempty"`
	Next            []Line   `json:"next,omitempty"` // first thing first

	// ExportedAt is shown in its own location, so the caller sets the zone of the person exporting, and ExportedIn names
	// that zone’s city. The zero time leaves the sentence out.
	ExportedAt time.Time `json:"exportedAt"`
	ExportedIn string    `json:"exportedIn"`
	// Version says which state of the record this is, as a phrase: “Record version 31”.
	Version string `json:"version"`
}

// A Day is a calendar day with no zone, “2026-06-08”. Empty means there is none. Anything else is shown as it stands.
type Day string

// Written counts whose weekly updates the review is made from.
type Written struct {
	Count   int      `json:"count"`
	Of      int      `json:"of"`
	Missing []string `json:"missing,omitempty"` // people whose update was not there
}

// Commitments counts what became of the things that people had committed to for the week.
type Commitments struct {
	Made      int `json:"made"`
	Delivered int `json:"delivered"`
	Slipped   int `json:"slipped"`
	Dropped   int `json:"dropped"`
}

// A Line is a sentence or two and the person it comes from.
type Line struct {
	Text   string `json:"text"` // prose
	Person string `json:"person"`
}

// An Impact is what the week did to a metric. With a Name it is one row of figures; without, it is what a person wrote.
// Was, Now and Target carry their units: “2.4 d”, “1.9 d”, “1.0”.
type Impact struct {
	Name   string `json:"name,omitempty"`
	Was    string `json:"was,omitempty"`
	Now    string `json:"now,omitempty"`
	Target string `json:"target,omitempty"`
	Chart  *Chart `json:"chart,omitempty"`

	Text   string `json:"text,omitempty"` // prose
	Person string `json:"person,omitempty"`
}

// A Slip is something that was promised and did not happen, and why.
type Slip struct {
	Text   string `json:"text"`   // prose
	Reason string `json:"reason"` // prose
	Person string `json:"person"`
}

// An Ask is a decision that somebody needs: what, from whom, by when.
type Ask struct {
	Title  string `json:"title"`
	Person string `json:"person"`
	By     Day    `json:"by"`
	ID     string `json:"id,omitempty"` // the decision record, “D-7KQ4”, if there is one yet
}

// A Ruling is a decision recorded during the week.
type Ruling struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Owner string `json:"owner"`
	Date  Day    `json:"date"`
}

// A Figure is one measure in the band beneath the bottom line: “Decision cycle time”, “3”, “days”, “Median of 11; April
// 7.5”. Value, Unit and Note are text because rounding and counting belong to the measure, not to the page.
type Figure struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Unit  string `json:"unit"`
	Note  string `json:"note"`
	Chart *Chart `json:"chart,omitempty"`
}
