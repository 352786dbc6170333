package kind

// The team’s name travels as a document like any other, so that it can be
// changed and no relay ever reads it. It is no artefact that people write, and
// appears in no list.
var _ = register(Kind{
	ID: "team", Prefix: "TEAM", Name: "Team", Plural: "Teams", Order: 1000, One: PerTeam, Hidden: true,
	Purpose: "What the team is called.",
	States:  []State{{ID: "present", Label: "Present", Mark: Full}},
})
