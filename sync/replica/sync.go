package replica

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"longhand/sync/relay"
)

var (
	errIdle     = errors.New("all that was there has been delivered")
	errRestart  = errors.New("follow again from the beginning")
	errGone     = errors.New("the relay was removed")
	errNoAnswer = errors.New("it does not answer")
	errUntried  = errors.New("what the relay holds is not known before it has been followed once")
)

// roundsMost bounds one Sync. Each round but the last does something that may give somebody else something to do.
const roundsMost = 20

// Sync pushes and pulls until nothing is left to do here. A relay that fails is in the report and stops no other; the error is of the
// device's own store.
func (r *Replica) Sync(ctx context.Context) (Report, error) { return r.sync(ctx, false) }

// Check is Sync, but reads every relay from the beginning, puts back what is lost or damaged, and lists what is wrong anew.
func (r *Replica) Check(ctx context.Context) (Report, error) { return r.sync(ctx, true) }

func (r *Replica) sync(ctx context.Context, check bool) (Report, error) {
	r.mu.Lock()
	before := r.tally
	r.mu.Unlock()
	links := r.allLinks()
	a := &attempt{r: r, links: links, failed: map[string]error{}, late: map[*link]bool{}, ends: make(chan end, len(links))}
	if check {
		r.work.Lock()
		for _, l := range a.links {
			r.startOver(l)
		}
		r.work.Unlock()
	}
	inside, cancel := context.WithCancel(ctx)
	defer cancel() // whoever was given up takes nothing in any more
	err := a.rounds(inside)
	if err == nil {
		err = ctx.Err()
	}
	return a.report(before), err
}

// mustRestart reports whether the roster has come to know somebody whose blobs were passed over.
func (r *Replica) mustRestart(links []*link) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(links, func(l *link) bool { return l.restart })
}

// tried notes how an attempt with a relay went.
func (r *Replica) tried(l *link, err error) {
	r.mu.Lock()
	changed := (l.err == nil) != (err == nil)
	l.untried, l.err = false, err
	if err == nil {
		l.lastOK = r.cfg.Now().UnixMilli()
	}
	r.mu.Unlock()
	if changed {
		r.cfg.Notify(Event{Kind: EventRelay, Relay: l.name, Err: err})
	}
}

// pull takes in everything that a relay has.
func (r *Replica) pull(ctx context.Context, l *link) error {
	for {
		err := r.follow(ctx, l, func() error { return errIdle })
		switch {
		case errors.Is(err, errIdle):
			return nil
		case errors.Is(err, errRestart):
		default:
			return err
		}
	}
}

// batchMost is the bytes that are collected before they are taken in.
const batchMost = 8 << 20

