package workspace

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/app/sample"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// ErrNotSample: this is a real team.
var ErrNotSample = errors.New("this is not the sample team")

// Sample makes the sample team: twelve weeks that end in this one, in which
// what has not happened yet has not been written. Every step is signed by the
// device of the person who takes it; the devices of the other five exist while
// it is made, and never again.
func Sample(ctx context.Context, o Options, progress func(Progress)) (w *Workspace, err error) {
	s, err := newSelf(o)
	if err != nil {
		return nil, err
	}
	s.Sample = true
	p := &player{now: o.now(), last: cadence.WeekOf(o.now(), zoneOf(sample.People[0].Zone)), cast: map[string]*actor{}, docs: map[string]artefact.DocID{}, first: map[artefact.DocID]automerge.Actor{}, progress: progress}
	ro, err := p.gather(&s)
	if err != nil {
		return nil, fmt.Errorf("make the sample team: %w", err)
	}
	if w, err = settle(ctx, o, s, ro); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.forget())
			w = nil
		}
	}()
	p.w = w
	if err := p.play(ctx); err != nil {
		return w, fmt.Errorf("make the sample team: %w", err)
	}
	return w, nil
}

// IsSample reports whether the sample team is open.
func (w *Workspace) Sample() bool { return w.me().Sample }

// player plays the sample back.
type player struct {
	w        *Workspace
	now      time.Time
	last     cadence.Week
	cast     map[string]*actor
	docs     map[string]artefact.DocID
	first    map[artefact.DocID]automerge.Actor // that a document’s id commits to
	progress func(Progress)
}

// An actor is a person of the sample with a device, and what it has written.
type actor struct {
	sample.Person
	id     *journal.Identity
	person roster.PersonID
	zone   *time.Location
	bodies [][]byte
}

func zoneOf(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}

// gather founds the team and lets the others in, twelve weeks ago.
func (p *player) gather(s *self) (*roster.Roster, error) {
	began := p.last.Add(-11).Monday(zoneOf(sample.People[0].Zone)).Add(8 * time.Hour)
	var ro *roster.Roster
	for i, who := range sample.People {
		a := &actor{Person: who, zone: zoneOf(who.Zone)}
		p.cast[who.Key] = a
		if i == 0 {
			var err error
			a.id, a.person = s.identity, s.Person
			if ro, err = roster.Found(rand.Reader, s.identity, s.Person, began); err != nil {
				return nil, err
			}
			s.Team = ro.State().Team
			continue
		}
		var err error
		if a.id, err = journal.NewIdentity(rand.Reader); err != nil {
			return nil, err
		}
		if _, err := rand.Read(a.person[:]); err != nil {
			return nil, err
		}
		inv, err := roster.NewInvite(rand.Reader, s.Team, nil)
		if err != nil {
			return nil, err
		}
		if err := ro.Invite(s.identity, began, inv, roster.Terms{Role: roster.RoleMember, Expires: began.AddDate(0, 0, 7)}); err != nil {
			return nil, err
		}
		request, err := inv.Request(a.id, a.person, who.Name)
		if err != nil {
			return nil, err
		}
		if err := ro.Admit(rand.Reader, s.identity, began, request); err != nil {
			return nil, err
		}
	}
	return ro, nil
}

// play writes every record, and puts it where it would have come to rest.
func (p *player) play(ctx context.Context) error {
	if err := p.w.nameTeam(sample.Team); err != nil {
		return err
	}
	for _, a := range p.cast {
		if err := p.profile(a); err != nil {
			return err
		}
	}
	all := sample.Records()
	for _, r := range all {
		doc, err := p.docOf(r)
		if err != nil {
			return err
		}
		if _, twice := p.docs[r.Slug]; twice {
			return fmt.Errorf("record @%s: twice", r.Slug)
		}
		p.docs[r.Slug] = doc
	}
	for i, r := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.progress != nil {
			p.progress(Progress{Task: "sample", Phase: "Writing twelve weeks of a sample team", Done: float64(i) / float64(len(all))})
		}
		if k, _ := kind.Of(r.Kind); k.One == kind.PerWeek {
			continue
		}
		if err := p.record(r); err != nil {
			return fmt.Errorf("record @%s: %w", r.Slug, err)
		}
	}
	cloud, marks, err := p.keep(ctx)
	if err != nil {
		return err
	}
	for _, r := range all { // what is gathered from the others comes after them
		if k, _ := kind.Of(r.Kind); k.One == kind.PerWeek {
			if err := p.gathered(k, r); err != nil {
				return fmt.Errorf("record @%s: %w", r.Slug, err)
			}
		}
	}
	if err := p.deliver(ctx, cloud, marks); err != nil {
		return err
	}
	if p.progress != nil {
		p.progress(Progress{Task: "sample", Done: 1, Ended: true})
	}
	return nil
}

