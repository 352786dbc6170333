package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"longhand/app/kind"
	"longhand/app/workspace"
)

func (r *runner) kinds() *cobra.Command {
	return &cobra.Command{Use: "kinds", Short: "What can be written: kinds, fields and states", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		defs, refs := map[string]any{}, []any{}
		for _, k := range kind.All() {
			defs[k.ID] = k.Schema()
			refs = append(refs, map[string]any{"$ref": "#/$defs/" + k.ID})
		}
		schema := map[string]any{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Longhand", "$defs": defs, "oneOf": refs}
		return r.print(schema, func(out io.Writer) {
			for _, k := range kind.All() {
				fmt.Fprintf(out, "%s (%s)  %s\n", k.ID, k.Prefix, k.Purpose)
				var states []string
				for _, s := range k.States {
					if !s.Derived {
						states = append(states, s.ID)
					}
				}
				fmt.Fprintf(out, "  states: %s\n  fields:", strings.Join(states, " "))
				for _, f := range k.Fields {
					if !f.Auto || f.Type != kind.Record {
						fmt.Fprintf(out, " %s", describe(f))
					}
				}
				fmt.Fprintln(out)
			}
		})
	}}
}

func describe(f kind.Field) string {
	if len(f.Items) == 0 {
		return f.Key
	}
	var parts []string
	for _, p := range f.Items {
		parts = append(parts, describe(p))
	}
	body := "{" + strings.Join(parts, ",") + "}"
	if f.Type == kind.List {
		body = "[" + body + "]"
	}
	return f.Key + body
}

func (r *runner) newArtefact() *cobra.Command {
	var title, from string
	var sets []string
	c := &cobra.Command{Use: "new KIND --title TITLE [--set field=value]… [--from FILE.md]", Short: "Begin an artefact, and print its id", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&title, "title", "", "what it is called")
	c.Flags().StringArrayVar(&sets, "set", nil, "`field=value`; may be given several times")
	c.Flags().StringVar(&from, "from", "", "a Markdown `file` whose headings are the fields")
	c.RunE = func(_ *cobra.Command, args []string) error {
		var text string
		if from != "" {
			b, err := os.ReadFile(r.path(from))
			if err != nil {
				return err
			}
			text = string(b)
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			id, err := w.NewWith(args[0], title, text, sets)
			if err != nil {
				return err
			}
			page, err := w.Show(id)
			if err != nil {
				return err
			}
			return r.print(map[string]any{"id": id, "doc": page["doc"]}, func(out io.Writer) { fmt.Fprintln(out, id) })
		})
	}
	return c
}

func (r *runner) set() *cobra.Command {
	return &cobra.Command{Use: "set ID field=value…", Short: "Give fields their values", Args: cobra.MinimumNArgs(2), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error { return w.Assign(args[0], args[1:]...) })
	}}
}

func (r *runner) write() *cobra.Command {
	var appendTo bool
	c := &cobra.Command{Use: "write ID FIELD [--append] < TEXT", Short: "Write a text from standard input; it merges with what others write", Args: cobra.ExactArgs(2)}
	c.Flags().BoolVar(&appendTo, "append", false, "begin a new line at the end instead")
	c.RunE = func(_ *cobra.Command, args []string) error {
		b, err := io.ReadAll(io.LimitReader(r.env.In, maxText+1))
		if err != nil {
			return fmt.Errorf("read the text: %w", err)
		}
		r.input = b
		if len(b) > maxText {
			return &workspace.Problem{Code: "value", Message: "A text has at most a megabyte.", Safe: "Nothing was changed.", Hint: "Write less, or link to it."}
		}
		text := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			return w.Write(args[0], args[1], text, appendTo)
		})
	}
	return c
}

const maxText = 1 << 20

func (r *runner) move() *cobra.Command {
	var because string
	c := &cobra.Command{Use: "move ID STATE [--because TEXT]", Short: "Enter a state", Args: cobra.ExactArgs(2)}
	c.Flags().StringVar(&because, "because", "", "the sentence that says why")
	c.RunE = func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error { return w.Move(args[0], args[1], because) })
	}
	return c
}

func (r *runner) discard() *cobra.Command {
	return &cobra.Command{Use: "discard ID", Short: "Throw a draft of your own away", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error { return w.Discard(args[0]) })
	}}
}

func (r *runner) contested() *cobra.Command {
	return &cobra.Command{Use: "contested [ID]", Short: "Values that two people changed while apart", Args: cobra.MaximumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			id := ""
			if len(args) > 0 {
				id = args[0]
			}
			all, err := w.ContestedFields(id)
			if err != nil {
				return err
			}
			return r.print(all, func(out io.Writer) { printContested(out, all) })
		})
	}}
}

func printContested(out io.Writer, all map[string]any) {
	if len(all) == 0 {
		fmt.Fprintln(out, "Nothing is contested.")
	}
	for _, id := range sortedKeys(all) {
		fields := all[id].(map[string]any)
		for _, field := range sortedKeys(fields) {
			fmt.Fprintf(out, "%s %s\n", id, field)
			for _, c := range fields[field].([]any) {
				claim := c.(map[string]any)
				fmt.Fprintf(out, "  %v  %v, %v\n", claim["value"], claim["author"], claim["at"])
			}
		}
	}
}

func (r *runner) settle() *cobra.Command {
	var keep string
	c := &cobra.Command{Use: "settle ID FIELD --keep VALUE", Short: "Keep one of the values of a contested field", Args: cobra.ExactArgs(2)}
	c.Flags().StringVar(&keep, "keep", "", "the `value` that stands")
	required(c, "keep")
	c.RunE = func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error { return w.SettleValue(args[0], args[1], keep) })
	}
	return c
}
