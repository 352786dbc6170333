package sample

// People are the six, the one whose window it is first.
var People = []Person{
	{"ines", "Ines Carvalho", "Leads the team", "Europe/Lisbon", "Mon-Fri 09:00-17:30"},
	{"tom", "Tom Ashworth", "Money", "Europe/London", "Mon-Fri 09:00-17:00"},
	{"wanjiru", "Wanjiru Kamau", "Operators and support", "Africa/Nairobi", "Mon-Fri 08:30-16:30"},
	{"arjun", "Arjun Rao", "Payments code", "Asia/Kolkata", "Mon-Fri 11:00-19:30"},
	{"oskar", "Oskar Lind", "Boarding", "Europe/Stockholm", "Mon-Fri 08:00-16:30"},
	{"mireille", "Mireille Gagnon", "Kiosk and print", "America/Toronto", "Mon-Fri 08:00-16:00"},
}
