package sample

import (
	"fmt"
	"slices"
	"time"
)

// The data of this package is written in the forms below, one for each kind
// that takes many steps, so that a record reads as a story: who raised it, who
// answered what, who recorded it. They become the Steps that are played back.

// A moment is a time of day of one person in a week of the sample. In data it
// stands as moment{"tom", -11, mon, "10:05"}.
type moment struct {
	who       string
	week, day int
	at        string
}

const (
	mon = iota + 1
	tue
	wed
	thu
	fri
)

// later is the same day, some minutes on.
func (m moment) later(minutes int) moment {
	t, err := time.Parse("15:04", m.at)
	if err != nil {
		panic(fmt.Sprintf("sample: %q is no time of day", m.at))
	}
	m.at = t.Add(time.Duration(minutes) * time.Minute).Format("15:04")
	return m
}

// step is what is written then.
func (m moment) step(set map[string]any) Step {
	return Step{Week: m.week, Day: m.day, At: m.at, Who: m.who, Set: set}
}

// apart is a step of somebody who had not yet received the one before.
func apart(s Step) Step {
	s.Apart = true
	return s
}

// A decision, from the question to what became of it.
type decision struct {
	slug, title       string
	level, tag, owner string

	drafted moment // only while it is not raised
	raised  moment
	by      string // decide by
	context string
	options []option
	asked   []advice

	decided                        moment
	chosen                         int // counts from 1
	decision, rationale, tradeOffs string
	dissent, confidence            string
	review                         trigger
	informed                       []string // nobody: everyone
	links, recordings              []string
	supersedes                     string
	after                          []Step
	withdrawn                      moment
	because                        string
}

type option struct{ name, pro, con string }

// advice is what one person was asked and, unless the answer is "", said.
type advice struct {
	moment
	answer, text string
}

const (
	agrees     = "agrees"
	conditions = "agrees with conditions"
	disagrees  = "disagrees"
	noView     = "no view"
)

type trigger struct{ date, condition string }

func (d decision) record() Record {
	r := Record{Slug: d.slug, Kind: "decision", Title: d.title}
	asks := map[string]any{"owner": d.owner, "level": d.level, "type": d.tag, "context": d.context}
	if len(d.options) > 0 {
		asks["options"] = d.list(0)
	}
	if d.by != "" {
		asks["decide-by"] = d.by
	}
	if len(d.links) > 0 {
		asks["links"] = refs(d.links)
	}
	if d.supersedes != "" {
		asks["supersedes"] = "@" + d.supersedes
	}
	if d.raised == (moment{}) {
		r.Steps = []Step{d.drafted.step(asks)}
		return r
	}
	raise := d.raised.step(asks)
	raise.Move = "raised"
	r.Steps = append(r.Steps, raise)
	if len(d.asked) > 0 {
		var people []map[string]any
		for _, a := range d.asked {
			people = append(people, map[string]any{"person": a.who})
		}
		ask := d.raised.later(14).step(map[string]any{"consulted": people})
		ask.Move = "consulting"
		r.Steps = append(r.Steps, ask)
	}
	for i, a := range d.asked {
		if a.answer != "" {
			r.Steps = append(r.Steps, a.step(map[string]any{"consulted": nth(i, len(d.asked), map[string]any{"answer": a.answer, "text": a.text})}))
		}
	}
	if d.decided != (moment{}) {
		r.Steps = append(r.Steps, d.rule()...)
	}
	if d.withdrawn != (moment{}) {
		s := d.withdrawn.step(nil)
		s.Move, s.Because = "withdrawn", d.because
		r.Steps = append(r.Steps, s)
	}
	r.Steps = append(r.Steps, d.after...)
	return r
}

