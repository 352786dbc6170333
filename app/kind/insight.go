package kind

var _ = register(Kind{
	ID: "insight", Prefix: "N", Name: "Insight", Plural: "Insights", Order: 80,
	Purpose: "Something learned about the people we serve, filed where it can be found.",
	Verb:    "Note an insight",
	Fields: []Field{
		{Key: "summary", Label: "Summary", Type: Text, Help: "What we now know, in two sentences."},
		{Key: "evidence", Label: "Evidence", Type: Text, Help: "What was seen, said or counted."},
		{Key: "tags", Label: "Tags", Type: Tags, Place: Note},
		{Key: "source", Label: "Source", Type: Line, Place: Note, Help: "Where it comes from"},
		{Key: "customer", Label: "Customer or segment", Type: Line, Place: Note, Help: "Whom it is about"},
		{Key: "date", Label: "Date", Type: Date, Place: Note},
	},
	States: []State{
		{ID: "filed", Label: "Filed", Mark: Full},
	},
})
