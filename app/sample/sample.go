// Package sample is the record of a team that does not exist: six people in
// five time zones, who sell ferry tickets for twelve operators, and twelve
// weeks of what they wrote. It is data, in our own words, for people who want
// to look around before they begin.
//
// It writes nothing; package workspace plays it back, each step by the device
// of the person who takes it, so that a sample artefact is as real as any.
package sample

// Team is what the sample team is called.
const Team = "Saltmarsh"

// A Person of the sample team. The first is the one whose window it is.
type Person struct {
	Key   string // in Steps: "ines"
	Name  string
	Role  string // what they do
	Zone  string
	Hours string
}

// A Record is one artefact and what happened to it.
type Record struct {
	Slug  string // in references: "@float"
	Kind  string
	Title string
	Steps []Step
}

// A Step is what one person wrote at one time, as one change.
type Step struct {
	// Week counts back from the last week of the sample, which is 0; the
	// first is -11. Day is 1 for Monday to 7. At is a time of day, "09:12",
	// where the person is.
	Week, Day int
	At        string
	Who       string
	// Set gives fields and parts their values, as the command line does:
	// people by key, other records by "@slug", dates as "+3 Fri" or "-1 Mon"
	// in weeks of the sample, or as they are.
	Set map[string]any
	// Move is the state entered, after the values are set.
	Move    string
	Because string
	// Apart: whoever took it had not yet received the step before.
	Apart bool
}
