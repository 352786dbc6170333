// Command longhand-relay is the relay server of Longhand: one static binary that carries sealed blobs between the devices of teams and can read
// none of them.
package main

import (
	"context"
	"os"

	"longhand/sync/gateway/command"
)

func main() { os.Exit(command.Main(context.Background(), command.System(), os.Args[1:])) }
