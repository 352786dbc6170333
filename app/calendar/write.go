package calendar

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// A Feed is what falls due, to be written as a calendar.
type Feed struct {
	Name    string    // shown by programs that list calendars; may be empty
	Stamp   time.Time // when it is written
	Entries []Entry
}

// An Entry is one thing that falls due at an instant. It marks the person’s time as free.
type Entry struct {
	UID         string // the same for the same thing in every feed, so that programs move it rather than add it again
	At          time.Time
	Length      time.Duration // may be zero
	Summary     string
	Description string
}

var (
	errNoUID  = errors.New("it has no UID")
	errTwice  = errors.New("its UID is there twice")
	errTime   = errors.New("its time is outside the years 1 to 9999")
	errLength = errors.New("it ends before it begins")
)

const stampForm = "20060102T150405Z"

// Write writes a feed as RFC 5545 has it. Nothing is written when an entry is
// not as it should be. Text loses what a calendar cannot hold: control
// characters, and bytes that are not UTF-8.
func Write(w io.Writer, f Feed) error {
	seen := map[string]bool{}
	for i, e := range f.Entries {
		uid := strings.TrimSpace(clean(e.UID))
		var err error
		switch end := e.At.Add(e.Length); {
		case uid == "":
			err = errNoUID
		case seen[uid]:
			err = errTwice
		case e.Length < 0:
			err = errLength
		case !writable(e.At) || !writable(end):
			err = errTime
		}
		if err != nil {
			return fmt.Errorf("write calendar: entry %d: %w", i+1, err)
		}
		seen[uid] = true
	}
	if !writable(f.Stamp) {
		return fmt.Errorf("write calendar: its stamp: %w", errTime)
	}
	out := writer{bufio.NewWriter(w)}
	out.feed(f)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write calendar: %w", err)
	}
	return nil
}

func writable(t time.Time) bool { y := t.UTC().Year(); return 1 <= y && y <= 9999 && !t.IsZero() }

// A writer folds. Its errors are told by Flush.
type writer struct{ *bufio.Writer }

func (w writer) feed(f Feed) {
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Longhand//Longhand//EN")
	w.line("METHOD", "PUBLISH")
	if f.Name != "" {
		w.line("NAME", escape(f.Name))
		w.line("X-WR-CALNAME", escape(f.Name))
	}
	if len(f.Entries) == 0 { // a calendar has to have something in it
		w.line("BEGIN", "VTIMEZONE")
		w.line("TZID", "UTC")
		w.line("BEGIN", "STANDARD")
		w.line("DTSTART", "19700101T000000")
		w.line("TZOFFSETFROM", "+0000")
		w.line("TZOFFSETTO", "+0000")
		w.line("END", "STANDARD")
		w.line("END", "VTIMEZONE")
	}
	for _, e := range f.Entries {
		w.line("BEGIN", "VEVENT")
		w.line("UID", escape(strings.TrimSpace(clean(e.UID))))
		w.line("DTSTAMP", f.Stamp.UTC().Format(stampForm))
		w.line("DTSTART", e.At.UTC().Format(stampForm))
		if e.Length >= time.Second {
			w.line("DTEND", e.At.Add(e.Length).UTC().Format(stampForm))
		}
		if e.Summary != "" {
			w.line("SUMMARY", escape(e.Summary))
		}
		if e.Description != "" {
			w.line("DESCRIPTION", escape(e.Description))
		}
		w.line("TRANSP", "TRANSPARENT")
		w.line("END", "VEVENT")
	}
	w.line("END", "VCALENDAR")
}

// line writes one content line, no row of it longer than 75 octets and no
// character cut in two.
func (w writer) line(name, value string) {
	s := name + ":" + value
	for room := 75; len(s) > room; room = 74 {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		_, _ = w.WriteString(s[:cut] + "\r\n ")
		s = s[cut:]
	}
	_, _ = w.WriteString(s + "\r\n")
}

var escaper = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

func escape(s string) string { return escaper.Replace(clean(s)) }

// clean is the text as a calendar can hold it.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f:
			return -1
		}
		return r
	}, s)
}
