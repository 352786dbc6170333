package sample

var updatesMireille = updates(
	update{
		moment:  moment{"mireille", -11, fri, "10:30"},
		did:     []did{{text: "A hundred people were watched at Marrick’s kiosk; 31 walked away, most at the fifth screen."}, {text: "The question of fewer screens is raised with a sketch of four."}},
		metrics: "Staff were called 41 times for 1,000 kiosk sales.",
		risks:   []string{"An update on a Friday evening can stop three kiosks together, and did."},
		next: []promise{
			{text: "Kiosk updates on a safe night are decided.", became: delivered},
			{text: "Northmark has said what its first class needs.", became: late, reason: operator},
			{text: "Coins are raised with what a call-out costs.", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -10, fri, "10:40"},
		did:     []did{{promise: 1}, {promise: 3}, {text: "We know who puts coins into kiosks: 28 of 61 times it is the crew."}},
		slipped: []slip{{"Northmark’s answer about first class", "Their answer is promised for Monday, by someone who is new.", ""}},
		risks:   []string{"I design four screens without knowing whether one operator needs a fifth."},
		next: []promise{
			{text: "Four screens are decided.", became: delivered},
			{text: "Coins at three piers are decided.", became: delivered},
			{text: "One paper width is raised with a count of rolls.", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -9, fri, "10:25"},
		did:     []did{{promise: 1}, {promise: 2}, {promise: 3}},
		metrics: "Calls per 1,000 sales: 42, so no better yet. Nothing has changed at a kiosk so far.",
		risks:   []string{"The railcard is 8 in 100 of the money and has no place on the sketch."},
		next: []promise{
			{text: "Three notices hang beside closed slots.", item: "coins", became: late, reason: waited},
			{text: "Paper width is decided.", became: delivered},
			{text: "The railcard has its place on the third screen.", item: "marrick", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -8, fri, "10:35"},
		did:     []did{{promise: 2}, {promise: 3}},
		slipped: []slip{{"Notices beside the slots", "Ostrey asked for a decision of its own harbour board, which met on Thursday.", "coins"}},
		metrics: "Calls per 1,000 sales went from 42 to 37 with one change: the card reader is lit.",
		risks:   []string{"Old wide rolls are sold to us in boxes of 200; one more was delivered on Monday."},
		next: []promise{
			{text: "The coin slots are closed at three piers.", item: "coins", became: delivered},
			{text: "Marrick sells in four screens.", item: "marrick", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"mireille", -7, fri, "10:30"},
		did:     []did{{promise: 1}, {text: "The receipt fits 58 mm on six of eight printers."}},
		slipped: []slip{{"Four screens at Marrick", "There are 46 help texts and I had counted 20.", "marrick"}},
		risks:   []string{"Eleven people came with a cash ticket and found a kiosk with no coins."},
		asks:    []ask{{"How a ticket that was paid in cash is refunded", "tom", "-6 Fri", "cash-bank"}},
		next: []promise{
			{text: "Marrick’s kiosk asks four questions and no more.", item: "marrick", became: delivered},
			{text: "The longest name of a harbour prints on the smallest printer.", item: "narrow", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -5, fri, "10:35"},
		did:     []did{{text: "Every printer uses one width of paper.", item: "narrow"}, {text: "Marrick has sold in four screens for a week: 51 seconds for a return, 94 before."}, {text: "All kiosks will speak three languages: decided."}},
		metrics: "Calls per 1,000 sales: 29. At Marrick alone 14.",
		risks:   []string{"First class at Northmark is down by 3 in 100 in the test; it may be chance."},
		next: []promise{
			{text: "Oskar has read the Swedish texts aloud.", item: "languages", became: delivered},
			{text: "Twelve kiosks sell in four screens.", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -4, fri, "10:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "31 in 100 gave up before; 17 do at the twelve kiosks with four screens.",
		risks:   []string{"The nine kiosks that are left have screens from another decade."},
		next: []promise{
			{text: "All 21 kiosks offer three languages.", item: "languages", became: delivered},
			{text: "Lunnay’s skipper knows what is coming.", became: delivered},
			{text: "The piers without coins are looked at again.", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -3, fri, "10:40"},
		did:     []did{{promise: 1}, {promise: 2}, {promise: 3}},
		metrics: "Call-outs at the three piers without coins: eleven a month before, three now. A call-out still costs £70.",
		slipped: []slip{{"The narrow receipt, delivered two weeks ago", "Two old printers cut through its last line; Wanjiru saw it in a photograph.", "narrow"}},
		risks:   []string{"A sale on Sandmouth’s screen takes 80 seconds, and I promised 60."},
		next: []promise{
			{text: "Old printers feed four lines more.", item: "narrow", became: delivered},
			{text: "Codes are printed at 30 mm.", item: "code", became: late, reason: support},
			{text: "We know why kiosks freeze, and who may restart one.", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -2, fri, "10:25"},
		did:     []did{{promise: 1}, {promise: 3}, {text: "Lunnay’s skipper has a till on the way."}},
		slipped: []slip{{"Larger codes", "Tuesday night went to the old printers, and a night has room for one change.", "code"}},
		metrics: "Calls per 1,000 sales: 24.",
		risks:   []string{"Port Ellery was dark for five hours on a Sunday.", "Parts for eight kiosks have ended."},
		next: []promise{
			{text: "Every printed code is 30 mm wide.", item: "code", became: delivered},
			{text: "The last nine kiosks sell in four screens.", item: "last-nine", became: late, reason: underestimated},
			{text: "The till is on the Lunnay boat.", item: "till", became: delivered},
		},
	},
	update{
		moment:  moment{"mireille", -1, fri, "10:30"},
		did:     []did{{promise: 1}, {promise: 3}},
		slipped: []slip{{"Four screens on the last nine", "Five of nine are done; the four slowest need the picture taken out.", "last-nine"}},
		metrics: "Wet codes that fail: 7 in 100 before, 1 in 100 on Thursday’s rain. Calls per 1,000 sales: 22.",
		risks:   []string{"Sandmouth’s kiosk room is locked and the key is with somebody who has moved."},
		asks:    []ask{{"What a lease says about our own printer", "ines", "+0 Wed", "kiosk-lease"}},
		next: []promise{
			{text: "Eight of the last nine kiosks sell in four screens.", item: "last-nine"},
			{text: "Nobody buys a ticket for a boat that they can see leaving."},
			{text: "The skipper has sold fifty tickets on the till.", item: "till"},
		},
	},
)
