package replica

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// What is wrong with a relay is remembered too: who asks later, in another process, is told what the last attempt was told.

const keyTrouble = "trouble/" // + relay name: memTrouble

type memTrouble struct {
	_        struct{} `cbor:",toarray"`
	Kind     int      // of kinds, from 1; 0 if the relay works
	Text     string
	Problems []memProblem
}

type memProblem struct {
	_           struct{} `cbor:",toarray"`
	What        string
	Device      journal.DeviceID
	First, Last uint64
	Kind        ProblemKind
	Since       int64 // Unix milliseconds
	Text        string
}

// kinds are what can be wrong with a relay as a whole. Their places are what is remembered: new ones go to the end.
func kinds() []error {
	return []error{relay.ErrUnreachable, relay.ErrFull, relay.ErrNotAllowed, relay.ErrNotRelay, relay.ErrNeedsToken, relay.ErrRemoved, relay.ErrTooLarge, relay.ErrRolledBack, relay.ErrTooNew}
}

// saveTrouble is called under work.
func (r *Replica) saveTrouble(l *link) error {
	if l.gone {
		return nil
	}
	r.mu.Lock()
	var m memTrouble
	if l.err != nil {
		m.Text = l.err.Error()
		m.Kind = 1 + max(0, slices.IndexFunc(kinds(), func(k error) bool { return errors.Is(l.err, k) }))
		var e *relay.Error
		if errors.As(l.err, &e) {
			m.Text = ""
			if e.Err != nil {
				m.Text = e.Err.Error()
			}
		}
	}
	for _, p := range r.problems {
		if p.Relay == l.name {
			one := memProblem{What: p.What, Device: p.Device, First: p.First, Last: p.Last, Kind: p.Kind, Since: p.Since.UnixMilli()}
			if p.Err != nil {
				one.Text = p.Err.Error()
			}
			m.Problems = append(m.Problems, one)
		}
	}
	r.mu.Unlock()
	slices.SortFunc(m.Problems, func(a, b memProblem) int {
		return bytes.Compare(fmt.Append(nil, a.What, a.Device, a.First, a.Last, a.Kind), fmt.Append(nil, b.What, b.Device, b.First, b.Last, b.Kind))
	})
	b, err := sorted(m)
	if err != nil || bytes.Equal(b, l.troubled) {
		return err
	}
	if l.troubled == nil && m.Kind == 0 && len(m.Problems) == 0 {
		return nil // nothing was, and nothing is
	}
	if err := r.cfg.State.Put(keyTrouble+l.name, b); err != nil {
		return fmt.Errorf("remember what is wrong with %s: %w", l.name, err)
	}
	l.troubled = b
	return nil
}

// loadTrouble is called under mu, when a relay is added.
func (r *Replica) loadTrouble(l *link) error {
	var m memTrouble
	known, err := r.load(keyTrouble+l.name, &m)
	if err != nil || !known {
		return err
	}
	if l.troubled, err = sorted(m); err != nil {
		return err
	}
	if all := kinds(); m.Kind > 0 {
		e := &relay.Error{Relay: l.name, Op: "sync", Kind: all[min(m.Kind, len(all))-1]}
		if m.Text != "" {
			e.Err = errors.New(m.Text)
		}
		l.err = e
	}
	for _, p := range m.Problems {
		k := problemKey{relay: l.name, what: p.What, device: p.Device, first: p.First, last: p.Last, kind: p.Kind}
		r.problems[k] = &Problem{Relay: l.name, What: p.What, Device: p.Device, First: p.First, Last: p.Last, Kind: p.Kind, Since: time.UnixMilli(p.Since).UTC(), Err: errors.New(p.Text), of: p.Device}
	}
	return nil
}

// note notes how an attempt with a relay went, and remembers it.
func (r *Replica) note(l *link, err error) {
	r.tried(l, err)
	r.work.Lock()
	defer r.work.Unlock()
	_ = r.saveTrouble(l) // a store that cannot be written says so where something is at stake
}
