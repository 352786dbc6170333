package workspace

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"longhand/app/artefact"
	"longhand/app/kind"
)

// exemplary are the kinds that a new team is shown an example of.
var exemplary = []string{"decision", "brief", "insight", "agreement"}

// A team that has written nothing is shown what good looks like, and has
// written nothing afterwards.
func TestAnExampleIsNobodysRecord(t *testing.T) {
	m := found(t, "")
	before := m.Team().Entries
	for _, id := range exemplary {
		e, err := m.Example(id)
		m.must(err)
		if e.Page.Title == "" || e.Page.Editable || len(e.Page.Moves) > 0 || e.Page.Why == "" {
			t.Errorf("%s: %q, editable %v, %d moves, because %q", id, e.Page.Title, e.Page.Editable, len(e.Page.Moves), e.Page.Why)
		}
		k, _ := kind.Of(id)
		if s, _ := k.State(e.Page.State); s.Open {
			t.Errorf("%s: it is %s, and not finished", id, s.ID)
		}
		for _, p := range e.People {
			if p.ID == string(m.Me()) || p.Me {
				t.Errorf("%s: %s is of this team", id, p.Name)
			}
		}
		if l, err := m.List(Query{Kind: id}); err != nil || l.Total != 0 {
			t.Errorf("%s: the team has %d, %v", id, l.Total, err)
		}
	}
	if after := m.Team().Entries; after != before {
		t.Errorf("%d entries were written", after-before)
	}
	if e, err := m.Example("review"); e != nil || err != nil {
		t.Errorf("an example of what is gathered: %v, %v", e, err)
	}
	for _, no := range []string{"", "nothing", "team"} {
		if _, err := m.Example(no); !errors.Is(err, ErrKindUnknown) {
			t.Errorf("%q: %v", no, err)
		}
	}
}

// What an example shows is what the same record is in the sample team, where
// every step was signed, merged and judged.
func TestAnExampleIsAsTheSampleTeamHasIt(t *testing.T) {
	m := start(t, "sample")
	w, err := Sample(t.Context(), m.options, nil)
	m.opened(w, err)
	for _, id := range exemplary {
		e, err := m.Example(id)
		m.must(err)
		l, err := m.List(Query{Kind: id, Tab: "all", Limit: 200})
		m.must(err)
		at := slices.IndexFunc(l.Rows, func(r Row) bool { return r.Title == e.Page.Title })
		if at < 0 {
			t.Errorf("%s: the sample team has no %q", id, e.Page.Title)
			continue
		}
		real, err := m.Page(l.Rows[at].ID)
		m.must(err)
		theirs := map[string]string{}
		for _, p := range e.People {
			theirs[p.Name] = p.ID
		}
		names := map[string]string{} // from the ids of the team to those of the example
		for _, p := range m.People() {
			names[p.ID] = theirs[p.Name]
		}
		got, want := plainPage(e.Page, nil), plainPage(real, names)
		for path := range want {
			if !reflect.DeepEqual(got[path], want[path]) {
				t.Errorf("%s: %s is %v, and %v in the sample team", id, path, got[path], want[path])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: it says %d things, and %d in the sample team", id, len(got), len(want))
		}
		day := func(s Step) string { return s.When[:min(len(s.When), len("2026-06-11"))] }
		if !slices.EqualFunc(e.Page.Track, real.Track, func(a, b Step) bool {
			return a.State == b.State && a.Place == b.Place && a.By == names[b.By] && day(a) == day(b)
		}) {
			t.Errorf("%s: the track is %v, and %v in the sample team", id, e.Page.Track, real.Track)
		}
	}
}

// plainPage is all that a page says, with the items of its lists by their
// places and people by the ids that they have in another team. Instants and
// links are left out: playing takes a second here and there, and an example
// stands alone.
func plainPage(p *Page, people map[string]string) map[string]any {
	k, _ := kind.Of(p.Kind)
	places := map[string]string{}
	for list, items := range p.Lists {
		for i, id := range items {
			places[list+"/"+id+"/"] = list + "/" + string(rune('0'+i)) + "/"
		}
	}
	plain := func(path string) string {
		for from, to := range places {
			if len(path) > len(from) && path[:len(from)] == from {
				return to + path[len(from):]
			}
		}
		return path
	}
	out := map[string]any{"state": p.State, "mark": p.Mark, "author": p.Author}
	if to := people[p.Author]; to != "" {
		out["author"] = to
	}
	for path, text := range p.Texts {
		if text != "" {
			out[plain(path)] = text
		}
	}
	for path, value := range p.Values {
		f, err := artefact.FieldAt(k, path)
		if err != nil || f.Type == kind.Instant || f.Type == kind.Refs || value == nil || value == false {
			continue
		}
		if f.Type.Set() {
			var set []string
			for _, member := range (artefact.View{Values: map[string]any{"x": value}}).Set("x") {
				if to := people[member]; to != "" {
					member = to
				}
				set = append(set, member)
			}
			slices.Sort(set)
			value = set
		} else if s, ok := value.(string); ok && people[s] != "" {
			value = people[s]
		}
		out[plain(path)] = value
	}
	return out
}
