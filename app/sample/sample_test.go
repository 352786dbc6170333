package sample

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"longhand/app/kind"
)

// Steps are taken in the order in which they are written, wherever their
// people are and whatever the clocks do in that season.
func TestStepsFollowEachOther(t *testing.T) {
	zones := zonesOf(t)
	for _, monday := range []string{"2026-01-12", "2026-03-23", "2026-06-08", "2026-10-26", "2027-04-05"} {
		last, err := time.Parse(time.DateOnly, monday)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range Records() {
			var before time.Time
			for i, s := range r.Steps {
				at := instant(t, last, s, zones[s.Who])
				if !at.After(before) {
					t.Errorf("@%s in %s: step %d, by %s at %s, is not after the one before, %s", r.Slug, monday, i+1, s.Who, at.UTC().Format("Mon 15:04"), before.UTC().Format("Mon 15:04"))
				}
				before = at
			}
		}
	}
}

func zonesOf(t *testing.T) map[string]*time.Location {
	zones := map[string]*time.Location{}
	for _, p := range People {
		z, err := time.LoadLocation(p.Zone)
		if err != nil {
			t.Fatal(err)
		}
		zones[p.Key] = z
	}
	return zones
}

func instant(t *testing.T, lastMonday time.Time, s Step, zone *time.Location) time.Time {
	if zone == nil {
		t.Fatalf("nobody is called %q", s.Who)
	}
	var hour, minute int
	if _, err := fmt.Sscanf(s.At, "%d:%d", &hour, &minute); err != nil {
		t.Fatalf("%q is no time of day", s.At)
	}
	day := lastMonday.AddDate(0, 0, 7*s.Week+s.Day-1)
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, zone)
}

// Nobody in the sample writes at night.
func TestPeopleWriteAtWork(t *testing.T) {
	for _, p := range People {
		var from, to string
		if _, err := fmt.Sscanf(p.Hours, "Mon-Fri %5s-%5s", &from, &to); err != nil {
			t.Fatalf("%s: hours %q: %v", p.Name, p.Hours, err)
		}
		for _, r := range Records() {
			for _, s := range r.Steps {
				if s.Who == p.Key && (s.At < from || s.At > to || s.Day < 1 || s.Day > 5) {
					t.Errorf("@%s: %s writes on day %d at %s, and works %s", r.Slug, p.Name, s.Day, s.At, p.Hours)
				}
			}
		}
	}
}

func TestRecordsAreEnough(t *testing.T) {
	count, slugs := map[string]int{}, map[string]bool{}
	for _, r := range Records() {
		count[r.Kind]++
		if slugs[r.Slug] {
			t.Errorf("@%s: twice", r.Slug)
		}
		slugs[r.Slug] = true
		if len(r.Steps) == 0 {
			t.Errorf("@%s: nothing happens to it", r.Slug)
		}
	}
	if n := len(Records()); n < 100 {
		t.Errorf("%d records: %v", n, count)
	}
	for kindID, least := range map[string]int{"decision": 40, "weekly": 60, "review": 12, "item": 25, "brief": 5, "objective": 4, "insight": 8, "agreement": 1} {
		if count[kindID] < least {
			t.Errorf("%d of %s, want %d", count[kindID], kindID, least)
		}
	}
}

// Fields, parts, choices and states are those of the kinds, and every
// reference leads to a record of a kind that the field takes.
func TestRecordsFitTheirKinds(t *testing.T) {
	kinds := map[string]string{}
	for _, r := range Records() {
		kinds[r.Slug] = r.Kind
	}
	for _, r := range Records() {
		k, ok := kind.Of(r.Kind)
		if !ok {
			t.Errorf("@%s: no kind %q", r.Slug, r.Kind)
			continue
		}
		for _, s := range r.Steps {
			if _, ok := k.State(s.Move); s.Move != "" && !ok {
				t.Errorf("@%s: no state %q", r.Slug, s.Move)
			}
			for key, v := range s.Set {
				f, err := field(k, key)
				if err == nil {
					err = fits(f, v, kinds)
				}
				if err != nil {
					t.Errorf("@%s: %s: %v", r.Slug, key, err)
				}
			}
		}
	}
}

func field(k kind.Kind, path string) (kind.Field, error) {
	key, part, deep := strings.Cut(path, "/")
	f, ok := k.Field(key)
	if ok && deep {
		f, ok = f.Item(part)
	}
	if !ok {
		return f, errors.New("there is no such field")
	}
	return f, nil
}

func fits(f kind.Field, v any, kinds map[string]string) error {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			part, ok := f.Item(key)
			if !ok {
				return fmt.Errorf("no part %q", key)
			}
			if err := fits(part, value, kinds); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
		}
	case []map[string]any:
		if f.Max > 0 && len(v) > f.Max {
			return fmt.Errorf("%d, and at most %d", len(v), f.Max)
		}
		for _, item := range v {
			if err := fits(f, item, kinds); err != nil {
				return err
			}
		}
	case []string:
		for _, s := range v {
			if err := fits(f, s, kinds); err != nil {
				return err
			}
		}
	case string:
		return fitsWord(f, v, kinds)
	}
	return nil
}

var relativeForm = regexp.MustCompile(`^[+-]\d+ (Mon|Tue|Wed|Thu|Fri)$`)

