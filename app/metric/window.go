package metric

import (
	"math"
	"slices"
	"time"

	"longhand/app/artefact"
	"longhand/app/cadence"
)

// A Window is some ISO weeks in the team’s zone, the last of them running.
type Window struct {
	Last  cadence.Week
	Weeks int
	Zone  *time.Location
	Now   time.Time
	// Hours are a person’s working hours and zone, for measures in working
	// time; nil, or a false answer, leaves those out.
	Hours func(artefact.Person) (cadence.Hours, *time.Location, bool)
}

// First is the first week of the window.
func (w Window) First() cadence.Week { return w.Last.Add(1 - w.Weeks) }

// Holds reports whether an instant falls into the window.
func (w Window) Holds(t time.Time) bool {
	return !t.IsZero() && !t.Before(w.First().Monday(w.Zone)) && t.Before(w.Last.Add(1).Monday(w.Zone))
}

// all are the weeks of the window, oldest first.
func (w Window) all() []cadence.Week {
	out := make([]cadence.Week, w.Weeks)
	for i := range out {
		out[i] = w.First().Add(i)
	}
	return out
}

// Enough is how many observations a distribution needs before a single number
// may stand for it. Below it, dots only.
const Enough = 5

// Quantile is the q-th quantile of values by linear interpolation between the
// closest ranks (type 7 of Hyndman and Fan, 1996). It needs at least one value.
func Quantile(values []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(values))
	at := q * float64(len(s)-1)
	lo := int(math.Floor(at))
	hi := min(lo+1, len(s)-1)
	return s[lo] + (at-float64(lo))*(s[hi]-s[lo])
}

// shown is a quantile, or nil when there are too few values.
func shown(values []float64, q float64) *float64 {
	if len(values) < Enough {
		return nil
	}
	x := Quantile(values, q)
	return &x
}
