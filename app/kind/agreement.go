package kind

import "longhand/app/cadence"

var _ = register(Kind{
	ID: "agreement", Prefix: "A", Name: "Working agreement", Plural: "Working agreement", Order: 70, One: PerTeam,
	Purpose: "How this team works together while apart: hours, lanes, channels, meetings.",
	Verb:    "Write the working agreement",
	Cadence: cadence.Rule{Every: cadence.Quarterly},
	Fields: []Field{
		{Key: "core-hours", Label: "Core hours", Type: Line, Help: "When all can be reached, computed from everyone’s hours; adjust it if need be."},
		{Key: "response-times", Label: "Response times", Type: List, Help: "One line for each lane.", Items: []Field{
			{Key: "lane", Label: "Lane", Type: Choice, Options: []string{"fast", "standard"}},
			{Key: "within", Label: "Answered within", Type: Line, Help: "15 minutes of working hours"},
		}},
		{Key: "channels", Label: "Channels", Type: List, Help: "Each channel, and what it is for.", Items: []Field{
			{Key: "name", Label: "Channel", Type: Line, Help: "Where"},
			{Key: "purpose", Label: "For", Type: Line, Help: "What belongs there, and what does not"},
		}},
		{Key: "meeting-rules", Label: "Meeting rules", Type: Text, Help: "When we meet, and what must be written before and after."},
		{Key: "definition-of-urgent", Label: "What urgent means", Ask: "Write what urgent means.", Type: Text, Help: "Narrow enough that most things are not."},
		{Key: "escalation", Label: "How we escalate", Type: Text, Help: "Who is asked next, and after how long."},
		{Key: "disagreement", Label: "How we disagree", Type: Text, Help: "How dissent is written down, and how it ends."},
		{Key: "review-by", Label: "Review by", Ask: "Say by when to review it.", Type: Date, Place: Note},
	},
	States: []State{
		{ID: "draft", Label: "Draft", Mark: Dashed, To: []string{"agreed"}, Verb: "Begin a new version", Open: true},
		{ID: "agreed", Label: "Agreed", Mark: Full, To: []string{"draft"}, Verb: "Put it into force",
			Needs: []string{"core-hours", "response-times.within>=1", "definition-of-urgent", "review-by", "settled"}, Seals: true},
	},
})