func fitsWord(f kind.Field, s string, kinds map[string]string) error {
	somebody := slices.ContainsFunc(People, func(p Person) bool { return p.Key == s })
	slug, ref := strings.CutPrefix(s, "@")
	switch {
	case ref && kinds[slug] == "":
		return fmt.Errorf("there is no record %s", s)
	case f.Type == kind.Ref && len(f.Options) > 0 && !slices.Contains(f.Options, kinds[slug]):
		return fmt.Errorf("%s is a %s", s, kinds[slug])
	case f.Type == kind.Refs && !ref || f.Type == kind.Links && !strings.HasPrefix(s, "https://"):
		return fmt.Errorf("%q leads nowhere", s)
	case f.Type == kind.Person && !somebody || f.Type == kind.People && !somebody && s != "everyone":
		return fmt.Errorf("nobody is called %q", s)
	case f.Type == kind.Date && !relativeForm.MatchString(s):
		return fmt.Errorf("%q is no day of the sample", s)
	case f.Type == kind.Choice && !slices.Contains(f.Options, s):
		return fmt.Errorf("%q is none of %v", s, f.Options)
	case f.Type == kind.Line && strings.Contains(s, "\n"):
		return errors.New("a line of several lines")
	}
	return nil
}

// A decision that is recorded has what recording asks for, and the one who
// records it owns it.
func TestDecisionsAreWhole(t *testing.T) {
	superseded := map[string]string{}
	for _, d := range decisions() {
		if d.supersedes != "" {
			superseded[d.supersedes] = d.slug
		}
	}
	for _, d := range decisions() {
		if d.decided == (moment{}) {
			continue
		}
		if len(d.options) < 2 || d.chosen < 1 || d.chosen > len(d.options) {
			t.Errorf("@%s: chooses %d of %d", d.slug, d.chosen, len(d.options))
		}
		for what, text := range map[string]string{"decision": d.decision, "rationale": d.rationale, "trade-offs": d.tradeOffs, "review": d.review.date + d.review.condition, "owner": d.owner, "level": d.level, "type": d.tag, "context": d.context} {
			if text == "" {
				t.Errorf("@%s: no %s", d.slug, what)
			}
		}
		if d.decided.who != d.owner {
			t.Errorf("@%s: owned by %s and recorded by %s", d.slug, d.owner, d.decided.who)
		}
		for _, a := range d.asked {
			if a.answer == "" || a.text == "" {
				t.Errorf("@%s: decided while %s was still asked", d.slug, a.who)
			}
		}
		if by := superseded[d.slug]; by != "" && (len(d.after) == 0 || d.after[len(d.after)-1].Set["superseded-by"] != "@"+by) {
			t.Errorf("@%s does not give way to @%s", d.slug, by)
		}
	}
}

// Each promise for a week that is over has an end, and each end but delivery
// has its reason.
func TestPromisesAreMarked(t *testing.T) {
	for _, r := range Records() {
		if r.Kind != "weekly" || r.Steps[0].Week >= -1 {
			continue
		}
		last, _ := r.Steps[len(r.Steps)-1].Set["priorities"].([]map[string]any)
		for i, p := range last {
			if p["outcome"] == nil || p["outcome"] != delivered && p["reason"] == nil {
				t.Errorf("@%s: promise %d ends as %v, because %v", r.Slug, i+1, p["outcome"], p["reason"])
			}
		}
		if len(last) == 0 {
			t.Errorf("@%s: nothing was said of its promises", r.Slug)
		}
	}
}

// No sentence is written twice: but an outcome that repeats the promise it
// keeps, and the reasons that come again and again.
func TestNoSentenceComesTwice(t *testing.T) {
	seen := map[string]string{}
	each := func(slug, text string) {
		for _, sentence := range regexp.MustCompile(`[.?!] `).Split(text, -1) {
			sentence = strings.Trim(sentence, ".?! ")
			if strings.Count(sentence, " ") < 3 {
				continue
			}
			if before, twice := seen[sentence]; twice {
				t.Errorf("@%s and @%s: %q", before, slug, sentence)
			}
			seen[sentence] = slug
		}
	}
	var walk func(slug string, v any)
	walk = func(slug string, v any) {
		switch v := v.(type) {
		case string:
			each(slug, v)
		case map[string]any:
			for key, value := range v {
				if key != "reason" || strings.Contains(fmt.Sprint(value), ".") {
					walk(slug, value)
				}
			}
		case []map[string]any:
			for _, item := range v {
				walk(slug, item)
			}
		}
	}
	promised := map[string]bool{}
	for _, r := range Records() {
		for _, s := range r.Steps {
			list, _ := s.Set["priorities"].([]map[string]any)
			for _, p := range list {
				promised[fmt.Sprint(p["text"])] = true
			}
		}
	}
	for _, r := range Records() {
		each(r.Slug, r.Title)
		for _, s := range r.Steps {
			each(r.Slug, s.Because)
			for key, v := range s.Set {
				list, _ := v.([]map[string]any)
				if key == "outcomes" {
					list = slices.DeleteFunc(slices.Clone(list), func(o map[string]any) bool { return promised[fmt.Sprint(o["text"])] })
					v = list
				}
				walk(r.Slug, v)
			}
		}
	}
}

// The voice: British, with real quotation marks, no calendar dates that would
// be wrong in another week, and no exclamation.
func TestVoice(t *testing.T) {
	all := fmt.Sprintf("%+v", Records())
	for _, bad := range []string{
		`(?i)\b(color|center|favor|behavior|organiz|realiz|recogniz|canceled|traveler|labor|license[ds]? for|program the)`,
		`[a-z]'[a-z]`, `[a-z]!`, `(?i)\b(leverage|synerg|excited|amazing|great job|stakeholder alignment|lorem)`,
		`\b\d{1,2} (January|February|June|July|August|September|November|December)\b`, `\b20\d\d\b`,
	} {
		if found := regexp.MustCompile(".{0,30}"+bad+".{0,30}").FindAllString(all, 5); found != nil {
			t.Errorf("%s: %q", bad, found)
		}
	}
}
