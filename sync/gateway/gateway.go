// Package gateway is the relay server: HTTPS in front of an engine.
//
// [New] makes an http.Handler of an engine and a rule about who may bring a new team ([Open], [Tokens]). [Server] gives it the time limits
// that a server facing strangers needs. FORMAT.md and openapi.json beside this file are version 1 of what it says.
//
// It keeps blobs and nothing else. It reads the headers of segments and the team's roster, checks signatures and membership before it stores,
// and cannot open anything: it imports no key but the one that makes its own tokens. The roster is its list of accounts. It writes
// neither a team, nor a device, nor an address into its log.
package gateway

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
)

// openPause is the longest pause between two attempts to open a gateway; all of them take some thirteen seconds.
const openPause = 6 * time.Second

//go:embed openapi.json
var openAPI []byte

// Options are for New. The zero value is a gateway that lets no new team in.
type Options struct {
	Admission Admission        // who may bring a new team; nil is nobody
	Limits    Limits           // zero fields take the defaults of DefaultLimits
	Now       func() time.Time // nil is the system's clock
	Log       *slog.Logger     // nil is nothing
}

// Gateway answers devices. It is safe for concurrent use.
type Gateway struct {
	engine    engine.Engine
	admission Admission
	limits    Limits
	now       func() time.Time
	log       *slog.Logger
	metrics   *metrics
	secret    [32]byte
	teams     *teams
	rates     *rates
	slots     *slots

	serving  atomic.Int64  // requests being answered
	stopping chan struct{} // closed when long polls have to end
	stopOnce sync.Once
}

// New opens a gateway. It keeps the secret of its tokens in the engine, so that all gateways of an engine take each other's.
func New(ctx context.Context, e engine.Engine, o Options) (*Gateway, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Admission == nil {
		o.Admission = nobody{}
	}
	limits := o.Limits.orDefault()
	g := &Gateway{
		engine: e, admission: o.Admission, limits: limits, now: o.Now, log: o.Log,
		rates: newRates(limits, o.Now), slots: newSlots(limits), stopping: make(chan struct{}),
	}
	g.teams = newTeams(e, limits.Teams)
	g.metrics = newMetrics(g)
	// A cluster that has just come up, or has just lost a leader, answers in a few seconds.
	var err error
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		if g.secret, err = ownSecret(ctx, e); !errors.Is(err, engine.ErrUnavailable) || pause > openPause {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Stop ends all long polls, so that a server can shut down, and makes /readyz say no.
func (g *Gateway) Stop() { g.stopOnce.Do(func() { close(g.stopping) }) }

// Server is an http.Server for the gateway that cuts off whoever is too slow to say what they want.
func Server(g *Gateway) *http.Server {
	return &http.Server{
		Handler:           g,
		ReadHeaderTimeout: g.limits.Patience,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would print addresses
	}
}

// ServeHTTP implements http.Handler. Routes are matched by hand: a multiplexer redirects paths that are not clean, which would tell who
// has no session something else than that.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := g.now()
	g.serving.Add(1)
	defer g.serving.Add(-1)
	a := &answer{ResponseWriter: w, gateway: g, route: "other"}
	defer func() {
		g.metrics.answered(a, r.Method, g.now().Sub(began))
		g.log.Info("answered", "method", method(r.Method), "route", a.route, "status", a.status, "code", string(a.code), "bytes", a.bytes, "ms", g.now().Sub(began).Milliseconds())
	}()
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if path, ok := strings.CutPrefix(r.URL.Path, "/v1/teams/"); ok {
		g.serveTeam(a, r, path)
		return
	}
	routes := map[string]struct {
		method string
		serve  func(*answer, *http.Request)
	}{
		"/v1":              {http.MethodGet, g.hello},
		"/v1/openapi.json": {http.MethodGet, g.openAPI},
		"/v1/challenges":   {http.MethodPost, g.challenge},
		"/v1/sessions":     {http.MethodPost, g.session},
		"/healthz":         {http.MethodGet, g.healthy},
		"/readyz":          {http.MethodGet, g.ready},
		"/metrics":         {http.MethodGet, g.serveMetrics},
	}
	route, ok := routes[r.URL.Path]
	switch {
	case !ok:
		a.refuse(wire.NotFound, "there is nothing here")
	case r.Method != route.method:
		h.Set("Allow", route.method)
		a.refuse(wire.WrongMethod, "this is for "+route.method)
	default:
		a.route = r.URL.Path
		route.serve(a, r)
	}
}

// serveTeam is everything of a team. Who asks is settled before anything else is looked at.
func (g *Gateway) serveTeam(a *answer, r *http.Request, path string) {
	a.route = "/v1/teams"
	name, rest, _ := strings.Cut(path, "/")
	who, fail := g.authenticate(r, name)
	if fail != nil {
		a.fail(fail)
		return
	}
	defer who.team.release()
	kind, named := strings.CutPrefix(rest, "blobs/")
	switch {
	case rest == "blobs":
		a.route = "/v1/teams/{team}/blobs"
		if r.Method != http.MethodGet {
			a.Header().Set("Allow", http.MethodGet)
			a.refuse(wire.WrongMethod, "this is for GET")
			return
		}
		g.follow(a, r, who)
	case named && (kind == "segments" || putters()[kind] != nil):
		a.route = "/v1/teams/{team}/blobs/" + kind
		switch {
		case r.Method != http.MethodPost:
			a.Header().Set("Allow", http.MethodPost)
			a.refuse(wire.WrongMethod, "this is for POST")
		case kind == "segments":
			g.putSegments(a, r, who)
		default:
			g.put(a, r, who, kind)
		}
	default:
		a.refuse(wire.NotFound, "there is nothing here")
	}
}

func (g *Gateway) hello(a *answer, _ *http.Request) {
	a.json(http.StatusOK, wire.Hello{Service: wire.Service, Version: wire.Version})
}

func (g *Gateway) openAPI(a *answer, _ *http.Request) {
	a.Header().Set("Content-Type", "application/json")
	a.write(http.StatusOK, openAPI)
}

// healthy says that the process answers.
func (g *Gateway) healthy(a *answer, _ *http.Request) {
	a.write(http.StatusOK, []byte("ok\n"))
}

// ready says that blobs can be stored.
func (g *Gateway) ready(a *answer, r *http.Request) {
	select {
	case <-g.stopping:
		a.refuse(wire.Unavailable, "the relay is stopping")
		return
	default:
	}
	if err := g.engine.Ready(r.Context()); err != nil {
		g.log.Error("not ready", "problem", err.Error())
		a.refuse(wire.Unavailable, "the engine does not answer")
		return
	}
	a.write(http.StatusOK, []byte("ready\n"))
}
