package sample

import (
	"fmt"
	"testing"
	"time"
)

// Steps are taken in the order in which they are written, wherever their
// people are and whatever the clocks do in that season.
func TestStepsFollowEachOther(t *testing.T) {
	zones := zonesOf(t)
	for _, monday := range []string{"2026-01-12", "2026-03-23", "2026-06-08", "2026-10-26", "2027-04-05"} {
		last, err := time.Parse(time.DateOnly, monday)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range Records() {
			var before time.Time
			for i, s := range r.Steps {
				at := instant(t, last, s, zones[s.Who])
				if !at.After(before) {
					t.Errorf("@%s in %s: step %d, by %s at %s, is not after the one before, %s", r.Slug, monday, i+1, s.Who, at.UTC().Format("Mon 15:04"), before.UTC().Format("Mon 15:04"))
				}
				before = at
			}
		}
	}
}

func zonesOf(t *testing.T) map[string]*time.Location {
	zones := map[string]*time.Location{}
	for _, p := range People {
		z, err := time.LoadLocation(p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		zones[p.Key] = z
	}
	return zones
}

func instant(t *testing.T, lastMonday time.Time, s Step, zone *time.Location) time.Time {
	if zone == nil {
		t.Fatalf("nobody is called %q", s.Who)
	}
	var hour, minute int
	if _, err := fmt.Sscanf(s.At, "%d:%d", &hour, &minute); err != nil {
		t.Fatalf("%q is no time of day", s.At)
	}
	day := lastMonday.AddDate(0, 0, 7*s.Week+s.Day-1)
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
}

// Nobody in the sample writes at night.
func TestPeopleWriteAtWork(t *testing.T) {
	for _, p := range People {
		var from, to string
		if _, err := fmt.Sscanf(p.Hours, "Mon-Fri %5s-%5s", &from, &to); err != nil {
			t.Fatalf("%s: hours %q: %v", p.Name, p.Hours, err)
		}
		for _, r := range Records() {
			for _, s := range r.Steps {
				if s.Who == p.Key && (s.At < from || s.At > to || s.Day < 1 || s.Day > 5) {
					t.Errorf("@%s: %s writes on day %d at %s, and works %s", r.Slug, p.Name, s.Day, s.At, p.Hours)
				}
			}
		}
	}
}