// docOf names a record’s document as the workspace would.
func (p *player) docOf(r sample.Record) (doc artefact.DocID, err error) {
	k, err := FindKind(r.Kind)
	if err != nil {
		return doc, err
	}
	if len(r.Steps) == 0 {
		return doc, fmt.Errorf("record @%s: nothing happens to it", r.Slug)
	}
	first := r.Steps[0]
	a := p.cast[first.Who]
	if a == nil {
		return doc, fmt.Errorf("record @%s: nobody is called %q", r.Slug, first.Who)
	}
	week := p.last.Add(first.Week).String()
	switch k.One {
	case kind.PerTeam:
		return p.w.derive(k.ID, "team")
	case kind.PerWeek:
		return p.w.derive(k.ID, week)
	case kind.PerPersonWeek:
		return p.w.derive(k.ID, a.person.String(), week)
	}
	act, err := a.actor()
	doc = artefact.NewDocID(act)
	p.first[doc] = act
	return doc, err
}

// actor is an actor of one opening of a document on this person’s device.
func (a *actor) actor() (act automerge.Actor, err error) {
	device := a.id.Device()
	copy(act[:], device[:])
	_, err = rand.Read(act[16:])
	return act, err
}

func (p *player) profile(a *actor) error {
	k, _ := kind.Of("member")
	doc, err := p.w.derive(k.ID, a.person.String())
	if err != nil {
		return err
	}
	at := p.last.Add(-11).Monday(a.zone).Add(9 * time.Hour)
	return p.write(doc, k, nil, a, at, func(art *artefact.Artefact) error {
		values := map[string]any{"title": a.Name, "name": a.Name, "initials": initials(a.Name), "role": a.Role, "zone": a.Zone, "hours": a.Hours}
		return p.w.assignTo(art, artefact.Person(a.person.String()), at, true, values)
	}, nil)
}

// record plays the steps of one record, as far as they have happened.
func (p *player) record(r sample.Record) error {
	k, _ := kind.Of(r.Kind)
	doc := p.docs[r.Slug]
	steps := slices.Clone(r.Steps)
	slices.SortStableFunc(steps, func(a, b sample.Step) int { return p.when(a).Compare(p.when(b)) })
	var changes []artefact.Change
	before := 0 // how many changes there were before the last step
	for i, step := range steps {
		a := p.cast[step.Who]
		if a == nil {
			return fmt.Errorf("nobody is called %q", step.Who)
		}
		at := p.when(step)
		if at.After(p.now) {
			return nil
		}
		values, err := p.values(step.Set)
		if err != nil {
			return err
		}
		if i == 0 {
			p.scope(k, r, step, a, values)
		}
		known := changes
		if step.Apart {
			known = slices.Clone(changes[:before])
		}
		before = len(changes)
		had := len(known)
		err = p.write(doc, k, &known, a, at, func(art *artefact.Artefact) error {
			return p.w.assignTo(art, artefact.Person(a.person.String()), at, true, values)
		}, &step)
		if err != nil {
			return fmt.Errorf("step %d, by %s: %w", i+1, step.Who, err)
		}
		changes = append(changes[:before:before], known[had:]...)
	}
	return nil
}

// gathered plays a record of the team’s week as this device’s person would
// have written it, at the time: it is built from what everyone wrote.
func (p *player) gathered(k kind.Kind, r sample.Record) error {
	for _, step := range r.Steps {
		at := p.when(step)
		if at.After(p.now) {
			return nil
		}
		if p.cast[step.Who].id != p.w.identity {
			return fmt.Errorf("%s cannot gather it: the window is somebody else’s", step.Who)
		}
		restore := p.w.SetClock(func() time.Time { return at })
		values, err := p.values(step.Set)
		if err == nil {
			var doc artefact.DocID
			if doc, err = p.w.scoped(k, p.last.Add(step.Week), r.Title); err == nil {
				err = p.w.assign(doc, values)
			}
			if err == nil && step.Move != "" {
				err = p.w.Move(doc.String(), step.Move, step.Because)
			}
		}
		restore()
		if err != nil {
			return err
		}
	}
	return nil
}

