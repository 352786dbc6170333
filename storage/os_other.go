//go:build !unix

package storage

import (
	"math"
	"os"
)

// Without statfs nothing is known of the room that is left; the writing itself
// will say so.
func free(string) (uint64, error) { return math.MaxUint64, nil }

// lock holds nothing: Badger’s own lock has to do.
func lock(path string, flag int) (*os.File, error) {
	if flag&os.O_CREATE == 0 {
		path = os.DevNull // a folder cannot be opened like a file everywhere
	}
	return os.OpenFile(path, flag, 0o600)
}
