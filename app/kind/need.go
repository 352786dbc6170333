package kind

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Need is one thing that must hold before a state is entered. It is written
// in [State.Needs] as one of
//
//	because            a sentence that says why
//	settled            no field holds two values at once
//	FIELD              the field is not empty
//	FIELD.PART>=2      at least two items have that part filled in
//	FIELD<=3           at most three items
//	FIELD<=3 sentences the text has at most three sentences
//	FIELD.PART=1       exactly one item has that part (a Bool that is true)
//	FIELD.PART=all     every item has that part; for a Bool, there is at least one
type Need struct {
	Field, Part string
	Rule        NeedRule
	Count       int
}

// NeedRule is what a need asks of its field.
type NeedRule int

const (
	Filled NeedRule = iota
	AtLeast
	AtMost
	Sentences
	Exactly
	Every
	Because
	Settled
)

var needForm = regexp.MustCompile(`^([a-z-]+)(?:\.([a-z-]+))?(?:(>=|<=|=)(\d+|all)( sentences)?)?$`)

// ParseNeed reads a need in the form above.
func ParseNeed(s string) (Need, error) {
	switch s {
	case "because":
		return Need{Rule: Because}, nil
	case "settled":
		return Need{Rule: Settled}, nil
	}
	m := needForm.FindStringSubmatch(s)
	if m == nil {
		return Need{}, fmt.Errorf("need %q: not understood", s)
	}
	n := Need{Field: m[1], Part: m[2]}
	n.Count, _ = strconv.Atoi(m[4]) // digits or "all", by the form
	switch {
	case m[3] == "":
		n.Rule = Filled
	case m[4] == "all":
		n.Rule = Every
	case m[5] != "":
		n.Rule = Sentences
	case m[3] == ">=":
		n.Rule = AtLeast
	case m[3] == "<=":
		n.Rule = AtMost
	default:
		n.Rule = Exactly
	}
	if m[3] == "=" && n.Part == "" || m[3] == ">=" && n.Part == "" {
		return Need{}, fmt.Errorf("need %q: says nothing of a part", s)
	}
	return n, nil
}

// Sentence says what is missing, for a person, in the words of the kind.
func (n Need) Sentence(k Kind) string {
	f, _ := k.Field(n.Field)
	p, _ := f.Item(n.Part)
	field, part := strings.ToLower(f.Label), strings.ToLower(p.Label)
	switch n.Rule {
	case Because:
		return "Say why, in a sentence."
	case Settled:
		return "Settle the values that two people changed while apart."
	case AtLeast:
		if n.Count == 1 {
			return fmt.Sprintf("Give at least one %s under %s.", part, field)
		}
		return fmt.Sprintf("Give at least %s under %s.", Count(n.Count), field)
	case AtMost:
		return fmt.Sprintf("Keep %s to %s.", field, Count(n.Count))
	case Sentences:
		return fmt.Sprintf("Keep the %s to %s sentences.", field, Count(n.Count))
	case Exactly:
		return fmt.Sprintf("Mark exactly %s under %s as %s.", Count(n.Count), field, part)
	case Every:
		if p.Type == Bool {
			return fmt.Sprintf("Every line of the %s must be %s.", field, part)
		}
		return fmt.Sprintf("Give every line under %s its %s.", field, part)
	}
	switch {
	case f.Ask != "":
		return f.Ask
	case f.Type == Person:
		return fmt.Sprintf("Name the %s.", field)
	case f.Type.Written():
		return fmt.Sprintf("Write the %s.", field)
	}
	return fmt.Sprintf("Give it: %s.", field)
}

// Count writes a small number as a word, as the product’s sentences do.
func Count(n int) string {
	words := []string{"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// check finds what contradicts itself in a kind.
func check(k Kind) error {
	if k.ID == "" || k.Prefix == "" || k.Name == "" || len(k.States) == 0 {
		return fmt.Errorf("id, prefix, name and a first state are needed")
	}
	if err := checkFields(k.Fields); err != nil {
		return err
	}
	for _, s := range k.States {
		for _, to := range s.To {
			if t, ok := k.State(to); !ok || t.Derived {
				return fmt.Errorf("state %s leads to %s, which cannot be entered", s.ID, to)
			}
		}
		if f, ok := k.Field(s.Sets); s.Sets != "" && (!ok || f.Type != Instant) {
			return fmt.Errorf("state %s sets %s, which is not an instant", s.ID, s.Sets)
		}
		if _, ok := k.Field("owner"); s.By == Owner && !ok {
			return fmt.Errorf("state %s is for an owner, and there is none", s.ID)
		}
		for _, text := range s.Needs {
			n, err := ParseNeed(text)
			if err != nil {
				return err
			}
			f, ok := k.Field(n.Field)
			if n.Field != "" && !ok {
				return fmt.Errorf("need %q: no such field", text)
			}
			if _, ok := f.Item(n.Part); n.Part != "" && !ok {
				return fmt.Errorf("need %q: no such part", text)
			}
		}
	}
	return nil
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func checkFields(fields []Field) error {
	seen := map[string]bool{}
	for _, f := range fields {
		switch {
		case !keyForm.MatchString(f.Key):
			return fmt.Errorf("field %q: a key is lower-case letters, digits and hyphens", f.Key)
		case seen[f.Key]:
			return fmt.Errorf("field %s: twice", f.Key)
		case f.Type == Choice && len(f.Options) == 0:
			return fmt.Errorf("field %s: a choice of nothing", f.Key)
		case (f.Type == List || f.Type == Record) != (len(f.Items) > 0):
			return fmt.Errorf("field %s: a list or record has parts, and nothing else has", f.Key)
		}
		seen[f.Key] = true
		if err := checkFields(f.Items); err != nil {
			return fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	return nil
}
