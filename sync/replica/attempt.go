package replica

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"longhand/sync/relay"
)

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
