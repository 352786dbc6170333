package artefact

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// read reads every field as it stands at the given heads; nil is now, with
// uncommitted edits. Who wrote a contested value is left as an operation, to
// be named by the caller.
func (a *Artefact) read(at []automerge.Hash) (*View, error) {
	if len(at) == 1 {
		if v := a.memory[at[0]]; v != nil {
			return v, nil
		}
	}
	keys, err := a.doc.Keys(at)
	if err != nil {
		return nil, err
	}
	slices.Sort(keys)
	r := &reader{a: a, at: at, keys: keys, v: &View{Values: map[string]any{}, Lists: map[string][]string{}, Contested: map[string][]Claim{}}}
	r.fields(a.Kind.Fields, "")
	if r.err != nil {
		return nil, r.err
	}
	if len(at) == 1 {
		a.memory[at[0]] = r.v
	}
	return r.v, nil
}

type reader struct {
	a    *Artefact
	at   []automerge.Hash
	keys []string // sorted
	v    *View
	err  error
}

func (r *reader) fields(fields []kind.Field, prefix string) {
	for _, f := range fields {
		path := prefix + f.Key
		switch {
		case r.err != nil:
			return
		case f.Type.Written():
			r.text(path)
		case f.Type.Set():
			r.set(path)
		case f.Type == kind.Record:
			r.fields(f.Items, path+"/")
		case f.Type == kind.List:
			r.list(f, path)
		default:
			r.single(f, path)
		}
	}
}

func (r *reader) text(path string) {
	if _, ok := slices.BinarySearch(r.keys, path); !ok {
		return
	}
	s, ok, err := r.a.doc.Text(path, r.at)
	if err != nil {
		r.err = err
	}
	if ok {
		r.v.Values[path] = s
	}
}

func (r *reader) single(f kind.Field, path string) {
	if _, ok := slices.BinarySearch(r.keys, path); !ok {
		return
	}
	claims, err := r.a.claims(path, r.at)
	if err != nil {
		r.err = err
		return
	}
	claims = sound(f, claims)
	switch {
	case len(claims) == 1 && claims[0].Value != nil:
		r.v.Values[path] = claims[0].Value
	case len(claims) > 1:
		r.v.Contested[path] = claims
	}
}

// sound leaves out values that are none for the field: from whoever wrote
// them, they are as if they had not been written.
func sound(f kind.Field, claims []Claim) []Claim {
	return slices.DeleteFunc(claims, func(c Claim) bool {
		if c.Value == nil {
			return false
		}
		_, err := CheckValue(f, c.Value)
		return err != nil
	})
}

func (r *reader) set(path string) {
	var members []string
	for _, key := range r.under(path + "/") {
		m, ok := memberOf(path, key)
		if !ok {
			continue
		}
		values, err := r.a.doc.All(key, r.at)
		if err != nil {
			r.err = err
			return
		}
		if f, err := FieldAt(r.a.Kind, path); err != nil || !fits(f.Type, m) {
			continue
		}
		if slices.ContainsFunc(values, func(v automerge.Value) bool { return v.V == true }) {
			members = append(members, m)
		}
	}
	if len(members) > 0 {
		slices.Sort(members)
		r.v.Values[path] = members
	}
}

func (r *reader) list(f kind.Field, path string) {
	type item struct{ id, pos string }
	var items []item
	seen := map[string]bool{}
	for _, key := range r.under(path + "/") {
		id, part, _ := strings.Cut(strings.TrimPrefix(key, path+"/"), "/")
		if seen[id] || part != partHere || r.err != nil {
			continue
		}
		seen[id] = true
		values, err := r.a.doc.All(key, r.at)
		if err != nil {
			r.err = err
			return
		}
		here := func(v automerge.Value) bool { n, ok := v.V.(int64); return ok && n > 0 }
		if slices.ContainsFunc(values, here) {
			items = append(items, item{id, r.a.position(join(path, id), r.at)})
		}
	}
	slices.SortFunc(items, func(x, y item) int { return cmp.Or(cmp.Compare(x.pos, y.pos), cmp.Compare(x.id, y.id)) })
	ids := make([]string, 0, len(items))
	for _, it := range items {
		ids = append(ids, it.id)
		r.fields(f.Items, join(path, it.id)+"/")
	}
	r.v.Lists[path] = ids
}

// under are the keys with a prefix.
func (r *reader) under(prefix string) []string {
	from, _ := slices.BinarySearch(r.keys, prefix)
	to := from
	for to < len(r.keys) && strings.HasPrefix(r.keys[to], prefix) {
		to++
	}
	return r.keys[from:to]
}

// position is where an item stands; of several concurrent moves the lowest.
func (a *Artefact) position(item string, at []automerge.Hash) string {
	values, err := a.doc.All(join(item, partPos), at)
	if err != nil {
		return ""
	}
	best := ""
	for _, v := range values {
		if s, ok := v.V.(string); ok && (best == "" || s < best) {
			best = s
		}
	}
	return best
}

// claims are the distinct values of a key, each with who wrote it: the earliest
// of those who wrote the same.
func (a *Artefact) claims(path string, at []automerge.Hash) ([]Claim, error) {
	values, err := a.doc.All(path, at)
	if err != nil {
		return nil, err
	}
	var out []Claim
	if len(values) == 1 { // the usual case needs no history
		return []Claim{{Value: canonical(values[0].V)}}, nil
	}
	for _, v := range values {
		value := canonical(v.V)
		c := Claim{Value: value, Device: WriterOf(v.Op.Actor)}
		c.Author = a.owners(c.Device)
		if ch, ok := a.written(v.Op); ok {
			c.At = time.UnixMilli(ch.Time).UTC()
		}
		same := slices.IndexFunc(out, func(o Claim) bool { return o.Value == value })
		switch {
		case same < 0:
			out = append(out, c)
		case c.At.Before(out[same].At):
			out[same] = c
		}
	}
	slices.SortFunc(out, func(x, y Claim) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Device, y.Device), cmp.Compare(Canonical(x.Value), Canonical(y.Value)))
	})
	return out, nil
}

// canonical brings what the library holds to the three forms that fields have.
func canonical(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case automerge.Text:
		return nil
	}
	return v
}
