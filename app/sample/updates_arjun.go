package sample

var updatesArjun = updates(
	update{
		moment: moment{"arjun", -11, fri, "15:25"},
		did:    []did{{text: "We know which refunds carry no time: 41 of 1,268."}, {text: "The kiosk maker has told us how to stop an update that is on its way."}},
		risks:  []string{"Three reports assume that every amount is in pounds."},
		next: []promise{
			{text: "The refund report counts from the request.", item: "clock", became: delivered},
			{text: "Kiosk updates have a night of their own.", became: delivered},
			{text: "The three reports carry a currency.", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"arjun", -9, fri, "15:30"},
		did:     []did{{text: "Tuesday night’s update reached all 21 kiosks by 02:10 and nobody noticed."}, {text: "The morning mail is sent by the nightly run, to three operators so far."}},
		slipped: []slip{{"A currency in three reports", "There are nine such reports; six of them nobody could name an owner for.", ""}},
		risks:   []string{"A scanner may be believed for as long as it likes, until somebody names a limit."},
		next: []promise{
			{text: "The six reports without an owner are switched off.", became: delivered},
			{text: "The question of where timetables come from is raised.", became: delivered},
			{text: "We know what a small refund by rule must check.", became: late, reason: waited},
		},
	},
	update{
		moment:  moment{"arjun", -8, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "The morning mail goes to twelve operators at six."}},
		slipped: []slip{{"What the rule must check", "The limit was recorded on Wednesday; I began on Thursday.", "rule15"}},
		metrics: "44 places were sold on a boat that did not run, from a page that was nine days old.",
		risks:   []string{"Pages that we read change their layout every three weeks, and we find out from passengers."},
		next: []promise{
			{text: "All places that hold a name are on a list.", item: "purge", became: delivered},
			{text: "The rule pays ten test refunds.", item: "rule15", became: late, reason: underestimated},
		},
	},
	update{
		moment:  moment{"arjun", -7, fri, "15:30"},
		did:     []did{{promise: 1}, {text: "Timetables come from the operators’ own files: decided, with Rona as the exception."}},
		slipped: []slip{{"Ten test refunds by rule", "“The same card” is four different numbers when a phone pays; I had counted on one.", "rule15"}},
		risks:   []string{"Backups hold names that the nightly job does not reach.", "The first run over 2.1 million names may take until breakfast."},
		next: []promise{
			{text: "Names older than ninety days are gone.", item: "purge", became: delivered},
			{text: "£15 or less is paid with nobody looking.", item: "rule15", became: late, reason: underestimated},
			{text: "How long a silent scanner is trusted is decided.", became: delivered},
		},
	},
	update{
		moment:  moment{"arjun", -6, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 3}, {text: "Ten refunds were paid by rule from a test float, each to the right card."}},
		slipped: []slip{{"The rule in real life, to Tuesday", "A float that is crossed in the middle of a run has to stop half-way, and I found that on Thursday.", "rule15"}},
		metrics: "Names held: 2.1 million on Monday, 164,000 today.",
		risks:   []string{"The rule’s first real night is a Tuesday with two cancelled sailings behind it."},
		next: []promise{
			{text: "Small refunds are paid by rule.", item: "rule15", became: delivered},
			{text: "Four operators’ files have been read.", item: "files", became: delivered},
		},
	},
	update{
		moment:  moment{"arjun", -5, fri, "15:30"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "22 in 100 of this week’s refunds were paid with nobody looking.",
		risks:   []string{"Every silence of a scanner is in the log from Monday. We may not like what we read.", "Tarn Sound has promised its file three times."},
		next: []promise{
			{text: "Silent scanners are trusted for four hours and no longer.", item: "four-hours", became: delivered},
			{text: "All twelve timetables come from files.", item: "files", became: late, reason: operator},
		},
	},
	update{
		moment:  moment{"arjun", -4, fri, "15:35"},
		did:     []did{{promise: 1}, {text: "Eleven of twelve timetables come from files, Rona’s typed from its photograph."}},
		slipped: []slip{{"The twelfth timetable", "Tarn Sound’s file came on Friday with the sailings of last season.", "files"}},
		metrics: "Longest silence of a scanner this week: 3 hours 50 minutes, at Havreby.",
		risks:   []string{"Ten minutes are between that silence and the yellow bar."},
		next: []promise{
			{text: "The twelfth timetable comes from a file.", item: "files", became: delivered},
			{text: "A cancelled sailing starts its refunds.", became: delivered},
		},
	},
	update{
		moment: moment{"arjun", -3, fri, "15:40"},
		did:    []did{{promise: 1}, {promise: 2}, {text: "A dead code says so in red when a ticket was reissued."}},
		risks:  []string{"At £40 a thief needs one card a month where he needed three."},
		next: []promise{
			{text: "The rule pays up to £40.", item: "rule40", became: delivered},
			{text: "A frozen kiosk may be restarted without a telephone call.", became: delivered},
		},
	},
	update{
		moment:  moment{"arjun", -2, fri, "15:40"},
		did:     []did{{promise: 1}, {promise: 2}, {text: "Trust in a scan ends with its sailing: recorded, after Havreby’s Saturday."}},
		metrics: "57 in 100 refunds paid by rule in the first three nights at £40.",
		risks:   []string{"Nine of 34 scanners have a clock that is wrong by over a minute."},
		next: []promise{
			{text: "The clocks of all scanners are read every night.", item: "until-sailing", became: delivered},
			{text: "A warning shows before a passenger finds an old timetable.", became: delivered},
		},
	},
	update{
		moment:  moment{"arjun", -1, fri, "15:45"},
		did:     []did{{promise: 1}, {promise: 2}},
		metrics: "Clocks wrong by over a minute: nine, now two.",
		risks:   []string{"If a clock jumps by an hour in the night when the hour changes, the yellow bar comes at dawn."},
		asks:    []ask{{"Whether kiosks may hold a place longer than phones", "mireille", "+0 Mon", "hold-twelve"}},
		next: []promise{
			{text: "Tolsay’s list and its scanners agree for a whole day.", item: "until-sailing", became: late, reason: underestimated},
			{text: "We know for how long a place may wait to be paid.", became: delivered},
			{text: "The brief about changed sailings has its first numbers.", became: delivered},
		},
	},
	update{
		moment:  moment{"arjun", 0, thu, "13:05"},
		did:     []did{{promise: 2}, {promise: 3}},
		slipped: []slip{{"Tolsay’s list against its scanners", "Three of four scanners had not loaded on Tuesday, so there was little to compare.", "until-sailing"}},
		metrics: "Unpaid places held on Saturday’s 11:00 from Tolsay: 17 of 22 empty seats.",
		risks:   []string{"Nobody here knows who else relies on a place being held for thirty minutes."},
		next: []promise{
			{text: "The list ends with its last sailing on two scanners at Tolsay.", item: "until-sailing"},
			{text: "Unpaid places come back after twelve minutes on the web.", item: "twelve-minutes"},
		},
	},
)
