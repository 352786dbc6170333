// Package engine keeps what a relay server holds: one log of records for each team.
//
// An [Engine] has three verbs: append, read from, watch. [Embedded] is one inside this process, for one machine; [Connect] uses a NATS
// cluster that is there already, for any number of gateways; [NewMemory] is one for tests. Another is added by passing package enginetest.
// Besides the verbs there is what an operator needs: [Engine.Create], [Engine.Logs], [Engine.Ready], [Engine.Close].
//
// An engine knows no key, no team and no device. It does not ask who is calling, and must never be reachable by anybody but its gateway:
// a client of NATS with narrow rights has deleted others' streams through a reply subject.
package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Record is bytes under a key. Of two records of one key in one log only the later is kept.
type Record struct {
	// Key is words of a-z, 0-9 and hyphens, joined by dots. The first word is the sort of record, by which reading may be narrowed.
	Key   string
	Bytes []byte
}

// Cursor is a place in a log. Only the engine that made it can read it; the empty one is the beginning.
type Cursor string

// Page is where reading ended.
type Page struct {
	Next Cursor
	More bool // there is more after Next already
}

// LogInfo is how much a log holds.
type LogInfo struct {
	Log     string
	Records uint64
	Bytes   uint64
	Quota   int64
	Lag     uint64 // records that the slowest replica has yet to take
	Ailing  int    // replicas that cannot be reached
}

// Engine is a place that keeps logs. It is safe for concurrent use.
type Engine interface {
	// Append adds a record and reports whether it did. If the log has a record under this key already, replaces is asked about its bytes;
	// unless it says yes nothing is changed. A nil replaces keeps a whole record for ever: only one with other bytes, which must be damaged, is
	// replaced. When it returns nil the record is on the disk (of most replicas, where there are several).
	Append(ctx context.Context, log string, r Record, replaces func(old []byte) bool) (stored bool, err error)

	// AppendAll appends records of different keys, each as with a nil replaces, and reports for each whether it did. Many cost an engine less than each
	// alone: the disk is synced for all of them at once. After an error some may be there.
	AppendAll(ctx context.Context, log string, rs []Record) (stored []bool, err error)

	// ReadFrom calls fn for the records after the cursor in the order in which they came, until about limit bytes have been read; at least
	// for one, if there is one. If sort is not empty, only for records whose key begins with this word. Reading is never
	// further than what fn took without an error. If the log no longer holds what the cursor speaks of, the error is ErrRolledBack.
	ReadFrom(ctx context.Context, log, sort string, after Cursor, limit int, fn func(Record) error) (Page, error)

	// Watch returns a channel that is closed when something is appended, by any gateway; if sort is not empty, something of this sort. To miss
	// nothing, watch first and then read. It may be closed for nothing.
	Watch(log, sort string) <-chan struct{}

	// Create makes a log of at most quota bytes. If it is there already, nothing is changed.
	Create(ctx context.Context, log string, quota int64) error

	// Logs calls fn for every log.
	Logs(ctx context.Context, fn func(LogInfo) error) error

	// Ready says what stands in the way of appending.
	Ready(ctx context.Context) error

	// Close ends it. What was appended stays.
	Close() error
}

var (
	ErrNoLog      = errors.New("there is no such log")
	ErrFull       = errors.New("the log has no room left")
	ErrRolledBack = errors.New("the log holds less than it did")
	// ErrUnavailable: it may work again in a while. Whether the record was appended is not known; appending again is harmless.
	ErrUnavailable = errors.New("the engine cannot be reached now")
)

// checkName keeps a name from meaning something to whoever stores it.
func checkName(log string) error {
	if log == "" || len(log) > 100 || strings.Trim(log, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("log %q: a name is of a-z, 0-9 and hyphens", log)
	}
	return nil
}

func checkKey(key string) error {
	for word := range strings.SplitSeq(key, ".") {
		if checkName(word) != nil {
			return fmt.Errorf("key %q: words are of a-z, 0-9 and hyphens", key)
		}
	}
	return nil
}

func sortOf(key string) string {
	word, _, _ := strings.Cut(key, ".")
	return word
}
