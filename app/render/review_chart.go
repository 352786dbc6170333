package render

import "math"

// A ChartKind says how a Chart’s numbers are drawn, and with it which of its fields count.
type ChartKind string

const (
	// Dots draws Groups, one column of dots per week, and Levels as median lines over ranges of weeks. Smaller is lower.
	Dots ChartKind = "dots"
	// Squares stacks one mark per thing for each week: Part of them filled, the rest of Whole outlined in red.
	Squares ChartKind = "squares"
	// Trend joins Values, one per week, and ends in a dot; Target, if given, is a dotted level.
	Trend ChartKind = "trend"
	// Bars draws one level bar per period, Whole long, of which Part is red.
	Bars ChartKind = "bars"
	// Tally stacks Part dots over each place of a scale, the first place being the lowest score.
	Tally ChartKind = "tally"
)

// A Chart is a small drawing made from numbers. Its scale begins at the data, or at zero for counts. Weeks and periods
// run from the oldest to the newest.
//
// Alt is the sentence for somebody who cannot see it; without one, the words beside the chart are used.
type Chart struct {
	Kind ChartKind `json:"kind"`
	Alt  string    `json:"alt,omitempty"`

	Groups [][]float64 `json:"groups,omitempty"`
	Levels []Level     `json:"levels,omitempty"`
	Values []float64   `json:"values,omitempty"`
	Target *float64    `json:"target,omitempty"`
	Whole  []int       `json:"whole,omitempty"`
	Part   []int       `json:"part,omitempty"`
}

// A Level is a value that holds over the columns From to To, both included and counted from zero.
type Level struct {
	From  int     `json:"from"`
	To    int     `json:"to"`
	Value float64 `json:"value"`
}

// What still can be told apart in a drawing 23 mm wide.
const (
	maxColumns = 60
	maxStack   = 40
)

// Drawable reports whether the numbers suffice for the kind and are finite and few enough to be told apart. A chart
// that is not drawable is left out, and its words stay.
func (c *Chart) Drawable() bool {
	if c == nil {
		return false
	}
	switch c.Kind {
	case Dots:
		var all []float64
		for _, g := range c.Groups {
			if len(g) > maxStack {
				return false
			}
			all = append(all, g...)
		}
		for _, l := range c.Levels {
			if l.From < 0 || l.To < l.From || l.To >= len(c.Groups) {
				return false
			}
			all = append(all, l.Value)
		}
		return len(c.Groups) <= maxColumns && len(all) > 0 && finite(all)
	case Trend:
		if c.Target != nil && !finite([]float64{*c.Target}) {
			return false
		}
		return len(c.Values) >= 2 && len(c.Values) <= 2*maxColumns && finite(c.Values)
	case Squares:
		return counts(c.Part, c.Whole, maxStack)
	case Bars:
		return len(c.Whole) <= 8 && counts(c.Part, c.Whole, math.MaxInt32)
	case Tally:
		return len(c.Part) <= 11 && counts(nil, c.Part, maxStack)
	default:
		return false
	}
}

// counts reports whether whole holds counts up to limit, not all zero, and part, unless nil, no more of each.
func counts(part, whole []int, limit int) bool {
	if len(whole) == 0 || len(whole) > maxColumns || (part != nil && len(part) != len(whole)) {
		return false
	}
	some := false
	for i, n := range whole {
		if n < 0 || n > limit || (part != nil && (part[i] < 0 || part[i] > n)) {
			return false
		}
		some = some || n > 0
	}
	return some
}

// finite reports whether all values can be put on one scale.
func finite(values []float64) bool {
	for _, v := range values {
		// Beyond this, differences between values overflow or vanish.
		if math.IsNaN(v) || math.Abs(v) > 1e15 {
			return false
		}
	}
	return true
}
