package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"longhand/app/workspace"
	"longhand/storage/secret"
)

// act is a command that does one thing with one name, syncs, and says so.
func (r *runner) act(use, short string, do func(context.Context, *workspace.Workspace, string) (said string, err error)) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			said, err := do(ctx, w, args[0])
			if err != nil {
				return err
			}
			r.spread(ctx, w)
			return r.print(map[string]any{"done": said}, func(out io.Writer) { fmt.Fprintln(out, said) })
		})
	}}
}

// spread lets the others know at once, if a relay can be reached.
func (r *runner) spread(ctx context.Context, w *workspace.Workspace) {
	if _, err := w.Sync(ctx); err != nil && !errors.Is(err, workspace.ErrNoRelay) {
		fmt.Fprintln(r.env.Err, "It is done here, and the others do not know yet; `longhand sync` tells them. "+workspace.Explain(err).Message)
	}
}

func (r *runner) teamTrust() []*cobra.Command {
	return []*cobra.Command{
		r.act("remove NAME|DEVICE", "Let a person or a device go: what they wrote so far stays, and they read nothing more", func(ctx context.Context, w *workspace.Workspace, who string) (string, error) {
			name, err := w.Remove(ctx, who)
			return name + " is removed. What is written from now on cannot be read there.", err
		}),
		r.act("approve NAME", "Let somebody in who waits for it", func(ctx context.Context, w *workspace.Workspace, who string) (string, error) {
			return who + " is let in.", w.Approve(ctx, who)
		}),
		r.act("withdraw INVITATION", "Close an invitation that nobody has used, by the beginning of its id", func(ctx context.Context, w *workspace.Workspace, id string) (string, error) {
			return "The invitation works no more.", w.Withdraw(ctx, id)
		}),
		r.act("accept DEVICE", "Let everything count that a removed device wrote and that is here", func(ctx context.Context, w *workspace.Workspace, id string) (string, error) {
			return "It counts.", w.Accept(ctx, id)
		}),
		r.role(), r.words(),
	}
}

func (r *runner) role() *cobra.Command {
	return &cobra.Command{Use: "role NAME admin|member", Short: "Say what a person may do", Args: cobra.ExactArgs(2), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			if err := w.SetRole(ctx, args[0], args[1]); err != nil {
				return err
			}
			r.spread(ctx, w)
			return r.print(map[string]any{"person": args[0], "role": args[1]}, func(out io.Writer) { fmt.Fprintf(out, "%s is %s now.\n", args[0], args[1]) })
		})
	}}
}

func (r *runner) words() *cobra.Command {
	return &cobra.Command{Use: "words NAME", Short: "Twelve words to compare aloud: the same on both devices", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			all, err := w.Words(args[0])
			if err != nil {
				return err
			}
			return r.print(all, func(out io.Writer) {
				for _, one := range all {
					fmt.Fprintf(out, "%s (%s)\n  %s\n  %s\n", one.Label, one.Device[:8], strings.Join(one.Words[:6], " "), strings.Join(one.Words[6:], " "))
				}
				if len(all) == 0 {
					fmt.Fprintln(out, "They have no other device to compare with.")
				}
			})
		})
	}}
}

func (r *runner) device() *cobra.Command {
	c := &cobra.Command{Use: "device", Short: "Devices of your own"}
	var expires string
	var ask bool
	add := &cobra.Command{Use: "add [--expires 1d] [--ask]", Short: "Make a code with which another device of yours joins, and print it", Args: cobra.NoArgs}
	add.Flags().StringVar(&expires, "expires", "1d", "how long it works: 12h, 7d")
	add.Flags().BoolVar(&ask, "ask", false, "you have to agree to it on a device of yours")
	add.RunE = func(*cobra.Command, []string) error {
		valid, err := span(expires)
		if err != nil {
			return err
		}
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			code, err := w.InviteDevice(ctx, valid, ask)
			if err != nil {
				return err
			}
			r.spread(ctx, w)
			return r.print(code, func(out io.Writer) { fmt.Fprintln(out, code) })
		})
	}
	renew := &cobra.Command{Use: "renew", Short: "Let this device go on as a new one, after a restored backup or a copied data folder", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			if r.env.Shared {
				return errShared
			}
			if err := w.Renew(ctx); err != nil {
				return err
			}
			return r.print(map[string]any{"renewed": true}, func(out io.Writer) {
				fmt.Fprintln(out, "This device goes on as a new one. `longhand sync` tells the others.")
			})
		})
	}}
	c.AddCommand(add, renew)
	return c
}

