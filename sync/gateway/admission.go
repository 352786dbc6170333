package gateway

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/roster"
)

// Admission decides whether a team that the relay does not know may be brought to it.
type Admission interface {
	// Admit returns how many bytes the team may use, or one of the errors below. single says that the token starts one team and no other.
	Admit(token string, now time.Time) (quota int64, single bool, err error)
}

var (
	ErrNeedsToken   = errors.New("this relay takes a new team only with a relay token")
	ErrTokenExpired = errors.New("this relay token has expired")
	ErrNotToken     = errors.New("this is no relay token")
)

type nobody struct{}

func (nobody) Admit(string, time.Time) (int64, bool, error) { return 0, false, ErrNeedsToken }

// Open lets every team in.
type Open struct{ Quota int64 }

// Admit implements Admission.
func (o Open) Admit(string, time.Time) (int64, bool, error) { return o.Quota, false, nil }

// Token lets one team in.
type Token struct {
	Quota   int64
	Expires time.Time // after which it starts no team; a team that it started goes on
	secret  string
}

const tokenPrefix = "lhr1"

// NewToken draws one.
func NewToken(quota int64, expires time.Time) Token {
	return Token{Quota: quota, Expires: expires, secret: strings.ToLower(rand.Text())}
}

// String is the token as it is given to a team, and as it stands in a file of tokens. Whoever has it can start a team.
func (t Token) String() string {
	return fmt.Sprintf("%s.%d.%d.%s", tokenPrefix, t.Quota, t.Expires.Unix(), t.secret)
}

// ParseToken reads what String writes.
func ParseToken(s string) (Token, error) {
	p := strings.Split(strings.TrimSpace(s), ".")
	if len(p) != 4 || p[0] != tokenPrefix || len(p[3]) < 20 || len(s) > 200 {
		return Token{}, ErrNotToken
	}
	quota, err1 := strconv.ParseInt(p[1], 10, 64)
	expires, err2 := strconv.ParseInt(p[2], 10, 64)
	if err1 != nil || err2 != nil || quota <= 0 {
		return Token{}, ErrNotToken
	}
	return Token{Quota: quota, Expires: time.Unix(expires, 0).UTC(), secret: p[3]}, nil
}

// Tokens lets in whoever has a token that stands in a file, one a line. The file is read at every new team, so tokens come and go without a restart.
type Tokens struct{ Path string }

// Admit implements Admission.
func (f Tokens) Admit(token string, now time.Time) (int64, bool, error) {
	if token == "" {
		return 0, false, ErrNeedsToken
	}
	given, err := ParseToken(token)
	if err != nil {
		return 0, false, ErrNeedsToken
	}
	b, err := os.ReadFile(f.Path)
	if err != nil {
		return 0, false, fmt.Errorf("read the tokens: %w", err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		one, err := ParseToken(lines.Text())
		if err != nil || subtle.ConstantTimeCompare([]byte(one.String()), []byte(given.String())) != 1 {
			continue
		}
		if now.After(one.Expires) {
			return 0, false, ErrTokenExpired
		}
		return one.Quota, true, nil
	}
	return 0, false, ErrNeedsToken
}

// found brings a team here that the engine does not have.
func (g *Gateway) found(ctx context.Context, q wire.SessionRequest, id journal.TeamID, device journal.DeviceID, proven func(journal.Public) bool) (*team, *refusal) {
	fresh := roster.New(id)
	if f := takeAll(fresh, q.Entries); f != nil {
		return nil, f
	}
	if f := present(fresh.State(), device, proven); f != nil {
		return nil, f
	}
	quota, single, err := g.admission.Admit(q.RelayToken, g.now())
	switch {
	case errors.Is(err, ErrTokenExpired):
		return nil, refuse(wire.TokenExpired, "this relay token has expired")
	case errors.Is(err, ErrNeedsToken):
		return nil, refuse(wire.NeedsToken, "this relay takes a new team only with a relay token")
	case err != nil:
		g.log.Error("admission", "problem", err.Error())
		return nil, refuse(wire.Unavailable, "the relay cannot read its tokens")
	}
	if single {
		if f := g.spend(ctx, q.RelayToken, id); f != nil {
			return nil, f
		}
	}
	log := hex.EncodeToString(id[:])
	if err := g.engine.Create(ctx, log, quota); err != nil {
		return nil, g.engineFailure(err)
	}
	t, err := g.teams.get(ctx, id)
	if err != nil {
		return nil, g.engineFailure(err)
	}
	if f := g.addAll(ctx, t, fresh); f != nil {
		t.release()
		return nil, f
	}
	return t, nil
}

// spend binds a token to the first team that brings it.
func (g *Gateway) spend(ctx context.Context, token string, team journal.TeamID) *refusal {
	sum := sha256.Sum256([]byte(strings.TrimSpace(token)))
	holder := team[:]
	_, err := g.engine.Append(ctx, ownLog, engine.Record{Key: fmt.Sprintf("token.%x", sum[:16]), Bytes: team[:]}, func(old []byte) bool {
		holder = bytes.Clone(old)
		return false
	})
	switch {
	case err != nil:
		return g.engineFailure(err)
	case !bytes.Equal(holder, team[:]):
		return refuse(wire.TokenUsed, "another team was started with this relay token")
	}
	return nil
}

// introduce adds what a device says of itself to a team that is here. Nothing is kept unless it makes the device known.
func (g *Gateway) introduce(ctx context.Context, t *team, q wire.SessionRequest, device journal.DeviceID, proven func(journal.Public) bool) *refusal {
	trial := roster.New(t.id)
	t.mu.Lock()
	all := t.roster.Since(0)
	t.mu.Unlock()
	for _, raw := range all {
		_, _ = trial.Take(raw)
	}
	if f := takeAll(trial, q.Entries); f != nil {
		return f
	}
	if f := present(trial.State(), device, proven); f != nil {
		return f
	}
	return g.addAll(ctx, t, trial)
}

// takeAll takes what stands. What does not is left out: the entries of a device that has been to other relays may hold what others refused.
func takeAll(r *roster.Roster, entries [][]byte) *refusal {
	for _, raw := range entries {
		if len(raw) > journal.MaxSegment {
			return refuse(wire.TooLarge, "a roster entry of %d bytes", len(raw))
		}
		_, _ = r.Take(raw)
	}
	return nil
}

func present(s *roster.State, device journal.DeviceID, proven func(journal.Public) bool) *refusal {
	d, known := s.Device(device)
	switch {
	case !known || !proven(d.Public):
		return notMember()
	case d.Removed:
		return removed()
	}
	return nil
}

func (g *Gateway) addAll(ctx context.Context, t *team, r *roster.Roster) *refusal {
	for _, raw := range r.Since(0) {
		if _, err := t.add(ctx, rosterKey(raw), raw); err != nil {
			return g.putFailure(err)
		}
	}
	return nil
}
