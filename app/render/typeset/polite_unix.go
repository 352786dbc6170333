//go:build unix

package typeset

import "syscall"

// politely lowers this process’s priority, so that typing in the window stays smooth while the child compiles.
func politely() {
	// If it cannot be lowered, the work is merely less polite.
	_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10)
}
