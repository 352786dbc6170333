package calendar

import (
	"cmp"
	"slices"
)

// slack is more than any two clocks in the world are apart.
const slack = 27 * 3600

// maxMoved bounds how far an exception may move all that follow it.
const maxMoved = 366 * day

// series works out one series and adds it to the answer. When all of it was
// called off, so were the exceptions that it knew of.
func (q *question) series(s *series) {
	off := len(s.whole) > 0
	for _, e := range s.whole {
		off = off && e.cancelled
	}
	if off {
		for i, x := range s.exceptions {
			if x.sequence <= s.whole[0].sequence {
				y := *x
				y.cancelled = true
				s.exceptions[i] = &y
			}
		}
	}
	for _, e := range s.whole {
		q.whole(e, s.exceptions)
	}
	for _, e := range s.exceptions {
		if !e.following || len(s.whole) == 0 { // else it was told with the series
			q.single(e)
		}
	}
}

// single is an exception, standing for itself.
func (q *question) single(e *Event) {
	z, unknown := q.zone(e.start, e.file)
	if unknown != "" {
		z = fixed(0)
	}
	begin := instant(z, e.start.wall)
	length, ok := q.length(e, begin)
	if !ok {
		unknown = cmp.Or(unknown, UnknownZone)
	}
	q.tell(e, begin, length, unknown)
}

// tell counts one occurrence, in or out, if it lies in the window. There is
// always room for it to be counted; whether there was is asked before.
func (q *question) tell(e *Event, begin, length int64, unknown Reason) {
	if begin >= q.to || begin+length <= q.from && (length > 0 || begin < q.from) {
		return
	}
	why := q.judge(e, length)
	if unknown != "" && (why == "" || why == Long || why == NoLength) {
		why = unknown
	}
	if why != "" {
		q.busy.Left[why]++
		return
	}
	q.busy.Counted++
	q.taken = append(q.taken, span{begin, begin + length})
}

// length is how long an entry lasts that begins at an instant, in seconds. By
// RFC 5545 the end of a series gives the exact time that each one takes.
func (q *question) length(e *Event, begin int64) (int64, bool) {
	switch {
	case e.end.how != unset:
		z, unknown := q.zone(e.end, e.file)
		if unknown != "" {
			if e.end.zone == e.start.zone && e.end.how == e.start.how {
				return e.end.wall - e.start.wall, true
			}
			return 0, false
		}
		return max(0, instant(z, e.end.wall)-begin), true
	case e.length >= 0:
		return e.length, true
	case e.start.how == onDay:
		return day, true
	}
	return 0, true
}

// An occurrence is one of a series, before exceptions.
type occurrence struct{ wall, begin, length int64 }

// A following is an exception that also replaces all that come after it.
type following struct {
	from, moved, length int64
	event               *Event
}

// whole expands one entry over the window. When it cannot be worked out within
// the limits, all of it is left out: part of it would be a wrong number.
func (q *question) whole(e *Event, exceptions []*Event) {
	z, unknown := q.zone(e.start, e.file)
	if unknown != "" {
		z = fixed(0) // to tell whether it has to do with the window at all
	}
	length, ok := q.length(e, instant(z, e.start.wall))
	if !ok {
		unknown = cmp.Or(unknown, UnknownZone)
	}
	if !spend(&q.left, len(e.without)+len(e.dates)+len(exceptions)) {
		q.busy.Left[Unbounded]++
		return
	}
	var gone dates
	for _, m := range e.without {
		if !gone.add(q, m, e.file, e.start.zone) {
			unknown = cmp.Or(unknown, UnknownZone)
		}
	}
	var later []following
	reach := length
	for _, d := range e.dates {
		reach = max(reach, d.length)
		if d.until.how != unset {
			reach = max(reach, d.until.wall-d.at.wall+slack)
		}
	}
	for _, x := range exceptions {
		if !x.following {
			if !gone.add(q, x.replaces, x.file, e.start.zone) {
				unknown = cmp.Or(unknown, UnknownZone)
			}
			continue
		}
		f, ok := q.following(x, z, length)
		switch {
		case !ok:
			unknown = cmp.Or(unknown, UnknownZone)
			continue
		case f.moved > maxMoved || f.moved < -maxMoved:
			unknown = cmp.Or(unknown, Unbounded)
			continue
		}
		reach = max(reach, f.length, f.length+f.moved, length-f.moved)
		later = append(later, f)
	}
	slices.SortFunc(later, func(a, b following) int { return cmp.Compare(a.from, b.from) })

	ahead := int64(slack)
	for _, f := range later {
		ahead = max(ahead, slack-f.moved)
	}
	steps := min(maxSteps, q.left)
	before := steps
	found, why := q.occurrences(e, z, &gone, q.from-reach-slack, q.to+ahead, length, &steps)
	q.left -= before - max(steps, 0)
	if why != "" {
		q.busy.Left[why]++
		return
	}
	q.room -= len(found)
	for _, o := range found {
		i, exact := slices.BinarySearchFunc(later, o.begin, func(f following, at int64) int { return cmp.Compare(f.from, at) })
		if exact {
			i++
		}
		if i == 0 {
			q.tell(e, o.begin, o.length, unknown)
			continue
		}
		f := later[i-1]
		q.tell(f.event, instant(z, o.wall+f.moved), f.length, unknown)
	}
}

