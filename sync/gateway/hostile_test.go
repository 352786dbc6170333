package gateway_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"longhand/sync/gateway"
	"longhand/sync/gateway/engine"
	"longhand/sync/gateway/wire"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// onEachEngine runs a test on the engine for tests and on the one that a relay has on one machine.
func onEachEngine(t *testing.T, test func(*testing.T, engine.Engine)) {
	t.Run("memory", func(t *testing.T) { test(t, engine.NewMemory()) })
	t.Run("embedded", func(t *testing.T) {
		e, err := engine.Embedded(t.Context(), t.TempDir())
		must(t, err)
		t.Cleanup(func() { _ = e.Close() })
		test(t, e)
	})
}

func TestWithoutASessionEveryPathOfATeamAnswersTheSame(t *testing.T) {
	p := newPlace(t, engine.NewMemory(), gateway.Options{Limits: gateway.Limits{AddressRequests: 1e6}})
	tm := newTeam(t, 1)
	tm.bring(t, p)
	good, _ := session(t, p, tm.roster.Team(), tm.devices[0], nil)
	here, absent := tm.roster.Team().String(), strings.Repeat("a", 64)
	for _, name := range []string{here, absent, "x", "..", "%2e%2e", here + "%00"} {
		for _, rest := range []string{"", "/", "/blobs", "/blobs/segment", "/blobs/segments", "/blobs/../../../metrics", "//blobs", "/blobs?after=1", "/status"} {
			for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"} {
				for _, token := range []string{"", "x", good.Token + "x", strings.Repeat("A", 200)} {
					if status, code := call(t, method, p.URL+"/v1/teams/"+name+rest, token, nil); status != 401 || code != wire.NoSession {
						t.Errorf("%s %s%s answers %d %s", method, name, rest, status, code)
					}
				}
			}
		}
	}
}

func TestASessionNeedsTheDevicesKey(t *testing.T) {
	now := time.Now()
	var mu sync.Mutex
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	p := newPlace(t, engine.NewMemory(), gateway.Options{Now: clock})
	tm, other := newTeam(t, 2), newTeam(t, 1)
	tm.bring(t, p)
	other.bring(t, p)
	team, me, thief := tm.roster.Team(), tm.devices[1], other.devices[0]
	for name, bend := range map[string]func(*wire.SessionRequest){
		"another's key": func(q *wire.SessionRequest) {
			q.Signature = thief.Sign(wire.SessionContext, wire.Proof(q.Challenge, team, me.Device(), q.Host))
		},
		"another purpose": func(q *wire.SessionRequest) {
			q.Signature = me.Sign("segment", wire.Proof(q.Challenge, team, me.Device(), q.Host))
		},
		"another challenge": func(q *wire.SessionRequest) {
			q.Challenge = q.Challenge[:14] + "____" + q.Challenge[18:]
			q.Signature = me.Sign(wire.SessionContext, wire.Proof(q.Challenge, team, me.Device(), q.Host))
		},
		"another host": func(q *wire.SessionRequest) {
			q.Host = "relay.example"
			q.Signature = me.Sign(wire.SessionContext, wire.Proof(q.Challenge, team, me.Device(), q.Host))
		},
		"no signature": func(q *wire.SessionRequest) { q.Signature = nil },
		"another team": func(q *wire.SessionRequest) { q.Team = other.roster.Team().String() },
		"an old challenge": func(q *wire.SessionRequest) {
			mu.Lock()
			now = now.Add(2 * time.Minute)
			mu.Unlock()
		},
	} {
		if s, code := session(t, p, team, me, bend); s.Token != "" || code != wire.NotMember {
			t.Errorf("%s: %q %s", name, s.Token, code)
		}
	}
	good, _ := session(t, p, team, me, nil)
	if status, _ := call(t, "GET", p.blobs(tm), good.Token, nil); status != 200 {
		t.Fatalf("a good session answers %d", status)
	}
	if status, _ := call(t, "GET", p.blobs(other), good.Token, nil); status != 401 {
		t.Errorf("a session of another team answers %d", status)
	}
	mu.Lock()
	now = now.Add(16 * time.Minute)
	mu.Unlock()
	if status, code := call(t, "GET", p.blobs(tm), good.Token, nil); status != 401 || code != wire.NoSession {
		t.Errorf("an old session answers %d %s", status, code)
	}
}

