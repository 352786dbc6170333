// Package command is the command line of Longhand: one cobra command a verb,
// each a few lines over package workspace. CLI.md in the design is its
// contract; scripts rely on names and shapes.
//
// [Main] runs one command line. When a window has the data open, the command
// goes to it through its control socket and runs there: [Control] is that end.
// The package decides nothing and keeps nothing.
package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longhand/app"
	"longhand/app/workspace"
	"longhand/storage"
	"longhand/storage/secret"
)

// Env is what a command line has around it.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Dir      string // the working folder, against which paths are read
	Getenv   func(string) string
	Terminal bool // Err is a terminal
	Typed    bool // In is a terminal: somebody can be asked
	// Open opens the team for one command; nil opens it from the data folder.
	Open func(context.Context, workspace.Options) (*workspace.Workspace, func() error, error)
	// Shared: the data is open in a window, and some commands make no sense.
	Shared bool
	// Work is the cost of a new passphrase file; see workspace.Options.
	Work int
}

// System is the environment of this process.
func System() Env {
	dir, err := os.Getwd()
	if err != nil {
		dir = string(filepath.Separator)
	}
	info, err := os.Stderr.Stat()
	in, bad := os.Stdin.Stat()
	return Env{Typed: bad == nil && in.Mode()&os.ModeCharDevice != 0, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Dir: dir, Getenv: os.Getenv, Terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// Exit codes of the contract.
const (
	done    = 0
	failed  = 1
	misused = 2
)

// Main runs one command line and returns its exit code.
func Main(ctx context.Context, env Env, args []string) int {
	r := &runner{env: env, ctx: ctx, json: slices.Contains(args, "--json")}
	root := r.root()
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	err := root.ExecuteContext(ctx)
	if (errors.Is(err, errWindow) || errors.Is(err, storage.ErrInUse)) && !env.Shared {
		if code, handled := r.forward(args); handled {
			return code
		}
		err = storage.ErrInUse
	}
	if err == nil {
		return done
	}
	var use *usageError
	if errors.As(err, &use) || errors.Is(err, workspace.ErrUsage) || strings.HasPrefix(err.Error(), "unknown command") {
		r.complain(&workspace.Problem{Code: "usage", Message: err.Error(), Hint: "`longhand --help` lists the commands, and `longhand COMMAND --help` the forms of one."})
		return misused
	}
	r.complain(workspace.Explain(err))
	if errors.Is(err, workspace.ErrKindUnknown) {
		return misused
	}
	return failed
}

// complain prints a problem to Err: as JSON under --json, otherwise as the
// sentences that the window shows.
func (r *runner) complain(p *workspace.Problem) {
	if r.json {
		message := strings.TrimSpace(p.Message + " " + p.Safe)
		b, err := json.Marshal(map[string]string{"code": p.Code, "message": message, "hint": p.Hint})
		if err == nil {
			fmt.Fprintln(r.env.Err, string(b))
			return
		}
	}
	for _, line := range []string{p.Message, p.Safe, p.Hint} {
		if line != "" {
			fmt.Fprintln(r.env.Err, line)
		}
	}
}

// A usageError is a command line that makes no sense: exit code 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func misuse(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

type runner struct {
	env        Env
	ctx        context.Context
	data       string
	json       bool
	at         string
	passphrase string // file
	input      []byte // what a command read from In, in case it goes to a window
	bar        bar
}

func (r *runner) root() *cobra.Command {
	root := &cobra.Command{
		Use: "longhand", Short: "Lead a distributed team in writing", Version: app.Version,
		SilenceErrors: true, SilenceUsage: true,
		Long: "Longhand keeps what a team agreed: decisions, briefs, weekly outcomes and a working agreement.\nIt works offline; edits merge when devices meet through a relay that can read nothing.",
	}
	f := root.PersistentFlags()
	f.StringVar(&r.data, "data", "", "data `folder` (default: your own data folder)")
	f.BoolVar(&r.json, "json", r.json, "print one JSON value, and errors as JSON")
	f.StringVar(&r.at, "at", "", "the clock, as an RFC 3339 `instant`, for demonstrations and tests")
	f.StringVar(&r.passphrase, "passphrase-file", "", "`file` with the passphrase, used instead of the keyring")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.SetVersionTemplate("longhand {{.Version}}\n")
	root.AddCommand(r.team(), r.profile(), r.relay(), r.kinds(), r.newArtefact(), r.set(), r.write(), r.move(), r.discard(),
		r.show(), r.list(), r.search(), r.contested(), r.settle(), r.sync(), r.status(), r.metrics(), r.export(), r.serve(), r.demo(),
		r.device(), r.backup(), r.restore(), r.kit(), r.doctor(), r.key())
	for _, c := range all(root) {
		c.DisableFlagsInUseLine = true
		if args := c.Args; args != nil {
			c.Args = func(c *cobra.Command, given []string) error {
				if err := args(c, given); err != nil {
					return misuse("the form is: %s", c.UseLine())
				}
				return nil
			}
		}
		if c.RunE == nil && c.HasSubCommands() {
			c.RunE = func(c *cobra.Command, given []string) error {
				if len(given) > 0 {
					return misuse("unknown command %q for %q", given[0], c.CommandPath())
				}
				return c.Help()
			}
		}
	}
	return root
}

func all(c *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		out = append(out, all(sub)...)
	}
	return out
}

// options are those of the global flags.
func (r *runner) options() (workspace.Options, error) {
	o := workspace.Options{Work: r.env.Work}
	o.Dir = r.path(r.data)
	if r.data == "" {
		dir, err := workspace.DefaultDir()
		if err != nil {
			return o, err
		}
		o.Dir = dir
	}
	if r.at != "" {
		t, err := time.Parse(time.RFC3339, r.at)
		if err != nil {
			return o, misuse("--at takes an instant such as 2026-06-12T09:30:00Z, not %q", r.at)
		}
		o.Now = func() time.Time { return t }
	}
	file := r.passphrase
	if file == "" {
		file = r.env.Getenv("LONGHAND_PASSPHRASE_FILE")
	}
	if file != "" {
		p, err := secret.ReadPassphrase(r.path(file))
		if err != nil {
			return o, err
		}
		o.Passphrase = p
	}
	return o, nil
}

// path reads a path against the folder where the command was given.
func (r *runner) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.env.Dir, p)
}