// errShared: the command needs the data folder for itself.
var errShared = &workspace.Problem{Code: "in-use", Message: "The team is open in a window.", Hint: "Close the window first, or do it there."}

func (r *runner) backup() *cobra.Command {
	var with string
	c := &cobra.Command{Use: "backup FILE [--with FILE]", Short: "Write everything into one encrypted file, and see that it can be restored", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			pass, err := r.backupPassphrase(with)
			if err != nil {
				return err
			}
			sum, err := w.Backup(ctx, r.path(args[0]), pass, r.progress)
			if err != nil {
				return err
			}
			return r.print(sumJSON(args[0], sum), func(out io.Writer) {
				fmt.Fprintf(out, "%s holds %d records and was restored for a test.\n", args[0], sum.Documents)
			})
		})
	}}
	c.PersistentFlags().StringVar(&with, "with", "", "`file` with the passphrase of the backup (default: that of the data)")
	c.AddCommand(&cobra.Command{Use: "verify FILE", Short: "Restore a backup into a temporary place, and say whether all of it comes back", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		pass, err := r.backupPassphrase(with)
		if err != nil {
			return err
		}
		sum, err := workspace.VerifyBackup(r.ctx, r.path(args[0]), pass, o)
		if err != nil {
			return err
		}
		return r.print(sumJSON(args[0], sum), func(out io.Writer) {
			fmt.Fprintf(out, "%s is whole: %d records came back.\n", args[0], sum.Documents)
		})
	}})
	return c
}

func sumJSON(file string, s workspace.BackupSum) map[string]any {
	return map[string]any{"file": file, "records": s.Documents, "entries": s.Entries, "blobs": s.Blobs, "digest": fmt.Sprintf("%x", s.Digest)}
}

// backupPassphrase is that of --with, or else that of the data.
func (r *runner) backupPassphrase(with string) (string, error) {
	if with != "" {
		return secret.ReadPassphrase(r.path(with))
	}
	o, err := r.options()
	if err != nil {
		return "", err
	}
	if o.Passphrase == "" {
		return "", misuse("the data is opened by the keyring, which a backup outlives: give a file with a passphrase by --with")
	}
	return o.Passphrase, nil
}

func (r *runner) restore() *cobra.Command {
	var with string
	c := &cobra.Command{Use: "restore FILE --data NEWDIR [--with FILE]", Short: "Make this a new device of the same person, out of a backup", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		pass, err := r.backupPassphrase(with)
		if err != nil {
			return err
		}
		w, err := workspace.Restore(r.ctx, o, r.path(args[0]), pass, r.progress)
		if err != nil {
			return err
		}
		r.spread(r.ctx, w)
		return r.finish(w, r.print(map[string]any{"team": w.TeamName()}, func(out io.Writer) {
			fmt.Fprintf(out, "%s is here again. This is a new device of yours; let the old one go with `longhand team remove` if it is lost.\n", w.TeamName())
		}))
	}}
	c.Flags().StringVar(&with, "with", "", "`file` with the passphrase of the backup (default: that of the data)")
	return c
}