// rule is the owner writing the answer, and recording it.
func (d decision) rule() []Step {
	write := d.decided.later(-25).step(map[string]any{"decision": d.decision, "rationale": d.rationale, "trade-offs": d.tradeOffs})
	if d.dissent != "" {
		write.Set["dissent"] = d.dissent
	}
	when := map[string]any{}
	if d.review.date != "" {
		when["date"] = d.review.date
	}
	if d.review.condition != "" {
		when["condition"] = d.review.condition
	}
	informed := d.informed
	if len(informed) == 0 {
		informed = []string{"everyone"}
	}
	record := d.decided.step(map[string]any{"options": d.list(d.chosen), "review-trigger": when, "informed": informed})
	if d.confidence != "" {
		record.Set["confidence"] = d.confidence
	}
	if len(d.recordings) > 0 {
		record.Set["recordings"] = d.recordings
	}
	record.Move = "decided"
	return []Step{write, record}
}

// list is the options, or only which of them is chosen.
func (d decision) list(chosen int) []map[string]any {
	if chosen > 0 {
		return nth(chosen-1, len(d.options), map[string]any{"chosen": true})
	}
	var out []map[string]any
	for _, o := range d.options {
		out = append(out, map[string]any{"name": o.name, "for": o.pro, "against": o.con})
	}
	return out
}

// nth is a list in which only one item says anything: what the others hold
// stays as it is.
func nth(i, of int, item map[string]any) []map[string]any {
	out := make([]map[string]any, of)
	for j := range out {
		out[j] = map[string]any{}
	}
	out[i] = item
	return out
}

func refs(slugs []string) []string {
	out := make([]string, len(slugs))
	for i, s := range slugs {
		out[i] = "@" + s
	}
	return out
}

// superseded is the older decision giving way to a newer one.
func superseded(m moment, by string) []Step {
	s := m.step(map[string]any{"superseded-by": "@" + by})
	s.Move = "superseded"
	return []Step{s}
}

// moved is a state entered with its sentence.
func moved(m moment, to, because string) Step {
	s := m.step(nil)
	s.Move, s.Because = to, because
	return s
}

// An item of work, from its first line to its delivery.
type item struct {
	slug, title, owner string
	objective, brief   string
	requirement        string
	created            moment
	due                string
	started            moment // may be by the owner only
	next, expected     string
	notes              []note
	done               moment
	links              []string
	after              []Step
}

// A note is a next action written on the way, with a new expectation unless
// it stays.
type note struct {
	moment
	next, expected string
}

func (i item) record() Record {
	r := Record{Slug: i.slug, Kind: "item", Title: i.title}
	begin := map[string]any{"owner": i.owner, "requirement": i.requirement}
	optional := map[string]string{"due": i.due}
	if i.objective != "" {
		optional["objective"] = "@" + i.objective
	}
	if i.brief != "" {
		optional["brief"] = "@" + i.brief
	}
	if i.started == (moment{}) {
		optional["next-action"], optional["expected-completion"] = i.next, i.expected
	}
	for key, value := range optional {
		if value != "" {
			begin[key] = value
		}
	}
	if len(i.links) > 0 {
		begin["links"] = refs(i.links)
	}
	r.Steps = append(r.Steps, i.created.step(begin))
	if i.started != (moment{}) {
		s := i.started.step(map[string]any{"next-action": i.next, "expected-completion": i.expected})
		s.Move = "in-progress"
		r.Steps = append(r.Steps, s)
	}
	for _, n := range i.notes {
		set := map[string]any{"next-action": n.next}
		if n.expected != "" {
			set["expected-completion"] = n.expected
		}
		r.Steps = append(r.Steps, n.step(set))
	}
	if i.done != (moment{}) {
		s := i.done.step(nil)
		s.Move = "delivered"
		r.Steps = append(r.Steps, s)
	}
	r.Steps = append(r.Steps, i.after...)
	return r
}

// reopened is an item coming back, and being delivered again.
func reopened(m moment, reason, text, next, expected string, again moment) []Step {
	back := m.step(map[string]any{"reopened": []map[string]any{{"reason": reason, "text": text}}, "next-action": next, "expected-completion": expected})
	back.Move = "in-progress"
	done := again.step(nil)
	done.Move = "delivered"
	return []Step{back, done}
}

