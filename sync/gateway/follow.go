package gateway

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
)

const pageBytes = 4 << 20

var errReader = errors.New("the reader is gone or too slow")

// follow answers a page, when there is something to answer.
func (g *Gateway) follow(a *answer, r *http.Request, who caller) {
	q := r.URL.Query()
	after := engine.Cursor(q.Get("after"))
	wait, err := strconv.Atoi(q.Get("wait"))
	if q.Get("wait") == "" {
		wait, err = 0, nil
	}
	if err != nil || wait < 0 || wait > wire.MaxWait || len(after) > 255 {
		a.refuse(wire.BadRequest, "wait is seconds, at most 55; after is a cursor of this relay")
		return
	}
	_, device := who.names()
	done, f := g.rates.reading(device)
	if f != nil {
		a.fail(f)
		return
	}
	defer done()
	p := &pageWriter{gateway: g, answer: a, role: who.role}
	var deadline <-chan time.Time
	for {
		sort := ""
		if who.role == wire.Guest {
			sort = wire.RosterSort
		}
		news := g.engine.Watch(who.team.log, sort)
		page, err := g.readPage(r.Context(), p, who, sort, after)
		switch {
		case errors.Is(err, errReader), r.Context().Err() != nil:
			a.code = "gone"
			return
		case err != nil && p.begun:
			g.log.Error("engine", "problem", err.Error())
			a.code = wire.Unavailable
			return // without an end the page says itself that it was cut off
		case err != nil:
			a.fail(g.engineFailure(err))
			return
		}
		if p.begun || page.More || wait == 0 {
			p.end(page)
			return
		}
		if deadline == nil {
			timer := time.NewTimer(time.Duration(wait) * time.Second)
			defer timer.Stop()
			deadline = timer.C
			g.metrics.waiting.Inc()
			defer g.metrics.waiting.Dec()
		}
		select {
		case <-news:
		case <-deadline:
			wait = 0
		case <-g.stopping:
			wait = 0
		case <-r.Context().Done():
			a.code = "gone"
			return
		}
		// Whoever waited may have been removed meanwhile.
		if err := who.team.refresh(r.Context()); err != nil {
			a.fail(g.engineFailure(err))
			return
		}
		before := who.role
		if f := who.judge(); f != nil {
			a.fail(f)
			return
		}
		if p.role = who.role; before != who.role {
			wait = 0 // let in: there is much to read, from the beginning
		}
	}
}

// readPage writes the frames of one page. How many are written at once is bounded, for one team more tightly than for all, so that
// the slow readers of one hold up no other; and so is how long each may take.
func (g *Gateway) readPage(ctx context.Context, p *pageWriter, who caller, sort string, after engine.Cursor) (engine.Page, error) {
	if err := who.team.pages.Acquire(ctx, 1); err != nil {
		return engine.Page{}, err
	}
	defer who.team.pages.Release(1)
	if err := g.slots.pages.Acquire(ctx, 1); err != nil {
		return engine.Page{}, err
	}
	defer g.slots.pages.Release(1)
	return g.engine.ReadFrom(ctx, who.team.log, sort, after, pageBytes, p.frame)
}

type pageWriter struct {
	gateway *Gateway
	answer  *answer
	out     *bufio.Writer
	role    wire.Role
	begun   bool
}

func (p *pageWriter) begin() {
	if !p.begun {
		p.begun = true
		p.answer.Header().Set("Content-Type", wire.PageType)
		p.answer.patience(pageBytes)
		p.answer.WriteHeader(http.StatusOK)
		p.out = bufio.NewWriterSize(p.answer, 64<<10)
	}
}

func (p *pageWriter) frame(r engine.Record) error {
	p.begin()
	if err := wire.WriteFrame(p.out, r.Key, r.Bytes); err != nil {
		return errors.Join(errReader, err)
	}
	p.gateway.metrics.delivered.Inc()
	return nil
}

func (p *pageWriter) end(page engine.Page) {
	p.begin()
	// A reader that is gone asks again with the cursor of before.
	if err := wire.WriteEnd(p.out, wire.End{More: page.More, Role: p.role, Next: string(page.Next)}); err == nil {
		_ = p.out.Flush()
	}
}
