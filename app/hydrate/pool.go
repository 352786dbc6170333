package hydrate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"longhand/app/artefact"
)

// Options of a [Pool]. The zero value is what the program uses.
type Options struct {
	// Program is started with Args; "" is this program, with [ChildArg].
	Program string
	Args    []string
	// Processes is how many documents are opened at once; 0 is one.
	Processes int
	// Time is the most that one document, or one change of it while a
	// culprit is looked for, may take; 0 is 10 s, some hundred times what an
	// ordinary one needs. Memory is in bytes; 0 is 1 GB.
	Time   time.Duration
	Memory int64
	// A child is replaced after so many documents or bytes of changes, and
	// when it holds half of Memory, so that memory goes back; 0 is 500
	// documents, and 64 MB.
	Documents int
	Bytes     int64
	// Idle is after how long without work the children end; 0 is 30 s.
	Idle time.Duration
}

// Pool holds the children. None runs until one is needed. It is safe for
// concurrent use; what is too much at once waits.
type Pool struct {
	o    Options
	free chan *process // nil where a child has yet to be started
	quit context.Context
	stop context.CancelFunc

	mu    sync.Mutex
	idle  *time.Timer
	stats Stats
	// blamed counts the poison of each device since the last Forgive.
	blamed map[artefact.Device]int
}

// Stats count what a pool has done.
type Stats struct {
	Documents int // requests answered, those that look for a culprit included
	Started   int // children
	Died      int // children that a document killed, or that had to be stopped
}

// New makes a pool. Nothing is started yet.
func New(o Options) *Pool {
	if len(o.Args) == 0 {
		o.Args = []string{ChildArg}
	}
	o.Processes = cmp.Or(max(o.Processes, 0), 1)
	o.Time = cmp.Or(o.Time, defaultTime)
	o.Memory = cmp.Or(o.Memory, defaultMemory)
	o.Documents = cmp.Or(o.Documents, defaultDocs)
	o.Bytes = cmp.Or(o.Bytes, defaultBytes)
	o.Idle = cmp.Or(o.Idle, defaultIdle)
	p := &Pool{o: o, free: make(chan *process, o.Processes), blamed: map[artefact.Device]int{}}
	p.quit, p.stop = context.WithCancel(context.Background())
	for range o.Processes {
		p.free <- nil
	}
	return p
}

// Close ends the children. Whoever waits for one gets [ErrClosed].
func (p *Pool) Close() error {
	p.stop()
	var errs []error
	for range p.o.Processes {
		if c := <-p.free; c != nil {
			errs = append(errs, c.end())
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle != nil {
		p.idle.Stop()
	}
	// Later callers find a pool without children, and are told by quit.
	for range p.o.Processes {
		p.free <- nil
	}
	return errors.Join(errs...)
}

// Stats is what the pool has done so far.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// An ending is how a child fared with one request: well, when why is "".
type ending struct {
	view  artefact.View
	waits error
	why   Why
	where string
	step  int // the change that it was at, while stepping
}

// try has one request answered by a child. Whatever happens to the child, the
// next caller gets a good one.
func (p *Pool) try(ctx context.Context, q request) (ending, error) {
	if p.quit.Err() != nil {
		return ending{}, ErrClosed
	}
	var c *process
	select {
	case <-ctx.Done():
		return ending{}, context.Cause(ctx)
	case <-p.quit.Done():
		return ending{}, ErrClosed
	case c = <-p.free:
	}
	defer func() { p.release(c) }()
	if c == nil {
		var err error
		if c, err = p.start(); err != nil {
			return ending{}, err
		}
	}
	last, step, err := c.ask(ctx, p.quit, q, p.o.Time)
	p.count(func(s *Stats) { s.Documents++ })
	if err == nil {
		end, bad := last.ending()
		if bad == nil {
			if c.docs >= p.o.Documents || c.bytes >= p.o.Bytes || c.resident > p.o.Memory/2 {
				err := c.end()
				c = nil
				return end, err
			}
			return end, nil
		}
		err = bad
	}
	why, where := c.kill(err)
	c = nil
	switch {
	case ctx.Err() != nil:
		return ending{}, context.Cause(ctx)
	case p.quit.Err() != nil:
		return ending{}, ErrClosed
	}
	p.count(func(s *Stats) { s.Died++ })
	return ending{why: why, where: where, step: step}, nil
}

// Forgive lets each device cost as much again as at the beginning, so that what
// was [Suspect] can be looked at.
func (p *Pool) Forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.blamed)
}

func (p *Pool) blame(who artefact.Device) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.blamed[who]++
}

func (p *Pool) overdrawn(who artefact.Device) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.blamed[who] >= mostPoison
}

func (p *Pool) count(fn func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn(&p.stats)
}

func (p *Pool) start() (*process, error) {
	if os.Getenv(childMark) != "" {
		return nil, fmt.Errorf("%w: this is a child already", ErrNoChild)
	}
	program := p.o.Program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoChild, err)
		}
	}
	p.count(func(s *Stats) { s.Started++ })
	return start(program, p.o)
}

// release gives a place back, and lets children end that nobody needs.
func (p *Pool) release(c *process) {
	p.free <- c
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.quit.Err() != nil {
		return
	}
	if p.idle == nil {
		p.idle = time.AfterFunc(p.o.Idle, p.rest)
	} else {
		p.idle.Reset(p.o.Idle)
	}
}

// rest ends the children that are not at work.
func (p *Pool) rest() {
	for range p.o.Processes {
		select {
		case c := <-p.free:
			if c != nil {
				_ = c.end() // it had nothing to do any more
			}
			p.free <- nil
		default:
			return
		}
	}
}

// ending reads a last answer. An error is an answer that no good child gives.
func (a answer) ending() (ending, error) {
	switch {
	case a.Refused:
		return ending{why: Refused, step: a.Step}, nil
	case a.Waits == waitsFirst:
		return ending{waits: artefact.ErrIncomplete}, nil
	case a.Waits == waitsKind:
		return ending{waits: artefact.ErrKind}, nil
	}
	var v artefact.View
	if err := json.Unmarshal(a.View, &v); err != nil {
		return ending{}, fmt.Errorf("read the view: %w", err)
	}
	return ending{view: v}, nil
}
