package calendar

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

// FuzzRead gives any bytes to Read and asks how busy they make a stretch of up to 400 days.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"", "BEGIN:VCALENDAR", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nX;A=\"b\"",
		meeting("DTSTART;TZID=Europe/Lisbon:20260105T090000", "DTEND;TZID=Europe/Lisbon:20260105T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20", "EXDATE:20260112T090000Z"),
		meeting("DTSTART:19700101T000000", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"),
		meeting("DTSTART:00010101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=1000000000;BYSETPOS=-1"),
		meeting("DTSTART:20260101T060000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;INTERVAL=24;BYHOUR=5"),
		meeting("DTSTART:20260101T060000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-53MO"),
		meeting("DTSTART:20260101T060000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO", "RDATE;VALUE=PERIOD:20260102T100000Z/PT2H"),
		movedSeries,
		calendar(lisbonByHand, meetingIn("By hand", "20260330T090000", "20260330T100000")),
	} {
		f.Add([]byte(s), int64(1767225600), uint16(7*24))
	}
	f.Fuzz(func(t *testing.T, raw []byte, from int64, hours uint16) {
		began := time.Now()
		c, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		begin := time.Unix(from, 0).UTC()
		if y := begin.Year(); y < 1 || y > 9990 {
			return
		}
		w := Window{From: begin, To: begin.Add(time.Duration(hours%9600) * time.Hour), Me: []string{"ines@example.org"}, Floating: time.UTC, Zone: time.LoadLocation}
		b := c.Busy(w)
		check(t, w, b)
		if again := c.Busy(w); !reflect.DeepEqual(b, again) {
			t.Error("asked again, it answers something else")
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%d bytes took %v", len(raw), took)
		}
	})
}

// check is what every answer has to be.
func check(t *testing.T, w Window, b Busy) {
	t.Helper()
	at := w.From
	for i, in := range b.Intervals {
		if in.From.Before(at) || i > 0 && !in.From.After(at) || !in.From.Before(in.To) || in.To.After(w.To) {
			t.Fatalf("interval %d is %v to %v: not in order, apart and within %v to %v", i, in.From, in.To, w.From, w.To)
		}
		at = in.To
	}
	if load := Load(b.Intervals, w.From, w.To); load > max(0, w.To.Sub(w.From)) || (load > 0) != (b.Counted > 0) {
		t.Fatalf("%d meetings take %v", b.Counted, load)
	}
	for why, n := range b.Left {
		if n <= 0 {
			t.Fatalf("%d left out %s", n, why)
		}
	}
}

// FuzzRule expands any rule in any window: in order, within it, and the same as
// when every occurrence since the start is looked at.
func FuzzRule(f *testing.F) {
	for _, rule := range []string{
		"FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "FREQ=MONTHLY;BYDAY=1SU,-1SU;BYSETPOS=-1,2", "FREQ=YEARLY;BYWEEKNO=1,-53;BYDAY=MO;BYHOUR=1,2",
		"FREQ=YEARLY;BYYEARDAY=1,-1,366;UNTIL=20300101", "FREQ=HOURLY;INTERVAL=7;BYMINUTE=0,30;BYMONTHDAY=-1", "FREQ=MINUTELY;INTERVAL=90;BYHOUR=9;BYMONTH=3", "FREQ=SECONDLY;BYSECOND=0,60;BYSETPOS=1",
	} {
		f.Add(rule, int64(883645200), uint32(400_000_000), uint32(1_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, start int64, ahead, length uint32) {
		r, ok := readRule(text)
		if !ok || start < dayOf(1, 1, 1)*day || start > dayOf(9990, 1, 1)*day {
			return
		}
		from := start + int64(ahead)
		to := from + int64(length)
		list := func(from int64, steps int) (all []int64, ok bool) {
			last := start
			ok = r.expand(start, from, to, &steps, func(at int64) bool {
				if at <= last || at < from || at > to {
					t.Fatalf("%q from %d gives %d after %d, in %d to %d", text, start, at, last, from, to)
				}
				last = at
				if at >= start+int64(ahead) {
					all = append(all, at)
				}
				return true
			})
			return all, ok
		}
		jumped, ok1 := list(from, maxSteps)
		walked, ok2 := list(start, maxSteps)
		if ok1 && ok2 && !reflect.DeepEqual(jumped, walked) {
			t.Fatalf("%q from %d in %d to %d: %d by jumping, %d by walking", text, start, from, to, len(jumped), len(walked))
		}
	})
}

// FuzzWrite writes any text and reads it back.
func FuzzWrite(f *testing.F) {
	f.Add("due-1@longhand", "Weekly update", "Due on Friday, 16:00; see the agreement\\n\nand the rhythm", int64(1767225600), int64(0))
	f.Add("é", strings.Repeat("日本語", 60), "\r\n\r,;:\\\"\x00\xff", int64(-62135596799), int64(1<<40))
	f.Fuzz(func(t *testing.T, uid, summary, description string, at, length int64) {
		feed := Feed{Name: summary, Stamp: time.Unix(1767225600, 0), Entries: []Entry{
			{UID: uid, At: time.Unix(at, 0), Length: time.Duration(length), Summary: summary, Description: description},
			{UID: uid + "-", At: time.Unix(at, 0), Summary: description},
		}}
		var out bytes.Buffer
		if err := Write(&out, feed); err != nil {
			if out.Len() > 0 {
				t.Fatal("part of a feed was written")
			}
			return
		}
		readBack(t, out.Bytes(), feed)
	})
}

func readBack(t *testing.T, raw []byte, feed Feed) {
	t.Helper()
	for _, row := range bytes.SplitAfter(raw, []byte("\n")) {
		if len(row) > 77 || len(row) > 0 && !bytes.HasSuffix(row, []byte("\r\n")) || !bytes.Equal(bytes.ToValidUTF8(row, nil), row) {
			t.Fatalf("a row of %d bytes: %q", len(row), row)
		}
	}
	c, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Events) != len(feed.Entries) || len(c.Left) > 0 {
		t.Fatalf("%d of %d entries come back, without %v", len(c.Events), len(feed.Entries), c.Left)
	}
	for i, e := range feed.Entries {
		got := c.Events[i]
		if got.start != (moment{wall: e.At.Unix(), how: inUTC}) {
			t.Errorf("entry %d is at %+v, not %v", i, got.start, e.At)
		}
		for what, pair := range map[string][2]string{"UID": {got.UID, strings.TrimSpace(clean(e.UID))}, "summary": {got.Summary, clean(e.Summary)}, "description": {got.Description, clean(e.Description)}} {
			if len(pair[1]) < maxLine/2 && pair[0] != pair[1] {
				t.Errorf("the %s of entry %d comes back as %q, was %q", what, i, pair[0], pair[1])
			}
		}
		if want := int64(e.At.Add(e.Length).Unix()); e.Length >= time.Second && got.end.wall != want {
			t.Errorf("entry %d ends at %d, not %d", i, got.end.wall, want)
		}
	}
}
