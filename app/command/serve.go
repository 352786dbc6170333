package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"longhand/app"
	"longhand/app/bridge"
	"longhand/app/workspace"
)

func (r *runner) serve() *cobra.Command {
	var addr string
	c := &cobra.Command{Use: "serve [--addr 127.0.0.1:0]", Short: "Show the window in a browser on this computer", Args: cobra.NoArgs}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "a loopback `address`")
	c.RunE = func(*cobra.Command, []string) error {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return misuse("--addr takes a host and a port, such as 127.0.0.1:8080: %w", err)
		}
		if r.env.Shared {
			return &workspace.Problem{Code: "in-use", Message: "The data is open in another window already.", Hint: "Use that one, or close it first."}
		}
		o, err := r.options()
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(r.ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
		return r.serveAt(ctx, addr, o)
	}
	return c
}

func (r *runner) serveAt(ctx context.Context, addr string, o workspace.Options) (err error) {
	l, err := bridge.Listen(addr)
	if err != nil {
		return err
	}
	b := bridge.New(ctx, o, l)
	boot, err := b.App().Boot()
	if err == nil && boot.Problem != nil {
		if boot.Problem.Code == "in-use" {
			return errors.Join(boot.Problem, l.Close())
		}
		r.complain(boot.Problem) // said here too, where somebody looks
	}
	stop, err := Control(ctx, o.Dir, func() (*workspace.Workspace, func()) { return app.Use(b.App()) })
	if err != nil {
		r.complain(workspace.Explain(fmt.Errorf("other commands cannot reach this window: %w", err)))
	} else {
		defer func() { err = errors.Join(err, stop()) }()
	}
	fmt.Fprintf(r.env.Out, "READY %s\n", b.Address(l))
	return errors.Join(b.Serve(ctx, l), app.Shutdown(b.App()))
}
