package cadence

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Hours are a person’s working hours: for each weekday, Monday first, from and
// to in minutes of the day. A day off is zero.
type Hours [7]struct{ From, To int }

var (
	dayNames  = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	hoursForm = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? (\d\d):(\d\d)-(\d\d):(\d\d)$`)
)

// ParseHours reads hours such as "Mon-Thu 09:00-17:30, Fri 09:00-15:00".
func ParseHours(s string) (h Hours, err error) {
	for _, part := range strings.Split(s, ",") {
		m := hoursForm.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			return h, fmt.Errorf("hours %q: write them as Mon-Fri 09:00-17:30", s)
		}
		first := slices.Index(dayNames, m[1])
		last := first
		if m[2] != "" {
			last = slices.Index(dayNames, m[2])
		}
		from, to := minutes(m[3], m[4]), minutes(m[5], m[6])
		if last < first || from < 0 || to < 0 || to <= from {
			return h, fmt.Errorf("hours %q: %s ends before it begins", s, strings.TrimSpace(part))
		}
		for d := first; d <= last; d++ {
			h[d].From, h[d].To = from, to
		}
	}
	return h, nil
}

func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour) // digits, by the form
	m, _ := strconv.Atoi(minute)
	if h > 24 || m > 59 || h == 24 && m > 0 {
		return -1
	}
	return 60*h + m
}

func (h Hours) String() string {
	var parts []string
	for d := 0; d < 7; d++ {
		if h[d].To == 0 {
			continue
		}
		last := d
		for last < 6 && h[last+1] == h[d] {
			last++
		}
		name := dayNames[d]
		if last > d {
			name += "-" + dayNames[last]
		}
		parts = append(parts, fmt.Sprintf("%s %02d:%02d-%02d:%02d", name, h[d].From/60, h[d].From%60, h[d].To/60, h[d].To%60))
		d = last
	}
	return strings.Join(parts, ", ")
}

// On is when a person works on the day that holds t in their zone. It reports
// false on a day off.
func (h Hours) On(t time.Time, zone *time.Location) (from, to time.Time, ok bool) {
	t = t.In(zone)
	day := h[(int(t.Weekday())+6)%7]
	if day.To == 0 {
		return from, to, false
	}
	at := func(m int) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, m, 0, 0, zone) }
	return at(day.From), at(day.To), true
}

// Between is how much working time lies between two instants.
func (h Hours) Between(a, b time.Time, zone *time.Location) (sum time.Duration) {
	for day := a.In(zone); !day.After(b.AddDate(0, 0, 1)); day = day.AddDate(0, 0, 1) {
		from, to, ok := h.On(day, zone)
		if !ok {
			continue
		}
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		sum += max(0, to.Sub(from))
	}
	return sum
}
