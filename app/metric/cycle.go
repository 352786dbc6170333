package metric

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"longhand/app/artefact"
	"longhand/app/kind"
)

// CycleTime measures decisions from raised to decided, in days of 24 hours, for
// those recorded in the window. Withdrawn ones, and records written after the
// fact (raised and decided at the same instant), are left out and counted.
// Open ones are shown by their age. Views must be of decisions; discarded
// drafts do not exist.
func CycleTime(views []artefact.View, w Window) Cycle {
	c := Cycle{ByLevel: map[string]Level{}, Points: []Point{}, Medians: []Middle{}, Ages: []Point{}}
	var days, working []float64
	byLevel := map[string][]float64{}
	k, _ := kind.Of("decision")
	for _, v := range views {
		if v.Discarded {
			continue
		}
		raised, decided := v.Time("raised"), v.Time("decided")
		s, _ := k.State(v.State)
		switch {
		case v.State == "withdrawn":
			if w.Holds(v.Entered("withdrawn")) {
				c.Excluded.Withdrawn++
			}
		case decided.IsZero():
			if !raised.IsZero() && s.Open {
				c.Open++
				c.Ages = append(c.Ages, w.point(v, raised, w.Now.Sub(raised)))
			}
		case !w.Holds(decided):
		case raised.IsZero() || !decided.After(raised):
			c.Excluded.AfterTheFact++
		default:
			p := w.point(v, decided, decided.Sub(raised))
			c.Points = append(c.Points, p)
			days = append(days, p.Days)
			byLevel[p.Level] = append(byLevel[p.Level], p.Days)
			if w.Hours != nil {
				if h, zone, ok := w.Hours(artefact.Person(v.Text("owner"))); ok {
					working = append(working, h.Between(raised, decided, zone).Hours())
				}
			}
		}
	}
	older := func(a, b Point) int { return cmp.Or(cmp.Compare(a.Week, b.Week), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(c.Points, older)
	slices.SortFunc(c.Ages, func(a, b Point) int { return cmp.Or(cmp.Compare(b.Days, a.Days), older(a, b)) })
	c.N, c.Median, c.P85 = len(days), shown(days, .5), shown(days, .85)
	c.WorkingHours = shown(working, .5)
	if c.Median == nil {
		c.Why = fewer("decision", c.N)
	}
	for level, d := range byLevel {
		if level != "" {
			c.ByLevel[level] = Level{len(d), shown(d, .5), shown(d, .85)}
		}
	}
	c.Medians = w.medians(c.Points)
	return c
}

func (w Window) point(v artefact.View, at time.Time, d time.Duration) Point {
	return Point{ID: v.Doc, Title: v.Title(), Week: weekOf(at, w), Level: v.Text("level"), Days: max(0, d.Hours()/24)}
}

func weekOf(t time.Time, w Window) string {
	y, n := t.In(w.Zone).ISOWeek()
	return fmt.Sprintf("%04d-W%02d", y, n)
}

// medians are those of every four weeks, counted back from the running one.
func (w Window) medians(points []Point) []Middle {
	var out []Middle
	all := w.all()
	for end := len(all); end > 0; end -= 4 {
		first, last := all[max(0, end-4)].String(), all[end-1].String()
		var days []float64
		for _, p := range points {
			if p.Week >= first && p.Week <= last {
				days = append(days, p.Days)
			}
		}
		out = append(out, Middle{From: first, To: last, N: len(days), Median: shown(days, .5)})
	}
	slices.Reverse(out)
	return out
}

func fewer(what string, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("No %s in this window.", what)
	case 1:
		return fmt.Sprintf("One %s in this window; a median needs %s.", what, kind.Count(Enough))
	}
	return fmt.Sprintf("%s %ss in this window; a median needs %s.", title(kind.Count(n)), what, kind.Count(Enough))
}

func title(s string) string { return string(s[0]-'a'+'A') + s[1:] }