// A stranger gets one answer for a team that is here and for one that is not.
func TestNobodyLearnsWhichTeamsAreHere(t *testing.T) {
	e := engine.NewMemory()
	here, absent, stranger := newTeam(t, 1), newTeam(t, 1), newTeam(t, 1)
	here.bring(t, newPlace(t, e, gateway.Options{}))
	p := newPlace(t, e, gateway.Options{Admission: gateway.Tokens{Path: "/nowhere"}})
	if s, code := session(t, p, here.roster.Team(), here.devices[0], nil); s.Token == "" {
		t.Fatalf("the team is not here: %s", code)
	}
	for _, tm := range []*team{here, absent} {
		for _, entries := range [][][]byte{nil, stranger.roster.Since(0), {[]byte("x")}} {
			_, code := session(t, p, tm.roster.Team(), stranger.devices[0], func(q *wire.SessionRequest) { q.Entries = entries })
			if code != wire.NotMember {
				t.Errorf("a stranger is answered %s", code)
			}
		}
	}
}

func TestARemovedDeviceIsOutAtItsNextRequest(t *testing.T) {
	onEachEngine(t, func(t *testing.T, e engine.Engine) {
		p := newPlace(t, e, gateway.Options{})
		tm := newTeam(t, 3)
		s := tm.bring(t, p)
		gone := tm.devices[2]
		held, _ := session(t, p, tm.roster.Team(), gone, nil)
		if status, _ := call(t, "POST", p.blobs(tm)+"/segment", held.Token, tm.segment(t, 2, 1)); status != 201 {
			t.Fatalf("before: %d", status)
		}
		waiting := make(chan wire.Code)
		_, cursor := pageEnd(t, p.blobs(tm), held.Token)
		go func() {
			for code := wire.Code(""); ; { // news of before may answer once
				if _, code = call(t, "GET", p.blobs(tm)+"?wait=50&after="+cursor, held.Token, nil); code != "" {
					waiting <- code
					return
				}
			}
		}()
		must(t, tm.roster.Remove(rand.Reader, tm.devices[0], time.Now(), roster.Removal{Devices: []journal.DeviceID{gone.Device()}}))
		all := tm.roster.Since(0)
		must(t, s.Put(t.Context(), relay.Blob{Kind: relay.Roster, Bytes: all[len(all)-1]}))
		if code := <-waiting; code != wire.Removed {
			t.Errorf("who waited is answered %q", code)
		}
		for _, try := range []struct{ method, path string }{{"GET", ""}, {"POST", "/segment"}, {"POST", "/segments"}, {"POST", "/roster"}, {"POST", "/seen"}, {"POST", "/mail"}} {
			if status, code := call(t, try.method, p.blobs(tm)+try.path, held.Token, tm.segment(t, 2, 2)); status != 403 || code != wire.Removed {
				t.Errorf("%s %s: %d %s", try.method, try.path, status, code)
			}
		}
		if _, code := session(t, p, tm.roster.Team(), gone, func(q *wire.SessionRequest) { q.Entries = tm.roster.Since(0)[:4] }); code != wire.Removed {
			t.Errorf("a new session: %s", code)
		}
		// What it wrote is still carried by whoever has it.
		must(t, tm.relay(t, p, 1).Put(t.Context(), relay.Blob{Kind: relay.Segment, Author: gone.Device(), First: 3, Last: 3, Bytes: tm.segment(t, 2, 3)}))
	})
}

// Whoever was let in by an invite that was withdrawn meanwhile may not come, and what they wrote is carried: others may have built on it.
func TestWhatAnUndoneDeviceWroteIsCarriedAndItsWriterKeptOut(t *testing.T) {
	onEachEngine(t, func(t *testing.T, e engine.Engine) {
		p := newPlace(t, e, gateway.Options{})
		tm := newTeam(t, 2)
		inv := tm.invite(t)
		elsewhere := roster.New(tm.roster.Team())
		for _, raw := range tm.roster.Since(0) {
			must(t, elsewhere.Add(raw))
		}
		must(t, elsewhere.Withdraw(tm.devices[0], time.Now(), inv.ID()))
		id, request := newcomer(t, inv)
		must(t, tm.roster.Admit(rand.Reader, tm.devices[1], time.Now(), request))
		tm.devices = append(tm.devices, id)
		for _, raw := range elsewhere.Since(tm.roster.Len() - 1) {
			must(t, tm.roster.Add(raw))
		}
		if tm.roster.State().Present(id.Device()) {
			t.Fatal("the withdrawal does not count")
		}
		tm.bring(t, p)
		must(t, tm.relay(t, p, 1).Put(t.Context(), relay.Blob{Kind: relay.Segment, Author: id.Device(), First: 1, Last: 1, Bytes: tm.segment(t, 2, 1)}))
		if err := tm.relay(t, p, 2).Put(t.Context(), relay.Blob{Kind: relay.Segment, Author: id.Device(), First: 2, Last: 2, Bytes: tm.segment(t, 2, 2)}); !errors.Is(err, relay.ErrNotAllowed) {
			t.Errorf("the newcomer puts something itself: %v", err)
		}
	})
}

