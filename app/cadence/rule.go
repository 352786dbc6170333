// Package cadence says when things fall due in people's own hours.
//
// A [Rule] is data: a weekday and a time of day in the team's week. [Hours] are
// a person's working hours, read in that person's own time zone. Nothing here
// reads a clock: every function takes the instant it speaks about.
package cadence

import "time"

// A Rule is when an artefact of some kind falls due. The zero Rule is never.
type Rule struct {
	Every Every `json:"every,omitempty"`
	// Weekday on which it is due, Monday is 1 and Sunday 7, for Weekly.
	Weekday int `json:"weekday,omitempty"`
	// At is the time of day, "16:00", in the zone of the person who owes it.
	At string `json:"at,omitempty"`
}

// Every is how often.
type Every string

const (
	Never     Every = ""
	Weekly    Every = "week"
	Quarterly Every = "quarter"
)

// Week is an ISO 8601 week.
type Week struct{ Year, Number int }

// WeekOf returns the ISO week in which the instant falls in the given zone.
func WeekOf(t time.Time, zone *time.Location) Week {
	y, n := t.In(zone).ISOWeek()
	return Week{y, n}
}
