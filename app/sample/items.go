package sample

import "slices"

const (
	refunds  = "refund-days"
	boarding = "board-nine"
	kiosks   = "kiosk-calls"
	books    = "third-day-objective"
)

// items are the work, by whose it is.
var items = slices.Concat(itemsMoney, itemsBoarding, itemsKiosk, itemsOperators)

var itemsMoney = []item{
	{
		slug: "clock", title: "Refund clock starts at the request", owner: "arjun", objective: refunds, brief: "small-refunds",
		requirement: "The refund report counts from the time of the request, for every refund of the last year too.",
		created:     moment{"tom", -11, wed, "14:40"}, due: "-10 Fri",
		started: moment{"arjun", -11, thu, "11:30"}, next: "Find requests that carry no time", expected: "-10 Wed",
		notes: []note{{moment{"arjun", -11, fri, "15:20"}, "Set the 41 without a time to the day of their first mail", ""}},
		done:  moment{"arjun", -10, wed, "14:05"}, links: []string{"refund-clock"},
	},
	{
		slug: "floors", title: "A floor on every operator’s float", owner: "tom", objective: refunds, brief: "small-refunds",
		requirement: "Each float shows its floor, and a letter goes out on the day that it is crossed.",
		created:     moment{"tom", -10, thu, "09:40"}, due: "-8 Wed",
		started: moment{"tom", -10, thu, "09:45"}, next: "Work out the worst refund day for the twelve", expected: "-9 Thu",
		notes: []note{{moment{"tom", -9, mon, "10:10"}, "Send the five letters that ask for money", ""}},
		done:  moment{"tom", -9, thu, "15:30"}, links: []string{"float-floor"},
	},
	{
		slug: "rule15", title: "Refunds of £15 or less are paid by rule", owner: "arjun", objective: refunds, brief: "small-refunds",
		requirement: "A refund of £15 or less, asked for by 20:00, is paid the same night with nobody looking, and says why if it is not.",
		created:     moment{"tom", -8, thu, "09:50"}, due: "-6 Fri",
		started: moment{"arjun", -8, thu, "17:40"}, next: "Write down what makes a card the same card", expected: "-6 Thu",
		notes: []note{
			{moment{"arjun", -7, tue, "16:00"}, "Pay ten test refunds from Marrick’s float", ""},
			{moment{"arjun", -6, thu, "14:10"}, "Make the nightly run stop at a floor that is crossed half-way", "-5 Tue"},
		},
		done: moment{"arjun", -5, tue, "13:30"}, links: []string{"rule-15"},
	},
	{
		slug: "krona", title: "Account in kronor open and tested", owner: "tom", objective: "",
		requirement: "Gullholm Trafik is paid 100 kronor from kronor, and the bank’s paper says the same as ours.",
		created:     moment{"tom", -9, thu, "09:20"}, due: "-5 Fri",
		started: moment{"tom", -8, mon, "14:00"}, next: "Get both signatures from Havreby", expected: "-6 Fri",
		notes: []note{
			{moment{"tom", -6, fri, "12:20"}, "Send Havreby’s second form to the ship", "-4 Wed"},
			{moment{"tom", -4, mon, "10:40"}, "Pay 100 kronor to Gullholm and wait a night", "-4 Thu"},
		},
		done: moment{"tom", -4, thu, "11:50"}, links: []string{"krona-account"},
	},
	{
		slug: "settle", title: "Weekly settlement for all twelve", owner: "tom",
		requirement: "On a Tuesday all twelve operators are paid for the week before, with one of us at the desk.",
		created:     moment{"ines", -7, wed, "10:30"}, due: "-4 Fri",
		started: moment{"tom", -6, tue, "09:40"}, next: "Run one week on paper beside the monthly one", expected: "-4 Tue",
		notes: []note{{moment{"tom", -4, wed, "16:20"}, "Add the two in kronor now that the account is open", "-3 Tue"}},
		done:  moment{"tom", -3, tue, "16:40"}, links: []string{"weekly-settle"},
	},
	{
		slug: "rule40", title: "Refund limit at £40", owner: "arjun", objective: refunds, brief: "small-refunds",
		requirement: "The rule pays up to £40, looks back thirty days by card, and uses the new floors.",
		created:     moment{"tom", -3, fri, "09:15"}, due: "-2 Fri",
		started: moment{"arjun", -3, fri, "16:40"}, next: "Count by card over thirty days and see who is caught", expected: "-2 Wed",
		done: moment{"arjun", -2, wed, "15:30"}, links: []string{"rule-40"},
	},
	{
		slug: "purge", title: "Names deleted after ninety days", owner: "arjun",
		requirement: "A nightly job leaves no name, number or address older than ninety days, backups included after a month.",
		created:     moment{"ines", -8, fri, "10:20"}, due: "-6 Fri",
		started: moment{"arjun", -8, fri, "17:20"}, next: "Find every place that holds a name", expected: "-6 Wed",
		notes: []note{{moment{"arjun", -7, wed, "12:10"}, "Run it on a copy: 2.1 million names in one night", ""}},
		done:  moment{"arjun", -6, tue, "13:40"}, links: []string{"keep-names"},
	},
	{
		slug: "disputes", title: "Disputes answered from one form", owner: "tom", objective: refunds,
		requirement: "A dispute is answered in under ten minutes, with the record filled in, inside four days.",
		created:     moment{"tom", -4, tue, "11:20"}, due: "+2 Wed",
		started: moment{"tom", -2, mon, "10:00"}, next: "List the eleven fields that the card company reads", expected: "+2 Tue",
		notes: []note{{moment{"tom", -1, wed, "15:10"}, "Show Arjun which seven of the eleven he can fill in", ""}}, links: []string{"disputes-four"},
	},
	{
		slug: "agents", title: "List of agents and their commission", owner: "tom", objective: refunds, brief: "small-refunds",
		requirement: "Every agent who sold for us in the last year, with its rate and who pays its refunds.",
		created:     moment{"tom", -1, fri, "11:50"}, due: "+1 Wed",
		started: moment{"tom", 0, mon, "09:50"}, next: "Ask the six agents who have not answered", expected: "+1 Tue", links: []string{"agent-refund"},
	},
	{
		slug: "cards", title: "Paper cards exchanged at the counters", owner: "tom",
		requirement: "At any counter a paper card becomes a code with the trips that are left on it.",
		created:     moment{"ines", -2, wed, "10:10"}, due: "+4 Fri", next: "Agree with Tolsay Line how a torn card is counted", expected: "+4 Wed", links: []string{"twelve-trip"},
	},
}

