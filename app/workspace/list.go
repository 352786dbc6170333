package workspace

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/app/metric"
	"longhand/app/search"
)

// List selects, sorts and pages the artefacts of a kind.
func (w *Workspace) List(q Query) (*List, error) {
	k, err := FindKind(q.Kind)
	if err != nil {
		return nil, err
	}
	rows := w.rows(k)
	out := &List{Rows: []Row{}, Counts: map[string]int{"all": len(rows)}}
	tags := map[string]bool{}
	for _, r := range rows {
		for _, tab := range tabs(k, r) {
			out.Counts[tab]++
		}
		for _, t := range r.Tags {
			tags[t] = true
		}
		if created, _, _ := strings.Cut(r.Created, "T"); out.Since == "" || created < out.Since {
			out.Since = created
		}
	}
	out.Tags = slices.Sorted(keysOf(tags))
	if _, ok := k.Field("decide-by"); ok {
		out.Median, out.MedianN = w.median()
	}
	rows = w.matching(k, rows, q)
	out.Total = len(rows)
	rows = rows[min(max(q.Offset, 0), len(rows)):]
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
	}
	out.Rows = append(out.Rows, rows...)
	return out, nil
}

// median is the cycle time of decisions recorded in the last 12 weeks.
func (w *Workspace) median() (*float64, int) {
	now := w.Now()
	c := metric.CycleTime(w.heads("decision"), metric.Window{Last: cadence.WeekOf(now, w.teamZone()), Weeks: 12, Zone: w.teamZone(), Now: now})
	return c.Median, c.N
}

// rows are all artefacts of a kind, in the order of the log: what is open by
// its deadline, then what is due for review, then the rest by its date, the
// newest first.
func (w *Workspace) rows(k kind.Kind) []Row {
	var out []Row
	for _, v := range w.heads(k.ID) {
		if !v.Discarded {
			out = append(out, w.row(v))
		}
	}
	w.sortRows(k, out)
	return out
}

func (w *Workspace) sortRows(k kind.Kind, rows []Row) {
	rank := func(r Row) int {
		s, _ := k.State(r.State)
		switch {
		case s.Open || r.State == "":
			return 0
		case slices.Contains(r.Derived, "review-due"):
			return 1
		}
		return 2
	}
	slices.SortFunc(rows, func(a, b Row) int {
		ra, rb := rank(a), rank(b)
		if ra != rb {
			return ra - rb
		}
		if ra < 2 && a.When != b.When { // earliest first, no date last
			return cmp.Compare(cmp.Or(a.When, "9"), cmp.Or(b.When, "9"))
		}
		return cmp.Or(cmp.Compare(cmp.Or(b.When, b.Updated), cmp.Or(a.When, a.Updated)), cmp.Compare(b.Updated, a.Updated), cmp.Compare(a.Doc, b.Doc))
	})
}

// tabs are the tabs under which a row is found, beside "all".
func tabs(k kind.Kind, r Row) []string {
	s, _ := k.State(r.State)
	var out []string
	if r.State != "" {
		out = append(out, r.State)
	}
	if s.Open || r.State == "" {
		out = append(out, "open")
	}
	for _, d := range r.Derived {
		out = append(out, d)
	}
	switch r.State {
	case "reaffirmed":
		out = append(out, "decided")
	case "reversed":
		out = append(out, "superseded")
	}
	return out
}

func (w *Workspace) matching(k kind.Kind, rows []Row, q Query) []Row {
	var found map[string]bool
	if words := strings.TrimSpace(q.Text); words != "" {
		found = map[string]bool{}
		for _, doc := range w.search.Find(words) {
			found[doc] = true
		}
	}
	return slices.DeleteFunc(rows, func(r Row) bool {
		return q.Tab != "" && q.Tab != "all" && !slices.Contains(tabs(k, r), q.Tab) ||
			q.Level != "" && r.Level != q.Level || q.Owner != "" && r.Owner != q.Owner ||
			q.Tag != "" && !slices.Contains(r.Tags, q.Tag) ||
			found != nil && !found[r.Doc]
	})
}

// row is what a list shows of an artefact.
func (w *Workspace) row(v artefact.View) Row {
	k, _ := kind.Of(v.Kind)
	doc, _ := artefact.ParseDocID(v.Doc)
	s, _ := k.State(v.State)
	r := Row{
		ID: w.index.id(doc), Doc: v.Doc, Kind: v.Kind, Title: v.Title(), State: v.State, Derived: w.derived(v),
		Owner: firstOf(v.Text("owner"), v.Text("person")), Author: string(v.Author), Updated: stamp(v.Updated), Created: stamp(v.Created),
		Contested: len(v.Contested), Level: v.Text("level"), Next: v.Text("next-action"), Due: v.Text("due"), Expected: v.Text("expected-completion"),
		Delivered: v.Text("delivered"), Objective: v.Text("objective"), Week: v.Text("week"), Tags: v.Set("tags"),
	}
	r.Mark = mark(k, v.State, r.Derived)
	for _, f := range k.Fields {
		// What is called by its week is known by its first line.
		if (f.Type == kind.Text || f.Type == kind.Line && k.One == kind.PerWeek && f.Key != "title") && r.Lead == "" {
			r.Lead = v.Text(f.Key)
		}
	}
	if _, ok := k.Field("decide-by"); ok {
		w.decisionRow(&r, v, s)
	}
	return r
}

