package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Guard opens a store that may be damaged. What was closed well is compared
// with the list of its files. What was not is opened, read to the end and closed
// by a child process first; the process itself only ever opens a store that was
// closed well.
type Guard struct {
	Dir string
	Key Key
	// Now names what is set aside; nil is the computer’s clock.
	Now func() time.Time
	// Told hears how far a probe is; it may be nil.
	Told func(Checked)
	// Program and Args start the probe; "" is this program, with [ProbeArg].
	Program string
	Args    []string
	Disk    Disk // nil is the computer’s

	memTable int64 // small in tests
}

// Quarantined says that a store was damaged and has been moved out of the way.
// The store in its place is empty: what was in it has to be built again from
// the journals.
type Quarantined struct {
	Moved string // the folder’s new name, with its path
	Why   error
}

func (q *Quarantined) Error() string {
	return fmt.Sprintf("%v; it was set aside as %s", q.Why, filepath.Base(q.Moved))
}

func (q *Quarantined) Unwrap() error { return q.Why }

// Open opens the store, or makes one. The Quarantined is not nil when the
// Store is a new one in place of one that was damaged. An error means that
// none could be opened; it wraps a Quarantined if one was moved all the same.
func (g Guard) Open(ctx context.Context) (_ *Store, _ *Quarantined, err error) {
	if g.Disk == nil {
		g.Disk = OS()
	}
	g.memTable = cmp.Or(g.memTable, usualMemTable)
	parent := filepath.Dir(g.Dir)
	if err := g.Disk.MkdirAll(parent, 0o700); err != nil {
		return nil, nil, fmt.Errorf("open store: %w", err)
	}
	// The lock stands beside the store, because the store may be moved.
	held, err := lock(g.Dir+".lock", os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, nil, fmt.Errorf("open store: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, held.Close())
		}
	}()
	if err := g.free(ctx); err != nil {
		return nil, nil, fmt.Errorf("open store: %w", err)
	}
	s, err := g.open(ctx)
	var q *Quarantined
	if errors.Is(err, ErrDamaged) {
		if q, err = g.quarantine(err); err == nil {
			s, err = g.open(ctx)
		}
	}
	if err != nil {
		if q != nil {
			err = errors.Join(err, q)
		}
		return nil, nil, err
	}
	s.held = held
	return s, q, nil
}

// ending is how long a probe may need to end after its parent was killed.
const ending = 3 * time.Second

// free makes sure that no program has the store open that does not know the
// lock beside it: one of another kind, or a probe that has not ended yet.
func (g Guard) free(ctx context.Context) error {
	for began := time.Now(); ; {
		f, err := lock(g.Dir, os.O_RDONLY)
		switch {
		case err == nil:
			return f.Close()
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case !errors.Is(err, ErrInUse) || time.Since(began) > ending:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// open opens the store if it is whole. The first look at one that is not can be
// wrong: Badger stumbles once over an empty log and takes it the second time.
func (g Guard) open(ctx context.Context) (*Store, error) {
	var err error
	for range 2 {
		var clean bool
		if clean, err = g.listed(); err == nil && !clean {
			err = g.runProbe(ctx)
		}
		if errors.Is(err, errNoProbe) {
			err = nil // then it is opened here, as it is
		}
		if err == nil {
			s, err := openWith(options{dir: g.Dir, disk: g.Disk, memTable: g.memTable, reserve: reserve}, g.Key)
			return s, err
		}
		if !errors.Is(err, ErrDamaged) {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	return nil, fmt.Errorf("open store: %w", err)
}

// listed reports whether the store can be opened as it is: it is new, or it was
// closed well and no file has changed since.
func (g Guard) listed() (bool, error) {
	files, err := os.ReadDir(g.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	list, err := readClean(g.Dir)
	switch {
	case err == nil:
		return true, list.compare(g.Dir)
	case !errors.Is(err, errNotClean):
		return false, err
	case len(files) == 0:
		return true, nil
	}
	return false, nil
}

// quarantine moves a damaged store out of the way.
func (g Guard) quarantine(why error) (*Quarantined, error) {
	now := time.Now
	if g.Now != nil {
		now = g.Now
	}
	name := g.Dir + ".damaged-" + now().UTC().Format("20060102T150405Z")
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			break
		}
		name = fmt.Sprintf("%s.damaged-%s-%d", g.Dir, now().UTC().Format("20060102T150405Z"), i)
	}
	if err := g.Disk.Rename(g.Dir, name); err != nil {
		return nil, fmt.Errorf("set a damaged store aside: %w", errors.Join(err, why))
	}
	if err := g.Disk.SyncDir(filepath.Dir(g.Dir)); err != nil {
		return nil, fmt.Errorf("set a damaged store aside: %w", errors.Join(err, why))
	}
	return &Quarantined{Moved: name, Why: why}, nil
}
