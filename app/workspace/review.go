package workspace

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/app/metric"
	"longhand/app/render"
)

// Review is the team’s week: what a person writes of it, and what is gathered
// from everyone. A published one shows the snapshot it was published with.
func (w *Workspace) Review(weekText string) (*Review, error) {
	week, err := w.week(weekText)
	if err != nil {
		return nil, err
	}
	out := &Review{Week: week.String(), Weeks: w.reviewed()}
	var v artefact.View
	doc, err := w.derive("review", week.String())
	if err != nil {
		return nil, err
	}
	if _, ok := w.index.head(doc); ok {
		out.ID = w.index.id(doc)
		if out.Page, err = w.Page(out.ID); err != nil {
			return nil, err
		}
		if v, err = w.view(doc); err != nil {
			return nil, err
		}
	}
	out.Published = v.State == "published"
	if out.Published {
		out.Content, err = w.snapshot(v)
		return out, err
	}
	out.Content, _, err = w.gather(week, v)
	return out, err
}

func (w *Workspace) reviewed() []string {
	out := []string{}
	for _, v := range w.heads("review") {
		if s := v.Text("week"); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

func (w *Workspace) snapshot(v artefact.View) (r render.Review, err error) {
	if err := json.Unmarshal([]byte(v.Text("snapshot/json")), &r); err != nil {
		return r, fmt.Errorf("read the published review: %w", err)
	}
	return w.exported(r), nil
}

// exported stamps a review with when and where it leaves.
func (w *Workspace) exported(r render.Review) render.Review {
	zone := w.zone(w.Me())
	r.ExportedAt, r.ExportedIn = w.Now().In(zone), cadence.City(zone.String())
	return r
}

// gather assembles a review from everyone’s published updates, the decisions
// recorded in the week and the measures. It also names what it was built from.
func (w *Workspace) gather(week cadence.Week, v artefact.View) (render.Review, []string, error) {
	names := w.firstNames()
	r := render.Review{
		Team: w.TeamName(), Week: week.String(), Headline: v.Text("headline"), BottomLine: v.Text("bottom-line"),
		From: render.Day(week.Day(1, time.UTC).Format(time.DateOnly)), To: render.Day(week.Day(5, time.UTC).Format(time.DateOnly)),
		GatheredBy: w.Names()[artefact.Person(v.Text("gathered-by"))], Draft: v.State != "published",
	}
	var built []string
	var updates []artefact.View
	for _, p := range w.People() {
		if p.Left {
			continue
		}
		r.Written.Of++
		u, ok := w.update(artefact.Person(p.ID), week)
		if !ok || u.State != "published" {
			r.Written.Missing = append(r.Written.Missing, names[artefact.Person(p.ID)])
			continue
		}
		r.Written.Count++
		updates = append(updates, u)
		built = append(built, u.Heads...)
	}
	gatherUpdates(&r, updates, names, func(doc string) string { l, _ := w.linked(doc, "", false); return l.ID })
	zone := w.teamZone()
	for _, d := range w.sorted("decision") {
		at := d.Time("decided")
		if d.Discarded || !d.Sealed || at.IsZero() || cadence.WeekOf(at, zone) != week {
			continue
		}
		l, _ := w.linked(d.Doc, "", false)
		r.Decided = append(r.Decided, render.Ruling{ID: l.ID, Title: d.Title(), Owner: names[artefact.Person(d.Text("owner"))], Date: render.Day(at.In(zone).Format(time.DateOnly))})
		built = append(built, d.Heads...)
	}
	report, err := w.metrics(week, 12)
	if err != nil {
		return r, nil, err
	}
	r.Figures = figures(report, week)
	if n := report.Predictability.Series; len(n) > 0 {
		if this := n[len(n)-1]; this.Committed > 0 {
			r.Commitments = w.commitments(week)
		}
	}
	slices.Sort(built)
	r.Version = fmt.Sprintf("Built from %d records", len(updates)+len(r.Decided))
	return w.exported(r), built, nil
}

// commitments counts what became of those for a week.
func (w *Workspace) commitments(week cadence.Week) *render.Commitments {
	c := &render.Commitments{}
	for _, p := range w.People() {
		v, ok := w.update(artefact.Person(p.ID), week.Add(-1))
		if !ok || v.State != "published" {
			continue
		}
		for _, item := range v.Items("priorities") {
			if v.Text(item+"/text") == "" {
				continue
			}
			c.Made++
			switch v.Text(item + "/outcome") {
			case "delivered":
				c.Delivered++
			case "slipped":
				c.Slipped++
			case "dropped":
				c.Dropped++
			}
		}
	}
	return c
}

// gatherUpdates puts what people wrote side by side: outcomes person by
// person, risks and priorities by their rank, so that everybody’s first comes
// before anybody’s second.
func gatherUpdates(r *render.Review, updates []artefact.View, names map[artefact.Person]string, id func(string) string) {
	who := func(v artefact.View) string { return names[artefact.Person(v.Text("person"))] }
	for _, v := range updates {
		for _, item := range v.Items("outcomes") {
			r.Outcomes = appendLine(r.Outcomes, v.Text(item+"/text"), who(v))
		}
		if text := strings.TrimSpace(v.Text("metrics-impact")); text != "" {
			r.Metrics = append(r.Metrics, render.Impact{Text: text, Person: who(v)})
		}
		for _, item := range v.Items("slipped") {
			if text := strings.TrimSpace(v.Text(item + "/text")); text != "" {
				r.Slipped = append(r.Slipped, render.Slip{Text: text, Reason: v.Text(item + "/reason"), Person: who(v)})
			}
		}
		for _, item := range v.Items("decisions-needed") {
			if text := strings.TrimSpace(v.Text(item + "/text")); text != "" {
				r.DecisionsNeeded = append(r.DecisionsNeeded, render.Ask{Title: text, Person: names[artefact.Person(v.Text(item+"/by"))], By: render.Day(v.Text(item + "/by-when")), ID: id(v.Text(item + "/decision"))})
			}
		}
	}
	slices.SortStableFunc(r.DecisionsNeeded, func(a, b render.Ask) int { return strings.Compare(string(a.By), string(b.By)) })
	for rank := range 12 {
		for _, v := range updates {
			if items := v.Items("top-risks"); rank < len(items) && len(r.Risks) < 3 {
				r.Risks = appendLine(r.Risks, v.Text(items[rank]+"/text"), who(v))
			}
			if items := v.Items("priorities"); rank < len(items) {
				r.Next = appendLine(r.Next, v.Text(items[rank]+"/text"), who(v))
			}
		}
	}
}

func appendLine(lines []render.Line, text, person string) []render.Line {
	if text = strings.TrimSpace(text); text == "" {
		return lines
	}
	return append(lines, render.Line{Text: text, Person: person})
}

// firstNames are first names, or whole ones where two people share a first.
func (w *Workspace) firstNames() map[artefact.Person]string {
	out := map[artefact.Person]string{}
	count := map[string]int{}
	for _, name := range w.Names() {
		first, _, _ := strings.Cut(name, " ")
		count[first]++
	}
	for id, name := range w.Names() {
		first, _, _ := strings.Cut(name, " ")
		out[id] = first
		if count[first] > 1 || strings.HasPrefix(name, "Someone new") {
			out[id] = name
		}
	}
	return out
}

// publishReview writes down what the review is published with. It stays as it
// is, whatever is written later.
func (w *Workspace) publishReview(doc artefact.DocID, v artefact.View) error {
	week, err := cadence.ParseWeek(v.Text("week"))
	if err != nil {
		return err
	}
	whole, err := w.view(doc)
	if err != nil {
		return err
	}
	r, built, err := w.gather(week, whole)
	if err != nil {
		return err
	}
	r.Draft = false
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		to, _ := a.Kind.State("published")
		if missing, _, err := a.Missing(to, &whole, w.Me()); err != nil || len(missing) > 0 {
			return err // entering says what is missing
		}
		texts := map[string]string{"snapshot/json": string(b), "snapshot/heads": strings.Join(built, " ")}
		var errs []error
		for path, is := range texts {
			was, err := a.Text(path)
			if err == nil {
				err = replaceText(a, path, was, is)
			}
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
}

func replaceText(a *artefact.Artefact, path, was, is string) error {
	return a.Splice(path, 0, len([]rune(was)), is)
}

// Metrics counts over the last so many ISO weeks, the running one included.
func (w *Workspace) Metrics(weeks int) (*metric.Report, error) {
	if weeks < 1 || weeks > 520 {
		return nil, fmt.Errorf("%w: from 1 to 520 weeks", ErrUsage)
	}
	r, err := w.metrics(cadence.WeekOf(w.Now(), w.teamZone()), weeks)
	return &r, err
}

func (w *Workspace) metrics(last cadence.Week, weeks int) (metric.Report, error) {
	views, err := w.views(func(v artefact.View) bool { return v.Kind == "decision" || v.Kind == "weekly" || v.Kind == "item" })
	if err != nil {
		return metric.Report{}, err
	}
	slices.SortFunc(views, func(a, b artefact.View) int { return strings.Compare(a.Doc, b.Doc) })
	r := metric.Of(views, metric.Window{Last: last, Weeks: weeks, Zone: w.teamZone(), Now: w.Now(), Hours: w.hours})
	for _, points := range [][]metric.Point{r.Cycle.Points, r.Cycle.Ages} {
		for i := range points {
			doc, _ := artefact.ParseDocID(points[i].ID)
			points[i].ID = w.index.id(doc)
		}
	}
	return r, nil
}

// hours are a person’s working hours and zone.
func (w *Workspace) hours(who artefact.Person) (h cadence.Hours, zone *time.Location, ok bool) {
	doc, err := w.derive("member", string(who))
	if err != nil {
		return h, nil, false
	}
	v, found := w.index.head(doc)
	h, err = cadence.ParseHours(v.Text("hours"))
	return h, w.zone(who), found && err == nil
}

// figures are the measures that can be shown, for the band of the review.
func figures(r metric.Report, week cadence.Week) []render.Figure {
	var out []render.Figure
	if c := r.Cycle; c.Median != nil {
		f := render.Figure{Label: "Decision cycle time", Value: number(*c.Median), Unit: "days", Note: fmt.Sprintf("Median of %d in 12 weeks", c.N)}
		if *c.Median == 1 {
			f.Unit = "day"
		}
		f.Chart = cycleChart(c, week)
		out = append(out, f)
	}
	if p := r.Predictability; len(p.Series) > 0 {
		this := p.Series[len(p.Series)-1]
		if this.Committed > 0 {
			var made, done int
			for _, s := range p.Series[max(0, len(p.Series)-4):] {
				made, done = made+s.Committed, done+s.Delivered
			}
			chart := &render.Chart{Kind: render.Squares, Alt: "Outcomes planned and delivered, week by week"}
			for _, s := range p.Series {
				chart.Whole, chart.Part = append(chart.Whole, s.Committed), append(chart.Part, s.Delivered)
			}
			out = append(out, render.Figure{Label: "Planned and delivered", Value: fmt.Sprint(this.Delivered), Unit: fmt.Sprintf("of %d this week", this.Committed), Note: fmt.Sprintf("%d of %d in four weeks", done, made), Chart: chart})
		}
	}
	return out
}

func cycleChart(c metric.Cycle, last cadence.Week) *render.Chart {
	chart := &render.Chart{Kind: render.Dots, Alt: "Days from raised to decided, each decision a dot, by week", Groups: make([][]float64, 12)}
	column := func(week string) int {
		for i := range 12 {
			if last.Add(i-11).String() == week {
				return i
			}
		}
		return -1
	}
	for _, p := range c.Points {
		if i := column(p.Week); i >= 0 {
			chart.Groups[i] = append(chart.Groups[i], p.Days)
		}
	}
	for _, m := range c.Medians {
		if from, to := column(m.From), column(m.To); m.Median != nil && from >= 0 && to >= 0 {
			chart.Levels = append(chart.Levels, render.Level{From: from, To: to, Value: *m.Median})
		}
	}
	return chart
}

// number writes a figure with one decimal at most.
func number(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// Work is who is doing what: objectives with their items.
func (w *Workspace) Work(owner string) (*Work, error) {
	out := &Work{Objectives: []Objective{}, Loose: []Row{}}
	byObjective := map[string][]Row{}
	items, _ := kind.Of("item")
	rows := w.rows(items)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(firstOf(a.Due, "9"), firstOf(b.Due, "9")) })
	recent := w.Now().AddDate(0, 0, -14)
	for _, r := range rows {
		if owner != "" && r.Owner != owner || r.State == "stopped" {
			continue
		}
		if at, err := time.Parse(time.RFC3339, r.Delivered); r.State == "delivered" && err == nil && at.Before(recent) {
			continue // long done
		}
		if r.State == "in-progress" {
			out.Moving++
			if r.Next == "" {
				out.NoNext++
			}
		}
		if slices.Contains(r.Derived, "late") {
			out.LateCount++
			r.LateDays = w.daysPast(r.Due, artefact.Person(r.Owner))
		}
		byObjective[r.Objective] = append(byObjective[r.Objective], r)
	}
	objectives, _ := kind.Of("objective")
	for _, v := range w.sorted("objective") {
		s, _ := objectives.State(v.State)
		if v.Discarded || !s.Open || owner != "" && v.Text("owner") != owner && len(byObjective[v.Doc]) == 0 {
			continue
		}
		o := Objective{Row: w.row(v), Measure: v.Text("measure/name"), Unit: v.Text("measure/unit"), Readings: []Reading{}, Items: byObjective[v.Doc]}
		if o.Items == nil {
			o.Items = []Row{}
		}
		if n, ok := v.Number("measure/baseline"); ok {
			o.Baseline = &n
		}
		if n, ok := v.Number("measure/target"); ok {
			o.Target = &n
		}
		for _, item := range v.Items("measure/readings") {
			if n, ok := v.Number(item + "/value"); ok {
				o.Readings = append(o.Readings, Reading{v.Text(item + "/at"), n})
			}
		}
		slices.SortStableFunc(o.Readings, func(a, b Reading) int { return strings.Compare(a.At, b.At) })
		out.Objectives = append(out.Objectives, o)
		delete(byObjective, v.Doc)
	}
	for _, doc := range slices.Sorted(keysOf(byObjective)) { // of none, or of one that is over
		out.Loose = append(out.Loose, byObjective[doc]...)
	}
	return out, nil
}

func (w *Workspace) daysPast(date string, who artefact.Person) int {
	when, err := time.Parse(time.DateOnly, date)
	today, _ := time.Parse(time.DateOnly, w.Now().In(w.zone(who)).Format(time.DateOnly))
	if err != nil {
		return 0
	}
	return max(0, int(today.Sub(when).Hours()/24))
}
