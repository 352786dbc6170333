package folder

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"longhand/sync/relay"
)

var errOtherTeam = errors.New("the blob belongs to another team")

// Put implements relay.Relay.
func (f *Folder) Put(ctx context.Context, b relay.Blob) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := b.Check(); err != nil {
		return &relay.Error{Relay: f.root, Op: "put", Kind: err}
	}
	if b.Team != f.teamID {
		return fmt.Errorf("put %s: %w", b.Kind, errOtherTeam)
	}
	r, err := f.open("put")
	if err != nil {
		return err
	}
	defer r.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.put(ctx, r, b); err != nil {
		var e *relay.Error
		if errors.As(err, &e) || ctx.Err() != nil {
			return err
		}
		return failure(f.root, "put", err)
	}
	return nil
}

func (f *Folder) put(ctx context.Context, r *os.Root, b relay.Blob) error {
	ref := relay.RefOf(b)
	dir, name := f.dirOf(ref), fileName(ref)
	if has(r, path.Join(dir, name), b.Bytes) {
		return nil
	}
	own := ref.Kind != relay.Roster && ref.Author == f.device
	if !own {
		elsewhere, err := f.elsewhere(ctx, r, ref, b.Bytes)
		if err != nil || elsewhere {
			return err
		}
	}
	if ref.Kind == relay.Seen {
		newer, err := f.newerSeen(r, dir, ref)
		if err != nil || newer {
			return err
		}
	}
	if err := f.makeDir(r, dir); err != nil {
		return err
	}
	if err := writeFile(r, dir, name, b.Bytes, f.sync); err != nil {
		return err
	}
	if ref.Kind == relay.Seen {
		return f.dropOlderSeen(r, dir, ref)
	}
	return nil
}

// has reports whether a file is there with exactly these bytes. One that cannot be read is written again.
func has(r *os.Root, name string, b []byte) bool {
	old, err := readFile(r, name, len(b))
	return err == nil && bytes.Equal(old, b)
}

// elsewhere reports whether the author, or somebody who carries for them, has a whole copy already.
func (f *Folder) elsewhere(ctx context.Context, r *os.Root, ref relay.Ref, b []byte) (bool, error) {
	devices, err := readDir(r, f.team)
	if err != nil {
		return false, err
	}
	name := fileName(ref)
	for _, d := range devices {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		id, ok := f.names.device(d.Name())
		if !ok || !d.IsDir() {
			continue
		}
		at := path.Join(f.team, d.Name(), name)
		if ref.Kind != relay.Roster && id != ref.Author {
			at = path.Join(f.team, d.Name(), carried, fmt.Sprintf("%x", ref.Author), name)
		}
		if has(r, at, b) {
			return true, nil
		}
	}
	return false, nil
}

// makeDir makes a directory below the own one, and sees to it that it stays.
func (f *Folder) makeDir(r *os.Root, dir string) error {
	if !f.cleaned {
		f.clean(r)
		f.cleaned = true
	}
	if fi, err := r.Stat(dir); err == nil && fi.IsDir() {
		return nil
	}
	root, err := r.Stat(".")
	if err != nil {
		return err
	}
	at := ""
	for part := range strings.SplitSeq(dir, "/") {
		parent := at
		at = path.Join(at, part)
		if err := r.Mkdir(at, root.Mode().Perm()|0o700); err != nil {
			if errors.Is(err, fs.ErrExist) {
				continue
			}
			return err
		}
		if err := syncDir(r, cmp.Or(parent, "."), f.sync); err != nil {
			return err
		}
	}
	return nil
}

// clean removes what a crash left half-written in the own directory. It does its best: such files harm nobody.
func (f *Folder) clean(r *os.Root) {
	own := path.Join(f.team, fmt.Sprintf("%x", f.device))
	dirs := []string{own}
	if authors, err := readDir(r, path.Join(own, carried)); err == nil {
		for _, a := range authors {
			dirs = append(dirs, path.Join(own, carried, a.Name()))
		}
	}
	for _, dir := range dirs {
		entries, err := readDir(r, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), tmpPrefix) {
				_ = r.Remove(path.Join(dir, e.Name()))
			}
		}
	}
}

// newerSeen reports whether the directory has a whole seen of the same author with a greater counter.
func (f *Folder) newerSeen(r *os.Root, dir string, ref relay.Ref) (bool, error) {
	entries, err := readDir(r, dir)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		old, ok := f.names.parse(ref.Author, e.Name())
		if !ok || old.Kind != relay.Seen || old.Counter <= ref.Counter {
			continue
		}
		if b, err := readFile(r, path.Join(dir, e.Name()), relay.MaxSeen); err == nil && whole(old, b) {
			return true, nil
		}
	}
	return false, nil
}

func (f *Folder) dropOlderSeen(r *os.Root, dir string, ref relay.Ref) error {
	entries, err := readDir(r, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if old, ok := f.names.parse(ref.Author, e.Name()); ok && old.Kind == relay.Seen && old != ref && old.Counter <= ref.Counter {
			if err := remove(r, path.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Replace implements relay.Store. It forgets only what lies in the own directory.
func (f *Folder) Replace(ctx context.Context, b relay.Blob, old []relay.Ref) error {
	if err := f.Put(ctx, b); err != nil {
		return err
	}
	r, err := f.open("replace")
	if err != nil {
		return err
	}
	defer r.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ref := range old {
		if ref == relay.RefOf(b) {
			continue
		}
		if err := remove(r, path.Join(f.dirOf(ref), fileName(ref))); err != nil {
			return failure(f.root, "replace", err)
		}
	}
	return nil
}

func remove(r *os.Root, name string) error {
	if err := r.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
