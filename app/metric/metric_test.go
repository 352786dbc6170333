package metric

import (
	"fmt"
	"math"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
)

var lisbon = func() *time.Location {
	z, err := time.LoadLocation("Europe/Lisbon")
	if err != nil {
		panic(err)
	}
	return z
}()

// noon is noon in Lisbon on a day of June 2026; the 11th is a Thursday of week 24.
func noon(day int) time.Time { return time.Date(2026, 6, day, 12, 0, 0, 0, lisbon) }

func window() Window {
	return Window{Last: cadence.Week{Year: 2026, Number: 24}, Weeks: 12, Zone: lisbon, Now: noon(11)}
}

func decided(raised, done time.Time, more ...any) artefact.View {
	v := artefact.View{Doc: fmt.Sprint(raised.Unix(), done.Unix()), Kind: "decision", State: "decided", Values: map[string]any{"owner": "ines"}}
	if !raised.IsZero() {
		v.Values["raised"] = raised.UTC().Format(time.RFC3339)
	}
	if !done.IsZero() {
		v.Values["decided"] = done.UTC().Format(time.RFC3339)
	}
	for i := 0; i < len(more); i += 2 {
		v.Values[more[i].(string)] = more[i+1]
	}
	return v
}

func TestCycleTimeCountsWhatWasRecordedInTheWindow(t *testing.T) {
	withdrawn := decided(noon(1), time.Time{})
	withdrawn.State, withdrawn.Moves = "withdrawn", []artefact.Moved{{To: "withdrawn", At: noon(3)}}
	open := decided(noon(4), time.Time{})
	open.State = "raised"
	draft := decided(time.Time{}, time.Time{})
	draft.State = "draft"
	gone := decided(noon(1), noon(2))
	gone.Discarded = true
	views := []artefact.View{
		decided(noon(1), noon(3)), decided(noon(1), noon(4), "level", "tactical"), decided(noon(1), noon(6)),
		decided(noon(2), noon(9)), decided(noon(2), noon(4)),
		decided(noon(2), noon(2)),                                     // after the fact
		decided(noon(1).AddDate(0, -4, 0), noon(1).AddDate(0, -4, 3)), // long ago
		withdrawn, open, draft, gone,
	}
	c := CycleTime(views, window())
	if c.N != 5 || c.Median == nil || *c.Median != 3 || c.Open != 1 || c.Excluded != (Excluded{Withdrawn: 1, AfterTheFact: 1}) {
		t.Fatalf("%+v", c)
	}
	if math.Abs(*c.P85-5.8) > 1e-9 { // ranks 0–4 of 2 2 3 5 7: 3.4 lies at 5+.4*2
		t.Errorf("85th percentile %v", *c.P85)
	}
	if len(c.Ages) != 1 || c.Ages[0].Days != 7 {
		t.Errorf("open ones: %+v", c.Ages)
	}
	if l := c.ByLevel["tactical"]; l.N != 1 || l.Median != nil {
		t.Errorf("one tactical decision: %+v", l)
	}
	if len(c.Medians) != 3 || c.Medians[2].N != 5 || c.Medians[0].Median != nil {
		t.Errorf("by four weeks: %+v", c.Medians)
	}
}

func TestUnderFiveThereIsNoMedianAndAReason(t *testing.T) {
	c := CycleTime([]artefact.View{decided(noon(1), noon(3)), decided(noon(1), noon(4))}, window())
	if c.Median != nil || c.P85 != nil || c.N != 2 || len(c.Points) != 2 || c.Why == "" {
		t.Errorf("%+v", c)
	}
}

func TestAWeekBelongsToTheTeamsZone(t *testing.T) {
	// Sunday 23:30 in Lisbon is still week 23, and already Monday in Nairobi.
	late := time.Date(2026, 6, 7, 23, 30, 0, 0, lisbon)
	c := CycleTime([]artefact.View{decided(noon(1), late)}, window())
	if c.Points[0].Week != "2026-W23" {
		t.Errorf("week %s", c.Points[0].Week)
	}
}

