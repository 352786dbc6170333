// Package server is a relay that is a relay server, as one device sees it.
//
// [New] makes a relay.Relay of an address, a team and the device's identity; [Server.Enter] says at once whether the device is let in. It opens sessions,
// tries again with growing, jittered pauses, goes on where it was cut off, and uses the proxy that the environment names (HTTPS_PROXY).
// ../../gateway/FORMAT.md is what it speaks.
//
// It sends the identity's signatures and never its keys, follows no redirect, and speaks plain HTTP to this computer alone. It checks nothing
// that it delivers: whoever follows a relay verifies.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/relay"
)

// Options are for New.
type Options struct {
	// Entries returns the roster as this device knows it, each entry after its parents. A server that knows too little is told.
	Entries func() [][]byte
	// Request is a join request, for a device that nobody has let in yet; nil if there is none.
	Request []byte
	// Token lets a new team in where the server asks for one.
	Token string

	Client *http.Client  // nil is one that honours the environment's proxy
	Tries  int           // how often something is tried before it is said to fail; 0 is 5
	Pause  time.Duration // before the first repetition; it doubles; 0 is 200 ms
	Wait   time.Duration // how long a request for news may wait; 0 is 50 s
}

// Server is the relay. It is safe for concurrent use.
type Server struct {
	address string
	base    *url.URL
	team    journal.TeamID
	id      *journal.Identity
	opts    Options

	entering sync.Mutex // held while a session is opened
	mu       sync.Mutex
	session  wire.Session
}

var (
	// ErrAddress: no server can be reached safely under this address.
	ErrAddress = errors.New("not the address of a relay server")
	// ErrInviteClosed: the invitation was used or withdrawn.
	ErrInviteClosed = errors.New("the invitation has been used or withdrawn")
)

// ParseAddress reads the address of a server: https://HOST, or http:// with a host that is this computer.
func ParseAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q: %w", address, ErrAddress)
	case u.Host == "" || u.Hostname() == "":
		return nil, fmt.Errorf("%q has no host: %w", address, ErrAddress)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("a relay is https://HOST and nothing more: %w", ErrAddress)
	case u.Path != "" && u.Path != "/":
		return nil, fmt.Errorf("%q: a relay is https://HOST, without a path: %w", address, ErrAddress)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%q: without https only this computer itself may be a relay: %w", address, ErrAddress)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("%q: %w", address, ErrAddress)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// New makes the relay. Nothing is sent yet.
func New(address string, team journal.TeamID, id *journal.Identity, o Options) (*Server, error) {
	base, err := ParseAddress(address)
	if err != nil {
		return nil, err
	}
	if o.Client == nil {
		o.Client = newClient()
	}
	if o.Entries == nil {
		o.Entries = func() [][]byte { return nil }
	}
	if o.Tries == 0 {
		o.Tries = 5
	}
	if o.Pause == 0 {
		o.Pause = 200 * time.Millisecond
	}
	if o.Wait == 0 {
		o.Wait = 50 * time.Second
	}
	return &Server{address: address, base: base, team: team, id: id, opts: o}, nil
}

func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
			TLSHandshakeTimeout:   15 * time.Second,
			ResponseHeaderTimeout: 90 * time.Second, // more than the longest wait for news
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConnsPerHost:   4,
			ForceAttemptHTTP2:     true,
		},
		// The session must not be carried to another place.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Check asks whether there is a relay server at an address, and nothing else.
func Check(ctx context.Context, address string) error {
	s, err := New(address, journal.TeamID{}, nil, Options{Tries: 2})
	if err != nil {
		return err
	}
	var hello wire.Hello
	err = s.trying(ctx, "open", func(ctx context.Context) error {
		return s.exchange(ctx, http.MethodGet, "/v1", nil, &hello)
	})
	switch {
	case err != nil:
		return err
	case hello.Service != wire.Service:
		return s.failure("open", relay.ErrNotRelay, errors.New("something else answers there"))
	case hello.Version > wire.Version:
		return s.failure("open", relay.ErrTooNew, fmt.Errorf("it speaks version %d; this version of Longhand knows %d", hello.Version, wire.Version))
	case hello.Version != wire.Version:
		return s.failure("open", relay.ErrNotRelay, fmt.Errorf("it speaks version %d; this version of Longhand knows %d", hello.Version, wire.Version))
	}
	return nil
}

// Enter opens a session, and so brings the team to a server that does not have it yet.
func (s *Server) Enter(ctx context.Context) error {
	return s.trying(ctx, "open", func(ctx context.Context) error {
		_, err := s.enter(ctx, "")
		return err
	})
}

// Put implements relay.Relay.
func (s *Server) Put(ctx context.Context, b relay.Blob) error {
	if err := b.Check(); err != nil {
		return s.failure("put", err, nil)
	}
	kind := map[relay.Kind]string{relay.Segment: "segment", relay.Roster: "roster", relay.Seen: "seen", relay.Mail: "mail"}[b.Kind]
	return s.trying(ctx, "put", func(ctx context.Context) error {
		return s.asDevice(ctx, func(token string) error {
			return s.put(ctx, token, kind, b.Bytes)
		})
	})
}

// PutSegments implements relay.Together.
func (s *Server) PutSegments(ctx context.Context, segments []relay.Blob) (int, error) {
	var body []byte
	n := 0
	for _, b := range segments {
		if err := b.Check(); err != nil {
			if n == 0 {
				return 0, s.failure("put", err, nil)
			}
			break // those before it first
		}
		more, fits := wire.AppendSegment(body, n, b.Bytes)
		if !fits {
			break
		}
		body = more
		n++
	}
	var all wire.Answers
	err := s.trying(ctx, "put", func(ctx context.Context) error {
		return s.asDevice(ctx, func(token string) error {
			return s.send(ctx, http.MethodPost, "/v1/teams/"+s.team.String()+"/blobs/segments", token, body, readJSON(&all))
		})
	})
	if err == nil && len(all.Answers) != n {
		err = s.failure("put", relay.ErrNotRelay, fmt.Errorf("it answers %d of %d segments", len(all.Answers), n))
	}
	if err != nil {
		return 0, err
	}
	for i, a := range all.Answers {
		if a.Code != "" {
			refused := &answerError{status: wire.Statuses()[a.Code], code: a.Code, text: a.Message}
			return i, s.failure("put", refused.kind(), refused)
		}
	}
	return n, nil
}

// Follow implements relay.Relay.
func (s *Server) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	f := &following{server: s, fn: fn}
	if err := f.resume(after); err != nil {
		return s.failure("follow", err, nil)
	}
	for {
		err := s.trying(ctx, "follow", func(ctx context.Context) error {
			return s.asDevice(ctx, func(token string) error { return f.page(ctx, token) })
		})
		var stop *stopped
		switch {
		case errors.As(err, &stop):
			return stop.err
		case err != nil:
			return err
		}
	}
}

func (s *Server) failure(op string, kind, err error) error {
	return &relay.Error{Relay: s.address, Op: op, Kind: kind, Err: err}
}