// scope adds what the workspace would have written when the record was begun.
func (p *player) scope(k kind.Kind, r sample.Record, step sample.Step, a *actor, values map[string]any) {
	week := p.last.Add(step.Week)
	if r.Title != "" {
		values["title"] = r.Title
	}
	if k.One == kind.PerWeek || k.One == kind.PerPersonWeek {
		values["week"] = week.String()
		if r.Title == "" {
			values["title"] = fmt.Sprintf("Week %d, %d", week.Number, week.Year)
		}
	}
	if k.One == kind.PerPersonWeek {
		values["person"] = a.person.String()
	}
}

// write makes changes to a document as one actor: the values as one change and
// the state as another.
func (p *player) write(doc artefact.DocID, k kind.Kind, changes *[]artefact.Change, a *actor, at time.Time, fill func(*artefact.Artefact) error, step *sample.Step) error {
	act, err := a.actor()
	if err != nil {
		return err
	}
	if begins, ok := p.first[doc]; ok {
		act = begins
		delete(p.first, doc)
	}
	var art *artefact.Artefact
	if changes == nil || len(*changes) == 0 {
		art, err = artefact.New(doc, k, act, p.w.owner)
	} else {
		art, err = artefact.Open(doc, *changes, act, p.w.owner)
	}
	if err != nil {
		return err
	}
	defer art.Close()
	commit := func(at time.Time) error {
		c, ok, err := art.Commit(at)
		if err != nil || !ok {
			return err
		}
		if changes != nil {
			*changes = append(*changes, c)
		}
		body, err := c.MarshalBinary()
		if err != nil {
			return err
		}
		a.bodies = append(a.bodies, body)
		return nil
	}
	if changes == nil || len(*changes) == 0 {
		if err := commit(at.Add(-time.Second)); err != nil { // its birth
			return err
		}
	}
	if err := errors.Join(fill(art), commit(at)); err != nil {
		return err
	}
	if step == nil || step.Move == "" {
		return nil
	}
	if err := art.Enter(step.Move, artefact.Person(a.person.String()), step.Because, at); err != nil {
		return err
	}
	return commit(at.Add(time.Second))
}

// keep gives the first person’s changes to this device’s own journal, and lets
// the others’ come as they would have: sealed by their devices, over a relay
// that lives as long as this takes.
func (p *player) keep(ctx context.Context) (*relay.Memory, map[journal.DeviceID]journal.Mark, error) {
	w := p.w
	if err := p.own(ctx, p.cast[sample.People[0].Key]); err != nil {
		return nil, nil, err
	}
	cloud := relay.NewMemory(sampleRelay)
	marks := map[journal.DeviceID]journal.Mark{}
	for _, who := range sample.People[1:] {
		mark, err := p.send(ctx, cloud, p.cast[who.Key])
		if err != nil {
			return nil, nil, err
		}
		marks[p.cast[who.Key].id.Device()] = mark
	}
	if err := w.replica.AddRelay(sampleRelay, cloud); err != nil {
		return nil, nil, err
	}
	if _, err := w.replica.Sync(ctx); err != nil {
		return nil, nil, err
	}
	if aside := w.SetAside(); len(aside) > 0 {
		return nil, nil, fmt.Errorf("%d changes were set aside, the first because it is %s", len(aside), aside[0].Problem)
	}
	return cloud, marks, nil
}

const sampleRelay = "sample"

// deliver lets the others say that they have what was written here. It was sent
// the evening before, so that nobody’s clock seems to be off.
func (p *player) deliver(ctx context.Context, cloud *relay.Memory, marks map[journal.DeviceID]journal.Mark) error {
	w := p.w
	evening := p.now.Add(-17 * time.Hour)
	restore := w.SetClock(func() time.Time { return evening })
	_, err := w.replica.Sync(ctx)
	restore()
	if err != nil {
		return err
	}
	for id, mark := range w.replica.Marks() {
		marks[id] = mark
	}
	for i, who := range sample.People[1:] {
		if err := p.heard(ctx, cloud, p.cast[who.Key], marks, i); err != nil {
			return err
		}
	}
	if _, err := w.replica.Sync(ctx); err != nil {
		return err
	}
	return w.replica.RemoveRelay(sampleRelay)
}

// own writes the changes of this device’s person to its journal.
func (p *player) own(ctx context.Context, a *actor) error {
	w := p.w
	for part := range slices.Chunk(a.bodies, 500) {
		var records [][]byte
		for _, body := range part {
			e, err := journal.NewEntry(rand.Reader, a.id.Device(), 0, body)
			if err != nil {
				return err
			}
			records = append(records, append(e.Salt[:], body...))
		}
		if err := w.journal.Append(records...); err != nil {
			return err
		}
	}
	return w.replay(ctx, nil)
}

