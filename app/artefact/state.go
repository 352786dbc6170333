package artefact

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// A link is one state as it was entered: by which change, from which states.
// Chains of links are the life of the artefact, each judged where it happened:
// at the dependencies of its change and that change, and nowhere later. A
// program that skips the gates writes a change that everyone else ignores.
type link struct {
	state  kind.State
	change *automerge.Change // nil for the state in which all begins
	from   []*link
}

// history is the graph of changes of an open document.
type history struct {
	a       *Artefact
	byHash  map[automerge.Hash]*automerge.Change
	byActor map[string][]*automerge.Change // of one writer, in its order
	judged  map[automerge.Hash][]*link     // by the change that entered the state
	root    *automerge.Change              // the first change, of a person
}

func (a *Artefact) history() *history {
	all := a.doc.Changes()
	h := &history{a: a, byHash: map[automerge.Hash]*automerge.Change{}, byActor: map[string][]*automerge.Change{}, judged: map[automerge.Hash][]*link{}}
	for i := range all {
		c := &all[i]
		h.byHash[c.Hash] = c
		if WriterOf(c.Actor) == "" {
			continue
		}
		h.byActor[c.Actor] = append(h.byActor[c.Actor], c)
		if h.first(c) && h.before(c, h.root) {
			h.root = c
		}
	}
	return h
}

// before reports whether c is more likely than root to be the change that began
// the document. The id of a document commits to the device that began it, so
// that nobody else can claim to have; of a kind that several may begin apart,
// the earlier is its beginning.
func (h *history) before(c, root *automerge.Change) bool {
	if root == nil {
		return true
	}
	if mine, theirs := h.a.begunBy(c), h.a.begunBy(root); mine != theirs {
		return mine
	}
	return c.Time < root.Time || c.Time == root.Time && c.Hash.String() < root.Hash.String()
}

// first reports whether a change builds on births only.
func (h *history) first(c *automerge.Change) bool {
	return !slices.ContainsFunc(c.Deps, func(d automerge.Hash) bool {
		dep := h.byHash[d]
		return dep == nil || WriterOf(dep.Actor) != ""
	})
}

func (h *history) who(c *automerge.Change) Person { return h.a.owners(WriterOf(c.Actor)) }

// of finds the change that holds an operation.
func (h *history) of(op automerge.Op) *automerge.Change {
	for _, c := range h.byActor[op.Actor] {
		if op.Counter >= c.StartOp && op.Counter <= c.MaxOp {
			return c
		}
	}
	return nil
}

// written finds the change that holds an operation, without a history at hand.
func (a *Artefact) written(op automerge.Op) (*automerge.Change, bool) {
	c := a.history().of(op)
	return c, c != nil
}

// maxChain bounds how far a judgement looks back. A person who changes a state
// this often is not a person.
const maxChain = 500

// states are the states at the given heads; more than one is a contest.
func (h *history) states(at []automerge.Hash, depth int) ([]*link, error) {
	begin := []*link{{state: h.a.Kind.First()}}
	if at != nil && len(at) == 0 {
		return begin, nil
	}
	values, err := h.a.doc.All(keyState, at)
	if err != nil || len(values) == 0 {
		return begin, err
	}
	var out []*link
	for _, v := range values {
		c := h.of(v.Op)
		if c == nil { // not committed yet, so not judged yet
			continue
		}
		links, err := h.judge(c, v.V, depth)
		if err != nil {
			return nil, err
		}
		for _, l := range links {
			if !slices.ContainsFunc(out, func(o *link) bool { return o.change == l.change }) {
				out = append(out, l)
			}
		}
	}
	if len(out) == 0 {
		return begin, nil
	}
	return out, nil
}

