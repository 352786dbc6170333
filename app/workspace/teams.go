package workspace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A person can be in several teams. Each has its folder, its identity and its
// store; one at a time is open.

// A Known is a team that this data folder has.
type Known struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Current bool   `json:"current"`
}

// Teams lists the teams of a data folder, by name.
func Teams(ctx context.Context, o Options) ([]Known, error) {
	out := []Known{}
	dirs, err := os.ReadDir(filepath.Join(o.Dir, teamsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the teams: %w", err)
	}
	key, err := o.place().Load(ctx)
	if err != nil {
		return nil, err
	}
	current, err := currentDir(o.Dir)
	if err != nil && !errors.Is(err, ErrNoTeam) {
		return nil, err
	}
	for _, d := range dirs {
		dir := filepath.Join(o.Dir, teamsDir, d.Name())
		s, err := loadSelf(dir, key)
		if err != nil {
			continue // it says what is wrong when it is opened
		}
		out = append(out, Known{ID: d.Name(), Name: cmp.Or(s.Name, "A team that has not answered yet"), Current: dir == current})
	}
	slices.SortFunc(out, func(a, b Known) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// Use makes another team of a data folder the one that is opened next, by its
// name or its id.
func Use(ctx context.Context, o Options, name string) (Known, error) {
	all, err := Teams(ctx, o)
	if err != nil {
		return Known{}, err
	}
	found := slices.DeleteFunc(all, func(k Known) bool { return !strings.EqualFold(k.Name, name) && k.ID != name })
	switch len(found) {
	case 0:
		return Known{}, fmt.Errorf("%w: no team here is called %q", ErrNobody, name)
	case 1:
		return found[0], setCurrent(o.Dir, filepath.Join(o.Dir, teamsDir, found[0].ID))
	}
	return Known{}, fmt.Errorf("%w: %d teams are called %q; give an id", ErrAmbiguous, len(found), name)
}

// Options are those that it was opened with.
func (w *Workspace) Options() Options { return w.options }

// rememberName keeps what the team is called, for the list.
func (w *Workspace) rememberName() error {
	name := w.TeamName()
	if name == "" || name == w.me().Name {
		return nil
	}
	return w.updateSelf(func(s *self) { s.Name = name })
}

// another opens the way to one of the teams that are left when one is gone.
func another(data string) error {
	dirs, err := os.ReadDir(filepath.Join(data, teamsDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, d := range dirs {
		dir := filepath.Join(data, teamsDir, d.Name())
		if _, err := os.Stat(filepath.Join(dir, selfFile)); err == nil {
			return setCurrent(data, dir)
		}
	}
	return nil
}
