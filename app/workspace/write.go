package workspace

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
)

// ErrKindUnknown: there is no such kind.
var ErrKindUnknown = errors.New("there is no such kind of artefact")

// FindKind resolves the id of a kind that people write.
func FindKind(id string) (kind.Kind, error) {
	k, ok := kind.Of(id)
	if !ok || k.Hidden {
		return k, fmt.Errorf("%w: %q", ErrKindUnknown, id)
	}
	return k, nil
}

// New begins an artefact and returns its id. Of a kind of which there is only
// one in its scope, the one that is there is returned.
func (w *Workspace) New(kindID, title string) (string, error) {
	k, err := FindKind(kindID)
	if err != nil {
		return "", err
	}
	if w.Joining() {
		return "", ErrJoining
	}
	doc, err := w.scoped(k, cadence.WeekOf(w.Now(), w.teamZone()), title)
	if err != nil {
		return "", err
	}
	return w.index.id(doc), nil
}

// scoped begins an artefact in the scope of its kind; week is that of kinds of
// which there is one for each week.
func (w *Workspace) scoped(k kind.Kind, week cadence.Week, title string) (artefact.DocID, error) {
	me := string(w.Me())
	switch k.One {
	case kind.PerTeam:
		doc, err := w.one(k, nil, "team")
		return doc, errors.Join(err, w.titleOnce(doc, err, firstOf(title, k.Name)))
	case kind.PerPerson:
		return w.one(k, nil, me)
	case kind.PerWeek:
		doc, err := w.one(k, func(a *artefact.Artefact) error {
			return errors.Join(a.Set("week", week.String()), a.Set("gathered-by", me))
		}, week.String())
		return doc, errors.Join(err, w.titleOnce(doc, err, firstOf(title, fmt.Sprintf("Week %d, %d", week.Number, week.Year))))
	case kind.PerPersonWeek:
		doc, err := w.one(k, func(a *artefact.Artefact) error {
			return errors.Join(a.Set("person", me), a.Set("week", week.String()))
		}, me, week.String())
		return doc, errors.Join(err, w.titleOnce(doc, err, firstOf(title, fmt.Sprintf("Week %d, %d", week.Number, week.Year))))
	}
	actor, err := w.actor()
	if err != nil {
		return artefact.DocID{}, err
	}
	doc := artefact.NewDocID(actor)
	return doc, w.beginAs(actor, doc, k, func(a *artefact.Artefact) error {
		if _, ok := k.Field("owner"); ok {
			if err := a.Set("owner", me); err != nil {
				return err
			}
		}
		return retitle(a, title)
	})
}

// titleOnce names an artefact that has no title yet.
func (w *Workspace) titleOnce(doc artefact.DocID, begun error, title string) error {
	if v, ok := w.index.head(doc); begun != nil || !ok || v.Title() != "" {
		return nil
	}
	return w.edit(doc, func(a *artefact.Artefact) error { return retitle(a, title) })
}

// change edits an artefact that may be edited at a path.
func (w *Workspace) change(id, path string, fn func(*artefact.Artefact) error) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		v, err := a.View()
		if err != nil {
			return err
		}
		if err := w.mayEdit(a.Kind, &v, path); err != nil {
			return err
		}
		return fn(a)
	})
}

// Set gives a single-valued field its value; nil clears it.
func (w *Workspace) Set(id, path string, value any) error {
	return w.change(id, path, func(a *artefact.Artefact) error { return a.Set(path, value) })
}

// Include adds a member to a set, or takes it out.
func (w *Workspace) Include(id, path, member string, in bool) error {
	return w.change(id, path, func(a *artefact.Artefact) error { return a.Include(path, member, in) })
}

var itemIDs = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

func newItemID() (string, error) {
	var b [5]byte
	_, err := rand.Read(b[:])
	return itemIDs.EncodeToString(b[:]), err
}

// AddItem puts a new item into a list, after another or at the end, and
// returns its id.
func (w *Workspace) AddItem(id, list, after string) (string, error) {
	item, err := newItemID()
	if err != nil {
		return "", err
	}
	return item, w.change(id, list, func(a *artefact.Artefact) error {
		f, err := artefact.FieldAt(a.Kind, list)
		if err != nil {
			return err
		}
		return errors.Join(a.AddItem(list, item, after), stampItem(a, f, list+"/"+item, w.Now()))
	})
}

