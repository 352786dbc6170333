package kind

var _ = register(Kind{
	ID: "objective", Prefix: "O", Name: "Objective", Plural: "Objectives", Order: 50,
	Purpose: "An outcome the team wants, the one person responsible, and the number that shows it.",
	Verb:    "Set an objective",
	Fields: []Field{
		{Key: "outcome", Label: "Outcome", Type: Text, Help: "What will be true that is not true now."},
		{Key: "why", Label: "Why", Type: Text, Help: "Who is better off, and how."},
		{Key: "owner", Label: "Responsible", Type: Person, Place: Note},
		{Key: "measure", Label: "Measure", Type: Record, Items: []Field{
			{Key: "name", Label: "Measured by", Type: Line, Help: "What is counted"},
			{Key: "unit", Label: "Unit", Type: Line, Help: "days, %, minutes"},
			{Key: "baseline", Label: "From", Type: Number},
			{Key: "target", Label: "To", Type: Number},
			{Key: "readings", Label: "Readings", Type: List, Help: "One line each time it is measured.", Items: []Field{
				{Key: "at", Label: "On", Type: Date},
				{Key: "value", Label: "Value", Type: Number},
			}},
		}},
		{Key: "due", Label: "Due", Type: Date, Place: Note},
	},
	States: []State{
		{ID: "proposed", Label: "Proposed", Mark: Dashed, To: []string{"active", "stopped"}, Open: true},
		{ID: "active", Label: "Active", Mark: Half, To: []string{"achieved", "missed", "stopped"}, Verb: "Make it active",
			Needs: []string{"outcome", "owner", "settled"}, Open: true},
		{ID: "achieved", Label: "Achieved", Mark: Full, Verb: "Call it achieved"},
		{ID: "missed", Label: "Missed", Mark: Struck, Verb: "Call it missed", Needs: []string{"because"}, Aside: true},
		{ID: "stopped", Label: "Stopped", Mark: Struck, Verb: "Stop it", Needs: []string{"because"}, Aside: true},
	},
})
