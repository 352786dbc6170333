package folder

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"longhand/sync/relay"
)

// listing is what the names in the folder claim: for each blob the files that may hold it.
type listing map[relay.Ref][]string

// list reads names only.
func (f *Folder) list(ctx context.Context, r *os.Root) (listing, error) {
	l := listing{}
	return l, f.eachDir(ctx, r, func(dir string, author [16]byte, entries []fs.DirEntry) {
		for _, e := range entries {
			if ref, ok := f.names.parse(author, e.Name()); ok && e.Type().IsRegular() {
				l[ref] = append(l[ref], path.Join(dir, e.Name()))
			}
		}
	})
}

// eachDir visits every directory of a device, and every one of what it carries.
func (f *Folder) eachDir(ctx context.Context, r *os.Root, fn func(dir string, author [16]byte, entries []fs.DirEntry)) error {
	devices, err := readDir(r, f.team)
	if err != nil {
		return failure(f.root, "list", err)
	}
	for _, d := range devices {
		id, ok := f.names.device(d.Name())
		if !ok || !d.IsDir() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		dir := path.Join(f.team, d.Name())
		entries, err := readDir(r, dir)
		if err != nil {
			return failure(f.root, "list", err)
		}
		fn(dir, id, entries)
		authors, err := readDir(r, path.Join(dir, carried))
		if err != nil {
			continue // a file of that name, say: the device carries nothing
		}
		for _, a := range authors {
			author, ok := f.names.device(a.Name())
			if !ok || !a.IsDir() {
				continue
			}
			sub := path.Join(dir, carried, a.Name())
			entries, err := readDir(r, sub)
			if err != nil {
				return failure(f.root, "list", err)
			}
			fn(sub, author, entries)
		}
	}
	return nil
}

// readDir is empty for a directory that is not there: it may come.
func readDir(r *os.Root, name string) ([]fs.DirEntry, error) {
	d, err := r.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ReadDir(-1)
}

// load reads a blob from the first of its files that is whole; failing that, from one that is not.
func load(r *os.Root, team [32]byte, ref relay.Ref, files []string) (relay.Blob, error) {
	b := relay.Blob{Kind: ref.Kind, Team: team, Author: ref.Author, First: ref.First, Last: ref.Last, Counter: ref.Counter, Mailbox: ref.Mailbox}
	found := false
	var failed error
	for _, name := range files {
		bytes, err := readFile(r, name, ref.Kind.Max())
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, errNotRegular):
			continue
		case errors.Is(err, relay.ErrTooLarge), errors.Is(err, fs.ErrPermission):
			bytes = nil // there, and of no use
		case err != nil:
			failed = err
			continue
		}
		b.Bytes, b.Damaged, found = bytes, !whole(ref, bytes), true
		if !b.Damaged {
			return b, nil
		}
	}
	switch {
	case found:
		return b, nil
	case failed != nil:
		return b, failed
	}
	return b, relay.ErrGone
}

func whole(ref relay.Ref, b []byte) bool {
	sum := sha256.Sum256(b)
	return ref.Hash == [16]byte(sum[:16])
}

// List implements relay.Store.
func (f *Folder) List(ctx context.Context, kind relay.Kind, fn func(relay.Ref) error) error {
	r, err := f.open("list")
	if err != nil {
		return err
	}
	defer r.Close()
	l, err := f.list(ctx, r)
	if err != nil {
		return err
	}
	for _, ref := range l.refs() {
		if ref.Kind != kind {
			continue
		}
		if err := fn(ref); err != nil {
			return err
		}
	}
	return nil
}

// refs is in the order in which they are best received: the roster first, for it says who may write, and runs ascending.
func (l listing) refs() []relay.Ref {
	refs := make([]relay.Ref, 0, len(l))
	for r := range l {
		refs = append(refs, r)
	}
	turn := func(k relay.Kind) int {
		return slices.Index([]relay.Kind{relay.Roster, relay.Mail, relay.Segment, relay.Seen}, k)
	}
	slices.SortFunc(refs, func(a, b relay.Ref) int {
		return cmp.Or(turn(a.Kind)-turn(b.Kind), slices.Compare(a.Author[:], b.Author[:]), cmp.Compare(a.First, b.First),
			cmp.Compare(b.Last, a.Last), cmp.Compare(b.Counter, a.Counter), slices.Compare(a.Hash[:], b.Hash[:]), slices.Compare(a.Mailbox[:], b.Mailbox[:]))
	})
	return refs
}

// Fetch implements relay.Store.
func (f *Folder) Fetch(ctx context.Context, ref relay.Ref) (relay.Blob, error) {
	if err := ctx.Err(); err != nil {
		return relay.Blob{}, err
	}
	r, err := f.open("fetch")
	if err != nil {
		return relay.Blob{}, err
	}
	defer r.Close()
	b, err := load(r, f.teamID, ref, []string{path.Join(f.dirOf(ref), fileName(ref))})
	if err == nil && !b.Damaged {
		return b, nil
	}
	// Not where this device would have put it: somebody else's, then.
	l, err := f.list(ctx, r)
	if err != nil {
		return relay.Blob{}, err
	}
	b, err = load(r, f.teamID, ref, l[ref])
	if errors.Is(err, relay.ErrGone) {
		return b, &relay.Error{Relay: f.root, Op: "fetch", Kind: relay.ErrGone}
	}
	if err != nil {
		return b, failure(f.root, "fetch", err)
	}
	return b, nil
}
