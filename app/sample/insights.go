package sample

// insights are what the team learned about the people it serves.
var insights = []Record{
	insight("half-the-wait", "Half of the wait on the ramp is the signal", moment{"oskar", -11, mon, "11:30"},
		"Passengers at Brannoch do not queue for the boat; they queue for the scanner’s answer. With signal a person takes 2 seconds, without it up to 11.",
		"Four mornings with a stopwatch: 16.5 minutes in the median for 310 people, of which 9 with somebody standing still at a scanner.",
		"Stopwatch at the lower ramp", "Morning commuters, Brannoch", "boarding", "signal"),
	insight("small-and-never-refused", "Most refunds are small and almost none is refused", moment{"tom", -11, thu, "10:20"},
		"Nearly six refunds in ten are for £15 or less, and of 739 such requests six were refused. What passengers wait for is our reading, and not a judgement.",
		"All requests of one month, from the support list, with the outcome of each.",
		"Support list, one month", "Passengers asking for money back", "refunds", "money"),
	insight("who-pays-cash", "Coins at kiosks come from crews and from day visitors", moment{"mireille", -10, wed, "10:15"},
		"Nearly half of the coins at the three cash kiosks are put in by the crew, for passengers who have already boarded. The rest are people on a day out who have change to use up.",
		"Two days beside the kiosk at Sandmouth and one at Ostrey: 61 cash sales, 28 of them by crew.",
		"Three days at two piers", "Sandmouth Boats, Ostrey Crossings", "kiosk", "cash"),
	insight("bank-not-sales", "Operators check us against their bank and not against their sailings", moment{"wanjiru", -6, tue, "14:30"},
		"A bookkeeper opens the bank page first and then looks for the same number in ours. A sum that is right and different is worse for them than one that is late.",
		"Calls with nine of the twelve operators about the morning mail; seven read the bank’s figure aloud before ours.",
		"Nine calls in one week", "Bookkeepers at operators", "money", "statement"),
	insight("second-language", "One sale in five at Vestness begins in the wrong language", moment{"oskar", -6, wed, "15:10"},
		"Swedish and English speakers at Vestness press through Norwegian screens by the pictures. Where there is no picture, at the railcard, they stop and look for the crew.",
		"An afternoon at the kiosk: 84 sales, 17 with a word such as “sorry” or “hur” before the third screen.",
		"Afternoon at the kiosk", "Visitors at Vestness", "kiosk", "language"),
	insight("sailing-not-date", "For a crew the day ends with the last boat", moment{"oskar", -5, tue, "10:40"},
		"The 23:40 from Tolsay lands at 00:25, and for its crew that is still yesterday. Whatever we build on dates breaks on that boat first.",
		"61 tickets that the scanner called unknown after midnight, on two nights in one week.",
		"Night boat, two crews", "Tolsay Line", "boarding", "dates"),
	insight("deleted-mail", "A lost ticket is mostly a deleted mail", moment{"wanjiru", -4, thu, "13:45"},
		"People clear out their mail on the way to the quay and delete us with the rest. They know their surname and their boat, and seldom who paid.",
		"43 requests in one week: 31 deleted mails, 7 broken phones, 5 bought by somebody else.",
		"Support list, one week", "Passengers on the day of travel", "tickets", "support"),
	insight("wet-codes", "Small codes fail in the rain", moment{"mireille", -3, wed, "15:20"},
		"Thermal paper curls when it is wet, and a code of 22 mm bends out of the scanner’s view. At 30 mm it still reads.",
		"100 tickets on a wet morning at Vestness: 7 needed a second scan. Fifty printed larger and held under a tap: 1.",
		"Wet morning, and a tap", "Foot passengers at Vestness", "print", "boarding"),
	insight("agents-first", "Agents pay at their counter and tell us later", moment{"wanjiru", -1, thu, "14:20"},
		"Two of the larger agents give the passenger the money from their own till, because the passenger is their customer tomorrow. Our refund then arrives at somebody who has been paid.",
		"Five conversations with agents in Brannoch and Port Ellery, and one till roll.",
		"Five agents", "Travel agents", "refunds", "agents"),
}

func insight(slug, title string, m moment, summary, evidence, source, customer string, tags ...string) Record {
	day := []string{mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri"}[m.day]
	return Record{Slug: slug, Kind: "insight", Title: title, Steps: []Step{m.step(map[string]any{
		"summary": summary, "evidence": evidence, "source": source, "customer": customer, "tags": tags, "date": relative(m.week, day),
	})}}
}
