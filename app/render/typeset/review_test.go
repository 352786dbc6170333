package typeset_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"longhand/app/render"
	"longhand/app/render/typeset"
)

// week24 is the review that the design pages show, charts and all.
func week24(t testing.TB) render.Review {
	t.Helper()
	b, err := os.ReadFile("testdata/week-24.json")
	if err != nil {
		t.Fatal(err)
	}
	var r render.Review
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTheReviewIsATaggedDocument(t *testing.T) {
	p := set(t, week24(t))
	for key, want := range map[string]string{
		"Tagged":    "yes",
		"Title":     "Saltmarsh weekly review, week 24",
		"Author":    "Ines Carvalho",
		"Pages":     "1",
		"Page size": "595.276 x 841.89 pts (A4)",
	} {
		if got := p.info(key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	objects := p.objects()
	for _, want := range []string{"/Lang (en-GB)", "/Alt (Decision cycle time: 3 days. Median of 11; April 7.5.)"} {
		if !strings.Contains(objects, want) {
			t.Errorf("the file has no %s", want)
		}
	}
	tags := p.structure()
	for tag, least := range map[string]int{"H1 ": 1, "H2 ": 6, "LI ": 12, "Table ": 2, "TR\n": 6, "Figure:": 8} {
		if n := strings.Count(tags, tag); n < least {
			t.Errorf("%d tags %q, want at least %d", n, tag, least)
		}
	}
	if !strings.Contains(tags, `H2 "Outcomes shipped"`) {
		t.Error("the two parts of a section’s name run into each other")
	}
}

func TestTextComesOutInReadingOrder(t *testing.T) {
	inOrder(t, set(t, week24(t)).text(),
		"Saltmarsh Weekly review, week 24",
		"Half of small refunds now need nobody; group fares slipped",
		"Refunds under £20 have settled", "8 to 12 June 2026. Written by six of six, gathered by Ines Carvalho.",
		"Decision cycle time 3 days Median of 11; April 7.5 Planned and delivered 6 of 7 this week", "Clarity pulse 4 median of six",
		"Outcomes shipped", "for all twelve operators. Arjun", "refunds first. Ines", "boarding cut-off is written down and checked. Wanjiru",
		"Metrics impact", "Median refund time 2.4 d to 1.9 d target 1.0", "Refunds settled without a person 38% to 52% target 80",
		"Slipped and why", "Group fares for Cowal Ferries, to week 26.", "Nobody else is blocked.",
		"Risks top three", "1 Kvarøy’s terminal", "needs a visit. Oskar", "2 Card scheme", "3 Cowal’s float",
		"Decisions needed", "Pay for a second card acquirer Tom by Monday 15 June", "by Thursday 18 June",
		"Decided this week", "Kiosks print one receipt per booking D-3MX8 Mireille Wednesday 10 June",
		"Next week in order", "1 Refunds of £50 or less", "in draft. Arjun",
		"Exported from Longhand on Friday 12 June 2026 at 16:20, Lisbon Record version 31. Page 1 of 1")
}

func inOrder(t *testing.T, text string, want ...string) {
	t.Helper()
	rest := text
	for _, w := range want {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Fatalf("%q is missing, or comes too early, in\n%s", w, text)
		}
		rest = after
	}
}

// What would be code in the template language, in Markdown or in HTML stays what was typed. Prose is Markdown, so the
// marks of emphasis go there and only there.
func TestHostileTextStaysLiteral(t *testing.T) {
	code := `#read("/etc/passwd") $x^2$ @label <tag> = heading \ #{ panic() } // no comment /* nor this */ "quoted" 'single'`
	r := week24(t)
	r.Team = code
	r.Headline = "*plain* _here_ " + code
	r.GatheredBy = "#eval(\"1\")"
	r.ExportedIn = "#x"
	r.Version = "] #y ["
	r.Figures[0].Label, r.Figures[0].Value = "#label", "$3$"
	r.Outcomes[0] = render.Line{Text: "- a\n- *b* " + code, Person: "@tom"}
	r.Slipped[0].Text = "<script>alert(1)</script> [link](javascript:alert(1)) `#raw`"
	r.DecisionsNeeded[0].Title = "Pay\nfor ]] #import \"@preview/x:1.0.0\": *"
	p := set(t, r)
	text := p.text()
	for _, want := range []string{
		"*plain* _here_ " + code, `gathered by #eval("1").`, "16:20, #x", "] #y [", "#label $3$", "– b " + code,
		"<script>alert(1)</script> link #raw", `Pay for ]] #import "@preview/x:1.0.0": * Tom`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(p.objects(), "javascript:") {
		t.Error("the file links to a script")
	}
}

func TestLinksLead(t *testing.T) {
	r := week24(t)
	r.BottomLine = "See [the list](https://saltmarsh.example/list), or write to <ines@saltmarsh.example>."
	p := set(t, r)
	for _, want := range []string{"(https://saltmarsh.example/list)", "(mailto:ines@saltmarsh.example)"} {
		if !strings.Contains(p.objects(), want) {
			t.Errorf("no link to %s", want)
		}
	}
}

func TestOtherScriptsComeOut(t *testing.T) {
	r := week24(t)
	r.Headline = "返金の半分は人手不要 🚢"
	r.BottomLine = "تم توقيع قائمة الإصلاح\n\nΕλληνικά, кириллица, Łódź, Kvarøy, 👩‍💻 🇵🇹"
	r.Outcomes[0] = render.Line{Text: "**太字** の成果", Person: "عارف"}
	text := set(t, r).text()
	for _, want := range []string{"返金の半分は人手不要", "🚢", "Ελληνικά, кириллица, Łódź, Kvarøy", "👩", "太字 の成果"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	// A reader puts marks of direction around words, and may put the words of a line in either order.
	for _, want := range []string{"تم", "توقيع", "قائمة", "الإصلاح", "عارف"} {
		if !strings.Contains(text, "\u202b"+want+"\u202c") {
			t.Errorf("%q is not a word in\n%q", want, text)
		}
	}
}

func TestALongReviewRunsOverSeveralPages(t *testing.T) {
	r := week24(t)
	for i := range 60 {
		r.Outcomes = append(r.Outcomes, render.Line{Text: fmt.Sprintf("Outcome %d: refunds for Brodick settle without a person, which took a change to the float and a new receipt.", i), Person: "Wanjiru Kamau"})
		r.DecisionsNeeded = append(r.DecisionsNeeded, render.Ask{Title: fmt.Sprintf("Charge for group bookings over %d", i), Person: "Ines", By: "2026-06-18"})
	}
	p := set(t, r)
	pages, err := strconv.Atoi(p.info("Pages"))
	if err != nil || pages < 4 {
		t.Fatalf("%d pages, %v", pages, err)
	}
	text := p.text()
	for i := 1; i <= pages; i++ {
		if want := fmt.Sprintf("Page %d of %d", i, pages); !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(text, "Saltmarsh Weekly review, week 24"); n != pages {
		t.Errorf("the running head is on %d of %d pages", n, pages)
	}
	inOrder(t, text, "Outcome 0:", "Outcome 59:", "Decisions", "over 0", "over 59", "Next week")
}

func TestANewTeamsReviewIsNotEmptyOrFaked(t *testing.T) {
	p := set(t, render.Review{Team: "Saltmarsh", Week: "2026-W01", Draft: true, Outcomes: []render.Line{{Text: "We agreed what urgent means.", Person: "Tom"}}})
	inOrder(t, p.text(), "Weekly review, week 1, draft", "A draft, not published.", "We agreed what urgent means. Tom", "Nothing slipped.", "None needed.", "Nothing committed yet.", "Exported from Longhand Page 1 of 1")
	if n := strings.Count(p.structure(), "Figure"); n != 0 {
		t.Errorf("%d charts of nothing", n)
	}
	set(t, render.Review{}) // nothing at all is still a page
}

func TestEveryNumberOfFiguresFits(t *testing.T) {
	all := week24(t)
	for n := range 7 {
		r := all
		r.Figures = nil
		for i := range n {
			r.Figures = append(r.Figures, all.Figures[i%len(all.Figures)])
		}
		p := set(t, r)
		if got := strings.Count(p.structure(), "Figure:"); got != min(n, 5)+3 {
			t.Errorf("%d figures: %d charts, with the three of the metrics", n, got)
		}
	}
}

// The charts’ edges: one value, all equal, all zero, as many as are let through.
func TestChartsAtTheirLimits(t *testing.T) {
	many := func(n int) (out []float64) {
		for i := range n {
			out = append(out, float64(i%7)-3)
		}
		return out
	}
	counts := func(n, v int) (out []int) {
		for range n {
			out = append(out, v)
		}
		return out
	}
	zero := 0.0
	for name, c := range map[string]render.Chart{
		"one dot":         {Kind: render.Dots, Groups: [][]float64{{0}}},
		"a level alone":   {Kind: render.Dots, Groups: [][]float64{nil, nil}, Levels: []render.Level{{From: 0, To: 1, Value: -2}}},
		"dots below zero": {Kind: render.Dots, Groups: [][]float64{{-1, 2}, many(40)}},
		"sixty weeks":     {Kind: render.Dots, Groups: make([][]float64, 60), Levels: []render.Level{{To: 59, Value: 1e15}}},
		"a flat trend":    {Kind: render.Trend, Values: []float64{0, 0}, Target: &zero},
		"a long trend":    {Kind: render.Trend, Values: many(120)},
		"tall squares":    {Kind: render.Squares, Whole: counts(60, 40), Part: counts(60, 0)},
		"long bars":       {Kind: render.Bars, Whole: counts(8, 2e9), Part: counts(8, 2e9)},
		"a high tally":    {Kind: render.Tally, Part: counts(11, 40)},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.Drawable() {
				t.Fatal("not drawable, so not tested")
			}
			r := week24(t)
			r.Figures[0].Chart, r.Metrics[0].Chart = &c, &c
			set(t, r)
		})
	}
}

func TestTheSameReviewGivesTheSameBytes(t *testing.T) {
	a := set(t, week24(t)).bytes
	other, err := setter(t).Review(context.Background(), week24(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, other) || !bytes.Equal(a, set(t, week24(t)).bytes) {
		t.Error("the bytes differ")
	}
}

func TestAMistakeInATemplateIsToldWithItsPlace(t *testing.T) {
	s := setter(t)
	for name, template := range map[string]string{
		"syntax":    "#foo(",
		"a file":    `#read("/etc/passwd")`,
		"a package": `#import "@preview/cetz:0.4.2": *`,
		"a panic":   `#panic("no")`,
	} {
		_, err := s.PDF(context.Background(), template, nil)
		var wrong *typeset.TemplateError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "main.typ:1:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.PDF(context.Background(), "fine", nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestTemplatesSeeNoClock(t *testing.T) {
	b, err := setter(t).PDF(context.Background(), "#datetime.today().display()", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := (pdf{t, b}).text(); got != "1970-01-01" {
		t.Errorf("today is %s", got)
	}
}
