package workspace

import (
	"errors"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
)

func TestLastWeeksUpdateCanStillBeBegunAndNoOlderOne(t *testing.T) {
	m := found(t, "")
	now := cadence.WeekOf(m.Now(), m.teamZone())
	for _, kind := range []string{"weekly", "review"} {
		id, err := m.BeginWeek(kind, now.Add(-1).String())
		m.must(err)
		if p, err := m.Page(id); err != nil || p.Values["week"] != now.Add(-1).String() {
			t.Errorf("%s of last week: %v, %v", kind, p.Values, err)
		}
		if again, err := m.BeginWeek(kind, now.Add(-1).String()); again != id {
			t.Errorf("begun twice: %s and %s, %v", id, again, err)
		}
		if this, err := m.BeginWeek(kind, ""); this == id || err != nil {
			t.Errorf("this week’s is %s, %v", this, err)
		}
		for _, by := range []int{-2, 1} {
			if _, err := m.BeginWeek(kind, now.Add(by).String()); !errors.Is(err, artefact.ErrValue) {
				t.Errorf("%s, %d weeks from now: %v", kind, by, err)
			}
		}
	}
	m.later(7 * 24 * time.Hour)
	if w, err := m.Weekly(now.String(), ""); err != nil || w.ID == "" {
		t.Errorf("a week later this week’s is %v, %v", w, err)
	}
}
