// Package calendar reads .ics files, says how much of a stretch of time their
// meetings take, and writes what falls due as one.
//
// [Read] takes a file apart. [Calendar.Busy] expands its repeated entries over a
// [Window] and gives the union of the meetings in it, with a count of all that
// it left out and why; [Load] adds the union up between two instants. [Write]
// writes a [Feed].
//
// A calendar is private. No error and no [Reason] carries text of the file;
// what is left out is told as counts. Nothing is guessed: a time in a zone that
// nobody knows, or a rule that cannot be read, is left out and counted.
//
// A calendar is also a stranger’s file, and rules can be written that never
// come to an end. So everything here is bounded in space and in steps, by the
// limits below; what passes them is refused or left out under its own name.
//
// There is no library under it, and the reasons were measured. emersion/go-ical
// panics on a line that ends in a quoted parameter, is not done after 20 seconds
// with one parameter of 1 MB, and loses the whole file with the first bad line;
// arran4/golang-ical overflows the stack, beyond recovery, on nested
// components, and links an HTTP client. teambition/rrule-go panics on
// FREQ=MONTHLY;BYDAY=-53MO, never returns from FREQ=HOURLY;INTERVAL=24 with a
// BYHOUR that it steps over, and walks every second from 1970 to reach this
// week; none of it can be interrupted. A guard that made their input safe
// would be as long as what is here.
//
// It does no to-do lists, journals or free-busy answers, no calendars but the
// Gregorian, and no floating time of its own: that zone is the caller’s to say.
package calendar

import (
	"errors"
	"fmt"
	"io"
)

// Limits on one file. The largest that the tests have from real programs is 400 KB.
const (
	maxBytes  = 16 << 20
	maxEvents = 50_000
	maxDepth  = 16      // components within components
	maxLine   = 1 << 16 // bytes of one unfolded line
	maxDates  = 10_000  // RDATE and EXDATE values in one entry
	maxPeople = 5_000   // attendees of one entry
	maxRules  = 16      // rules of one entry
	maxZones  = 500     // definitions of zones
	maxShifts = 100     // definitions of one zone's changes of clock
)

// A Reason is why something is not counted, in words for people. It never holds
// text of the calendar.
type Reason string

// What Read leaves out, in entries of the file.
const (
	NoStart   Reason = "without a start"
	BadTime   Reason = "with a time that cannot be read"
	BadRule   Reason = "with a repetition that cannot be read"
	BadEnd    Reason = "that end before they begin"
	CutShort  Reason = "cut short by the end of the file or of a line"
	TooLarge  Reason = "larger than entries are"
	Garbled   Reason = "lines that are not calendar data"
	OtherKind Reason = "tasks, journals and free-busy times"
	Answer    Reason = "answers to invitations"
)

// What Busy leaves out, in occurrences within the window; Unbounded, which
// cannot be counted, in entries.
const (
	AllDay      Reason = "all day"
	Transparent Reason = "marked as free"
	Cancelled   Reason = "cancelled"
	Declined    Reason = "declined or delegated"
	Solo        Reason = "of one person"
	Long        Reason = "longer than 24 hours"
	NoLength    Reason = "without a length"
	UnknownZone Reason = "in a time zone that is not known"
	Floating    Reason = "in no time zone"
	Unbounded   Reason = "repeated beyond what can be worked out"
)

// Left counts what was left out, by reason.
type Left map[Reason]int

var (
	// ErrNotCalendar is returned for a file that does not begin as a calendar does.
	ErrNotCalendar = errors.New("this is not an iCalendar file")
	// ErrTooLarge is returned for a file past the limits. It is refused as a whole: part of a calendar would be a wrong number.
	ErrTooLarge = errors.New("this calendar is larger than can be read")
)

// A Calendar is a file that was read.
type Calendar struct {
	Events []Event
	Left   Left // what could not be read
}

// An Event is one entry: a meeting, a series of them, or an exception to a series.
type Event struct {
	UID, Summary, Description string

	file       *envelope
	start, end moment
	length     int64 // seconds, by DURATION; -1 when there is none
	replaces   moment
	following  bool // replaces all that follow as well
	sequence   int

	rules   []*rule
	dates   []date // RDATE
	without []moment

	cancelled, transparent, allDay bool
	organizer                      string
	people                         []attendee
}

// An envelope is one VCALENDAR: its entries share its method and its zones.
type envelope struct {
	method string
	zones  map[string]*definition
}

type attendee struct {
	address string // lower case, without mailto:
	gone    bool   // declined or delegated
}

// A date is one RDATE; length is -1 unless it says its own.
type date struct {
	at, until moment
	length    int64
}

// Read reads a calendar. Entries that cannot be read are left out and counted;
// the error is ErrNotCalendar, ErrTooLarge, or one of r.
func Read(r io.Reader) (*Calendar, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	if len(raw) > maxBytes {
		return nil, fmt.Errorf("read calendar: %w: more than %d MB", ErrTooLarge, maxBytes>>20)
	}
	d := decoder{lines: lines{rest: raw}, into: &Calendar{Left: Left{}}}
	if err := d.run(); err != nil {
		return nil, fmt.Errorf("read calendar: %w", err)
	}
	return d.into, nil
}
