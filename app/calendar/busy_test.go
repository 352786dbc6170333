package calendar

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// calendar is a file with these parts in it, lines ending in CRLF.
func calendar(parts ...string) string {
	s := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//test//EN\n" + strings.Join(parts, "\n") + "\nEND:VCALENDAR\n"
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// event is an entry of one meeting between Ines and Tom.
func event(lines ...string) string {
	s := "BEGIN:VEVENT\nUID:meeting\nDTSTAMP:20260101T000000Z\nORGANIZER:mailto:ines@example.org\nATTENDEE:mailto:tom@example.org\n"
	return s + strings.Join(lines, "\n") + "\nEND:VEVENT"
}

func meeting(lines ...string) string { return calendar(event(lines...)) }

// meetingIn is a meeting between two times in a zone.
func meetingIn(zone, from, to string, more ...string) string {
	return event(append(more, "DTSTART;TZID="+zone+":"+from, "DTEND;TZID="+zone+":"+to)...)
}

const clock = "2006-01-02 15:04"

// ask reads a file and gives its intervals in the window, in a zone, as "2026-01-05 09:00 1h0m0s".
func ask(t *testing.T, file string, w Window, in *time.Location) (got []string, b Busy) {
	t.Helper()
	c, err := Read(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Left) > 0 {
		t.Fatalf("left out in reading: %v", c.Left)
	}
	b = c.Busy(w)
	check(t, w, b)
	for _, i := range b.Intervals {
		got = append(got, fmt.Sprintf("%s %v", i.From.In(in).Format(clock), i.To.Sub(i.From)))
	}
	return got, b
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// window is that of some dates in a zone, for Ines.
func window(t *testing.T, from, to, zone string) Window {
	t.Helper()
	l := location(t, zone)
	a, err1 := time.ParseInLocation(time.DateOnly, from, l)
	b, err2 := time.ParseInLocation(time.DateOnly, to, l)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	return Window{From: a, To: b, Me: []string{"Ines@Example.org"}, Floating: l, Zone: time.LoadLocation}
}

const movedSeries = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:s\r\nORGANIZER:mailto:ines@example.org\r\nATTENDEE:mailto:tom@example.org\r\n" +
	"DTSTART;TZID=Europe/Lisbon:20260105T090000\r\nDTEND;TZID=Europe/Lisbon:20260105T100000\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID;TZID=Europe/Lisbon:20260112T090000\r\nATTENDEE:mailto:tom@example.org\r\nORGANIZER:mailto:ines@example.org\r\n" +
	"DTSTART;TZID=Europe/Lisbon:20260121T150000\r\nDTEND;TZID=Europe/Lisbon:20260121T153000\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260126T090000Z\r\nATTENDEE:mailto:tom@example.org\r\nORGANIZER:mailto:ines@example.org\r\n" +
	"DTSTART;TZID=Europe/Lisbon:20260127T110000\r\nDTEND;TZID=Europe/Lisbon:20260127T114500\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// lisbonByHand is Lisbon under a name that nobody knows, as a file defines it.
const lisbonByHand = "BEGIN:VTIMEZONE\nTZID:By hand\n" +
	"BEGIN:STANDARD\nDTSTART:16011028T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\n" +
	"BEGIN:DAYLIGHT\nDTSTART:16010325T010000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE"

func TestExceptionsTakeThePlaceOfWhatTheyReplace(t *testing.T) {
	lisbon := location(t, "Europe/Lisbon")
	got, _ := ask(t, movedSeries, window(t, "2026-01-01", "2026-02-10", "Europe/Lisbon"), lisbon)
	want := []string{
		"2026-01-05 09:00 1h0m0s",
		"2026-01-19 09:00 1h0m0s",
		"2026-01-21 15:00 30m0s", // was on the 12th
		"2026-01-27 11:00 45m0s", // from here on a day and two hours later, and shorter
		"2026-02-03 11:00 45m0s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got, b := ask(t, movedSeries, window(t, "2026-01-12", "2026-01-19", "Europe/Lisbon"), lisbon); len(got) > 0 || len(b.Left) > 0 {
		t.Errorf("in the week that it was moved out of: %v %v", got, b.Left)
	}
}

func TestWhatIsLeftOutIsCounted(t *testing.T) {
	const when = "DTSTART:20260105T090000Z\nDTEND:20260105T100000Z"
	bare := func(lines ...string) string {
		return "BEGIN:VEVENT\nUID:x\n" + strings.Join(lines, "\n") + "\nEND:VEVENT"
	}
	for name, c := range map[string]struct {
		event string
		left  Left
	}{
		"a meeting":                     {event(when), Left{}},
		"tentative":                     {event(when, "STATUS:TENTATIVE"), Left{}},
		"all day":                       {event("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260107"), Left{AllDay: 1}},
		"all day, as Outlook says":      {event("DTSTART:20260105T000000Z", "DTEND:20260106T000000Z", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), Left{AllDay: 1}},
		"one called off by a notice":    {event(when) + "\n" + event("RECURRENCE-ID:20260105T090000Z", "STATUS:CANCELLED"), Left{Cancelled: 1}},
		"all day, daily":                {event("DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY"), Left{AllDay: 7}},
		"marked as free":                {event(when, "TRANSP:TRANSPARENT"), Left{Transparent: 1}},
		"cancelled":                     {event(when, "STATUS:CANCELLED"), Left{Cancelled: 1}},
		"a notice of cancelling":        {"METHOD:CANCEL\n" + event(when), Left{Cancelled: 1}},
		"declined":                      {event(when, "ATTENDEE;PARTSTAT=DECLINED;CN=\"Ines, C\":MAILTO:INES@example.org"), Left{Declined: 1}},
		"delegated":                     {event(when, "ATTENDEE;PARTSTAT=DELEGATED:mailto:ines@example.org"), Left{Declined: 1}},
		"declined, by a server's path":  {event(when, "ATTENDEE;EMAIL=ines@example.org;PARTSTAT=DECLINED:/principals/1/"), Left{Declined: 1}},
		"declined by somebody else":     {event(when, "ATTENDEE;PARTSTAT=DECLINED:mailto:oskar@example.org"), Left{}},
		"nobody invited":                {bare(when), Left{Solo: 1}},
		"only an organiser":             {bare(when, "ORGANIZER:mailto:ana@example.org"), Left{Solo: 1}},
		"only oneself":                  {bare(when, "ORGANIZER:mailto:ines@example.org", "ATTENDEE:mailto:ines@example.org"), Left{Solo: 1}},
		"oneself on a shared calendar":  {bare(when, "ORGANIZER:mailto:abc@group.calendar.google.com", "ATTENDEE:mailto:ines@example.org"), Left{Solo: 1}},
		"oneself and a room":            {bare(when, "ORGANIZER:mailto:ines@example.org", "ATTENDEE;CUTYPE=ROOM:mailto:room@example.org"), Left{Solo: 1}},
		"invited by somebody":           {bare(when, "ORGANIZER:mailto:tom@example.org", "ATTENDEE:mailto:ines@example.org"), Left{}},
		"exactly 24 hours":              {event("DTSTART:20260105T000000Z", "DURATION:P1D"), Left{}},
		"longer than 24 hours":          {event("DTSTART:20260105T000000Z", "DURATION:PT24H1S"), Left{Long: 1}},
		"months long":                   {event("DTSTART:20251005T000000Z", "DTEND:20260601T000000Z"), Left{Long: 1}},
		"without a length":              {event("DTSTART:20260105T090000Z"), Left{NoLength: 1}},
		"a zone that nobody knows":      {meetingIn("Atlantis/Capital", "20260105T090000", "20260105T100000"), Left{UnknownZone: 1}},
		"every second":                  {event(when, "RRULE:FREQ=SECONDLY"), Left{Unbounded: 1}},
		"before the window":             {event("DTSTART:20251229T000000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"), Left{}},
		"a cancelled series, with more": {event(when, "RRULE:FREQ=DAILY;COUNT=2", "STATUS:CANCELLED") + "\n" + event("RECURRENCE-ID:20260106T090000Z", "DTSTART:20260106T110000Z", "DURATION:PT1H"), Left{Cancelled: 2}},
		"one cancelled of two":          {event(when, "RRULE:FREQ=DAILY;COUNT=2") + "\n" + event("RECURRENCE-ID:20260106T090000Z", "DTSTART:20260106T090000Z", "STATUS:CANCELLED"), Left{Cancelled: 1}},
		"a later version of it":         {event(when, "SEQUENCE:1", "STATUS:CANCELLED") + "\n" + event("DTSTART:20260106T090000Z", "DURATION:PT1H", "SEQUENCE:2"), Left{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, b := ask(t, calendar(c.event), window(t, "2026-01-05", "2026-01-12", "UTC"), time.UTC)
			if !reflect.DeepEqual(b.Left, c.left) {
				t.Errorf("left out: %v, not %v", b.Left, c.left)
			}
			if counted := len(c.left) == 0 && name != "before the window" || name == "one cancelled of two"; (len(got) > 0) != counted {
				t.Errorf("counted: %v", got)
			}
		})
	}
}

func TestWithoutOwnAddressesNothingIsDeclinedAndTwoPeopleMeet(t *testing.T) {
	w := window(t, "2026-01-05", "2026-01-12", "UTC")
	w.Me = nil
	for people, counted := range map[string]int{
		"ATTENDEE;PARTSTAT=DECLINED:mailto:ines@example.org\nATTENDEE:mailto:tom@example.org":             1,
		"ORGANIZER:mailto:ines@example.org\nATTENDEE:mailto:ines@example.org":                             0,
		"ORGANIZER:mailto:ines@example.org\nATTENDEE:mailto:tom@example.org":                              1,
		"ORGANIZER:mailto:abc@group.calendar.google.com\nATTENDEE:mailto:tom@example.org":                 0,
		"ATTENDEE:mailto:tom@example.org":                                                                 0,
		"ATTENDEE:mailto:tom@example.org\nATTENDEE;CUTYPE=RESOURCE:mailto:projector@example.org":          0,
		"ATTENDEE;CUTYPE=GROUP:mailto:everybody@example.org\nATTENDEE;CUTYPE=INDIVIDUAL:mailto:tom@e.org": 1,
	} {
		_, b := ask(t, calendar("BEGIN:VEVENT\nDTSTART:20260105T090000Z\nDURATION:PT1H\n"+people+"\nEND:VEVENT"), w, time.UTC)
		if b.Counted != counted {
			t.Errorf("%q: %d counted, not %d", people, b.Counted, counted)
		}
	}
}

func TestWhatOverlapsIsCountedOnce(t *testing.T) {
	file := calendar(
		event("DTSTART:20260105T090000Z", "DURATION:PT1H"),
		event("DTSTART:20260105T093000Z", "DURATION:PT1H"),
		event("DTSTART:20260105T093000Z", "DURATION:PT15M"),
		event("DTSTART:20260105T103000Z", "DURATION:PT30M"),
		event("DTSTART:20260105T120000Z", "DURATION:PT30M"),
		event("DTSTART:20260111T230000Z", "DURATION:PT3H"), // into the next week
		event("DTSTART:20260104T230000Z", "DURATION:PT2H"), // out of the last one
	)
	got, b := ask(t, file, window(t, "2026-01-05", "2026-01-12", "UTC"), time.UTC)
	want := []string{"2026-01-05 00:00 1h0m0s", "2026-01-05 09:00 2h0m0s", "2026-01-05 12:00 30m0s", "2026-01-11 23:00 1h0m0s"}
	if !slices.Equal(got, want) || b.Counted != 7 {
		t.Errorf("got  %v of %d\nwant %v", got, b.Counted, want)
	}
	both := window(t, "2026-01-05", "2026-01-19", "UTC")
	_, b = ask(t, file, both, time.UTC)
	monday := both.From.AddDate(0, 0, 7)
	if first, second := Load(b.Intervals, both.From, monday), Load(b.Intervals, monday, both.To); first != 4*time.Hour+30*time.Minute || second != 2*time.Hour {
		t.Errorf("the weeks take %v and %v", first, second)
	}
}
