// Command longhand is Longhand without a window: for scripts, servers and
// people who like terminals. It is also what its own child processes run.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"longhand/app/command"
	"longhand/app/workspace"
)

func main() {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	debug.SetGCPercent(workspace.GCPercent)
	os.Exit(command.Main(context.Background(), command.System(), os.Args[1:]))
}