// relayAddress makes the path of a relay folder absolute.
func (r *runner) relayAddress(address string) (string, error) {
	if p, ok := strings.CutPrefix(address, "folder:"); ok && !strings.HasPrefix(p, "~/") {
		address = "folder:" + r.path(p)
	}
	return workspace.PlainRelay(address)
}

// with opens the team for one command.
func (r *runner) with(fn func(context.Context, *workspace.Workspace) error) error {
	o, err := r.options()
	if err != nil {
		return err
	}
	if r.env.Open != nil {
		w, closer, err := r.env.Open(r.ctx, o)
		if err != nil {
			return err
		}
		return errors.Join(fn(r.ctx, w), closer())
	}
	if answered(o.Dir) {
		return errWindow
	}
	w, err := workspace.Open(r.ctx, o)
	if err != nil {
		return err
	}
	return r.finish(w, fn(r.ctx, w))
}

// errWindow: a window has the data open, and is asked instead.
var errWindow = errors.New("a window has the data open")

// finish closes what a command opened.
func (r *runner) finish(w *workspace.Workspace, err error) error {
	r.bar.clear(r.env)
	return errors.Join(err, w.Close())
}

// print writes the answer: one JSON value under --json, otherwise text.
func (r *runner) print(value any, text func(io.Writer)) error {
	if !r.json {
		text(r.env.Out)
		return nil
	}
	return r.printJSON(value)
}

func (r *runner) printJSON(value any) error {
	e := json.NewEncoder(r.env.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

// bar is the progress line on a terminal.
type bar struct {
	began time.Time
	shown bool
}

// progress draws it once the work has lasted for a second.
func (r *runner) progress(p workspace.Progress) {
	if !r.env.Terminal || r.json {
		return
	}
	if r.bar.began.IsZero() {
		r.bar.began = time.Now()
	}
	if p.Ended {
		r.bar.clear(r.env)
		return
	}
	if time.Since(r.bar.began) < time.Second {
		return
	}
	r.bar.shown = true
	if p.Done < 0 {
		fmt.Fprintf(r.env.Err, "\r\x1b[K%s …", p.Phase)
		return
	}
	const width = 24
	n := int(p.Done * width)
	fmt.Fprintf(r.env.Err, "\r\x1b[K%s [%s%s] %3.0f %%", p.Phase, strings.Repeat("=", n), strings.Repeat(" ", width-n), 100*p.Done)
}

func (b *bar) clear(env Env) {
	if b.shown {
		fmt.Fprint(env.Err, "\r\x1b[K")
	}
	*b = bar{}
}
