// Package command is the command line of the relay server: `serve` runs it, on its own data folder or in front of a NATS cluster; `token new` draws
// what lets a new team in; `status` shows how the relay on this machine stands.
//
// [Main] runs one command line. It decides nothing: package gateway does.
package command

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

// Env is what a command line has around it.
type Env struct {
	Out, Err io.Writer
	Now      func() time.Time
}

// System is the environment of this process.
func System() Env { return Env{os.Stdout, os.Stderr, time.Now} }

// misuse is a command line that makes no sense: exit code 2, as of the other command line.
type misuse struct{ err error }

func (m *misuse) Error() string { return m.err.Error() }

// Main runs one command line and returns its exit code: 0 done, 1 failed, 2 wrong usage.
func Main(ctx context.Context, e Env, args []string) int {
	root := &cobra.Command{
		Use: "longhand-relay", Short: "A relay server for Longhand: carries sealed blobs and can read none", Version: Version,
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
	}
	root.SetArgs(args)
	root.SetOut(e.Out)
	root.SetErr(e.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &misuse{err} })
	root.AddCommand(serveCommand(e), tokenCommand(e), statusCommand(e))
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(e.Err, sentence(err.Error()))
	var m *misuse
	if errors.As(err, &m) || strings.HasPrefix(err.Error(), "unknown command") {
		fmt.Fprintln(e.Err, "`longhand-relay --help` lists the commands.")
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
