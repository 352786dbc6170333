package hydrate

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the kernel's unit in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// worked is how much processor time a process has had, as far as the system tells.
func worked(pid int) (time.Duration, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name, in brackets, may hold anything; what follows the last bracket are numbers.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * tick, err1 == nil && err2 == nil
}