// follow takes in what comes, and calls idle whenever all has come. Of each batch the roster's entries go first: what they say about an author
// must not depend on the order in which a relay delivers. A relay that was rolled back is followed again from the beginning.
func (r *Replica) follow(ctx context.Context, l *link, idle func() error) error {
	r.work.Lock()
	cursor := l.cursor
	r.mu.Lock()
	l.restart = false
	r.mu.Unlock()
	r.work.Unlock()
	var batch []relay.Blob
	size := 0
	err := l.relay.Follow(ctx, cursor, func(b relay.Blob, c relay.Cursor) error {
		l.moved.Add(1)
		if b.Kind != relay.Idle {
			batch, size = append(batch, b), size+len(b.Bytes)
			if size < batchMost {
				return nil
			}
		}
		r.work.Lock()
		defer r.work.Unlock()
		if l.gone {
			return errGone
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if l.restart {
			return errRestart
		}
		slices.SortStableFunc(batch, func(a, b relay.Blob) int { // and the newest before the older, as in retryShelf
			return cmp.Or(turn(a.Kind)-turn(b.Kind), cmp.Compare(b.Last, a.Last))
		})
		for _, b := range batch {
			if err := r.receive(ctx, l, b); err != nil {
				return err
			}
		}
		batch, size = nil, 0
		if b.Kind != relay.Idle {
			return nil
		}
		l.cursor = c
		if err := r.saveLink(l); err != nil {
			return &localError{err}
		}
		return idle()
	})
	if errors.Is(err, relay.ErrRolledBack) {
		r.work.Lock()
		defer r.work.Unlock()
		r.startOver(l)
		return errRestart
	}
	return err
}

func turn(k relay.Kind) int {
	if k == relay.Roster {
		return 0
	}
	return 1
}

// startOver forgets what is known of a relay. It is called under work.
func (r *Replica) startOver(l *link) {
	r.unlist(l)
	r.mu.Lock()
	defer r.mu.Unlock()
	l.forget()
	l.restart = true
}

// Settle takes in what is kept and was not applied, without asking any relay.
func (r *Replica) Settle(ctx context.Context) error { return r.settleNow(ctx) }

func (r *Replica) settleNow(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	return r.settle(ctx)
}

func (r *Replica) sayNow(ctx context.Context, now bool) error {
	r.work.Lock()
	defer r.work.Unlock()
	return r.say(ctx, now)
}

// Run syncs in the background until ctx ends, and returns its error. A relay, or the own store, that fails is tried again every Poll.
func (r *Replica) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	start := func(l *link) {
		loop, stop := context.WithCancel(ctx)
		r.mu.Lock()
		l.stop = stop
		r.mu.Unlock()
		wg.Go(func() {
			defer stop()
			r.keepFollowing(loop, l)
		})
	}
	r.mu.Lock()
	r.running = start
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		r.running = nil
		r.mu.Unlock()
		cancel()
	}()
	_ = r.settleNow(ctx) // a store that fails now fails again below, where it is told
	for _, l := range r.allLinks() {
		start(l)
	}
	r.Nudge()
	poll := time.NewTicker(r.cfg.Poll)
	defer poll.Stop()
	var flush <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.wake:
			if flush == nil {
				flush = time.After(r.cfg.Flush)
			}
		case <-flush:
			flush = nil
			r.pushAll(ctx, &wg)
		case <-r.look:
			r.pushAll(ctx, &wg)
		case <-poll.C:
			r.pushAll(ctx, &wg)
		}
	}
}

// keepFollowing follows one relay until its context ends.
func (r *Replica) keepFollowing(ctx context.Context, l *link) {
	for ctx.Err() == nil {
		err := r.follow(ctx, l, func() error {
			r.tried(l, nil)
			if err := errors.Join(r.settle(ctx), r.saveTrouble(l)); err != nil {
				return &localError{err}
			}
			poke(r.look)
			return nil
		})
		if ctx.Err() != nil || errors.Is(err, errGone) {
			return
		}
		if errors.Is(err, errRestart) {
			continue
		}
		r.note(l, err)
		select {
		case <-ctx.Done():
		case <-time.After(r.cfg.Poll):
		}
	}
}

// pushAll pushes to every relay that nobody is pushing to. Each has a goroutine of its own, so that one that hangs holds up none.
//
// Who comes while somebody pushes leaves word, and is pushed for as well: what was written a moment too late must not wait for the next Poll.
func (r *Replica) pushAll(ctx context.Context, wg *sync.WaitGroup) {
	for _, l := range r.allLinks() {
		l.again.Store(true)
		select {
		case l.busy <- struct{}{}:
		default:
			continue
		}
		wg.Go(func() {
			for mine := true; mine; {
				for l.again.Swap(false) && ctx.Err() == nil {
					err := r.pushOnce(ctx, l)
					if ctx.Err() == nil && !errors.Is(err, errUntried) {
						r.note(l, err)
					}
				}
				<-l.busy
				mine = false
				if ctx.Err() == nil && l.again.Load() { // somebody came between the last look and the release
					select {
					case l.busy <- struct{}{}:
						mine = true
					default:
					}
				}
			}
		})
	}
}

func (r *Replica) pushOnce(ctx context.Context, l *link) error {
	r.mu.Lock()
	untried := l.untried
	r.mu.Unlock()
	if untried {
		return errUntried
	}
	if err := r.settleNow(ctx); err != nil {
		return &localError{err}
	}
	if err := r.sayNow(ctx, false); err != nil {
		return &localError{err}
	}
	return r.push(ctx, l, false)
}
