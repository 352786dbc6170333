package calendar

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Calendars as other programs really wrote them are read, or refused by name.
// Those that their collectors call valid are read; in the others, what can be
// read is.
func TestRealCalendarsAreReadOrRefusedByName(t *testing.T) {
	dir := os.Getenv("LONGHAND_CORPORA")
	if dir == "" {
		t.Skip("LONGHAND_CORPORA is not set: it names the folder of real decision records and calendars")
	}
	files, good, refused, events, years := 0, 0, 0, 0, 0
	read, busy := Left{}, Left{}
	err := filepath.WalkDir(filepath.Join(dir, "ics"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".ics" {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		valid := strings.Contains(path, string(filepath.Separator)+"valid"+string(filepath.Separator))
		if valid {
			good++
		}
		c, err := Read(bytes.NewReader(raw))
		if err != nil {
			refused++
			t.Logf("%s: %v", filepath.Base(path), err)
			if valid || !errors.Is(err, ErrNotCalendar) && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s: %v", path, err)
			}
			return nil
		}
		// Every entry that was begun is kept or counted.
		lost := 0
		for why, n := range c.Left {
			if read[why] += n; why != Garbled && why != OtherKind {
				lost += n
			}
		}
		if begun := bytes.Count(bytes.ToUpper(raw), []byte("BEGIN:VEVENT")); begun != len(c.Events)+lost {
			t.Errorf("%s begins %d entries; %d are read, %v left out", path, begun, len(c.Events), c.Left)
		}
		if len(c.Left) > 0 {
			t.Logf("%s: %d entries, without %v", filepath.Base(path), len(c.Events), c.Left)
		}
		for why := range c.Left {
			exrule := why == BadRule && bytes.Contains(raw, []byte("\nEXRULE")) // which the standard no longer has
			if valid && why != NoStart && why != OtherKind && why != Answer && !exrule {
				t.Errorf("%s is valid, and has entries %s", path, why)
			}
		}
		events += len(c.Events)
		for y := 1990; y < 2030; y++ {
			w := Window{From: time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC), Floating: time.UTC, Zone: time.LoadLocation}
			b := c.Busy(w)
			check(t, w, b)
			years += b.Counted
			for why, n := range b.Left {
				busy[why] += n
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("the corpus is missing: %v", err)
	}
	if files < 100 {
		t.Fatalf("only %d calendars were found", files)
	}
	t.Logf("%d calendars, %d of them valid, %d refused; %d entries read, left out %v; from 1990 to 2029 %d meetings, left out %v", files, good, refused, events, read, years, busy)
}
