package workspace

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/fxamacker/cbor/v2"

	"longhand/storage"
	"longhand/storage/secret"
	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// The format of a backup is in FORMAT.md.

const (
	backupVersion = 2 // 1 had no changes
	mostItem      = 9 << 20
	keysAnItem    = 100_000
	keyLen        = 16 + 32 // document and change hash
)

const (
	itemBegin = iota + 1
	itemBlob
	itemEntry
	itemEnd
	itemChanges
)

type (
	backupBegin struct {
		_       struct{} `cbor:",toarray"`
		Version int
		Team    journal.TeamID
		Name    string
		Person  roster.PersonID
		Keys    []byte
		Relays  []string
		At      int64
	}
	backupBlob struct {
		_           struct{} `cbor:",toarray"`
		Kind        relay.Kind
		Author      [16]byte
		First, Last uint64
		Counter     uint64
		Mailbox     [16]byte
		Bytes       []byte
	}
	backupEntry struct {
		_      struct{} `cbor:",toarray"`
		Number uint64
		Salt   [16]byte
		Body   []byte
	}
	// BackupSum counts what a backup holds.
	BackupSum struct {
		_         struct{} `cbor:",toarray"`
		Blobs     int
		Entries   int
		Documents int
		Digest    [32]byte
	}
)

// ErrBackup: a file is no backup, was cut off, or does not give back what it says.
var ErrBackup = errors.New("this is no whole backup")

// Backup writes everything that this device has into one encrypted file, and
// believes it only when it has been restored from there into a temporary place.
func (w *Workspace) Backup(ctx context.Context, path, passphrase string, progress func(Progress)) (sum BackupSum, err error) {
	if err := w.desk.flush(w); err != nil {
		return sum, err
	}
	tell(progress, Progress{Task: "backup", Phase: "Writing the backup", Done: -1})
	f, err := os.CreateTemp(filepath.Dir(path), ".longhand-backup-*")
	if err != nil {
		return sum, fmt.Errorf("back up: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	sum, err = w.writeBackup(ctx, f, passphrase)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return sum, fmt.Errorf("back up: %w", err)
	}
	tell(progress, Progress{Task: "backup", Phase: "Restoring it for a test", Done: -1})
	back, err := VerifyBackup(ctx, f.Name(), passphrase, w.options)
	if err != nil {
		return sum, fmt.Errorf("back up: %w", err)
	}
	if back != sum {
		return sum, fmt.Errorf("back up: %w: it gives back something else", ErrBackup)
	}
	if err := errors.Join(os.Rename(f.Name(), path), storage.SyncDir(filepath.Dir(path))); err != nil {
		return sum, fmt.Errorf("back up: %w", err)
	}
	tell(progress, Progress{Task: "backup", Phase: "Done", Done: 1, Ended: true})
	return sum, nil
}

func tell(progress func(Progress), p Progress) {
	if progress != nil {
		progress(p)
	}
}

func (w *Workspace) writeBackup(ctx context.Context, f io.Writer, passphrase string) (sum BackupSum, err error) {
	buffered := bufio.NewWriterSize(f, 1<<20)
	sealed, err := secret.SealTo(buffered, passphrase, w.options.Work)
	if err != nil {
		return sum, err
	}
	put := func(sort int, v any) error {
		b, err := cbor.Marshal([]any{sort, v})
		if err == nil {
			_, err = sealed.Write(b)
		}
		return err
	}
	me := w.me()
	if err := put(itemBegin, backupBegin{Version: backupVersion, Team: w.team, Name: w.TeamName(), Person: w.person, Keys: me.Keys, Relays: me.Relays, At: w.Now().Unix()}); err != nil {
		return sum, err
	}
	// People write, and things arrive, while this takes its time. What the store
	// has now is what the backup answers for. It was all in the journals before it
	// was in the store, and those are read after this, so they have it and perhaps
	// more; the own journal first, for what is packed into segments meanwhile.
	keys, err := w.changeKeys()
	if err != nil {
		return sum, err
	}
	sum.Documents, sum.Digest = digest(keys)
	last := w.journal.Last()
	for from := uint64(1); from <= last; {
		entries, err := w.Entries(from, 256)
		if err != nil {
			return sum, err
		}
		for _, e := range entries {
			if e.Number > last {
				break
			}
			if err := put(itemEntry, backupEntry{Number: e.Number, Salt: e.Salt, Body: e.Body}); err != nil {
				return sum, err
			}
			sum.Entries++
		}
		from += uint64(len(entries))
	}
	for _, kind := range []relay.Kind{relay.Roster, relay.Segment, relay.Seen, relay.Mail} {
		n, err := w.backUpKept(ctx, kind, put)
		if sum.Blobs += n; err != nil {
			return sum, err
		}
	}
	for part := range slices.Chunk(keys, keysAnItem) {
		if err := put(itemChanges, bytes.Join(part, nil)); err != nil {
			return sum, err
		}
	}
	if err := put(itemEnd, sum); err != nil {
		return sum, err
	}
	return sum, errors.Join(sealed.Close(), buffered.Flush())
}

// backUpKept copies what is kept of one sort. A file that went meanwhile had its
// place taken by another, which a second look finds.
func (w *Workspace) backUpKept(ctx context.Context, kind relay.Kind, put func(int, any) error) (n int, err error) {
	done := map[relay.Ref]bool{}
	for again := true; again; {
		again = false
		var refs []relay.Ref
		if err := w.keep.List(ctx, kind, func(r relay.Ref) error { refs = append(refs, r); return nil }); err != nil {
			return n, err
		}
		for _, ref := range refs {
			if done[ref] {
				continue
			}
			done[ref] = true
			b, err := w.keep.Fetch(ctx, ref)
			if errors.Is(err, relay.ErrGone) {
				again = true
				continue
			}
			if err != nil {
				return n, err
			}
			if b.Damaged {
				continue // it is in the own journal, or on a relay
			}
			if err := put(itemBlob, backupBlob{Kind: b.Kind, Author: b.Author, First: b.First, Last: b.Last, Counter: b.Counter, Mailbox: b.Mailbox, Bytes: b.Bytes}); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// changeKeys names the changes that the store has, in order.
func (w *Workspace) changeKeys() (out [][]byte, err error) {
	err = w.store.View(func(tx *storage.Tx) error {
		return tx.Keys(inChanges, nil, func(key []byte) error {
			out = append(out, bytes.Clone(key))
			return nil
		})
	})
	return out, err
}

// digest sums up the names of changes.
func digest(keys [][]byte) (documents int, sum [32]byte) {
	h := sha256.New()
	last := ""
	for _, key := range keys {
		h.Write(key)
		if doc := string(key[:16]); doc != last {
			documents++
			last = doc
		}
	}
	return documents, [32]byte(h.Sum(nil))
}
