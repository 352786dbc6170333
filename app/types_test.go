package app_test

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"longhand/app"
	"longhand/app/kind"
	"longhand/app/metric"
	"longhand/app/render"
	"longhand/app/workspace"
)

// mirrored are the types that cross to the page, under the names that the page
// has for them.
var mirrored = map[string]any{
	"Field": kind.Field{}, "State": kind.State{}, "Kind": kind.Kind{},
	"Page": workspace.Page{}, "Example": workspace.Example{}, "Claim": workspace.Claim{}, "Move": workspace.Move{}, "Step": workspace.Step{}, "Late": workspace.Late{},
	"Linked": workspace.Linked{}, "Delivered": workspace.Delivered{}, "Person": workspace.Person{}, "Row": workspace.Row{}, "Query": workspace.Query{},
	"List": workspace.List{}, "Hit": workspace.Hit{}, "Found": workspace.Found{}, "Boot": workspace.Boot{}, "Problem": workspace.Problem{},
	"NewTeam": workspace.NewTeam{}, "Joining": workspace.Joining{}, "Shell": workspace.Shell{}, "SyncLine": workspace.SyncLine{},
	"Work": workspace.Work{}, "Objective": workspace.Objective{}, "Reading": workspace.Reading{}, "Weekly": workspace.Weekly{}, "Carried": workspace.Carried{},
	"Suggestion": workspace.Suggestion{}, "Written": workspace.Written{}, "Planned": workspace.Planned{}, "Review": workspace.Review{},
	"Team": workspace.Team{}, "Present": workspace.Present{}, "Span": workspace.Span{}, "Device": workspace.Device{}, "Relay": workspace.Relay{},
	"Invite": workspace.Invite{}, "Aside": workspace.Aside{}, "TextState": workspace.TextState{}, "Update": workspace.Update{},
	"Asking": workspace.Asking{}, "Cause": workspace.Cause{}, "SafetyWords": workspace.SafetyWords{}, "Kit": workspace.Kit{}, "Check": workspace.Check{}, "Known": workspace.Known{},
	"Saved": workspace.Saved{}, "Progress": workspace.Progress{},
	"Report": metric.Report{}, "Cycle": metric.Cycle{}, "Level": metric.Level{}, "Point": metric.Point{}, "Middle": metric.Middle{},
	"Predictability": metric.Predictability{}, "CountedWeek": metric.Week{}, "Finding": metric.Finding{},
	"ReviewContent": render.Review{}, "ReviewLine": render.Line{}, "Slip": render.Slip{}, "Ask": render.Ask{}, "Ruling": render.Ruling{}, "Figure": render.Figure{},
}

// TestThePageKnowsTheTypes compares the fields of what Go sends with those
// that the page declares. The page may leave some out that it does not show;
// it may not expect one that never comes.
func TestThePageKnowsTheTypes(t *testing.T) {
	source, err := os.ReadFile("../frontend/src/lib/backend/types.ts")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string][]string{}
	field := regexp.MustCompile(`(?m)^  (?:'([^']+)'|([A-Za-z][A-Za-z0-9]*))\??:`)
	for _, m := range regexp.MustCompile(`(?ms)^export interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}`).FindAllStringSubmatch(string(source), -1) {
		for _, f := range field.FindAllStringSubmatch(m[3], -1) {
			declared[m[1]] = append(declared[m[1]], f[1]+f[2])
		}
		declared[m[1]] = append(declared[m[1]], declared[m[2]]...)
	}
	for _, name := range slices.Sorted(maps.Keys(mirrored)) {
		if len(declared[name]) == 0 {
			t.Errorf("the page does not declare %s", name)
			continue
		}
		sent := jsonFields(reflect.TypeOf(mirrored[name]))
		for _, f := range declared[name] {
			if !slices.Contains(sent, f) {
				t.Errorf("%s: the page expects %q, which Go does not send", name, f)
			}
		}
	}
}

func jsonFields(t reflect.Type) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			out = append(out, jsonFields(f.Type)...)
		case name != "-" && name != "":
			out = append(out, name)
		}
	}
	return out
}

// TestThePageCallsOnlyWhatIsBound compares method names and counts of values.
func TestThePageCallsOnlyWhatIsBound(t *testing.T) {
	source, err := os.ReadFile("../frontend/src/lib/backend/index.ts")
	if err != nil {
		t.Fatal(err)
	}
	bound := reflect.TypeFor[*app.App]()
	calls := regexp.MustCompile(`call<[^(]*>\('(\w+)'((?:, [^)]*)?)\)`).FindAllStringSubmatch(string(source), -1)
	if len(calls) < 30 {
		t.Fatalf("only %d calls were found in the page’s door", len(calls))
	}
	for _, c := range calls {
		if _, ok := bound.MethodByName(c[1]); !ok {
			t.Errorf("the page calls %s, which is not bound", c[1])
		}
	}
}