// judge says which state stands after a change that wrote one: that state if
// its writer could enter it then, or those that stood before.
func (h *history) judge(c *automerge.Change, value any, depth int) ([]*link, error) {
	if links, ok := h.judged[c.Hash]; ok {
		return links, nil
	}
	if depth > maxChain {
		return []*link{{state: h.a.Kind.First()}}, nil
	}
	before, err := h.states(c.Deps, depth+1)
	if err != nil {
		return nil, err
	}
	out := before
	id, _ := value.(string)
	if to, ok := h.a.Kind.State(id); ok {
		good, err := h.entered(c, to, before)
		if err != nil {
			return nil, err
		}
		if good {
			out = []*link{{state: to, change: c, from: before}}
		}
	}
	h.judged[c.Hash] = out
	return out, nil
}

func (h *history) entered(c *automerge.Change, to kind.State, before []*link) (bool, error) {
	// From any of the states that stood; and where several stand, any of them
	// can be settled on, recorded anew by the one who may.
	leads := slices.ContainsFunc(before, func(l *link) bool { return slices.Contains(l.state.To, to.ID) })
	settles := len(before) > 1 && slices.ContainsFunc(before, func(l *link) bool { return l.state.ID == to.ID })
	if !leads && !settles {
		return false, nil
	}
	v, err := h.a.read([]automerge.Hash{c.Hash})
	if err != nil {
		return false, err
	}
	if settles {
		return h.maySettle(c, before, v), nil
	}
	because, err := h.because(c)
	if err != nil {
		return false, err
	}
	return h.may(to, h.who(c), v) && len(missing(h.a.Kind, to, v, because)) == 0, nil
}

// maySettle reports whether the writer of a change may choose between states
// that were entered apart: the owner, or where there is none whoever entered
// one of them. What each of them needed was given when it was entered.
func (h *history) maySettle(c *automerge.Change, before []*link, v *View) bool {
	who := h.who(c)
	if owner := v.Text("owner"); owner != "" {
		return owner == string(who)
	}
	return slices.ContainsFunc(before, func(l *link) bool { return l.change != nil && h.who(l.change) == who })
}

// may reports whether a person may enter a state.
func (h *history) may(to kind.State, who Person, v *View) bool {
	switch to.By {
	case kind.Owner:
		return who != "" && v.Text("owner") == string(who)
	case kind.Author:
		return who != "" && h.root != nil && h.who(h.root) == who
	}
	return true
}

// because is the sentence that a change gave, or "" if it gave none.
func (h *history) because(c *automerge.Change) (string, error) {
	values, err := h.a.doc.All(keyBecause, []automerge.Hash{c.Hash})
	if err != nil {
		return "", err
	}
	for _, v := range values {
		if s, ok := v.V.(string); ok && v.Op.Actor == c.Actor && v.Op.Counter >= c.StartOp && v.Op.Counter <= c.MaxOp {
			return strings.TrimSpace(s), nil
		}
	}
	return "", nil
}

// missing says in sentences what is wanting for a state.
func missing(k kind.Kind, to kind.State, v *View, because string) (out []string) {
	for _, text := range to.Needs {
		n, err := kind.ParseNeed(text)
		if err != nil || !met(n, k, v, because) {
			out = append(out, n.Sentence(k))
		}
	}
	return out
}

func met(n kind.Need, k kind.Kind, v *View, because string) bool {
	f, _ := k.Field(n.Field)
	part, _ := f.Item(n.Part)
	has := func(item string) bool { return v.settledAt(join(item, n.Part)) }
	items := v.Items(n.Field)
	count := 0
	for _, item := range items {
		if has(item) {
			count++
		}
	}
	switch n.Rule {
	case kind.Because:
		return because != ""
	case kind.Settled:
		return len(v.Contested) == 0
	case kind.AtLeast:
		return count >= n.Count
	case kind.AtMost:
		return len(items) <= n.Count
	case kind.Exactly:
		return count == n.Count
	case kind.Every:
		return count == len(items) && (part.Type != kind.Bool || count > 0)
	case kind.Sentences:
		return sentences(v.Text(n.Field)) <= n.Count
	}
	return v.settledAt(n.Field)
}

