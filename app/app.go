// Package app is what the window may call, and nothing else: every exported
// method of [App] is reachable from the page, so each is narrow and checks what
// it is given. It decides nothing; package workspace does.
//
// The same App is bound to the Wails window and to the loopback bridge. What
// differs between the two is a [Host].
package app

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os/user"
	"strings"
	"sync"
	"time"

	"longhand/app/cadence"
	"longhand/app/kind"
	"longhand/app/metric"
	"longhand/app/workspace"
	"longhand/storage/secret"
)

// Version is the version of the program, set by the build.
var Version = "0.1.0"

// A Host is what surrounds the page: a window, or somebody’s browser.
type Host interface {
	Name() string // "window" or "browser"
	Emit(event string, data any)
	// SaveFile asks where to save a file, and saves it. A browser cannot be
	// asked: ErrNoDialog.
	SaveFile(name string, data []byte) (path string, err error)
	ChooseFolder() (string, error)
	// ChooseSave and ChooseFile ask for a file; "" is nobody’s wish.
	ChooseSave(title, name string) (path string, err error)
	ChooseFile(title string) (path string, err error)
	OpenURL(address string)
	Copy(text string) error
}

// ErrNoDialog: this host has no dialogs of its own.
var ErrNoDialog = &workspace.Problem{Code: "no-dialog", Message: "A browser cannot choose files and folders for Longhand.", Hint: "Type the whole path of a folder instead; for files, use the command line."}

// App is the service behind the page.
type App struct {
	options workspace.Options
	host    Host
	ctx     context.Context

	// using is held while a call uses the open team, and for writing while it
	// is closed, so that no call finds its store gone.
	using   sync.RWMutex
	mu      sync.Mutex
	w       *workspace.Workspace
	problem error
}

// New makes the service for a data folder. Nothing is opened before [App.Boot].
func New(ctx context.Context, o workspace.Options, host Host) *App {
	a := &App{options: o, host: host, ctx: ctx}
	a.options.Notify = func(e workspace.Event) {
		if e.Name == "boot" {
			go func() { host.Emit("boot", a.state()) }()
			return
		}
		host.Emit(e.Name, e.Data)
	}
	return a
}

// Close closes the team, if one is open.
func (a *App) close() error {
	a.using.Lock()
	defer a.using.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.w == nil {
		return nil
	}
	err := a.w.Close()
	a.w = nil
	return err
}

// Shutdown closes what is open. It is for the host, not for the page.
func Shutdown(a *App) error { return a.close() }

// Use lends the open team, or nil, until done is called: it is not closed
// meanwhile. It is for the host, not for the page.
func Use(a *App) (w *workspace.Workspace, done func()) {
	a.using.RLock()
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.w, a.using.RUnlock
}

// SaveAll saves what is being typed. It is for the host, before it closes.
func SaveAll(a *App) error {
	w, done := Use(a)
	defer done()
	if w == nil {
		return nil
	}
	return fail(w.SaveAll())
}

// Dir is the data folder. It is for the host, not for the page.
func Dir(a *App) string { return a.options.Dir }

// open returns the open team.
func (a *App) open() (*workspace.Workspace, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.w == nil {
		return nil, fail(workspace.ErrNoTeam)
	}
	return a.w, nil
}

// fail turns an error into what the page shows.
func fail(err error) error {
	if err == nil {
		return nil
	}
	return workspace.Explain(err)
}

// Boot opens the team of this data folder, if there is one, and says what the
// window shows first.
func (a *App) Boot() (workspace.Boot, error) {
	a.mu.Lock()
	if a.w == nil {
		w, err := workspace.Open(a.ctx, a.options)
		if err == nil {
			w.Start()
			a.w = w
		}
		a.problem = err
	}
	a.mu.Unlock()
	return a.state(), nil
}

// state is a Boot of what is open now.
func (a *App) state() workspace.Boot {
	a.mu.Lock()
	defer a.mu.Unlock()
	prefs := workspace.LoadPrefs(a.options.Dir)
	b := workspace.Boot{
		State: "welcome", Theme: prefs.Theme, Keys: prefs.Keys == nil || *prefs.Keys, Version: Version, Host: a.host.Name(),
		Zone: localZone(), Now: a.now().Format(time.RFC3339),
	}
	b.City = cadence.City(b.Zone)
	if a.w != nil {
		b.State, b.Team, b.Me, b.Sample = "open", a.w.TeamName(), string(a.w.Me()), a.w.Sample()
		b.Zone, b.City = a.w.Zone(), a.w.City() // a person’s hours go with them
		if a.w.Joining() {
			b.State = "joining"
		}
		return b
	}
	switch err := a.problem; {
	case err == nil || errors.Is(err, workspace.ErrNoTeam):
		// A key is kept already beside another team, or with a passphrase that was given.
		b.Keyring = a.options.Another || a.options.Passphrase != "" || secret.Available(a.ctx)
		if u, err := user.Current(); err == nil {
			b.Name = personal(u)
		}
	case errors.Is(err, secret.ErrNeedPassphrase), errors.Is(err, secret.ErrPassphrase):
		b.State = "locked"
	default:
		b.State, b.Problem = "failed", workspace.Explain(err)
	}
	return b
}