// RemoveItem takes an item out of its list; KeepItem brings it back.
func (w *Workspace) RemoveItem(id, item string) error {
	return w.change(id, item, func(a *artefact.Artefact) error { return a.RemoveItem(item) })
}

// KeepItem brings a removed item back.
func (w *Workspace) KeepItem(id, item string) error {
	return w.change(id, item, func(a *artefact.Artefact) error { return a.KeepItem(item) })
}

// PlaceItem moves an item to stand after another, or first.
func (w *Workspace) PlaceItem(id, item, after string) error {
	return w.change(id, item, func(a *artefact.Artefact) error { return a.PlaceItem(item, after) })
}

// Move enters a state, with the sentence that it asks for.
func (w *Workspace) Move(id, to, because string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	if err := w.beforeMove(doc, to); err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		if v, err := a.View(); err != nil {
			return err
		} else if own := w.ownOf(a.Kind, &v); own != "" && own != w.Me() {
			return fmt.Errorf("move: %w: it is %s’s own", ErrNotYours, w.Names()[own])
		}
		return a.Enter(to, w.Me(), because, w.Now())
	})
}

// Settle chooses one value of a contested field. It is for the owner; while
// the owner itself is contested, for any who claim it; where the owner has
// left, for an admin; and where there is none, for the author and those who
// wrote the values.
func (w *Workspace) Settle(id, path, key string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		v, err := a.View()
		if err != nil {
			return err
		}
		claims := v.Contested[path]
		if len(claims) == 0 {
			return fmt.Errorf("settle %s: %w", path, ErrNotContested)
		}
		if !w.maySettle(&v, path) {
			return fmt.Errorf("settle %s: %w: it is for %s", path, ErrNotYours, w.settler(&v))
		}
		i := slices.IndexFunc(claims, func(c artefact.Claim) bool { return artefact.Canonical(c.Value) == key })
		if i < 0 {
			return fmt.Errorf("settle %s: %w: %q is none of its values", path, artefact.ErrValue, key)
		}
		if err := a.Settle(path, claims[i].Value); err != nil {
			return err
		}
		if v.Sealed && !artefact.StaysOpen(a.Kind, path) && path != "state" {
			return a.Settle("state", v.State) // the record is made anew, with what was settled
		}
		return nil
	})
}

// ErrNotContested: there is only one value.
var ErrNotContested = errors.New("not contested")

func (w *Workspace) maySettle(v *artefact.View, path string) bool {
	me := w.Me()
	claims := func(path string) bool {
		return slices.ContainsFunc(v.Contested[path], func(c artefact.Claim) bool { return c.Author == me || c.Value == string(me) })
	}
	if len(v.Contested["owner"]) > 0 {
		return claims("owner")
	}
	owner := artefact.Person(v.Text("owner"))
	switch {
	case owner == "":
		return v.Author == me || claims(path)
	case owner == me:
		return true
	}
	return w.left(owner) && w.admin()
}

func (w *Workspace) left(p artefact.Person) bool {
	return slices.ContainsFunc(w.People(), func(o Person) bool { return o.ID == string(p) && o.Left })
}

// settler says who may settle, in words.
func (w *Workspace) settler(v *artefact.View) string {
	owner := artefact.Person(v.Text("owner"))
	switch {
	case len(v.Contested["owner"]) > 0:
		return "those who claim to own it"
	case owner == "":
		return w.Names()[v.Author]
	case w.left(owner):
		return "an admin, for its owner has left"
	}
	return w.Names()[owner]
}

// beforeMove does what entering a state asks of other artefacts: what the
// change graph of one document cannot know.
func (w *Workspace) beforeMove(doc artefact.DocID, to string) error {
	v, ok := w.index.head(doc)
	k, _ := kind.Of(v.Kind)
	s, known := k.State(to)
	switch {
	case !ok || !known:
		return nil
	case k.One == kind.PerPersonWeek && s.Seals:
		return w.beforeUpdate(v)
	case k.One == kind.PerWeek && s.Seals:
		return w.publishReview(doc, v)
	case !slices.Contains(s.Needs, "superseded-by") || v.Text("superseded-by") != "":
		return nil
	}
	return w.supersede(doc, v)
}