// settledAt reports whether something is written there, and nothing of it is
// contested: two values are no answer.
func (v *View) settledAt(path string) bool {
	for p := range v.Contested {
		if p == path || strings.HasPrefix(p, path+"/") {
			return false
		}
	}
	return !v.Empty(path)
}

// sentences counts the sentences of a text: ends of sentence followed by
// space or the end.
func sentences(s string) int {
	n, open := 0, false
	runes := []rune(strings.TrimSpace(s))
	for i, r := range runes {
		switch {
		case strings.ContainsRune("。！？", r):
			n, open = n+1, false
		case strings.ContainsRune(".!?…", r) && (i+1 == len(runes) || strings.ContainsRune(" \n\t", runes[i+1])):
			if open {
				n, open = n+1, false
			}
		case r != ' ' && r != '\n' && r != '\t' && !strings.ContainsRune("”’\")]", r):
			open = true
		}
	}
	if open {
		n++
	}
	return n
}

// Enter moves the artefact into a state, if that may be now. at is stored
// where the state sets an instant.
func (a *Artefact) Enter(to string, who Person, because string, at time.Time) error {
	s, ok := a.Kind.State(to)
	if !ok || s.Derived {
		return fmt.Errorf("%w: %q; a %s has %s", ErrNoState, to, a.Kind.ID, strings.Join(stateIDs(a.Kind), ", "))
	}
	if a.doc.Pending() > 0 {
		return ErrPending
	}
	h := a.history()
	now, err := h.states(nil, 0)
	if err != nil {
		return err
	}
	leads := slices.ContainsFunc(now, func(l *link) bool { return slices.Contains(l.state.To, to) })
	if len(now) > 1 {
		return fmt.Errorf("enter %s: %w: its state", to, ErrContested)
	}
	if !leads {
		return &MoveError{Kind: a.Kind, From: now[0].state, To: s}
	}
	v, err := a.View()
	if err != nil {
		return err
	}
	if !h.may(s, who, &v) {
		return &MoveError{Kind: a.Kind, From: now[0].state, To: s, Owner: Person(v.Text("owner")), NotYours: true}
	}
	if want := missing(a.Kind, s, &v, strings.TrimSpace(because)); len(want) > 0 {
		return &MoveError{Kind: a.Kind, From: now[0].state, To: s, Missing: want}
	}
	if err := a.anew(keyState, to); err != nil {
		return err
	}
	if because != "" {
		if err := a.anew(keyBecause, because); err != nil {
			return err
		}
	}
	if s.Sets != "" && v.Text(s.Sets) == "" { // reopening keeps the first
		return a.doc.Put(s.Sets, at.UTC().Format(time.RFC3339))
	}
	return nil
}

func stateIDs(k kind.Kind) (out []string) {
	for _, s := range k.States {
		if !s.Derived {
			out = append(out, s.ID)
		}
	}
	return out
}

// anew puts a value as an operation of its own even where the same value
// stands already, which the library would take for nothing to do.
func (a *Artefact) anew(key, value string) error {
	if err := a.doc.Put(key, nil); err != nil {
		return err
	}
	return a.doc.Put(key, value)
}

// A MoveError says why a state cannot be entered.
type MoveError struct {
	Kind     kind.Kind
	From, To kind.State
	Missing  []string // sentences
	NotYours bool     // only the owner, or the author, may
	Owner    Person
}

func (e *MoveError) Error() string {
	switch {
	case e.NotYours:
		return fmt.Sprintf("only its %s can make it %s", e.To.By, strings.ToLower(e.To.Label))
	case len(e.Missing) > 0:
		return fmt.Sprintf("not ready to be %s: %s", strings.ToLower(e.To.Label), strings.Join(e.Missing, " "))
	}
	return fmt.Sprintf("from %s it cannot become %s", strings.ToLower(e.From.Label), strings.ToLower(e.To.Label))
}

// Canonical is a value as text, equal for equal values; what a person names
// when choosing between contested ones.
func Canonical(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
