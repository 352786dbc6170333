package app

import "longhand/app/workspace"

// Create begins an artefact, or finds the one there is, and returns its id.
func (a *App) Create(kind, title string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) { return w.New(kind, title) })
}

// BeginWeek begins this week’s or last week’s artefact of a weekly kind.
func (a *App) BeginWeek(kind, week string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) { return w.BeginWeek(kind, week) })
}

func (a *App) Set(id, path string, value any) error {
	return do(a, func(w *workspace.Workspace) error { return w.Set(id, path, value) })
}

func (a *App) Include(id, path, member string, on bool) error {
	return do(a, func(w *workspace.Workspace) error { return w.Include(id, path, member, on) })
}

func (a *App) AddItem(id, list, after string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) { return w.AddItem(id, list, after) })
}

func (a *App) RemoveItem(id, item string) error {
	return do(a, func(w *workspace.Workspace) error { return w.RemoveItem(id, item) })
}

func (a *App) KeepItem(id, item string) error {
	return do(a, func(w *workspace.Workspace) error { return w.KeepItem(id, item) })
}

func (a *App) PlaceItem(id, item, after string) error {
	return do(a, func(w *workspace.Workspace) error { return w.PlaceItem(id, item, after) })
}

func (a *App) Move(id, state, because string) (*workspace.Page, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Page, error) {
		if err := w.Move(id, state, because); err != nil {
			return nil, err
		}
		return w.Page(id)
	})
}

func (a *App) Discard(id string) error {
	return do(a, func(w *workspace.Workspace) error { return w.Discard(id) })
}

// Settle keeps one of the values of a contested field, named by its key.
func (a *App) Settle(id, path, key string) (*workspace.Page, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Page, error) {
		if err := w.Settle(id, path, key); err != nil {
			return nil, err
		}
		return w.Page(id)
	})
}

func (a *App) OpenText(id, path string) (workspace.TextState, error) {
	return get(a, func(w *workspace.Workspace) (workspace.TextState, error) { return w.OpenText(id, path) })
}

func (a *App) PushText(id, path string, version int, updates []workspace.Update) (bool, error) {
	return get(a, func(w *workspace.Workspace) (bool, error) { return w.PushText(id, path, version, updates) })
}

func (a *App) PullText(id, path string, version int) ([]workspace.Update, error) {
	return get(a, func(w *workspace.Workspace) ([]workspace.Update, error) { return w.PullText(id, path, version) })
}

func (a *App) CloseText(id, path string) error {
	return do(a, func(w *workspace.Workspace) error { return w.CloseText(id, path) })
}

func (a *App) Flush(id string) error {
	return do(a, func(w *workspace.Workspace) error { return w.Flush(id) })
}
