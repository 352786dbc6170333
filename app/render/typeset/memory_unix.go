//go:build unix

package typeset

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// withMemory has guests use memory from the system rather than Go’s heap. It grows without being copied, is resident only
// where it was written, goes back the moment a guest is closed, and does not make the garbage collector, which would take
// it for this program’s own, leave four times as much lying about.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(reserve))
}

// A reservation is address space for as much as a guest may ever use, of which it has been given a part.
type reservation struct{ all []byte }

func reserve(_, most uint64) experimental.LinearMemory {
	all, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return &reservation{} // which has no room, so that the guest cannot start, and says so
	}
	return &reservation{all}
}

// Reallocate returns nil, by which the guest learns that there is no more.
func (r *reservation) Reallocate(size uint64) []byte {
	if size > uint64(len(r.all)) {
		return nil
	}
	return r.all[:size]
}

func (r *reservation) Free() {
	if r.all != nil {
		// Only a wrong address could fail, and ours is what we were given.
		_ = syscall.Munmap(r.all)
		r.all = nil
	}
}
