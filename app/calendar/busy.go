package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Limits on one question. A step is a day looked at or an occurrence made: with
// the worst of calendars all of them take three seconds.
const (
	maxSteps       = 100_000   // for one entry
	maxStepsInAll  = 5_000_000 // for all
	maxOccurrences = 10_000    // of one entry in the window
	maxInAll       = 200_000
	longest        = day // the longest that counts as a meeting
)

// A Window is a stretch of time and the person whose calendar is looked at.
type Window struct {
	From, To time.Time
	// Me are the person’s own addresses. Without any, nothing is known to be declined.
	Me []string
	// Floating is the zone of times that are in none. Without it they are left out.
	Floating *time.Location
	// Zone finds a zone of the IANA database by name, as time.LoadLocation does.
	// Without it only UTC and what the file defines are known.
	Zone func(name string) (*time.Location, error)
}

// An Interval is a time that is taken, in UTC.
type Interval struct{ From, To time.Time }

// Busy is what a calendar takes of a window.
type Busy struct {
	// Intervals are the union of the meetings, in order, within the window. No two touch.
	Intervals []Interval
	// Counted is how many meetings they are made of.
	Counted int
	// Left is what was left out within the window.
	Left Left
}

// Busy expands the entries that have to do with the window. A meeting is of two
// or more people, at a time of day, and no longer than 24 hours. An exception
// takes the place of what it replaces, also when it is itself left out.
func (c *Calendar) Busy(w Window) Busy {
	q := question{
		from: clamp(w.From), to: clamp(w.To), left: maxStepsInAll, room: maxInAll,
		zones: zones{lookup: w.Zone, until: clamp(w.To) + 366*day, left: maxStepsInAll, named: map[string]zone{}, own: map[*definition]zone{}},
		me:    map[string]bool{}, busy: Busy{Left: Left{}},
	}
	if w.Floating != nil {
		q.floating = located{w.Floating}
	}
	for _, a := range w.Me {
		q.me[address(a)] = true
	}
	if w.From.Before(w.To) {
		for _, s := range c.series() {
			q.series(s)
		}
	}
	q.busy.Intervals = union(q.taken, w.From.UTC(), w.To.UTC())
	return q.busy
}

// clamp keeps an instant within the years that calendars have.
func clamp(t time.Time) int64 {
	return min(max(t.Unix(), dayOf(1, 1, 1)*day), dayOf(10_000, 1, 1)*day)
}

// Load is how much of the time between two instants the intervals take. They
// must not overlap, as those of a Busy do not.
func Load(intervals []Interval, from, to time.Time) (sum time.Duration) {
	for _, i := range intervals {
		if begin, end := later(i.From, from), earlier(i.To, to); begin.Before(end) {
			sum += end.Sub(begin)
		}
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

type span struct{ from, to int64 }

// union joins what overlaps or touches, and cuts it to the window.
func union(all []span, from, to time.Time) (out []Interval) {
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for _, s := range all {
		i := Interval{later(time.Unix(s.from, 0).UTC(), from), earlier(time.Unix(s.to, 0).UTC(), to)}
		if n := len(out) - 1; n >= 0 && !out[n].To.Before(i.From) {
			out[n].To = later(out[n].To, i.To)
		} else if i.From.Before(i.To) {
			out = append(out, i)
		}
	}
	return out
}

// A question is one call of Busy on its way.
type question struct {
	from, to   int64
	zones      zones
	floating   zone
	me         map[string]bool
	left, room int
	taken      []span
	busy       Busy
}

// A series is what one UID stands for: usually one entry, and the exceptions to it.
type series struct{ whole, exceptions []*Event }

// series groups the entries. Of several versions the one with the highest
// sequence stands; entries that share a UID and a sequence are different ones,
// as careless programs write them.
func (c *Calendar) series() (all []*series) {
	byUID := map[string]*series{}
	for i := range c.Events {
		e := &c.Events[i]
		s := byUID[e.UID]
		if s == nil || e.UID == "" {
			s = &series{}
			all = append(all, s)
			byUID[e.UID] = s
		}
		if e.replaces.how != unset {
			s.exceptions = append(s.exceptions, e)
		} else {
			s.whole = append(s.whole, e)
		}
	}
	for _, s := range all {
		newest := 0
		for _, e := range s.whole {
			newest = max(newest, e.sequence)
		}
		s.whole = slices.DeleteFunc(s.whole, func(e *Event) bool { return e.sequence < newest })
		s.exceptions = newestExceptions(s.exceptions)
	}
	return all
}

// newestExceptions keeps the last version of the exception to each occurrence.
func newestExceptions(all []*Event) (kept []*Event) {
	at := map[moment]int{}
	for _, e := range all {
		i, seen := at[e.replaces]
		switch {
		case !seen:
			at[e.replaces] = len(kept)
			kept = append(kept, e)
		case e.sequence >= kept[i].sequence:
			kept[i] = e
		}
	}
	return kept
}

// zone is that of a moment; nil when it is not known, with the reason.
func (q *question) zone(m moment, in *envelope) (zone, Reason) {
	switch m.how {
	case inUTC:
		return fixed(0), ""
	case onDay, floating:
		if q.floating != nil {
			return q.floating, ""
		}
		return nil, Floating
	}
	if z := q.zones.find(m.zone, in); z != nil {
		return z, ""
	}
	return nil, UnknownZone
}

// judge says why an occurrence is no meeting, or nothing.
func (q *question) judge(e *Event, length int64) Reason {
	switch {
	case e.cancelled:
		return Cancelled
	case q.declined(e):
		return Declined
	case e.start.how == onDay, e.allDay:
		return AllDay
	case e.transparent:
		return Transparent
	case q.alone(e):
		return Solo
	case length > longest:
		return Long
	case length == 0:
		return NoLength
	}
	return ""
}

func (q *question) declined(e *Event) bool {
	return slices.ContainsFunc(e.people, func(a attendee) bool { return a.gone && q.me[a.address] })
}

// alone entries have nobody in them but one person. That goes for all of a
// calendar that was published without the people in it, as Outlook offers: the
// count of those left out shows it. The organiser counts as one,
// since many programs do not invite the person who invites; an organiser
// without anybody invited may be no more than the name of a calendar.
func (q *question) alone(e *Event) bool {
	if len(e.people) == 0 {
		return true
	}
	host := e.organizer
	if isCalendar(host) {
		host = ""
	}
	one := "" // whoever this calendar is of, it is one person
	if len(q.me) == 0 {
		one = cmp.Or(host, e.people[0].address)
	}
	other := func(a string) bool { return a != one && !q.me[a] }
	return (host == "" || !other(host)) && !slices.ContainsFunc(e.people, func(a attendee) bool { return other(a.address) })
}

// isCalendar knows the addresses by which Google names calendars and rooms.
func isCalendar(address string) bool {
	return strings.HasSuffix(address, ".calendar.google.com")
}
