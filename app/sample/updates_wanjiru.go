package sample

var updatesWanjiru = updates(
	update{
		moment: moment{"wanjiru", -11, fri, "15:30"},
		did: []did{
			{text: "We know how many people ring before the line opens: 188 in a month."},
			{text: "A brief for earlier statements has an owner and a number to reach."},
		},
		metrics: "64 questions about money from operators this week.",
		risks:   []string{"I am the only one who can read the old support list."},
		next: []promise{
			{text: "The early phone line is decided.", became: delivered},
			{text: "One month is closed with a list of what we waited for.", became: delivered},
			{text: "The morning mail is raised with an example for Tolsay.", became: delivered},
		},
	},
	update{
		moment:  moment{"wanjiru", -10, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}, {promise: 3}},
		metrics: "Last month’s statements were complete on the ninth working day. Four of the nine were spent waiting for two operators’ files.",
		risks:   []string{"Spreadsheets at two operators pay refunds that are also on our list."},
		asks:    []ask{{"When the rule for small refunds replaces the reading by hand", "tom", "-8 Wed", ""}},
		next: []promise{
			{text: "Somebody answers the phone at 05:30.", item: "rota", became: delivered},
			{text: "Both operators send us the refunds that they have in hand.", became: late, reason: operator},
			{text: "Seven operators have explained their statement to me.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"wanjiru", -9, fri, "15:35"},
		did:     []did{{promise: 1}, {text: "Every refund comes through one list again, from all twelve operators."}},
		slipped: []slip{{"Refunds in hand at two operators", "Inner Sound sent theirs; Sandmouth’s colleague is on leave and nobody else has the file.", ""}, {"Calls about the statement", "The one list took four mornings; three of the seven calls are done.", ""}},
		risks:   []string{"Reading every refund takes my mornings until the rule works."},
		next: []promise{
			{text: "Sandmouth’s refunds are on our list.", became: late, reason: operator},
			{text: "The statement’s columns are raised with seven explanations.", became: delivered},
			{text: "The morning mail reaches all twelve.", became: delivered},
		},
	},
	update{
		moment:  moment{"wanjiru", -8, fri, "15:40"},
		did:     []did{{promise: 2}, {promise: 3}},
		slipped: []slip{{"Sandmouth’s refunds on our list", "Their colleague came back on Thursday and wants to check them once more.", ""}},
		metrics: "Early line: 61 calls in the week, two minutes each. Letters about first boats: 40 a month before, 6 so far.",
		risks:   []string{"Operators compare the mail with the bank already, on its third day."},
		next: []promise{
			{text: "The statement has its columns.", became: delivered},
			{text: "Questions that the morning mail raises are counted for a week.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"wanjiru", -7, fri, "15:30"},
		did:     []did{{promise: 1}, {text: "Operators can be asked for a single name: the question is raised with the 31 addresses that we have."}},
		slipped: []slip{{"The count of questions about the mail", "There were too many to count while answering them; Oskar counts next week.", ""}},
		risks:   []string{"The month is closing, with Rona Passage’s timetable still a photograph."},
		next: []promise{
			{text: "The statement goes out with six columns.", item: "six", became: delivered},
			{text: "One named contact for each operator is decided.", became: delivered},
			{text: "The morning mail is kept, changed or ended.", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"wanjiru", -6, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "The rule for late timetable changes is raised, with the 118 places from Saturday."}},
		slipped: []slip{{"What becomes of the morning mail", "Tom asked for a full week of figures before I change what I decided myself.", ""}},
		metrics: "Statements on the fifth working day, from the ninth. Letters about “net adjusted”: none.",
		risks:   []string{"Ostrey is run by whoever is ashore, and may never name one person."},
		next: []promise{
			{text: "All twelve operators have named a contact.", item: "contacts", became: late, reason: operator},
			{text: "The morning mail stops or is mended.", became: delivered},
		},
	},
	update{
		moment:  moment{"wanjiru", -5, fri, "15:30"},
		did:     []did{{promise: 2}, {text: "Eleven operators have named a contact and a deputy."}},
		slipped: []slip{{"Ostrey’s contact", "Their answer was a list of everyone on the boat; the harbour office will be the deputy.", "contacts"}},
		metrics: "Questions about money rose to 95 a week with the mail. It stopped last night.",
		risks:   []string{"Whoever was on the cancelled 14:00 from Tolsay had four mails from us and believes none."},
		next: []promise{
			{text: "All twelve contacts are the only addresses in our lists.", item: "contacts", became: delivered},
			{text: "Cancelled sailings have one mail, decided.", became: delivered},
			{text: "The difference between sales and bank has a column.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"wanjiru", -4, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Lunnay knows that a till is on offer and a kiosk is being weighed."}},
		slipped: []slip{{"A column for the difference", "Two cancelled days at Tolsay brought 160 letters.", ""}},
		metrics: "Questions about money fell to 52 a week since the mail stopped.",
		risks:   []string{"Fourteen people a week buy a second ticket because they have lost the first."},
		next: []promise{
			{text: "One mail goes to each passenger of a cancelled boat.", item: "once", became: delivered},
			{text: "Crews may reissue a lost ticket on a surname, in writing.", became: delivered},
			{text: "The column for the difference is in next month’s draft.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"wanjiru", -3, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"The column in next month’s draft", "The new mail had to be written in three languages, which I had promised for no day in particular.", ""}},
		metrics: "Replies to a cancellation: 60 for the four mails at Tolsay, 9 for the one mail on Thursday.",
		risks:   []string{"A neighbour knows a surname and a sailing; Tom may be right about the islands."},
		next: []promise{
			{text: "Crews reissue a lost ticket in a minute.", item: "lost", became: delivered},
			{text: "Statements are out by the third working day.", became: delivered},
			{text: "Two printers have quoted for the paper card.", item: "reprint", became: dropped, reason: needless},
		},
	},
	update{
		moment:  moment{"wanjiru", -2, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"Prices for printing the card", "Dropped on Tuesday: the paper card ends.", "reprint"}},
		metrics: "All twelve statements out on the third working day. The objective is closed.",
		risks:   []string{"Operators had fourteen messages from us this week, and answer the wrong ones."},
		asks:    []ask{{"Whether status is shown for seven operators or for none", "wanjiru", "+0 Tue", "sailing-status"}},
		next: []promise{
			{text: "Counters at Tolsay and Brannoch can explain the new twelve trips.", became: delivered},
			{text: "Five agents have told me how they refund.", became: delivered},
			{text: "Showing the sailing’s status has Ines’s advice.", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"wanjiru", -1, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Havreby has a date for boarding from the list: third, in two weeks."}},
		slipped: []slip{{"Status on the ticket page", "Ines has had the kiosks and the fares on her desk; she answers next week.", ""}},
		metrics: "Lost tickets: 43 reissued, one dead code shown at a ramp. Double purchases: 14 a week before, 3 now.",
		risks:   []string{"Five unsigned fare sheets sit with contacts who are away until Wednesday."},
		next: []promise{
			{text: "Operators know on which day they hear from us.", became: delivered},
			{text: "Callers can see for themselves whether the boat is on time, or know why not.", became: late, reason: waited},
			{text: "The counters have exchanged their first hundred paper cards.", became: delivered},
		},
	},
	update{
		moment:  moment{"wanjiru", 0, thu, "10:40"},
		did:     []did{{promise: 1}, {promise: 3}, {text: "Nine of twelve contacts have signed the fares that we sell."}},
		slipped: []slip{{"Status on the ticket page, past its date of Tuesday", "I asked Ines two weeks ago and have not asked again; I shall today.", ""}},
		metrics: "Paper cards exchanged: 112 of about 1,900.",
		risks:   []string{"Half a refund from us and half from an agent would double the calls that we just got rid of.", "Port Ellery wants to sell bicycles at two fares."},
		asks:    []ask{{"What to advise on status for seven operators", "ines", "+1 Mon", "sailing-status"}, {"How agents’ refunds reach the passenger", "tom", "+0 Fri", "agent-refund"}},
		next: []promise{
			{text: "The first Monday letter is out at nine.", item: "letter"},
			{text: "The five harbours with a board on the quay have said whether they could send its times."},
		},
	},
)
