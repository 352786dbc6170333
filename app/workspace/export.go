package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"longhand/app/cadence"
	"longhand/app/render/typeset"
)

// ExportReview makes the weekly review as "md" or "pdf". The first PDF on a
// machine prepares the typesetter, which takes a while and tells how far it is.
func (w *Workspace) ExportReview(ctx context.Context, week, form string, progress func(Progress)) (name string, data []byte, err error) {
	if err := w.desk.flush(w); err != nil {
		return "", nil, err
	}
	if asked, err := w.week(week); err != nil {
		return "", nil, err
	} else if cadence.WeekOf(w.Now(), w.teamZone()).Before(asked) {
		return "", nil, fmt.Errorf("%w: %s has not begun", ErrUsage, asked)
	}
	r, err := w.Review(week)
	if err != nil {
		return "", nil, err
	}
	name = fmt.Sprintf("%s weekly review %s.%s", fileTitle(w.TeamName()), r.Week, form)
	switch form {
	case "md":
		return name, []byte(r.Content.Markdown()), nil
	case "pdf":
		setter, err := w.typesetter(ctx, progress)
		if err != nil {
			return "", nil, err
		}
		data, err = setter.Review(ctx, r.Content)
		return name, data, err
	}
	return "", nil, fmt.Errorf("%w: a review is exported as pdf or md, not %q", ErrUsage, form)
}

// WriteOut writes a file that leaves Longhand: whole or not at all, and for
// whoever the system usually lets read a new file.
func WriteOut(path string, data []byte) error {
	target := path
	if to, err := filepath.EvalSymlinks(path); err == nil {
		target = to
	}
	probe, err := os.OpenFile(target+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = probe.Write(data)
	err = errors.Join(err, probe.Sync(), probe.Close())
	if err == nil {
		err = os.Rename(target+".part", target)
	}
	if err != nil {
		return errors.Join(err, os.Remove(target+".part"))
	}
	return nil
}

func fileTitle(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return -1
		}
		return r
	}, s)
	if s = strings.TrimSpace(strings.Trim(s, ".")); s == "" {
		return "Team"
	}
	return s
}

// typesetter opens the typesetter once, and keeps it.
func (w *Workspace) typesetter(ctx context.Context, progress func(Progress)) (*typeset.Setter, error) {
	w.setterMu.Lock()
	defer w.setterMu.Unlock()
	if w.setter != nil {
		return w.setter, nil
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	tell := func(p typeset.Progress) {
		if progress != nil {
			progress(Progress{Task: "typesetter", Phase: "Preparing the typesetter, once on this computer", Done: p.Fraction()})
		}
	}
	err = typeset.Prepare(ctx, cache, tell)
	if progress != nil {
		progress(Progress{Task: "typesetter", Done: 1, Ended: true})
	}
	if err != nil {
		return nil, err
	}
	w.setter, err = typeset.Open(w.background, cache)
	return w.setter, err
}

// cacheDir is where the translated typesetter is kept: it is nobody’s data,
// the same for all teams, and can be deleted at any time.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(base, "longhand", "typeset"), nil
}
