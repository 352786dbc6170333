// Longhand in a window. This file wires the parts together and decides
// nothing: the team is package app/workspace, what the page may call is
// package app.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"longhand/app"
	"longhand/app/command"
	"longhand/app/desktop"
	"longhand/app/workspace"
	"longhand/frontend"
	"longhand/storage/secret"
)

func main() {
	if code, child := workspace.RunChild(os.Args[1:]); child {
		os.Exit(code)
	}
	debug.SetGCPercent(workspace.GCPercent)
	if err := run(os.Args[1:]); err != nil {
		p := workspace.Explain(err)
		fmt.Fprintf(os.Stderr, "%s\n%s\n%s\n", p.Message, p.Safe, p.Hint)
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := readFlags(args)
	if err != nil {
		return err
	}
	speakable()
	w := &window{}
	// Nothing is opened before the window runs: to make its bindings, Wails
	// runs this program up to here.
	w.app = app.New(context.Background(), o, w)
	prefs := workspace.LoadPrefs(o.Dir)
	return wails.Run(&options.App{
		Title: "Longhand", Width: prefs.Width, Height: prefs.Height, MinWidth: desktop.LeastWidth, MinHeight: desktop.LeastHeight,
		AssetServer:      &assetserver.Options{Assets: frontend.Dist(), Middleware: walled},
		BackgroundColour: &options.RGBA{R: 0xf1, G: 0xf2, B: 0xf1, A: 0xff},
		Bind:             []any{w.app},
		ErrorFormatter:   func(err error) any { return workspace.Explain(err) },
		OnStartup:        w.started,
		OnBeforeClose:    w.closing,
		OnShutdown:       w.ended,
		Linux:            &linux.Options{ProgramName: "longhand", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		Mac:              &mac.Options{},
	})
}

// walled says with every answer what the page may load and run.
func walled(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", frontend.Policy)
		next.ServeHTTP(w, r)
	})
}

func readFlags(args []string) (workspace.Options, error) {
	var o workspace.Options
	f := flag.NewFlagSet("longhand", flag.ContinueOnError)
	dir := f.String("data", os.Getenv("LONGHAND_DATA"), "data `folder` (default: your own)")
	file := f.String("passphrase-file", os.Getenv("LONGHAND_PASSPHRASE_FILE"), "`file` with the passphrase, used instead of the keyring")
	at := f.String("at", "", "the clock, as an RFC 3339 `instant`, for demonstrations")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		return o, fmt.Errorf("%w: %w", workspace.ErrUsage, err)
	}
	if *at != "" {
		t, err := time.Parse(time.RFC3339, *at)
		if err != nil {
			return o, fmt.Errorf("%w: --at: %w", workspace.ErrUsage, err)
		}
		o.Now = func() time.Time { return t }
	}
	var err error
	if o.Dir = *dir; o.Dir == "" {
		if o.Dir, err = workspace.DefaultDir(); err != nil {
			return o, err
		}
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return o, err
	}
	if *file != "" {
		o.Passphrase, err = secret.ReadPassphrase(*file)
	}
	return o, err
}

// speakable gives the page a language: under the C locale WebKitGTK calls it
// "C", at which Intl throws and the window stays white.
func speakable() {
	for _, key := range []string{"LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG"} {
		v := os.Getenv(key)
		if v == "C" || v == "POSIX" || strings.HasPrefix(v, "C.") || v == "" && key == "LANG" {
			os.Setenv(key, "en_US.UTF-8")
		}
	}
}

// window is the Host of the page in a Wails window.
type window struct {
	ctx  context.Context
	app  *app.App
	dir  string
	stop func() error
}

func (w *window) started(ctx context.Context) {
	w.ctx = ctx
	go w.opening()
	dir := app.Dir(w.app)
	prefs := workspace.LoadPrefs(dir)
	desktop.Fit(ctx, prefs.Width, prefs.Height)
	stop, err := command.Control(ctx, dir, func() (*workspace.Workspace, func()) { return app.Use(w.app) })
	if err != nil {
		fmt.Fprintf(os.Stderr, "other commands cannot reach this window: %v\n", err)
		return
	}
	w.stop = stop
}

// opening opens the team while the page is still loading: by the time the
// page asks, most of it is done.
func (w *window) opening() {
	if _, err := w.app.Boot(); err != nil {
		fmt.Fprintln(os.Stderr, workspace.Explain(err).Message) // the page hears it too, when it asks
	}
}

// closing saves what is being typed, and stays open when that cannot be saved,
// unless the person gives it up. It also remembers the size of the window.
func (w *window) closing(ctx context.Context) (prevent bool) {
	if err := app.SaveAll(w.app); err != nil {
		p := workspace.Explain(err)
		answer, asked := runtime.MessageDialog(ctx, runtime.MessageDialogOptions{
			Type: runtime.QuestionDialog, Title: "Not everything is saved",
			Message: p.Message + " What you typed last is only in this window. " + p.Hint + " Close all the same, and lose it?",
			Buttons: []string{"Yes", "No"}, DefaultButton: "No", CancelButton: "No",
		})
		if asked != nil || answer != "Yes" {
			return true
		}
	}
	dir := app.Dir(w.app)
	p := workspace.LoadPrefs(dir)
	open, done := app.Use(w.app)
	defer done()
	if p.Width, p.Height = runtime.WindowGetSize(ctx); open != nil {
		if err := workspace.SavePrefs(dir, p); err != nil {
			fmt.Fprintf(os.Stderr, "the size of the window is not remembered: %v\n", err)
		}
	}
	return false
}

func (w *window) ended(context.Context) {
	err := app.Shutdown(w.app)
	if w.stop != nil {
		err = errors.Join(err, w.stop())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, workspace.Explain(err).Message)
	}
}

func (w *window) Name() string { return "window" }

func (w *window) Emit(event string, data any) {
	if w.ctx != nil {
		runtime.EventsEmit(w.ctx, event, data)
	}
}

// SaveFile asks where, and writes the whole file or none of it.
func (w *window) SaveFile(name string, data []byte) (string, error) {
	path, err := runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{DefaultFilename: name, Title: "Save the weekly review"})
	if err != nil || path == "" {
		return "", err
	}
	return path, workspace.WriteOut(path, data)
}

func (w *window) ChooseFolder() (string, error) {
	return runtime.OpenDirectoryDialog(w.ctx, runtime.OpenDialogOptions{Title: "Choose the relay folder", CanCreateDirectories: true})
}

func (w *window) ChooseSave(title, name string) (string, error) {
	return runtime.SaveFileDialog(w.ctx, runtime.SaveDialogOptions{DefaultFilename: name, Title: title})
}

func (w *window) ChooseFile(title string) (string, error) {
	return runtime.OpenFileDialog(w.ctx, runtime.OpenDialogOptions{Title: title})
}

func (w *window) OpenURL(address string) { runtime.BrowserOpenURL(w.ctx, address) }

func (w *window) Copy(text string) error { return runtime.ClipboardSetText(w.ctx, text) }
