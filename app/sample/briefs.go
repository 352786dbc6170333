package sample

// briefs are why the larger pieces of work exist.
var briefs = []Record{
	{Slug: "small-refunds", Kind: "brief", Title: "Small refunds paid by rule", Steps: []Step{
		{Week: -11, Day: thu, At: "13:40", Who: "tom", Set: map[string]any{
			"problem":         "A passenger waits 6.4 days for a refund, in the median of 1,268. Nearly six in ten are for £15 or less, and of those we refuse fewer than one in a hundred. The wait buys nothing.",
			"why-now":         "Two operators have begun to pay by themselves, and 23 refunds were paid twice. In a busy quarter the queue doubles.",
			"success-metrics": "Median days from request to payment: 6.4 to 2.0. Share paid without a person: 0 to 65 in 100. Disputed: under 1 in 100.",
			"owner":           "tom", "stakeholders": []string{"wanjiru", "arjun", "ines"}, "links": []string{"@small-and-never-refused"},
		}},
		{Week: -10, Day: thu, At: "14:00", Who: "tom", Set: map[string]any{
			"definition-of-done": []map[string]any{
				{"criterion": "Median wait is 2.0 days or less in four weeks running"},
				{"criterion": "65 in 100 refunds are paid with no person looking"},
				{"criterion": "Fewer than 1 in 100 of those are disputed"},
				{"criterion": "No float runs dry above its floor for a quarter"},
			},
			"scope":       "Refunds to cards and accounts for all twelve operators, and the floats that pay them.",
			"non-goals":   "Exchanging a ticket for another sailing. Refunds by agents, until we know who they are. Goodwill payments, which stay with a person.",
			"constraints": "An operator’s float is its own money: nothing is paid from it below the floor. The card company settles at night, so “at once” means tonight.",
			"trade-offs":  "We find out about a bad refund after it is paid. That is about £230 a month at the limit that we aim for.",
			"risks":       "Somebody learns the limit and keeps under it. We would see it first as the same card twice in a month.",
			"first-milestone": map[string]any{
				"text": "£15 or less is paid by rule for one operator", "date": "-6 Fri",
			},
		}, Move: "active"},
		{Week: -2, Day: thu, At: "11:25", Who: "tom", Set: map[string]any{
			"definition-of-done": []map[string]any{{}, {}, {"met": true}, {}},
		}},
	}},
	{Slug: "scan-offline", Kind: "brief", Title: "Boarding with no signal", Steps: []Step{
		{Week: -11, Day: wed, At: "10:10", Who: "oskar", Set: map[string]any{
			"problem":         "A scanner that waits for the server holds up everyone on the ramp. The 07:50 from Brannoch takes 16.5 minutes to board and 9 of those are waiting.",
			"why-now":         "Three operators board more than 250 people at once in the coming months. Last year eleven sailings left late for this alone.",
			"success-metrics": "Minutes from first to last scan on a full 07:50 at Brannoch: 16.5 to 9. Sailings late because of boarding: eleven a year to two.",
			"owner":           "oskar", "stakeholders": []string{"arjun", "ines"}, "links": []string{"@half-the-wait"},
		}},
		{Week: -10, Day: fri, At: "09:30", Who: "oskar", Set: map[string]any{
			"definition-of-done": []map[string]any{
				{"criterion": "A full 07:50 at Brannoch boards in nine minutes on ten working days"},
				{"criterion": "All 34 scanners board a full day with the signal switched off"},
				{"criterion": "Fewer than five refunded tickets a week get aboard"},
			},
			"scope":           "The handheld scanners at twelve harbours and what they know.",
			"non-goals":       "Gates and turnstiles. Better signal on the quays. Telling a master when to leave.",
			"constraints":     "Scanners hold 9 MB of tickets a day and are updated on Tuesday nights.",
			"trade-offs":      "A ticket refunded while a scanner is silent can be used. We count how often.",
			"risks":           "Clocks: a scanner that is wrong by a quarter of an hour shows the wrong sailing. First sign: a crew that rings at the same time each day.",
			"first-milestone": map[string]any{"text": "One scanner boards one sailing without signal, watched", "date": "-8 Fri"},
		}, Move: "active"},
	}},
	{Slug: "kiosk-four", Kind: "brief", Title: "A kiosk that needs no help", Steps: []Step{
		{Week: -10, Day: tue, At: "11:00", Who: "mireille", Set: map[string]any{
			"problem":         "For 1,000 kiosk sales the crew are called 41 times. Thirty-one in a hundred people who begin give up. Most stop at a question that has only one answer at their harbour.",
			"why-now":         "Eight kiosks have to be replaced before the next season, and we would copy nine screens into new machines.",
			"success-metrics": "Staff called per 1,000 sales: 41 to 15. People who give up: 31 to 12 in 100.",
			"owner":           "mireille", "stakeholders": []string{"oskar", "tom"},
		}},
		{Week: -9, Day: tue, At: "09:10", Who: "mireille", Set: map[string]any{
			"definition-of-done": []map[string]any{
				{"criterion": "All 21 kiosks sell in four screens"},
				{"criterion": "Staff are called 15 times or fewer per 1,000 sales, four weeks running"},
				{"criterion": "Every text exists in the three languages"},
			},
			"scope":           "What is on the screen and on the paper of our 21 kiosks.",
			"non-goals":       "New machines; they have a decision of their own. Selling on phones. Season tickets.",
			"constraints":     "Northmark Line sells two classes. Railcards stay. Updates go out on Tuesday nights.",
			"trade-offs":      "First class is easier to overlook.",
			"risks":           "The nine kiosks at small harbours have old screens and may be too slow. We would see it in the seconds per sale.",
			"first-milestone": map[string]any{"text": "Two weeks of sales at Marrick in four screens", "date": "-5 Fri"},
		}, Move: "active"},
		{Week: -3, Day: wed, At: "14:40", Who: "mireille", Set: map[string]any{
			"definition-of-done": []map[string]any{{}, {}, {"met": true}},
		}},
	}},
	{Slug: "third-day", Kind: "brief", Title: "Statements by the third working day", Steps: []Step{
		{Week: -11, Day: tue, At: "11:10", Who: "wanjiru", Set: map[string]any{
			"problem":         "Operators get their monthly statement on the ninth working day. Until then they ask us, about 64 times a week, what they are owed.",
			"why-now":         "Five operators close their own books on the fifth day and estimate our part.",
			"success-metrics": "Working days until all twelve statements are out: 9 to 3.",
			"owner":           "wanjiru", "stakeholders": []string{"tom", "ines"},
		}},
		{Week: -10, Day: tue, At: "09:45", Who: "wanjiru", Set: map[string]any{
			"definition-of-done": []map[string]any{
				{"criterion": "All twelve statements are out by the end of the third working day, once"},
				{"criterion": "Each has six columns that its operator can explain"},
				{"criterion": "Nobody here types a figure into one"},
			},
			"scope":           "The monthly statement, from the last sailing of the month to the operator’s mailbox.",
			"non-goals":       "A page on which operators look up their own figures. Yearly accounts.",
			"constraints":     "Late scans arrive for 26 hours after the last sailing.",
			"trade-offs":      "A correction after the third day moves to the next month.",
			"risks":           "One operator’s late file holds all twelve. First sign: the second working day without Rona Passage.",
			"first-milestone": map[string]any{"text": "One month closed with a written list of what we waited for", "date": "-9 Wed"},
		}, Move: "active"},
		{Week: -2, Day: wed, At: "14:50", Who: "wanjiru", Set: map[string]any{
			"definition-of-done": []map[string]any{{"met": true}, {"met": true}, {"met": true}},
		}, Move: "done"},
	}},
	{Slug: "one-hour", Kind: "brief", Title: "A changed sailing reaches its passengers within the hour", Steps: []Step{
		{Week: -1, Day: thu, At: "12:50", Who: "arjun", Set: map[string]any{
			"problem": "When an operator cancels, we learn of it in 4 minutes and the last passenger in 7 hours. Most of the gap is people whose mail we cannot reach: 38 in 100 bought at a kiosk and left no address.",
			"owner":   "arjun", "stakeholders": []string{"wanjiru", "mireille"},
		}},
		{Week: 0, Day: tue, At: "17:20", Who: "arjun", Set: map[string]any{
			"why-now":   "Refunds for cancelled sailings now start by themselves, so the message is the slowest part.",
			"non-goals": "Forecasts of delay. Weather.",
		}},
	}},
}

