package metric

import (
	"strings"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
)

// Predict measures what was delivered of what was committed: over whole weeks
// that are over, the sum delivered by the sum committed, never a mean of
// ratios.
//
// The commitments for a week are the priorities in the updates of the week
// before, as published until they lock: at the end of the week’s Monday, in the
// team’s zone. What was published later, or delivered without having been
// committed, is unplanned, and outside. What is marked as delivered counts, unless
// the work item that it names was delivered after the week. A commitment of which
// nothing is said once its week is over is a miss without a reason. Dropped is a
// miss with its reason. Views must be of weekly updates, and of work items.
func Predict(views, items []artefact.View, w Window) Predictability {
	p := Predictability{Reasons: map[string]int{}, Series: []Week{}}
	delivered := map[string]time.Time{}
	for _, v := range items {
		if at, err := time.Parse(time.RFC3339, v.Text("delivered")); err == nil {
			delivered[v.Doc] = at
		}
	}
	weeks := map[string]*Week{}
	running := cadence.WeekOf(w.Now, w.Zone)
	for _, week := range w.all() {
		p.Series = append(p.Series, Week{Week: week.String(), Running: !week.Before(running)})
	}
	for i := range p.Series {
		weeks[p.Series[i].Week] = &p.Series[i]
	}
	for _, v := range views {
		written, err := cadence.ParseWeek(v.Text("week"))
		if err != nil || v.Discarded || v.State != "published" {
			continue
		}
		next := written.Add(1)
		if week := weeks[next.String()]; week != nil {
			if locked := next.Day(2, w.Zone); published(v).After(locked) {
				week.Unplanned += commitments(v)
			} else {
				week.count(v, p.Reasons, delivered, next.Add(1).Monday(w.Zone))
			}
		}
		if week := weeks[written.String()]; week != nil {
			week.Unplanned += unplanned(v, views, written)
		}
	}
	for _, week := range p.Series {
		if !week.Running {
			p.Committed += week.Committed
			p.Delivered += week.Delivered
			p.Unplanned += week.Unplanned
		}
	}
	if p.Committed > 0 {
		ratio := float64(p.Delivered) / float64(p.Committed)
		p.Ratio = &ratio
	} else {
		p.Why = "Nobody committed to anything in the weeks that are over."
	}
	return p
}

// count adds the commitments that an update made for the week after it.
func (w *Week) count(v artefact.View, reasons map[string]int, delivered map[string]time.Time, end time.Time) {
	for _, item := range v.Items("priorities") {
		if v.Text(item+"/text") == "" {
			continue
		}
		w.Committed++
		switch outcome := v.Text(item + "/outcome"); {
		case outcome == "delivered" && delivered[v.Text(item+"/item")].Before(end):
			w.Delivered++
		case outcome == "delivered":
			reasons["delivered after the week"]++
		case outcome == "" && w.Running:
			w.Open++
		default:
			reason := strings.TrimSpace(v.Text(item + "/reason"))
			if reason == "" {
				reason = "no reason given"
			}
			reasons[reason]++
		}
	}
}

// published is when an update was last published; zero when that is not known.
func published(v artefact.View) (at time.Time) {
	for _, m := range v.Moves {
		if m.To == "published" {
			at = m.At
		}
	}
	return at
}

func commitments(v artefact.View) (n int) {
	for _, item := range v.Items("priorities") {
		if v.Text(item+"/text") != "" {
			n++
		}
	}
	return n
}

// unplanned counts outcomes of an update that its person had not committed to
// the week before: those that no commitment is linked to or called.
func unplanned(v artefact.View, all []artefact.View, week cadence.Week) (n int) {
	planned := map[string]bool{}
	for _, before := range all {
		if before.Text("person") == v.Text("person") && before.Text("week") == week.Add(-1).String() {
			for _, item := range before.Items("priorities") {
				planned[plain(before.Text(item+"/text"))] = true
				planned[before.Text(item+"/item")] = true
			}
		}
	}
	if len(planned) == 0 {
		return 0 // nothing was planned, so nothing can be beside the plan
	}
	for _, item := range v.Items("outcomes") {
		linked := v.Text(item + "/item")
		if !planned[plain(v.Text(item+"/text"))] && (linked == "" || !planned[linked]) {
			n++
		}
	}
	return n
}

func plain(s string) string {
	return strings.Trim(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".")
}
