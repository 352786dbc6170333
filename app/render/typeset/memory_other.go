//go:build !unix

package typeset

import "context"

// withMemory leaves guests their memory on Go’s heap, where there is no portable alternative.
func withMemory(ctx context.Context) context.Context { return ctx }
