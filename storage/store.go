// Package storage keeps bytes on this device: a Badger store of what can be
// derived, and beside it the journal file, which is the truth.
//
// Every value is sealed, with its key as its place, so that a flipped bit or
// a swapped value is found when it is read. Badger’s own encryption would not
// find it. The package knows buckets and bytes and never sees a field.
//
// It refuses to open a folder that another process has open, and one that
// lacks its manifest: Badger would take that for an empty store and delete
// every table.
package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

var (
	// ErrInUse: another process has the data open.
	ErrInUse = errors.New("the data is open in another window or command")
	// ErrDamaged: files of the store are missing or do not belong together.
	ErrDamaged = errors.New("the store is damaged")
	// ErrNotFound: there is nothing under that key.
	ErrNotFound = errors.New("not found")
)

// A Bucket groups keys. Its letter is the first byte of every key.
type Bucket byte

// Store is an open store.
type Store struct {
	db   *badger.DB
	seal Seal
}

// Open opens the store in a folder, or makes one there.
func Open(dir string, key Key) (*Store, error) {
	seal, err := NewSeal(key, "store")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if err := preflight(dir); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	db, err := badger.Open(tuned(dir))
	if err != nil && !locked(err) {
		// After a kill an empty memtable file can be left behind, at which
		// the first opening fails and the second one does not.
		db, err = badger.Open(tuned(dir))
	}
	switch {
	case err == nil:
		return &Store{db, seal}, nil
	case locked(err):
		return nil, fmt.Errorf("open store: %w", ErrInUse)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("open store: %w", err)
	}
	return nil, fmt.Errorf("open store: %w: %w", ErrDamaged, err)
}

func locked(err error) bool { return strings.Contains(err.Error(), "Cannot acquire directory lock") }

// tuned are the options for a desktop, where the defaults take 2 GB at once.
func tuned(dir string) badger.Options {
	o := badger.DefaultOptions(dir)
	o.MemTableSize, o.NumMemtables = 8<<20, 2
	o.NumLevelZeroTables, o.NumLevelZeroTablesStall, o.NumCompactors = 2, 4, 2
	o.ValueThreshold, o.ValueLogFileSize = 1<<20, 16<<20
	o.Compression = options.None // sealed bytes do not compress
	o.BlockCacheSize, o.IndexCacheSize = 0, 0
	o.SyncWrites, o.NumVersionsToKeep = true, 1
	o.MetricsEnabled, o.CompactL0OnClose = false, true
	o.ChecksumVerificationMode, o.VerifyValueChecksum = options.OnBlockRead, true
	o.Logger = nil
	return o
}

func preflight(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	tables, manifest := 0, false
	for _, f := range files {
		tables += strings.Count(filepath.Ext(f.Name()), ".sst")
		manifest = manifest || f.Name() == "MANIFEST"
	}
	if tables > 0 && !manifest {
		return fmt.Errorf("%w: its manifest is missing", ErrDamaged)
	}
	return nil
}

// Close writes out what is in memory and lets go of the folder.
func (s *Store) Close() error { return s.db.Close() }

// View reads at one moment.
func (s *Store) View(fn func(*Tx) error) error {
	return s.db.View(func(t *badger.Txn) error { return fn(&Tx{t, s.seal}) })
}

// Update writes all or nothing, and has synced it when it returns. What fn
// writes must fit one memtable; see [ErrTooBig].
func (s *Store) Update(fn func(*Tx) error) error {
	err := s.db.Update(func(t *badger.Txn) error { return fn(&Tx{t, s.seal}) })
	if errors.Is(err, badger.ErrTxnTooBig) {
		return ErrTooBig
	}
	return err
}

// ErrTooBig: one update wrote more than about a megabyte.
var ErrTooBig = errors.New("too much for one update")

// Tx is one transaction.
type Tx struct {
	t    *badger.Txn
	seal Seal
}

func place(b Bucket, key []byte) []byte { return append([]byte{byte(b)}, key...) }

// Get reads the value under a key, or [ErrNotFound].
func (t *Tx) Get(b Bucket, key []byte) ([]byte, error) {
	k := place(b, key)
	item, err := t.t.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", k, err)
	}
	return t.open(item)
}

func (t *Tx) open(item *badger.Item) (plain []byte, err error) {
	err = item.Value(func(sealed []byte) error {
		plain, err = t.seal.Open(sealed, item.Key())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %q: %w", item.Key(), err)
	}
	return plain, nil
}

// Put writes a value.
func (t *Tx) Put(b Bucket, key, value []byte) error {
	k := place(b, key)
	return t.t.Set(k, t.seal.Close(value, k))
}

// Delete removes a value. It is no way to make anything unreadable.
func (t *Tx) Delete(b Bucket, key []byte) error { return t.t.Delete(place(b, key)) }

// Each calls fn with every key of a bucket that begins with prefix, in order.
// The key is without its bucket, and is fn’s to keep.
func (t *Tx) Each(b Bucket, prefix []byte, fn func(key, value []byte) error) error {
	return t.each(b, prefix, true, func(item *badger.Item) error {
		value, err := t.open(item)
		if err != nil {
			return err
		}
		return fn(item.KeyCopy(nil)[1:], value)
	})
}

// Keys is Each without the values.
func (t *Tx) Keys(b Bucket, prefix []byte, fn func(key []byte) error) error {
	return t.each(b, prefix, false, func(item *badger.Item) error { return fn(item.KeyCopy(nil)[1:]) })
}

func (t *Tx) each(b Bucket, prefix []byte, values bool, fn func(*badger.Item) error) error {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.PrefetchValues = place(b, prefix), values
	it := t.t.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := fn(it.Item()); err != nil {
			return err
		}
	}
	return nil
}
