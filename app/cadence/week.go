package cadence

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var weekForm = regexp.MustCompile(`^(\d{4})-W(\d{2})$`)

// ParseWeek reads an ISO week such as "2026-W24".
func ParseWeek(s string) (Week, error) {
	m := weekForm.FindStringSubmatch(s)
	if m == nil {
		return Week{}, fmt.Errorf("week %q: not of the form 2026-W24", s)
	}
	year, _ := strconv.Atoi(m[1]) // digits, by the form
	number, _ := strconv.Atoi(m[2])
	w := Week{year, number}
	if number < 1 || WeekOf(w.Monday(time.UTC), time.UTC) != w {
		return Week{}, fmt.Errorf("week %q: that year has no such week", s)
	}
	return w, nil
}

func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// Monday is the midnight at which the week begins in the given zone.
func (w Week) Monday(zone *time.Location) time.Time {
	fourth := time.Date(w.Year, 1, 4, 0, 0, 0, 0, zone) // always in week 1
	back := (int(fourth.Weekday()) + 6) % 7
	return time.Date(w.Year, 1, 4-back+7*(w.Number-1), 0, 0, 0, 0, zone)
}

// Add returns the week n weeks later.
func (w Week) Add(n int) Week {
	return WeekOf(w.Monday(time.UTC).AddDate(0, 0, 7*n), time.UTC)
}

// Before reports whether w comes before v.
func (w Week) Before(v Week) bool {
	return w.Year < v.Year || w.Year == v.Year && w.Number < v.Number
}

// Day is the midnight of a day of the week, Monday being 1.
func (w Week) Day(n int, zone *time.Location) time.Time {
	return w.Monday(zone).AddDate(0, 0, n-1)
}

// City is what a zone is called in a sentence: "Lisbon" of Europe/Lisbon.
func City(zone string) string {
	i := strings.LastIndexByte(zone, '/')
	return strings.ReplaceAll(zone[i+1:], "_", " ")
}