func TestWorkingHoursLeaveNightsAndWeekendsOut(t *testing.T) {
	w := window()
	hours, _ := cadence.ParseHours("Mon-Fri 09:00-17:00")
	w.Hours = func(artefact.Person) (cadence.Hours, *time.Location, bool) { return hours, lisbon, true }
	var views []artefact.View
	for i := range 5 { // Friday noon to Monday noon: five hours and three
		views = append(views, decided(noon(5).Add(time.Duration(i)*time.Second), noon(8).Add(time.Duration(i)*time.Second)))
	}
	if c := CycleTime(views, w); c.WorkingHours == nil || *c.WorkingHours != 8 {
		t.Errorf("%v", c.WorkingHours)
	}
}

func update(person, week, state string, commitments ...[3]string) artefact.View {
	v := artefact.View{Doc: person + week, Kind: "weekly", State: state, Values: map[string]any{"person": person, "week": week}, Lists: map[string][]string{}}
	for i, c := range commitments {
		id := fmt.Sprint(i)
		v.Lists["priorities"] = append(v.Lists["priorities"], id)
		v.Values["priorities/"+id+"/text"], v.Values["priorities/"+id+"/outcome"], v.Values["priorities/"+id+"/reason"] = c[0], c[1], c[2]
	}
	return v
}

func TestPredictabilityPoolsWholeWeeks(t *testing.T) {
	before := update("ines", "2026-W22", "published", [3]string{"One", "delivered"}, [3]string{"Two", "slipped", "Waited for a decision"}, [3]string{"Three", "dropped", "Waited for a decision"})
	last := update("ines", "2026-W23", "published", [3]string{"Four", "delivered"}, [3]string{"Five", ""})
	last.Lists["outcomes"] = []string{"a", "b"}
	last.Values["outcomes/a/text"], last.Values["outcomes/b/text"] = "one.", "Something else"
	views := []artefact.View{
		before, last,
		update("tom", "2026-W22", "published", [3]string{"Six", ""}),
		update("arjun", "2026-W22", "draft", [3]string{"Seven", "delivered"}),
	}
	p := Predict(views, nil, window())
	// Week 23 is over: ines 1 of 3, tom 0 of 1. Week 24 is running.
	if p.Committed != 4 || p.Delivered != 1 || p.Ratio == nil || *p.Ratio != .25 || p.Unplanned != 1 {
		t.Fatalf("%+v", p)
	}
	if p.Reasons["Waited for a decision"] != 2 || p.Reasons["no reason given"] != 1 {
		t.Errorf("reasons %v", p.Reasons)
	}
	run := p.Series[len(p.Series)-1]
	if !run.Running || run.Committed != 2 || run.Delivered != 1 || run.Open != 1 {
		t.Errorf("running week %+v", run)
	}
}

func TestWithoutCommitmentsThereIsNoRatio(t *testing.T) {
	if p := Predict(nil, nil, window()); p.Ratio != nil || p.Why == "" || len(p.Series) != 12 {
		t.Errorf("%+v", p)
	}
}

func TestACommitmentLocksAndIsDeliveredByTheEndOfItsWeek(t *testing.T) {
	late := update("tom", "2026-W22", "published", [3]string{"Late", "delivered"})
	late.Moves = []artefact.Moved{{To: "published", At: time.Date(2026, 6, 3, 9, 0, 0, 0, time.UTC)}} // Wednesday of week 23
	ines := update("ines", "2026-W22", "published", [3]string{"In time", "delivered"}, [3]string{"After it", "delivered"})
	ines.Moves = []artefact.Moved{{To: "published", At: time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)}} // Monday
	for i, item := range ines.Items("priorities") {
		ines.Values[item+"/item"] = []string{"aa", "bb"}[i]
	}
	items := []artefact.View{
		{Doc: "aa", Kind: "item", Values: map[string]any{"delivered": "2026-06-05T16:00:00Z"}},
		{Doc: "bb", Kind: "item", Values: map[string]any{"delivered": "2026-06-09T16:00:00Z"}},
	}
	p := Predict([]artefact.View{late, ines}, items, window())
	if p.Committed != 2 || p.Delivered != 1 || p.Unplanned != 1 || p.Reasons["delivered after the week"] != 1 {
		t.Errorf("%+v", p)
	}
}
