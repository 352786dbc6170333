package calendar

import (
	"strconv"
	"strings"
)

const day = 24 * 60 * 60

// A moment is a date or a time of day as the file says it. wall is the reading
// of the clock, in seconds since the beginning of 1970 on that same clock: it
// is an instant only once a zone is known.
type moment struct {
	wall int64
	how  how
	zone string // by name, for inZone
}

type how uint8

const (
	unset how = iota
	onDay
	inUTC
	floating
	inZone
)

// readMoment reads a DATE or a DATE-TIME. An empty TZID, as some servers write,
// names no zone: the time floats.
func readMoment(value, zone string) (m moment, ok bool) {
	value = strings.TrimSpace(value)
	if len(value) < 8 {
		return m, false
	}
	y, ok1 := digits(value[:4])
	mo, ok2 := digits(value[4:6])
	d, ok3 := digits(value[6:8])
	if !ok1 || !ok2 || !ok3 || y < 1 || mo < 1 || mo > 12 || d < 1 || d > daysIn(y, mo) {
		return m, false
	}
	m.wall = dayOf(y, mo, d) * day
	if len(value) == 8 {
		m.how = onDay
		return m, true
	}
	if len(value) != 15 && len(value) != 16 || value[8] != 'T' && value[8] != 't' {
		return m, false
	}
	h, ok1 := digits(value[9:11])
	mi, ok2 := digits(value[11:13])
	s, ok3 := digits(value[13:15])
	if !ok1 || !ok2 || !ok3 || h > 23 || mi > 59 || s > 60 {
		return m, false
	}
	m.wall += int64(h)*3600 + int64(mi)*60 + int64(min(s, 59)) // a leap second is the one before
	zone = strings.TrimSpace(zone)
	switch {
	case len(value) == 16 && (value[15] == 'Z' || value[15] == 'z'):
		m.how = inUTC
	case len(value) == 16:
		return moment{}, false
	case zone == "":
		m.how = floating
	default:
		m.how, m.zone = inZone, zone
	}
	return m, true
}

// moment reads the value of a property such as DTSTART. The name of its zone may
// be escaped as in the definition, though a parameter need not be.
func (p property) moment() (moment, bool) {
	m, ok := readMoment(p.value, unescape(p.param("TZID")))
	if ok && strings.EqualFold(p.param("VALUE"), "DATE") && m.how != onDay {
		m = moment{wall: floor(m.wall, day) * day, how: onDay}
	}
	return m, ok
}

// readLength reads a DURATION in seconds. A day is 24 hours.
func readLength(s string) (int64, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := int64(1)
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		s, sign = rest, -1
	}
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || s == "" {
		return 0, false
	}
	unit := map[byte]int64{'W': 7 * day, 'D': day}
	var sum int64
	for s != "" {
		if s[0] == 'T' {
			unit, s = map[byte]int64{'H': 3600, 'M': 60, 'S': 1}, s[1:]
		}
		i := 0
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		if i == 0 || i > 9 || i == len(s) || unit[s[i]] == 0 {
			return 0, false
		}
		n, _ := strconv.ParseInt(s[:i], 10, 64) // at most nine digits
		sum += n * unit[s[i]]
		if sum > 10_000*366*day {
			return 0, false
		}
		s = s[i+1:]
	}
	return sign * sum, true
}

// readOffset reads an offset from UTC, +0530 or -080000, in seconds.
func readOffset(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	h, ok1 := digits(s[1:3])
	m, ok2 := digits(s[3:5])
	sec, ok3 := 0, true
	if len(s) == 7 {
		sec, ok3 = digits(s[5:])
	}
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || sec > 59 {
		return 0, false
	}
	off := int64(h*3600 + m*60 + sec)
	if s[0] == '-' {
		off = -off
	}
	return off, true
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

// dayOf counts the days from 1970-01-01 to a date of the Gregorian calendar, and
// civil goes back. The year is taken to begin in March, so that the odd day of
// a leap year comes last.
func dayOf(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := floor(int64(y), 400)
	yoe := int64(y) - era*400
	doy := int64((153*((m+9)%12)+2)/5 + d - 1)
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

func civil(n int64) (y, m, d int) {
	n += 719468
	era := floor(n, 146097)
	doe := n - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy-(153*mp+2)/5) + 1
	m = int((mp+2)%12) + 1
	y = int(yoe + era*400)
	if m <= 2 {
		y++
	}
	return y, m, d
}

func daysIn(y, m int) int {
	switch m {
	case 2:
		return 28 + yearDays(y) - 365
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func yearDays(y int) int {
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		return 366
	}
	return 365
}

// weekday of a day, Monday is 0.
func weekday(n int64) int { return int(((n+3)%7 + 7) % 7) }

// floor divides towards the past; ceil towards the future.
func floor(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func ceil(a, b int64) int64 { return -floor(-a, b) }
