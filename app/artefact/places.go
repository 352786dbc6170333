package artefact

import (
	"maps"
	"slices"

	"longhand/app/kind"
)

// Places says where each sentence of [Artefact.Missing] is answered: the path
// of a field or of a part of an item, and "" where none is.
func (a *Artefact) Places(to kind.State, v *View) (out []string) {
	for _, text := range to.Needs {
		n, err := kind.ParseNeed(text)
		if err != nil || !met(n, a.Kind, v, "because") {
			out = append(out, place(n, v))
		}
	}
	return out
}

func place(n kind.Need, v *View) string {
	items := v.Items(n.Field)
	switch n.Rule {
	case kind.Settled:
		if all := slices.Sorted(maps.Keys(v.Contested)); len(all) > 0 {
			return all[0]
		}
	case kind.AtLeast, kind.Every, kind.Exactly:
		for _, item := range items {
			if path := join(item, n.Part); !v.settledAt(path) {
				return path
			}
		}
	}
	return n.Field
}
