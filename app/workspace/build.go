package workspace

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
)

// Page reads one artefact for the window.
func (w *Workspace) Page(id string) (*Page, error) {
	doc, err := w.index.find(id)
	if err != nil {
		return nil, err
	}
	var p *Page
	err = w.with(doc, nil, func(s *sheet) error {
		v, err := s.doc.View()
		if err != nil {
			return err
		}
		p = w.page(s.doc.Kind, doc, &v)
		p.Saved = stamp(s.saved)
		return w.moves(p, s.doc, &v)
	})
	if errors.Is(err, ErrCrashes) { // it is shown as it was
		return w.stillPage(doc, err)
	}
	return p, err
}

// stillPage is the page of an artefact that cannot be opened.
func (w *Workspace) stillPage(doc artefact.DocID, why error) (*Page, error) {
	v, err := w.view(doc)
	if err != nil {
		return nil, err
	}
	k, ok := kind.Of(v.Kind)
	if !ok {
		return nil, ErrKindUnknown
	}
	p := w.page(k, doc, &v)
	p.Editable, p.Discardable, p.MaySettle = false, false, false
	p.Shut = Explain(why)
	p.Why = p.Shut.Message
	return p, nil
}

func (w *Workspace) page(k kind.Kind, doc artefact.DocID, v *artefact.View) *Page {
	p := pageOf(k, v)
	p.ID, p.Derived = w.index.id(doc), w.derived(*v)
	p.Mark = mark(k, p.State, p.Derived)
	for path, claims := range v.Contested {
		p.Contested[path] = w.claims(claims)
	}
	for _, l := range v.Late {
		p.Late = append(p.Late, Late{string(l.Author), stamp(l.At), l.Path})
	}
	p.Links = w.links(v)
	p.Discardable = w.discardable(k, v)
	if err := w.mayEdit(k, v, "title"); err != nil {
		p.Why = Explain(err).Message
	} else {
		p.Editable = true
	}
	p.MaySettle = len(v.Contested) == 0 || w.maySettle(v, slices.Sorted(keysOf(v.Contested))[0])
	p.Delivered = w.deliveredTo(doc)
	return p
}

// pageOf is what a view says by itself, whoever reads it and when.
func pageOf(k kind.Kind, v *artefact.View) *Page {
	p := &Page{
		Doc: v.Doc, Kind: v.Kind, Title: v.Title(), State: v.State, Mark: mark(k, v.State, nil),
		Derived: []string{}, Author: string(v.Author), Created: stamp(v.Created), Updated: stamp(v.Updated),
		Texts: map[string]string{}, Values: map[string]any{}, Lists: v.Lists, Contested: map[string][]Claim{},
		Moves: []Move{}, Track: track(k, v), Late: []Late{}, Links: []Linked{},
	}
	for path, value := range v.Values {
		f, err := artefact.FieldAt(k, path)
		if err == nil && f.Type.Written() {
			p.Texts[path], _ = value.(string)
		} else if err == nil {
			p.Values[path] = value
		}
	}
	return p
}

func (w *Workspace) claims(all []artefact.Claim) []Claim {
	out := make([]Claim, len(all))
	for i, c := range all {
		zone := w.zone(c.Author)
		out[i] = Claim{Value: c.Value, Author: string(c.Author), Device: string(c.Device), At: c.At.In(zone).Format(time.RFC3339), City: cadence.City(zone.String()), Key: artefact.Canonical(c.Value)}
	}
	return out
}

// moves are what can be entered from here; one of them is the usual one.
func (w *Workspace) moves(p *Page, a *artefact.Artefact, v *artefact.View) error {
	now, ok := a.Kind.State(v.State)
	if !ok {
		return nil // its state is contested, and has to be settled first
	}
	if own := w.ownOf(a.Kind, v); own != "" && own != w.Me() {
		return nil
	}
	for _, id := range now.To {
		to, _ := a.Kind.State(id)
		missing, may, err := a.Missing(to, v, w.Me())
		if err != nil {
			return err
		}
		places := a.Places(to, v)
		if a.Kind.One == kind.PerPersonWeek && to.Seals {
			for _, mark := range w.toMark(v) {
				missing, places = append(missing, mark), append(places, "carried")
			}
		}
		m := Move{To: id, Verb: cmp.Or(to.Verb, to.Label), Missing: missing, Places: places, Because: slices.Contains(to.Needs, "because")}
		if !may {
			m.Missing, m.Places = append([]string{w.whose(to, v)}, m.Missing...), append([]string{""}, m.Places...)
		}
		if m.Missing == nil {
			m.Missing, m.Places = []string{}, []string{}
		}
		m.Ready = len(m.Missing) == 0
		p.Moves = append(p.Moves, m)
	}
	if at := usual(a.Kind, now, p.Moves); at >= 0 {
		p.Moves[at].Main = true
	}
	return nil
}

// usual is which of the moves is the main one: the furthest on that can be
// made; else the one that makes the record, which says all that it still
// needs; else the first. Ends aside are nobody’s usual way.
func usual(k kind.Kind, now kind.State, moves []Move) int {
	place := func(id string) int {
		return slices.IndexFunc(k.States, func(s kind.State) bool { return s.ID == id })
	}
	main, furthest := -1, place(now.ID)
	for i, m := range moves {
		if to, _ := k.State(m.To); !to.Aside && m.Ready && place(m.To) > furthest {
			main, furthest = i, place(m.To)
		}
	}
	if main >= 0 {
		return main
	}
	for _, fits := range []func(kind.State, Move) bool{
		func(to kind.State, _ Move) bool { return to.Seals },
		func(to kind.State, m Move) bool { return m.Ready || len(moves) == 1 || to.ID == moves[0].To },
	} {
		if i := slices.IndexFunc(moves, func(m Move) bool { to, _ := k.State(m.To); return !to.Aside && fits(to, m) }); i >= 0 {
			return i
		}
	}
	return -1
}

