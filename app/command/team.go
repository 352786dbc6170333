package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"longhand/app/workspace"
)

func (r *runner) team() *cobra.Command {
	c := &cobra.Command{Use: "team", Short: "People and devices of the team", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return r.showTeam() }}
	var remove bool
	leave := &cobra.Command{
		Use: "leave [--delete]", Short: "Leave the team, and delete it from this device", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return r.leave(remove) },
	}
	leave.Flags().BoolVar(&remove, "delete", false, "delete the only copy, where nobody else is in the team")
	c.AddCommand(r.teamCreate(), r.teamInvite(), r.teamJoin(), leave)
	c.AddCommand(r.teamTrust()...)
	c.AddCommand(r.teamList(), r.teamUse())
	return c
}

func (r *runner) teamCreate() *cobra.Command {
	var t workspace.NewTeam
	var relays []string
	c := &cobra.Command{Use: "create --name NAME --me NAME --zone ZONE [--relay R]…", Short: "Start a team, with this device as its first", Args: cobra.NoArgs}
	f := c.Flags()
	f.StringVar(&t.Team, "name", "", "what the team is called")
	f.StringVar(&t.Me, "me", "", "your own name")
	f.StringVar(&t.Zone, "zone", "", "your time zone, such as Europe/Lisbon")
	f.StringVar(&t.Hours, "hours", "", `your working hours (default "Mon-Fri 09:00-17:30")`)
	f.StringArrayVar(&relays, "relay", nil, "a `relay`: folder:PATH or https://HOST; may be given several times")
	var another bool
	f.BoolVar(&another, "another", false, "beside the teams that are in the data folder")
	required(c, "name", "me", "zone")
	c.RunE = func(*cobra.Command, []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		if o.Another = another; another && answered(o.Dir) {
			return errShared
		}
		for i := range relays {
			if relays[i], err = r.relayAddress(relays[i]); err != nil {
				return err
			}
		}
		w, err := workspace.Create(r.ctx, o, t)
		if err != nil {
			return err
		}
		for _, relay := range relays {
			err = errors.Join(err, w.AddRelay(r.ctx, relay))
		}
		if err == nil {
			err = r.print(map[string]any{"team": w.TeamName(), "me": t.Me, "relays": relays}, func(out io.Writer) {
				fmt.Fprintf(out, "%s is started, and this is its first device.\n", w.TeamName())
			})
		}
		return r.finish(w, err)
	}
	return c
}

func required(c *cobra.Command, flags ...string) {
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		for _, f := range flags {
			if v := c.Flags().Lookup(f); v.Value.String() == "" {
				return misuse("--%s is missing", f)
			}
		}
		return nil
	}
}

func (r *runner) teamInvite() *cobra.Command {
	var role, expires string
	var ask bool
	c := &cobra.Command{Use: "invite [--role member|admin] [--expires 7d] [--ask]", Short: "Make an invitation that works once, and print its code", Args: cobra.NoArgs}
	c.Flags().StringVar(&role, "role", "member", "member or admin")
	c.Flags().StringVar(&expires, "expires", "7d", "how long it works: 12h, 7d")
	c.Flags().BoolVar(&ask, "ask", false, "an admin has to agree to whoever comes")
	c.RunE = func(*cobra.Command, []string) error {
		valid, err := span(expires)
		if err != nil {
			return err
		}
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			code, err := w.Invite(ctx, role, valid, ask)
			if err != nil {
				return err
			}
			if _, err := w.Sync(ctx); err != nil && !errors.Is(err, workspace.ErrNoRelay) {
				fmt.Fprintln(r.env.Err, "The invitation has not reached a relay yet; `longhand sync` sends it. "+workspace.Explain(err).Message)
			}
			return r.print(code, func(out io.Writer) { fmt.Fprintln(out, code) })
		})
	}
	return c
}

