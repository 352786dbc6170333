// Package bridge serves the window to a browser on this computer: the same page
// and the same bound methods, over loopback HTTP.
//
// It listens on loopback only and trusts nobody who merely reaches it. A
// one-time token in the address that is printed becomes a cookie of that one
// browser; every call needs it, the right Host, and, where a browser names
// one, the right Origin, so that no other page can call it. It has no access
// to anything but the methods of app.App.
package bridge

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"longhand/app"
	"longhand/app/workspace"
	"longhand/frontend"
)

//go:embed bridge.js
var script []byte

const (
	cookie  = "longhand"
	maxCall = 4 << 20 // bytes of one call: a large paste
	// A browser has other pages, which may not frame this one; and no form is sent.
	policy = frontend.Policy + "; frame-ancestors 'none'; form-action 'none'"
)

// ErrNotLoopback: the bridge is for this computer only.
var ErrNotLoopback = errors.New("the window can be served on this computer only: give an address of 127.0.0.1")

// Bridge serves one data folder to one browser at a time or several.
type Bridge struct {
	app     *app.App
	methods map[string]reflect.Value
	page    fs.FS
	hosts   map[string]bool

	mu      sync.Mutex
	once    string            // the token, until it is used
	session [sha256.Size]byte // of the cookie
	streams map[chan []byte]bool
}

// Listen opens a loopback address; port 0 takes any that is free.
func Listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, ErrNotLoopback
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		return nil, errors.Join(ErrNotLoopback, l.Close())
	}
	return l, nil
}

// New makes a bridge for the service of a data folder, at a listener.
func New(ctx context.Context, o workspace.Options, l net.Listener) *Bridge {
	b := &Bridge{methods: map[string]reflect.Value{}, page: frontend.Dist(), hosts: map[string]bool{}, streams: map[chan []byte]bool{}, once: rand.Text()}
	b.app = app.New(ctx, o, host{b})
	_, port, _ := net.SplitHostPort(l.Addr().String()) // a listener’s own address
	for _, name := range []string{l.Addr().String(), "localhost:" + port} {
		b.hosts[name] = true
	}
	v := reflect.ValueOf(b.app)
	for i := range v.NumMethod() {
		b.methods["app.App."+v.Type().Method(i).Name] = v.Method(i)
	}
	return b
}

// App is the service that the bridge serves.
func (b *Bridge) App() *app.App { return b.app }

// Address is what to open in a browser, once.
func (b *Bridge) Address(l net.Listener) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return "http://" + l.Addr().String() + "/?token=" + b.once
}

// Serve serves until ctx ends.
func (b *Bridge) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{Handler: b, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (b *Bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if !b.hosts[r.Host] {
		refuse(w, "this is not the address that the window is served under")
		return
	}
	if origin := r.Header.Get("Origin"); origin != "" && !b.hosts[strings.TrimPrefix(origin, "http://")] {
		refuse(w, "another page may not call the window")
		return
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		refuse(w, "another page may not call the window")
		return
	}
	if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
		b.enter(w, r, token)
		return
	}
	if !b.known(r) {
		refuse(w, "the address that was printed works once and in one browser; start `longhand serve` again for another")
		return
	}
	b.serve(w, r)
}

func refuse(w http.ResponseWriter, why string) {
	http.Error(w, "Refused: "+why+".", http.StatusForbidden)
}

// enter exchanges the one-time token for a cookie.
func (b *Bridge) enter(w http.ResponseWriter, r *http.Request, token string) {
	b.mu.Lock()
	good := b.once != "" && subtle.ConstantTimeCompare([]byte(token), []byte(b.once)) == 1
	var session string
	if good {
		session, b.once = rand.Text()+rand.Text(), ""
		b.session = sha256.Sum256([]byte(session))
	}
	b.mu.Unlock()
	if !good && !b.known(r) { // reloading the first address is no offence
		refuse(w, "the token is wrong or was used")
		return
	}
	if good {
		http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookieName holds the port, for cookies are shared by all ports of a host.
func cookieName(r *http.Request) string {
	_, port, _ := net.SplitHostPort(r.Host)
	return cookie + "-" + port
}

func (b *Bridge) known(r *http.Request) bool {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(c.Value))
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.once == "" && subtle.ConstantTimeCompare(sum[:], b.session[:]) == 1
}

func (b *Bridge) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/bridge/call":
		b.serveCall(w, r)
	case "/bridge/events":
		b.serveEvents(w, r)
	case "/bridge/bridge.js":
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		names := []string{}
		for name := range b.methods {
			names = append(names, name)
		}
		list, err := json.Marshal(names)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "globalThis.longhandMethods = %s;\n%s", list, script)
	case "/", "/index.html":
		b.serveIndex(w)
	default:
		http.FileServerFS(b.page).ServeHTTP(w, r)
	}
}