// objectives are what the team wants to be true, each with its number.
var objectives = []Record{
	objective("refund-days", "A refund is paid within two days", "tom",
		"Half of all passengers who ask for money back have it within two days.",
		"They have paid for a boat that they did not take. It is their money, and most of them cross every week.",
		"Days from request to payment, median", "days", 6.4, 2, "+9 Fri",
		moment{"tom", -11, fri, "11:10"}, 6.4, 6.5, 6.1, 5.9, 5.4, 5.5, 4.2, 3.6, 3.3, 2.9, 2.6, 2.4),
	objective("board-nine", "A full boat is boarded in nine minutes", "oskar",
		"The last of 310 passengers is scanned nine minutes after the first, with or without signal.",
		"A boat that leaves late at 07:50 is late all day, and the people at the end of the line pay for it four times.",
		"First to last scan, full 07:50 at Brannoch", "minutes", 16.5, 9, "+13 Fri",
		moment{"oskar", -11, fri, "12:30"}, 16.5, 16.2, 16.4, 15.1, 14, 14.3, 12.6, 12.1, 11.8, 11, 10.4, 10.1),
	objective("kiosk-calls", "Kiosks sell without help", "mireille",
		"Crew are called to a kiosk fifteen times or fewer for 1,000 sales.",
		"Each call takes one of the three people who run a pier away from the boat.",
		"Staff calls per 1,000 sales", "calls", 41, 15, "+13 Fri",
		moment{"mireille", -11, fri, "09:50"}, 41, 40, 42, 37, 36, 31, 29, 27, 27, 24, 22, 21),
	{Slug: "third-day-objective", Kind: "objective", Title: "Operators have their statement by the third working day", Steps: []Step{
		{Week: -11, Day: tue, At: "11:35", Who: "wanjiru", Set: map[string]any{
			"owner": "wanjiru", "due": "-1 Fri", "links": []string{"@third-day"},
			"outcome": "All twelve operators hold a statement that they can read by the end of the third working day of the month.",
			"why":     "Five of them estimate our part of their books today, and correct it every month.",
			"measure": map[string]any{"name": "Working days until the twelfth statement is out", "unit": "working days", "baseline": 9, "target": 3},
		}, Move: "active"},
		{Week: -10, Day: thu, At: "15:30", Who: "wanjiru", Set: map[string]any{"measure/readings": []map[string]any{{"at": "-10 Thu", "value": 9}}}},
		{Week: -6, Day: mon, At: "15:40", Who: "wanjiru", Set: map[string]any{"measure/readings": []map[string]any{{}, {"at": "-6 Mon", "value": 5}}}},
		{Week: -2, Day: wed, At: "14:20", Who: "wanjiru", Set: map[string]any{"measure/readings": []map[string]any{{}, {}, {"at": "-2 Wed", "value": 3}}}},
		{Week: -2, Day: wed, At: "15:10", Who: "wanjiru", Move: "achieved", Because: "The twelfth statement left on the third working day, and none was typed."},
	}},
}

// objective is one that is active from the first week and read every Friday.
func objective(slug, title, owner, outcome, why, name, unit string, from, to float64, due string, m moment, readings ...float64) Record {
	r := Record{Slug: slug, Kind: "objective", Title: title}
	begin := m.step(map[string]any{
		"owner": owner, "outcome": outcome, "why": why, "due": due,
		"measure": map[string]any{"name": name, "unit": unit, "baseline": from, "target": to},
	})
	begin.Move = "active"
	r.Steps = append(r.Steps, begin)
	m = m.later(5)
	for i, value := range readings {
		m.week = i - 11
		reading := map[string]any{"at": relative(m.week, "Fri"), "value": value}
		r.Steps = append(r.Steps, m.step(map[string]any{"measure/readings": nth(i, i+1, reading)}))
	}
	return r
}
