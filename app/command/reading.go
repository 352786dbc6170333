package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"longhand/app/metric"
	"longhand/app/workspace"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func (r *runner) show() *cobra.Command {
	var as string
	c := &cobra.Command{Use: "show ID [--as md|json|text]", Short: "Read one artefact", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&as, "as", "text", "md, json or text")
	c.RunE = func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			if r.json || as == "json" {
				v, err := w.Show(args[0])
				if err != nil {
					return err
				}
				return r.printJSON(v)
			}
			if as != "md" && as != "text" {
				return misuse("--as takes md, json or text, not %q", as)
			}
			text, err := w.AsText(args[0], as)
			if err != nil {
				return err
			}
			_, err = io.WriteString(r.env.Out, text)
			return err
		})
	}
	return c
}

func (r *runner) list() *cobra.Command {
	var state, owner, where string
	c := &cobra.Command{Use: "list [KIND] [--state S] [--owner P] [--where EXPR]", Short: "List artefacts", Args: cobra.MaximumNArgs(1),
		Long: "List artefacts. --where takes comparisons joined by “and”, such as\n  level = strategic and decide-by < 2026-07-01\nof fields, with = != < <= > >= and ~ for “contains”."}
	c.Flags().StringVar(&state, "state", "", "only those in a `state`, a derived one included")
	c.Flags().StringVar(&owner, "owner", "", "only those of a `person`")
	c.Flags().StringVar(&where, "where", "", "only those for which an `expression` holds")
	c.RunE = func(_ *cobra.Command, args []string) error {
		kindID := ""
		if len(args) > 0 {
			kindID = args[0]
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			rows, err := w.Select(kindID, state, owner, where)
			if err != nil {
				return err
			}
			names := w.Names()
			out := []map[string]any{}
			for _, row := range rows {
				out = append(out, rowJSON(row, func(id string) string { return names[workspace.PersonID(id)] }))
			}
			return r.print(out, func(o io.Writer) {
				tw := tabwriter.NewWriter(o, 0, 0, 2, ' ', 0)
				for _, row := range out {
					fmt.Fprintf(tw, "%v\t%v\t%v\t%v\n", row["id"], orEmpty(row["state"]), orEmpty(row["owner"]), row["title"])
				}
				tw.Flush()
			})
		})
	}
	return c
}

func rowJSON(row workspace.Row, name func(string) string) map[string]any {
	return map[string]any{"id": row.ID, "kind": row.Kind, "title": row.Title, "state": orNull(row.State), "derived": row.Derived, "owner": orNull(name(row.Owner)), "updated": row.Updated}
}

func orEmpty(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func (r *runner) search() *cobra.Command {
	return &cobra.Command{Use: "search QUERY", Short: "Find artefacts by their words", Args: cobra.MinimumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			found := w.SearchNow(strings.Join(args, " "), 50)
			names := w.Names()
			out := []map[string]any{}
			for _, h := range found.Hits {
				row := rowJSON(h.Row, func(id string) string { return names[workspace.PersonID(id)] })
				row["snippet"] = h.Snippet
				out = append(out, row)
			}
			return r.print(out, func(o io.Writer) {
				tw := tabwriter.NewWriter(o, 0, 0, 2, ' ', 0)
				for _, h := range found.Hits {
					fmt.Fprintf(tw, "%s\t%s\t%s\n", h.ID, h.Title, h.Snippet)
				}
				tw.Flush()
				if len(found.Hits) == 0 {
					fmt.Fprintf(o, "Nothing among %d artefacts has these words.\n", found.Of)
				}
			})
		})
	}}
}

func (r *runner) sync() *cobra.Command {
	var watch bool
	c := &cobra.Command{Use: "sync [--watch]", Short: "Send and fetch everything, once or until stopped", Args: cobra.NoArgs}
	c.Flags().BoolVar(&watch, "watch", false, "go on until stopped")
	c.RunE = func(*cobra.Command, []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			if watch && r.env.Shared {
				return &workspace.Problem{Code: "in-use", Message: "The data is open in a window, which syncs by itself.", Hint: "Use sync without --watch, or close the window."}
			}
			if watch {
				ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
				defer stop()
				// Other commands go on meanwhile, and come here.
				o, err := r.options()
				if err != nil {
					return err
				}
				end, err := Control(ctx, o.Dir, func() (*workspace.Workspace, func()) { return w, func() {} })
				if err != nil { // where no socket can be, they are told that the data is in use
					r.complain(workspace.Explain(fmt.Errorf("other commands cannot reach this one: %w", err)))
					return r.watch(ctx, w)
				}
				return errors.Join(r.watch(ctx, w), end())
			}
			return r.syncOnce(ctx, w)
		})
	}
	return c
}

