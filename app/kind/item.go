package kind

var _ = register(Kind{
	ID: "item", Prefix: "I", Name: "Work item", Plural: "Work items", Order: 60,
	Purpose: "One piece of work with one owner, a next action and a date.",
	Verb:    "Add an item",
	Fields: []Field{
		{Key: "requirement", Label: "What done means", Type: Text, Help: "So clear that it is not reopened for being unclear."},
		{Key: "next-action", Label: "Next action", Type: Line, Help: "The very next thing someone does"},
		{Key: "owner", Label: "Owner", Type: Person, Place: Note},
		{Key: "due", Label: "Due", Type: Date, Place: Note},
		{Key: "expected-completion", Label: "Expected", Ask: "Say when you expect it to be done.", Type: Date, Place: Note},
		{Key: "objective", Label: "Objective", Type: Ref, Options: []string{"objective"}, Place: Note},
		{Key: "brief", Label: "Brief", Type: Ref, Options: []string{"brief"}, Place: Note},
		{Key: "delivered", Label: "Delivered", Type: Instant, Place: Away, Auto: true},
		{Key: "reopened", Label: "Reopened", Type: List, Help: "Why finished work came back.", Items: []Field{
			{Key: "reason", Label: "Reason", Type: Choice, Options: []string{"unclear requirement", "defect", "changed decision", "other"}},
			{Key: "text", Label: "What came back", Type: Line},
			{Key: "at", Label: "On", Type: Instant, Auto: true},
		}},
	},
	States: []State{
		{ID: "to-do", Label: "To do", Mark: Empty, Verb: "Put it back", To: []string{"in-progress", "stopped"}, Open: true},
		{ID: "in-progress", Label: "In progress", Mark: Half, To: []string{"delivered", "stopped", "to-do"}, Verb: "Start it",
			Needs: []string{"owner", "next-action", "expected-completion"}, Open: true},
		{ID: "delivered", Label: "Delivered", Mark: Full, To: []string{"in-progress"}, Verb: "Deliver it", Needs: []string{"owner"}, Sets: "delivered"},
		{ID: "stopped", Label: "Stopped", Mark: Struck, To: []string{"to-do"}, Verb: "Stop it", Needs: []string{"because"}, Aside: true},
	},
})