// following reads an exception to all that follow.
func (q *question) following(x *Event, z zone, length int64) (f following, ok bool) {
	from, why1 := q.zone(x.replaces, x.file)
	to, why2 := q.zone(x.start, x.file)
	if x.replaces.how == onDay || x.replaces.how == floating {
		from, why1 = z, "" // as the clock of the series shows it
	}
	if why1 != "" || why2 != "" {
		return f, false
	}
	f.event, f.from = x, instant(from, x.replaces.wall)
	begin := instant(to, x.start.wall)
	f.moved = begin + z.offset(begin) - f.from - z.offset(f.from)
	if f.length = length; x.end.how != unset || x.length >= 0 {
		f.length, ok = q.length(x, begin)
		return f, ok
	}
	return f, true
}

// occurrences gives the start of every occurrence that may lie in the window, in order.
func (q *question) occurrences(e *Event, z zone, gone *dates, from, to, length int64, steps *int) (found []occurrence, why Reason) {
	if from <= e.start.wall && e.start.wall <= to {
		first := occurrence{e.start.wall, instant(z, e.start.wall), length}
		if len(e.rules) == 0 || slices.ContainsFunc(e.rules, func(r *rule) bool { return r.reaches(first) }) {
			found = append(found, first)
		}
	}
	for _, r := range e.rules {
		emit := func(wall int64) bool {
			if o := (occurrence{wall, instant(z, wall), length}); r.reaches(o) {
				found = append(found, o)
			}
			return len(found) <= maxOccurrences
		}
		if !r.expand(e.start.wall, from, r.end(to), steps, emit) {
			return nil, Unbounded
		}
	}
	for _, d := range e.dates {
		o, why := q.date(d, e, z, length)
		if why != "" {
			return nil, why
		}
		if from <= o.wall && o.wall <= to {
			found = append(found, o)
		}
	}
	found = slices.DeleteFunc(found, gone.has)
	slices.SortStableFunc(found, func(a, b occurrence) int { return cmp.Compare(a.begin, b.begin) })
	found = slices.CompactFunc(found, func(a, b occurrence) bool { return a.begin == b.begin })
	if len(found) > maxOccurrences || len(found) > q.room {
		return nil, Unbounded
	}
	return found, ""
}

// end is where a rule can be left off, on the wall of any clock.
func (r *rule) end(to int64) int64 {
	if r.until.how == unset {
		return to
	}
	return min(to, r.until.wall+day+slack)
}

// reaches says whether a rule has not ended before an occurrence. An end that is
// only a day is the whole of it.
func (r *rule) reaches(o occurrence) bool {
	switch r.until.how {
	case unset:
		return true
	case inUTC:
		return o.begin <= r.until.wall
	case onDay:
		return o.wall < r.until.wall+day
	}
	return o.wall <= r.until.wall
}

// date is the occurrence that an RDATE adds.
func (q *question) date(d date, e *Event, z zone, length int64) (o occurrence, why Reason) {
	at := z
	if d.at.how == inUTC || d.at.how == inZone && d.at.zone != e.start.zone {
		if at, why = q.zone(d.at, e.file); why != "" {
			return o, why
		}
	}
	o.begin, o.length = instant(at, d.at.wall), length
	o.wall = o.begin + z.offset(o.begin)
	switch {
	case d.length >= 0:
		o.length = d.length
	case d.until.how == inUTC:
		o.length = max(0, d.until.wall-o.begin)
	case d.until.how != unset: // in the zone of its beginning
		o.length = max(0, instant(at, d.until.wall)-o.begin)
	}
	return o, ""
}

// dates are those that are taken out of a series. A time that floats is on the
// clock of the series, and a day is the whole of it: both are wrong by the
// letter and mean nothing else.
type dates struct {
	instants, walls, days map[int64]bool
}

func (d *dates) note(in *map[int64]bool, n int64) {
	if *in == nil {
		*in = map[int64]bool{}
	}
	(*in)[n] = true
}

// add takes one out of a series in some zone. It fails for one in another zone
// that nobody knows.
func (d *dates) add(q *question, m moment, in *envelope, of string) bool {
	switch m.how {
	case onDay:
		d.note(&d.days, m.wall)
		return true
	case floating:
		d.note(&d.walls, m.wall)
		return true
	}
	z, unknown := q.zone(m, in)
	switch {
	case unknown == "":
		d.note(&d.instants, instant(z, m.wall))
	case m.zone == of:
		d.note(&d.walls, m.wall)
	default:
		return false
	}
	return true
}

func (d *dates) has(o occurrence) bool {
	return d.instants[o.begin] || d.walls[o.wall] || d.days[floor(o.wall, day)*day]
}
