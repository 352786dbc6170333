package server

import (
	"context"
	"errors"
	"net/http"

	"longhand/sync/gateway/wire"
)

// asDevice does something with a session, and once more with a new one if the server no longer takes it.
func (s *Server) asDevice(ctx context.Context, do func(token string) error) error {
	token, err := s.enter(ctx, "")
	if err != nil {
		return err
	}
	err = do(token)
	var a *answerError
	if !errors.As(err, &a) || a.code != wire.NoSession && a.code != wire.NotMember {
		return err
	}
	// The session has ended; or the server has lost the team, or not heard of this device yet, and is told.
	if token, err = s.enter(ctx, token); err != nil {
		return err
	}
	return do(token)
}

// enter returns the token of a session, a new one if stale is that of the present one.
func (s *Server) enter(ctx context.Context, stale string) (string, error) {
	s.entering.Lock()
	defer s.entering.Unlock()
	s.mu.Lock()
	have := s.session.Token
	s.mu.Unlock()
	if have != "" && have != stale {
		return have, nil
	}
	session, err := s.open(ctx, wire.SessionRequest{Request: s.opts.Request})
	var a *answerError
	if errors.As(err, &a) && a.code == wire.NotMember {
		if entries := s.opts.Entries(); len(entries) > 0 {
			session, err = s.open(ctx, wire.SessionRequest{Request: s.opts.Request, Entries: entries, RelayToken: s.opts.Token})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = session
	return session.Token, err
}

func (s *Server) open(ctx context.Context, q wire.SessionRequest) (session wire.Session, err error) {
	var c wire.Challenge
	if err := s.exchange(ctx, http.MethodPost, "/v1/challenges", struct{}{}, &c); err != nil {
		return session, err
	}
	device := s.id.Device()
	q.Team, q.Device, q.Challenge, q.Host = s.team.String(), device.String(), c.Challenge, s.base.Host
	q.Signature = s.id.Sign(wire.SessionContext, wire.Proof(q.Challenge, s.team, device, q.Host))
	err = s.exchange(ctx, http.MethodPost, "/v1/sessions", q, &session)
	return session, err
}
