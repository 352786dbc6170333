package sample

var updatesTom = updates(
	update{
		moment: moment{"tom", -11, fri, "15:20"},
		did: []did{
			{text: "Refund time is counted from the request, and the old reports say so."},
			{text: "A brief says what small refunds cost us and what we want in their place."},
		},
		metrics: "1,268 refunds last month, 739 of them for £15 or less, six refused.",
		risks:   []string{"Four floats ran dry on Saturdays last quarter. Nothing prevents a fifth tomorrow."},
		next: []promise{
			{text: "The floor of a float is decided.", became: delivered},
			{text: "The brief for small refunds is active.", became: delivered},
			{text: "Havreby’s first signature is on the bank’s form.", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"tom", -10, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"Havreby’s first signature", "The form went to an office that closed last year.", ""}},
		risks:   []string{"23 refunds have been paid twice because two operators approve by themselves.", "Five operators have to find £6,850 for their floats."},
		next: []promise{
			{text: "Every float shows its floor.", item: "floors", became: delivered},
			{text: "The account in kronor is decided.", became: delivered},
			{text: "A rule for small refunds is raised with six months of refusals.", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"tom", -9, fri, "15:25"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "The rule for £15 and less is raised, with one month of refusals."}},
		slipped: []slip{{"Six months of refusals", "Older ones are in Wanjiru’s mail and not in a list; one month has to do.", ""}},
		metrics: "Floats below their floor: five on Monday, two today.",
		risks:   []string{"The bank wants both Havreby signatories on one form, and one of them is at sea."},
		asks:    []ask{{"Whether we may pay a refund that nobody has looked at", "ines", "-8 Wed", "rule-15"}},
		next: []promise{
			{text: "The rule for small refunds is recorded.", became: delivered},
			{text: "Forms for the account are with the bank.", item: "krona", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"tom", -8, fri, "15:30"},
		did:     []did{{promise: 1}},
		slipped: []slip{{"The bank’s forms for kronor", "Havreby sent them back with one signature where two were asked for.", "krona"}},
		risks:   []string{"From the night on which the rule starts we learn of a bad refund afterwards."},
		next: []promise{
			{text: "Arjun has the ten cases that the rule must refuse.", became: delivered},
			{text: "Weekly settlement has a price, with the bank’s fees.", became: delivered},
			{text: "Gullholm’s forms are complete.", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"tom", -6, fri, "15:35"},
		did:     []did{{text: "One week of settlement has been run on paper and agrees with the month to the penny."}, {text: "Ten test refunds from Marrick’s float arrived the next morning."}},
		slipped: []slip{{"The account in kronor, to the week after next", "Havreby’s second signatory is at sea; the form follows the ship.", "krona"}},
		risks:   []string{"A float that is crossed in the middle of the night’s run pays half of its passengers.", "Disputes are answered in nine days, when the chance is gone."},
		next: []promise{
			{text: "Both of Havreby’s signatures are on the form.", item: "krona", became: delivered},
			{text: "The dispute rule is recorded.", became: delivered},
			{text: "Settlement pays four operators on a Tuesday.", item: "settle", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"tom", -5, fri, "15:25"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Small refunds have been paid by rule since Tuesday: 148 so far, none disputed."}},
		metrics: "Median refund time 5.5 to 4.2 days in one week.",
		slipped: []slip{{"Four operators on weekly payment", "They asked to see the lock on timetables decided first, since it changes what is owed on a Sunday.", "settle"}},
		risks:   []string{"Lunnay’s float holds £900 against a floor of £2,400, even with the loan agreed."},
		next: []promise{
			{text: "100 kronor reach Gullholm in kronor.", item: "krona", became: delivered},
			{text: "Ten operators are on weekly settlement.", item: "settle", became: late, reason: underestimated},
			{text: "Refunds at Lunnay go on with the loan.", became: delivered},
		},
	},
	update{
		moment:  moment{"tom", -4, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 3}},
		metrics: "The account in kronor saves about £940 a month at last year’s sales.",
		slipped: []slip{{"Ten operators on Tuesday’s run", "Two months of corrections had to be carried over by hand first.", "settle"}},
		risks:   []string{"The first Tuesday with twelve operators moves £61,000 in one afternoon."},
		next: []promise{
			{text: "Twelve operators are paid on one Tuesday.", item: "settle", became: delivered},
			{text: "We know what the first 600 refunds by rule cost.", became: delivered},
		},
	},
	update{
		moment:  moment{"tom", -3, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "The limit is £40, from the night on which it works."}},
		metrics: "611 refunds by rule in two weeks, two disputed, £23. Settlement went from the tenth of the month to the Tuesday after.",
		risks:   []string{"Floats will drain about a third faster at £40; three are within £200 of their floor."},
		next: []promise{
			{text: "Floors are worked out anew for the higher limit.", became: delivered},
			{text: "The eleven fields of a dispute are listed.", item: "disputes", became: late, reason: support},
			{text: "Corrections in weekly settlement are counted.", became: delivered},
		},
	},
	update{
		moment:  moment{"tom", -2, fri, "15:25"},
		did:     []did{{promise: 1}, {promise: 3}, {text: "The brief’s third criterion is met: 4 disputed in 913 refunds."}},
		slipped: []slip{{"The list of fields in a dispute", "Eleven counters rang about the twelve-trip card, and I took the calls.", "disputes"}},
		metrics: "Corrections: one in the first run, none in the second.",
		risks:   []string{"Nobody can say how many agents sell for us. I found 23 in the bank’s lines."},
		next: []promise{
			{text: "The fields of a dispute are on one page.", item: "disputes", became: delivered},
			{text: "All of us can read what refunds by agents cost.", became: delivered},
		},
	},
	update{
		moment:  moment{"tom", -1, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "Paid without a person: 66 in 100 of this week’s refunds, 41 three weeks ago.",
		risks:   []string{"Agents who pay at their own counter make us pay twice, about £80 a week.", "Three floats will meet their floor on the first cancelled Saturday."},
		asks:    []ask{{"Whether a passenger may be refunded in two parts", "wanjiru", "+0 Wed", "agent-refund"}},
		next: []promise{
			{text: "The 23 agents and their rates are on one list.", item: "agents"},
			{text: "The 23 agents know how a refund of theirs is paid."},
			{text: "Arjun has the seven fields that the record can fill."},
		},
	},
)
