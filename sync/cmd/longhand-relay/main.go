// Command longhand-relay is the relay server of Longhand: one static binary that carries sealed blobs between the devices of teams and can read
// none of them.
//
// `serve` runs it, on its own data folder or in front of a NATS cluster; `token new` draws what lets a new team in; `status` shows how the relay on
// this machine stands. It decides nothing: package gateway does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Version is set by the linker.
var Version = "dev"

// env is what a command line has around it.
type env struct {
	out, err io.Writer
	getenv   func(string) string
	now      func() time.Time
}

func main() {
	os.Exit(run(context.Background(), env{os.Stdout, os.Stderr, os.Getenv, time.Now}, os.Args[1:]))
}

// misuse is a command line that makes no sense: exit code 2, as of the other command line.
type misuse struct{ err error }

func (m *misuse) Error() string { return m.err.Error() }

func run(ctx context.Context, e env, args []string) int {
	root := &cobra.Command{
		Use: "longhand-relay", Short: "A relay server for Longhand: carries sealed blobs and can read none", Version: Version,
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
	}
	root.SetArgs(args)
	root.SetOut(e.out)
	root.SetErr(e.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &misuse{err} })
	root.AddCommand(serveCommand(e), tokenCommand(e), statusCommand(e))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(e.err, sentence(err.Error()))
	var m *misuse
	if errors.As(err, &m) || strings.HasPrefix(err.Error(), "unknown command") {
		fmt.Fprintln(e.err, "`longhand-relay --help` lists the commands.")
		return 2
	}
	return 1
}

func sentence(s string) string {
	r := []rune(s)
	out := strings.ToUpper(string(r[:1])) + string(r[1:])
	if strings.HasSuffix(out, ".") {
		return out
	}
	return out + "."
}
