package cadence

import (
	"testing"
	"time"
)

func TestWeeksOfTheISOCalendar(t *testing.T) {
	for s, monday := range map[string]string{"2026-W24": "2026-06-08", "2026-W01": "2025-12-29", "2026-W53": "2026-12-28", "2020-W53": "2020-12-28"} {
		w, err := ParseWeek(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Monday(time.UTC).Format(time.DateOnly); got != monday || w.String() != s {
			t.Errorf("%s begins on %s, want %s", s, got, monday)
		}
	}
	for _, s := range []string{"2026-W54", "2025-W53", "2026-W00", "2026-24", "W24", ""} {
		if _, err := ParseWeek(s); err == nil {
			t.Errorf("%q is taken for a week", s)
		}
	}
	w := Week{2026, 53}
	if next := w.Add(1); next != (Week{2027, 1}) || !w.Before(next) || next.Before(w) {
		t.Errorf("after week 53 comes %v", next)
	}
}

func TestHoursReadAndWriteTheSame(t *testing.T) {
	for in, out := range map[string]string{
		"Mon-Fri 09:00-17:30":                              "Mon-Fri 09:00-17:30",
		"Mon 09:00-17:00,Tue 09:00-17:00, Thu 10:00-14:00": "Mon-Tue 09:00-17:00, Thu 10:00-14:00",
		"Sun 00:00-24:00":                                  "Sun 00:00-24:00",
	} {
		h, err := ParseHours(in)
		if err != nil || h.String() != out {
			t.Errorf("%q reads as %q, %v", in, h, err)
		}
	}
	for _, s := range []string{"", "9-5", "Mon-Fri 17:00-09:00", "Fri-Mon 09:00-17:00", "Mon 09:00-24:30", "Mon 25:00-26:00"} {
		if _, err := ParseHours(s); err == nil {
			t.Errorf("%q is taken for hours", s)
		}
	}
}

func TestWorkingTimeAcrossAChangeOfClocks(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		t.Fatal(err)
	}
	h, _ := ParseHours("Mon-Sun 09:00-17:00")
	from := time.Date(2026, 3, 28, 12, 0, 0, 0, zone) // clocks go forward in the night to the 29th
	if got := h.Between(from, from.AddDate(0, 0, 1), zone); got != 8*time.Hour {
		t.Errorf("from noon to noon: %v", got)
	}
	if got := h.Between(from, from, zone); got != 0 {
		t.Errorf("no time: %v", got)
	}
}
