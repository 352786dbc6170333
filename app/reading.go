package app

import (
	"errors"
	"time"

	"longhand/app/workspace"
)

// get calls fn with the open team and explains its error.
func get[T any](a *App, fn func(*workspace.Workspace) (T, error)) (T, error) {
	a.using.RLock()
	defer a.using.RUnlock()
	w, err := a.open()
	if err != nil {
		var none T
		return none, err
	}
	v, err := fn(w)
	return v, fail(err)
}

func do(a *App, fn func(*workspace.Workspace) error) error {
	_, err := get(a, func(w *workspace.Workspace) (struct{}, error) { return struct{}{}, fn(w) })
	return err
}

// The methods below are those of workspace.Workspace, where they are described.

func (a *App) People() ([]workspace.Person, error) {
	return get(a, func(w *workspace.Workspace) ([]workspace.Person, error) { return w.People(), nil })
}

func (a *App) Shell() (workspace.Shell, error) {
	return get(a, func(w *workspace.Workspace) (workspace.Shell, error) { return w.Shell(), nil })
}

func (a *App) List(q workspace.Query) (*workspace.List, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.List, error) { return w.List(q) })
}

func (a *App) Page(id string) (*workspace.Page, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Page, error) { return w.Page(id) })
}

func (a *App) Example(kind string) (*workspace.Example, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Example, error) { return w.Example(kind) })
}

func (a *App) Work(owner string) (*workspace.Work, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Work, error) { return w.Work(owner) })
}

func (a *App) Weekly(week, person string) (*workspace.Weekly, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Weekly, error) { return w.Weekly(week, person) })
}

func (a *App) Review(week string) (*workspace.Review, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Review, error) { return w.Review(week) })
}

func (a *App) Team() (*workspace.Team, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Team, error) { return w.Team(), nil })
}

func (a *App) Search(text string, limit int) (*workspace.Found, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Found, error) { return w.Search(text, min(limit, 200)), nil })
}

// AsText is an artefact as "md" or "text", for the clipboard.
func (a *App) AsText(id, form string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) { return w.AsText(id, form) })
}

// ExportReview exports a weekly review as "pdf" or "md". In a window it asks
// where to; in a browser the file itself is returned.
func (a *App) ExportReview(week, form string) (workspace.Saved, error) {
	return get(a, func(w *workspace.Workspace) (workspace.Saved, error) {
		name, data, err := w.ExportReview(a.ctx, week, form, a.progress)
		if err != nil {
			return workspace.Saved{}, err
		}
		path, err := a.host.SaveFile(name, data)
		if errors.Is(err, ErrNoDialog) {
			return workspace.Saved{Name: name, Data: data}, nil
		}
		return workspace.Saved{Path: path}, err
	})
}

// Invite makes an invitation, valid for some days, and returns its code.
func (a *App) Invite(role string, days int, ask bool) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) {
		return w.Invite(a.ctx, role, time.Duration(days)*24*time.Hour, ask)
	})
}

func (a *App) AddRelay(relay string) error {
	return do(a, func(w *workspace.Workspace) error { return w.AddRelay(a.ctx, relay) })
}

func (a *App) RemoveRelay(relay string) error {
	return do(a, func(w *workspace.Workspace) error { return w.RemoveRelay(relay) })
}

func (a *App) SyncNow() error {
	return do(a, func(w *workspace.Workspace) error { _, err := w.Sync(a.ctx); return err })
}
