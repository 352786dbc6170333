package server_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
	"longhand/sync/relay"
	"longhand/sync/relay/relaytest"
	"longhand/sync/relay/server"
)

// place is a relay server on loopback in front of an engine. Close it with the test.
func place(t *testing.T, e engine.Engine, o gateway.Options) string {
	t.Helper()
	if o.Admission == nil {
		o.Admission = gateway.Open{Quota: 1 << 30}
	}
	g, err := gateway.New(t.Context(), e, o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(g)
	h.Config = gateway.Server(g)
	h.Start()
	t.Cleanup(func() {
		g.Stop()
		h.Close()
		_ = e.Close()
	})
	return h.URL
}

func embedded(t *testing.T) engine.Engine {
	t.Helper()
	e, err := engine.Embedded(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func ground() [][]byte {
	var out [][]byte
	for _, b := range relaytest.Ground() {
		out = append(out, b.Bytes)
	}
	return out
}

func open(t *testing.T, address string, o server.Options) *server.Server {
	t.Helper()
	if o.Entries == nil {
		o.Entries = ground
	}
	if o.Pause == 0 {
		o.Pause = time.Millisecond
	}
	s, err := server.New(address, relaytest.Team, relaytest.Identity(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAServerKeepsTheContract(t *testing.T) {
	for name, make := range map[string]func(*testing.T) engine.Engine{
		"memory":             func(*testing.T) engine.Engine { return engine.NewMemory() },
		"embedded jetstream": embedded,
	} {
		t.Run(name, func(t *testing.T) {
			relaytest.Run(t, func() relay.Relay { return open(t, place(t, make(t), gateway.Options{}), server.Options{}) })
		})
	}
}

func TestAnAddressIsHTTPSOrThisComputer(t *testing.T) {
	for address, good := range map[string]bool{
		"https://relay.example": true, "https://relay.example:8443": true, "https://relay.example/": true,
		"http://127.0.0.1:8437": true, "http://[::1]:8437": true, "http://localhost:1": true,
		"http://relay.example": false, "http://10.0.0.1:80": false, "https://": false, "https://a:b@relay.example": false,
		"https://relay.example/path": false, "ftp://relay.example": false, "https://relay.example?x=1": false, "relay.example": false,
		"http://127.0.0.1.example": false,
	} {
		if _, err := server.ParseAddress(address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWhereNobodyIsLetInThatIsSaid(t *testing.T) {
	s := open(t, place(t, engine.NewMemory(), gateway.Options{Admission: gateway.Tokens{Path: t.TempDir() + "/none"}}), server.Options{Tries: 1})
	if err := s.Enter(t.Context()); !errors.Is(err, relay.ErrNeedsToken) {
		t.Errorf("enter: %v", err)
	}
	if err := server.Check(t.Context(), "http://127.0.0.1:1"); !errors.Is(err, relay.ErrUnreachable) {
		t.Errorf("nothing there: %v", err)
	}
}