var itemsBoarding = []item{
	{
		slug: "spares", title: "Forty batteries in 34 scanners", owner: "oskar", objective: boarding,
		requirement: "Each scanner has a new battery, and Brannoch, Vestness and Tolsay have two spares each.",
		created:     moment{"oskar", -9, fri, "11:00"}, due: "-8 Fri",
		started: moment{"oskar", -9, fri, "11:10"}, next: "Order forty and send six by post", expected: "-8 Thu",
		done: moment{"oskar", -8, thu, "14:30"}, links: []string{"batteries"},
	},
	{
		slug: "store", title: "The scanner keeps a day of tickets", owner: "oskar", objective: boarding, brief: "scan-offline",
		requirement: "A scanner with its signal switched off boards every ticket of the day at its harbour.",
		created:     moment{"oskar", -10, fri, "10:10"}, due: "-7 Fri",
		started: moment{"oskar", -9, mon, "10:30"}, next: "Measure how long 9 MB take at Brannoch", expected: "-8 Fri",
		notes: []note{
			{moment{"oskar", -8, fri, "10:00"}, "Load at night when the quay is empty, and not at the first scan", "-7 Thu"},
			{moment{"oskar", -7, mon, "09:40"}, "Board the 07:50 at Brannoch with the aerial unscrewed", ""},
		},
		done: moment{"oskar", -7, thu, "11:30"}, links: []string{"scan-store"},
		after: reopened(moment{"oskar", -5, tue, "11:10"}, "unclear requirement", "“The day” ended at midnight; the 23:40 from Tolsay lands at 00:25 and 61 tickets were unknown.",
			"Count a day from 04:00 to 04:00 and ride on the 23:40", "-4 Wed", moment{"oskar", -4, wed, "09:50"}),
	},
	{
		slug: "lane", title: "Lane for foot passengers marked at Brannoch", owner: "oskar", objective: boarding,
		requirement: "Signs on the floor and at the hall, a crew member for fifteen minutes, and wheelchairs free to choose.",
		created:     moment{"oskar", -6, tue, "08:50"}, due: "-5 Fri",
		started: moment{"oskar", -6, tue, "09:00"}, next: "Measure the ramp for the signs", expected: "-5 Thu",
		done: moment{"oskar", -5, thu, "09:10"}, links: []string{"foot-lane"},
	},
	{
		slug: "four-hours", title: "Scans without signal trusted for four hours", owner: "arjun", objective: boarding, brief: "scan-offline",
		requirement: "After four hours of silence the yellow bar shows, and the log says how long the silence was.",
		created:     moment{"arjun", -6, thu, "12:20"}, due: "-4 Fri",
		started: moment{"arjun", -5, wed, "12:30"}, next: "Write the silence into the log before anything else", expected: "-4 Wed",
		done: moment{"arjun", -4, tue, "14:45"}, links: []string{"offline-four"},
	},
	{
		slug: "count", title: "Two numbers to the bridge before the ramp lifts", owner: "oskar", objective: boarding,
		requirement: "At two minutes before departure the bridge of nine boats gets scanned and sold.",
		created:     moment{"oskar", -4, fri, "13:10"}, due: "-2 Fri",
		started: moment{"oskar", -3, mon, "09:10"}, next: "Get the bridge numbers from Brannoch and Northmark", expected: "-2 Wed",
		notes: []note{{moment{"oskar", -2, thu, "13:20"}, "Wait for four numbers that Brannoch Ferries still owes", "-1 Thu"}},
		done:  moment{"oskar", -1, thu, "14:40"}, links: []string{"ramp-count"},
	},
	{
		slug: "until-sailing", title: "Scans trusted until the sailing leaves", owner: "arjun", objective: boarding, brief: "scan-offline",
		requirement: "The list ends with its last sailing; a clock that is five minutes wrong brings the yellow bar.",
		created:     moment{"arjun", -2, fri, "15:30"}, due: "+1 Fri",
		started: moment{"arjun", -1, mon, "12:10"}, next: "Read the clocks of all 34 scanners for a week", expected: "+1 Wed",
		notes: []note{{moment{"arjun", 0, tue, "16:10"}, "Compare the scanner’s list with the sailing list at Tolsay", "+1 Thu"}}, links: []string{"offline-sailing"},
	},
	{
		slug: "first-two", title: "Boarding from the list at Brannoch and Tolsay", owner: "oskar", objective: boarding, brief: "scan-offline",
		requirement: "Ten working days at both harbours with fewer than twenty yellow bars on any morning.",
		created:     moment{"oskar", -1, fri, "11:20"}, due: "+2 Fri",
		started: moment{"oskar", 0, mon, "08:40"}, next: "Stand at the lower ramp on Tuesday with a list of paper", expected: "+2 Thu",
		notes: []note{{moment{"oskar", 0, wed, "11:00"}, "Find out why three scanners at Tolsay did not load on Tuesday", ""}}, links: []string{"by-harbour"},
	},
	{
		slug: "gate-drawing", title: "Drawing of the gate at Kessel Point", owner: "oskar", objective: boarding,
		requirement: "One page with measures that Inner Sound and the harbour board can both sign.",
		created:     moment{"oskar", -1, tue, "15:00"}, due: "+2 Wed", links: []string{"gate-kessel"},
	},
	{
		slug: "lamp", title: "Lamp for unscanned tickets", owner: "oskar", objective: boarding,
		requirement: "A lamp that a master can see from the bridge while more than ten ticket holders are ashore.",
		created:     moment{"oskar", -7, wed, "11:10"}, next: "Borrow a lamp from the harbour at Vestness", expected: "-5 Fri",
		after: []Step{moved(moment{"oskar", -6, thu, "11:00"}, "stopped", "The question of holding a sailing is withdrawn; a number needs no lamp.")}, links: []string{"hold-departure"},
	},
	{
		slug: "quay", title: "Eight days of counting on four quays", owner: "ines", objective: boarding,
		requirement: "Minutes and sailing numbers for two days each at Brannoch, Vestness, Kessel Point and Tolsay, by the same two people.",
		created:     moment{"ines", -1, tue, "15:00"}, due: "+3 Fri",
		started: moment{"ines", -1, thu, "10:20"}, next: "Sign the two counters", expected: "+3 Wed",
		notes: []note{{moment{"ines", 0, wed, "11:10"}, "Send both counters the one-page method before their first morning", ""}}, links: []string{"quay-days"},
	},
}

