package calendar

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestLinesAreUnfoldedHoweverTheyEnd(t *testing.T) {
	file := "\ufeffbegin:vcalendar\r\nBEGIN:VEVENT\r\nSUM\r\n MARY;LANGUAGE=pt:Reuni\xc3\r\n \xa3o\\, sala 2\\nà tarde\\x \\\r\n\r\nUID:a\r\nDTSTART\r\n\t:20260105T090000Z\r\nDTEND:20260105T100000Z\r\nEND:VEVENT \r\nEND:VCALENDAR"
	for name, end := range map[string]string{"CRLF": "\r\n", "LF": "\n", "CR": "\r", "CR CR LF": "\r\r\n"} {
		c, err := Read(strings.NewReader(strings.ReplaceAll(file, "\r\n", end)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(c.Events) != 1 || len(c.Left) > 0 {
			t.Fatalf("%s: %d entries, without %v", name, len(c.Events), c.Left)
		}
		if got := c.Events[0].Summary; got != "Reunião, sala 2\nà tarde\\x \\" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestWhatIsNoCalendarIsRefused(t *testing.T) {
	for _, s := range []string{"", "\r\n\r\n", "PK\x03\x04", "<html>", "BEGIN:VCARD\r\nEND:VCARD", "BEGIN:VEVENT\nEND:VEVENT", "\xff\xfeB\x00E\x00G\x00I\x00N\x00", "BEGIN VCALENDAR"} {
		if _, err := Read(strings.NewReader(s)); !errors.Is(err, ErrNotCalendar) {
			t.Errorf("%q: %v", s, err)
		}
	}
	broken := errors.New("the disk is gone")
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("an error of the reader becomes %v", err)
	}
}

func TestWhatIsTooLargeIsRefused(t *testing.T) {
	for name, s := range map[string]string{
		"bytes":       "BEGIN:VCALENDAR\n" + strings.Repeat("X:"+strings.Repeat("x", 998)+"\n", 17_000),
		"entries":     "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nDTSTART:20260105\nEND:VEVENT\n", maxEvents+1),
		"depth":       strings.Repeat("BEGIN:VCALENDAR\n", maxDepth+1),
		"definitions": "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VTIMEZONE\nEND:VTIMEZONE\n", maxZones+1),
	} {
		if _, err := Read(strings.NewReader(s)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEntriesThatCannotBeReadAreCountedAndTheOthersStay(t *testing.T) {
	const when = "DTSTART:20260105T090000Z\nDURATION:PT1H"
	for name, c := range map[string]struct {
		entry string
		left  Left
	}{
		"no start":                   {event("DURATION:PT1H"), Left{NoStart: 1}},
		"a start of words":           {event("DTSTART:tomorrow"), Left{BadTime: 1}},
		"two starts":                 {event(when, "DTSTART:20260106T090000Z"), Left{BadTime: 1}},
		"30 February":                {event("DTSTART:20260230T090000Z"), Left{BadTime: 1}},
		"25 o'clock":                 {event("DTSTART:20260105T250000Z"), Left{BadTime: 1}},
		"year nought":                {event("DTSTART:00000105T090000Z"), Left{BadTime: 1}},
		"an end of words":            {event("DTSTART:20260105T090000Z", "DTEND:later"), Left{BadTime: 1}},
		"an end that is a day":       {event("DTSTART:20260105T090000Z", "DTEND;VALUE=DATE:20260106"), Left{BadTime: 1}},
		"an end before the start":    {event("DTSTART:20260105T090000Z", "DTEND:20260105T080000Z"), Left{BadEnd: 1}},
		"a length below nothing":     {event("DTSTART:20260105T090000Z", "DURATION:-PT1H"), Left{BadEnd: 1}},
		"a length of words":          {event("DTSTART:20260105T090000Z", "DURATION:an hour"), Left{BadTime: 1}},
		"a rule of words":            {event(when, "RRULE:every day"), Left{BadRule: 1}},
		"a rule that takes out":      {event(when, "EXRULE:FREQ=DAILY"), Left{BadRule: 1}},
		"a date taken out, of words": {event(when, "EXDATE:never"), Left{BadTime: 1}},
		"a date added, of words":     {event(when, "RDATE:20260105T090000Z/soon"), Left{BadTime: 1}},
		"an all-day date to a time":  {event(when, "RDATE;VALUE=DATE:20260106"), Left{BadTime: 1}},
		"a line that lost its colon": {event(when, "RRULE FREQ=DAILY"), Left{BadTime: 1, Garbled: 1}},
		"a parameter without end":    {event(`DTSTART;TZID="Europe/Lisbon:20260105T090000`, "DURATION:PT1H"), Left{BadTime: 1}},
		"text without its fold":      {event(when, "DESCRIPTION:one", "two three"), Left{Garbled: 1}},
		"quotes within quotes":       {event(when, `ATTENDEE;CN="Ana "Nita" Costa";PARTSTAT=DECLINED:mailto:ana@example.org`), Left{}},
		"the end of another":         {event(when) + "\nEND:VTODO", Left{Garbled: 1}},
		"no end":                     {"BEGIN:VEVENT\n" + when, Left{CutShort: 1}},
		"a beginning within":         {"BEGIN:VEVENT\n" + when + "\n" + event(when), Left{CutShort: 1}},
		"an alarm within":            {event(when, "BEGIN:VALARM\nDURATION:never\nDTSTART:never\nEND:VALARM"), Left{}},
		"a long line":                {event(when, "EXDATE:"+strings.Repeat("20260105T090000Z,", 5000)), Left{TooLarge: 1}},
		"a long line that is text":   {event(when, "DESCRIPTION:"+strings.Repeat("words, ", 20_000)), Left{}},
		"dates without end":          {event(append([]string{when}, strings.Split(strings.Repeat("EXDATE:20260105T090000Z\n", maxDates)+"EXDATE:20260105", "\n")...)...), Left{TooLarge: 1}},
		"people without end":         {event(when, strings.Repeat("ATTENDEE:mailto:x@example.org\n", maxPeople)), Left{TooLarge: 1}},
		"rules without end":          {event(when, strings.Repeat("RRULE:FREQ=DAILY\n", maxRules)+"RRULE:FREQ=DAILY"), Left{TooLarge: 1}},
		"a task":                     {"BEGIN:VTODO\nDUE:20260105\nEND:VTODO", Left{OtherKind: 1}},
		"an answer":                  {"METHOD:REPLY\n" + event(when), Left{Answer: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			good := calendar(strings.Replace(event("DTSTART:20260105T120000Z", "DURATION:PT1H"), "UID:meeting", "UID:good", 1))
			got, err := Read(strings.NewReader(calendar(c.entry) + good))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Left, c.left) {
				t.Errorf("left out: %v, not %v", got.Left, c.left)
			}
			if n := len(got.Events); n == 0 || got.Events[n-1].UID != "good" {
				t.Errorf("the entry after it is lost: %d remain", n)
			}
		})
	}
}

// Nothing that goes into a log or onto a page may carry what was in the calendar.
func TestNoTextOfTheCalendarIsInWhatIsToldOfIt(t *testing.T) {
	const secret = "SECRET"
	file := strings.ReplaceAll(calendar(event("DTSTART:SECRET", "SUMMARY:SECRET"), event("DTSTART;TZID=SECRET/SECRET:20260105T090000", "DURATION:PT1H"), event("DTSTART:20260105T090000Z", "RRULE:SECRET"), "SECRET"), "meeting", secret)
	c, err := Read(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	b := c.Busy(window(t, "2026-01-05", "2026-01-12", "UTC"))
	if told := fmt.Sprint(c.Left, b); strings.Contains(told, secret) || len(c.Left) != 3 || len(b.Left) != 1 {
		t.Errorf("told: %s", told)
	}
	_, err = Read(strings.NewReader("SECRET:SECRET"))
	if strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

func TestLengthsAndOffsetsAreRead(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"PT1H": time.Hour, "P1D": 24 * time.Hour, "P2W": 14 * 24 * time.Hour, "P1DT2H3M4S": 26*time.Hour + 3*time.Minute + 4*time.Second,
		"+PT30M": 30 * time.Minute, "-PT15M": -15 * time.Minute, "pt90s": 90 * time.Second, "PT0S": 0,
	} {
		if got, ok := readLength(s); !ok || time.Duration(got)*time.Second != want {
			t.Errorf("%s is read as %d s, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "P", "1H", "PT", "PTH", "P1H", "PT1D", "PT1", "PT1X", "PT99999999999H", "P999999999W", "P1DT"} {
		if got, ok := readLength(s); ok {
			t.Errorf("%q is taken for %d s", s, got)
		}
	}
	for s, want := range map[string]int64{"+0000": 0, "+0530": 19800, "-0800": -28800, "-004515": -2715} {
		if got, ok := readOffset(s); !ok || got != want {
			t.Errorf("%s is read as %d, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "0100", "+01:00", "+2400", "+0160", "+01", "+010060"} {
		if _, ok := readOffset(s); ok {
			t.Errorf("%q is taken for an offset", s)
		}
	}
}
