package replica

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"longhand/sync/relay"
)

var (
	errIdle    = errors.New("all that was there has been delivered")
	errRestart = errors.New("follow again from the beginning")
	errGone    = errors.New("the relay was removed")
	errUntried = errors.New("what the relay holds is not known before it has been followed once")
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
	if check {
		r.work.Lock()
		for _, l := range links {
			r.startOver(l)
		}
		r.work.Unlock()
	}
	failed := map[string]error{}
	err := r.settleNow(ctx)
	for range roundsMost {
		if err != nil || ctx.Err() != nil {
			break
		}
		r.mu.Lock()
		progress := r.tally.progress
		r.mu.Unlock()
		live := working(links, failed)
		err = r.each(live, failed, func(l *link) error { return r.pull(ctx, l) })
		if err == nil {
			err = r.settleNow(ctx)
		}
		for err == nil && r.mustRestart(working(links, failed)) && ctx.Err() == nil {
			err = r.each(working(links, failed), failed, func(l *link) error { return r.pull(ctx, l) })
			if err == nil {
				err = r.settleNow(ctx)
			}
		}
		if err == nil {
			err = r.each(working(links, failed), failed, func(l *link) error { return r.push(ctx, l, true) })
		}
		if err == nil {
			err = r.settleNow(ctx)
		}
		r.mu.Lock()
		done := r.tally.progress == progress
		r.mu.Unlock()
		if done {
			break
		}
	}
	if err == nil && ctx.Err() == nil {
		err = r.sayNow(ctx)
	}
	if err == nil {
		err = r.each(working(links, failed), failed, func(l *link) error { return r.push(ctx, l, true) })
	}
	if err == nil {
		err = ctx.Err()
	}
	return r.report(before, links, failed), err
}

func (r *Replica) report(before tally, links []*link, failed map[string]error) Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := Report{
		Sent:     r.tally.sent - before.sent,
		Received: r.tally.received - before.received,
		Carried:  r.tally.carried - before.carried,
		Admitted: slices.Clone(r.tally.admitted[len(before.admitted):]),
		Relays:   map[string]error{},
		Halted:   r.halted,
	}
	for _, l := range links {
		out.Relays[l.name] = failed[l.name]
	}
	return out
}

func working(links []*link, failed map[string]error) []*link {
	var out []*link
	for _, l := range links {
		if failed[l.name] == nil {
			out = append(out, l)
		}
	}
	return out
}

// mustRestart reports whether the roster has come to know somebody whose blobs were passed over.
func (r *Replica) mustRestart(links []*link) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(links, func(l *link) bool { return l.restart })
}

// each does something with all relays at once. What a relay fails with is noted with it; what the own store fails with is returned.
func (r *Replica) each(links []*link, failed map[string]error, do func(*link) error) error {
	errs := make([]error, len(links))
	var wg sync.WaitGroup
	for i, l := range links {
		wg.Go(func() { errs[i] = do(l) })
	}
	wg.Wait()
	var local error
	for i, l := range links {
		var own *localError
		switch err := errs[i]; {
		case errors.As(err, &own):
			local = errors.Join(local, own.err)
		case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, errGone):
		default:
			r.tried(l, err)
			if err != nil {
				failed[l.name] = err
			}
		}
	}
	return local
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
		if l.restart {
			return errRestart
		}
		slices.SortStableFunc(batch, func(a, b relay.Blob) int { return turn(a.Kind) - turn(b.Kind) })
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

func (r *Replica) settleNow(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	return r.settle(ctx)
}

func (r *Replica) sayNow(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	return r.say(ctx)
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
			if err := r.settle(ctx); err != nil {
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
		r.tried(l, err)
		select {
		case <-ctx.Done():
		case <-time.After(r.cfg.Poll):
		}
	}
}

// pushAll pushes to every relay that nobody is pushing to. Each has a goroutine of its own, so that one that hangs holds up none.
func (r *Replica) pushAll(ctx context.Context, wg *sync.WaitGroup) {
	for _, l := range r.allLinks() {
		select {
		case l.busy <- struct{}{}:
		default:
			continue
		}
		wg.Go(func() {
			err := r.pushOnce(ctx, l)
			<-l.busy
			if ctx.Err() == nil && !errors.Is(err, errUntried) {
				r.tried(l, err)
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
	if err := r.sayNow(ctx); err != nil {
		return &localError{err}
	}
	return r.push(ctx, l, false)
}
