package workspace

import (
	"bufio"
	"context"
	"crypto/rand"
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
	"longhand/sync/relay/folder"
	"longhand/sync/replica"
	"longhand/sync/roster"
)

// VerifyBackup restores a backup into a temporary place, compares what came
// back with what the backup says of itself, and takes the place away again.
// Nothing is sent. Of the options only the clock is used.
func VerifyBackup(ctx context.Context, path, passphrase string, o Options) (sum BackupSum, err error) {
	dir, err := os.MkdirTemp("", "longhand-verify-")
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// What is in there is sealed under a passphrase that nobody learns.
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return sum, err
	}
	w, said, promised, err := restore(ctx, Options{Dir: dir, Passphrase: fmt.Sprintf("%x", key), Now: o.Now, Work: 2}, path, passphrase, nil, false)
	if err != nil {
		return sum, err
	}
	keys, err := w.changeKeys()
	if err = errors.Join(err, w.Close()); err != nil {
		return sum, err
	}
	if promised != nil { // what was written while the backup was made may have come back as well
		back := map[string]bool{}
		for _, key := range keys {
			back[string(key)] = true
		}
		keys = slices.DeleteFunc(promised, func(key []byte) bool { return !back[string(key)] })
	}
	if documents, sum := digest(keys); documents != said.Documents || sum != said.Digest {
		return said, fmt.Errorf("%w: %d of %d documents came back as they were", ErrBackup, documents, said.Documents)
	}
	return said, nil
}

// Restore makes a device of the same person out of a backup, in an empty data
// folder.
func Restore(ctx context.Context, o Options, path, passphrase string, progress func(Progress)) (*Workspace, error) {
	w, _, _, err := restore(ctx, o, path, passphrase, progress, true)
	return w, err
}

