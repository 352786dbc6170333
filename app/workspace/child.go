package workspace

import (
	"os"

	"longhand/app/hydrate"
	"longhand/app/render/typeset"
	"longhand/storage"
)

// RunChild runs one of the processes that this program starts of itself, if
// that is what args, the arguments without the program’s name, ask for. Every
// main begins with it:
//
//	if code, child := workspace.RunChild(os.Args[1:]); child {
//		os.Exit(code)
//	}
func RunChild(args []string) (code int, child bool) {
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case typeset.ChildArg:
		return typeset.RunChild(args[1:]), true
	case hydrate.ChildArg:
		return hydrate.RunChild(os.Stdin, os.Stdout), true
	case storage.ProbeArg:
		return storage.RunProbe(os.Stdin, os.Stdout), true
	}
	return 0, false
}

// GCPercent is what every main sets with debug.SetGCPercent. A program that is
// open all day had better be small than save a little processor time: joining a
// team of 10,000 artefacts takes a quarter less memory with it.
const GCPercent = 50