// serveIndex adds the script that stands for what Wails puts into its window.
func (b *Bridge) serveIndex(w http.ResponseWriter) {
	index, err := fs.ReadFile(b.page, "index.html")
	if err != nil {
		http.Error(w, "This build has no window: the front end was not built. Run `make cli`.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.Replace(index, []byte("<head>"), []byte(`<head><script src="/bridge/bridge.js"></script>`), 1))
}

func (b *Bridge) serveCall(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		http.Error(w, "a call is a POST of JSON", http.StatusMethodNotAllowed)
		return
	}
	var req struct {
		Name string            `json:"name"`
		Args []json.RawMessage `json:"args"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCall)).Decode(&req); err != nil {
		http.Error(w, "the call is not understood", http.StatusBadRequest)
		return
	}
	result, err := b.call(req.Name, req.Args)
	w.Header().Set("Content-Type", "application/json")
	out := map[string]any{"result": result}
	if err != nil {
		out = map[string]any{"error": workspace.Explain(err)}
	}
	_ = json.NewEncoder(w).Encode(out) // the browser is gone: nobody to tell
}

var errorType = reflect.TypeFor[error]()

// call calls a bound method with JSON arguments, as Wails does in its window.
func (b *Bridge) call(name string, args []json.RawMessage) (result any, err error) {
	m, ok := b.methods[name]
	if !ok {
		return nil, fmt.Errorf("%w: there is no %q", workspace.ErrUsage, name)
	}
	if len(args) != m.Type().NumIn() {
		return nil, fmt.Errorf("%w: %s takes %d values, not %d", workspace.ErrUsage, name, m.Type().NumIn(), len(args))
	}
	in := make([]reflect.Value, len(args))
	for i, raw := range args {
		p := reflect.New(m.Type().In(i))
		if err := json.Unmarshal(raw, p.Interface()); err != nil {
			return nil, fmt.Errorf("%w: value %d of %s", workspace.ErrUsage, i+1, name)
		}
		in[i] = p.Elem()
	}
	for _, out := range m.Call(in) {
		if out.Type() != errorType {
			result = out.Interface()
		} else if !out.IsNil() {
			err = out.Interface().(error)
		}
	}
	return result, err
}

// serveEvents streams what happens, as server-sent events.
func (b *Bridge) serveEvents(w http.ResponseWriter, r *http.Request) {
	c := make(chan []byte, 256)
	b.mu.Lock()
	b.streams[c] = true
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		delete(b.streams, c)
		b.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	if _, err := io.WriteString(w, ": open\n\n"); err != nil || flush.Flush() != nil {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case m, ok := <-c:
			if !ok { // it could not keep up: the page connects again and reloads
				return
			}
			if _, err := fmt.Fprintf(w, "data: %s\n\n", m); err != nil || flush.Flush() != nil {
				return
			}
		}
	}
}

func (b *Bridge) emit(name string, data any) {
	m, err := json.Marshal(map[string]any{"name": name, "data": []any{data}})
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.streams {
		select {
		case c <- m:
		default:
			close(c)
			delete(b.streams, c)
		}
	}
}

// host is what a browser can do for the page.
type host struct{ b *Bridge }

func (h host) Name() string                  { return "browser" }
func (h host) Emit(name string, data any)    { h.b.emit(name, data) }
func (h host) ChooseFolder() (string, error) { return "", app.ErrNoDialog }
func (h host) OpenURL(address string)        { h.b.emit("open-url", address) }
func (h host) Copy(text string) error {
	h.b.emit("copy", base64.StdEncoding.EncodeToString([]byte(text)))
	return nil
}
func (h host) ChooseSave(string, string) (string, error) { return "", app.ErrNoDialog }
func (h host) ChooseFile(string) (string, error)         { return "", app.ErrNoDialog }
func (h host) SaveFile(string, []byte) (string, error) {
	return "", app.ErrNoDialog
}