// span reads a length of time in hours or days.
func span(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 3650 {
			return 0, misuse("%q is no length of time; one is 7d or 12h", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, misuse("%q is no length of time; one is 7d or 12h", s)
	}
	return d, nil
}

func (r *runner) teamJoin() *cobra.Command {
	var j workspace.Joining
	c := &cobra.Command{Use: "join CODE --me NAME --zone ZONE [--relay R]", Short: "Join a team with an invitation", Args: cobra.ExactArgs(1)}
	f := c.Flags()
	f.StringVar(&j.Me, "me", "", "your own name")
	f.StringVar(&j.Zone, "zone", "", "your time zone, such as Europe/London")
	f.StringVar(&j.Hours, "hours", "", `your working hours (default "Mon-Fri 09:00-17:30")`)
	required(c, "me", "zone")
	f.StringVar(&j.Relay, "relay", "", "the `relay`, where it is mounted elsewhere than for whoever invited you")
	named := c.PreRunE
	c.PreRunE = func(c *cobra.Command, args []string) error {
		if workspace.OwnInvite(args[0]) { // a further device of somebody whose name is known
			return nil
		}
		return named(c, args)
	}
	var another bool
	f.BoolVar(&another, "another", false, "beside the teams that are in the data folder")
	c.RunE = func(_ *cobra.Command, args []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		if o.Another = another; another && answered(o.Dir) {
			return errShared
		}
		j.Code = args[0]
		if j.Relay != "" {
			if j.Relay, err = r.relayAddress(j.Relay); err != nil {
				return err
			}
		}
		w, err := workspace.Join(r.ctx, o, j)
		if err != nil {
			return err
		}
		_, err = w.Sync(r.ctx) // asks; the answer may come later
		if workspace.Hopeless(err) {
			return errors.Join(err, w.Abandon())
		}
		if err != nil {
			err = fmt.Errorf("the team is set up here, but it could not be asked yet; `longhand sync` asks again: %w", err)
		}
		if err == nil {
			err = r.print(map[string]any{"joined": !w.Joining()}, func(out io.Writer) {
				if w.Joining() {
					fmt.Fprintln(out, "Asked. As soon as a member’s Longhand has answered, `longhand sync` brings everything here.")
					return
				}
				fmt.Fprintf(out, "Joined %s.\n", w.TeamName())
			})
		}
		return r.finish(w, err)
	}
	return c
}

func (r *runner) teamList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "The teams of this data folder", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		all, err := workspace.Teams(r.ctx, o)
		if err != nil {
			return err
		}
		return r.print(all, func(out io.Writer) {
			for _, t := range all {
				note := ""
				if t.Current {
					note = ", this one is open"
				}
				fmt.Fprintf(out, "%s (%s)%s\n", t.Name, t.ID, note)
			}
		})
	}}
}

func (r *runner) teamUse() *cobra.Command {
	return &cobra.Command{Use: "use NAME", Short: "Make another team of this data folder the open one", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		o, err := r.options()
		if err != nil {
			return err
		}
		if answered(o.Dir) {
			return errShared
		}
		t, err := workspace.Use(r.ctx, o, args[0])
		if err != nil {
			return err
		}
		return r.print(t, func(out io.Writer) { fmt.Fprintf(out, "%s is open now.\n", t.Name) })
	}}
}

func (r *runner) leave(remove bool) error {
	return r.with(func(ctx context.Context, w *workspace.Workspace) error {
		if r.env.Shared {
			return &workspace.Problem{Code: "in-use", Message: "The team is open in a window.", Hint: "Leave it there, or close the window first."}
		}
		if err := w.Leave(ctx, remove); err != nil {
			return err
		}
		return r.print(map[string]any{"left": true}, func(out io.Writer) {
			fmt.Fprintln(out, "Left. The team is deleted from this device; what you wrote stays with the others.")
		})
	})
}

func (r *runner) showTeam() error {
	return r.with(func(_ context.Context, w *workspace.Workspace) error {
		t := w.Team()
		people := []map[string]any{}
		for _, p := range t.People {
			people = append(people, map[string]any{"id": p.ID, "name": p.Name, "role": p.Role, "zone": p.Zone, "hours": p.Hours, "admin": p.Admin, "me": p.Me, "now": p.Now})
		}
		names := map[string]string{}
		for _, p := range w.People() {
			names[p.ID] = p.Name
		}
		devices := []map[string]any{}
		for _, d := range t.Devices {
			devices = append(devices, map[string]any{"id": d.ID, "label": d.Label, "person": names[d.Person], "this": d.This, "holds": d.Holds, "missing": d.Missing})
		}
		return r.print(map[string]any{"name": t.Name, "people": people, "devices": devices, "invites": t.Invites}, func(out io.Writer) {
			fmt.Fprintln(out, t.Name)
			tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			for _, p := range t.People {
				note := p.Away
				if p.Me {
					note = strings.TrimPrefix(note+", you", ", ")
				}
				fmt.Fprintf(tw, "%s\t%s\t%s %s\t%s\t%s\n", p.Name, p.Role, p.Now, p.City, p.Hours, note)
			}
			tw.Flush()
			fmt.Fprintf(out, "%d devices\n", len(t.Devices))
			for _, d := range t.Devices {
				note := ""
				if d.This {
					note = ", this one"
				}
				fmt.Fprintf(out, "  %s (%s)%s\n", d.Label, d.ID[:8], note)
			}
			for _, a := range w.Requests() {
				fmt.Fprintf(out, "%s waits to be let in: `longhand team approve %q`\n", a.Name, a.Name)
			}
			for _, i := range t.Invites {
				fmt.Fprintf(out, "Invitation %s, open until %s\n", i.ID[:8], i.Expires)
			}
		})
	})
}

