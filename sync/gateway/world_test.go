package gateway_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/relay/server"
	"longhand/sync/roster"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// place is a relay on loopback.
type place struct {
	*httptest.Server
	gateway *gateway.Gateway
}

func newPlace(t testing.TB, e engine.Engine, o gateway.Options) *place {
	t.Helper()
	if o.Admission == nil {
		o.Admission = gateway.Open{Quota: 64 << 20}
	}
	g, err := gateway.New(context.Background(), e, o)
	must(t, err)
	p := &place{httptest.NewUnstartedServer(g), g}
	p.Config = gateway.Server(g)
	p.Start()
	t.Cleanup(func() { g.Stop(); p.Close() })
	return p
}

func (p *place) host() string { return strings.TrimPrefix(p.URL, "http://") }

// team is a few devices of one team; the first is its founder.
type team struct {
	roster  *roster.Roster
	devices []*journal.Identity
	key     journal.EpochKey
}

func newTeam(t testing.TB, n int) *team {
	t.Helper()
	founder, err := journal.NewIdentity(rand.Reader)
	must(t, err)
	r, err := roster.Found(rand.Reader, founder, roster.PersonID{1}, time.Now())
	must(t, err)
	tm := &team{roster: r, devices: []*journal.Identity{founder}}
	for range n - 1 {
		tm.join(t)
	}
	tm.key, _ = r.WriteKey(founder)
	return tm
}

func (tm *team) invite(t testing.TB) roster.Invite {
	t.Helper()
	inv, err := roster.NewInvite(rand.Reader, tm.roster.Team(), nil)
	must(t, err)
	must(t, tm.roster.Invite(tm.devices[0], time.Now(), inv, roster.Terms{Role: roster.RoleMember, Expires: time.Now().Add(time.Hour)}))
	return inv
}

func newcomer(t testing.TB, inv roster.Invite) (*journal.Identity, []byte) {
	t.Helper()
	id, err := journal.NewIdentity(rand.Reader)
	must(t, err)
	var person roster.PersonID
	_, err = rand.Read(person[:])
	must(t, err)
	request, err := inv.Request(id, person, "")
	must(t, err)
	return id, request
}

func (tm *team) join(t testing.TB) *journal.Identity {
	t.Helper()
	id, request := newcomer(t, tm.invite(t))
	must(t, tm.roster.Admit(rand.Reader, tm.devices[0], time.Now(), request))
	tm.devices = append(tm.devices, id)
	return id
}

func (tm *team) relay(t testing.TB, p *place, n int) *server.Server {
	t.Helper()
	s, err := server.New(p.URL, tm.roster.Team(), tm.devices[n], server.Options{Entries: func() [][]byte { return tm.roster.Since(0) }, Pause: time.Millisecond, Tries: 3})
	must(t, err)
	return s
}

// bring puts the roster there as it is now.
func (tm *team) bring(t testing.TB, p *place) *server.Server {
	t.Helper()
	s := tm.relay(t, p, 0)
	for _, raw := range tm.roster.Since(0) {
		must(t, s.Put(t.Context(), relay.Blob{Kind: relay.Roster, Bytes: raw}))
	}
	return s
}

func (tm *team) segment(t testing.TB, n int, number uint64) []byte {
	t.Helper()
	e, err := journal.NewEntry(rand.Reader, tm.devices[n].Device(), number, []byte("entry"))
	must(t, err)
	var prev journal.Hash
	if number > 1 {
		prev[0] = 1
	}
	b, err := journal.Seal(tm.devices[n], tm.key, tm.roster.Team(), prev, []journal.Entry{e})
	must(t, err)
	return b
}

func (tm *team) seen(t testing.TB, n int, counter uint64) []byte {
	t.Helper()
	b, err := journal.SealSeen(tm.devices[n], tm.key, tm.roster.Team(), journal.Seen{Counter: counter, At: time.Now()})
	must(t, err)
	return b
}

// call is one request with everything laid bare. It returns the status and the code of the answer.
func call(t testing.TB, method, url, token string, body []byte) (int, wire.Code) {
	t.Helper()
	r, err := http.NewRequest(method, url, bytes.NewReader(body))
	must(t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	a, err := http.DefaultClient.Do(r)
	must(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	must(t, err)
	var f wire.Failure
	_ = json.Unmarshal(b, &f)
	return a.StatusCode, f.Code
}

// ask is a request with a JSON answer.
func ask(t testing.TB, url, token string, body []byte, into any) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	a, err := http.DefaultClient.Do(r)
	must(t, err)
	defer a.Body.Close()
	must(t, json.NewDecoder(a.Body).Decode(into))
}

// together is a body of segments.
func together(all ...[]byte) (body []byte) {
	for i, b := range all {
		body, _ = wire.AppendSegment(body, i, b)
	}
	return body
}

// session opens one by hand, after bend has had its way with the request.
func session(t testing.TB, p *place, team journal.TeamID, id *journal.Identity, bend func(*wire.SessionRequest)) (wire.Session, wire.Code) {
	t.Helper()
	a, err := http.Post(p.URL+"/v1/challenges", "application/json", strings.NewReader("{}"))
	must(t, err)
	var c wire.Challenge
	must(t, json.NewDecoder(a.Body).Decode(&c))
	a.Body.Close()
	q := wire.SessionRequest{Team: team.String(), Device: id.Device().String(), Challenge: c.Challenge, Host: p.host()}
	q.Signature = id.Sign(wire.SessionContext, wire.Proof(q.Challenge, team, id.Device(), q.Host))
	if bend != nil {
		bend(&q)
	}
	b, err := json.Marshal(q)
	must(t, err)
	a, err = http.Post(p.URL+"/v1/sessions", "application/json", bytes.NewReader(b))
	must(t, err)
	defer a.Body.Close()
	raw, err := io.ReadAll(a.Body)
	must(t, err)
	var s wire.Session
	var f wire.Failure
	_ = json.Unmarshal(raw, &s)
	_ = json.Unmarshal(raw, &f)
	return s, f.Code
}

func (p *place) blobs(tm *team) string {
	return p.URL + "/v1/teams/" + tm.roster.Team().String() + "/blobs"
}

// pageEnd reads one page without waiting.
func pageEnd(t testing.TB, url, token string) (keys []string, next string) {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	must(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	a, err := http.DefaultClient.Do(r)
	must(t, err)
	defer a.Body.Close()
	end, err := wire.ReadPage(a.Body, func(key string, _ []byte) error { keys = append(keys, key); return nil })
	must(t, err)
	return keys, end.Next
}

func big(t testing.TB, tm *team, number uint64) []byte {
	t.Helper()
	body := make([]byte, 64<<10)
	_, err := rand.Read(body)
	must(t, err)
	e, err := journal.NewEntry(rand.Reader, tm.devices[0].Device(), number, body)
	must(t, err)
	var prev journal.Hash
	if number > 1 {
		prev[0] = 1
	}
	b, err := journal.Seal(tm.devices[0], tm.key, tm.roster.Team(), prev, []journal.Entry{e})
	must(t, err)
	return b
}

func writeLines(path string, lines ...string) error {
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}
