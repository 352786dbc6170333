package bridge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"

	"longhand/app"
	"longhand/app/workspace"
)

// The test binary is the program whose children open what others wrote.
func TestMain(m *testing.M) {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// browser is somebody’s browser, or something that pretends to be one.
type browser struct {
	*testing.T
	http.Client
	at string // http://127.0.0.1:PORT
}

func serve(t *testing.T) (*Bridge, *browser, string) {
	t.Helper()
	l, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := New(t.Context(), workspace.Options{Dir: t.TempDir(), Passphrase: "correct horse"}, l)
	go func() { _ = b.Serve(t.Context(), l) }()
	t.Cleanup(func() { _ = app.Shutdown(b.App()) })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b, &browser{t, http.Client{Jar: jar}, "http://" + l.Addr().String()}, b.Address(l)
}

func (b *browser) ask(method, path, body string, header ...string) (int, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.at+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	res, err := b.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return res.StatusCode, string(out)
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "[::]:0"} {
		if l, err := Listen(addr); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v, %v", addr, l, err)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "[::1]:0", "localhost:0"} {
		l, err := Listen(addr)
		if err != nil && addr == "[::1]:0" {
			continue // a machine without IPv6
		}
		if err != nil || !l.Addr().(*net.TCPAddr).IP.IsLoopback() {
			t.Errorf("%s: %v", addr, err)
			continue
		}
		l.Close()
	}
}

const boot = `{"name":"app.App.Boot","args":[]}`

func TestNobodyGetsInWithoutTheToken(t *testing.T) {
	_, b, address := serve(t)
	for _, path := range []string{"/", "/index.html", "/bridge/bridge.js", "/bridge/events", "/assets/x"} {
		if code, _ := b.ask("GET", path, ""); code != http.StatusForbidden {
			t.Errorf("%s without a token: %d", path, code)
		}
	}
	if code, _ := b.ask("POST", "/bridge/call", boot); code != http.StatusForbidden {
		t.Errorf("a call without a token: %d", code)
	}
	if code, _ := b.ask("GET", "/?token=WRONG", ""); code != http.StatusForbidden {
		t.Errorf("a wrong token: %d", code)
	}
	if code, _ := b.ask("POST", "/bridge/call", boot, "Cookie", cookie+"-"+b.at[strings.LastIndex(b.at, ":")+1:]+"=guess"); code != http.StatusForbidden {
		t.Errorf("a guessed cookie: %d", code)
	}
	good := strings.TrimPrefix(address, b.at)
	b.ask("GET", good, "")
	if code, out := b.ask("POST", "/bridge/call", boot); code != http.StatusOK || !strings.Contains(out, `"welcome"`) {
		t.Fatalf("with the token: %d, %s", code, out)
	}
	thief := &browser{t, http.Client{}, b.at}
	if code, _ := thief.ask("GET", good, ""); code != http.StatusForbidden {
		t.Errorf("the token used a second time, elsewhere: %d", code)
	}
}

func TestOtherHostsAndPagesAreRefused(t *testing.T) {
	_, b, address := serve(t)
	b.ask("GET", strings.TrimPrefix(address, b.at), "")
	for name, header := range map[string][]string{
		"another host, by a name that leads here": {"Host", "longhand.example"},
		"no port":             {"Host", "127.0.0.1"},
		"another page":        {"Origin", "https://evil.example"},
		"another port":        {"Origin", "http://127.0.0.1:1"},
		"a page of no origin": {"Origin", "null"},
		"from another site":   {"Sec-Fetch-Site", "cross-site"},
		"from a sibling":      {"Sec-Fetch-Site", "same-site"},
	} {
		why := "another page may not call the window"
		if header[0] == "Host" {
			why = "this is not the address"
		}
		if code, said := b.ask("POST", "/bridge/call", boot, header...); code != http.StatusForbidden || !strings.Contains(said, why) {
			t.Errorf("%s: %d, %s", name, code, said)
		}
	}
	if code, _ := b.ask("POST", "/bridge/call", boot, "Origin", b.at, "Sec-Fetch-Site", "same-origin"); code != http.StatusOK {
		t.Errorf("its own page: %d", code)
	}
	if code, _ := b.ask("GET", "/bridge/call", ""); code != http.StatusMethodNotAllowed {
		t.Errorf("a call by a link: %d", code)
	}
	if code, _ := b.ask("POST", "/bridge/call", boot, "Content-Type", "text/plain"); code != http.StatusMethodNotAllowed {
		t.Errorf("a call by a form: %d", code)
	}
}