func (r *runner) profile() *cobra.Command {
	var name, zone, hours string
	c := &cobra.Command{Use: "profile [--zone Z] [--hours H]", Short: "Your own profile", Args: cobra.NoArgs}
	c.Flags().StringVar(&name, "name", "", "your name")
	c.Flags().StringVar(&zone, "zone", "", "your time zone")
	c.Flags().StringVar(&hours, "hours", "", `your working hours, such as "Mon-Fri 09:00-17:30"`)
	c.RunE = func(*cobra.Command, []string) error {
		for _, flag := range []string{"name", "zone", "hours"} {
			if f := c.Flags().Lookup(flag); f.Changed && strings.TrimSpace(f.Value.String()) == "" {
				return misuse("--%s is empty", flag)
			}
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			if name != "" || zone != "" || hours != "" {
				if err := w.SaveProfile(name, zone, hours); err != nil {
					return err
				}
			}
			me, err := w.FindPerson(string(w.Me()))
			if err != nil {
				return err
			}
			return r.print(map[string]any{"id": me.ID, "name": me.Name, "initials": me.Initials, "role": me.Role, "zone": me.Zone, "hours": me.Hours}, func(out io.Writer) {
				fmt.Fprintf(out, "%s (%s)\n%s\n%s\n", me.Name, me.Initials, me.Zone, me.Hours)
			})
		})
	}
	return c
}

func (r *runner) relay() *cobra.Command {
	c := &cobra.Command{Use: "relay", Short: "Relays of this team", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			return r.print(relays(w), func(out io.Writer) {
				all := w.Relays()
				if len(all) == 0 {
					fmt.Fprintln(out, "No relay yet. Everything stays on this device.")
				}
				for _, one := range all {
					fmt.Fprintln(out, one.Relay)
				}
			})
		})
	}}
	c.AddCommand(r.relayAdd(), &cobra.Command{Use: "remove RELAY", Short: "Stop using a relay; nothing on it is touched", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		address := args[0]
		if plain, err := r.relayAddress(address); err == nil {
			address = plain
		}
		return r.with(func(_ context.Context, w *workspace.Workspace) error {
			if err := w.RemoveRelay(address); err != nil {
				return err
			}
			return r.print(address, func(out io.Writer) { fmt.Fprintf(out, "No longer using %s.\n", address) })
		})
	}})
	return c
}

func (r *runner) relayAdd() *cobra.Command {
	var token string
	c := &cobra.Command{Use: "add RELAY [--token T]", Short: "Use a relay: folder:PATH or https://HOST", Args: cobra.ExactArgs(1)}
	c.Flags().StringVar(&token, "token", "", "the `token` that a relay server asks of a new team")
	c.RunE = func(_ *cobra.Command, args []string) error {
		address, err := r.relayAddress(args[0])
		if err != nil {
			return err
		}
		return r.with(func(ctx context.Context, w *workspace.Workspace) error {
			add := func() error { return w.AddRelay(ctx, address) }
			if token != "" {
				add = func() error { return w.AddServer(ctx, address, token) }
			}
			if err := add(); err != nil {
				return err
			}
			return r.print(address, func(out io.Writer) { fmt.Fprintf(out, "Using %s.\n", address) })
		})
	}
	return c
}

func relays(w *workspace.Workspace) []map[string]any {
	out := []map[string]any{}
	for _, one := range w.Relays() {
		out = append(out, map[string]any{"relay": one.Relay, "state": one.State, "pending": one.Pending, "last-ok": orNull(one.LastOK), "problem": orNull(one.Problem), "next-step": orNull(one.NextStep)})
	}
	return out
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
