package calendar

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMeetingsKeepTheirHourWhenClocksChange(t *testing.T) {
	for name, c := range map[string]struct {
		zone, start string
		in          string
		from, to    string
		want        []string // in UTC
	}{
		"forward in Lisbon": {"Europe/Lisbon", "20260326T090000", "", "2026-03-26", "2026-04-01",
			[]string{"2026-03-26 09:00 1h0m0s", "2026-03-27 09:00 1h0m0s", "2026-03-28 09:00 1h0m0s", "2026-03-29 08:00 1h0m0s", "2026-03-30 08:00 1h0m0s", "2026-03-31 08:00 1h0m0s"}},
		"back in New York": {"America/New_York", "20261030T090000", "", "2026-10-30", "2026-11-03",
			[]string{"2026-10-30 13:00 1h0m0s", "2026-10-31 13:00 1h0m0s", "2026-11-01 14:00 1h0m0s", "2026-11-02 14:00 1h0m0s"}},
		"under the name that Windows has": {"Eastern Standard Time", "20261030T090000", "", "2026-10-31", "2026-11-02",
			[]string{"2026-10-31 13:00 1h0m0s", "2026-11-01 14:00 1h0m0s"}},
		"quoted, with a comma": {`"(UTC+00:00) Dublin, Lisbon"`, "20260326T090000", strings.ReplaceAll(lisbonByHand, "By hand", `(UTC+00:00) Dublin\, Lisbon`), "2026-03-28", "2026-03-30",
			[]string{"2026-03-28 09:00 1h0m0s", "2026-03-29 08:00 1h0m0s"}},
		"as the file says, forward": {"By hand", "20260326T090000", lisbonByHand, "2026-03-28", "2026-03-30",
			[]string{"2026-03-28 09:00 1h0m0s", "2026-03-29 08:00 1h0m0s"}},
		"as the file says, back": {"By hand", "20261020T090000", lisbonByHand, "2026-10-24", "2026-10-26",
			[]string{"2026-10-24 08:00 1h0m0s", "2026-10-25 09:00 1h0m0s"}},
		"by a long path": {"/example.org/2026a/America/Argentina/Buenos_Aires", "20260105T090000", "", "2026-01-05", "2026-01-06",
			[]string{"2026-01-05 12:00 1h0m0s"}},
		"a plain word that the file defines": {"EST", "20260705T090000", strings.ReplaceAll(lisbonByHand, "By hand", "EST"), "2026-07-05", "2026-07-06",
			[]string{"2026-07-05 08:00 1h0m0s"}},
		"a name that the file defines otherwise": {"Asia/Tokyo", "20260705T090000", strings.ReplaceAll(lisbonByHand, "By hand", "Asia/Tokyo"), "2026-07-05", "2026-07-06",
			[]string{"2026-07-05 00:00 1h0m0s"}},
		"a time that the clocks leap over": {"America/New_York", "20260307T023000", "", "2026-03-08", "2026-03-09",
			[]string{"2026-03-08 07:30 1h0m0s"}}, // 03:30 by the new time
		"a time that comes twice": {"America/New_York", "20261101T013000", "", "2026-11-01", "2026-11-02",
			[]string{"2026-11-01 05:30 2h0m0s"}}, // from the first to the end
	} {
		t.Run(name, func(t *testing.T) {
			start, _ := readMoment(c.start, "")
			end := time.Unix(start.wall+3600, 0).UTC().Format("20060102T150405")
			got, b := ask(t, calendar(c.in, meetingIn(c.zone, c.start, end, "RRULE:FREQ=DAILY")), window(t, c.from, c.to, "UTC"), time.UTC)
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %v %v\nwant %v", got, b.Left, c.want)
			}
		})
	}
}

