package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"longhand/sync/gateway/wire"
	"longhand/sync/relay"
)

// answerError is a request that was answered with something else than what it asked for.
type answerError struct {
	status int
	code   wire.Code
	text   string
	after  time.Duration // that the server asks to wait
}

func (e *answerError) Error() string {
	if e.text == "" {
		return fmt.Sprintf("it answers %d", e.status)
	}
	return e.text
}

// passing reports whether the same request may be answered otherwise in a while.
func (e *answerError) passing() bool {
	return e.status == http.StatusTooManyRequests || e.status == http.StatusRequestTimeout || e.status >= 500 && e.status != http.StatusInsufficientStorage
}

// kind says what an answer means for the relay as a whole.
func (e *answerError) kind() error {
	switch e.code {
	case wire.Removed:
		return relay.ErrRemoved
	case wire.NeedsToken, wire.TokenExpired, wire.TokenUsed:
		return relay.ErrNeedsToken
	case wire.RolledBack:
		return relay.ErrRolledBack
	case wire.Full:
		return relay.ErrFull
	case wire.TooLarge:
		return relay.ErrTooLarge
	case wire.NotMember, wire.InviteClosed, wire.UnknownAuthor, wire.NoSession, wire.Forged, wire.Damaged, wire.OtherTeam, wire.NotPermitted, wire.UnknownVersion, wire.MissingParents:
		return relay.ErrNotAllowed
	}
	switch {
	case e.code == "" && e.status < 500:
		return relay.ErrNotRelay // no server of ours answers without a code
	case e.status == http.StatusForbidden || e.status == http.StatusUnauthorized:
		return relay.ErrNotAllowed
	}
	return relay.ErrUnreachable
}

// stopped carries what fn of Follow returned past the repetition.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// trying repeats what may pass, with pauses that double and are never the same for two devices.
func (s *Server) trying(ctx context.Context, op string, do func(context.Context) error) error {
	pause := s.opts.Pause
	for tries := 1; ; tries++ {
		err := do(ctx)
		var stop *stopped
		var answered *answerError
		switch {
		case err == nil, errors.As(err, &stop):
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &answered) && !answered.passing():
			if answered.code == wire.InviteClosed {
				err = errors.Join(ErrInviteClosed, err)
			}
			return s.failure(op, answered.kind(), err)
		case tries >= s.opts.Tries:
			return s.failure(op, relay.ErrUnreachable, err)
		}
		wait := pause/2 + rand.N(pause)
		if answered != nil {
			wait = max(wait, answered.after)
		}
		pause = min(2*pause, 10*time.Second)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// exchange sends JSON, or nothing, and reads JSON.
func (s *Server) exchange(ctx context.Context, method, path string, body, into any) error {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return s.send(ctx, method, path, "", raw, readJSON(into))
}

func readJSON(into any) func(io.Reader) error {
	return func(r io.Reader) error {
		b, err := io.ReadAll(io.LimitReader(r, 64<<10))
		if err != nil {
			return err
		}
		if json.Unmarshal(b, into) != nil {
			return &answerError{status: http.StatusOK, text: "it answers something that is not of this protocol"}
		}
		return nil
	}
}

func (s *Server) put(ctx context.Context, token, kind string, b []byte) error {
	return s.send(ctx, http.MethodPost, "/v1/teams/"+s.team.String()+"/blobs/"+kind, token, b, func(r io.Reader) error {
		_, err := io.Copy(io.Discard, io.LimitReader(r, 64<<10))
		return err
	})
}

// tryFor bounds one request: a page and the wait for it, or a body, on a slow line. A connection that is dead would hold it for ever.
const tryFor = 4 * time.Minute

// send is one request. read is called with the body of an answer that is none of refusal.
func (s *Server) send(ctx context.Context, method, path, token string, body []byte, read func(io.Reader) error) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	q, err := http.NewRequestWithContext(ctx, method, s.base.String()+path, content)
	if err != nil {
		return err
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		q.Header.Set("Content-Type", "application/octet-stream")
	}
	a, err := s.opts.Client.Do(q)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusCreated {
		return refused(a)
	}
	return read(a.Body)
}

func refused(a *http.Response) error {
	e := &answerError{status: a.StatusCode}
	if n, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && n > 0 {
		e.after = min(time.Duration(n)*time.Second, time.Minute)
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, 64<<10))
	if err != nil {
		return e
	}
	var f wire.Failure
	if json.Unmarshal(b, &f) == nil {
		e.code, e.text = f.Code, f.Message
	}
	return e
}
