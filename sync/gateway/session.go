package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/roster"
)

const (
	challengeLasts = time.Minute
	sessionLasts   = 15 * time.Minute

	ownLog   = "gateway" // what gateways of one engine share
	ownQuota = 64 << 20
)

// ownSecret is drawn by the first gateway of an engine.
func ownSecret(ctx context.Context, e engine.Engine) (secret [32]byte, err error) {
	if err := e.Create(ctx, ownLog, ownQuota); err != nil {
		return secret, fmt.Errorf("open the gateway: %w", err)
	}
	if _, err := rand.Read(secret[:]); err != nil {
		return secret, fmt.Errorf("open the gateway: %w", err)
	}
	_, err = e.Append(ctx, ownLog, engine.Record{Key: "secret.1", Bytes: secret[:]}, func(old []byte) bool {
		if len(old) != len(secret) {
			return true
		}
		copy(secret[:], old)
		return false
	})
	if err != nil {
		return secret, fmt.Errorf("open the gateway: %w", err)
	}
	return secret, nil
}

func (g *Gateway) mac(what string, b []byte) []byte {
	m := hmac.New(sha256.New, g.secret[:])
	m.Write(append([]byte(what), 0))
	m.Write(b)
	return m.Sum(nil)
}

// seal makes text of bytes that nobody else can make; open reads it.
func (g *Gateway) seal(what string, b []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(b, g.mac(what, b)...))
}

func (g *Gateway) open(what, text string, size int) ([]byte, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != size+sha256.Size || !hmac.Equal(g.mac(what, b[:size]), b[size:]) {
		return nil, false
	}
	return b[:size], true
}

// challenge needs no memory: it is a number and a time that only this relay can have written. It may be answered more than once within its
// minute; an answer opens a session for whoever has the device's key, and for nobody else.
func (g *Gateway) challenge(a *answer, r *http.Request) {
	if f := g.rates.stranger(r); f != nil {
		a.fail(f)
		return
	}
	expires := g.now().Add(challengeLasts).Unix()
	b := binary.BigEndian.AppendUint64(nil, uint64(expires))
	b = append(b, rand.Text()[:16]...)
	a.json(http.StatusOK, wire.Challenge{Challenge: g.seal("challenge", b), Expires: expires})
}

// session opens one. What it may do is read off the roster at every request.
func (g *Gateway) session(a *answer, r *http.Request) {
	if f := g.rates.stranger(r); f != nil {
		a.fail(f)
		return
	}
	limit := wire.MaxSession
	if r.ContentLength > wire.MaxSession {
		if !g.slots.introductions.TryAcquire(1) {
			a.fail(&refusal{code: wire.SlowDown, message: "too many introductions at once", after: time.Second})
			return
		}
		defer g.slots.introductions.Release(1)
		limit = wire.MaxEntries * 4 / 3
	}
	body, done, f := g.body(a, r, limit)
	if f != nil {
		a.fail(f)
		return
	}
	defer done()
	var q wire.SessionRequest
	if err := json.Unmarshal(body, &q); err != nil {
		a.refuse(wire.BadRequest, "the body is no session request")
		return
	}
	team, err1 := journal.ParseTeamID(q.Team)
	device, err2 := journal.ParseDeviceID(q.Device)
	if err1 != nil || err2 != nil {
		a.refuse(wire.BadRequest, "team or device is no id")
		return
	}
	if b, ok := g.open("challenge", q.Challenge, 24); !ok || g.now().Unix() > int64(binary.BigEndian.Uint64(b)) || q.Host != r.Host {
		a.refuse(wire.NotMember, "the challenge is not this relay’s, or too old, or was signed for another host")
		return
	}
	s, f := g.openSession(r.Context(), q, team, device)
	if f != nil {
		a.fail(f)
		return
	}
	a.json(http.StatusOK, s)
}