// An update of one person’s week.
type update struct {
	moment  // of publishing
	draft   bool
	did     []did
	metrics string
	slipped []slip
	risks   []string
	asks    []ask
	next    []promise
}

// did is an outcome: in words, or the promise of the week before by number.
type did struct {
	promise    int
	text, item string
}

type slip struct{ text, reason, item string }

type ask struct{ text, by, when, decision string }

// A promise for the week after, and what became of it.
type promise struct{ text, item, became, reason string }

const (
	delivered = "delivered"
	late      = "slipped"
	dropped   = "dropped"
)

// The reasons that come again and again.
const (
	waited         = "Waited for a decision"
	underestimated = "Underestimated"
	operator       = "Operator was late"
	support        = "Support load"
	needless       = "No longer needed"
)

// updates are the records of one person’s updates, oldest first. What became
// of a promise is written on the day of the next update, or on the Monday
// after a week without one.
func updates(all ...update) []Record {
	var out []Record
	byWeek := map[int]update{}
	for _, u := range all {
		byWeek[u.week] = u
	}
	for _, u := range all {
		r := u.record(byWeek[u.week-1])
		if next, ok := byWeek[u.week+1]; ok {
			r.Steps = append(r.Steps, u.became(next.later(-12))...)
		} else if u.week < -1 {
			r.Steps = append(r.Steps, u.became(moment{u.who, u.week + 2, mon, "11:40"})...)
		}
		out = append(out, r)
	}
	return out
}

func (u update) record(before update) Record {
	set := map[string]any{}
	var outcomes, slipped, risks, asks, next []map[string]any
	for _, d := range u.did {
		if d.promise > 0 {
			p := before.next[d.promise-1]
			d.text, d.item = p.text, p.item
		}
		outcomes = append(outcomes, withItem(map[string]any{"text": d.text}, d.item))
	}
	for _, s := range u.slipped {
		slipped = append(slipped, withItem(map[string]any{"text": s.text, "reason": s.reason}, s.item))
	}
	for _, text := range u.risks {
		risks = append(risks, map[string]any{"text": text})
	}
	for _, a := range u.asks {
		one := map[string]any{"text": a.text, "by": a.by, "by-when": a.when}
		if a.decision != "" {
			one["decision"] = "@" + a.decision
		}
		asks = append(asks, one)
	}
	for _, p := range u.next {
		next = append(next, withItem(map[string]any{"text": p.text}, p.item))
	}
	for key, list := range map[string][]map[string]any{"outcomes": outcomes, "slipped": slipped, "top-risks": risks, "decisions-needed": asks} {
		if len(list) > 0 {
			set[key] = list
		}
	}
	if u.metrics != "" {
		set["metrics-impact"] = u.metrics
	}
	r := Record{Slug: fmt.Sprintf("update-%s-%d", u.who, -u.week), Kind: "weekly", Steps: []Step{u.later(-11).step(set)}}
	if len(next) == 0 && u.draft {
		return r
	}
	end := u.step(map[string]any{"priorities": next})
	if !u.draft {
		end.Move = "published"
	}
	r.Steps = append(r.Steps, end)
	return r
}

// became says what became of the promises: of all, or of some so far.
func (u update) became(m moment) []Step {
	if !slices.ContainsFunc(u.next, func(p promise) bool { return p.became != "" }) {
		return nil
	}
	var list []map[string]any
	for _, p := range u.next {
		one := map[string]any{}
		if p.became != "" {
			one["outcome"] = p.became
		}
		if p.reason != "" {
			one["reason"] = p.reason
		}
		list = append(list, one)
	}
	return []Step{m.step(map[string]any{"priorities": list})}
}

func withItem(set map[string]any, item string) map[string]any {
	if item != "" {
		set["item"] = "@" + item
	}
	return set
}

// relative is a date as the player reads it: "-3 Fri".
func relative(week int, day string) string { return fmt.Sprintf("%+d %s", week, day) }