func (w *Workspace) whose(to kind.State, v *artefact.View) string {
	owner := artefact.Person(v.Text("owner"))
	if to.By == kind.Author {
		owner = v.Author
	}
	if name := w.Names()[owner]; name != "" {
		return "This is for " + name + ", its " + string(to.By) + "."
	}
	return "Its " + string(to.By) + " has to do this."
}

// track are the states of a kind as steps: those entered, the one that stands,
// and those to come. Ends aside are shown only once reached.
func track(k kind.Kind, v *artefact.View) []Step {
	out := []Step{}
	entered := map[string]artefact.Moved{}
	for _, m := range v.Moves {
		entered[m.To] = m
	}
	passed := v.State != ""
	for i, s := range k.States {
		step := Step{State: s.ID, Label: s.Label, Mark: s.Mark, Place: "next"}
		m, was := entered[s.ID]
		if was {
			step.When, step.By, step.Why = stamp(m.At), string(m.By), m.Because
		}
		if i == 0 {
			step.When, step.By = stamp(v.Created), string(v.Author)
		}
		switch {
		case s.ID == v.State:
			step.Place, passed = "now", false
		case was || i == 0 || passed && !s.Aside && !s.Derived:
			step.Place = "past"
		case s.Aside:
			continue
		}
		out = append(out, step)
	}
	return out
}

// mark draws a state; a derived state wins.
func mark(k kind.Kind, state string, derived []string) string {
	for _, id := range derived {
		if s, ok := k.State(id); ok {
			return string(s.Mark)
		}
	}
	if s, ok := k.State(state); ok {
		return string(s.Mark)
	}
	return string(kind.Half)
}

const stalledAfter = 14 * 24 * time.Hour

// derived are the states that follow from dates: never stored, and so never
// wrong. Days are those of the owner, or where
// there is none of the author, so that every device says the same.
func (w *Workspace) derived(v artefact.View) []string {
	out := []string{}
	k, _ := kind.Of(v.Kind)
	s, _ := k.State(v.State)
	now := w.Now()
	owner := artefact.Person(v.Text("owner"))
	if owner == "" {
		owner = v.Author
	}
	today := now.In(w.zone(owner)).Format(time.DateOnly)
	past := func(path string) bool { d := v.Text(path); return d != "" && d < today }
	if _, ok := k.State("review-due"); ok && (v.State == "decided" || v.State == "reaffirmed") {
		if d := v.Text("review-trigger/date"); d != "" && d <= today && v.Entered("reaffirmed").In(w.zone(owner)).Format(time.DateOnly) < d {
			out = append(out, "review-due")
		}
	}
	if _, ok := k.Field("decide-by"); ok && s.Open && v.State != k.First().ID {
		if past("decide-by") || now.Sub(v.Updated) > stalledAfter {
			out = append(out, "stalled")
		}
	}
	if _, ok := k.Field("due"); ok && s.Open && past("due") {
		out = append(out, "late")
	}
	return out
}

// links are what an artefact points at and what points at it.
func (w *Workspace) links(v *artefact.View) []Linked {
	out := []Linked{}
	k, _ := kind.Of(v.Kind)
	seen := map[string]bool{}
	for _, path := range slices.Sorted(keysOf(v.Values)) {
		f, err := artefact.FieldAt(k, path)
		if err != nil || f.Type != kind.Ref && f.Type != kind.Refs {
			continue
		}
		for _, to := range append(v.Set(path), v.Text(path)) {
			if l, ok := w.linked(to, f.Label, false); ok && !seen[to] {
				seen[to] = true
				out = append(out, l)
			}
		}
	}
	var back []Linked
	w.index.each(func(doc artefact.DocID, o artefact.View) { // the index is locked: idLocked
		if o.Discarded || o.Doc == v.Doc || seen[o.Doc] {
			return
		}
		ok, _ := kind.Of(o.Kind)
		for path := range o.Values {
			if o.Text(path) != v.Doc && !slices.Contains(o.Set(path), v.Doc) {
				continue
			}
			if f, err := artefact.FieldAt(ok, path); err == nil {
				back = append(back, linkedHead(o, w.index.idLocked(doc), f.Label, true))
				return
			}
		}
	})
	slices.SortFunc(back, func(a, b Linked) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return append(out, back...)
}

func (w *Workspace) linked(to, how string, back bool) (Linked, bool) {
	if artefact.Address(to) {
		return Linked{Title: to, URL: to, How: how}, true
	}
	doc, err := artefact.ParseDocID(to)
	if err != nil {
		return Linked{}, false
	}
	v, ok := w.index.head(doc)
	if !ok || v.Discarded {
		return Linked{}, false
	}
	return linkedHead(v, w.index.id(doc), how, back), true
}

func linkedHead(v artefact.View, id, how string, back bool) Linked {
	k, _ := kind.Of(v.Kind)
	return Linked{ID: id, Doc: v.Doc, Title: v.Title(), Kind: v.Kind, Mark: mark(k, v.State, nil), Back: back, How: how}
}

func keysOf[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
