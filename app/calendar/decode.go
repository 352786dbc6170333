package calendar

import (
	"bytes"
	"slices"
	"strings"
)

// A decoder walks the lines of a file and keeps what Busy needs of them.
type decoder struct {
	lines lines
	into  *Calendar

	open  []string // the components around this line
	file  *envelope
	zones int

	event  *Event // the one being read
	doubt  Reason // why it will be left out
	counts struct{ dates, people, rules int }

	zone  *definition
	shift *shift
}

func (d *decoder) run() error {
	if first, _, ok := d.lines.peek(); !ok || !isBegin(first, "VCALENDAR") {
		return ErrNotCalendar
	}
	for {
		line, cut, ok := d.lines.next()
		if !ok {
			break
		}
		name, rest, ok := nameOf(line)
		switch {
		case !ok:
			d.garbled(line)
		case name == "BEGIN":
			if err := d.begin(word(rest)); err != nil {
				return err
			}
		case name == "END":
			d.end(word(rest))
		default:
			d.property(name, rest, cut)
		}
	}
	if d.event != nil {
		d.into.Left[CutShort]++
	}
	return nil
}

// peek gives the first line and forgets that it was read.
func (l *lines) peek() (line []byte, cut, ok bool) {
	l.rest = bytes.TrimPrefix(l.rest, mark)
	ahead := lines{rest: l.rest}
	return ahead.next()
}

func isBegin(line []byte, component string) bool {
	name, rest, ok := nameOf(line)
	return ok && name == "BEGIN" && word(rest) == component
}

// word is the name of a component after BEGIN: or END:.
func word(rest []byte) string {
	rest = bytes.TrimSpace(rest[1:])
	return strings.ToUpper(string(rest[:min(len(rest), 64)]))
}

// garbled counts a line that is no property. When it begins like one that
// matters, the entry around it cannot be trusted.
func (d *decoder) garbled(line []byte) {
	d.into.Left[Garbled]++
	if d.event == nil || d.inside() != "VEVENT" {
		return
	}
	for _, name := range []string{"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "STATUS"} {
		if len(line) >= len(name) && strings.EqualFold(string(line[:len(name)]), name) {
			d.doubtful(BadTime)
		}
	}
}

func (d *decoder) inside() string {
	if len(d.open) == 0 {
		return ""
	}
	return d.open[len(d.open)-1]
}

func (d *decoder) doubtful(why Reason) {
	if d.doubt == "" {
		d.doubt = why
	}
}

func (d *decoder) begin(component string) error {
	if component == "VEVENT" && d.event != nil { // the END of the last one is missing
		d.into.Left[CutShort]++
		d.event = nil
		d.open = d.open[:slices.Index(d.open, "VEVENT")]
	}
	if len(d.open) == maxDepth {
		return ErrTooLarge
	}
	d.open = append(d.open, component)
	switch component {
	case "VCALENDAR":
		d.file = &envelope{}
	case "VEVENT":
		if len(d.into.Events) == maxEvents {
			return ErrTooLarge
		}
		d.event, d.doubt = &Event{file: d.file, length: -1}, ""
		d.counts = struct{ dates, people, rules int }{}
	case "VTIMEZONE":
		if d.zones++; d.zones > maxZones {
			return ErrTooLarge
		}
		d.zone = &definition{}
	case "STANDARD", "DAYLIGHT":
		if d.zone != nil {
			d.shift = &shift{}
		}
	case "VTODO", "VJOURNAL", "VFREEBUSY":
		d.into.Left[OtherKind]++
	}
	return nil
}

// end closes a component, and those within it that were left open.
func (d *decoder) end(component string) {
	i := len(d.open) - 1
	for i >= 0 && d.open[i] != component {
		i--
	}
	if i < 0 {
		d.into.Left[Garbled]++
		return
	}
	closed := d.open[i:]
	d.open = d.open[:i]
	for j, c := range slices.Backward(closed) {
		whole := j == 0
		switch c {
		case "VEVENT":
			if d.event != nil {
				d.keep(whole)
			}
		case "VTIMEZONE":
			d.keepZone(whole)
		case "STANDARD", "DAYLIGHT":
			if d.zone != nil && d.shift != nil {
				d.zone.add(*d.shift)
			}
			d.shift = nil
		}
	}
}

func (d *decoder) keepZone(whole bool) {
	z := d.zone
	d.zone, d.shift = nil, nil
	if z == nil || !whole || d.file == nil || z.name == "" || z.bad || len(z.shifts) == 0 {
		return
	}
	if d.file.zones == nil {
		d.file.zones = map[string]*definition{}
	}
	if d.file.zones[z.name] == nil {
		d.file.zones[z.name] = z
	}
}

func (d *decoder) keep(whole bool) {
	e := d.event
	d.event = nil
	why := d.doubt
	method := ""
	if e.file != nil {
		method = e.file.method
	}
	e.cancelled = e.cancelled || method == "CANCEL"
	if e.cancelled && e.start.how == unset { // a notice need only say what it calls off
		e.start = e.replaces
	}
	switch {
	case !whole:
		why = CutShort
	case method == "REPLY", method == "COUNTER", method == "REFRESH", method == "DECLINECOUNTER":
		why = Answer
	case why != "":
	case e.start.how == unset:
		why = NoStart
	case e.end.how != unset && (e.end.how == onDay) != (e.start.how == onDay):
		why = BadTime
	case slices.ContainsFunc(e.dates, func(t date) bool { return (t.at.how == onDay) != (e.start.how == onDay) }):
		why = BadTime
	case e.end.how == e.start.how && e.end.zone == e.start.zone && e.end.wall < e.start.wall:
		why = BadEnd
	}
	if why != "" {
		d.into.Left[why]++
		return
	}
	d.into.Events = append(d.into.Events, *e)
}

// property reads one property, if it is one that counts where it stands.
func (d *decoder) property(name string, rest []byte, cut bool) {
	switch d.inside() {
	case "VEVENT":
		if d.event != nil {
			d.ofEvent(name, rest, cut)
		}
	case "VCALENDAR":
		if p, ok := d.parseIf(name, "METHOD", rest, cut); ok {
			d.file.method = strings.ToUpper(strings.TrimSpace(p.value))
		}
	case "VTIMEZONE":
		if p, ok := d.parseIf(name, "TZID", rest, cut); ok && d.zone != nil {
			d.zone.name = strings.TrimSpace(unescape(p.value))
		}
	case "STANDARD", "DAYLIGHT":
		if d.shift != nil {
			p, ok := parse(name, rest)
			if ok = ok && !cut && d.shift.read(p); !ok {
				d.zone.bad = true
			}
		}
	}
}

func (d *decoder) parseIf(name, wanted string, rest []byte, cut bool) (property, bool) {
	if name != wanted || cut {
		return property{}, false
	}
	return parse(name, rest)
}

func (d *decoder) ofEvent(name string, rest []byte, cut bool) {
	read, wanted := readers[name]
	if !wanted {
		return
	}
	p, ok := parse(name, rest)
	switch {
	case name == "SUMMARY" || name == "DESCRIPTION": // a cut text is no harm
		if ok {
			read(d, p)
		}
	case cut:
		d.doubtful(TooLarge)
	case !ok:
		d.doubtful(BadTime)
	default:
		read(d, p)
	}
}