// personal is the name of whoever uses this computer, or "" where the system
// knows only what they log in as.
func personal(u *user.User) string {
	name, _, _ := strings.Cut(u.Name, ",")
	if name = strings.TrimSpace(name); strings.EqualFold(name, u.Username) {
		return ""
	}
	return name
}

func (a *App) now() time.Time {
	if a.options.Now != nil {
		return a.options.Now()
	}
	return time.Now()
}

// begin puts a team that was just made or opened into the window.
func (a *App) begin(open func() (*workspace.Workspace, error)) (workspace.Boot, error) {
	a.mu.Lock()
	if a.w != nil {
		a.mu.Unlock()
		return workspace.Boot{}, fail(workspace.ErrTeamExists)
	}
	w, err := open()
	if err == nil {
		w.Start()
		a.w, a.problem = w, nil
		a.options = w.Options() // with the passphrase that was given, for the next team
		a.options.Another = false
	}
	a.mu.Unlock()
	if err != nil {
		return workspace.Boot{}, fail(err)
	}
	return a.state(), nil
}

// Unlock opens a team whose key is in a passphrase file.
func (a *App) Unlock(passphrase string) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) {
		a.options.Passphrase = passphrase
		return workspace.Open(a.ctx, a.options)
	})
}

// CreateTeam starts a team.
func (a *App) CreateTeam(t workspace.NewTeam) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) { return workspace.Create(a.ctx, a.options, t) })
}

// JoinTeam asks to be let into one.
func (a *App) JoinTeam(j workspace.Joining) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) {
		w, err := workspace.Join(a.ctx, a.options, j)
		if err != nil {
			return nil, err
		}
		// Asked at once, so that an invitation that is no good says so here. A
		// relay that cannot be reached now is asked again in the background.
		if _, err := w.Sync(a.ctx); workspace.Hopeless(err) {
			return nil, errors.Join(err, w.Abandon())
		}
		return w, nil
	})
}

// OpenSample makes the sample team and opens it.
func (a *App) OpenSample(passphrase string) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) {
		o := a.options
		if passphrase != "" {
			o.Passphrase = passphrase
		}
		return workspace.Sample(a.ctx, o, a.progress)
	})
}

func (a *App) progress(p workspace.Progress) { a.host.Emit("progress", p) }

// DeleteSample deletes the sample team.
func (a *App) DeleteSample() (workspace.Boot, error) {
	w, err := a.open()
	if err != nil {
		return workspace.Boot{}, err
	}
	if !w.Sample() {
		return workspace.Boot{}, fail(workspace.ErrNotSample)
	}
	return a.leave(w)
}

// LeaveTeam takes this person out of the team and the team off this device.
func (a *App) LeaveTeam() (workspace.Boot, error) {
	w, err := a.open()
	if err != nil {
		return workspace.Boot{}, err
	}
	return a.leave(w)
}

func (a *App) leave(w *workspace.Workspace) (workspace.Boot, error) {
	a.using.Lock()
	defer a.using.Unlock()
	if err := w.Leave(a.ctx, true); err != nil {
		return workspace.Boot{}, fail(err)
	}
	a.mu.Lock()
	a.w = nil
	a.mu.Unlock()
	return a.state(), nil
}

// SetTheme remembers "system", "light" or "dark".
func (a *App) SetTheme(theme string) error {
	p := workspace.LoadPrefs(a.options.Dir)
	p.Theme = theme
	return fail(workspace.SavePrefs(a.options.Dir, p))
}

// SetKeys switches single-letter shortcuts.
func (a *App) SetKeys(on bool) error {
	p := workspace.LoadPrefs(a.options.Dir)
	p.Keys = &on
	return fail(workspace.SavePrefs(a.options.Dir, p))
}

// OpenLink opens an address in the person’s browser or mail program. Nothing
// but web and mail addresses is opened.
func (a *App) OpenLink(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" {
		return &workspace.Problem{Code: "link", Message: "That is no address that Longhand opens.", Hint: "Only http, https and mailto addresses are."}
	}
	a.host.OpenURL(u.String())
	return nil
}

// Copy puts text on the clipboard.
func (a *App) Copy(text string) error { return fail(a.host.Copy(text)) }

// ChooseFolder asks for a folder.
func (a *App) ChooseFolder() (string, error) {
	path, err := a.host.ChooseFolder()
	return path, fail(err)
}

// Kinds is the schema of everything that can be written.
func (a *App) Kinds() []kind.Kind { return kind.All() }

// MetricsAs is what Metrics counts as "csv" or "json", as the command line
// writes them.
func (a *App) MetricsAs(weeks int, form string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) {
		r, err := w.Metrics(weeks)
		if err != nil {
			return "", err
		}
		if form == "json" {
			b, err := json.MarshalIndent(r, "", "  ")
			return string(b) + "\n", err
		}
		var b strings.Builder
		err = r.WriteCSV(&b)
		return b.String(), err
	})
}

// Metrics counts over so many weeks.
func (a *App) Metrics(weeks int) (*metric.Report, error) {
	return get(a, func(w *workspace.Workspace) (*metric.Report, error) { return w.Metrics(weeks) })
}
