package render_test

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"longhand/app/render"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMarkdownGolden(t *testing.T) {
	draft := week24()
	draft.Draft = true
	draft.Headline = ""
	draft.Written = render.Written{Count: 4, Of: 6, Missing: []string{"Oskar Lind", "Wanjiru Kamau"}}
	draft.Commitments = &render.Commitments{Made: 9, Delivered: 6, Slipped: 2, Dropped: 1}

	cases := map[string]render.Review{
		"week-24": week24(),
		"draft":   draft,
		"new-team": {Team: "Saltmarsh", Week: "2026-W01", From: "2025-12-29", To: "2026-01-02", GatheredBy: "Tom Ashworth",
			Outcomes: []render.Line{{Text: "We agreed what urgent means.", Person: "Tom"}}},
		"hostile": hostile(),
	}
	for name, r := range cases {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", name+".md")
			got := r.Markdown()
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (run with -update to accept):\n%s", golden, got)
			}
		})
	}
}

// hostile says things that would be markup, here and in the typesetter, if anything treated them as such.
func hostile() render.Review {
	return render.Review{
		Team:       "Salt*marsh*\n# Not a heading",
		Week:       "twenty-four",
		Headline:   "1. Not a list `code` <b>bold</b> [a](javascript:x) C#",
		BottomLine: "# Not a heading\n\n> not a quotation\n\n```\nnot code\n```\n\n| a | b |\n|---|---|\n\n<script>alert(1)</script> &lt;kept&gt; [bad](javascript:alert(1)) [good](https://saltmarsh.example/a_b?c=(d))\n\n---",
		GatheredBy: "_Ines_",
		Outcomes:   []render.Line{{Text: `#read("/etc/passwd") $x$ @label \u{41} = "quoted" 'single' //not a comment`, Person: "**Tom**"}},
		Risks:      []render.Line{{Text: "snake_case_stays, *this* does not, 2 * 3 * 4 stays", Person: "Arjun"}},
		DecisionsNeeded: []render.Ask{{Title: "- [ ] not a task\n| not | a table |", Person: "Ines", By: "soon"},
			{Title: "[note]: https://saltmarsh.example", Person: "Ines"}},
	}
}

func TestAReviewCrossesJSONUnchanged(t *testing.T) {
	r := week24()
	r.Figures[0].Chart = &render.Chart{Kind: render.Dots, Groups: [][]float64{{3, 4}, {2}}, Levels: []render.Level{{From: 0, To: 1, Value: 3}}}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back render.Review
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Markdown() != r.Markdown() || !reflect.DeepEqual(back.Figures, r.Figures) {
		t.Error("the review differs after JSON")
	}
}

