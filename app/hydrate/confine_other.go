//go:build !linux

package hydrate

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Confined says what the system enforces on a child here. macOS takes limits
// on memory and ignores them, so the child looks at itself twenty times a
// second: a change that fills the memory faster than that gets further than on
// Linux before it is stopped.
const Confined = "time, memory by watching, no new files"

func confine(memory int64) error {
	go func() {
		for range time.Tick(50 * time.Millisecond) {
			if resident() > memory+64<<20 {
				os.Exit(exitMemory)
			}
		}
	}()
	set := func(what int, n uint64) error { return unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n}) }
	return errors.Join(set(unix.RLIMIT_CORE, 0), set(unix.RLIMIT_FSIZE, 0), set(unix.RLIMIT_NOFILE, 32))
}

// resident is the most that this process ever held, in bytes as macOS counts.
func resident() int64 {
	var use unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return int64(use.Maxrss)
}
