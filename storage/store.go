// Package storage keeps bytes on this device: a Badger store of what can be
// derived, and beside it the journal file, which is the truth.
//
// Every value is sealed, with its key as its place, so that a flipped bit or
// a swapped value is found when it is read. Badger’s own encryption would not
// find it. The package knows buckets and bytes and never sees a field.
//
// It refuses to open a folder that another process has open, and one that
// lacks its manifest: Badger would take that for an empty store and delete
// every table. [Guard] opens a store that may be damaged: what it finds is set
// aside and never deleted, and the caller is told to build it again.
package storage

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/dgraph-io/badger/v4"
	bo "github.com/dgraph-io/badger/v4/options"
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
	o    options

	mu    sync.Mutex // one update at a time, since all change the sum
	count counter
	known inventory // of tables, as they were when they were first seen
	deep  []uint64  // tables below the first level at opening
	// sound: everything was there when it was opened, or has been looked at.
	sound bool
	held  *os.File // the lock of a [Guard]
}

type options struct {
	closing time.Duration // see the constant; tests are less patient
	dir     string
	disk    Disk
	// memTable is small in tests, so that there are many tables.
	memTable int64
	reserve  uint64
}

const (
	usualMemTable = 8 << 20
	// reserve is the room that is left for Badger. It writes through maps of
	// files that are made without their blocks: where there is no room left it
	// is not told so by an error, but ended by a signal.
	reserve = 64 << 20
)

// Open opens the store in a folder, or makes one there. A store that was not
// closed is opened as it is; [Guard.Open] looks at it before.
func Open(dir string, key Key) (*Store, error) {
	return openWith(options{dir: dir, disk: OS(), memTable: usualMemTable, reserve: reserve}, key)
}