func TestDateline(t *testing.T) {
	cases := []struct {
		name string
		r    render.Review
		want string
	}{
		{"within a month", render.Review{From: "2026-06-08", To: "2026-06-12"}, "8 to 12 June 2026."},
		{"across months", render.Review{From: "2026-06-29", To: "2026-07-03"}, "29 June to 3 July 2026."},
		{"across years", render.Review{From: "2025-12-29", To: "2026-01-02"}, "29 December 2025 to 2 January 2026."},
		{"one day", render.Review{From: "2026-06-08", To: "2026-06-08"}, "8 June 2026."},
		{"dates that are none are shown", render.Review{From: "spring", To: "2026-06-08"}, "spring to 2026-06-08."},
		{"everybody", render.Review{Written: render.Written{Count: 6, Of: 6}}, "Written by six of six."},
		{"a large team", render.Review{Written: render.Written{Count: 12, Of: 14}, GatheredBy: "Ines"}, "Written by twelve of 14, gathered by Ines."},
		{"somebody missing", render.Review{Written: render.Written{Count: 4, Of: 6, Missing: []string{"Oskar", "Tom"}}}, "Written by four of six. Nothing from Oskar and Tom."},
		{"commitments", render.Review{Commitments: &render.Commitments{Made: 7, Delivered: 6, Slipped: 1}}, "Six of seven commitments kept, one slipped."},
		{"no commitments", render.Review{Commitments: &render.Commitments{}}, ""},
		{"a draft", render.Review{Draft: true, GatheredBy: "Ines"}, "A draft, not published. Gathered by Ines."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.r.Page().Dateline; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTheExportIsToldInItsOwnZone(t *testing.T) {
	at := time.Date(2026, 6, 12, 21, 50, 0, 0, time.UTC)
	r := render.Review{ExportedAt: at.In(time.FixedZone("IST", 5*3600+1800)), ExportedIn: "Bengaluru"}
	p := r.Page()
	if want := "Exported from Longhand on Saturday 13 June 2026 at 03:20, Bengaluru"; p.Exported != want {
		t.Errorf("got %q, want %q", p.Exported, want)
	}
	if p.Stamp.Day != 12 || p.Stamp.Hour != 21 {
		t.Errorf("the stamp is not in UTC: %+v", p.Stamp)
	}
}

func TestADraftSaysSoEverywhere(t *testing.T) {
	r := week24()
	r.Draft = true
	p := r.Page()
	for where, text := range map[string]string{"title": p.Title, "running head": p.Running, "dateline": p.Dateline, "markdown": r.Markdown()} {
		if !strings.Contains(text, "draft") {
			t.Errorf("%s does not say draft: %q", where, text)
		}
	}
}

func TestEmptySectionsSayThatNothingIsThere(t *testing.T) {
	md := render.Review{Team: "Saltmarsh", Week: "2026-W24"}.Markdown()
	for _, want := range []string{"Nothing recorded.", "Nothing slipped.", "None named.", "None needed.", "Nothing committed yet."} {
		if !strings.Contains(md, want) {
			t.Errorf("missing %q in\n%s", want, md)
		}
	}
	if strings.Contains(md, "In figures") || strings.Contains(md, "Decided") {
		t.Errorf("what was not computed or recorded is shown:\n%s", md)
	}
}

func TestOnlyDrawableChartsReachThePage(t *testing.T) {
	one := 1.0
	cases := []struct {
		name  string
		chart *render.Chart
		want  bool
	}{
		{"none", nil, false},
		{"unknown kind", &render.Chart{Kind: "pie", Values: []float64{1, 2}}, false},
		{"trend", &render.Chart{Kind: render.Trend, Values: []float64{1, 2}, Target: &one}, true},
		{"trend of one", &render.Chart{Kind: render.Trend, Values: []float64{1}}, false},
		{"trend with infinity", &render.Chart{Kind: render.Trend, Values: []float64{1, math.Inf(1)}}, false},
		{"trend beyond reason", &render.Chart{Kind: render.Trend, Values: []float64{1, math.MaxFloat64}}, false},
		{"dots", &render.Chart{Kind: render.Dots, Groups: [][]float64{{1}, nil}}, true},
		{"dots of nothing", &render.Chart{Kind: render.Dots, Groups: [][]float64{nil, nil}}, false},
		{"level outside", &render.Chart{Kind: render.Dots, Groups: [][]float64{{1}}, Levels: []render.Level{{To: 1}}}, false},
		{"squares", &render.Chart{Kind: render.Squares, Whole: []int{3, 2}, Part: []int{2, 2}}, true},
		{"more delivered than planned", &render.Chart{Kind: render.Squares, Whole: []int{3}, Part: []int{4}}, false},
		{"uneven", &render.Chart{Kind: render.Bars, Whole: []int{3}, Part: []int{1, 2}}, false},
		{"tally", &render.Chart{Kind: render.Tally, Part: []int{0, 0, 1, 3, 2}}, true},
		{"tally of nobody", &render.Chart{Kind: render.Tally, Part: []int{0, 0}}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := render.Review{Figures: []render.Figure{{Label: "Load", Value: "4", Unit: "hours", Note: "Least 1", Chart: c.chart}}}.Page()
			got := p.Figures[0].Chart
			if (got != nil) != c.want {
				t.Fatalf("on the page: %v, want %v", got != nil, c.want)
			}
			if got != nil && got.Alt != "Load: 4 hours. Least 1." {
				t.Errorf("alt = %q", got.Alt)
			}
		})
	}
}
