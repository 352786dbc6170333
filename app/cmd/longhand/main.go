// Command longhand is Longhand without a window: for scripts, servers and
// people who like terminals. It is also what its own child processes run.
package main

import (
	"context"
	"os"

	"longhand/app/command"
	"longhand/app/render/typeset"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == typeset.ChildArg {
		os.Exit(typeset.RunChild(os.Args[2:]))
	}
	os.Exit(command.Main(context.Background(), command.System(), os.Args[1:]))
}
