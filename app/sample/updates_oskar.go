package sample

var updatesOskar = updates(
	update{
		moment: moment{"oskar", -11, fri, "15:10"},
		did:    []did{{text: "The ramp at Brannoch is timed: 16.5 minutes for 310 people, 9 of them spent on the signal."}, {text: "Five scanners are open on my table, and the battery is the fault in all of them."}},
		risks:  []string{"Twelve of 34 scanners die before the last boat."},
		asks:   []ask{{"How long a scanner may go without news", "arjun", "-10 Thu", "scan-store"}},
		next: []promise{
			{text: "Tickets on the scanner are decided.", became: delivered},
			{text: "Vestness is timed on two mornings.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"oskar", -10, fri, "15:05"},
		did:     []did{{promise: 1}, {text: "A crew at Brannoch boarded 40 people from a copied list, in the rain and with no signal."}},
		slipped: []slip{{"Two mornings at Vestness", "The early line needed a second voice from Thursday, and that was mine.", ""}},
		risks:   []string{"9 MB over a weak signal may take longer than the night."},
		next: []promise{
			{text: "We know how long 9 MB take at Brannoch.", item: "store", became: delivered},
			{text: "Batteries or scanners: decided.", became: delivered},
			{text: "Vestness has been timed once.", became: late, reason: support},
		},
	},
	update{
		moment:  moment{"oskar", -9, fri, "15:10"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"Timing at Vestness", "My two mornings go to the phone now; it has to be an afternoon boat.", ""}},
		metrics: "A day of tickets loads in 6 minutes at Brannoch at night and in 50 at half past seven.",
		risks:   []string{"The list on a scanner is as old as its last good signal."},
		next: []promise{
			{text: "Every scanner has a new battery.", item: "spares", became: delivered},
			{text: "One sailing boards with no signal, watched.", item: "store", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"oskar", -8, fri, "15:05"},
		did:     []did{{promise: 1}, {text: "An afternoon boat at Vestness is timed: 11 minutes for 180."}},
		slipped: []slip{{"The watched sailing with no signal", "Loading at the first scan takes 50 minutes; it has to happen at night, which is a week more.", "store"}},
		metrics: "Scanners that died before the last boat: twelve in a day last month, none since Thursday.",
		risks:   []string{"A full boat left Vestness with ticket holders on the ramp; I was there."},
		next: []promise{
			{text: "The 07:50 boards with its aerials unscrewed.", item: "store", became: delivered},
			{text: "A lane for those on foot is raised with four mornings of figures.", became: delivered},
			{text: "Three masters have said what they think of a lamp.", item: "lamp", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"oskar", -7, fri, "15:10"},
		did:     []did{{promise: 1}, {promise: 2}},
		slipped: []slip{{"What masters think of a lamp", "Two were at sea; the third answered with a question about tides.", "lamp"}},
		metrics: "Boarding the 07:50: 14.0 minutes on the first morning without waiting for a signal.",
		risks:   []string{"A lamp may look like an order to a master. Ines thinks that it is one."},
		asks:    []ask{{"Whether Brannoch Ferries lends a crew member for fifteen minutes", "wanjiru", "-6 Mon", "foot-lane"}},
		next: []promise{
			{text: "The lane at Brannoch is decided.", became: delivered},
			{text: "Holding a sailing is decided or given up.", became: delivered},
			{text: "Inner Sound’s scanners keep a day of tickets.", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"oskar", -6, fri, "15:05"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "An afternoon at Vestness shows that one sale in five starts in the wrong language."}},
		slipped: []slip{{"Tickets on Inner Sound’s scanners", "Their office has the only charger and was shut for two days.", "store"}},
		risks:   []string{"Signs on a wet floor come off."},
		next: []promise{
			{text: "Foot passengers have their lane at Brannoch.", item: "lane", became: delivered},
			{text: "Inner Sound boards from the list on the scanner.", became: delivered},
		},
	},
	update{
		moment:  moment{"oskar", -5, fri, "15:10"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "The 07:50 at Brannoch took 12.6 minutes with the lane, 14.3 the week before.",
		slipped: []slip{{"A day of tickets on each scanner, delivered two weeks ago", "It came back: I wrote “the day” and meant until the last boat, which lands after midnight.", "store"}},
		risks:   []string{"Every crew with a night boat thinks in sailings and not in dates."},
		next: []promise{
			{text: "The 23:40 from Tolsay boards from the scanner’s list.", item: "store", became: delivered},
			{text: "Sending the bridge a number is raised.", became: delivered},
		},
	},
	update{
		moment:  moment{"oskar", -3, fri, "15:05"},
		did:     []did{{text: "Nine masters know which two numbers they will get, and when."}, {text: "A wet morning at Vestness is counted: 7 printed codes in 100 needed a second try."}},
		metrics: "Boarding stayed at 11.8 minutes with two crew members off sick.",
		risks:   []string{"The bridge’s phone has no signal at five quays."},
		next: []promise{
			{text: "Nine bridges get two numbers before the ramp lifts.", item: "count", became: late, reason: operator},
			{text: "Kessel Point has a price for a gate.", became: delivered},
		},
	},
	update{
		moment:  moment{"oskar", -2, fri, "15:10"},
		did:     []did{{promise: 2}, {text: "Five bridges get two numbers."}},
		slipped: []slip{{"The other four bridges", "Brannoch Ferries owes us four phone numbers since Monday.", "count"}},
		metrics: "Five boats with a number on the bridge: clicker and scanner differed by at most two.",
		risks:   []string{"143 passengers met the yellow bar at Havreby on Saturday, and will again tomorrow."},
		asks:    []ask{{"Whether quays are counted before the gate is decided", "ines", "-1 Tue", "quay-days"}},
		next: []promise{
			{text: "All nine bridges get both numbers.", item: "count", became: delivered},
			{text: "Each harbour knows in which week it boards from the list.", became: delivered},
			{text: "Inner Sound has our question about a gate in writing.", became: delivered},
		},
	},
	update{
		moment:  moment{"oskar", -1, fri, "15:05"},
		did:     []did{{promise: 1}, {promise: 2}, {promise: 3}},
		metrics: "First to last scan on a full 07:50: 10.4 minutes.",
		risks:   []string{"Tolsay’s scanners load over one old line.", "People board the wrong boat at Kessel Point four times a week."},
		asks:    []ask{{"Whether a gate may depend on a signal", "arjun", "+0 Wed", "gate-kessel"}},
		next: []promise{
			{text: "Brannoch boards four mornings from the list.", item: "first-two", became: delivered},
			{text: "Tolsay boards four mornings from the list.", item: "first-two", became: late, reason: underestimated},
			{text: "Inner Sound has seen a drawing of the gate.", item: "gate-drawing", became: dropped, reason: waited},
		},
	},
	update{
		moment:  moment{"oskar", 0, fri, "14:50"},
		did:     []did{{promise: 1}, {text: "We know why three scanners at Tolsay did not load: the old line drops at 01:40, when the harbour’s backup runs."}},
		slipped: []slip{{"Four mornings at Tolsay", "The first was lost to the line; it boarded from the list from Wednesday on.", "first-two"}},
		metrics: "Yellow bars: 0, 2, 1 and 0 at Brannoch; 31 at Tolsay on Tuesday, 4 since.",
		risks:   []string{"Havreby is third, and its line is older than Tolsay’s.", "The gate may be decided before anybody has counted."},
		asks:    []ask{{"Whether a gate is worth £7,250 to passengers of one pier", "mireille", "+1 Tue", "gate-kessel"}},
		next: []promise{
			{text: "Tolsay loads its tickets at 03:00 on five nights.", item: "first-two"},
			{text: "The gate at Kessel Point is decided."},
		},
	},
)
