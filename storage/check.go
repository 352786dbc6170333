package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// preflight looks at a folder before Badger does, which would take one without
// a manifest for empty and delete every table. It returns the tables that no
// manifest knows: a crash leaves them behind, or a manifest that was cut.
func preflight(dir string) (strays []string, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	there := map[uint64]string{}
	for _, f := range files {
		switch {
		case filepath.Ext(f.Name()) == ".sst":
			id, ok := table.ParseFileID(f.Name())
			if !ok {
				return nil, fmt.Errorf("%w: %s is no table of it", ErrDamaged, f.Name())
			}
			there[id] = f.Name()
		case owned(f.Name()) && !f.Type().IsRegular():
			return nil, fmt.Errorf("%w: %s is no file", ErrDamaged, f.Name())
		}
	}
	m, err := readManifest(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if len(there) > 0 {
			return nil, fmt.Errorf("%w: its manifest is missing", ErrDamaged)
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for id := range m.Tables {
		name, ok := there[id]
		if !ok {
			return nil, fmt.Errorf("%w: table %s is missing", ErrDamaged, table.IDToFilename(id))
		}
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return nil, err
		} else if info.Size() == 0 {
			return nil, fmt.Errorf("%w: table %s is empty", ErrDamaged, name)
		}
		delete(there, id)
	}
	for _, name := range there {
		strays = append(strays, name)
	}
	slices.Sort(strays)
	return strays, nil
}

func readManifest(dir string) (badger.Manifest, error) {
	f, err := os.Open(filepath.Join(dir, manifestFile))
	if err != nil {
		return badger.Manifest{}, err
	}
	defer f.Close()
	m, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		return m, fmt.Errorf("%w: its manifest: %w", ErrDamaged, err)
	}
	return m, nil
}

// begin compares what the store says of itself with the count beside it, and
// makes the sum of a store that has none yet.
func (s *Store) begin() error {
	var has bool
	var now sum
	err := s.View(func(tx *Tx) (err error) {
		if now, err = tx.readSum(); err != nil {
			return err
		}
		has = now.updates > 0
		return nil
	})
	if err != nil {
		return s.unreadable(err)
	}
	if counted := s.count.read(); now.updates < counted {
		return fmt.Errorf("%w: its last %d updates are missing", ErrDamaged, counted-now.updates)
	}
	if has {
		return nil
	}
	if now, err = s.addUp(context.Background(), nil); err != nil || now.values == 0 {
		return err
	}
	now.updates = 1
	return s.db.Update(func(t *badger.Txn) error { return (&Tx{t: t, seal: s.seal}).writeSum(now) })
}

// unreadable says what it means that the sum cannot be read: that the key is
// another one, if nothing else opens either.
func (s *Store) unreadable(err error) error {
	if err = plainly(err); trouble(err) || errors.Is(err, ErrDamaged) {
		return err
	}
	if !errors.Is(err, ErrSeal) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	opens := errors.New("a value opens")
	if _, others := s.addUp(context.Background(), func(key, sealed []byte) error {
		if _, err := s.seal.Open(sealed, key); err == nil {
			return opens
		}
		return nil
	}); errors.Is(others, opens) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// addUp makes the sum of all that is there. look is called with each value
// first, and may be nil.
func (s *Store) addUp(ctx context.Context, look func(key, sealed []byte) error) (sum, error) {
	var now sum
	err := s.db.View(func(t *badger.Txn) error { return addUp(ctx, t, &now, look) })
	return now, err
}

func addUp(ctx context.Context, t *badger.Txn, now *sum, look func(key, sealed []byte) error) error {
	it := t.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		item := it.Item()
		if item.Key()[0] == byte(bookkeeping) {
			continue
		}
		if err := item.Value(func(sealed []byte) error {
			now.change(item.Key(), sealed, true)
			if look == nil {
				return nil
			}
			return look(item.Key(), sealed)
		}); err != nil {
			return fmt.Errorf("read %q: %w", item.Key(), err)
		}
	}
	return nil
}

// A Checked is what a look at everything found.
type Checked struct {
	Values uint64
	Bytes  int64
}

// Check reads every value, opens its seal, and adds up whether any is missing
// or older than it should be. The error wraps [ErrDamaged] when the store has
// to be built again, and [ErrSeal] when nothing opens at all: then the key is
// another one. told, if not nil, hears now and then how far it is.
func (s *Store) Check(ctx context.Context, told func(Checked)) (Checked, error) {
	var c Checked
	var opened uint64
	var bad error
	var want, got sum
	err := s.db.View(func(t *badger.Txn) (err error) {
		if want, err = (&Tx{t: t, seal: s.seal}).readSum(); errors.Is(err, ErrSeal) {
			bad = err
		} else if err != nil {
			return err
		}
		return addUp(ctx, t, &got, func(key, sealed []byte) error {
			c.Values++
			c.Bytes += int64(len(sealed))
			if _, err := s.seal.Open(sealed, key); err == nil {
				opened++
			} else if bad == nil {
				bad = fmt.Errorf("read %q: %w", key, err)
			}
			if told != nil && c.Values%1024 == 0 {
				told(c)
			}
			return nil
		})
	})
	switch {
	case ctx.Err() != nil:
		return c, context.Cause(ctx)
	case err != nil && !errors.Is(err, ErrDamaged):
		return c, fmt.Errorf("%w: %w", ErrDamaged, err)
	case err != nil:
		return c, err
	case bad != nil && opened == 0:
		return c, ErrSeal
	case bad != nil:
		return c, fmt.Errorf("%w: %w", ErrDamaged, bad)
	}
	err = want.compare(got)
	s.sound = s.sound || err == nil
	return c, err
}

func (s sum) compare(got sum) error {
	switch {
	case s.same(got):
		return nil
	case got.values < s.values:
		return fmt.Errorf("%w: %d of %d values are missing", ErrDamaged, s.values-got.values, s.values)
	case got.values > s.values:
		return fmt.Errorf("%w: %d values are back that were removed", ErrDamaged, got.values-s.values)
	}
	return fmt.Errorf("%w: some values are older than they should be", ErrDamaged)
}

// deep are the tables below the first level: only compaction makes them.
func deep(dir string) (out []uint64, err error) {
	m, err := readManifest(dir)
	for id, t := range m.Tables {
		if t.Level > 0 {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, err
}

// recheck adds up what is there after Badger has compacted: it copies tables
// without looking whether it could read them to the end, and deletes them. The
// store is closed, so that nothing goes on behind its back.
func (s *Store) recheck() error {
	now, err := deep(s.o.dir)
	if err != nil || s.sound && slices.Equal(now, s.deep) {
		return err
	}
	db, err := badger.Open(tuned(s.o).WithReadOnly(true))
	if err = plainly(err); err != nil {
		return err
	}
	var want, got sum
	err = db.View(func(t *badger.Txn) (err error) {
		if want, err = (&Tx{t: t, seal: s.seal}).readSum(); err != nil {
			return err
		}
		return addUp(context.Background(), t, &got, nil)
	})
	switch err = errors.Join(err, db.Close()); {
	case err == nil:
		return want.compare(got)
	case trouble(plainly(err)):
		return plainly(err)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}
