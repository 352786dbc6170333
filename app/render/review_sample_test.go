package render_test

import (
	"time"

	"longhand/app/render"
)

// week24 is a whole review, the one that the design pages show.
func week24() render.Review {
	return render.Review{
		Team:       "Saltmarsh",
		Week:       "2026-W24",
		From:       "2026-06-08",
		To:         "2026-06-12",
		Headline:   "Half of small refunds now need nobody; group fares slipped",
		BottomLine: "Refunds under £20 have settled without a person since Wednesday, and the median passenger waited 1.9 days, down from 2.4. The islands group signed off the July list. Group fares for Cowal moved to week 26 because I raised its decision late.",
		GatheredBy: "Ines Carvalho",
		Written:    render.Written{Count: 6, Of: 6},
		Figures: []render.Figure{
			{Label: "Decision cycle time", Value: "3", Unit: "days", Note: "Median of 11; April 7.5"},
			{Label: "Planned and delivered", Value: "6", Unit: "of 7 this week", Note: "24 of 28 in four weeks"},
		},
		Outcomes: []render.Line{
			{Text: "Refunds under £20 settle without a person, for all twelve operators.", Person: "Arjun"},
			{Text: "The islands group signed off the July fix list, refunds first.", Person: "Ines"},
			{Text: "Every harbour’s boarding cut-off is written down:\n\n- Ardrossan\n- Brodick", Person: "Wanjiru"},
		},
		Metrics: []render.Impact{
			{Name: "Median refund time", Was: "2.4 d", Now: "1.9 d", Target: "1.0"},
			{Text: "Kiosk paper runs out **half as often** since Tuesday.", Person: "Mireille"},
		},
		Slipped: []render.Slip{{Text: "Group fares for Cowal Ferries, to week 26", Reason: "Two outcomes waited on one decision, raised a fortnight late."}},
		Risks: []render.Line{
			{Text: "Kvarøy’s terminal certificate ends on 30 June and renewal needs a visit.", Person: "Oskar"},
			{Text: "Card scheme test keys are nine days late; see [the thread](https://saltmarsh.example/keys).", Person: "Arjun"},
		},
		DecisionsNeeded: []render.Ask{
			{Title: "Pay for a second card acquirer", Person: "Tom", By: "2026-06-15"},
			{Title: "Settle small refunds from the operator’s float", Person: "Ines", By: "2026-06-16", ID: "D-7KQ4"},
		},
		Decided:    []render.Ruling{{ID: "D-3MX8", Title: "Kiosks print one receipt per booking", Owner: "Mireille", Date: "2026-06-10"}},
		Next:       []render.Line{{Text: "Refunds of £50 or less settle without a person for three operators.", Person: "Tom"}},
		ExportedAt: time.Date(2026, 6, 12, 16, 20, 0, 0, time.FixedZone("WEST", 3600)),
		ExportedIn: "Lisbon",
		Version:    "Record version 31",
	}
}