func (g *Gateway) openSession(ctx context.Context, q wire.SessionRequest, team journal.TeamID, device journal.DeviceID) (wire.Session, *refusal) {
	proven := func(p journal.Public) bool {
		return p.Verify(wire.SessionContext, wire.Proof(q.Challenge, team, device, q.Host), q.Signature)
	}
	t, err := g.teams.get(ctx, team)
	if errors.Is(err, engine.ErrNoLog) && len(q.Entries) > 0 {
		var f *refusal
		if t, f = g.found(ctx, q, team, device, proven); f != nil {
			return wire.Session{}, f
		}
		err = nil
	}
	if err != nil {
		return wire.Session{}, g.engineFailure(err)
	}
	defer t.release()
	d, known := t.state().Device(device)
	if !known && len(q.Entries) > 0 {
		if f := g.introduce(ctx, t, q, device, proven); f != nil {
			return wire.Session{}, f
		}
		d, known = t.state().Device(device)
	}
	switch {
	case known && !proven(d.Public):
		return wire.Session{}, notMember()
	case known && d.Removed:
		return wire.Session{}, removed()
	case known:
		return g.newSession(team, device, roster.InviteID{}), nil
	case len(q.Request) > 0:
		join, err := roster.ParseRequest(q.Request)
		if err != nil || join.Team != team || join.Device() != device || !proven(join.Public) {
			return wire.Session{}, notMember()
		}
		if f := mayBeGuest(t.state(), device, join.Invite); f != nil {
			return wire.Session{}, f
		}
		return g.newSession(team, device, join.Invite), nil
	}
	return wire.Session{}, notMember()
}

func removed() *refusal {
	return refuse(wire.Removed, "this device was removed from the team")
}

// mayBeGuest is for whoever has proven to hold an invite's secret.
func mayBeGuest(s *roster.State, device journal.DeviceID, invite roster.InviteID) *refusal {
	if _, open := s.Invite(invite); open {
		return nil
	}
	for _, w := range s.Waiting {
		if w.Device == device {
			return nil
		}
	}
	for _, id := range s.Closed {
		if id == invite {
			return refuse(wire.InviteClosed, "this invitation has been used or withdrawn")
		}
	}
	return notMember()
}

// A token is team (32) ‖ device (16) ‖ invite (16, zero for a member) ‖ expiry u64.
const tokenSize = 32 + 16 + 16 + 8

func (g *Gateway) newSession(team journal.TeamID, device journal.DeviceID, invite roster.InviteID) wire.Session {
	expires := g.now().Add(sessionLasts).Unix()
	b := append(append(append([]byte{}, team[:]...), device[:]...), invite[:]...)
	role := wire.Member
	if invite != (roster.InviteID{}) {
		role = wire.Guest
	}
	return wire.Session{Token: g.seal("session", binary.BigEndian.AppendUint64(b, uint64(expires))), Expires: expires, Role: role.String()}
}

// caller is who asks. Its team is held until it is released.
type caller struct {
	team   *team
	device journal.DeviceID
	invite roster.InviteID // of a guest
	role   wire.Role
}

// names are those under which the caller's team and device are counted.
func (c *caller) names() (team, device string) {
	return string(c.team.id[:]), string(c.team.id[:]) + string(c.device[:])
}

// authenticate settles who asks, for a team named in a path.
func (g *Gateway) authenticate(r *http.Request, name string) (caller, *refusal) {
	noSession := func() (caller, *refusal) {
		if f := g.rates.stranger(r); f != nil {
			return caller{}, f
		}
		return caller{}, refuse(wire.NoSession, "there is no session, or it has ended; open one")
	}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return noSession()
	}
	b, ok := g.open("session", text, tokenSize)
	if !ok || g.now().Unix() > int64(binary.BigEndian.Uint64(b[64:])) {
		return noSession()
	}
	team := journal.TeamID(b[:32])
	who := caller{device: journal.DeviceID(b[32:48]), invite: roster.InviteID(b[48:64])}
	if name != team.String() {
		return noSession()
	}
	if f := g.rates.requests(string(b[:32]), string(b[:48]), 1); f != nil {
		return caller{}, f
	}
	t, err := g.teams.get(r.Context(), team)
	if err != nil {
		return caller{}, g.engineFailure(err)
	}
	who.team = t
	if f := who.judge(); f != nil {
		t.release()
		return caller{}, f
	}
	return who, nil
}

// judge reads off the roster what the caller is now.
func (c *caller) judge() *refusal {
	s := c.team.state()
	d, known := s.Device(c.device)
	switch {
	case known && d.Removed:
		return removed()
	case known:
		c.role = wire.Member
		return nil
	case c.invite == roster.InviteID{}:
		return notMember()
	}
	c.role = wire.Guest
	return mayBeGuest(s, c.device, c.invite)
}
