package calendar

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

var stamp = time.Date(2026, 6, 8, 7, 0, 0, 0, time.UTC)

func due() Feed {
	friday := time.Date(2026, 6, 12, 16, 0, 0, 0, time.FixedZone("WEST", 3600))
	return Feed{Name: "Due to Ines Carvalho", Stamp: stamp, Entries: []Entry{
		{UID: "update-2026-W24@longhand", At: friday, Summary: "Weekly update", Description: "What changed; what is next,\nand C:\\what\\blocks"},
		{UID: "planning-2026-06@longhand", At: friday.AddDate(0, 0, 3), Length: 30 * time.Minute, Summary: "Planning: às nove, com a Mireille e o Oskar, sobre o que fica e o que não fica — 今週の予定"},
	}}
}

func TestAFeedIsWrittenAsTheStandardHasIt(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, due()); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Longhand//Longhand//EN
METHOD:PUBLISH
NAME:Due to Ines Carvalho
X-WR-CALNAME:Due to Ines Carvalho
BEGIN:VEVENT
UID:update-2026-W24@longhand
DTSTAMP:20260608T070000Z
DTSTART:20260612T150000Z
SUMMARY:Weekly update
DESCRIPTION:What changed\; what is next\,\nand C:\\what\\blocks
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
UID:planning-2026-06@longhand
DTSTAMP:20260608T070000Z
DTSTART:20260615T150000Z
DTEND:20260615T153000Z
SUMMARY:Planning: às nove\, com a Mireille e o Oskar\, sobre o que fica e 
 o que não fica — 今週の予定
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
	readBack(t, out.Bytes(), due())
}

func TestTheSameFeedIsTheSameFile(t *testing.T) {
	var a, b bytes.Buffer
	if Write(&a, due()) != nil || Write(&b, due()) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two writings differ")
	}
}

// A program that follows the file must find that nothing is due any more.
func TestAnEmptyFeedIsAValidCalendar(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, Feed{Stamp: stamp}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "BEGIN:"); n != 3 {
		t.Errorf("%d components:\n%s", n, out.String())
	}
	readBack(t, out.Bytes(), Feed{})
}

// What is due is nobody’s meeting: a feed that comes back in adds no load.
func TestAFeedIsNoLoad(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, due()); err != nil {
		t.Fatal(err)
	}
	if got, b := ask(t, out.String(), window(t, "2026-06-01", "2026-07-01", "UTC"), time.UTC); len(got) > 0 || b.Left[Transparent] != 2 {
		t.Errorf("%v, without %v", got, b.Left)
	}
}

func TestAFeedThatIsNotAsItShouldBeIsNotWritten(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Feed)
		want   error
	}{
		"no UID":             {func(f *Feed) { f.Entries[1].UID = " \x00" }, errNoUID},
		"the same UID twice": {func(f *Feed) { f.Entries[1].UID = f.Entries[0].UID + " " }, errTwice},
		"no time":            {func(f *Feed) { f.Entries[0].At = time.Time{} }, errTime},
		"a year of five":     {func(f *Feed) { f.Entries[0].At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) }, errTime},
		"an end of that year": {func(f *Feed) {
			f.Entries[0].At, f.Entries[0].Length = time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC), 2*time.Hour
		}, errTime},
		"a length below zero": {func(f *Feed) { f.Entries[0].Length = -1 }, errLength},
		"no stamp":            {func(f *Feed) { f.Stamp = time.Time{} }, errTime},
	} {
		f := due()
		c.change(&f)
		var out bytes.Buffer
		if err := Write(&out, f); !errors.Is(err, c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, and %d bytes", name, err, out.Len())
		}
	}
	full := errors.New("the disk is full")
	if err := Write(failing{full}, due()); !errors.Is(err, full) {
		t.Errorf("an error of the writer becomes %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
