//go:build !unix

package typeset

// politely does nothing where there is no portable way to lower the priority.
func politely() {}