func (r *runner) syncOnce(ctx context.Context, w *workspace.Workspace) error {
	report, err := w.Sync(ctx)
	if err != nil {
		return err
	}
	admitted := []string{}
	for _, p := range report.Admitted {
		admitted = append(admitted, p.String())
	}
	return r.print(map[string]any{"sent": report.Sent, "received": report.Received, "carried": report.Carried, "admitted": admitted, "joining": w.Joining()}, func(out io.Writer) {
		fmt.Fprintf(out, "Sent %d, received %d.", report.Sent, report.Received)
		if n := len(admitted); n > 0 {
			fmt.Fprintf(out, " Let %d in.", n)
		}
		if w.Joining() {
			fmt.Fprint(out, " No member’s device has answered yet.")
		}
		fmt.Fprintln(out)
		for _, c := range w.Causes() {
			if c.Device != "" {
				fmt.Fprintf(out, "%s %s\n", c.What, c.Next)
			}
		}
	})
}

// watch syncs until it is stopped. A relay that fails is named and tried again.
func (r *runner) watch(ctx context.Context, w *workspace.Workspace) error {
	last := ""
	for {
		err := r.syncOnce(ctx, w)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			if p := workspace.Explain(err); p.Message != last {
				r.complain(p)
				last = p.Message
			}
		} else {
			last = ""
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(5 * time.Second):
		}
	}
}

func (r *runner) status() *cobra.Command {
	return &cobra.Command{Use: "status", Short: "What is pending, who has what, and why not", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			t := w.Team()
			names := map[string]string{}
			for _, p := range w.People() {
				names[p.ID] = p.Name
			}
			device, devices := "", []map[string]any{}
			for _, d := range t.Devices {
				if d.This {
					device = d.ID
				}
				devices = append(devices, map[string]any{"device": d.ID, "person": names[d.Person], "have": d.Holds, "missing": d.Missing})
			}
			aside := []map[string]any{}
			for _, a := range t.SetAside {
				one := map[string]any{"relay": a.Relay, "device": a.Device, "number": a.Number, "problem": a.Problem}
				if a.More > 0 {
					one["last"], one["more"] = a.Last, a.More
				}
				aside = append(aside, one)
			}
			all := map[string]any{"device": device, "team": t.Name, "relays": relays(w), "devices": devices, "needs-you": t.NeedsYou, "set-aside": aside}
			all["causes"] = w.Causes()
			return r.print(all, func(out io.Writer) {
				fmt.Fprintf(out, "%s. %s.\n", t.Name, strings.TrimSuffix(w.SyncLine().Sentence, "."))
				for _, one := range t.Relays {
					fmt.Fprintf(out, "%s: %s, %d waiting\n", one.Relay, one.State, one.Pending)
				}
				for _, d := range t.Devices {
					fmt.Fprintf(out, "%s has %d", d.Label, d.Holds)
					switch {
					case d.Missing > 0 && d.This:
						fmt.Fprintf(out, ", %d that others wrote have not arrived here", d.Missing)
					case d.Missing > 0:
						fmt.Fprintf(out, ", %d of its own have not arrived here", d.Missing)
					}
					fmt.Fprintln(out)
				}
				for _, a := range t.SetAside {
					if a.More > 0 {
						fmt.Fprintf(out, "And %s more of device %s.\n", workspace.Thousands(a.More), a.Device)
						continue
					}
					fmt.Fprintf(out, "Set aside: number %d of device %s on %s is %s.\n", a.Number, a.Device, a.Relay, a.Problem)
				}
				said := map[string]bool{}
				for _, c := range w.Causes() {
					said[c.What], said[c.What+" "+c.Next] = true, true
					fmt.Fprintf(out, "%s %s\n", c.What, c.Next)
				}
				for _, s := range t.NeedsYou {
					if !said[s] {
						fmt.Fprintln(out, s)
					}
				}
			})
		})
	}}
}

func (r *runner) metrics() *cobra.Command {
	var weeks int
	var as string
	c := &cobra.Command{Use: "metrics [--weeks 12] [--as json|csv|text]", Short: "The measures, with their counts", Args: cobra.NoArgs}
	c.Flags().IntVar(&weeks, "weeks", 12, "how many ISO weeks, the running one included")
	c.Flags().StringVar(&as, "as", "text", "json, csv or text")
	c.RunE = func(*cobra.Command, []string) error {
		if weeks < 1 || weeks > 520 {
			return misuse("--weeks takes a number from 1 to 520")
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			report, err := w.Metrics(weeks)
			if err != nil {
				return err
			}
			switch {
			case r.json || as == "json":
				return r.printJSON(report)
			case as == "csv":
				return report.WriteCSV(r.env.Out)
			case as == "text":
				metricsText(r.env.Out, report)
				return nil
			}
			return misuse("--as takes json, csv or text, not %q", as)
		})
	}
	return c
}

