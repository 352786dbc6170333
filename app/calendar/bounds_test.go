package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Rules made to hold up whoever works them out are told by their name, or turn out to be harmless.
func TestRulesWithoutEndAreBounded(t *testing.T) {
	for _, c := range []struct {
		start, rule string
		counted     int // in the week; -1 when it is beyond the limits
	}{
		{"20260105T090000Z", "FREQ=SECONDLY", -1},
		{"20260105T090000Z", "FREQ=SECONDLY;COUNT=1000000000", -1},
		{"20260105T090000Z", "FREQ=MINUTELY;BYSECOND=0,10,20,30,40,50", -1},
		{"20260105T090000Z", "FREQ=DAILY;BYHOUR=" + upTo(23) + ";BYMINUTE=" + upTo(59) + ";BYSECOND=" + upTo(59), -1},
		{"00010101T090000Z", "FREQ=HOURLY;BYHOUR=9;COUNT=1000000000", -1},
		{"19700101T090000Z", "FREQ=SECONDLY;BYSECOND=0;COUNT=1000000000000", -1},
		{"19700101T090000Z", "FREQ=SECONDLY;COUNT=4611686018427387904;INTERVAL=1000000000", 0},
		{"00010101T090000Z", "FREQ=DAILY", 7},
		{"00010101T090000Z", "FREQ=DAILY;COUNT=1000000000", 7},
		{"00010101T090000Z", "FREQ=WEEKLY;COUNT=1000", 0},
		{"19700101T090000Z", "FREQ=SECONDLY;INTERVAL=86400", 7},
		{"20260105T090000Z", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", 1},
		{"19700101T090000Z", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", 0},
		{"20260105T090000Z", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 1},
		{"20260105T090000Z", "FREQ=YEARLY;INTERVAL=1000000000", 1},
		{"20260105T090000Z", "FREQ=HOURLY;INTERVAL=24;BYHOUR=5", 1},
		{"20260105T090000Z", "FREQ=MINUTELY;INTERVAL=999999937;BYHOUR=5;BYMINUTE=7", 1},
		{"20260105T090000Z", "FREQ=YEARLY;BYYEARDAY=" + upTo(366)[2:] + ";BYSETPOS=" + upTo(366)[2:] + ";BYHOUR=" + upTo(23) + ";BYMINUTE=" + upTo(59), 1},
		{"20251231T235959Z", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=" + upTo(23) + ";BYMINUTE=" + upTo(59) + ";BYSECOND=" + upTo(59) + ";BYSETPOS=-1", 0},
	} {
		began := time.Now()
		_, b := ask(t, meeting("DTSTART:"+c.start, "DURATION:PT30M", "RRULE:"+c.rule), window(t, "2026-01-05", "2026-01-12", "UTC"), time.UTC)
		if c.counted < 0 && b.Left[Unbounded] != 1 || c.counted >= 0 && (b.Counted != c.counted || len(b.Left) > 0) {
			t.Errorf("%.60s from %s: %d, without %v", c.rule, c.start, b.Counted, b.Left)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("%.60s takes %v", c.rule, took)
		}
	}
}

func upTo(n int) string {
	var all []string
	for i := range n + 1 {
		all = append(all, fmt.Sprint(i))
	}
	return strings.Join(all, ",")
}

// hostile are the largest files of each sort that cost the most for their size.
func hostile() map[string]func() string {
	fill := func(head, unit string, most int) func() string {
		return func() string {
			return "BEGIN:VCALENDAR\n" + head + strings.Repeat(unit, min(most, (maxBytes-len(head)-200)/len(unit))) + "END:VCALENDAR\n"
		}
	}
	around := func(each func(*strings.Builder, int), most int) func() string {
		return func() string {
			var b strings.Builder
			b.WriteString("BEGIN:VCALENDAR\n")
			for i := range most {
				each(&b, i)
			}
			b.WriteString("END:VCALENDAR\n")
			return b.String()
		}
	}
	ev := func(lines ...string) string { return event(lines...) + "\n" }
	short := func(lines string) string {
		return "BEGIN:VEVENT\nUID:u\nDTSTART:20200101T090000Z\nDURATION:PT1H\nATTENDEE:a\nATTENDEE:b\n" + lines + "\nEND:VEVENT\n"
	}
	names := func(b *strings.Builder, i int) {
		b.WriteString(meetingIn(fmt.Sprintf("Zone/N%d", i), "20260105T090000", "20260105T100000") + "\n")
	}
	definition := "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=DAILY;COUNT=1000000000\nEND:STANDARD\n"
	zones := func(b *strings.Builder, i int) {
		fmt.Fprintf(b, "BEGIN:VTIMEZONE\nTZID:Own %d\n%sEND:VTIMEZONE\n", i, strings.Repeat(definition, maxShifts))
		b.WriteString(meetingIn(fmt.Sprintf("Own %d", i), "20260105T090000", "20260105T100000") + "\n")
	}
	exceptions := func(b *strings.Builder, i int) {
		if i%2 == 0 {
			b.WriteString(short("RRULE:FREQ=DAILY"))
			return
		}
		i /= 2
		fmt.Fprintf(b, "BEGIN:VEVENT\nUID:u\nDTSTART:20260105T090000Z\nRECURRENCE-ID;RANGE=THISANDFUTURE:2026%02d%02dT%02d%02d00Z\nATTENDEE:a\nATTENDEE:b\nDURATION:PT1H\nEND:VEVENT\n",
			i%12+1, i/12%28+1, i/336%24, i/8064%60)
	}
	return map[string]func() string{
		"empty lines":             fill("", "\n", 1<<30),
		"short properties":        fill("", "A:\n", 1<<30),
		"short properties inside": fill("BEGIN:VEVENT\n", "UID:\n", 1<<30),
		"bad lines":               fill("", "A\n", 1<<30),
		"bad lines inside":        fill("BEGIN:VEVENT\n", "A\n", 1<<30),
		"folds of nothing":        fill("BEGIN:VEVENT\nSUMMARY:", "\n ", 1<<30),
		"one line":                fill("BEGIN:VEVENT\nSUMMARY:", "\\n", 1<<30),
		"lone CR": func() string {
			return "BEGIN:VCALENDAR\r" + strings.Repeat("X:"+strings.Repeat("x", 600)+"\r", maxBytes/610)
		},
		"parameters":             fill("BEGIN:VEVENT\n", "ATTENDEE"+strings.Repeat(";A=\"b\"", maxParams)+":x\n", 1<<30),
		"parameters without end": fill("BEGIN:VEVENT\n", "ATTENDEE"+strings.Repeat(";A=\"b\"", maxParams)+"\n", 1<<30),
		"beginnings":             fill("", "BEGIN:VEVENT\n", 1<<30),
		"ends":                   fill("", "END:X\n", 1<<30),
		"entries":                fill("", short(""), maxEvents),
		"daily for years":        fill("", short("RRULE:FREQ=DAILY"), maxEvents),
		"every minute":           fill("", short("RRULE:FREQ=MINUTELY"), maxEvents),
		"counted daily":          fill("", short("RRULE:FREQ=DAILY;BYDAY=MO,TU;COUNT=1000000"), maxEvents),
		"yearly by everything":   fill("", short("RRULE:FREQ=YEARLY;BYWEEKNO=1,-1,20;BYDAY=MO,TU;BYYEARDAY=1,-1;BYMONTHDAY=31;COUNT=9999"), maxEvents),
		"in Lisbon, every hour":  fill("", meetingIn("Europe/Lisbon", "20200101T090000", "20200101T100000", "RRULE:FREQ=HOURLY")+"\n", maxEvents),
		"as the file says":       fill(lisbonByHand+"\n", meetingIn("By hand", "20200101T090000", "20200101T100000", "RRULE:FREQ=HOURLY")+"\n", maxEvents),
		"long rules":             fill("", ev("DTSTART:20260105T090000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYYEARDAY="+upTo(366)[2:]+";BYSETPOS="+upTo(366)[2:]), maxEvents),
		"dates":                  fill("", ev("DTSTART;TZID=Europe/Lisbon:20260105T090000", "DURATION:PT1H", "RDATE;TZID=Europe/Lisbon:"+strings.Repeat("20260105T090000,", 900), "EXDATE;TZID=Europe/Lisbon:"+strings.Repeat("20260105T090000,", 900)), maxEvents),
		"names of zones":         around(names, maxEvents),
		"zones":                  around(zones, maxZones),
		"exceptions":             around(exceptions, maxEvents),
	}
}

func TestHostileFilesAreReadInBoundedTime(t *testing.T) {
	if testing.Short() {
		t.Skip("a minute under the race detector, which sees nothing in it")
	}
	for name, build := range hostile() {
		file := build()
		if len(file) > maxBytes {
			t.Fatalf("%s: %d bytes", name, len(file))
		}
		began := time.Now()
		c, err := Read(strings.NewReader(file))
		read := time.Since(began)
		if err != nil {
			t.Logf("%-24s %2d MB: read %v, %v", name, len(file)>>20, read.Round(time.Millisecond), err)
			continue
		}
		began = time.Now()
		w := window(t, "2026-01-01", "2027-01-01", "Europe/Lisbon")
		b := c.Busy(w)
		check(t, w, b)
		busy := time.Since(began)
		t.Logf("%-24s %2d MB: read %v, busy %v; %d entries, %d counted, %v", name, len(file)>>20, read.Round(time.Millisecond), busy.Round(time.Millisecond), len(c.Events), b.Counted, b.Left)
		if read+busy > 30*time.Second {
			t.Errorf("%s takes %v", name, read+busy)
		}
	}
}
