package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// datesOf writes out what a rule gives from its start on, up to a number: the day
// and, where it differs from that of the start, the time.
func datesOf(t *testing.T, start, rrule string, most int) string {
	t.Helper()
	r, ok := readRule(rrule)
	if !ok {
		t.Fatalf("%s cannot be read", rrule)
	}
	at, ok := readMoment(start, "")
	if !ok {
		t.Fatalf("%s is no time", start)
	}
	out, left := []string{}, maxSteps
	emit := func(wall int64) bool {
		o := occurrence{wall: wall, begin: wall}
		if !r.reaches(o) {
			return true
		}
		form := "2006-01-02"
		if floor(wall, day)*day+at.wall-floor(at.wall, day)*day != wall {
			form = "2006-01-02 15:04"
		}
		out = append(out, time.Unix(wall, 0).UTC().Format(form))
		return len(out) < most
	}
	emit(at.wall)
	r.expand(at.wall, at.wall, r.end(dayOf(2100, 1, 1)*day), &left, emit)
	if left < 0 {
		t.Errorf("%s takes too many steps", rrule)
	}
	return strings.Join(out, " ")
}

// The dates are worked out by hand on a calendar; most of the rules are those
// that RFC 5545 explains in 3.8.5.3.
func TestRulesGiveTheirDates(t *testing.T) {
	for _, c := range []struct{ start, rule, want string }{
		{"19970902T090000", "FREQ=DAILY;COUNT=3", "1997-09-02 1997-09-03 1997-09-04"},
		{"19970902T090000", "FREQ=DAILY;UNTIL=19970904T090000", "1997-09-02 1997-09-03 1997-09-04"},
		{"19970902T090000", "FREQ=DAILY;UNTIL=19970904T085959", "1997-09-02 1997-09-03"},
		{"19970902T090000", "FREQ=DAILY;UNTIL=19970904", "1997-09-02 1997-09-03 1997-09-04"},
		{"19970902T090000", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12"},
		{"19980129T090000", "FREQ=DAILY;BYMONTH=1", "1998-01-29 1998-01-30 1998-01-31 1999-01-01"},
		{"19970902T090000", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02 1997-09-16 1997-09-30 1997-10-14"},
		{"19970901T090000", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01 1997-09-03 1997-09-05 1997-09-15 1997-09-17"},
		{"19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
		{"19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
		{"19970905T090000", "FREQ=MONTHLY;COUNT=4;BYDAY=1FR", "1997-09-05 1997-10-03 1997-11-07 1997-12-05"},
		{"19970907T090000", "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "1997-09-07 1997-09-28 1997-11-02 1997-11-30"},
		{"19970922T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22 1997-10-20 1997-11-17"},
		{"19970928T090000", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 1997-10-29 1997-11-28 1997-12-29"},
		{"19970902T090000", "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=2,15", "1997-09-02 1997-09-15 1997-10-02 1997-10-15 1997-11-02"},
		{"19970930T090000", "FREQ=MONTHLY;COUNT=5;BYMONTHDAY=1,-1", "1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30"},
		{"19970910T090000", "FREQ=MONTHLY;INTERVAL=18;COUNT=8;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11"},
		{"20260131T090000", "FREQ=MONTHLY;COUNT=4", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"},
		{"20240229T090000", "FREQ=YEARLY;COUNT=3", "2024-02-29 2028-02-29 2032-02-29"},
		{"19970610T090000", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "1997-06-10 1997-07-10 1998-06-10 1998-07-10"},
		{"19970310T090000", "FREQ=YEARLY;INTERVAL=2;COUNT=4;BYMONTH=1,2,3", "1997-03-10 1999-01-10 1999-02-10 1999-03-10"},
		{"19970101T090000", "FREQ=YEARLY;INTERVAL=3;COUNT=5;BYYEARDAY=1,100,200", "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09"},
		{"20261231T090000", "FREQ=YEARLY;COUNT=3;BYYEARDAY=-1", "2026-12-31 2027-12-31 2028-12-31"},
		{"19970519T090000", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17"},
		{"19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17"},
		{"19970512T090000", "FREQ=YEARLY;BYWEEKNO=20", "1997-05-12 1998-05-11 1999-05-17"},
		{"20241230T090000", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2024-12-30 2025-12-29 2027-01-04"},
		{"20201228T090000", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", "2020-12-28 2026-12-28 2032-12-27"},
		{"19970313T090000", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13 1997-03-20 1997-03-27 1998-03-05"},
		{"19970902T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02 1998-02-13 1998-03-13 1998-11-13"}, // the start is the first, whatever the rule
		{"19970902T090000", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", "1997-09-02 1998-02-13"},
		{"19961105T090000", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05 2000-11-07 2004-11-02"},
		{"19970904T090000", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06"},
		{"19970929T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29 1997-10-30 1997-11-27 1997-12-30"},
		{"20260105T090000", "FREQ=MONTHLY;BYDAY=1MO,WE;COUNT=4", "2026-01-05 2026-01-07 2026-01-14 2026-01-21"},
		{"20260105T090000", "FREQ=DAILY;BYHOUR=9,17;BYSETPOS=-1", "2026-01-05 2026-01-05 17:00 2026-01-06 17:00"},
		{"19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", "1997-09-02 1997-09-02 12:00 1997-09-02 15:00"},
		{"19970902T090000", "FREQ=MINUTELY;INTERVAL=15;COUNT=3", "1997-09-02 1997-09-02 09:15 1997-09-02 09:30"},
		{"19970902T090000", "FREQ=MINUTELY;INTERVAL=90;COUNT=3", "1997-09-02 1997-09-02 10:30 1997-09-02 12:00"},
		{"19970902T090000", "FREQ=DAILY;BYHOUR=9,10;BYMINUTE=0,20;COUNT=5", "1997-09-02 1997-09-02 09:20 1997-09-02 10:00 1997-09-02 10:20 1997-09-03"},
		{"19970902T090000", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10;COUNT=7", "1997-09-02 1997-09-02 09:20 1997-09-02 09:40 1997-09-02 10:00 1997-09-02 10:20 1997-09-02 10:40 1997-09-03"},
		{"20260105T090000", "FREQ=HOURLY;BYMINUTE=0,30;BYDAY=MO;BYHOUR=9,23;COUNT=5", "2026-01-05 2026-01-05 09:30 2026-01-05 23:00 2026-01-05 23:30 2026-01-12"},
		{"20260131T090000", "FREQ=SECONDLY;INTERVAL=7200;BYMONTHDAY=1;BYHOUR=1", "2026-01-31 2026-02-01 01:00 2026-03-01 01:00"},
		{"20260101T060000", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5", "2026-01-01"},
		{"20260101T060000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01"},
		{"20260101T060000", "FREQ=MONTHLY;BYDAY=-53MO;COUNT=2", "2026-01-01"},
		{"20260101T060000", "FREQ=DAILY;UNTIL=20251231", ""},
		{"20260101T060000", "freq=daily;count=2;x-word=1;", "2026-01-01 2026-01-02"},
	} {
		if got := datesOf(t, c.start, c.rule, entries(c.want)); got != c.want {
			t.Errorf("%s from %s\ngot  %s\nwant %s", c.rule, c.start, got, c.want)
		}
	}
}

// entries is how many dates were written out: rules without an end are stopped there.
func entries(s string) int { return max(strings.Count(s, "-")/2, 1) }

func TestRulesWithAnEndStop(t *testing.T) {
	for rule, n := range map[string]int{
		"FREQ=DAILY;COUNT=3": 3, "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=4": 4, "FREQ=DAILY;UNTIL=20260110T090000Z": 6,
		"FREQ=HOURLY;COUNT=30": 30, "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1;COUNT=5": 5, "FREQ=DAILY;COUNT=1": 1,
		"FREQ=DAILY;BYHOUR=9,10,11;COUNT=10": 10,
	} {
		if got := entries(datesOf(t, "20260105T090000", rule, 1000)); got != n {
			t.Errorf("%s gives %d, not %d", rule, got, n)
		}
	}
}

// A window far from the start sees what walking there would have seen.
func TestJumpingArrivesWhereWalkingDoes(t *testing.T) {
	start, _ := readMoment("19990131T093000", "")
	for _, s := range []string{
		"FREQ=YEARLY;INTERVAL=3", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1",
		"FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,WE;WKST=SU", "FREQ=WEEKLY;COUNT=900", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=2000", "FREQ=DAILY;INTERVAL=11;BYHOUR=7,9", "FREQ=DAILY;COUNT=6000",
		"FREQ=DAILY;BYHOUR=1,2,3;COUNT=20000", "FREQ=HOURLY;INTERVAL=7", "FREQ=HOURLY;INTERVAL=49;BYDAY=SA;BYMINUTE=0,30",
	} {
		r, _ := readRule(s)
		list := func(from, to int64) string {
			var out []int64
			left := 50_000_000
			r.expand(start.wall, from, to, &left, func(w int64) bool {
				if w >= dayOf(2015, 3, 1)*day {
					out = append(out, w)
				}
				return true
			})
			return fmt.Sprint(out)
		}
		from, to := dayOf(2015, 3, 1)*day, dayOf(2016, 3, 1)*day
		if got, want := list(from, to), list(start.wall, to); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", s, got, want)
		}
	}
}

func TestRulesThatCannotBeReadAreRefused(t *testing.T) {
	for _, s := range []string{
		"", "COUNT=2", "FREQ=FORTNIGHTLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=x",
		"FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;UNTIL=20123456T123456", "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;BYMINUTE=60", "FREQ=DAILY;BYSECOND=61", "FREQ=DAILY;BYMONTH=13",
		"FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYYEARDAY=367", "FREQ=YEARLY;BYWEEKNO=54", "FREQ=MONTHLY;BYWEEKNO=3", "FREQ=DAILY;BYYEARDAY=3",
		"FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=WEEKLY;BYDAY=2MO", "FREQ=MONTHLY;BYDAY=54MO", "FREQ=MONTHLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=", "FREQ=DAILY;BYSETPOS=367",
		"FREQ=DAILY;WKST=X", "FREQ=DAILY;NEWPART=1", "FREQ=DAILY;RSCALE=HEBREW", "FREQ=YEARLY;SKIP=FORWARD", "D1 #0",
	} {
		if _, ok := readRule(s); ok {
			t.Errorf("%q is taken for a rule", s)
		}
	}
}

func TestDaysAreCountedAsTheLibraryCountsThem(t *testing.T) {
	for n := dayOf(1, 1, 1); n < dayOf(10_000, 1, 1); n += 13 {
		y, m, d := civil(n)
		at := time.Unix(n*day, 0).UTC()
		if at.Year() != y || int(at.Month()) != m || at.Day() != d || dayOf(y, m, d) != n || (int(at.Weekday())+6)%7 != weekday(n) {
			t.Fatalf("day %d is %v, not %d-%d-%d", n, at, y, m, d)
		}
	}
	if daysIn(1900, 2) != 28 || daysIn(2000, 2) != 29 || daysIn(2024, 2) != 29 || daysIn(2026, 4) != 30 || daysIn(2026, 12) != 31 {
		t.Error("the months are not as long as they are")
	}
}
