package app

import (
	"errors"
	"time"

	"longhand/app/workspace"
	"longhand/storage/secret"
)

// People, devices and keys. The methods are those of workspace.Workspace, where
// they are described; files are named by the person in a dialog of the host, and
// never by the page.

func (a *App) InviteDevice(days int, ask bool) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) {
		return w.InviteDevice(a.ctx, time.Duration(days)*24*time.Hour, ask)
	})
}

// OwnInvite reports whether a code is for a further device of somebody who is in
// the team already: it then asks for no name.
func (a *App) OwnInvite(code string) bool { return workspace.OwnInvite(code) }

// AddServer uses a relay server. The token is for a team that it does not know
// yet; "" is none.
func (a *App) AddServer(address, token string) error {
	return do(a, func(w *workspace.Workspace) error { return w.AddServer(a.ctx, address, token) })
}

// Teams lists the teams of this data folder.
func (a *App) Teams() ([]workspace.Known, error) {
	all, err := workspace.Teams(a.ctx, a.options)
	if errors.Is(err, secret.ErrNeedPassphrase) {
		return []workspace.Known{}, nil // nobody has unlocked anything yet
	}
	return all, fail(err)
}

// UseTeam opens another of them.
func (a *App) UseTeam(id string) (workspace.Boot, error) {
	if err := a.close(); err != nil {
		return workspace.Boot{}, fail(err)
	}
	if _, err := workspace.Use(a.ctx, a.options, id); err != nil {
		return workspace.Boot{}, fail(err)
	}
	a.options.Another = false
	return a.Boot()
}

// AnotherTeam closes the team, so that another can be started or joined beside
// it; UseTeam goes back.
func (a *App) AnotherTeam() (workspace.Boot, error) {
	if err := a.close(); err != nil {
		return workspace.Boot{}, fail(err)
	}
	a.mu.Lock()
	a.options.Another, a.problem = true, nil
	a.mu.Unlock()
	return a.state(), nil
}

func (a *App) Withdraw(invite string) error {
	return do(a, func(w *workspace.Workspace) error { return w.Withdraw(a.ctx, invite) })
}

func (a *App) Approve(device string) error {
	return do(a, func(w *workspace.Workspace) error { return w.Approve(a.ctx, device) })
}

// RemoveFromTeam takes a person’s id or a device’s, and returns whom it removed.
func (a *App) RemoveFromTeam(who string) (string, error) {
	return get(a, func(w *workspace.Workspace) (string, error) { return w.Remove(a.ctx, who) })
}

func (a *App) AcceptDevice(device string) error {
	return do(a, func(w *workspace.Workspace) error { return w.Accept(a.ctx, device) })
}

func (a *App) SetRole(person, role string) error {
	return do(a, func(w *workspace.Workspace) error { return w.SetRole(a.ctx, person, role) })
}

func (a *App) SafetyWords(person string) ([]workspace.SafetyWords, error) {
	return get(a, func(w *workspace.Workspace) ([]workspace.SafetyWords, error) { return w.Words(person) })
}

func (a *App) MakeKit() (*workspace.Kit, error) {
	return get(a, func(w *workspace.Workspace) (*workspace.Kit, error) { return w.CreateKit(a.ctx) })
}

func (a *App) CheckKit(typed string) error {
	return do(a, func(w *workspace.Workspace) error { return w.CheckKit(a.ctx, typed) })
}

// RestoreKit makes this an additional device of the kit’s person. The passphrase
// is for the key of the new data folder; empty is the keyring.
func (a *App) RestoreKit(code, relay, passphrase string) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) {
		return workspace.RestoreKit(a.ctx, a.withPassphrase(passphrase), code, relay)
	})
}

// RestoreBackup asks for the file. The passphrase is that of the backup; own is
// for the key of the new data folder, and empty is the keyring.
func (a *App) RestoreBackup(passphrase, own string) (workspace.Boot, error) {
	return a.begin(func() (*workspace.Workspace, error) {
		path, err := a.host.ChooseFile("Choose the backup")
		if err == nil && path == "" {
			err = errNothingChosen
		}
		if err != nil {
			return nil, err
		}
		return workspace.Restore(a.ctx, a.withPassphrase(own), path, passphrase, a.progress)
	})
}

var errNothingChosen = &workspace.Problem{Code: "nothing-chosen", Message: "No file was chosen.", Hint: "Choose the backup that is to be restored."}

func (a *App) withPassphrase(p string) workspace.Options {
	o := a.options
	if p != "" {
		o.Passphrase = p
	}
	return o
}

// Backup asks where to, and writes everything there, encrypted. Path is empty
// when the person thought better of it.
func (a *App) Backup(passphrase string) (workspace.Saved, error) {
	return get(a, func(w *workspace.Workspace) (workspace.Saved, error) {
		path, err := a.host.ChooseSave("Keep the backup", "longhand-"+w.Now().Format(time.DateOnly)+".backup")
		if err != nil || path == "" {
			return workspace.Saved{}, err
		}
		_, err = w.Backup(a.ctx, path, passphrase, a.progress)
		return workspace.Saved{Path: path}, err
	})
}

func (a *App) Doctor() ([]workspace.Check, error) {
	return get(a, func(w *workspace.Workspace) ([]workspace.Check, error) { return w.Doctor(a.ctx, a.progress), nil })
}

// Renew lets this device go on as a new one, and opens the team again.
func (a *App) Renew() (workspace.Boot, error) {
	w, err := a.open()
	if err != nil {
		return workspace.Boot{}, err
	}
	a.using.Lock()
	defer a.using.Unlock()
	err = errors.Join(w.Renew(a.ctx), w.Close())
	a.mu.Lock()
	a.w = nil
	a.mu.Unlock()
	if err != nil {
		return workspace.Boot{}, fail(err)
	}
	return a.Boot()
}