func TestCallsAreCheckedAndExplained(t *testing.T) {
	_, b, address := serve(t)
	b.ask("GET", strings.TrimPrefix(address, b.at), "")
	for call, want := range map[string]string{
		`{"name":"app.App.Close","args":[]}`:                         `"usage"`,
		`{"name":"os.Exit","args":[1]}`:                              `"usage"`,
		`{"name":"app.App.Page","args":[]}`:                          `"usage"`,
		`{"name":"app.App.Page","args":[7]}`:                         `"usage"`,
		`{"name":"app.App.Page","args":["D-1234"]}`:                  `"no-team"`,
		`{"name":"app.App.OpenLink","args":["file:///etc/passwd"]}`:  `"link"`,
		`{"name":"app.App.OpenLink","args":["javascript:alert(1)"]}`: `"link"`,
		`{"name":"app.App.ChooseFolder","args":[]}`:                  `"no-dialog"`,
	} {
		code, out := b.ask("POST", "/bridge/call", call)
		var answer struct {
			Error *workspace.Problem `json:"error"`
		}
		if err := json.Unmarshal([]byte(out), &answer); err != nil || code != http.StatusOK || answer.Error == nil || !strings.Contains(out, want) {
			t.Errorf("%s: %d, %s", call, code, out)
		}
	}
	if code, _ := b.ask("POST", "/bridge/call", `{"name":`); code != http.StatusBadRequest {
		t.Errorf("half a call: %d", code)
	}
	if code, _ := b.ask("POST", "/bridge/call", `{"name":"`+strings.Repeat("x", maxCall)+`"}`); code != http.StatusBadRequest {
		t.Errorf("an endless call: %d", code)
	}
}

// What the page may call is listed here, so that nothing is bound by accident.
func TestTheWindowGetsOnlyThese(t *testing.T) {
	b, _, _ := serve(t)
	want := strings.Fields(`AcceptDevice AddItem AddRelay AddServer AnotherTeam Approve AsText Backup BeginWeek Boot CheckKit ChooseFolder CloseText Copy Create CreateTeam DeleteSample Discard
		Doctor Example ExportReview Flush Include Invite InviteDevice MakeKit OwnInvite RemoveFromTeam Renew RestoreBackup RestoreKit SafetyWords SetRole Withdraw JoinTeam KeepItem Kinds LeaveTeam List Metrics MetricsAs Move OpenLink OpenSample OpenText Page People PlaceItem PullText PushText RemoveItem RemoveRelay Review
		Search Set SetKeys SetTheme Settle Shell SyncNow Team Teams Unlock UseTeam Weekly Work`)
	if len(b.methods) != len(want) {
		t.Errorf("%d methods are bound, %d are wanted", len(b.methods), len(want))
	}
	for _, name := range want {
		if _, ok := b.methods["app.App."+name]; !ok {
			t.Errorf("%s is not bound", name)
		}
	}
}

// The walls of the window stand on every answer, and the page repeats them for a
// view that has no headers.
func TestThePolicyIsOnEveryAnswer(t *testing.T) {
	const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri 'none'"
	_, page, address := serve(t)
	for _, path := range []string{"/", strings.TrimPrefix(address, page.at), "/", "/index.html", "/early.js", "/nowhere", "/bridge/call", "/?token=wrong"} {
		res, err := page.Get(page.at + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := res.Header.Get("Content-Security-Policy"); got != policy+"; frame-ancestors 'none'; form-action 'none'" {
			t.Errorf("%s: %d with %q", path, res.StatusCode, got)
		}
	}
	source, err := os.ReadFile("../../frontend/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), `content="`+policy+`"`) {
		t.Error("index.html has another policy")
	}
}

func TestEventsReachThePage(t *testing.T) {
	b, page, address := serve(t)
	page.ask("GET", strings.TrimPrefix(address, page.at), "")
	res, err := page.Get(page.at + "/bridge/events")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Scan() // ": open"
	b.emit("changed", map[string]string{"id": "D-7KQ4"})
	for lines.Scan() {
		if data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: ")); ok {
			if string(data) != `{"data":[{"id":"D-7KQ4"}],"name":"changed"}` {
				t.Errorf("%s", data)
			}
			return
		}
	}
	t.Error("no event came")
}
