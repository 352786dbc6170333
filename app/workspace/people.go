package workspace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/sync/roster"
)

// People are the members of the team, in the order in which they joined,
// those who left at the end.
func (w *Workspace) People() []Person {
	var out []Person
	for _, m := range w.roster.State().Members {
		out = append(out, w.named(m))
	}
	slices.SortStableFunc(out, func(a, b Person) int {
		switch {
		case a.Left == b.Left:
			return 0
		case a.Left:
			return 1
		}
		return -1
	})
	return out
}

func (w *Workspace) named(m roster.Member) Person {
	id := m.Person.String()
	p := Person{ID: id, Me: id == string(w.Me()), Left: m.Removed, Zone: "UTC"}
	if doc, err := w.derive("member", id); err == nil {
		if v, ok := w.index.head(doc); ok {
			p.Name, p.Initials, p.Role = v.Text("name"), v.Text("initials"), v.Text("role")
			p.Hours, p.Profile = v.Text("hours"), w.index.id(doc)
			if z := v.Text("zone"); z != "" {
				p.Zone = z
			}
		}
	}
	if p.Name == "" { // the profile has not arrived yet
		p.Name = "Someone new (" + id[:4] + ")"
	}
	if p.Initials == "" {
		p.Initials = initials(p.Name)
	}
	p.City = cadence.City(p.Zone)
	return p
}

func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		out = append(out, []rune(word)[0])
	}
	if len(out) > 2 {
		out = []rune{out[0], out[len(out)-1]}
	}
	return strings.ToUpper(string(out))
}

// Names maps people to their names, with the beginning of the id where two
// share one.
func (w *Workspace) Names() map[artefact.Person]string {
	out := map[artefact.Person]string{}
	seen := map[string]int{}
	all := w.People()
	for _, p := range all {
		seen[p.Name]++
	}
	for _, p := range all {
		name := p.Name
		if seen[name] > 1 {
			name += " (" + p.ID[:4] + ")"
		}
		out[artefact.Person(p.ID)] = name
	}
	return out
}

// ErrNobody: no member is called that.
var ErrNobody = fmt.Errorf("nobody in the team is called that")

// FindPerson resolves a name, any part of one that is unique, initials, or an id.
func (w *Workspace) FindPerson(s string) (Person, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	tests := []func(Person) bool{
		func(p Person) bool { return p.ID == s || strings.ToLower(p.Name) == s },
		func(p Person) bool { return strings.ToLower(p.Initials) == s },
		func(p Person) bool {
			return slices.ContainsFunc(strings.Fields(strings.ToLower(p.Name)), func(word string) bool { return strings.HasPrefix(word, s) })
		},
		func(p Person) bool { return strings.Contains(strings.ToLower(p.Name), s) },
		func(p Person) bool { return strings.ToLower(w.Names()[artefact.Person(p.ID)]) == s },
		func(p Person) bool { return len(s) >= 4 && strings.HasPrefix(p.ID, s) },
	}
	if s == "me" {
		s = string(w.Me())
	}
	for _, is := range tests {
		var found []Person
		for _, p := range w.People() {
			if s != "" && is(p) {
				found = append(found, p)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			return Person{}, fmt.Errorf("%w: %q is %s and %s", ErrAmbiguous, s, found[0].Name, found[1].Name)
		}
	}
	return Person{}, fmt.Errorf("%w: %q", ErrNobody, s)
}

// zone is the time zone of a person. Lists ask it for every row, so it is
// remembered until somebody’s profile changes.
func (w *Workspace) zone(p artefact.Person) *time.Location {
	w.zonesMu.Lock()
	defer w.zonesMu.Unlock()
	if v := w.index.profiles(); w.zones == nil || v != w.zonesOf {
		w.zones, w.zonesOf = map[artefact.Person]*time.Location{}, v
	}
	zone, ok := w.zones[p]
	if !ok {
		zone = w.readZone(p)
		w.zones[p] = zone
	}
	return zone
}

func (w *Workspace) readZone(p artefact.Person) *time.Location {
	if doc, err := w.derive("member", string(p)); err == nil {
		if v, ok := w.index.head(doc); ok {
			if z, err := time.LoadLocation(v.Text("zone")); err == nil {
				return z
			}
		}
	}
	return time.UTC
}

// teamZone is the zone in which the team’s weeks begin: that of its founder.
func (w *Workspace) teamZone() *time.Location {
	members := w.roster.State().Members
	if len(members) == 0 {
		return time.UTC
	}
	return w.zone(artefact.Person(members[0].Person.String()))
}

// admin reports whether this device’s person is an admin.
func (w *Workspace) admin() bool {
	m, ok := w.roster.State().Member(w.person)
	return ok && !m.Removed && m.Role == roster.RoleAdmin
}

// mayEdit says whether a path of an artefact may be edited here: the record
// is not sealed, and it is not somebody else’s own.
func (w *Workspace) mayEdit(k kind.Kind, v *artefact.View, path string) error {
	return w.mayEditAs(w.Me(), k, v, path)
}

func (w *Workspace) mayEditAs(who artefact.Person, k kind.Kind, v *artefact.View, path string) error {
	if own := w.ownOf(k, v); own != "" && own != who {
		return fmt.Errorf("edit: %w: it is %s’s own", ErrNotYours, w.Names()[own])
	}
	if artefact.Automatic(k, path) {
		return fmt.Errorf("edit %s: %w", path, ErrAutomatic)
	}
	if v.Sealed && !artefact.StaysOpen(k, path) {
		return fmt.Errorf("edit %s: %w", path, artefact.ErrSealed)
	}
	return nil
}

// ownOf is the one person who may edit an artefact; "" is everyone.
func (w *Workspace) ownOf(k kind.Kind, v *artefact.View) artefact.Person {
	switch k.One {
	case kind.PerPersonWeek:
		return artefact.Person(v.Text("person"))
	case kind.PerPerson:
		return v.Author
	}
	return ""
}

// ErrAutomatic: a rule sets it, and a person does not.
var ErrAutomatic = fmt.Errorf("set by itself")

// ErrNotYours: only another person may do this.
var ErrNotYours = fmt.Errorf("not yours to change")