// send seals what an actor wrote, and says where its journal ends.
func (p *player) send(ctx context.Context, to relay.Relay, a *actor) (end journal.Mark, err error) {
	var entries []journal.Entry
	for i, body := range a.bodies {
		e, err := journal.NewEntry(rand.Reader, a.id.Device(), uint64(i+1), body)
		if err != nil {
			return end, err
		}
		entries = append(entries, e)
	}
	team := p.w.team
	for len(entries) > 0 {
		part := entries[:journal.Fit(entries)]
		b, err := journal.Seal(a.id, p.epoch(a), team, end.Hash, part)
		if err != nil {
			return end, err
		}
		last := part[len(part)-1].Number
		if err := to.Put(ctx, relay.Blob{Kind: relay.Segment, Team: team, Author: a.id.Device(), First: part[0].Number, Last: last, Bytes: b}); err != nil {
			return end, err
		}
		chain := journal.Chain(end.Hash, team, part)
		end = journal.Mark{Number: last, Hash: chain[len(chain)-1]}
		entries = entries[len(part):]
	}
	return end, nil
}

// epoch is the key that an actor seals under; in the sample there is one.
func (p *player) epoch(a *actor) journal.EpochKey {
	for _, key := range p.w.roster.Keys(a.id) {
		return key
	}
	return journal.EpochKey{}
}

// heard lets an actor’s device say what it has: everything, some minutes ago;
// the last one’s was off since yesterday, and lacks a few.
func (p *player) heard(ctx context.Context, to relay.Relay, a *actor, marks map[journal.DeviceID]journal.Mark, i int) error {
	s := journal.Seen{Device: a.id.Device(), Counter: 1, At: p.now.Add(-time.Duration(3+7*i) * time.Minute), Marks: maps.Clone(marks)}
	if i == len(sample.People)-2 {
		s.At = p.now.Add(-16 * time.Hour)
		me := p.w.identity.Device()
		if mark := s.Marks[me]; mark.Number > 4 {
			s.Exceptions = map[journal.DeviceID][]journal.Range{me: {{First: mark.Number - 2, Last: mark.Number - 1}}}
		}
	}
	b, err := journal.SealSeen(a.id, p.epoch(a), p.w.team, s)
	if err != nil {
		return err
	}
	return to.Put(ctx, relay.Blob{Kind: relay.Seen, Team: p.w.team, Author: s.Device, Counter: s.Counter, Bytes: b})
}

// when is the instant of a step.
func (p *player) when(s sample.Step) time.Time {
	zone := time.UTC
	if a := p.cast[s.Who]; a != nil {
		zone = a.zone
	}
	day := p.last.Add(s.Week).Day(s.Day, zone)
	clock, err := time.Parse("15:04", s.At)
	if err != nil {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
}

var relative = regexp.MustCompile(`^([+-]\d+) (Mon|Tue|Wed|Thu|Fri|Sat|Sun)$`)

// values resolves people, references and relative dates, at any depth.
func (p *player) values(in map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for key, v := range in {
		r, err := p.value(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		out[key] = r
	}
	return out, nil
}

func (p *player) value(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return p.word(v)
	case int:
		return float64(v), nil
	case map[string]any:
		return p.values(v)
	case []map[string]any:
		out := make([]any, len(v))
		for i, item := range v {
			r, err := p.values(item)
			if err != nil {
				return nil, err
			}
			out[i] = r
		}
		return out, nil
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			r, err := p.word(s)
			if err != nil {
				return nil, err
			}
			out[i] = r
		}
		return out, nil
	}
	return v, nil
}

func (p *player) word(s string) (any, error) {
	if a := p.cast[s]; a != nil {
		return a.person.String(), nil
	}
	if slug, ok := strings.CutPrefix(s, "@"); ok {
		doc, ok := p.docs[slug]
		if !ok {
			return nil, fmt.Errorf("there is no record @%s", slug)
		}
		return doc.String(), nil
	}
	if m := relative.FindStringSubmatch(s); m != nil {
		weeks, _ := strconv.Atoi(m[1]) // digits, by the form
		day := slices.Index([]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, m[2]) + 1
		return p.last.Add(weeks).Day(day, time.UTC).Format(time.DateOnly), nil
	}
	return s, nil
}
