package sample

var updatesInes = updates(
	update{
		moment: moment{"ines", -11, fri, "15:40"},
		did: []did{
			{text: "All twelve operators know whom to write to about money, boarding and kiosks."},
			{text: "The question of the Monday call is out, with what it costs."},
		},
		metrics: "Refund time, counted the honest way, is 6.4 days and not 3.1.",
		risks:   []string{"Two operators may read the new refund figure as a worse service. Brannoch Ferries gets its report on Tuesday.", "Havreby’s contract ends this year and they have not answered two letters."},
		asks:    []ask{{"What the floor of a float is", "tom", "-10 Fri", "float-floor"}},
		next: []promise{
			{text: "The Monday call is kept or ended, in writing.", became: delivered},
			{text: "A first draft of the working agreement is out for comments.", became: delivered},
			{text: "Brannoch agrees on a morning for a first count on the quay.", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"ines", -10, fri, "15:35"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Brannoch Ferries has the new refund report and asked one question about it."}},
		slipped: []slip{{"A morning for the first count at Brannoch", "The harbour master was on leave until today.", ""}},
		risks:   []string{"Lunnay Community Boat cannot pay £1,500 into its float, and the floor does not care."},
		asks:    []ask{{"Whether the account in kronor is with our bank or with a payment firm", "tom", "-9 Wed", "krona-account"}},
		next: []promise{
			{text: "The working agreement is in force.", item: "", became: delivered},
			{text: "How long we keep names is raised, with every use of a name listed.", became: delivered},
			{text: "The count at Brannoch has a date in the harbour’s book.", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"ines", -9, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "Hours in calls this week: 1.5 for me, where it was 5.",
		slipped: []slip{{"The date for the count at Brannoch", "The harbour wants a letter from Brannoch Ferries first; it went on Thursday.", ""}},
		risks:   []string{"Nobody has found yet where the nine years of backups are.", "Two operators still approve refunds themselves, against what we agreed."},
		next: []promise{
			{text: "Passenger names have a day on which they go.", became: delivered},
			{text: "Weekly settlement is raised with figures for all twelve.", became: delivered},
			{text: "Rona Passage signs its renewal.", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"ines", -8, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Oskar can stand at Brannoch’s lower ramp on any weekday: the harbour has written."}},
		slipped: []slip{{"Rona Passage’s renewal", "Their treasurer wants to see the six columns before signing.", "six"}},
		risks:   []string{"Weekly settlement and the account in kronor both need Tom in the same month."},
		asks:    []ask{{"Which columns the statement keeps", "wanjiru", "-7 Thu", "statement-six"}},
		next: []promise{
			{text: "Operators are paid weekly or they are not: decided.", became: delivered},
			{text: "Rona Passage has signed.", became: delivered},
			{text: "Next season’s timetable dates are on one page.", became: dropped, reason: needless},
		},
	},
	update{
		moment:  moment{"ines", -7, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"One page of next season’s dates", "Not needed any more: the operators’ files will carry the dates.", "files"}},
		risks:   []string{"A wrong fare will be paid out within the week once settlement is weekly.", "Holding sailings from the scanner would touch two contracts; I have said so in the record."},
		next: []promise{
			{text: "Twelve operators have the notice of weekly settlement.", became: delivered},
			{text: "The rule for late timetable changes is raised with the last twenty changes.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"ines", -6, fri, "15:45"},
		did:     []did{{promise: 1}, {text: "The lawyer accepts a notice at the kiosk in place of 640 printed words."}},
		slipped: []slip{{"The figures for late timetable changes", "Two days went into the morning mail’s questions; Wanjiru has raised it herself today.", ""}},
		metrics: "Questions about money: 64 a week before the morning mail, 88 now.",
		risks:   []string{"The morning mail makes more questions than it answers.", "Three operators heard of weekly settlement from each other before our letter."},
		asks:    []ask{{"Whether the morning mail goes on", "wanjiru", "-5 Fri", "takings-mail"}},
		next: []promise{
			{text: "Late timetable changes have a rule.", became: delivered},
			{text: "Lunnay’s float has an answer before refunds stop there.", became: delivered},
			{text: "Contracts up for renewal name a contact and a deputy.", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"ines", -5, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"Contacts in the renewals", "Ostrey’s deputy is still open, and I want one wording for all.", "contacts"}},
		risks:   []string{"Lunnay’s grant is paid in about six weeks; until then £1,500 of ours is in its float."},
		next: []promise{
			{text: "The loan to Lunnay is signed by its treasurer.", became: delivered},
			{text: "The day of the lock is in every operator’s calendar.", became: delivered},
			{text: "Three harbours agree to be counted.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"ines", -4, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"Harbours that agree to be counted", "Port Ellery’s wrong bicycle fare took Wednesday and Thursday.", ""}},
		metrics: "Eleven days of a fare that was £2 too low: 214 passengers, £428.",
		risks:   []string{"What we sell and what operators believe we sell can differ for days, and nobody has signed either.", "The paper card for twelve trips is in no count of ours."},
		next: []promise{
			{text: "The four operators with a twelve-trip card know what we propose in its place.", became: delivered},
			{text: "We know how Port Ellery’s fare came to be wrong.", became: delivered},
		},
	},
	update{
		moment: moment{"ines", -3, fri, "15:40"},
		did:    []did{{promise: 1}, {promise: 2}},
		risks:  []string{"People over seventy will hear that “the card is ending” before they hear what follows.", "Eight kiosks are older than their spare parts."},
		asks:   []ask{{"Who tells the counters at Tolsay about the card, and in which words", "wanjiru", "-2 Wed", "twelve-trip"}},
		next: []promise{
			{text: "Counters know what follows the twelve-trip card.", became: delivered},
			{text: "Operators have seen what signing a fare would ask of them.", became: delivered},
			{text: "Two quotes for kiosks can be compared.", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"ines", -2, fri, "15:35"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Lunnay has repaid £500 of its loan early."}},
		slipped: []slip{{"A comparison of the two kiosk quotes", "One counts repairs by the hour and the other by the year; I had not allowed for that.", ""}},
		risks:   []string{"We may decide about a gate at Kessel Point without having counted anybody there."},
		next: []promise{
			{text: "No new fare goes on sale without a signature.", became: delivered},
			{text: "Two people can be hired to count: the money and the days are agreed.", became: delivered},
			{text: "Both prices for eight kiosks stand on one page.", became: delivered},
		},
	},
	update{
		moment:  moment{"ines", -1, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}, {promise: 3}},
		metrics: "Seven of twelve fare sheets are signed, covering 81 in 100 of sales.",
		risks:   []string{"The kiosk question spends a month and a half of our reserve, whichever way it goes.", "Five operators have not signed their fares, Port Ellery among them."},
		asks: []ask{
			{"Whether a lease may keep our printers", "mireille", "+0 Wed", "kiosk-lease"},
			{"How agents’ refunds are paid", "tom", "+0 Fri", "agent-refund"},
		},
		next: []promise{
			{text: "Mireille can order kiosks, bought or leased."},
			{text: "Ten of twelve operators have signed their fares.", item: "fares"},
			{text: "Two counters are booked for four quays.", item: "quay", became: delivered},
		},
	},
	update{
		moment: moment{"ines", 0, thu, "09:50"}, draft: true,
		did: []did{
			{promise: 3},
			{text: "Operators know that from next week they hear from us on Mondays only."},
		},
		slipped: []slip{{"All twelve fare sheets by Wednesday", "Nine are signed; Port Ellery has two bicycle fares and wants to keep both.", "fares"}},
		risks:   []string{"Three scanners at Tolsay did not load on the first morning. Oskar knows more by Friday."},
	},
)
