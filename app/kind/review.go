package kind

import "longhand/app/cadence"

var _ = register(Kind{
	ID: "review", Prefix: "R", Name: "Weekly review", Plural: "Weekly reviews", Order: 40, One: PerWeek,
	Purpose: "The team’s week on one page, gathered from what everyone wrote.",
	Verb:    "Gather this week’s review",
	Cadence: cadence.Rule{Every: cadence.Weekly, Weekday: 5, At: "16:20"},
	Fields: []Field{
		{Key: "week", Label: "Week", Type: Week, Place: Away, Auto: true},
		{Key: "headline", Label: "Headline", Type: Line, Help: "The week in one line, good and bad."},
		{Key: "bottom-line", Label: "Bottom line", Type: Text, Help: "Three sentences at most, for someone who reads nothing else."},
		{Key: "gathered-by", Label: "Gathered by", Type: Person, Place: Note},
		{Key: "snapshot", Label: "Snapshot", Type: Record, Place: Away, Auto: true, Items: []Field{
			{Key: "heads", Label: "Built from", Type: Line},
			{Key: "json", Label: "Content", Type: Text},
		}},
	},
	States: []State{
		{ID: "draft", Label: "Draft", Mark: Dashed, To: []string{"published"}, Open: true},
		{ID: "published", Label: "Published", Mark: Full, Verb: "Publish",
			Needs: []string{"headline", "bottom-line", "bottom-line<=3 sentences", "gathered-by", "settled"}, Seals: true},
	},
})
