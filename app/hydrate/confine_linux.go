package hydrate

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Confined says what the system enforces on a child here.
const Confined = "time, memory, no new files, no new privileges"

// confine takes from this process what opening documents does not need. It is
// done before the first document is seen.
func confine(memory int64) error {
	// What the process has mapped so far differs from build to build, so the
	// limit counts from there. RLIMIT_DATA and not RLIMIT_AS, because Go
	// reserves addresses by the gigabyte that it never touches.
	_, data, err := memoryNow()
	if err != nil {
		return err
	}
	most := uint64(data + memory)
	set := func(what int, n uint64) error { return unix.Setrlimit(what, &unix.Rlimit{Cur: n, Max: n}) }
	return errors.Join(
		set(unix.RLIMIT_DATA, most),
		set(unix.RLIMIT_CORE, 0), // a core would hold the document
		set(unix.RLIMIT_FSIZE, 0),
		set(unix.RLIMIT_NOFILE, 32), // the time zones are read
		unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}

// memoryNow is what this process holds, and what it has mapped to write to.
func memoryNow() (resident, data int64, err error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	var size, shared, code, lib int64
	_, err = fmt.Fscan(strings.NewReader(string(statm)), &size, &resident, &shared, &code, &lib, &data)
	page := int64(os.Getpagesize())
	return resident * page, data * page, err
}

func resident() int64 {
	n, _, _ := memoryNow() // without it, children live as long as they may
	return n
}
