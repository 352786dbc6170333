package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	batchMost = 4096 // messages asked for at once
	stepsMost = 4096 // unreadable messages stepped over in one go
	// A replica that lags behind is given time.
	catchUpFor   = 2 * time.Second
	catchUpEvery = 10 * time.Millisecond
)

// place is what a cursor of JetStream says: the last message that was read, and the last lasting one, each with its time, which tells it from
// another message that got the same number after a disk was put back to an earlier state.
type place struct {
	generation string // of the log's files; see ledger
	seq        uint64
	time       int64 // 0: the message is not there to be checked
	anchor     uint64
	anchorTime int64
}

func (p place) cursor() Cursor {
	n := func(v uint64) string { return strconv.FormatUint(v, 36) }
	return Cursor(strings.Join([]string{p.generation, n(p.seq), n(uint64(p.time)), n(p.anchor), n(uint64(p.anchorTime))}, "-"))
}

func parsePlace(c Cursor) (p place, err error) {
	parts := strings.Split(string(c), "-")
	if len(parts) != 5 || len(c) > 200 {
		return p, fmt.Errorf("cursor %.20q: %w", c, ErrRolledBack)
	}
	var n [4]uint64
	for i := range n {
		if n[i], err = strconv.ParseUint(parts[i+1], 36, 64); err != nil {
			return p, fmt.Errorf("cursor %.20q: %w", c, ErrRolledBack)
		}
	}
	return place{generation: parts[0], seq: n[0], time: int64(n[1]), anchor: n[2], anchorTime: int64(n[3])}, nil
}

// resume checks that a log still holds what a cursor speaks of. If only the last message is gone, because another took its place, reading
// goes on from the one before that lasts.
func (e *JetStream) resume(ctx context.Context, log string, after Cursor) (place, error) {
	generation := e.ledger.generation(log)
	if after == "" {
		return place{generation: generation}, nil
	}
	p, err := parsePlace(after)
	if err != nil {
		return p, err
	}
	if p.generation != generation {
		return p, ErrRolledBack
	}
	if p.time != 0 {
		switch m, err := e.get(ctx, log, getRequest{Seq: p.seq}); {
		case err == nil && m.time == p.time:
			return p, nil
		case err == nil:
			return p, ErrRolledBack
		case !errors.Is(err, errNoMessage):
			return p, err
		}
	}
	if p.anchor != 0 {
		switch held, err := e.holds(ctx, log, p.anchor, p.anchorTime); {
		case err != nil:
			return p, err
		case !held:
			return p, ErrRolledBack
		}
	}
	if p.time != 0 {
		p.seq, p.time = p.anchor, p.anchorTime
	}
	return p, nil
}

// holds reports whether a log holds a message. The leader is asked, and it may lag behind the replica that gave the message out: both know that
// a majority keeps it, and the leader has not come to writing it. So it is asked again, unless it is past that number already.
func (e *JetStream) holds(ctx context.Context, log string, seq uint64, at int64) (bool, error) {
	for began := time.Now(); ; {
		last, err := e.lastSequence(ctx, log) // first: what is written in between must not look like a gap
		if err != nil {
			return false, err
		}
		m, err := e.get(ctx, log, getRequest{Seq: seq})
		if !errors.Is(err, errNoMessage) {
			return err == nil && m.time == at, err
		}
		if last >= seq || e.replicas == 1 || time.Since(began) > catchUpFor {
			return false, nil
		}
		if err := pause(ctx, catchUpEvery); err != nil {
			return false, err
		}
	}
}

// ReadFrom implements Engine.
func (e *JetStream) ReadFrom(ctx context.Context, log, sort string, after Cursor, limit int, fn func(Record) error) (Page, error) {
	what := "read " + log
	if err := checkName(log); err != nil {
		return Page{}, err
	}
	at, err := e.resume(ctx, log, after)
	switch {
	case errors.Is(err, ErrRolledBack):
		return Page{}, fmt.Errorf("%s: %w", what, err)
	case errors.Is(err, nats.ErrNoResponders):
		return Page{}, e.absent(ctx, what, log)
	case err != nil:
		return Page{}, e.failure(what, err)
	}
	began, known := time.Now(), uint64(0) // the last number that is known to be taken
	for steps := 0; ; steps++ {
		got, next, more, err := e.batch(ctx, log, sort, at, limit, fn)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && e.replicas == 1 {
			// A block that cannot be counted: JetStream then answers no batch at all.
			got, next, more, err = e.oneByOne(ctx, log, sort, at, limit, fn)
		}
		var refused *refusedError
		switch {
		case errors.As(err, &refused):
			return Page{}, refused.err
		case errors.Is(err, nats.ErrNoResponders):
			return Page{}, e.absent(ctx, what, log)
		case err != nil:
			return Page{}, e.failure(what, err)
		case got > 0:
			return Page{Next: next.cursor(), More: more}, nil
		case sort != "":
			return Page{Next: at.cursor()}, nil
		}
		// Nothing came. Either that is all, or a replica lags behind its leader, or what comes next cannot be read.
		last, err := e.lastSequence(ctx, log)
		if err != nil {
			return Page{}, e.failure(what, err)
		}
		if last <= at.seq {
			return Page{Next: at.cursor()}, nil
		}
		if e.replicas > 1 {
			if time.Since(began) > catchUpFor {
				return Page{Next: at.cursor()}, nil
			}
			if err := pause(ctx, catchUpEvery); err != nil {
				return Page{}, err
			}
			continue
		}
		if known <= at.seq { // it may have come since it was asked for
			known = last
			continue
		}
		known = last
		at.seq, at.time = at.seq+1, 0
		if steps == stepsMost {
			return Page{Next: at.cursor(), More: true}, nil
		}
	}
}

