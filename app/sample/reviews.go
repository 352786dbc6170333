package sample

import "fmt"

// reviews are the team’s weeks, each on one line and in three sentences at
// most. The last one is only begun.
var reviews = []Record{
	review(-11, "Refunds are counted from the request: 6.4 days, and not 3.1",
		"We changed how we count before we change anything else, and the first honest figure is twice the old one. Half of the wait on Brannoch’s ramp turns out to be the scanner’s signal. Havreby has not answered two letters about its contract."),
	review(-10, "Five decisions recorded, the Monday call among them; Brannoch is still not counted",
		"Floats get a floor, scanners keep their tickets, and this page replaces the call. Statements left on the ninth working day, of which four were spent waiting for two operators. Four things slipped, three of them because somebody outside had not answered."),
	review(-9, "The working agreement is in force, and refunds are back on one list",
		"Six decisions in a week, two of them about kiosks. Two floats are still below their floor, down from five. The account in kronor is decided and its forms are already late."),
	review(-8, "Batteries last until the last boat; the watched sailing without signal did not happen",
		"No scanner has died before its last boat since Thursday, for £760. The rule for small refunds is recorded and Arjun has begun to build it. Loading a day of tickets takes 50 minutes in the morning and 6 at night, which cost Oskar a week."),
	review(-7, "The 07:50 boards without a signal in 14 minutes; the refund rule needs longer",
		"Tickets on the scanner work at Brannoch, and weekly settlement is agreed. “The same card” is four numbers when a phone pays, so small refunds by rule move by a week. Ines and Oskar disagree about holding sailings, in writing."),
	review(-6, "Statements left on the fifth working day; the morning mail makes questions",
		"Six columns are out and nobody has asked what they mean. The mail of takings, on the other hand, raised questions about money from 64 to 88 a week. Refunds by rule slipped again, to Tuesday, for a fault that was found before a passenger did."),
	review(-5, "Small refunds are paid by rule, 148 so far; the morning mail is reversed",
		"The median refund went from 5.5 to 4.2 days in the rule’s first week. Wanjiru took back her own decision about the mail after four weeks of it. The scanner’s day of tickets came back to us, because a day does not end at midnight on a night boat."),
	review(-4, "Kronor are paid in kronor; a wrong fare cost us £428",
		"Gullholm has been paid from an account in its own money. For 11 days we sold a bicycle fare that was £2 too low, and nobody could say who had sent it. Twelve kiosks sell in four screens and about half as many people give up."),
	review(-3, "Twelve operators paid on one Tuesday; the refund limit goes to £40",
		"The first 611 refunds by rule were disputed twice, for £23, so the limit is raised. All timetables come from files, all kiosks speak three languages, and a cancelled boat sends one mail. The narrow receipt came back from two old printers."),
	review(-2, "Statements by the third working day: the objective is closed; Havreby met the yellow bar",
		"All twelve statements left on the third working day and none was typed. At Havreby 143 passengers stood before a scanner that had been silent for longer than four hours, and the rule about that is already replaced. Operators had fourteen messages from us, which is too many."),
	review(-1, "Two refunds in three need nobody; four kiosks are behind",
		"The rule at £40 paid 66 in 100 of this week’s refunds, and the median is 2.6 days. Boarding the 07:50 took 10.4 minutes. Five of the last nine kiosks sell in four screens, and five operators have not signed their fares."),
	{Slug: "review-0", Kind: "review", Steps: []Step{
		{Week: 0, Day: fri, At: "09:40", Who: "ines", Set: map[string]any{
			"gathered-by": "ines", "headline": "Brannoch boards from the list; Tolsay lost its first morning to an old line",
		}},
		{Week: 0, Day: fri, At: "11:50", Who: "ines", Set: map[string]any{
			"bottom-line": "Three yellow bars in four mornings at Brannoch, 35 at Tolsay, and the cause is known. Three questions were decided, in two to four days each.",
		}},
	}},
}

func review(week int, headline, bottom string) Record {
	write := moment{"ines", week, fri, "16:05"}
	publish := write.later(15).step(map[string]any{"bottom-line": bottom})
	publish.Move = "published"
	return Record{Slug: fmt.Sprintf("review-%d", -week), Kind: "review", Steps: []Step{
		write.step(map[string]any{"gathered-by": "ines", "headline": headline}), publish,
	}}
}
