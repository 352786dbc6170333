package gateway

import (
	"context"
	"encoding/hex"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/roster"
)

// teams are the rosters that are in memory. They are only a copy: what is in the engine counts.
type teams struct {
	engine engine.Engine
	most   int

	mu   sync.Mutex
	all  map[journal.TeamID]*team
	tick uint64
}

// team is one roster, as far as it has been read.
type team struct {
	engine engine.Engine
	id     journal.TeamID
	log    string

	pages *semaphore.Weighted // pages being written at once

	teams *teams
	used  uint64 // under teams.mu
	held  int    // under teams.mu

	mu     sync.Mutex
	roster *roster.Roster
	cursor engine.Cursor
	again  bool            // read it from the beginning
	news   <-chan struct{} // closed when the roster in the engine may have grown; nil if it has to be looked at
}

const teamPages = 8

func newTeams(e engine.Engine, most int) *teams {
	return &teams{engine: e, most: most, all: map[journal.TeamID]*team{}}
}

func (ts *teams) len() int {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return len(ts.all)
}

// get returns a team with its roster up to date. The caller releases it. If the engine has none, the error is engine.ErrNoLog.
func (ts *teams) get(ctx context.Context, id journal.TeamID) (*team, error) {
	t := ts.hold(id)
	if err := t.refresh(ctx); err != nil {
		t.release()
		if errors.Is(err, engine.ErrNoLog) {
			ts.drop(t)
		}
		return nil, err
	}
	return t, nil
}

func (ts *teams) hold(id journal.TeamID) *team {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.all[id]
	if t == nil {
		if len(ts.all) >= ts.most {
			ts.evict()
		}
		t = &team{engine: ts.engine, id: id, log: hex.EncodeToString(id[:]), teams: ts, pages: semaphore.NewWeighted(teamPages)}
		ts.all[id] = t
	}
	ts.tick++
	t.used = ts.tick
	t.held++
	return t
}

// evict forgets the older half of the teams that nobody holds. It is called under mu.
func (ts *teams) evict() {
	for id, t := range ts.all {
		if t.held == 0 && ts.tick-t.used > uint64(ts.most/2) {
			delete(ts.all, id)
		}
	}
}

// drop forgets a team that is not here, so that strangers cannot fill the memory with names.
func (ts *teams) drop(t *team) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t.held == 0 && ts.all[t.id] == t {
		delete(ts.all, t.id)
	}
}

func (t *team) release() {
	t.teams.mu.Lock()
	defer t.teams.mu.Unlock()
	t.held--
}

func (t *team) state() *roster.State {
	t.mu.Lock()
	r := t.roster
	t.mu.Unlock()
	return r.State()
}

// refresh reads what of the roster has come since, if anything has.
func (t *team) refresh(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refreshLocked(ctx)
}

func (t *team) refreshLocked(ctx context.Context) error {
	if t.news != nil {
		select {
		case <-t.news:
		default:
			return nil
		}
	}
	news := t.engine.Watch(t.log, wire.RosterSort)
	if t.roster == nil || t.again {
		t.roster, t.cursor, t.again = roster.New(t.id), "", false
	}
	for {
		page, err := t.engine.ReadFrom(ctx, t.log, wire.RosterSort, t.cursor, 4<<20, func(r engine.Record) error {
			_, _ = t.roster.Take(r.Bytes) // damaged on the disk: its writer puts it back
			return nil
		})
		if errors.Is(err, engine.ErrRolledBack) && t.cursor != "" {
			t.roster, t.cursor = roster.New(t.id), ""
			continue
		}
		if err != nil {
			t.news = nil
			return err
		}
		t.cursor = page.Next
		if !page.More {
			t.news = news
			return nil
		}
	}
}

// add takes a roster entry if it stands, and stores it. The copy in memory has it before anybody is answered.
func (t *team) add(ctx context.Context, key string, raw []byte) (stored bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refreshLocked(ctx); err != nil {
		return false, err
	}
	if _, err := t.roster.Take(raw); err != nil {
		return false, err
	}
	stored, err = t.engine.Append(ctx, t.log, engine.Record{Key: key, Bytes: raw}, nil)
	if err != nil {
		t.again, t.news = true, nil // it is not known whether the engine has it
	}
	return stored, err
}
