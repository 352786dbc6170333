package workspace

import (
	"slices"
	"testing"

	"longhand/app/kind"
)

// main is the verb of the main move of a page, and the places it still waits for.
func (m *member) main(id string) (verb string, ready bool, places []string) {
	m.Helper()
	p, err := m.Page(id)
	m.must(err)
	for _, mv := range p.Moves {
		if mv.Main {
			if verb != "" {
				m.Fatalf("%s and %s are both the main move", verb, mv.Verb)
			}
			if len(mv.Places) != len(mv.Missing) {
				m.Fatalf("%d places for %d sentences", len(mv.Places), len(mv.Missing))
			}
			verb, ready, places = mv.Verb, mv.Ready, mv.Places
		}
	}
	return verb, ready, places
}

func TestTheMainMoveIsTheFurthestThatCanBeMade(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "Settle small refunds from the float")
	if verb, ready, _ := m.main(id); verb != "Raise it" || !ready {
		t.Errorf("a draft: %s, ready %v", verb, ready)
	}
	m.must(m.Move(id, "raised", ""))
	verb, ready, places := m.main(id)
	if want := []string{"decision", "rationale", "trade-offs", "review-trigger", "options", "options"}; verb != "Record the decision" || ready || !slices.Equal(places, want) {
		t.Errorf("raised, and nothing written: %s, ready %v, waits for %v", verb, ready, places)
	}
	m.must(m.Assign(id, `consulted=[{"person":"`+string(m.Me())+`"}]`))
	if verb, ready, _ := m.main(id); verb != "Ask for advice" || !ready {
		t.Errorf("somebody to ask: %s, ready %v", verb, ready)
	}
	m.must(m.Assign(id, `options=[{"name":"Pay at once"},{"for":"Nobody waits"}]`))
	p, err := m.Page(id)
	m.must(err)
	options := p.Lists["options"]
	record := p.Moves[slices.IndexFunc(p.Moves, func(mv Move) bool { return mv.To == "decided" })]
	if want := []string{"options/" + options[1] + "/name", "options/" + options[0] + "/chosen"}; !slices.Equal(record.Places[len(record.Places)-2:], want) {
		t.Errorf("half of the options: %v, not %v", record.Places, want)
	}
	m.must(m.Assign(id, `options=[{"name":"Pay at once","chosen":true},{"name":"Invoice"}]`),
		m.Write(id, "decision", "At once.", false), m.Write(id, "rationale", "Nobody waits.", false), m.Write(id, "trade-offs", "Short overnight.", false),
		m.Write(id, "review-trigger/condition", "Disputes pass 2%", false))
	if verb, ready, _ := m.main(id); verb != "Record the decision" || !ready {
		t.Errorf("everything written: %s, ready %v", verb, ready)
	}
}

func TestNoUsualMoveIsAnEndAsideOrABackwardStep(t *testing.T) {
	m := found(t, "")
	id := m.begin("item", "Float report")
	if verb, ready, places := m.main(id); verb != "Start it" || ready || !slices.Equal(places, []string{"next-action", "expected-completion"}) {
		t.Errorf("to do: %s, %v, %v", verb, ready, places)
	}
	m.must(m.Write(id, "next-action", "Ask the bank", false), m.Set(id, "expected-completion", "2026-06-20"), m.Move(id, "in-progress", ""))
	if verb, ready, _ := m.main(id); verb != "Deliver it" || !ready {
		t.Errorf("in progress: %s, %v", verb, ready)
	}
	m.must(m.Set(id, "owner", nil))
	if verb, _, _ := m.main(id); verb != "Deliver it" {
		t.Errorf("in progress, without an owner: %s", verb)
	}
	for _, k := range kind.All() {
		for _, now := range k.States {
			var moves []Move
			for _, to := range now.To {
				moves = append(moves, Move{To: to, Ready: true})
			}
			if at := usual(k, now, moves); at >= 0 {
				if to, _ := k.State(moves[at].To); to.Aside {
					t.Errorf("%s, %s: the usual move is %s", k.Name, now.Label, to.Label)
				}
			}
		}
	}
}

func TestWhatWasPromisedLastWeekIsAnsweredThere(t *testing.T) {
	m := found(t, "")
	before := m.begin("weekly", "")
	m.must(m.Assign(before, `priorities=[{"text":"Float report"}]`), m.Move(before, "published", ""))
	m.set(nine.AddDate(0, 0, 7))
	if _, ready, places := m.main(m.begin("weekly", "")); ready || !slices.Equal(places, []string{"carried"}) {
		t.Errorf("ready %v, %v", ready, places)
	}
}

func TestAReviewIsKnownByItsHeadline(t *testing.T) {
	m := found(t, "")
	id := m.begin("review", "")
	m.must(m.Write(id, "headline", "Half of the refunds need nobody", false), m.Write(id, "bottom-line", "The rule pays.", false))
	l, err := m.List(Query{Kind: "review"})
	if m.must(err); len(l.Rows) != 1 || l.Rows[0].Lead != "Half of the refunds need nobody" {
		t.Errorf("%+v", l.Rows)
	}
}
