package engine

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
)

// Memory is an engine that lasts as long as the program, for tests.
type Memory struct {
	mu   sync.Mutex
	logs map[string]*memoryLog
}

type memoryLog struct {
	records []Record // in order; a replaced one has no key
	at      map[string]int
	size    int64
	quota   int64
	news    chan struct{}
	lost    int // how often Lose was called
}

// NewMemory is an engine without logs.
func NewMemory() *Memory { return &Memory{logs: map[string]*memoryLog{}} }

// Create implements Engine.
func (m *Memory) Create(_ context.Context, log string, quota int64) error {
	if err := checkName(log); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.logs[log]
	if l == nil {
		l = &memoryLog{news: make(chan struct{})}
		m.logs[log] = l
	}
	if l.at == nil {
		l.at, l.quota = map[string]int{}, quota
	}
	return nil
}

// Append implements Engine.
func (m *Memory) Append(_ context.Context, log string, r Record, replaces func([]byte) bool) (bool, error) {
	if err := checkKey(r.Key); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.logs[log]
	if l == nil || l.at == nil {
		return false, fmt.Errorf("append to %s: %w", log, ErrNoLog)
	}
	freed := 0
	i, known := l.at[r.Key]
	if known {
		old := l.records[i].Bytes
		if !orDamaged(replaces, r.Bytes)(old) {
			return false, nil
		}
		freed = len(old)
	}
	if l.quota > 0 && l.size+int64(len(r.Bytes)-freed) > l.quota {
		return false, fmt.Errorf("append to %s: %w", log, ErrFull)
	}
	if known {
		l.records[i] = Record{}
	}
	l.size += int64(len(r.Bytes) - freed)
	l.at[r.Key] = len(l.records)
	l.records = append(l.records, Record{Key: r.Key, Bytes: slices.Clone(r.Bytes)})
	close(l.news)
	l.news = make(chan struct{})
	return true, nil
}

// AppendAll implements Engine.
func (m *Memory) AppendAll(ctx context.Context, log string, rs []Record) ([]bool, error) {
	return oneByOne(ctx, m, log, rs)
}

// oneByOne is AppendAll for who has nothing better.
func oneByOne(ctx context.Context, e Engine, log string, rs []Record) ([]bool, error) {
	stored := make([]bool, len(rs))
	for i, r := range rs {
		var err error
		if stored[i], err = e.Append(ctx, log, r, nil); err != nil {
			return stored, err
		}
	}
	return stored, nil
}

// orDamaged is replaces, or if that is nil, whether the old bytes are not what they should be.
func orDamaged(replaces func([]byte) bool, bytesNow []byte) func([]byte) bool {
	if replaces != nil {
		return replaces
	}
	return func(old []byte) bool { return !bytes.Equal(old, bytesNow) }
}

// ReadFrom implements Engine.
func (m *Memory) ReadFrom(ctx context.Context, log, sort string, after Cursor, limit int, fn func(Record) error) (Page, error) {
	m.mu.Lock()
	l := m.logs[log]
	if l == nil || l.at == nil {
		m.mu.Unlock()
		return Page{Next: after}, fmt.Errorf("read %s: %w", log, ErrNoLog)
	}
	records, lost := slices.Clone(l.records), l.lost
	m.mu.Unlock()
	at := 0
	if after != "" {
		then, err := strconv.Atoi(string(after[:1]))
		if err == nil {
			at, err = strconv.Atoi(string(after[1:]))
		}
		if err != nil || at > len(records) || then != lost%10 {
			return Page{Next: after}, fmt.Errorf("read %s: %w", log, ErrRolledBack)
		}
	}
	read := 0
	for ; at < len(records) && (read == 0 || read < limit); at++ {
		r := records[at]
		if r.Key == "" || sort != "" && sortOf(r.Key) != sort {
			continue
		}
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		if err := fn(Record{Key: r.Key, Bytes: slices.Clone(r.Bytes)}); err != nil {
			return Page{}, err
		}
		read += len(r.Bytes)
	}
	return Page{Next: Cursor(fmt.Sprintf("%d%d", lost%10, at)), More: at < len(records)}, nil
}

// Watch implements Engine.
func (m *Memory) Watch(log, _ string) <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logs[log] == nil {
		m.logs[log] = &memoryLog{news: make(chan struct{})}
	}
	return m.logs[log].news
}

// Logs implements Engine.
func (m *Memory) Logs(_ context.Context, fn func(LogInfo) error) error {
	m.mu.Lock()
	var all []LogInfo
	for _, name := range slices.Sorted(maps.Keys(m.logs)) {
		if l := m.logs[name]; l.at != nil {
			all = append(all, LogInfo{Log: name, Records: uint64(len(l.at)), Bytes: uint64(l.size), Quota: l.quota})
		}
	}
	m.mu.Unlock()
	for _, one := range all {
		if err := fn(one); err != nil {
			return err
		}
	}
	return nil
}

// Lose makes it forget the records of a log whose keys gone names, as a damaged disk does.
func (m *Memory) Lose(log string, gone func(key string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.logs[log]
	if l == nil {
		return
	}
	for key, i := range l.at {
		if gone(key) {
			l.size -= int64(len(l.records[i].Bytes))
			l.records[i] = Record{}
			delete(l.at, key)
		}
	}
	l.lost++
}

// Ready implements Engine.
func (m *Memory) Ready(context.Context) error { return nil }

// Close implements Engine.
func (m *Memory) Close() error { return nil }