func TestAMemberOfAnotherTeamPutsNothingHere(t *testing.T) {
	onEachEngine(t, func(t *testing.T, e engine.Engine) {
		p := newPlace(t, e, gateway.Options{})
		ours, theirs := newTeam(t, 2), newTeam(t, 2)
		ours.bring(t, p)
		theirs.bring(t, p)
		held, _ := session(t, p, theirs.roster.Team(), theirs.devices[1], nil)
		forged := ours.segment(t, 0, 5)
		forged[len(forged)-1] ^= 1
		renamed := theirs.segment(t, 1, 6)
		copy(renamed[40:56], ours.devices[0].Public().Marshal()) // a device that nobody knows
		for name, try := range map[string]struct {
			kind string
			body []byte
			want wire.Code
		}{
			"our segment":              {"segment", ours.segment(t, 0, 4), wire.OtherTeam},
			"a forged segment":         {"segment", forged, wire.OtherTeam},
			"a segment of nobody":      {"segment", renamed, wire.UnknownAuthor},
			"our seen":                 {"seen", ours.seen(t, 0, 9), wire.OtherTeam},
			"our roster":               {"roster", ours.roster.Since(0)[1], wire.OtherTeam},
			"another founding entry":   {"roster", ours.roster.Since(0)[0], wire.OtherTeam},
			"noise as a segment":       {"segment", bytes.Repeat([]byte{7}, 4096), wire.Damaged},
			"noise as a roster entry":  {"roster", bytes.Repeat([]byte{7}, 4096), wire.Damaged},
			"noise as a mail":          {"mail", bytes.Repeat([]byte{7}, 4096), wire.Damaged},
			"nothing":                  {"segment", nil, wire.Damaged},
			"a mail that is too large": {"mail", make([]byte, relay.MaxMail+1), wire.TooLarge},
			"noise as segments":        {"segments", bytes.Repeat([]byte{7}, 4096), wire.BadRequest},
			"no segments":              {"segments", nil, wire.BadRequest},
			"too many segments":        {"segments", bytes.Repeat(together([]byte("x")), wire.MostSegments+1), wire.BadRequest},
			"too large segments":       {"segments", make([]byte, wire.MaxSegments+1), wire.TooLarge},
		} {
			if _, code := call(t, "POST", p.blobs(theirs)+"/"+try.kind, held.Token, try.body); code != try.want {
				t.Errorf("%s: %s, want %s", name, code, try.want)
			}
			if status, _ := call(t, "POST", p.blobs(ours)+"/"+try.kind, held.Token, try.body); status != 401 {
				t.Errorf("%s, to the other team: %d", name, status)
			}
		}
		// One of their own who is no admin cannot let anybody in by writing to the roster.
		branch := roster.New(theirs.roster.Team())
		for _, raw := range theirs.roster.Since(0) {
			must(t, branch.Add(raw))
		}
		inv, err := roster.NewInvite(rand.Reader, branch.Team(), nil)
		must(t, err)
		if branch.Invite(theirs.devices[1], time.Now(), inv, roster.Terms{Role: roster.RoleAdmin, Expires: time.Now().Add(time.Hour)}) == nil {
			t.Fatal("a member may invite")
		}
		mine, _ := session(t, p, ours.roster.Team(), ours.devices[0], nil)
		keys, _ := pageEnd(t, p.blobs(ours), mine.Token)
		if len(keys) != ours.roster.Len() {
			t.Errorf("%d blobs, %d of them the roster", len(keys), ours.roster.Len())
		}
	})
}

