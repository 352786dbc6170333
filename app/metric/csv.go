package metric

import (
	"encoding/csv"
	"fmt"
	"io"
)

// WriteCSV writes a line for each figure. Nothing in it begins like a
// formula: all names are ours, and all values are numbers.
func (m *Report) WriteCSV(out io.Writer) error {
	w := csv.NewWriter(out)
	number := func(f *float64) string {
		if f == nil {
			return ""
		}
		return fmt.Sprintf("%g", *f)
	}
	rows := [][]string{
		{"measure", "figure", "value"},
		{"window", "from", m.From}, {"window", "to", m.To},
		{"decision-cycle-time", "n", fmt.Sprint(m.Cycle.N)},
		{"decision-cycle-time", "median-days", number(m.Cycle.Median)},
		{"decision-cycle-time", "p85-days", number(m.Cycle.P85)},
		{"decision-cycle-time", "open", fmt.Sprint(m.Cycle.Open)},
		{"decision-cycle-time", "withdrawn", fmt.Sprint(m.Cycle.Excluded.Withdrawn)},
		{"decision-cycle-time", "after-the-fact", fmt.Sprint(m.Cycle.Excluded.AfterTheFact)},
		{"delivery-predictability", "committed", fmt.Sprint(m.Predictability.Committed)},
		{"delivery-predictability", "delivered", fmt.Sprint(m.Predictability.Delivered)},
		{"delivery-predictability", "ratio", number(m.Predictability.Ratio)},
		{"delivery-predictability", "unplanned", fmt.Sprint(m.Predictability.Unplanned)},
	}
	for _, week := range m.Predictability.Series {
		rows = append(rows, []string{"delivery-predictability " + week.Week, "committed", fmt.Sprint(week.Committed)}, []string{"delivery-predictability " + week.Week, "delivered", fmt.Sprint(week.Delivered)})
	}
	return w.WriteAll(rows)
}
