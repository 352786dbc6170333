package sample

// agreement is how the six work together.
var agreement = Record{Slug: "agreement", Kind: "agreement", Title: "Working agreement", Steps: []Step{
	{Week: -10, Day: thu, At: "15:20", Who: "ines", Set: map[string]any{
		"core-hours": "13:00 to 13:30 in Lisbon on every working day. All six are at work then in every month of the year; from March to October it is an hour longer.",
		"response-times": []map[string]any{
			{"lane": "fast", "within": "15 minutes of the answerer’s working hours"},
			{"lane": "standard", "within": "24 hours, weekends left out"},
		},
		"definition-of-urgent": "A sailing cannot board, money leaves that should not, or a kiosk has kept somebody’s payment. Nothing else, however loud.",
	}},
	{Week: -9, Day: mon, At: "10:20", Who: "wanjiru", Set: map[string]any{
		"escalation": "The owner first. After 15 minutes without an answer in the fast lane: Ines, then Oskar before 09:00 in Lisbon and Mireille after 17:00. Write down afterwards what happened, in the same place.",
	}},
	{Week: -9, Day: tue, At: "13:50", Who: "oskar", Set: map[string]any{
		"meeting-rules": "We meet when somebody is hurt, when we disagree for the third time, or to see each other. An agenda is written the day before and notes the day after. Nobody is asked to come before 07:30 or after 19:30 where they are.",
	}},
	{Week: -9, Day: wed, At: "12:00", Who: "ines", Set: map[string]any{
		"channels": []map[string]any{
			{"name": "Longhand", "purpose": "Decisions, work, weekly updates. What is not here is not agreed."},
			{"name": "Chat", "purpose": "Questions that will not matter tomorrow."},
			{"name": "Phone", "purpose": "The fast lane, at any hour, for what the agreement calls urgent."},
			{"name": "Mail", "purpose": "Operators and harbours only. Among ourselves we do not write mail."},
		},
		"disagreement": "Say it in the record, with what would change your mind. The owner decides and writes the dissent down in the words of the one who holds it. After that we all carry it out until its review.",
		"review-by":    "+3 Fri",
	}, Move: "agreed"},
}}