// Of segments put together each is judged as if it had come alone.
func TestOfSegmentsPutTogetherEachIsJudged(t *testing.T) {
	onEachEngine(t, func(t *testing.T, e engine.Engine) {
		p := newPlace(t, e, gateway.Options{Limits: gateway.Limits{DeviceRequests: 20}})
		ours, theirs := newTeam(t, 2), newTeam(t, 2)
		ours.bring(t, p)
		theirs.bring(t, p)
		held, _ := session(t, p, theirs.roster.Team(), theirs.devices[1], nil)
		good, carried, here := theirs.segment(t, 1, 1), theirs.segment(t, 0, 1), theirs.segment(t, 1, 2)
		forged, nobody := theirs.segment(t, 1, 3), theirs.segment(t, 1, 4)
		forged[len(forged)-1] ^= 1
		copy(nobody[40:56], ours.devices[0].Public().Marshal())
		call(t, "POST", p.blobs(theirs)+"/segment", held.Token, here)
		all := []struct {
			b    []byte
			want wire.Answer
		}{
			{good, wire.Answer{}}, {ours.segment(t, 0, 4), wire.Answer{Code: wire.OtherTeam}}, {forged, wire.Answer{Code: wire.Forged}},
			{[]byte("noise"), wire.Answer{Code: wire.Damaged}}, {nobody, wire.Answer{Code: wire.UnknownAuthor}}, {here, wire.Answer{Duplicate: true}},
			{good, wire.Answer{Duplicate: true}}, {carried, wire.Answer{}},
		}
		var body [][]byte
		for _, one := range all {
			body = append(body, one.b)
		}
		var got wire.Answers
		ask(t, p.blobs(theirs)+"/segments", held.Token, together(body...), &got)
		if len(got.Answers) != len(all) {
			t.Fatalf("%d answers to %d segments", len(got.Answers), len(all))
		}
		for i, a := range got.Answers {
			if a.Message = ""; a != all[i].want {
				t.Errorf("segment %d: %+v, want %+v", i, a, all[i].want)
			}
		}
		keys, _ := pageEnd(t, p.blobs(theirs), held.Token)
		stored := slices.DeleteFunc(keys, func(k string) bool { return !strings.HasPrefix(k, "s.") })
		if len(stored) != 3 {
			t.Errorf("stored: %v", stored)
		}
		// Each counts against the device's allowance, which is 100 at once here.
		var many [][]byte
		for n := range uint64(wire.MostSegments) {
			many = append(many, theirs.segment(t, 1, n+10))
		}
		if status, _ := call(t, "POST", p.blobs(theirs)+"/segments", held.Token, together(many...)); status != 200 {
			t.Errorf("64 at once: %d", status)
		}
		if _, code := call(t, "POST", p.blobs(theirs)+"/segments", held.Token, together(many...)); code != wire.SlowDown {
			t.Errorf("and 64 again: %s", code)
		}
	})
}

func TestAGuestSeesTheRosterAndPostsToOneMailbox(t *testing.T) {
	p := newPlace(t, engine.NewMemory(), gateway.Options{Limits: gateway.Limits{Mailbox: 3}})
	tm := newTeam(t, 2)
	inv, other := tm.invite(t), tm.invite(t)
	tm.bring(t, p)
	member, _ := session(t, p, tm.roster.Team(), tm.devices[0], nil)
	call(t, "POST", p.blobs(tm)+"/segment", member.Token, tm.segment(t, 0, 1))
	asGuest := func(inv roster.Invite) (string, []byte) {
		id, request := newcomer(t, inv)
		s, code := session(t, p, tm.roster.Team(), id, func(q *wire.SessionRequest) { q.Request = request })
		if code != "" || s.Role != "guest" {
			t.Fatalf("a guest is answered %s, %s", code, s.Role)
		}
		return s.Token, request
	}
	token, request := asGuest(inv)
	keys, _ := pageEnd(t, p.blobs(tm), token)
	if slices.ContainsFunc(keys, func(k string) bool { return !strings.HasPrefix(k, "r.") }) {
		t.Errorf("a guest sees %v", keys)
	}
	_, elsewhere := newcomer(t, other)
	for _, try := range []struct {
		kind string
		body []byte
		want wire.Code
	}{{"segment", tm.segment(t, 0, 2), wire.NotMember}, {"segments", together(tm.segment(t, 0, 2)), wire.NotMember}, {"roster", tm.roster.Since(0)[0], wire.NotMember}, {"mail", elsewhere, wire.InviteClosed}, {"mail", request, ""}} {
		if _, code := call(t, "POST", p.blobs(tm)+"/"+try.kind, token, try.body); code != try.want {
			t.Errorf("%s by a guest: %q, want %q", try.kind, code, try.want)
		}
	}
	for range 2 {
		token, request := asGuest(inv)
		if status, code := call(t, "POST", p.blobs(tm)+"/mail", token, request); status != 201 {
			t.Errorf("%d %s", status, code)
		}
	}
	token, request = asGuest(inv)
	if _, code := call(t, "POST", p.blobs(tm)+"/mail", token, request); code != wire.Full {
		t.Errorf("a fourth mail: %s", code)
	}
}

