package storage

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Journal is the file of all that this device has written, record after
// record, each synced before it counts as saved. Nothing is ever taken out.
// FORMAT.md describes the file.
//
// An end that was never finished is cut off on opening. A file that is damaged
// before its end is left as it is, and not opened: what stands behind the
// damage was acknowledged.
type Journal struct {
	mu   sync.Mutex
	disk Disk
	file File
	seal Seal
	ends []int64 // where each record ends; ends[0] is where the first begins
	// torn: a failed append may have left something behind the last record,
	// and cutting it off failed as well.
	torn bool
}

const (
	journalMagic = "longhand journal 1\n"
	maxRecord    = 4 << 20
	minRecord    = sealOverhead
)

// OpenJournal opens the journal file, or makes it.
func OpenJournal(path string, key Key) (*Journal, error) { return OpenJournalOn(OS(), path, key) }

// OpenJournalOn is OpenJournal on another disk.
func OpenJournalOn(d Disk, path string, key Key) (*Journal, error) {
	seal, err := NewSeal(key, "journal")
	if err != nil {
		return nil, err
	}
	if err := d.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	f, err := d.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{disk: d, file: f, seal: seal, ends: []int64{int64(len(journalMagic))}}
	if err := j.scan(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return j, nil
}

// scan finds where records end, and deals with an end that is not one.
func (j *Journal) scan() error {
	head := make([]byte, len(journalMagic))
	n, err := j.file.ReadAt(head, 0)
	if string(head[:n]) != journalMagic[:n] {
		return fmt.Errorf("%w: the journal does not begin as one", ErrDamaged)
	}
	if n < len(head) { // new, or cut down before its first record
		return j.begin()
	}
	if err != nil {
		return err
	}
	for {
		if err := j.walk(); err != nil {
			return err
		}
		if mended, err := j.checkEnd(); !mended {
			return err
		}
	}
}

// walk goes from length to length.
func (j *Journal) walk() error {
	j.ends = j.ends[:1]
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(j.file, j.ends[0], info.Size()-j.ends[0]), 1<<20)
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return notEnd(err)
		}
		length := binary.BigEndian.Uint32(size[:])
		if length < minRecord || length > maxRecord {
			return nil
		}
		if _, err := r.Discard(int(length)); err != nil {
			return notEnd(err)
		}
		j.ends = append(j.ends, j.end()+4+int64(length))
	}
}

func notEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
func (j *Journal) begin() error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if _, err := j.file.WriteAt([]byte(journalMagic), 0); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	return j.disk.SyncDir(filepath.Dir(j.file.Name()))
}

func (j *Journal) cut(end int64) error {
	if err := j.file.Truncate(end); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *Journal) end() int64 { return j.ends[len(j.ends)-1] }

// Append writes records and returns once they are on the disk. On an error
// none of them counts: the file is cut back to what was there.
func (j *Journal) Append(records ...[]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []byte
	ends := j.ends
	for _, rec := range records {
		sealed := j.seal.Close(rec, number(len(ends)))
		if len(sealed) > maxRecord {
			return fmt.Errorf("append to journal: a record of %d bytes, at most %d", len(sealed), maxRecord)
		}
		out = binary.BigEndian.AppendUint32(out, uint32(len(sealed)))
		out = append(out, sealed...)
		ends = append(ends, ends[len(ends)-1]+4+int64(len(sealed)))
	}
	at := j.end()
	if j.torn {
		// What a failed append left must be gone first: it would be taken for
		// records at the next opening.
		if err := j.cut(at); err != nil {
			return fmt.Errorf("append to journal: %w", err)
		}
		j.torn = false
	}
	_, err := j.file.WriteAt(out, at)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		back := j.cut(at)
		j.torn = back != nil
		return fmt.Errorf("append to journal: %w", errors.Join(err, back))
	}
	j.ends = ends
	return nil
}

// Last is the number of the last record; they count from 1.
func (j *Journal) Last() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return uint64(len(j.ends) - 1)
}

// Read returns at most limit records from a number on.
func (j *Journal) Read(from uint64, limit int) ([][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out [][]byte
	for n := from; n >= 1 && n < uint64(len(j.ends)) && len(out) < limit; n++ {
		plain, err := j.read(int(n))
		if err != nil {
			return out, err
		}
		out = append(out, plain)
	}
	return out, nil
}

func (j *Journal) read(n int) ([]byte, error) {
	sealed := make([]byte, j.ends[n]-j.ends[n-1]-4)
	if _, err := j.file.ReadAt(sealed, j.ends[n-1]+4); err != nil {
		return nil, fmt.Errorf("read record %d of the journal: %w", n, err)
	}
	plain, err := j.seal.Open(sealed, number(n))
	if err != nil {
		return nil, fmt.Errorf("read record %d of the journal: %w", n, err)
	}
	return plain, nil
}

func number(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
