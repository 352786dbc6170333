package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dates are written the British way and always in English: the pages are one language whatever the machine’s is.

func (d Day) parse() (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, string(d))
	return t, err == nil
}

// inFull is “Friday 12 June 2026”.
func (d Day) inFull() string {
	if t, ok := d.parse(); ok {
		return t.Format("Monday 2 January 2006")
	}
	return flat(string(d))
}

// near is “Friday 12 June”, with the year only if it is another than that of the day it is read on.
func (d Day) near(from Day) string {
	t, ok := d.parse()
	if !ok {
		return flat(string(d))
	}
	if f, ok := from.parse(); ok && f.Year() != t.Year() {
		return d.inFull()
	}
	return t.Format("Monday 2 January")
}

// span is “8 to 12 June 2026”, saying the month and year once where they are the same.
func span(from, to Day) string {
	f, fine := from.parse()
	t, fineTo := to.parse()
	switch {
	case !fine || !fineTo:
		return joined(" to ", flat(string(from)), flat(string(to)))
	case f.Equal(t):
		return t.Format("2 January 2006")
	case f.Year() != t.Year():
		return f.Format("2 January 2006") + " to " + t.Format("2 January 2006")
	case f.Month() != t.Month():
		return f.Format("2 January") + " to " + t.Format("2 January 2006")
	default:
		return f.Format("2") + " to " + t.Format("2 January 2006")
	}
}

// weekName is “week 24” for “2026-W24”.
func weekName(week string) string {
	var year, number int
	if n, err := fmt.Sscanf(week, "%d-W%d", &year, &number); err == nil && n == 2 {
		return "week " + strconv.Itoa(number)
	}
	if week = flat(week); week != "" {
		return "week " + week
	}
	return ""
}

// inWords writes counts up to twelve as words, as the rest of the sentence is words.
func inWords(n int) string {
	words := [...]string{"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// listed is “Ines, Tom and Oskar”.
func listed(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// sentence starts with a capital and ends with a stop, unless it ends in one already.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	first := []rune(s)[0]
	return stopped(strings.ToUpper(string(first)) + s[len(string(first)):])
}

// stopped is a text that ends like a sentence.
func stopped(s string) string {
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?:;") || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "。") || strings.HasSuffix(s, "؟") {
		return s
	}
	return s + "."
}

// joined joins what is not empty.
func joined(sep string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, sep)
}
