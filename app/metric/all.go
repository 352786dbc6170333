package metric

import "longhand/app/artefact"

// Of counts everything that this version measures. What it does not measure
// yet is nil, with the reason, and never a guess.
func Of(views []artefact.View, w Window) Report {
	var decisions, weeklies, items []artefact.View
	for _, v := range views {
		switch v.Kind {
		case "decision":
			decisions = append(decisions, v)
		case "weekly":
			weeklies = append(weeklies, v)
		case "item":
			items = append(items, v)
		}
	}
	return Report{
		Weeks: w.Weeks, From: w.First().String(), To: w.Last.String(), Records: len(decisions) + len(weeklies),
		Cycle: CycleTime(decisions, w), Predictability: Predict(weeklies, items, w),
		Meetings:  Meetings{Why: "Meetings are not recorded in this version yet."},
		Rework:    Rework{Why: "Rework is not counted in this version yet."},
		Clarity:   Clarity{Why: "The clarity pulse is not asked in this version yet."},
		FastLane:  FastLane{Why: "Requests are not recorded in this version yet."},
		Diagnosis: []Finding{},
	}
}
