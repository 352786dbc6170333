package calendar

import (
	"slices"
	"strconv"
	"strings"
)

// A rule is an RRULE or EXRULE as it was read. Empty sets do not restrict.
type rule struct {
	freq     freq
	interval int64
	count    int64 // 0 for no end by number
	until    moment
	wkst     int // Monday is 0

	months, monthDays, yearDays, weeks, positions set
	hours, minutes, seconds                       []int64 // in order, each once

	weekdays uint8   // bit 0 is Monday, for BYDAY=MO
	nth      *[7]set // for BYDAY=2MO
}

type freq uint8

const (
	yearly freq = iota
	monthly
	weekly
	daily
	hourly
	minutely
	secondly
)

// unit is the length of a step of a frequency that has one, in seconds.
var unit = [...]int64{weekly: 7 * day, daily: day, hourly: 3600, minutely: 60, secondly: 1}

var (
	freqs    = []string{"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"}
	weekdays = []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
)

// A set holds numbers between -383 and 383, counted from either end. Lists in
// rules can be long on purpose; asking a set takes the same time for all.
type set struct {
	pos, neg [6]uint64
	any      bool
}

func (s *set) add(n int) {
	s.any = true
	if n < 0 {
		s.neg[-n/64] |= 1 << (-n % 64)
	} else {
		s.pos[n/64] |= 1 << (n % 64)
	}
}

// has says whether the set holds n, or the same place counted from the end.
func (s *set) has(n, fromEnd int) bool {
	return s.pos[n/64]&(1<<(n%64)) != 0 || s.neg[fromEnd/64]&(1<<(fromEnd%64)) != 0
}

// readRule reads a rule strictly: what RFC 5545 forbids has no agreed meaning,
// and a guess would be a wrong number.
func readRule(s string) (*rule, bool) {
	r := &rule{interval: 1}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(s)), ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok || seen[key] || len(seen) > 32 || !r.part(key, value) {
			return nil, false
		}
		seen[key] = true
	}
	numbered := r.nth != nil
	switch {
	case !seen["FREQ"],
		seen["BYWEEKNO"] && r.freq != yearly,
		seen["BYYEARDAY"] && (r.freq == monthly || r.freq == weekly || r.freq == daily),
		seen["BYMONTHDAY"] && r.freq == weekly,
		numbered && (r.freq > monthly || seen["BYWEEKNO"]):
		return nil, false
	}
	return r, true
}

func (r *rule) part(key, value string) bool {
	switch key {
	case "FREQ":
		i := slices.Index(freqs, value)
		r.freq = freq(max(i, 0))
		return i >= 0
	case "INTERVAL":
		return number(value, 1, 1_000_000_000, &r.interval)
	case "COUNT":
		return number(value, 1, 1<<62, &r.count)
	case "UNTIL":
		var ok bool
		r.until, ok = readMoment(value, "")
		return ok
	case "WKST":
		r.wkst = slices.Index(weekdays, value)
		return r.wkst >= 0
	case "BYMONTH":
		return list(value, 1, 12, false, r.months.add)
	case "BYMONTHDAY":
		return list(value, 1, 31, true, r.monthDays.add)
	case "BYYEARDAY":
		return list(value, 1, 366, true, r.yearDays.add)
	case "BYWEEKNO":
		return list(value, 1, 53, true, r.weeks.add)
	case "BYSETPOS":
		return list(value, 1, 366, true, r.positions.add)
	case "BYHOUR":
		return numbers(value, 23, &r.hours)
	case "BYMINUTE":
		return numbers(value, 59, &r.minutes)
	case "BYSECOND":
		return numbers(value, 60, &r.seconds)
	case "BYDAY":
		return r.days(value)
	case "RSCALE":
		return value == "GREGORIAN"
	case "SKIP":
		return value == "OMIT"
	}
	return strings.HasPrefix(key, "X-")
}

func (r *rule) days(value string) bool {
	for v := range strings.SplitSeq(value, ",") {
		v = strings.TrimSpace(v)
		if len(v) < 2 {
			return false
		}
		wd := slices.Index(weekdays, v[len(v)-2:])
		if wd < 0 {
			return false
		}
		if v = v[:len(v)-2]; v == "" {
			r.weekdays |= 1 << wd
			continue
		}
		if r.nth == nil {
			r.nth = new([7]set)
		}
		if !list(v, 1, 53, true, r.nth[wd].add) {
			return false
		}
	}
	return true
}

func number(s string, least, most int64, into *int64) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	*into = n
	return err == nil && least <= n && n <= most
}

func list(s string, least, most int64, signed bool, add func(int)) bool {
	for v := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		size := n
		if signed && n < 0 {
			size = -n
		}
		if err != nil || size < least || size > most {
			return false
		}
		add(int(n))
	}
	return true
}

func numbers(s string, most int64, into *[]int64) bool {
	var held set
	if !list(s, 0, most, false, held.add) {
		return false
	}
	for n := range most + 1 {
		if held.has(int(n), 0) {
			*into = append(*into, min(n, 59)) // a leap second is the one before
		}
	}
	*into = slices.Compact(*into)
	return true
}