// refusedError is what the reader's fn returned.
type refusedError struct{ err error }

func (r *refusedError) Error() string { return r.err.Error() }

// batch asks once. The subscription holds at most limit bytes and one record, however slow fn is.
func (e *JetStream) batch(ctx context.Context, log, sort string, at place, limit int, fn func(Record) error) (got int, next place, more bool, err error) {
	prefix := subjectPrefix + log + "."
	filter := prefix + ">"
	if sort != "" {
		if err := checkName(sort); err != nil {
			return 0, at, false, err
		}
		filter = prefix + sort + ".>"
	}
	raw, err := json.Marshal(getRequest{Seq: at.seq + 1, NextFor: filter, Batch: batchMost, MaxBytes: max(limit, 1)})
	if err != nil {
		return 0, at, false, err
	}
	inbox := e.nc.NewInbox()
	sub, err := e.nc.SubscribeSync(inbox)
	if err != nil {
		return 0, at, false, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		return 0, at, false, err
	}
	if err := e.nc.PublishRequest("$JS.API.DIRECT.GET."+streamPrefix+log, inbox, raw); err != nil {
		return 0, at, false, err
	}
	next = at
	for {
		wait, cancel := context.WithTimeout(ctx, askFor)
		m, err := sub.NextMsgWithContext(wait)
		cancel()
		if err != nil {
			if got > 0 && ctx.Err() == nil {
				return got, next, true, nil // what came is good; the rest is asked for again
			}
			return got, next, true, err
		}
		switch m.Header.Get("Status") {
		case "204":
			return got, next, m.Header.Get("Nats-Num-Pending") != "0", nil
		case "404":
			return got, next, false, nil
		case "503":
			return got, next, true, nats.ErrNoResponders
		}
		one, err := parseMessage(m)
		if err != nil {
			continue // its own header is damaged
		}
		// The subject was written by the gateway, and yet it may come from a damaged disk.
		key, ours := strings.CutPrefix(one.subject, prefix)
		if ours && checkKey(key) == nil {
			if err := fn(Record{Key: key, Bytes: one.data}); err != nil {
				return got, next, true, &refusedError{err}
			}
		}
		got++
		next.seq, next.time = one.seq, one.time
		if one.lasting {
			next.anchor, next.anchorTime = one.seq, one.time
		}
	}
}

// oneByOne is batch without what JetStream does for a batch.
func (e *JetStream) oneByOne(ctx context.Context, log, sort string, at place, limit int, fn func(Record) error) (got int, next place, more bool, err error) {
	prefix := subjectPrefix + log + "."
	filter := prefix + ">"
	if sort != "" {
		filter = prefix + sort + ".>"
	}
	next = at
	for read := 0; read < limit; {
		one, err := e.get(ctx, log, getRequest{Seq: next.seq + 1, NextFor: filter})
		if errors.Is(err, errNoMessage) {
			return got, next, false, nil
		}
		if err != nil {
			return got, next, got > 0, err
		}
		if key, ours := strings.CutPrefix(one.subject, prefix); ours && checkKey(key) == nil {
			if err := fn(Record{Key: key, Bytes: one.data}); err != nil {
				return got, next, true, &refusedError{err}
			}
		}
		got++
		read += len(one.data)
		next.seq, next.time = one.seq, one.time
		if one.lasting {
			next.anchor, next.anchorTime = one.seq, one.time
		}
	}
	return got, next, true, nil
}

// lastSequence asks the stream's leader.
func (e *JetStream) lastSequence(ctx context.Context, log string) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	s, err := e.js.Stream(ctx, streamPrefix+log)
	if err != nil {
		return 0, err
	}
	return s.CachedInfo().State.LastSeq, nil
}
