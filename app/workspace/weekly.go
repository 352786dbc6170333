package workspace

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
)

// week reads an ISO week, "" being the one that runs in the team’s zone.
func (w *Workspace) week(s string) (cadence.Week, error) {
	if s == "" {
		return cadence.WeekOf(w.Now(), w.teamZone()), nil
	}
	week, err := cadence.ParseWeek(s)
	if err != nil {
		return week, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return week, nil
}

// Weekly is one person’s week: what they wrote, what was carried into it, and
// what the week’s events would write.
func (w *Workspace) Weekly(weekText, person string) (*Weekly, error) {
	week, err := w.week(weekText)
	if err != nil {
		return nil, err
	}
	who := artefact.Person(firstOf(person, string(w.Me())))
	zone := w.zone(who)
	out := &Weekly{
		Week: week.String(), From: week.Day(1, time.UTC).Format(time.DateOnly), To: week.Day(5, time.UTC).Format(time.DateOnly), Person: string(who),
		Due:     dueIn("weekly", week, zone).Format(time.RFC3339),
		Review:  dueIn("review", week, w.teamZone()).Format(time.RFC3339),
		Carried: []Carried{}, Suggested: []Suggestion{}, Written: []Written{}, Planned: []Planned{},
	}
	if v, ok := w.update(who, week); ok {
		doc, _ := artefact.ParseDocID(v.Doc)
		out.ID = w.index.id(doc)
		if out.Page, err = w.Page(out.ID); err != nil {
			return nil, err
		}
	}
	if before, ok := w.update(who, week.Add(-1)); ok {
		out.Carried = w.carried(before)
	}
	if who == w.Me() {
		out.Suggested = w.suggest(week, out.Page)
	}
	for _, p := range w.People() {
		if !p.Left {
			out.Written = append(out.Written, w.written(artefact.Person(p.ID), week))
		}
	}
	for i := -8; i < 0; i++ {
		if v, ok := w.update(who, week.Add(i)); ok && v.State == "published" {
			out.Planned = append(out.Planned, planned(v, week.Add(i+1)))
		}
	}
	return out, nil
}

// dueIn is when a kind with a weekly cadence falls due in a week.
func dueIn(kindID string, week cadence.Week, zone *time.Location) time.Time {
	k, _ := kind.Of(kindID)
	day := week.Day(k.Cadence.Weekday, zone)
	at, err := time.Parse("15:04", k.Cadence.At)
	if err != nil {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, zone)
}

// update is a person’s update of a week, if it was begun.
func (w *Workspace) update(who artefact.Person, week cadence.Week) (artefact.View, bool) {
	doc, err := w.derive("weekly", string(who), week.String())
	if err != nil {
		return artefact.View{}, false
	}
	v, err := w.view(doc)
	return v, err == nil
}

func (w *Workspace) carried(v artefact.View) []Carried {
	doc, _ := artefact.ParseDocID(v.Doc)
	out := []Carried{}
	if v.State != "published" {
		return out // what was not published was not committed to
	}
	for _, item := range v.Items("priorities") {
		c := Carried{ID: w.index.id(doc), Path: item, Text: v.Text(item + "/text"), Outcome: v.Text(item + "/outcome"), Reason: v.Text(item + "/reason")}
		if l, ok := w.linked(v.Text(item+"/item"), "", false); ok {
			c.Item = l.ID
		}
		if c.Text != "" {
			out = append(out, c)
		}
	}
	return out
}

func (w *Workspace) written(who artefact.Person, week cadence.Week) Written {
	out := Written{Person: string(who), State: "not yet"}
	v, ok := w.update(who, week)
	if !ok {
		return out
	}
	doc, _ := artefact.ParseDocID(v.Doc)
	out.ID, out.State, out.At = w.index.id(doc), "draft", stamp(v.Updated)
	if v.State == "published" {
		out.State, out.At = "published", stamp(v.Entered("published"))
	}
	return out
}

func planned(v artefact.View, week cadence.Week) Planned {
	p := Planned{Week: week.String()}
	for _, item := range v.Items("priorities") {
		if v.Text(item+"/text") == "" {
			continue
		}
		p.Committed++
		switch v.Text(item + "/outcome") {
		case "delivered":
			p.Delivered++
		case "":
			p.Open++
		}
	}
	return p
}

// suggest writes the week’s events as lines of the update: a projection, until
// a person takes one. What is linked in the update already is left out.
func (w *Workspace) suggest(week cadence.Week, page *Page) []Suggestion {
	out := []Suggestion{}
	taken := map[string]bool{}
	if page != nil {
		if !page.Editable {
			return out
		}
		for path, v := range page.Values {
			if s, ok := v.(string); ok && strings.Contains(path, "/") {
				taken[s] = true
			}
		}
		for _, text := range page.Texts {
			taken[strings.TrimSpace(text)] = true
		}
	}
	zone := w.zone(w.Me())
	in := func(t time.Time) bool { return !t.IsZero() && cadence.WeekOf(t, zone) == week }
	add := func(field, text, doc, why string, parts map[string]any) {
		if text == "" || taken[doc] || taken[text] {
			return
		}
		if parts == nil {
			parts = map[string]any{}
		}
		l, _ := w.linked(doc, "", false)
		out = append(out, Suggestion{Field: field, Text: text, From: l.ID, Why: why, Parts: parts})
	}
	weekday := func(t time.Time) string { return t.In(zone).Format("Monday") }
	for _, v := range w.sorted("item") {
		if v.Text("owner") != string(w.Me()) || v.Discarded {
			continue
		}
		s, _ := kind.Of("item")
		state, _ := s.State(v.State)
		switch at := v.Time("delivered"); {
		case v.State == "delivered" && in(at):
			add("outcomes", v.Title(), v.Doc, "delivered on "+weekday(at), map[string]any{"item": v.Doc})
		case state.Open && v.Text("due") != "" && v.Text("due") <= week.Day(7, time.UTC).Format(time.DateOnly) && v.Text("due") < w.Now().In(zone).Format(time.DateOnly):
			add("slipped", v.Title(), v.Doc, "was due on "+v.Text("due"), map[string]any{"item": v.Doc})
		case v.State == "in-progress" && v.Text("expected-completion") != "" && v.Text("expected-completion") <= week.Add(1).Day(7, time.UTC).Format(time.DateOnly):
			add("priorities", v.Title(), v.Doc, "expected by "+v.Text("expected-completion"), map[string]any{"item": v.Doc})
		}
	}
	for _, v := range w.sorted("decision") {
		k, _ := kind.Of("decision")
		s, _ := k.State(v.State)
		switch {
		case v.Discarded:
		case in(v.Time("decided")) && v.Text("owner") == string(w.Me()) && v.Sealed:
			add("outcomes", "Decided: "+v.Title(), v.Doc, "recorded on "+weekday(v.Time("decided")), nil)
		case s.Open && v.State != k.First().ID && v.Author == w.Me() && v.Text("owner") != "":
			parts := map[string]any{"by": v.Text("owner"), "decision": v.Doc}
			if d := v.Text("decide-by"); d != "" {
				parts["by-when"] = d
			}
			add("decisions-needed", v.Title(), v.Doc, "raised by you, still open", parts)
		}
	}
	return out
}

// sorted are the heads of a kind in an order that stays.
func (w *Workspace) sorted(kindID string) []artefact.View {
	all := w.heads(kindID)
	slices.SortFunc(all, func(a, b artefact.View) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Doc, b.Doc)) })
	return all
}

// unmarked are last week’s commitments of which nothing has been said.
func (w *Workspace) unmarked(who artefact.Person, week cadence.Week) (out []string) {
	before, ok := w.update(who, week.Add(-1))
	if !ok {
		return nil
	}
	for _, c := range w.carried(before) {
		if c.Outcome == "" || c.Outcome != "delivered" && strings.TrimSpace(c.Reason) == "" {
			out = append(out, c.Text)
		}
	}
	return out
}
