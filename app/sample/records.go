package sample

import "slices"

// Records are all records of the sample.
func Records() []Record {
	out := slices.Concat(briefs, objectives, insights, []Record{agreement}, reviews,
		updatesInes, updatesTom, updatesWanjiru, updatesArjun, updatesOskar, updatesMireille)
	for _, d := range decisions() {
		out = append(out, d.record())
	}
	for _, i := range items {
		out = append(out, i.record())
	}
	return out
}

func decisions() []decision { return slices.Concat(decisionsEarly, decisionsMiddle, decisionsLate) }