func openWith(o options, key Key) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open store: %w", err)
		}
	}()
	seal, err := NewSeal(key, "store")
	if err != nil {
		return nil, err
	}
	if err := o.disk.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	if _, err := preflight(o.dir); err != nil {
		return nil, err
	}
	s := &Store{seal: seal, o: o}
	if err := s.room(o.reserve / 8); err != nil {
		return nil, err
	}
	s.known, err = readClean(o.dir)
	if err != nil && !errors.Is(err, errNotClean) {
		return nil, err
	}
	s.sound = err == nil
	if err := unlist(o.disk, o.dir); err != nil {
		return nil, err
	}
	if s.db, err = openBadger(o); err != nil {
		return nil, err
	}
	if s.count, err = openCounter(o.disk, o.dir); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	private(o.dir)
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.count.f.Close(), s.db.Close())
	}
	if s.deep, err = deep(o.dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openBadger(o options) (*badger.DB, error) {
	db, err := badger.Open(tuned(o))
	if err != nil && !locked(err) {
		// After a kill an empty memtable file can be left behind, at which
		// the first opening fails and the second one does not.
		db, err = badger.Open(tuned(o))
	}
	switch err = plainly(err); {
	case err == nil:
		return db, nil
	case locked(err):
		return nil, ErrInUse
	case trouble(err):
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
}

// troubles are what is wrong with the disk or the user’s rights, and no sign
// that the store is damaged.
func troubles() []syscall.Errno {
	return []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EACCES, syscall.EPERM, syscall.EIO, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM}
}

func trouble(err error) bool {
	return slices.ContainsFunc(troubles(), func(no syscall.Errno) bool { return errors.Is(err, no) })
}

// plainly gives an error of Badger’s back what it was made from: Badger keeps
// only the words.
func plainly(err error) error {
	if err == nil || trouble(err) {
		return err
	}
	for _, no := range troubles() {
		if strings.Contains(err.Error(), no.Error()) {
			return fmt.Errorf("%w: %w", err, no)
		}
	}
	return err
}

func locked(err error) bool { return strings.Contains(err.Error(), "Cannot acquire directory lock") }

// tuned are the options for a desktop, where the defaults take 2 GB at once.
func tuned(s options) badger.Options {
	o := badger.DefaultOptions(s.dir)
	o.MemTableSize, o.NumMemtables = s.memTable, 2
	o.NumLevelZeroTables, o.NumLevelZeroTablesStall, o.NumCompactors = 2, 4, 2
	// Values larger than this go to Badger’s value log and take room there even
	// when they are written over: its own sweep (RunValueLogGC) brought values
	// back that had been deleted, in v4.9.6 within 200 openings of a small store.
	// What is written often is deflated before, and seldom that large.
	o.ValueThreshold, o.ValueLogFileSize = min(1<<20, s.memTable/8), 16<<20
	if s.memTable < usualMemTable {
		o.BaseTableSize, o.BaseLevelSize = 4*s.memTable, 16*s.memTable
	}
	o.Compression = bo.None // sealed bytes do not compress
	o.BlockCacheSize, o.IndexCacheSize = 0, 0
	o.SyncWrites, o.NumVersionsToKeep = true, 1
	// Whenever Badger has compacted, closing takes longer; see recheck.
	o.MetricsEnabled, o.CompactL0OnClose = false, false
	o.ChecksumVerificationMode, o.VerifyValueChecksum = bo.OnBlockRead, true
	o.Logger = nil
	return o
}

// room refuses to go on when a disk is nearly full.
func (s *Store) room(least uint64) error {
	n, err := s.o.disk.Free(s.o.dir)
	if err != nil {
		return err
	}
	if n < least {
		return &fs.PathError{Op: "write", Path: s.o.dir, Err: syscall.ENOSPC}
	}
	return nil
}

// Close writes out what is in memory, lists the files, and lets go of the
// folder.
func (s *Store) Close() (err error) {
	if s.db.IsClosed() {
		return nil
	}
	if s.held != nil {
		defer func() { err = errors.Join(err, s.held.Close()) }()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := errors.Join(plainly(s.closeBadger()), s.count.f.Close()); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	if err := s.recheck(); errors.Is(err, ErrDamaged) {
		return nil // without the list the next opening looks closely
	} else if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	private(s.o.dir)
	now, err := take(s.o.dir, s.known, true)
	if err == nil {
		err = WriteFileOn(s.o.disk, filepath.Join(s.o.dir, cleanFile), now.marshal())
	}
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// closing is how long Badger may take to close. When its folder is taken away it
// waits for ever for room to write.
const closing = 20 * time.Second

func (s *Store) closeBadger() error {
	most := cmp.Or(s.o.closing, closing)
	ended := make(chan error, 1)
	go func() { ended <- s.db.Close() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(most):
		return fmt.Errorf("it did not close within %s; its folder may be gone", most)
	}
}

// View reads at one moment.
func (s *Store) View(fn func(*Tx) error) error {
	return s.db.View(func(t *badger.Txn) error { return fn(&Tx{t: t, seal: s.seal}) })
}

// Update writes all or nothing, and has synced it when it returns. What fn
// writes must fit one memtable; see [ErrTooBig]. Updates wait for each other.
func (s *Store) Update(fn func(*Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.room(s.o.reserve); err != nil {
		return err
	}
	var now sum
	err := s.db.Update(func(t *badger.Txn) error {
		tx := &Tx{t: t, seal: s.seal}
		var err error
		if now, err = tx.readSum(); err != nil {
			return err
		}
		tx.sum = &now
		if err := fn(tx); err != nil {
			return err
		}
		now.updates++
		return tx.writeSum(now)
	})
	if errors.Is(err, badger.ErrTxnTooBig) {
		return ErrTooBig
	}
	err = plainly(err)
	if err == nil {
		// It is saved; without the count a loss of the last updates would
		// only be harder to see.
		_ = s.count.write(now.updates)
	}
	return err
}

// ErrTooBig: one update wrote more than about a megabyte.
var ErrTooBig = errors.New("too much for one update")

// Tx is one transaction.
type Tx struct {
	t    *badger.Txn
	seal Seal
	sum  *sum // nil where nothing is written
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
	if err := t.without(b, k); err != nil {
		return err
	}
	sealed := t.seal.Close(value, k)
	t.sum.change(k, sealed, true)
	return t.t.Set(k, sealed)
}

// Delete removes a value. It is no way to make anything unreadable.
func (t *Tx) Delete(b Bucket, key []byte) error {
	k := place(b, key)
	if err := t.without(b, k); err != nil {
		return err
	}
	return t.t.Delete(k)
}

// without takes what stands under a key out of the sum.
func (t *Tx) without(b Bucket, k []byte) error {
	if t.sum == nil {
		return badger.ErrReadOnlyTxn
	}
	if b == bookkeeping {
		return fmt.Errorf("write %q: that bucket is the store’s own", k)
	}
	item, err := t.t.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil
	}
	if err == nil {
		err = item.Value(func(sealed []byte) error { t.sum.change(k, sealed, false); return nil })
	}
	if err != nil {
		return fmt.Errorf("replace %q: %w", k, err)
	}
	return nil
}

func (t *Tx) readSum() (s sum, err error) {
	b, err := t.Get(bookkeeping, sumKey)
	if errors.Is(err, ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return parseSum(b)
}

func (t *Tx) writeSum(s sum) error {
	k := place(bookkeeping, sumKey)
	return t.t.Set(k, t.seal.Close(s.marshal(), k))
}

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
