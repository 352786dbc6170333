package artefact

import (
	"slices"
	"strings"
	"time"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// View reads the whole artefact as it stands. Uncommitted edits are in its
// values, but not in its state and history.
func (a *Artefact) View() (View, error) {
	h := a.history()
	states, err := h.states(nil, 0)
	if err != nil {
		return View{}, err
	}
	now, err := a.read(nil)
	if err != nil {
		return View{}, err
	}
	v := *now
	v.Doc, v.Kind = a.ID.String(), a.Kind.ID
	seals := sealing(states)
	if len(seals) > 0 {
		if err := h.seal(&v, now, seals); err != nil {
			return View{}, err
		}
	}
	h.state(&v, states)
	h.dates(&v)
	if v.Moves, err = h.moves(states); err != nil {
		return View{}, err
	}
	if v.Discarded, err = h.discarded(states); err != nil {
		return View{}, err
	}
	for _, head := range a.doc.Heads() {
		if WriterOf(h.byHash[head].Actor) != "" {
			v.Heads = append(v.Heads, head.String())
		}
	}
	return v, nil
}

func (h *history) state(v *View, states []*link) {
	h.twice(v, states)
	distinct := map[string]*link{}
	for _, l := range states {
		if _, ok := distinct[l.state.ID]; !ok {
			distinct[l.state.ID] = l
		}
	}
	v.State = states[0].state.ID
	if len(distinct) < 2 {
		return
	}
	v.Contested = cloneMap(v.Contested)
	var claims []Claim
	for _, l := range states {
		if l.change != nil && distinct[l.state.ID] == l {
			claims = append(claims, Claim{Value: l.state.ID, Author: h.who(l.change), Device: WriterOf(l.change.Actor), At: time.UnixMilli(l.change.Time).UTC()})
		}
	}
	slices.SortFunc(claims, func(x, y Claim) int { return x.At.Compare(y.At) })
	v.Contested[keyState] = claims
	v.State = ""
}

// twice makes two recordings a contest, also when they say the same: which of
// them is the record is for the owner.
func (h *history) twice(v *View, states []*link) {
	field, claims := "", []Claim{}
	for _, l := range states {
		if l.change != nil && l.state.Seals && l.state.Sets != "" {
			at := time.UnixMilli(l.change.Time).UTC()
			field = l.state.Sets
			claims = append(claims, Claim{Value: at.Format(time.RFC3339), Author: h.who(l.change), Device: WriterOf(l.change.Actor), At: at})
		}
	}
	if len(claims) < 2 || len(v.Contested[field]) > 0 {
		return
	}
	slices.SortFunc(claims, func(x, y Claim) int { return x.At.Compare(y.At) })
	v.Contested = cloneMap(v.Contested)
	v.Values = cloneMap(v.Values)
	v.Contested[field] = claims
	delete(v.Values, field)
}

func (h *history) discarded(states []*link) (bool, error) {
	if len(states) != 1 || states[0].change != nil || h.root == nil {
		return false, nil
	}
	values, err := h.a.doc.All(keyDiscarded, nil)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(values, func(v automerge.Value) bool {
		c := h.of(v.Op)
		return v.V == true && c != nil && h.who(c) == h.who(h.root)
	}), nil
}

func (h *history) dates(v *View) {
	if h.root != nil {
		v.Device = WriterOf(h.root.Actor)
		v.Author = h.who(h.root)
		v.Created = time.UnixMilli(h.root.Time).UTC()
	}
	for _, c := range h.byHash {
		if at := time.UnixMilli(c.Time).UTC(); WriterOf(c.Actor) != "" && at.After(v.Updated) {
			v.Updated = at
		}
	}
}

// moves are the states that were entered on the way to where it stands.
func (h *history) moves(states []*link) (out []Moved, err error) {
	seen := map[*link]bool{}
	var walk func(l *link) error
	walk = func(l *link) error {
		if l.change == nil || seen[l] {
			return nil
		}
		seen[l] = true
		for _, before := range l.from {
			if err := walk(before); err != nil {
				return err
			}
		}
		because, err := h.because(l.change)
		out = append(out, Moved{To: l.state.ID, By: h.who(l.change), At: time.UnixMilli(l.change.Time).UTC(), Because: because})
		return err
	}
	for _, l := range states {
		if err := walk(l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sealing are the changes that made the record which stands, if one does:
// the last sealing state before anything was opened again.
func sealing(states []*link) (out []automerge.Hash) {
	for _, l := range states {
		for l.change != nil && !l.state.Open {
			if l.state.Seals {
				out = append(out, l.change.Hash)
				break
			}
			l = l.from[0]
		}
	}
	return out
}

// seal turns a view back to what stood when the record was made, but for
// fields that stay open, and names the edits that came too late.
func (h *history) seal(v, now *View, at []automerge.Hash) error {
	then, err := h.a.read(at)
	if err != nil {
		return err
	}
	v.Sealed = true
	v.Values, v.Lists, v.Contested = cloneMap(then.Values), cloneMap(then.Lists), cloneMap(then.Contested)
	open := func(path string) bool { return stays(h.a.Kind.Fields, path) }
	for path, value := range now.Values {
		if open(path) {
			v.Values[path] = value
			delete(v.Contested, path)
		}
	}
	for path, claims := range now.Contested {
		if open(path) {
			v.Contested[path] = claims
			delete(v.Values, path)
		}
	}
	late := h.after(at)
	if len(late) == 0 {
		return nil
	}
	for _, path := range changed(then, now) {
		if open(path) {
			continue
		}
		c := late[0] // of a text it is not known which of them wrote there
		if values, err := h.a.doc.All(path, nil); err == nil && len(values) > 0 {
			if of := h.of(values[len(values)-1].Op); of != nil && values[len(values)-1].V != (automerge.Text{}) {
				c = of
			}
		}
		v.Late = append(v.Late, Late{Path: path, Author: h.who(c), At: time.UnixMilli(c.Time).UTC()})
	}
	return nil
}

// stays reports whether a path belongs to a field that a seal leaves open.
func stays(fields []kind.Field, path string) bool {
	key, rest, _ := strings.Cut(path, "/")
	f, ok := kind.Kind{Fields: fields}.Field(key)
	if !ok || f.After {
		return ok
	}
	if f.Type == kind.List {
		_, rest, _ = strings.Cut(rest, "/")
	}
	return rest != "" && !f.Type.Set() && stays(f.Items, rest)
}

// after are the changes that a record does not contain, the last first.
func (h *history) after(at []automerge.Hash) (out []*automerge.Change) {
	in := map[automerge.Hash]bool{}
	for next := slices.Clone(at); len(next) > 0; {
		hash := next[len(next)-1]
		next = next[:len(next)-1]
		if c := h.byHash[hash]; c != nil && !in[hash] {
			in[hash] = true
			next = append(next, c.Deps...)
		}
	}
	for hash, c := range h.byHash {
		if !in[hash] && WriterOf(c.Actor) != "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(x, y *automerge.Change) int {
		if x.Time != y.Time {
			return int(min(max(y.Time-x.Time, -1), 1))
		}
		return strings.Compare(x.Hash.String(), y.Hash.String())
	})
	return out
}

// changed are the paths whose values differ between two views, sorted.
func changed(then, now *View) (out []string) {
	paths := map[string]bool{}
	for _, v := range []*View{then, now} {
		for p := range v.Values {
			paths[p] = true
		}
		for p := range v.Lists {
			paths[p] = true
		}
		for p := range v.Contested {
			paths[p] = true
		}
	}
	for p := range paths {
		if Canonical(then.Values[p]) != Canonical(now.Values[p]) || !slices.Equal(then.Lists[p], now.Lists[p]) || len(then.Contested[p]) != len(now.Contested[p]) {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

// Missing says in sentences what is wanting before a state can be entered, and
// whether this person may enter it at all.
func (a *Artefact) Missing(to kind.State, v *View, who Person) (want []string, may bool, err error) {
	return missing(a.Kind, to, v, "because"), a.history().may(to, who, v), nil
}

func cloneMap[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// StaysOpen reports whether a path can be edited after the record is sealed.
func StaysOpen(k kind.Kind, path string) bool { return stays(k.Fields, path) }

// Automatic reports whether a path belongs to a field that a rule sets.
func Automatic(k kind.Kind, path string) bool {
	fields := k.Fields
	for rest := path; rest != ""; {
		key, after, _ := strings.Cut(rest, "/")
		f, ok := kind.Kind{Fields: fields}.Field(key)
		if !ok || f.Auto {
			return ok
		}
		if rest, fields = after, f.Items; f.Type == kind.List {
			_, rest, _ = strings.Cut(rest, "/")
		}
	}
	return false
}
