package calendar

import (
	"slices"
	"strings"
	"time"
)

// A zone tells the offset from UTC, in seconds, at an instant in seconds.
type zone interface{ offset(at int64) int64 }

type located struct{ *time.Location }

func (z located) offset(at int64) int64 {
	_, off := time.Unix(at, 0).In(z.Location).Zone()
	return int64(off)
}

type fixed int64

func (z fixed) offset(int64) int64 { return int64(z) }

// instant is when a clock in the zone shows wall. A time that comes twice is its
// first; one that the clocks leap over is told by the offset before the leap
// (RFC 5545, 3.3.5).
func instant(z zone, wall int64) int64 {
	before, after := z.offset(wall-day), z.offset(wall+day)
	if at := wall - before; before == after || z.offset(at) == before {
		return at
	}
	if at := wall - after; z.offset(at) == after {
		return at
	}
	return wall - before
}

// A definition is a VTIMEZONE: a zone that a file brings along.
type definition struct {
	name   string
	bad    bool
	shifts []shift
}

// A shift is a STANDARD or DAYLIGHT part: clocks change from one offset to another.
type shift struct {
	start    moment
	from, to int64
	has      uint8 // which of TZOFFSETFROM and TZOFFSETTO were read
	rules    []*rule
	dates    []moment
}

func (s *shift) read(p property) (ok bool) {
	switch p.name {
	case "DTSTART":
		s.start, ok = p.moment()
		return ok
	case "TZOFFSETFROM":
		s.from, ok = readOffset(p.value)
		s.has |= 1
		return ok
	case "TZOFFSETTO":
		s.to, ok = readOffset(p.value)
		s.has |= 2
		return ok
	case "RRULE":
		r, ok := readRule(p.value)
		s.rules = append(s.rules, r)
		return ok && len(s.rules) <= maxRules
	case "RDATE":
		for v := range strings.SplitSeq(p.value, ",") {
			m, ok := readMoment(v, "")
			if !ok || len(s.dates) == maxDates {
				return false
			}
			s.dates = append(s.dates, m)
		}
	}
	return true
}

func (d *definition) add(s shift) {
	if s.start.how == unset || s.has != 3 || len(d.shifts) == maxShifts {
		d.bad = true
		return
	}
	d.shifts = append(d.shifts, s)
}

// shifts is a definition worked out: what the offset becomes, and when.
type shifts struct {
	first int64 // the offset before all of them
	at    []change
}

type change struct{ at, offset int64 }

func (z shifts) offset(at int64) int64 {
	i, found := slices.BinarySearchFunc(z.at, at, func(c change, at int64) int { return int(min(max(c.at-at, -1), 1)) })
	if found {
		i++
	}
	if i == 0 {
		return z.first
	}
	return z.at[i-1].offset
}

// longAgo is where the years of a definition begin to be worked out. Outlook
// lets them begin in 1601.
var longAgo = dayOf(1960, 1, 1) * day

// work finds the changes up to an instant. It fails when that takes too many steps.
func (d *definition) work(until int64, left *int) (zone, bool) {
	var z shifts
	earliest := int64(1) << 62
	for _, s := range d.shifts {
		if at := s.start.wall - s.from; at < earliest {
			earliest, z.first = at, s.from
		}
		add := func(wall int64) bool {
			z.at = append(z.at, change{wall - s.from, s.to})
			return spend(left, 1)
		}
		if !add(s.start.wall) {
			return nil, false
		}
		for _, m := range s.dates {
			if !add(m.wall) {
				return nil, false
			}
		}
		for _, r := range s.rules {
			end := until
			switch r.until.how {
			case unset:
			case inUTC:
				end = min(end, r.until.wall+s.from)
			default:
				end = min(end, r.until.wall)
			}
			// A rule that ended before longAgo is worked out to its end, for what it left behind.
			begin := min(longAgo, end-5*366*day)
			if !r.expand(s.start.wall, begin, end, left, add) {
				return nil, false
			}
		}
	}
	slices.SortStableFunc(z.at, func(a, b change) int { return int(min(max(a.at-b.at, -1), 1)) })
	return z, true
}

// maxNames bounds how many names of zones one calendar may ask for.
const maxNames = 1_000

// zones finds zones by name, each once.
type zones struct {
	lookup func(string) (*time.Location, error)
	until  int64 // definitions are worked out to here
	left   int   // steps that this may still take
	named  map[string]zone
	own    map[*definition]zone
}

// find gives the zone of a name in a file, or nil when nobody knows it. Names of
// the IANA database and of Windows come first, since rules that programs write
// into files are often wrong for other years than their own; but a plain word,
// EST or Eastern, is what the file says it is.
func (z *zones) find(name string, in *envelope) zone {
	var def *definition
	if in != nil {
		def = in.zones[name]
	}
	if def == nil || strings.ContainsAny(name, "/ ") {
		if known := z.known(name); known != nil {
			return known
		}
	}
	if def == nil {
		return nil
	}
	if worked, ok := z.own[def]; ok {
		return worked
	}
	worked, ok := def.work(z.until, &z.left)
	if !ok {
		worked = nil
	}
	z.own[def] = worked
	return worked
}

func (z *zones) known(name string) zone {
	if found, ok := z.named[name]; ok {
		return found
	}
	if len(z.named) >= maxNames {
		return nil
	}
	var found zone
	for _, n := range spellings(name) {
		if n == "UTC" {
			found = fixed(0)
			break
		}
		if z.lookup == nil {
			continue
		}
		if loc, err := z.lookup(n); err == nil && loc != nil {
			found = located{loc}
			break
		}
	}
	z.named[name] = found
	return found
}

// spellings are the names under which the IANA database may know a zone. Only
// what looks like one of its names is ever asked for, since some databases are
// folders, in which localtime is this very computer.
func spellings(name string) (names []string) {
	name = strings.TrimSpace(name)
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ETC/UTC", "ETC/GMT", "TZONE://MICROSOFT/UTC":
		return []string{"UTC"}
	}
	if iana, ok := windows[strings.ToLower(name)]; ok {
		return []string{iana}
	}
	parts := strings.Split(strings.TrimPrefix(name, "/"), "/")
	if len(name) > 128 || len(parts) > 8 {
		return nil
	}
	for i := range parts { // /example.org/2026a/Europe/Lisbon ends in the name
		n := strings.Join(parts[i:], "/")
		if i > 0 && i == len(parts)-1 {
			break
		}
		if proper(n) {
			names = append(names, n)
		}
	}
	return names
}

func proper(name string) bool {
	if len(name) < 3 || len(name) > 40 || name[0] < 'A' || name[0] > 'Z' || name == "Local" || name == "Factory" {
		return false
	}
	for _, c := range []byte(name) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("/_+-", c) >= 0) {
			return false
		}
	}
	return !strings.HasSuffix(name, "/")
}
