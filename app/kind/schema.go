package kind

// Schema is the JSON Schema (draft 2020-12) of the fields of a kind, as
// `longhand show --json` prints them. A contested field is null.
func (k Kind) Schema() map[string]any {
	states := []string{}
	for _, s := range k.States {
		if !s.Derived {
			states = append(states, s.ID)
		}
	}
	return map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": k.Name, "description": k.Purpose, "type": "object",
		"properties": map[string]any{
			"kind":   map[string]any{"const": k.ID},
			"state":  map[string]any{"enum": append(states, "")},
			"fields": object(k.Fields),
		},
	}
}

func object(fields []Field) map[string]any {
	props := map[string]any{}
	for _, f := range fields {
		props[f.Key] = f.schema()
	}
	return map[string]any{"type": "object", "properties": props, "additionalProperties": false}
}

func (f Field) schema() map[string]any {
	s := map[string]any{"title": f.Label}
	if f.Help != "" {
		s["description"] = f.Help
	}
	orNull := func(t string) []string { return []string{t, "null"} }
	switch f.Type {
	case List:
		s["type"], s["items"] = "array", object(f.Items)
		if f.Max > 0 {
			s["maxItems"] = f.Max
		}
		return s
	case Record:
		o := object(f.Items)
		s["type"], s["properties"], s["additionalProperties"] = "object", o["properties"], false
		return s
	case Tags, People, Links, Refs:
		s["type"], s["items"] = "array", map[string]any{"type": "string"}
		return s
	case Number:
		s["type"] = orNull("number")
	case Bool:
		s["type"] = orNull("boolean")
	default:
		s["type"] = orNull("string")
	}
	switch f.Type {
	case Choice:
		values := make([]any, 0, len(f.Options)+1)
		for _, o := range f.Options {
			values = append(values, o)
		}
		s["enum"] = append(values, nil)
	case Date:
		s["format"] = "date"
	case Instant:
		s["format"] = "date-time"
	case Link:
		s["format"] = "uri"
	case Week:
		s["pattern"] = `^\d{4}-W\d{2}$`
	}
	return s
}