// restore unpacks a backup, opens it as the device that made it, without a
// relay, and lets that enrol the new device. The keys name the changes that the
// backup answers for; nil is exactly those that come back.
func restore(ctx context.Context, o Options, path, passphrase string, progress func(Progress), send bool) (_ *Workspace, sum BackupSum, keys [][]byte, err error) {
	s, err := newSelf(o)
	if err != nil {
		return nil, sum, nil, err
	}
	next := s.identity
	f, err := os.Open(path)
	if err != nil {
		return nil, sum, nil, fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	plain, err := secret.OpenFrom(bufio.NewReaderSize(f, 1<<20), passphrase)
	if err != nil {
		return nil, sum, nil, fmt.Errorf("restore: %w", err)
	}
	items := newItems(plain)
	var begin backupBegin
	if err := items.begin(&begin); err != nil {
		return nil, sum, nil, fmt.Errorf("restore: %w", err)
	}
	old, err := journal.ParseIdentity(begin.Keys)
	if err != nil {
		return nil, sum, nil, fmt.Errorf("restore: %w: %w", ErrBackup, err)
	}
	key, err := o.key(ctx)
	if err != nil {
		return nil, sum, nil, err
	}
	dir := teamDir(o.Dir, begin.Team)
	if _, err := os.Stat(dir); err == nil {
		return nil, sum, nil, ErrTeamExists
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	tell(progress, Progress{Task: "restore", Phase: "Reading the backup", Done: -1})
	before := self{Version: 1, Keys: begin.Keys, Person: begin.Person, Team: begin.Team, identity: old}
	if err := before.save(dir, key); err != nil {
		return nil, sum, nil, err
	}
	if sum, keys, err = items.unpack(ctx, dir, key, begin.Team, old); err != nil {
		return nil, sum, nil, fmt.Errorf("restore: %w", err)
	}
	tell(progress, Progress{Task: "restore", Phase: "Making what is shown from the journals", Done: -1})
	w, err := openTeam(ctx, o, dir, key, before, roster.New(begin.Team))
	if err != nil {
		return nil, sum, nil, err
	}
	if err := w.succeed(ctx, next, begin.Relays, send); err != nil {
		return nil, sum, nil, errors.Join(err, w.Close())
	}
	if err := errors.Join(w.Close(), setCurrent(o.Dir, dir)); err != nil {
		return nil, sum, nil, err
	}
	w, err = Open(ctx, o)
	tell(progress, Progress{Task: "restore", Phase: "Done", Done: 1, Ended: true})
	return w, sum, keys, err
}

// succeed takes in what was kept, and enrols the new device. One that the team
// has let go stays what it was: it can be read, and sends nothing.
func (w *Workspace) succeed(ctx context.Context, next *journal.Identity, relays []string, send bool) error {
	if err := w.replica.Settle(ctx); err != nil {
		return err
	}
	err := w.enrol(ctx, next)
	if err == nil {
		err = w.become(ctx, next)
	}
	if err != nil && !errors.Is(err, replica.ErrRemoved) {
		return err
	}
	if !send {
		return nil
	}
	return w.updateSelf(func(s *self) { s.Relays = relays })
}

// items reads a backup. Nothing in it is believed but its passphrase.
type items struct {
	d    *cbor.Decoder
	from *bounded
}

type item struct {
	_    struct{} `cbor:",toarray"`
	Sort int
	Of   cbor.RawMessage
}

func newItems(r io.Reader) items {
	mode, err := cbor.DecOptions{MaxArrayElements: 1 << 12, MaxMapPairs: 16, MaxNestedLevels: 6, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden}.DecMode()
	if err != nil {
		panic(err) // the options are constants
	}
	from := &bounded{r: r}
	return items{mode.NewDecoder(from), from}
}

// bounded refuses an item that is longer than any: the decoder would hold it.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("%w: an item is longer than %d bytes", ErrBackup, mostItem)
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func (s items) next() (item, error) {
	var i item
	s.from.left = mostItem
	err := s.d.Decode(&i)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return i, fmt.Errorf("%w: it was cut off", ErrBackup)
	}
	if err != nil {
		return i, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	return i, nil
}

func (s items) begin(to *backupBegin) error {
	i, err := s.next()
	if err != nil {
		return err
	}
	if i.Sort != itemBegin || cbor.Unmarshal(i.Of, to) != nil {
		return fmt.Errorf("%w: it does not begin like one", ErrBackup)
	}
	if to.Version < 1 || to.Version > backupVersion {
		return fmt.Errorf("format %d: %w", to.Version, ErrNewer)
	}
	return nil
}

// unpack writes what a backup holds into the folder of a team.
func (s items) unpack(ctx context.Context, dir string, key storage.Key, team journal.TeamID, old *journal.Identity) (sum BackupSum, keys [][]byte, err error) {
	kept := filepath.Join(dir, journalDir)
	if err := errors.Join(os.MkdirAll(kept, 0o700), folder.Create(kept)); err != nil {
		return sum, nil, err
	}
	keep := folder.New(kept, team, old.Device(), folder.Options{NoWatch: true})
	own, err := storage.OpenJournal(filepath.Join(dir, ownFile), key)
	if err != nil {
		return sum, nil, err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	for blobs, entries, others := 0, 0, 0; ; {
		i, err := s.next()
		if err != nil {
			return sum, nil, err
		}
		var blob backupBlob
		var entry backupEntry
		var names []byte
		switch {
		case i.Sort == itemBlob && cbor.Unmarshal(i.Of, &blob) == nil:
			blobs++
			b := relay.Blob{Kind: blob.Kind, Team: team, Author: blob.Author, First: blob.First, Last: blob.Last, Counter: blob.Counter, Mailbox: blob.Mailbox, Bytes: blob.Bytes}
			if err := keep.Put(ctx, b); err != nil {
				return sum, nil, fmt.Errorf("%w: %w", ErrBackup, err)
			}
		case i.Sort == itemEntry && cbor.Unmarshal(i.Of, &entry) == nil && entry.Number == uint64(entries)+1:
			entries++
			if err := own.Append(append(entry.Salt[:], entry.Body...)); err != nil {
				return sum, nil, err
			}
		case i.Sort == itemEnd && cbor.Unmarshal(i.Of, &sum) == nil && sum.Blobs == blobs && sum.Entries == entries:
			return sum, keys, nil
		case i.Sort == itemChanges && cbor.Unmarshal(i.Of, &names) == nil && len(names)%keyLen == 0:
			others++
			keys = slices.AppendSeq(keys, slices.Chunk(names, keyLen))
		default:
			return sum, nil, fmt.Errorf("%w: item %d makes no sense", ErrBackup, blobs+entries+others+1)
		}
	}
}
