package relay

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
)

// Memory is a relay that lasts as long as the program.
type Memory struct {
	address string

	mu    sync.Mutex
	log   []Blob // in order of arrival; a forgotten one has no bytes
	lost  uint64 // how often Lose has been called
	news  chan struct{}
	refs  map[Ref]int // into log
	newer map[[16]byte]uint64
}

// NewMemory is an empty relay. The address is for its errors.
func NewMemory(address string) *Memory {
	return &Memory{address: address, news: make(chan struct{}), refs: map[Ref]int{}, newer: map[[16]byte]uint64{}}
}

// RefOf is how a Store names the blob.
func RefOf(b Blob) Ref {
	sum := sha256.Sum256(b.Bytes)
	r := Ref{Kind: b.Kind, Hash: [16]byte(sum[:16])}
	switch b.Kind {
	case Segment:
		r.Author, r.First, r.Last = b.Author, b.First, b.Last
	case Seen:
		r.Author, r.Counter = b.Author, b.Counter
	case Mail:
		r.Author, r.Mailbox = b.Author, b.Mailbox
	}
	return r
}

// Put implements Relay.
func (m *Memory) Put(ctx context.Context, b Blob) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Check(); err != nil {
		return &Error{Relay: m.address, Op: "put", Kind: err}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(b)
	return nil
}

func (m *Memory) put(b Blob) {
	ref := RefOf(b)
	if _, ok := m.refs[ref]; ok {
		return
	}
	if b.Kind == Seen {
		if b.Counter < m.newer[b.Author] {
			return
		}
		for old := range m.refs {
			if old.Kind == Seen && old.Author == b.Author {
				m.forget(old)
			}
		}
		m.newer[b.Author] = b.Counter
	}
	b.Bytes, b.Damaged = slices.Clone(b.Bytes), false
	m.refs[ref] = len(m.log)
	m.log = append(m.log, b)
	close(m.news)
	m.news = make(chan struct{})
}

func (m *Memory) forget(ref Ref) {
	if i, ok := m.refs[ref]; ok {
		m.log[i].Bytes = nil
		delete(m.refs, ref)
	}
}

// Lose makes the relay forget every blob for which gone returns true, as a relay does that is rolled back.
func (m *Memory) Lose(gone func(Blob) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ref, i := range m.refs {
		if gone(m.log[i]) {
			m.forget(ref)
		}
	}
	m.lost++
}

// Follow implements Relay.
func (m *Memory) Follow(ctx context.Context, after Cursor, fn func(Blob, Cursor) error) error {
	at, lost := 0, uint64(0)
	m.mu.Lock()
	lost = m.lost
	m.mu.Unlock()
	if len(after) == 16 {
		if binary.BigEndian.Uint64(after[8:]) != lost {
			return &Error{Relay: m.address, Op: "follow", Kind: ErrRolledBack}
		}
		at = int(binary.BigEndian.Uint64(after))
	}
	for {
		m.mu.Lock()
		batch, news := slices.Clone(m.log[at:]), m.news
		changed := m.lost != lost
		m.mu.Unlock()
		if changed {
			return &Error{Relay: m.address, Op: "follow", Kind: ErrRolledBack}
		}
		for _, b := range append(batch, Blob{}) {
			if err := ctx.Err(); err != nil {
				return err
			}
			if b.Kind != Idle {
				at++
				if b.Bytes == nil {
					continue
				}
				b.Bytes = slices.Clone(b.Bytes)
			}
			cursor := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(at)), lost)
			if err := fn(b, cursor); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news:
		}
	}
}

// List implements Store.
func (m *Memory) List(ctx context.Context, kind Kind, fn func(Ref) error) error {
	m.mu.Lock()
	var refs []Ref
	for _, b := range m.log {
		if b.Kind == kind && b.Bytes != nil {
			refs = append(refs, RefOf(b))
		}
	}
	m.mu.Unlock()
	for _, r := range refs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// Fetch implements Store.
func (m *Memory) Fetch(ctx context.Context, ref Ref) (Blob, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.refs[ref]
	if !ok {
		return Blob{}, &Error{Relay: m.address, Op: "fetch", Kind: ErrGone}
	}
	b := m.log[i]
	b.Bytes = slices.Clone(b.Bytes)
	return b, nil
}

// Replace implements Store.
func (m *Memory) Replace(ctx context.Context, b Blob, old []Ref) error {
	if err := m.Put(ctx, b); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	keep := RefOf(b)
	for _, ref := range old {
		if ref != keep {
			m.forget(ref)
		}
	}
	return nil
}
