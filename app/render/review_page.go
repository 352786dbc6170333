package render

import (
	"strings"
	"time"
)

// A Page is a Review in the words that are shown. Markdown and PDF are both made from it, so they cannot say different
// things. Its JSON is what a page template reads.
type Page struct {
	Title    string `json:"title"`    // of the document: “Saltmarsh weekly review, week 24”
	Author   string `json:"author"`   // who gathered it, else the team
	Team     string `json:"team"`     // at the left of the running head
	Running  string `json:"running"`  // at the right of it: “Weekly review, week 24”
	Headline string `json:"headline"` // never empty
	Draft    bool   `json:"draft"`

	BottomLine Prose  `json:"bottomLine"`
	Dateline   string `json:"dateline"`

	Figures  []Figure  `json:"figures"`
	Sections []Section `json:"sections"`

	Exported string `json:"exported"`
	Version  string `json:"version"`

	// Year, Month and Date of the export for the document’s properties; zero when it is not known.
	Stamp Stamp `json:"stamp"`
}

// A Stamp is an instant in UTC, taken apart because JSON has no instants.
type Stamp struct {
	Year   int `json:"year"`
	Month  int `json:"month"`
	Day    int `json:"day"`
	Hour   int `json:"hour"`
	Minute int `json:"minute"`
	Second int `json:"second"`
}

// A Section has a two-part name, “Risks” and “top three”, and what is in it: at most one of Measures and Ledger, then
// Entries. One that has nothing says so with None rather than disappear, since “nothing slipped” is news.
type Section struct {
	Name string `json:"name"`
	Note string `json:"note"`
	None string `json:"none"`

	Measures []Measure `json:"measures"`
	Ledger   []Row     `json:"ledger"`
	Entries  []Entry   `json:"entries"`
	Ranked   bool      `json:"ranked"` // the entries are numbered
}

// An Entry is prose and the person it comes from.
type Entry struct {
	Text   Prose  `json:"text"`
	Person string `json:"person"`
}

// A Measure is a row of figures: “Median refund time”, “2.4 d”, “1.9 d”, “1.0”.
type Measure struct {
	Name   string `json:"name"`
	Was    string `json:"was"`
	Now    string `json:"now"`
	Target string `json:"target"`
	Chart  *Chart `json:"chart,omitempty"`
}

// A Row is a decision: needed or made, by whom, and when as a phrase.
type Row struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Person string `json:"person"`
	When   string `json:"when"`
}

// maxFigures fit side by side across a page.
const maxFigures = 5

// Page puts the review into words.
func (r Review) Page() Page {
	week := joined(", ", "Weekly review", weekName(r.Week))
	p := Page{
		Team:       flat(r.Team),
		Running:    week,
		Headline:   flat(r.Headline),
		Draft:      r.Draft,
		BottomLine: ParseProse(r.BottomLine),
		Dateline:   r.dateline(),
		Sections:   r.sections(),
		Exported:   r.exported(),
		Version:    flat(r.Version),
	}
	if p.Headline == "" {
		p.Headline = week
	}
	p.Title = week
	if p.Team != "" {
		p.Title = p.Team + " weekly review" + strings.TrimPrefix(week, "Weekly review")
	}
	if r.Draft {
		p.Running += ", draft"
		p.Title += ", draft"
	}
	p.Author = flat(r.GatheredBy)
	if p.Author == "" {
		p.Author = p.Team
	}
	for _, f := range r.Figures[:min(len(r.Figures), maxFigures)] {
		p.Figures = append(p.Figures, shown(f))
	}
	if at := r.ExportedAt.UTC(); !r.ExportedAt.IsZero() {
		p.Stamp = Stamp{at.Year(), int(at.Month()), at.Day(), at.Hour(), at.Minute(), at.Second()}
	}
	return p
}

// dateline is “8 to 12 June 2026. Written by six of six, gathered by Ines Carvalho.”
func (r Review) dateline() string {
	var out []string
	if days := span(r.From, r.To); days != "" {
		out = append(out, stopped(days))
	}
	if r.Draft {
		out = append(out, "A draft, not published.")
	}
	written, gathered := "", ""
	if r.Written.Of > 0 {
		written = "written by " + inWords(r.Written.Count) + " of " + inWords(r.Written.Of)
	}
	if by := flat(r.GatheredBy); by != "" {
		gathered = "gathered by " + by
	}
	out = append(out, sentence(joined(", ", written, gathered)))
	if names := each(r.Written.Missing, flat); len(names) > 0 {
		out = append(out, "Nothing from "+stopped(listed(names)))
	}
	if c := r.Commitments; c != nil && c.Made > 0 {
		slipped, dropped := "", ""
		if c.Slipped > 0 {
			slipped = inWords(c.Slipped) + " slipped"
		}
		if c.Dropped > 0 {
			dropped = inWords(c.Dropped) + " dropped"
		}
		noun := " commitments kept"
		if c.Made == 1 {
			noun = " commitment kept"
		}
		out = append(out, sentence(joined(", ", inWords(c.Delivered)+" of "+inWords(c.Made)+noun, slipped, dropped)))
	}
	return joined(" ", out...)
}