func figure(f *float64, why string) string {
	if f == nil {
		return "–  " + why
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", *f), ".0")
}

func metricsText(out io.Writer, m *metric.Report) {
	fmt.Fprintf(out, "Weeks %s to %s\n", m.From, m.To)
	c := m.Cycle
	fmt.Fprintf(out, "Decision cycle time, median days  %s\n  %d recorded, %d open, %d withdrawn and %d written after the fact left out\n", figure(c.Median, c.Why), c.N, c.Open, c.Excluded.Withdrawn, c.Excluded.AfterTheFact)
	p := m.Predictability
	if p.Ratio == nil {
		fmt.Fprintf(out, "Delivery predictability  –  %s\n", p.Why)
	} else {
		fmt.Fprintf(out, "Delivery predictability  %d of %d delivered, %d unplanned\n", p.Delivered, p.Committed, p.Unplanned)
	}
	for _, line := range [][2]string{{"Meeting load", m.Meetings.Why}, {"Rework rate", m.Rework.Why}, {"Clarity", m.Clarity.Why}, {"Fast lane", m.FastLane.Why}} {
		fmt.Fprintf(out, "%s  –  %s\n", line[0], line[1])
	}
	for _, f := range m.Diagnosis {
		fmt.Fprintln(out, f.Sentence)
	}
}

func (r *runner) export() *cobra.Command {
	c := &cobra.Command{Use: "export", Short: "Take things out"}
	var week, pdf, md, to, as string
	review := &cobra.Command{Use: "review [--week 2026-W24] [--pdf FILE] [--md FILE]", Short: "The weekly review as PDF and Markdown", Args: cobra.NoArgs}
	review.Flags().StringVar(&week, "week", "", "the ISO `week` (default: this one)")
	review.Flags().StringVar(&pdf, "pdf", "", "write a PDF `file`")
	review.Flags().StringVar(&md, "md", "", "write a Markdown `file`, or - for standard output")
	review.RunE = func(*cobra.Command, []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error { return r.exportReview(ctx, w, week, pdf, md) })
	}
	all := &cobra.Command{Use: "all --to DIR [--as md]", Short: "Everything as Markdown files", Args: cobra.NoArgs}
	all.Flags().StringVar(&to, "to", "", "the `folder` to write into")
	all.Flags().StringVar(&as, "as", "md", "md")
	required(all, "to")
	all.RunE = func(*cobra.Command, []string) error {
		if as != "md" {
			return misuse("--as takes md, not %q", as)
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			n, err := w.ExportAll(r.path(to), func(done, of int) {
				r.progress(workspace.Progress{Phase: "Writing", Done: float64(done) / float64(of)})
			})
			if err != nil {
				return err
			}
			r.bar.clear(r.env)
			return r.print(map[string]any{"files": n, "to": r.path(to)}, func(out io.Writer) { fmt.Fprintf(out, "Wrote %d files.\n", n) })
		})
	}
	c.AddCommand(review, all)
	return c
}

func (r *runner) exportReview(ctx context.Context, w *workspace.Workspace, week, pdf, md string) error {
	if pdf == "" && md == "" {
		_, data, err := w.ExportReview(ctx, week, "md", nil)
		if err != nil {
			return err
		}
		return r.print(string(data), func(out io.Writer) { _, _ = out.Write(data) })
	}
	if pdf == "-" && md == "-" {
		return misuse("only one of the two can go to standard output")
	}
	written, piped := []string{}, false
	for _, one := range [][2]string{{"md", md}, {"pdf", pdf}} {
		if one[1] == "" {
			continue
		}
		_, data, err := w.ExportReview(ctx, week, one[0], r.progress)
		if err != nil {
			return err
		}
		if piped = piped || one[1] == "-"; one[1] == "-" {
			if _, err := r.env.Out.Write(data); err != nil {
				return fmt.Errorf("export the review: %w", err)
			}
			continue
		}
		if err := workspace.WriteOut(r.path(one[1]), data); err != nil {
			return fmt.Errorf("export the review: %w", err)
		}
		written = append(written, r.path(one[1]))
	}
	r.bar.clear(r.env)
	if piped {
		return nil // what is there is the review, and nothing else
	}
	return r.print(written, func(out io.Writer) {
		for _, p := range written {
			fmt.Fprintln(out, p)
		}
	})
}

func (r *runner) demo() *cobra.Command {
	var remove bool
	c := &cobra.Command{Use: "demo [--delete]", Short: "Make a sample team to look around in, or delete it", Args: cobra.NoArgs}
	c.Flags().BoolVar(&remove, "delete", false, "delete the sample team")
	c.RunE = func(*cobra.Command, []string) error {
		if remove {
			return r.with(func(ctx context.Context, w *workspace.Workspace) error {
				if !w.Sample() {
					return workspace.ErrNotSample
				}
				if r.env.Shared {
					return &workspace.Problem{Code: "in-use", Message: "The sample team is open in a window.", Hint: "Delete it there, or close the window first."}
				}
				return w.Leave(ctx, true)
			})
		}
		o, err := r.options()
		if err != nil {
			return err
		}
		w, err := workspace.Sample(r.ctx, o, r.progress)
		if err != nil {
			return err
		}
		r.bar.clear(r.env)
		n := w.Count()
		return r.finish(w, r.print(map[string]any{"team": w.TeamName(), "artefacts": n}, func(out io.Writer) {
			fmt.Fprintf(out, "%s is here, with %d artefacts. `longhand serve` or the window shows it; `longhand demo --delete` removes it.\n", w.TeamName(), n)
		}))
	}
	return c
}
