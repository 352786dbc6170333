package kind

var _ = register(Kind{
	ID: "brief", Prefix: "B", Name: "Intent brief", Plural: "Intent briefs", Order: 20,
	Purpose: "Why a piece of work exists, what done means, and what it will not do, on one page.",
	Verb:    "Write a brief",
	Fields: []Field{
		{Key: "problem", Label: "Problem", Type: Text, Help: "What is wrong today, for whom, and how we know."},
		{Key: "why-now", Label: "Why now", Type: Text, Help: "What it costs to wait a quarter."},
		{Key: "success-metrics", Label: "Success metrics", Type: Text, Help: "Which numbers move, from what to what."},
		{Key: "definition-of-done", Label: "Definition of done", Type: List, Help: "Criteria that a stranger could check.", Items: []Field{
			{Key: "criterion", Label: "Criterion", Type: Line, Help: "Something that can be measured"},
			{Key: "met", Label: "Met", Type: Bool},
		}},
		{Key: "scope", Label: "Scope", Type: Text, Help: "What is in."},
		{Key: "non-goals", Label: "Non-goals", Type: Text, Help: "What people might expect and will not get."},
		{Key: "constraints", Label: "Constraints", Type: Text, Help: "Dates, money, rules that we do not choose."},
		{Key: "trade-offs", Label: "Trade-offs accepted", Type: Text, Help: "What we give up on purpose."},
		{Key: "risks", Label: "Risks", Type: Text, Help: "What could make this fail, and what we would see first."},
		{Key: "owner", Label: "Owner", Type: Person, Place: Note},
		{Key: "stakeholders", Label: "Stakeholders", Type: People, Place: Note},
		{Key: "first-milestone", Label: "First milestone", Type: Record, Place: Note, Items: []Field{
			{Key: "text", Label: "What", Type: Line, Help: "The first thing someone else can see"},
			{Key: "date", Label: "By", Type: Date},
		}},
	},
	States: []State{
		{ID: "draft", Label: "Draft", Mark: Dashed, To: []string{"active", "dropped"}, Open: true},
		{ID: "active", Label: "Active", Mark: Half, To: []string{"done", "dropped"}, Verb: "Make it active",
			Needs: []string{"owner", "non-goals", "definition-of-done.criterion>=1", "settled"}, Open: true},
		{ID: "done", Label: "Done", Mark: Full, Verb: "Call it done", Needs: []string{"definition-of-done.met=all"}},
		{ID: "dropped", Label: "Dropped", Mark: Struck, Verb: "Drop it", Needs: []string{"because"}, Aside: true},
	},
})
