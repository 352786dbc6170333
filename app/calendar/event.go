package calendar

import "strings"

// readers hold what is done with each property of an entry; the others are of
// no use here and are not even taken apart.
var readers = map[string]func(*decoder, property){
	"UID":                         func(d *decoder, p property) { d.event.UID = strings.TrimSpace(unescape(p.value)) },
	"SUMMARY":                     func(d *decoder, p property) { d.event.Summary = unescape(p.value) },
	"DESCRIPTION":                 func(d *decoder, p property) { d.event.Description = unescape(p.value) },
	"DTSTART":                     func(d *decoder, p property) { d.moment(p, &d.event.start) },
	"DTEND":                       func(d *decoder, p property) { d.moment(p, &d.event.end) },
	"RECURRENCE-ID":               (*decoder).recurrenceID,
	"DURATION":                    (*decoder).duration,
	"SEQUENCE":                    (*decoder).sequence,
	"RRULE":                       (*decoder).rule,
	"EXRULE":                      func(d *decoder, p property) { d.doubtful(BadRule) }, // gone from the standard since 2009
	"RDATE":                       (*decoder).rdate,
	"EXDATE":                      (*decoder).exdate,
	"STATUS":                      func(d *decoder, p property) { d.event.cancelled = is(p, "CANCELLED") },
	"TRANSP":                      func(d *decoder, p property) { d.event.transparent = is(p, "TRANSPARENT") },
	"X-MICROSOFT-CDO-ALLDAYEVENT": func(d *decoder, p property) { d.event.allDay = is(p, "TRUE") },
	"ORGANIZER":                   func(d *decoder, p property) { d.event.organizer = addressOf(p) },
	"ATTENDEE":                    (*decoder).attendee,
}

func is(p property, word string) bool { return strings.EqualFold(strings.TrimSpace(p.value), word) }

func (d *decoder) moment(p property, into *moment) {
	m, ok := p.moment()
	if !ok || into.how != unset { // two starts are as good as none
		d.doubtful(BadTime)
		return
	}
	*into = m
}

func (d *decoder) recurrenceID(p property) {
	d.moment(p, &d.event.replaces)
	d.event.following = strings.EqualFold(p.param("RANGE"), "THISANDFUTURE")
}

func (d *decoder) duration(p property) {
	n, ok := readLength(p.value)
	switch {
	case !ok:
		d.doubtful(BadTime)
	case n < 0:
		d.doubtful(BadEnd)
	}
	d.event.length = n
}

func (d *decoder) sequence(p property) {
	var n int64
	if number(strings.TrimSpace(p.value), 0, 1<<31, &n) {
		d.event.sequence = int(n)
	}
}

func (d *decoder) rule(p property) {
	r, ok := readRule(p.value)
	if !ok {
		d.doubtful(BadRule)
		return
	}
	if d.counts.rules++; d.counts.rules > maxRules {
		d.doubtful(TooLarge)
		return
	}
	d.event.rules = append(d.event.rules, r)
}

// each calls read for every value of a list, as long as there are not too many.
func (d *decoder) each(p property, read func(property) bool) {
	for v := range strings.SplitSeq(p.value, ",") {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if d.counts.dates++; d.counts.dates > maxDates {
			d.doubtful(TooLarge)
			return
		}
		p.value = v
		if !read(p) {
			d.doubtful(BadTime)
		}
	}
}

func (d *decoder) exdate(p property) {
	d.each(p, func(p property) bool {
		m, ok := p.moment()
		d.event.without = append(d.event.without, m)
		return ok
	})
}

func (d *decoder) rdate(p property) {
	d.each(p, func(p property) (ok bool) {
		when := date{length: -1}
		from, to, period := strings.Cut(p.value, "/")
		p.value = from
		if when.at, ok = p.moment(); !ok {
			return false
		}
		if period {
			if p.value = to; strings.HasPrefix(strings.ToUpper(to), "P") {
				when.length, ok = readLength(to)
				ok = ok && when.length >= 0
			} else {
				when.until, ok = p.moment()
			}
		}
		d.event.dates = append(d.event.dates, when)
		return ok
	})
}

// attendee keeps people. Rooms and things do not meet.
func (d *decoder) attendee(p property) {
	switch strings.ToUpper(p.param("CUTYPE")) {
	case "ROOM", "RESOURCE":
		return
	}
	if d.counts.people++; d.counts.people > maxPeople {
		d.doubtful(TooLarge)
		return
	}
	part := strings.ToUpper(p.param("PARTSTAT"))
	d.event.people = append(d.event.people, attendee{addressOf(p), part == "DECLINED" || part == "DELEGATED"})
}

// addressOf is an e-mail address to compare, in lower case. Apple’s servers
// write an internal path and put the address into a parameter.
func addressOf(p property) string {
	a := address(p.value)
	if email := p.param("EMAIL"); email != "" && !strings.Contains(a, "@") {
		a = address(email)
	}
	return a
}

func address(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	return strings.TrimSpace(strings.TrimPrefix(s, "mailto:"))
}
