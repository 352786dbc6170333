// Command bench makes what the measurements need: a data folder with many
// artefacts. `make bench` runs it; nothing ships it.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"

	"longhand/app/workspace"
)

func main() {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	debug.SetGCPercent(workspace.GCPercent)
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run fills DIR with N artefacts: half decisions, the rest work items and
// insights, each with a few hundred words.
func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "join":
		return join(context.Background(), args[1], args[2])
	case len(args) == 2 && args[0] == "newcomer":
		return newcomer(context.Background(), args[1], os.Stdin)
	case len(args) != 2:
		return fmt.Errorf("usage: bench DIR N, or bench join DIR WORK")
	}
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	ctx := context.Background()
	dir, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	w, err := workspace.Create(ctx, workspace.Options{Dir: dir, Passphrase: "bench"}, workspace.NewTeam{Team: "Saltmarsh", Me: "Ines Carvalho", Zone: "Europe/Lisbon"})
	if err != nil {
		return err
	}
	text := strings.Repeat("A refund under fifty pounds waits for a person, and the money is simply in the wrong account. ", 12)
	for i := range n {
		kind, field := "decision", "context"
		switch i % 4 {
		case 1:
			kind, field = "item", "requirement"
		case 3:
			kind, field = "insight", "summary"
		}
		if _, err := w.NewWith(kind, fmt.Sprintf("Record %d of the harbours", i), "", []string{field + "=" + fmt.Sprint(i, " ", text)}); err != nil {
			return err
		}
	}
	return w.Close()
}