// exported is “Exported from Longhand on Friday 12 June 2026 at 16:20, Lisbon”.
func (r Review) exported() string {
	if r.ExportedAt.IsZero() {
		return "Exported from Longhand"
	}
	on := "Exported from Longhand on " + Day(r.ExportedAt.Format(time.DateOnly)).inFull() + r.ExportedAt.Format(" at 15:04")
	return joined(", ", on, flat(r.ExportedIn))
}

func (r Review) sections() []Section {
	impact := Section{Name: "Metrics", Note: "impact", None: "Nothing recorded."}
	for _, m := range r.Metrics {
		if flat(m.Name) == "" {
			impact.Entries = append(impact.Entries, entry(m.Text, m.Person)...)
			continue
		}
		row := Measure{Name: flat(m.Name), Was: flat(m.Was), Now: flat(m.Now), Target: flat(m.Target)}
		if m.Chart.Drawable() {
			c := *m.Chart
			if c.Alt = flat(c.Alt); c.Alt == "" {
				c.Alt = row.words()
			}
			row.Chart = &c
		}
		impact.Measures = append(impact.Measures, row)
		impact.Entries = append(impact.Entries, entry(m.Text, m.Person)...)
	}

	slipped := Section{Name: "Slipped", Note: "and why", None: "Nothing slipped."}
	for _, s := range r.Slipped {
		slipped.Entries = append(slipped.Entries, entryOf(withReason(ParseProse(s.Text), ParseProse(s.Reason)), s.Person)...)
	}

	needed := Section{Name: "Decisions", Note: "needed", None: "None needed."}
	for _, d := range r.DecisionsNeeded {
		by := d.By.near(r.To)
		if by != "" {
			by = "by " + by
		}
		needed.Ledger = append(needed.Ledger, Row{ID: flat(d.ID), Title: flat(d.Title), Person: flat(d.Person), When: by})
	}

	sections := []Section{
		{Name: "Outcomes", Note: "shipped", None: "Nothing recorded.", Entries: entries(r.Outcomes)},
		impact,
		slipped,
		{Name: "Risks", Note: "top three", None: "None named.", Entries: entries(r.Risks), Ranked: true},
		needed,
	}
	if len(r.Decided) > 0 {
		decided := Section{Name: "Decided", Note: "this week"}
		for _, d := range r.Decided {
			decided.Ledger = append(decided.Ledger, Row{ID: flat(d.ID), Title: flat(d.Title), Person: flat(d.Owner), When: d.Date.near(r.To)})
		}
		sections = append(sections, decided)
	}
	return append(sections, Section{Name: "Next week", Note: "in order", None: "Nothing committed yet.", Entries: entries(r.Next), Ranked: true})
}

// shown is a figure as it is printed: flat words, and a chart only if it can be drawn.
func shown(f Figure) Figure {
	out := Figure{Label: flat(f.Label), Value: flat(f.Value), Unit: flat(f.Unit), Note: flat(f.Note)}
	if f.Chart.Drawable() {
		c := *f.Chart
		if c.Alt = flat(c.Alt); c.Alt == "" {
			c.Alt = out.words()
		}
		out.Chart = &c
	}
	return out
}

// words is “Decision cycle time: 3 days. Median of 11; April 7.5.”
func (f Figure) words() string {
	return joined(" ", stopped(joined(": ", f.Label, joined(" ", f.Value, f.Unit))), stopped(f.Note))
}

// words is “Median refund time: 2.4 d to 1.9 d, target 1.0.”
func (m Measure) words() string {
	target := m.Target
	if target != "" {
		target = "target " + target
	}
	return stopped(joined(": ", m.Name, joined(", ", joined(" to ", m.Was, m.Now), target)))
}

func entries(lines []Line) []Entry {
	var out []Entry
	for _, l := range lines {
		out = append(out, entry(l.Text, l.Person)...)
	}
	return out
}

// entry is one entry, or none for a text with nothing in it.
func entry(source, person string) []Entry { return entryOf(ParseProse(source), person) }

func entryOf(text Prose, person string) []Entry {
	if len(text) == 0 {
		return nil
	}
	return []Entry{{Text: text, Person: flat(person)}}
}

// withReason runs what slipped and why together into one paragraph when both are that short.
func withReason(what, why Prose) Prose {
	if len(what) != 1 || len(why) == 0 || what[0].Kind != Paragraph || why[0].Kind != Paragraph {
		return append(what, why...)
	}
	gap := " "
	if said := plainText(what[0].Text); stopped(said) != said {
		gap = ". "
	}
	text := append(append(what[0].Text, Span{Kind: Plain, Text: gap}), why[0].Text...)
	return append(Prose{{Kind: Paragraph, Text: join(text)}}, why[1:]...)
}

func each(list []string, fn func(string) string) []string {
	var out []string
	for _, s := range list {
		if s = fn(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