func TestATokenStartsOneTeamUntilItExpires(t *testing.T) {
	dir := t.TempDir()
	good, old := gateway.NewToken(1<<20, time.Now().Add(time.Hour)), gateway.NewToken(1<<20, time.Now().Add(-time.Hour))
	must(t, writeLines(dir+"/tokens", "# for two teams", good.String(), old.String()))
	p := newPlace(t, engine.NewMemory(), gateway.Options{Admission: gateway.Tokens{Path: dir + "/tokens"}})
	enter := func(tm *team, token string) wire.Code {
		_, code := session(t, p, tm.roster.Team(), tm.devices[0], func(q *wire.SessionRequest) { q.Entries, q.RelayToken = tm.roster.Since(0), token })
		return code
	}
	first, second := newTeam(t, 1), newTeam(t, 1)
	richer := strings.Replace(good.String(), ".1048576.", ".999999999999.", 1)
	for _, try := range []struct {
		tm    *team
		token string
		want  wire.Code
	}{{first, "", wire.NeedsToken}, {first, richer, wire.NeedsToken}, {first, gateway.NewToken(1<<20, time.Now().Add(time.Hour)).String(), wire.NeedsToken},
		{first, old.String(), wire.TokenExpired}, {first, good.String(), ""}, {first, "", ""}, {second, good.String(), wire.TokenUsed}} {
		if code := enter(try.tm, try.token); code != try.want {
			t.Errorf("token %.30s: %q, want %q", try.token, code, try.want)
		}
	}
	s := first.relay(t, p, 0)
	var err error
	for n := uint64(1); err == nil && n < 1000; n++ {
		err = s.Put(t.Context(), relay.Blob{Kind: relay.Segment, First: n, Last: n, Bytes: big(t, first, n)})
	}
	if !errors.Is(err, relay.ErrFull) {
		t.Errorf("over the quota: %v", err)
	}
}

// Slow bodies are cut off, floods are told to slow down, memory stays flat, and another team goes on as before.
func TestAFloodHurtsNobodyElse(t *testing.T) {
	onEachEngine(t, func(t *testing.T, e engine.Engine) {
		p := newPlace(t, e, gateway.Options{Limits: gateway.Limits{Patience: 300 * time.Millisecond, DeviceRequests: 50, DeviceBytes: 1 << 20, Bodies: 16 << 20, AddressRequests: 1e6}})
		ours, theirs := newTeam(t, 1), newTeam(t, 2)
		good := ours.bring(t, p)
		theirs.bring(t, p)
		held, _ := session(t, p, theirs.roster.Team(), theirs.devices[1], nil)
		heap := func() uint64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapInuse
		}
		before := heap()
		var wg sync.WaitGroup
		for range 40 { // each announces 4 MiB and sends a little
			wg.Go(func() {
				c, err := net.Dial("tcp", p.host())
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				fmt.Fprintf(c, "POST /v1/teams/%s/blobs/segment HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\nslow", theirs.roster.Team(), p.host(), held.Token, 4<<20)
				answer, err := io.ReadAll(c) // ends because the other side hangs up
				if err == nil && !bytes.Contains(answer, []byte("too-slow")) && !bytes.Contains(answer, []byte("slow-down")) {
					t.Errorf("a slow body is answered %.80q", answer)
				}
			})
		}
		for range 8 {
			wg.Go(func() { // headers that never end
				c, err := net.Dial("tcp", p.host())
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				fmt.Fprintf(c, "GET /v1 HTTP/1.1\r\nHost: x\r\nX-Slow: ")
				_, _ = io.Copy(io.Discard, c)
			})
		}
		slowed := 0
		for n := range 600 {
			if _, code := call(t, "POST", p.blobs(theirs)+"/segment", held.Token, bytes.Repeat([]byte{1}, 1000)); code == wire.SlowDown {
				slowed++
			}
			if n%60 == 0 {
				must(t, good.Put(t.Context(), relay.Blob{Kind: relay.Segment, First: uint64(n + 1), Last: uint64(n + 1), Bytes: ours.segment(t, 0, uint64(n+1))}))
			}
		}
		wg.Wait()
		if slowed == 0 {
			t.Error("600 requests at once were all answered")
		}
		if status, code := call(t, "POST", p.blobs(theirs)+"/segment", held.Token, make([]byte, 5<<20)); code != wire.TooLarge && code != wire.SlowDown {
			t.Errorf("5 MiB: %d %s", status, code)
		}
		if after := heap(); after > before+32<<20 {
			t.Errorf("memory grew from %d to %d MiB", before>>20, after>>20)
		}
	})
}
