package kind

var _ = register(Kind{
	ID: "member", Prefix: "E", Name: "Member", Plural: "Members", Order: 90, One: PerPerson,
	Purpose: "One’s own profile: name, zone and hours. Edited by its person, readable by the team.",
	Verb:    "Edit your profile",
	Fields: []Field{
		{Key: "name", Label: "Name", Type: Line},
		{Key: "initials", Label: "Initials", Type: Line},
		{Key: "role", Label: "What you do", Type: Line, Help: "In a few words"},
		{Key: "zone", Label: "Time zone", Type: Zone},
		{Key: "hours", Label: "Working hours", Type: Hours, Help: "Mon-Fri 09:00-17:30"},
		{Key: "leave", Label: "Leave", Type: List, Help: "Days away.", Items: []Field{
			{Key: "from", Label: "From", Type: Date},
			{Key: "to", Label: "To", Type: Date},
		}},
	},
	States: []State{
		{ID: "present", Label: "Present", Mark: Full},
	},
})
