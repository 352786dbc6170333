package server

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/relay"
)

// following is one Follow. The cursor that it hands out is a version, the role under which it was given, and the server's own.
type following struct {
	server *Server
	fn     func(relay.Blob, relay.Cursor) error

	next string
	role wire.Role
	idle bool // Idle has been called since the last blob
	any  bool // something came since the last Idle, or there was no Idle yet
}

const cursorVersion = 1

func (f *following) resume(after relay.Cursor) error {
	f.any = true
	switch {
	case len(after) == 0:
	case len(after) < 2 || after[0] != cursorVersion:
		return relay.ErrRolledBack
	default:
		f.role, f.next = wire.Role(after[1]), string(after[2:])
	}
	return nil
}

func (f *following) cursor() relay.Cursor {
	return slices.Concat(relay.Cursor{cursorVersion, byte(f.role)}, relay.Cursor(f.next))
}

// page asks for what comes next and delivers it. If all has been delivered it says so, and then waits for news.
func (f *following) page(ctx context.Context, token string) error {
	s := f.server
	q := url.Values{}
	if f.next != "" {
		q.Set("after", f.next)
	}
	if f.idle {
		q.Set("wait", strconv.Itoa(min(int(s.opts.Wait/time.Second), wire.MaxWait)))
	}
	var end wire.End
	before := f.cursor()
	err := s.send(ctx, http.MethodGet, "/v1/teams/"+s.team.String()+"/blobs?"+q.Encode(), token, nil, func(r io.Reader) (err error) {
		end, err = wire.ReadPage(r, func(key string, b []byte) error {
			blob, err := wire.ParseKey(key, b)
			if err != nil {
				return nil // of a later version, or damaged beyond recognition: nothing can be said about it
			}
			f.any = true
			return f.deliver(ctx, blob, before)
		})
		return err
	})
	if err != nil {
		return err // the blobs of a page that was cut off come again: its cursor stands at its end
	}
	if f.role == wire.Guest && end.Role == wire.Member {
		f.next, f.role, f.idle = "", wire.Member, false // let in: now there is more to read
		return nil
	}
	f.next, f.role = end.Next, end.Role
	f.idle = !end.More
	if end.More || !f.any {
		return nil
	}
	f.any = false
	return f.deliver(ctx, relay.Blob{}, f.cursor())
}

// deliver hands out one blob. What it is called with is the server's word; the receiver believes the bytes.
func (f *following) deliver(ctx context.Context, b relay.Blob, c relay.Cursor) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if b.Kind != relay.Idle {
		b.Team = f.server.team
	}
	if b.Kind == relay.Seen {
		if h, err := journal.ParseSeenHeader(b.Bytes); err == nil {
			b.Counter = h.Counter
		}
	}
	if err := f.fn(b, c); err != nil {
		return &stopped{err}
	}
	return nil
}
