package workspace

import (
	"slices"
	"strconv"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/app/sample"
	"longhand/sync/roster"
)

// exampleOf is the record of the sample team that shows somebody who never
// wrote one of its kind what good looks like. It is finished, and is understood
// without any other: one that refers to another cannot be shown alone.
func exampleOf(kindID string) (slug string) {
	switch kindID {
	case "decision":
		return "written-weekly"
	case "brief":
		return "third-day"
	case "insight":
		return "half-the-wait"
	case "agreement":
		return "agreement"
	}
	return ""
}

// An Example is a finished record of the sample team, with the people in it,
// who are not of this team.
type Example struct {
	Page   *Page    `json:"page"`
	People []Person `json:"people"`
}

// Example is an example of a kind, as if its team worked in these weeks; nil
// where there is none. It is read off the data of the sample and is no
// artefact: it has no document, and nothing is written.
func (w *Workspace) Example(kindID string) (*Example, error) {
	k, err := FindKind(kindID)
	if err != nil {
		return nil, err
	}
	all, slug := sample.Records(), exampleOf(k.ID)
	at := slices.IndexFunc(all, func(r sample.Record) bool { return r.Kind == k.ID && r.Slug == slug })
	if at < 0 {
		return nil, nil
	}
	p := &player{now: w.Now(), last: cadence.WeekOf(w.Now(), zoneOf(sample.People[0].Zone)), cast: map[string]*actor{}}
	e := &Example{}
	for i, who := range sample.People {
		a := &actor{Person: who, person: roster.PersonID{15: byte(i + 1)}, zone: zoneOf(who.Zone)}
		p.cast[who.Key] = a
		e.People = append(e.People, Person{
			ID: a.person.String(), Name: who.Name, Initials: initials(who.Name), Role: who.Role,
			Zone: who.Zone, City: cadence.City(who.Zone), Hours: who.Hours,
		})
	}
	v, err := p.view(k, all[at])
	if err != nil {
		return nil, err
	}
	e.Page = pageOf(k, &v)
	e.Page.ID = "Example"
	e.Page.Why = "An example, from the sample team " + sample.Team + ". It is not one of your records, and it cannot be changed."
	return e, nil
}

// view is a record as it reads after all its steps. Nobody judges them here: a
// test compares it with what the same steps make of real artefacts.
func (p *player) view(k kind.Kind, r sample.Record) (artefact.View, error) {
	v := artefact.View{Kind: k.ID, State: k.First().ID, Values: map[string]any{"title": r.Title}, Lists: map[string][]string{}}
	for i, step := range r.Steps {
		at, who := p.when(step).UTC(), artefact.Person(p.cast[step.Who].person.String())
		if i == 0 {
			v.Author, v.Created = who, at
		}
		v.Updated = at
		values, err := p.values(step.Set)
		if err != nil {
			return v, err
		}
		for path, value := range values {
			put(&v, path, value)
		}
		if s, ok := k.State(step.Move); ok {
			v.State = s.ID
			v.Moves = append(v.Moves, artefact.Moved{To: s.ID, By: who, At: at, Because: step.Because})
			if s.Sets != "" {
				v.Values[s.Sets] = at.Format(time.RFC3339)
			}
		}
	}
	return v, nil
}

// put gives a field or part its value, at any depth. Items of a list that are
// there already are written over; their ids are their places.
func put(v *artefact.View, path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, part := range value {
			put(v, path+"/"+key, part)
		}
	case []any:
		for i, item := range value {
			parts, ok := item.(map[string]any)
			if !ok { // a set
				v.Values[path] = value
				return
			}
			id := strconv.Itoa(i)
			if i == len(v.Lists[path]) {
				v.Lists[path] = append(v.Lists[path], id)
			}
			put(v, path+"/"+id, parts)
		}
	default:
		v.Values[path] = value
	}
}
