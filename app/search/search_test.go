package search

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"longhand/app/artefact"
)

func view(doc, title, text string, day int) artefact.View {
	return artefact.View{Doc: doc, Updated: time.Date(2026, 6, day, 9, 0, 0, 0, time.UTC),
		Values: map[string]any{"title": title, "context": text, "tags": []string{"float"}}}
}

func TestArtefactsAreFoundByAllTheirWords(t *testing.T) {
	x := New()
	x.Put(view("a", "Settle small refunds", "The operator’s float in Montréal", 1))
	x.Put(view("b", "Refund status on the receipt", "日本語の返金", 2))
	x.Put(view("c", "Crew manifests", "No refunds here", 3))
	for query, want := range map[string][]string{
		"refund":         {"b", "a", "c"}, // the whole word, its beginning, in the text
		"REFUNDS small":  {"a"},
		"montreal":       {"a"},
		"返金":             {"b"},
		"float crew":     {"c"},
		"operators":      nil,
		"operator’s flo": {"a"},
		"":               nil,
		"zebra":          nil,
	} {
		if got := x.Find(query); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
}

func TestTheNewestVersionIsTheOneFound(t *testing.T) {
	x := New()
	for i := range 3000 {
		x.Put(view("a", fmt.Sprintf("Version v%d", i), "", 1))
	}
	if got := x.Find("v2999"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the newest: %v", got)
	}
	if got := x.Find("v12"); len(got) != 0 {
		t.Errorf("an older one: %v", got)
	}
	if len(x.slots) > 2000 {
		t.Errorf("%d versions are kept", len(x.slots))
	}
	gone := view("a", "Version", "", 1)
	gone.Discarded = true
	x.Put(gone)
	if got := x.Find("version"); len(got) != 0 {
		t.Errorf("a discarded one: %v", got)
	}
}

func BenchmarkTenThousand(b *testing.B) {
	text := ""
	for i := range 300 {
		text += fmt.Sprintf(" w%d", i*7919%5000)
	}
	for b.Loop() {
		x := New()
		for i := range 10_000 {
			x.Put(view(fmt.Sprint(i), "A title", text, 1))
		}
	}
}
