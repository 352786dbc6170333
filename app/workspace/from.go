package workspace

import (
	"fmt"
	"regexp"
	"strings"

	"longhand/app/artefact"
	"longhand/app/cadence"
	"longhand/app/kind"
)

// NewWith begins an artefact with values as the command line gives them, and
// with the sections of a Markdown file whose headings are fields.
func (w *Workspace) NewWith(kindID, title, markdown string, assignments []string) (string, error) {
	k, err := FindKind(kindID)
	if err != nil {
		return "", err
	}
	values, err := w.readAssignments(kindID, assignments)
	if err != nil {
		return "", err
	}
	if markdown != "" {
		heading, err := sections(k, markdown, values)
		if err != nil {
			return "", err
		}
		title = firstOf(title, heading)
	}
	if title == "" && k.One == kind.Any {
		return "", fmt.Errorf("%w: give it a title", ErrUsage)
	}
	week, err := w.weekAsked(k, values)
	if err != nil {
		return "", err
	}
	// What cannot be written is found before anything is begun.
	for path, value := range values {
		f, err := artefact.FieldAt(k, path)
		if err != nil {
			return "", err
		}
		if err := (&plan{w: w, who: w.Me(), kind: k, view: &artefact.View{Author: w.Me(), Values: map[string]any{"person": string(w.Me())}}}).value(f, path, value); err != nil {
			return "", fmt.Errorf("set %s: %w", path, err)
		}
		if f.Type.Single() {
			single, err := w.plainSingle(f, value)
			if err == nil && single != nil {
				_, err = artefact.CheckValue(f, single)
			}
			if err != nil {
				return "", fmt.Errorf("set %s: %w", path, err)
			}
		}
	}
	if w.Joining() {
		return "", ErrJoining
	}
	doc, err := w.scoped(k, week, title)
	if err != nil {
		return "", err
	}
	if len(values) > 0 {
		err = w.assign(doc, values)
	}
	return w.index.id(doc), err
}

// weekAsked is the week for which an artefact of a kind with one for each week is begun: the running one, unless the values name another, from which
// it is taken out.
func (w *Workspace) weekAsked(k kind.Kind, values map[string]any) (cadence.Week, error) {
	this := cadence.WeekOf(w.Now(), w.teamZone())
	text, asked := values["week"].(string)
	if !asked || k.One != kind.PerWeek && k.One != kind.PerPersonWeek {
		return this, nil
	}
	delete(values, "week")
	week, err := cadence.ParseWeek(text)
	if err != nil {
		return this, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if this.Before(week) {
		return this, fmt.Errorf("%w: %s has not begun", ErrUsage, week)
	}
	return week, nil
}

var (
	headingForm = regexp.MustCompile(`^(#{1,2})\s+(.*?)\s*#*\s*$`)
	bulletForm  = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+(.*)$`)
)

// sections reads a Markdown file into values: the first heading is the title,
// each second-level heading a field by its label or key. Text under any other
// heading is refused, since it would be lost.
func sections(k kind.Kind, markdown string, values map[string]any) (title string, err error) {
	lines := strings.Split(plainText(markdown), "\n")
	if len(lines) > 0 && strings.TrimSpace(lines[0]) == "---" { // front matter: ours, and not needed here
		for i := 1; i < len(lines); i++ {
			if strings.TrimSpace(lines[i]) == "---" {
				lines = lines[i+1:]
				break
			}
		}
	}
	bodies, order, at := map[string][]string{}, []string{}, ""
	for _, line := range lines {
		m := headingForm.FindStringSubmatch(line)
		switch {
		case m == nil:
			bodies[at] = append(bodies[at], line)
		case m[1] == "#" && title == "":
			title = m[2]
		default:
			at = m[2]
			order = append(order, at)
		}
	}
	if strings.TrimSpace(strings.Join(bodies[""], "")) != "" {
		return "", fmt.Errorf("%w: the file has text before its first section", ErrUsage)
	}
	for _, heading := range order {
		f, ok := fieldCalled(k, heading)
		if !ok {
			return "", fmt.Errorf("%w: a %s has no section %q", artefact.ErrNoField, strings.ToLower(k.Name), heading)
		}
		if values[f.Key], err = body(f, bodies[heading]); err != nil {
			return "", err
		}
	}
	return title, nil
}

func fieldCalled(k kind.Kind, heading string) (kind.Field, bool) {
	for _, f := range k.Fields {
		if strings.EqualFold(f.Label, heading) || strings.EqualFold(f.Key, heading) {
			return f, true
		}
	}
	return kind.Field{}, false
}

// body is the text of a section as the value of its field.
func body(f kind.Field, lines []string) (any, error) {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	switch {
	case f.Type == kind.List:
		items := []any{}
		for _, line := range lines {
			if m := bulletForm.FindStringSubmatch(line); m != nil {
				items = append(items, map[string]any{f.Items[0].Key: m[1]})
			} else if strings.TrimSpace(line) != "" {
				return nil, fmt.Errorf("%w: %q is a list; begin each line with a dash", artefact.ErrValue, f.Label)
			}
		}
		return items, nil
	case f.Type == kind.Line:
		return strings.Join(strings.Fields(text), " "), nil
	case f.Type == kind.Record:
		return nil, fmt.Errorf("%w: give %q with --set", artefact.ErrValue, f.Label)
	case f.Type.Set():
		var out []any
		for _, m := range strings.Split(text, ",") {
			out = append(out, strings.TrimSpace(m))
		}
		return out, nil
	}
	return text, nil
}
