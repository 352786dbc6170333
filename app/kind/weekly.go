package kind

import "longhand/app/cadence"

var _ = register(Kind{
	ID: "weekly", Prefix: "W", Name: "Weekly update", Plural: "Weekly updates", Order: 30, One: PerPersonWeek,
	Purpose: "What one person’s week changed, what slipped, and what comes next, in ten minutes.",
	Verb:    "Write this week’s update",
	Cadence: cadence.Rule{Every: cadence.Weekly, Weekday: 5, At: "16:00"},
	Fields: []Field{
		{Key: "person", Label: "Person", Type: Person, Place: Away, Auto: true},
		{Key: "week", Label: "Week", Type: Week, Place: Away, Auto: true},
		{Key: "outcomes", Label: "Outcomes shipped", Type: List, Help: "What is different for someone now. Results, not effort.", Items: []Field{
			{Key: "text", Label: "Outcome", Type: Line, Help: "What changed for someone"},
			{Key: "item", Label: "Work item", Type: Ref, Options: []string{"item"}},
		}},
		{Key: "metrics-impact", Label: "Metrics impact", Type: Text, Help: "Which number moved, from what to what."},
		{Key: "slipped", Label: "What slipped, and why", Type: List, Help: "Each with its reason. A slip with a reason is information.", Items: []Field{
			{Key: "text", Label: "What", Type: Line, Help: "What did not happen"},
			{Key: "reason", Label: "Reason", Type: Line, Help: "Why not"},
			{Key: "item", Label: "Work item", Type: Ref, Options: []string{"item"}},
		}},
		{Key: "top-risks", Label: "Top three risks", Type: List, Max: 3, Help: "Three at most, the worst first.", Items: []Field{
			{Key: "text", Label: "Risk", Type: Line, Help: "What could go wrong, and when we would know"},
			{Key: "risk", Label: "From the register", Type: Ref, Options: []string{"risk"}},
		}},
		{Key: "decisions-needed", Label: "Decisions needed", Type: List, Help: "From whom, and by when.", Items: []Field{
			{Key: "text", Label: "What", Type: Line, Help: "The question"},
			{Key: "by", Label: "By whom", Type: Person},
			{Key: "by-when", Label: "By when", Type: Date},
			{Key: "decision", Label: "Decision", Type: Ref, Options: []string{"decision"}},
		}},
		{Key: "priorities", Label: "Next week", Type: List, Help: "In order. These are commitments; the first matters most.", Items: []Field{
			{Key: "text", Label: "Commitment", Type: Line, Help: "What will be true by Friday"},
			{Key: "item", Label: "Work item", Type: Ref, Options: []string{"item"}},
			{Key: "outcome", Label: "Became", Type: Choice, Options: []string{"delivered", "slipped", "dropped"}, After: true},
			{Key: "reason", Label: "Reason", Type: Line, Help: "Why", After: true},
		}},
	},
	States: []State{
		{ID: "draft", Label: "Draft", Mark: Dashed, To: []string{"published"}, Open: true},
		{ID: "published", Label: "Published", Mark: Full, Verb: "Publish", By: Author,
			Needs: []string{"top-risks<=3", "decisions-needed.by=all", "decisions-needed.by-when=all", "slipped.reason=all", "settled"}, Seals: true},
	},
})