func TestTheExactTimeOfTheFirstIsThatOfAll(t *testing.T) {
	file := calendar(meetingIn("Europe/Lisbon", "20260327T230000", "20260328T010000", "RRULE:FREQ=DAILY;COUNT=3"))
	got, _ := ask(t, file, window(t, "2026-03-27", "2026-04-01", "UTC"), time.UTC)
	want := []string{"2026-03-27 23:00 2h0m0s", "2026-03-28 23:00 2h0m0s", "2026-03-29 22:00 2h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFloatingTimesAreInTheZoneOfTheCaller(t *testing.T) {
	file := meeting("DTSTART:20260705T090000", "DURATION:PT1H")
	w := window(t, "2026-07-05", "2026-07-07", "UTC")
	for zone, want := range map[string]string{"Asia/Tokyo": "2026-07-05 00:00 1h0m0s", "America/New_York": "2026-07-05 13:00 1h0m0s"} {
		w.Floating = location(t, zone)
		if got, _ := ask(t, file, w, time.UTC); !slices.Equal(got, []string{want}) {
			t.Errorf("in %s: %v, not %s", zone, got, want)
		}
	}
	w.Floating = nil
	if got, b := ask(t, file, w, time.UTC); len(got) > 0 || b.Left[Floating] != 1 {
		t.Errorf("without a zone: %v %v", got, b.Left)
	}
	w.Floating = time.UTC
	for _, line := range []string{"DTSTART;TZID=:20260705T090000", `DTSTART;TZID="":20260705T090000`} {
		if got, _ := ask(t, meeting(line, "DURATION:PT1H"), w, time.UTC); len(got) != 1 {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func TestDatesAreTakenOutInEveryForm(t *testing.T) {
	for name, c := range map[string]struct {
		exdate string
		gone   bool
	}{
		"the same zone":          {"EXDATE;TZID=Europe/Lisbon:20260706T090000", true},
		"UTC":                    {"EXDATE:20260706T080000Z", true},
		"another zone":           {"EXDATE;TZID=America/New_York:20260706T040000", true},
		"a name of Windows":      {"EXDATE;TZID=GMT Standard Time:20260706T090000", true},
		"no zone":                {"EXDATE:20260706T090000", true},
		"a day":                  {"EXDATE;VALUE=DATE:20260706", true},
		"in a list":              {"EXDATE;TZID=Europe/Lisbon:20260704T090000,20260706T090000", true},
		"the wrong hour":         {"EXDATE;TZID=Europe/Lisbon:20260706T080000", false},
		"the hour of the winter": {"EXDATE:20260706T090000Z", false},
	} {
		file := calendar(meetingIn("Europe/Lisbon", "20260105T090000", "20260105T100000", "RRULE:FREQ=WEEKLY", c.exdate))
		if got, b := ask(t, file, window(t, "2026-07-06", "2026-07-08", "UTC"), time.UTC); (len(got) == 0) != c.gone || len(b.Left) > 0 {
			t.Errorf("%s: %v %v", name, got, b.Left)
		}
	}
	file := calendar(meetingIn("Europe/Lisbon", "20260105T090000", "20260105T100000", "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Atlantis/Capital:20260706T090000"))
	if got, b := ask(t, file, window(t, "2026-07-06", "2026-07-08", "UTC"), time.UTC); len(got) > 0 || b.Left[UnknownZone] != 1 {
		t.Errorf("in a zone that nobody knows: %v %v", got, b.Left)
	}
}

func TestRulesEndAtAnInstant(t *testing.T) {
	w := window(t, "2026-07-01", "2026-07-15", "UTC")
	for until, n := range map[string]int{"20260707T080000Z": 7, "20260707T075959Z": 6, "20260707T090000": 7, "20260707T085959": 6, "20260707": 7} {
		_, b := ask(t, calendar(meetingIn("Europe/Lisbon", "20260701T090000", "20260701T100000", "RRULE:FREQ=DAILY;UNTIL="+until)), w, time.UTC)
		if b.Counted != n {
			t.Errorf("until %s there are %d, not %d", until, b.Counted, n)
		}
	}
}

func TestDatesAreAddedInEveryForm(t *testing.T) {
	file := calendar(meetingIn("Europe/Lisbon", "20260706T090000", "20260706T100000",
		"RDATE;TZID=Europe/Lisbon:20260707T090000,20260708T090000", "RDATE:20260709T080000Z", "RDATE;TZID=America/New_York:20260710T040000",
		"RDATE;VALUE=PERIOD:20260711T080000Z/20260711T100000Z,20260712T080000Z/PT3H", "RDATE;TZID=Europe/Lisbon:20260707T090000", "EXDATE:20260708T080000Z"))
	got, _ := ask(t, file, window(t, "2026-07-06", "2026-07-15", "UTC"), time.UTC)
	want := []string{"2026-07-06 08:00 1h0m0s", "2026-07-07 08:00 1h0m0s", "2026-07-09 08:00 1h0m0s", "2026-07-10 08:00 1h0m0s", "2026-07-11 08:00 2h0m0s", "2026-07-12 08:00 3h0m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEveryNameOfWindowsIsKnown(t *testing.T) {
	if len(windows) < 130 {
		t.Fatalf("only %d names", len(windows))
	}
	for name, iana := range windows {
		if _, err := time.LoadLocation(iana); err != nil || name != strings.ToLower(name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file must not be able to ask for what is no zone: on some systems the
// database is a folder, and localtime in it is this computer’s own.
func TestOnlyNamesOfZonesAreLookedUp(t *testing.T) {
	var asked []string
	z := zones{lookup: func(name string) (*time.Location, error) {
		asked = append(asked, name)
		return nil, errors.New("unknown")
	}, named: map[string]zone{}}
	for _, name := range []string{"", "Local", "localtime", "Factory", "posix/posixrules", "right/UTC", "../../etc/passwd", "/etc/localtime", "Europe/../x", "Europe\\Lisbon", "a b", "Zone\x00", strings.Repeat("A/", 99), "Europe/", "UTC", "gmt", "Etc/UTC"} {
		z.find(name, nil)
	}
	if len(asked) > 0 {
		t.Errorf("looked up: %q", asked)
	}
	for range 3 {
		z.find("/example.org/Europe/Lisbon", nil)
	}
	if !slices.Equal(asked, []string{"Europe/Lisbon"}) {
		t.Errorf("looked up: %q", asked)
	}
	for i := range 3 * maxNames {
		z.find("Zone"+strings.Repeat("a", i%30)+string(rune('A'+i/30%26))+string(rune('A'+i/780)), nil)
	}
	if len(asked) > maxNames+1 {
		t.Errorf("%d names were looked up", len(asked))
	}
}

func TestDefinitionsThatCannotBeReadDefineNothing(t *testing.T) {
	for name, change := range map[string][2]string{
		"no offset":          {"TZOFFSETTO:+0100\n", ""},
		"an offset of words": {"TZOFFSETTO:+0100", "TZOFFSETTO:one hour"},
		"a rule of words":    {"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "every spring"},
		"no start":           {"DTSTART:16010325T010000\n", ""},
		"every second":       {"FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "FREQ=SECONDLY"},
		"without changes":    {lisbonByHand, "BEGIN:VTIMEZONE\nTZID:By hand\nEND:VTIMEZONE"},
		"cut off in between": {"END:DAYLIGHT\nEND:VTIMEZONE", ""},
	} {
		file := calendar(strings.ReplaceAll(lisbonByHand, change[0], change[1]), meetingIn("By hand", "20260706T090000", "20260706T100000"))
		if got, b := ask(t, file, window(t, "2026-07-06", "2026-07-08", "UTC"), time.UTC); len(got) > 0 || b.Left[UnknownZone] != 1 {
			t.Errorf("%s: %v %v", name, got, b.Left)
		}
	}
}