// beforeUpdate asks that last week’s commitments are marked before a new
// update is published.
func (w *Workspace) beforeUpdate(v artefact.View) error {
	want := w.toMark(&v)
	if len(want) == 0 {
		return nil
	}
	k, _ := kind.Of(v.Kind)
	from, _ := k.State(v.State)
	to, _ := k.State("published")
	return &artefact.MoveError{Kind: k, From: from, To: to, Missing: want}
}

// toMark says which of last week’s commitments have to be marked before an
// update is published.
func (w *Workspace) toMark(v *artefact.View) (want []string) {
	week, err := cadence.ParseWeek(v.Text("week"))
	if err != nil {
		return nil
	}
	for _, text := range w.unmarked(artefact.Person(v.Text("person")), week) {
		want = append(want, fmt.Sprintf("Mark last week’s “%s” as delivered, or as slipped or dropped with its reason.", text))
	}
	return want
}

// supersede finds the record that takes this one’s place, and links both ways.
func (w *Workspace) supersede(doc artefact.DocID, v artefact.View) error {
	// The newer record names this one as what it supersedes.
	for _, other := range w.heads(v.Kind) {
		if other.Text("supersedes") == doc.String() && other.Sealed {
			return w.edit(doc, func(a *artefact.Artefact) error { return a.Set("superseded-by", other.Doc) })
		}
	}
	return nil
}

// Discard takes away a draft of one’s own. Its changes stay in the journal;
// it is shown nowhere.
func (w *Workspace) Discard(id string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	return w.edit(doc, func(a *artefact.Artefact) error {
		v, err := a.View()
		if err != nil {
			return err
		}
		if !w.discardable(a.Kind, &v) {
			return fmt.Errorf("discard: %w", ErrNotDraft)
		}
		return a.Discard()
	})
}

// ErrNotDraft: only a draft of one’s own can be discarded.
var ErrNotDraft = errors.New("only a draft of one’s own can be discarded")

// discardable: of what there is only one, beginning it again would find the one
// that was thrown away, so it stays.
func (w *Workspace) discardable(k kind.Kind, v *artefact.View) bool {
	return v.Author == w.Me() && v.State == k.First().ID && k.First().Open && len(v.Moves) == 0 && k.One == kind.Any
}

// SaveAll saves what is being typed, in every open document.
func (w *Workspace) SaveAll() error { return w.desk.flush(w) }

// flush saves everything that is being typed.
func (d *desk) flush(w *Workspace) error {
	d.mu.Lock()
	var all []*sheet
	for _, s := range d.open {
		all = append(all, s)
	}
	d.mu.Unlock()
	var errs []error
	for _, s := range all {
		s.mu.Lock()
		if s.doc != nil {
			errs = append(errs, w.commit(s))
		}
		s.mu.Unlock()
	}
	return errors.Join(errs...)
}

// Assign reads assignments such as "owner=Tom" as the command line gives them,
// and writes them as one change.
func (w *Workspace) Assign(id string, assignments ...string) error {
	doc, err := w.index.find(id)
	if err != nil {
		return err
	}
	v, ok := w.index.head(doc)
	if !ok {
		return fmt.Errorf("%w: %s", ErrNoArtefact, id)
	}
	values, err := w.readAssignments(v.Kind, assignments)
	if err != nil {
		return err
	}
	return w.assign(doc, values)
}

func (w *Workspace) readAssignments(kindID string, assignments []string) (map[string]any, error) {
	k, err := FindKind(kindID)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, one := range assignments {
		path, value, ok := strings.Cut(one, "=")
		if !ok {
			return nil, fmt.Errorf("%w: %q is not of the form field=value", ErrUsage, one)
		}
		f, err := artefact.FieldAt(k, path)
		if err != nil {
			return nil, err
		}
		if values[path], err = w.plainValue(f, value); err != nil {
			return nil, fmt.Errorf("set %s: %w", path, err)
		}
	}
	return values, nil
}