func (r *runner) kit() *cobra.Command {
	c := &cobra.Command{Use: "kit", Short: "Make a recovery kit to print, and type a part of it back", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			kit, err := w.CreateKit(ctx)
			if err != nil {
				return err
			}
			r.spread(ctx, w)
			if err := r.print(kit, func(out io.Writer) { printKit(out, kit) }); err != nil {
				return err
			}
			line := ""
			if r.env.Typed { // a script would wait for ever
				fmt.Fprintf(r.env.Err, "Write it down, and type its group number %d back: ", kit.Group)
				if line, err = bufio.NewReader(r.env.In).ReadString('\n'); err != nil && !errors.Is(err, io.EOF) {
					return err
				}
			}
			if strings.TrimSpace(line) == "" {
				fmt.Fprintln(r.env.Err, "\nIt was not checked. It works; make another one if you are not sure of the paper.")
				return nil
			}
			if err := w.CheckKit(ctx, line); err != nil {
				return err
			}
			r.spread(ctx, w)
			fmt.Fprintln(r.env.Err, "Right. Kits that you made before work no more.")
			return nil
		})
	}}
	var at string
	restore := &cobra.Command{Use: "restore [--relay R] < KIT", Short: "Make this a device of the kit’s person, with nothing but the kit and a relay", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		if at != "" {
			if at, err = r.relayAddress(at); err != nil {
				return err
			}
		}
		code, err := io.ReadAll(io.LimitReader(r.env.In, 1<<16))
		if err != nil {
			return err
		}
		w, err := workspace.RestoreKit(r.ctx, o, string(code), at)
		if err != nil {
			return err
		}
		_, err = w.Sync(r.ctx)
		if err == nil {
			err = r.print(map[string]any{"team": w.TeamName()}, func(out io.Writer) { fmt.Fprintf(out, "%s is here again, on a new device of yours.\n", w.TeamName()) })
		}
		return r.finish(w, err)
	}}
	restore.Flags().StringVar(&at, "relay", "", "the `relay`, where it is elsewhere than when the kit was made")
	c.AddCommand(restore)
	return c
}

// printKit is the page to keep.
func printKit(out io.Writer, k *workspace.Kit) {
	fmt.Fprintf(out, "Recovery kit of %s\nfor %s, made %s\n\n", k.Team, k.Name, k.Made)
	groups := strings.Split(k.Code, "-")
	for i := 0; i < len(groups); i += 6 {
		end := min(i+6, len(groups))
		last := ""
		if end < len(groups) {
			last = "-"
		}
		fmt.Fprintf(out, "  %s%s\n", strings.Join(groups[i:end], "-"), last)
	}
	fmt.Fprint(out, "\nWhoever holds this can read everything of the team. Keep it where you keep a passport.\nIt makes a device of yours out of an empty machine: `longhand kit restore`.\n")
}

func (r *runner) doctor() *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "Look at everything that is kept and that is depended on", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			checks := w.Doctor(ctx, r.progress)
			bad := 0
			for _, c := range checks {
				if !c.OK {
					bad++
				}
			}
			r.bar.clear(r.env)
			err := r.print(map[string]any{"ok": bad == 0, "checks": checks}, func(out io.Writer) {
				tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
				for _, c := range checks {
					mark := "good"
					if !c.OK {
						mark = "look"
					}
					fmt.Fprintf(tw, "%s\t%s\t%s\n", mark, c.Name, strings.TrimSpace(c.What+" "+c.Next))
				}
				tw.Flush()
			})
			if err == nil && bad > 0 {
				what := "One thing needs"
				if bad > 1 {
					what = fmt.Sprintf("%d things need", bad)
				}
				return &workspace.Problem{Code: "doctor", Message: what + " to be looked at.", Safe: "Nothing was changed.", Hint: "Each says what to do."}
			}
			return err
		})
	}}
}

func (r *runner) key() *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Where the key of the data is kept"}
	move := func(pass func([]string) (string, error), said string) func(*cobra.Command, []string) error {
		return func(_ *cobra.Command, args []string) error {
			o, err := r.options()
			if err != nil {
				return err
			}
			if answered(o.Dir) {
				return errShared
			}
			to, err := pass(args)
			if err != nil {
				return err
			}
			if err := workspace.MoveKey(r.ctx, o, to); err != nil {
				return err
			}
			return r.print(map[string]any{"moved": true}, func(out io.Writer) { fmt.Fprintln(out, said) })
		}
	}
	c.AddCommand(
		&cobra.Command{Use: "keyring", Short: "Move it into the keyring", Args: cobra.NoArgs,
			RunE: move(func([]string) (string, error) { return "", nil }, "The key is in the keyring now.")},
		&cobra.Command{Use: "passphrase FILE", Short: "Move it under the passphrase in a file", Args: cobra.ExactArgs(1),
			RunE: move(func(args []string) (string, error) {
				p, err := secret.ReadPassphrase(r.path(args[0]))
				if errors.Is(err, os.ErrNotExist) {
					return "", fmt.Errorf("%w: %w", workspace.ErrUsage, err)
				}
				return p, err
			}, "The key is under the passphrase now.")},
	)
	return c
}