var itemsKiosk = []item{
	{
		slug: "marrick", title: "Four screens on the kiosk at Marrick", owner: "mireille", objective: kiosks, brief: "kiosk-four",
		requirement: "A return for two in four screens, with railcard and classes, for two weeks of real sales.",
		created:     moment{"mireille", -9, tue, "09:30"}, due: "-6 Fri",
		started: moment{"mireille", -9, tue, "09:40"}, next: "Ask Northmark what happens to first class", expected: "-7 Thu",
		notes: []note{
			{moment{"mireille", -8, thu, "10:50"}, "Put the railcard on the third screen", ""},
			{moment{"mireille", -7, fri, "09:20"}, "Write the help texts again; there are 46 and not 20", "-6 Wed"},
		},
		done: moment{"mireille", -6, wed, "14:10"}, links: []string{"four-screens"},
	},
	{
		slug: "coins", title: "Coin slots closed at three piers", owner: "mireille", objective: kiosks,
		requirement: "No slot, a notice beside it, and crews at Sandmouth, Rona Pier and Ostrey who have read it.",
		created:     moment{"mireille", -9, fri, "09:10"}, due: "-7 Fri",
		started: moment{"mireille", -8, mon, "10:00"}, next: "Have the three boxes emptied a last time", expected: "-7 Wed",
		done: moment{"mireille", -7, wed, "13:20"}, links: []string{"cash-out"},
	},
	{
		slug: "narrow", title: "Receipt for 58 mm paper", owner: "mireille", objective: kiosks,
		requirement: "One layout on every printer, with the reference alone on its line.",
		created:     moment{"mireille", -8, wed, "08:50"}, due: "-5 Fri",
		started: moment{"mireille", -7, thu, "10:40"}, next: "Print the longest harbour name on the smallest printer", expected: "-5 Wed",
		done: moment{"mireille", -5, wed, "11:30"}, links: []string{"receipt-58"},
		after: reopened(moment{"wanjiru", -3, tue, "11:20"}, "defect", "The two oldest printers, at Gullholm and Havreby, cut through the last line.",
			"Feed four more lines on those two models", "-2 Thu", moment{"mireille", -2, thu, "10:15"}),
	},
	{
		slug: "languages", title: "Three languages on every kiosk", owner: "mireille", objective: kiosks, brief: "kiosk-four",
		requirement: "English, Swedish and Norwegian by name on the first screen of all 21.",
		created:     moment{"mireille", -5, fri, "11:00"}, due: "-3 Fri",
		started: moment{"mireille", -4, mon, "09:20"}, next: "Have Oskar read the Swedish aloud", expected: "-3 Wed",
		done: moment{"mireille", -3, wed, "13:00"}, links: []string{"two-languages"},
	},
	{
		slug: "code", title: "Boarding codes printed at 30 mm", owner: "mireille", objective: boarding,
		requirement: "Every printed ticket, from kiosks and from crew printers.",
		created:     moment{"mireille", -3, fri, "10:20"}, due: "-2 Wed",
		started: moment{"mireille", -3, fri, "10:30"}, next: "Move the operator’s greeting off the front", expected: "-2 Tue",
		notes: []note{{moment{"mireille", -2, fri, "08:40"}, "Take Tuesday night’s place in the queue of updates", "-1 Wed"}},
		done:  moment{"mireille", -1, wed, "09:05"}, links: []string{"code-30"},
	},
	{
		slug: "last-nine", title: "Four screens on the last nine kiosks", owner: "mireille", objective: kiosks, brief: "kiosk-four",
		requirement: "Nine old kiosks sell in four screens, no slower than 60 seconds for a return.",
		created:     moment{"mireille", -4, tue, "09:40"}, due: "-1 Fri",
		started: moment{"mireille", -3, thu, "09:10"}, next: "Time a sale on the oldest screen, at Sandmouth", expected: "-1 Fri",
		notes: []note{
			{moment{"mireille", -1, mon, "10:10"}, "Leave the picture of the boat out on the four slowest", ""},
			{moment{"mireille", 0, tue, "09:30"}, "Ask Sandmouth for a key to the kiosk room", "+1 Wed"},
		},
		links: []string{"four-screens"},
	},
	{
		slug: "till", title: "A till for the Lunnay boat", owner: "mireille", objective: kiosks,
		requirement: "The skipper sells, prints and refunds before casting off, with gloves on.",
		created:     moment{"mireille", -3, thu, "08:50"}, due: "+2 Mon",
		started: moment{"mireille", -2, tue, "09:00"}, next: "Send the phone and the belt printer to Lunnay", expected: "+1 Fri",
		notes: []note{{moment{"mireille", -1, tue, "13:50"}, "Ring the skipper after the first day of sales", ""}}, links: []string{"lunnay-till"},
	},
	{
		slug: "restart", title: "Frozen kiosks restart from afar", owner: "arjun", objective: kiosks,
		requirement: "Ten minutes of silence and no open payment: restarted, and the harbour told, with nobody at a desk.",
		created:     moment{"arjun", -2, wed, "14:20"}, due: "+2 Fri",
		started: moment{"arjun", -1, thu, "11:50"}, next: "Tell an open payment from a forgotten one", expected: "+2 Thu", links: []string{"remote-restart"},
	},
	{
		slug: "twelve-minutes", title: "Unpaid places released after twelve minutes", owner: "arjun",
		requirement: "Twelve minutes with a clock on the screen, and five more for one touch.",
		created:     moment{"arjun", 0, tue, "14:00"}, due: "+2 Wed", next: "Find who else relies on the thirty minutes", expected: "+2 Tue", links: []string{"hold-twelve"},
	},
	{
		slug: "map", title: "Map of the harbour on the ticket", owner: "mireille",
		requirement: "Whoever opens a ticket sees where the ramp is and how long the walk takes.",
		created:     moment{"mireille", -9, thu, "13:30"},
		started:     moment{"mireille", -8, fri, "13:10"}, next: "Ask Port Ellery for its plan of the quay", expected: "-5 Fri",
		notes: []note{{moment{"mireille", -6, mon, "10:40"}, "Draw Vestness from the plan that Oskar sent", ""}},
	},
}