// decisionRow adds the dates and days of a record that is decided by a day.
func (w *Workspace) decisionRow(r *Row, v artefact.View, s kind.State) {
	zone := w.zone(artefact.Person(r.Owner))
	now := w.Now()
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format(time.DateOnly)
	}
	raised, decided := v.Time("raised"), v.Time("decided")
	until := decided
	if until.IsZero() && s.Open {
		until = now
	}
	if !raised.IsZero() && !until.IsZero() {
		days := max(0, until.Sub(raised).Hours()/24)
		r.Days = &days
	}
	r.Decidable = s.Open && v.Text("owner") == string(w.Me())
	switch {
	case len(v.Contested) > 0:
		r.WhenIs = "contested"
		r.When = v.Text("decide-by")
	case s.Open:
		r.When, r.WhenIs = v.Text("decide-by"), "decide-by"
	case slices.Contains(r.Derived, "review-due"):
		r.When, r.WhenIs = v.Text("review-trigger/date"), "review"
	case v.State == "superseded" || v.State == "reversed" || v.State == "withdrawn":
		r.When, r.WhenIs = day(v.Entered(v.State)), "ended"
		if l, ok := w.linked(v.Text("superseded-by"), "", false); ok {
			r.EndedBy = l.ID
		}
		if !decided.IsZero() {
			r.When = day(decided)
		}
	default:
		r.When, r.WhenIs = day(decided), "decided"
	}
	if r.When != "" && (r.WhenIs == "decide-by" || r.WhenIs == "review") {
		today, _ := time.Parse(time.DateOnly, now.In(zone).Format(time.DateOnly))
		if when, err := time.Parse(time.DateOnly, r.When); err == nil {
			r.LateDays = max(0, int(today.Sub(when).Hours()/24))
		}
	}
}

// Search finds artefacts by their words.
func (w *Workspace) Search(query string, limit int) *Found {
	ready, of := w.search.Ready()
	out := &Found{Hits: []Hit{}, Of: of, Ready: ready}
	words := search.Words(query)
	for _, name := range w.search.Find(query) {
		doc, err := artefact.ParseDocID(name)
		if err != nil {
			continue
		}
		v, ok := w.index.head(doc)
		k, _ := kind.Of(v.Kind)
		if !ok || k.Hidden {
			continue
		}
		out.Total++
		if len(out.Hits) >= limit {
			continue
		}
		h := Hit{Row: w.row(v), KindName: k.Name, Ranges: search.Ranges(v.Title(), words)}
		if len(h.Ranges) == 0 {
			if whole, err := w.view(doc); err == nil {
				h.Snippet = snippet(k, whole, words)
			}
		}
		out.Hits = append(out.Hits, h)
	}
	return out
}

// internal reports whether a value is of the program’s own keeping, such as a review’s snapshot, and nothing that anybody wrote or looks for.
func internal(k kind.Kind, path string) bool {
	key, _, inside := strings.Cut(path, "/")
	f, ok := k.Field(key)
	return ok && inside && f.Auto && f.Place == kind.Away
}

// searchable is a view without what is internal.
func searchable(v artefact.View) artefact.View {
	k, _ := kind.Of(v.Kind)
	values := make(map[string]any, len(v.Values))
	for path, value := range v.Values {
		if !internal(k, path) {
			values[path] = value
		}
	}
	v.Values = values
	return v
}

// snippet is a few words around the first match outside the title.
func snippet(k kind.Kind, v artefact.View, words []string) string {
	for _, path := range slices.Sorted(keysOf(v.Values)) {
		s, ok := v.Values[path].(string)
		if internal(k, path) {
			continue
		}
		if f, err := artefact.FieldAt(k, path); !ok || err != nil || !f.Type.Written() || path == "title" {
			continue
		}
		if ranges := search.Ranges(s, words); len(ranges) > 0 {
			return around(s, ranges[0][0], 100)
		}
	}
	return ""
}

// around cuts n UTF-16 units out of a text, near a place, at spaces.
func around(s string, at, n int) string {
	fields := strings.Fields(s)
	s = strings.Join(fields, " ")
	runes := []rune(s)
	from := max(0, min(at, len(runes))-n/3)
	for from > 0 && runes[from-1] != ' ' {
		from--
	}
	to := min(len(runes), from+n)
	out := strings.TrimSpace(string(runes[from:to]))
	if from > 0 {
		out = "… " + out
	}
	if to < len(runes) {
		out += " …"
	}
	return out
}

// SearchNow is Search where Start was not called: on the command line.
func (w *Workspace) SearchNow(query string, limit int) *Found {
	if ready, _ := w.search.Ready(); !ready {
		w.indexAll(0)
	}
	return w.Search(query, limit)
}
