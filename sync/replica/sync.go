package replica

import (
	"cmp"
	"context"
	"errors"
	"maps"
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

// attempt is one Sync: its relays, and what those that failed failed with. They are left alone for the rest of it.
type attempt struct {
	r      *Replica
	links  []*link
	failed map[string]error
	late   map[*link]bool // still at what they were asked for when the others went on without them
	ends   chan end
}

type end struct {
	link *link
	err  error
}

const (
	grace    = 2 * time.Second  // that a relay gets when others are done
	patience = 90 * time.Second // with a relay for which nothing moves: on a share whose server is gone a call never returns
)

// rounds goes on until nobody has anything left to do, and then says what is seen here. A relay that takes its time holds up none of the others.
func (a *attempt) rounds(ctx context.Context) error {
	if err := a.r.settleNow(ctx); err != nil {
		return err
	}
	for more := true; more && ctx.Err() == nil; {
		for range roundsMost {
			a.r.mu.Lock()
			before := a.r.tally.progress
			a.r.mu.Unlock()
			if err := a.pull(ctx); err != nil {
				return err
			}
			if err := a.push(ctx); err != nil {
				return err
			}
			a.r.mu.Lock()
			done := a.r.tally.progress == before
			a.r.mu.Unlock()
			if done || ctx.Err() != nil {
				break
			}
		}
		if err := a.r.sayNow(ctx, true); err != nil {
			return err
		}
		if err := a.push(ctx); err != nil {
			return err
		}
		var err error
		if more, err = a.await(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pull takes in what all relays have, again for those where somebody was passed over who has become known meanwhile.
func (a *attempt) pull(ctx context.Context) error {
	for {
		if err := a.each(ctx, func(l *link) error { return a.r.pull(ctx, l) }); err != nil {
			return err
		}
		if err := a.r.settleNow(ctx); err != nil {
			return err
		}
		if ctx.Err() != nil || !a.r.mustRestart(a.working()) {
			return nil
		}
	}
}

func (a *attempt) push(ctx context.Context) error {
	if err := a.each(ctx, func(l *link) error { return a.r.push(ctx, l, true) }); err != nil {
		return err
	}
	return a.r.settleNow(ctx)
}

func (a *attempt) working() []*link {
	return slices.DeleteFunc(slices.Clone(a.links), func(l *link) bool { return a.failed[l.name] != nil || a.late[l] })
}

// each does something with all relays at once. What a relay fails with is noted with it; what the own store fails with is returned. Whoever is not
// done soon after the first one is late.
func (a *attempt) each(ctx context.Context, do func(*link) error) (local error) {
	asked := map[*link]bool{}
	for _, l := range a.working() {
		asked[l] = true
		go func() { a.ends <- end{l, do(l)} }()
	}
	var hurry <-chan time.Time
	stop := ctx.Done()
	for len(asked) > 0 {
		select {
		case e := <-a.ends:
			delete(asked, e.link)
			local = errors.Join(local, a.ended(ctx, e))
		case <-stop: // what can be interrupted ends now
			stop = nil
		case <-hurry:
			maps.Copy(a.late, asked)
			return local
		}
		if hurry == nil {
			hurry = time.After(grace)
		}
	}
	return local
}

// await waits until a late relay is done, and reports whether one is. One for which nothing moves is given up.
func (a *attempt) await(ctx context.Context) (bool, error) {
	moved := map[*link]uint64{}
	for l := range a.late {
		moved[l] = l.moved.Load()
	}
	for len(a.late) > 0 {
		select {
		case e := <-a.ends:
			return true, a.ended(ctx, e)
		case <-ctx.Done():
			return false, nil
		case <-time.After(patience):
		}
		for l := range a.late {
			now := l.moved.Load()
			if now == moved[l] {
				delete(a.late, l)
				a.failed[l.name] = &relay.Error{Relay: l.name, Op: "sync", Kind: relay.ErrUnreachable, Err: errNoAnswer}
				a.r.note(l, a.failed[l.name])
			}
			moved[l] = now
		}
	}
	return false, nil
}

// ended notes with a relay how it went.
func (a *attempt) ended(ctx context.Context, e end) error {
	delete(a.late, e.link)
	l, err := e.link, e.err
	var own *localError
	switch {
	case errors.As(err, &own):
		return own.err
	case err != nil && ctx.Err() != nil, errors.Is(err, errGone):
		return nil
	}
	a.r.note(l, err)
	if err != nil {
		a.failed[l.name] = err
	}
	return nil
}

func (a *attempt) report(before tally) Report {
	a.r.mu.Lock()
	defer a.r.mu.Unlock()
	now := a.r.tally
	out := Report{
		Sent:     now.sent - before.sent,
		Received: now.received - before.received,
		Carried:  now.carried - before.carried,
		Admitted: slices.Clone(now.admitted[len(before.admitted):]),
		Relays:   map[string]error{},
		Halted:   a.r.halted,
	}
	for _, l := range a.links {
		out.Relays[l.name] = a.failed[l.name]
	}
	return out
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