var itemsOperators = []item{
	{
		slug: "rota", title: "Rota for the early phone line", owner: "wanjiru",
		requirement: "Somebody answers from 05:30 on every weekday, and both of us know which.",
		created:     moment{"wanjiru", -10, fri, "09:00"}, due: "-9 Wed",
		started: moment{"wanjiru", -10, fri, "09:10"}, next: "Move the line’s hours at the phone company", expected: "-9 Wed",
		done: moment{"wanjiru", -9, wed, "10:50"}, links: []string{"early-line"},
	},
	{
		slug: "six", title: "Statement with six columns", owner: "wanjiru", objective: books, brief: "third-day",
		requirement: "The next month’s statement has six columns for all and the long file for two.",
		created:     moment{"wanjiru", -7, thu, "09:20"}, due: "-6 Wed",
		started: moment{"wanjiru", -7, thu, "09:30"}, next: "Show a draft to the bookkeeper at Northmark", expected: "-6 Mon",
		done: moment{"wanjiru", -6, mon, "13:20"}, links: []string{"statement-six"},
	},
	{
		slug: "contacts", title: "A named contact at each operator", owner: "wanjiru",
		requirement: "Twelve names, twelve deputies, and no other address in any of our lists.",
		created:     moment{"wanjiru", -6, wed, "10:00"}, due: "-5 Fri",
		started: moment{"wanjiru", -6, wed, "10:10"}, next: "Write to the twelve with a date", expected: "-5 Thu",
		notes: []note{{moment{"wanjiru", -5, thu, "15:00"}, "Ring Ostrey’s harbour office, who will be the deputy", "-4 Mon"}},
		done:  moment{"wanjiru", -4, mon, "14:10"}, links: []string{"named-contact"},
	},
	{
		slug: "files", title: "Timetables read from the operators’ files", owner: "arjun",
		requirement: "All twelve timetables come from a file with a name and a date; pages only raise a warning.",
		created:     moment{"arjun", -7, fri, "15:10"}, due: "-4 Fri",
		started: moment{"arjun", -6, mon, "12:00"}, next: "Send the form of seven columns to the twelve", expected: "-4 Thu",
		notes: []note{
			{moment{"arjun", -5, mon, "15:40"}, "Read the four files that have come", ""},
			{moment{"arjun", -4, thu, "13:50"}, "Wait for Tarn Sound’s file; type Rona’s photograph", "-3 Thu"},
		},
		done: moment{"arjun", -3, thu, "13:10"}, links: []string{"files-first"},
	},
	{
		slug: "once", title: "One mail for a cancelled sailing", owner: "wanjiru", objective: refunds,
		requirement: "The refund starts itself, and one mail says which sailing, which others, how much and when.",
		created:     moment{"wanjiru", -4, wed, "09:20"}, due: "-3 Fri",
		started: moment{"wanjiru", -4, wed, "09:30"}, next: "Write the mail in eleven lines", expected: "-3 Fri",
		notes: []note{{moment{"wanjiru", -3, wed, "11:10"}, "Send it to ourselves for the next cancelled boat", ""}},
		done:  moment{"wanjiru", -3, fri, "10:20"}, links: []string{"cancel-once"},
	},
	{
		slug: "lost", title: "Lost tickets reissued on surname and sailing", owner: "wanjiru",
		requirement: "A crew or Support reissues in a minute, the old code dies at once, and dead codes at a ramp are counted.",
		created:     moment{"wanjiru", -3, thu, "09:10"}, due: "-2 Fri",
		started: moment{"wanjiru", -3, thu, "09:20"}, next: "Ask Arjun for the count of dead codes first", expected: "-2 Thu",
		done: moment{"wanjiru", -2, thu, "14:00"}, links: []string{"lost-ticket"},
	},
	{
		slug: "letter", title: "The first Monday letter", owner: "wanjiru",
		requirement: "One letter to the twelve contacts with at most three requests, each with a name and a date.",
		created:     moment{"wanjiru", 0, wed, "13:00"}, due: "+1 Mon",
		started: moment{"wanjiru", 0, wed, "13:10"}, next: "Collect what Tom and Oskar want to ask", expected: "+1 Mon", links: []string{"monday-letter"},
	},
	{
		slug: "fares", title: "A signed fare sheet from each operator", owner: "ines",
		requirement: "Twelve sheets with a name and a date, for every fare that is on sale.",
		created:     moment{"ines", -1, mon, "12:00"}, due: "+0 Wed",
		started: moment{"ines", -1, mon, "12:10"}, next: "Send the twelve sheets to the named contacts", expected: "+0 Wed",
		notes: []note{
			{moment{"ines", -1, fri, "10:40"}, "Ring the five who have not signed", ""},
			{moment{"ines", 0, wed, "16:30"}, "Answer Port Ellery on its two bicycle fares", "+1 Tue"},
		},
		links: []string{"signed-fare"},
	},
	{
		slug: "reprint", title: "Twelve-trip cards printed again", owner: "wanjiru",
		requirement: "Two thousand cards for Tolsay Line, before the drawer is empty.",
		created:     moment{"wanjiru", -4, mon, "10:30"}, due: "-1 Fri",
		started: moment{"wanjiru", -4, thu, "09:10"}, next: "Ask two printers for a price", expected: "-1 Thu",
		after: []Step{moved(moment{"wanjiru", -2, tue, "14:10"}, "stopped", "The paper card is no longer sold; the 140 in the drawer will last until then.")}, links: []string{"twelve-trip"},
	},
}
