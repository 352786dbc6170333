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
//
// The file begins with [journalMagic]. A record is its sealed length in four
// bytes, big-endian, and the sealed bytes; its place is its number, so records
// cannot be swapped or left out. A last record that is cut short was never
// acknowledged, and is cut off on opening.
type Journal struct {
	mu   sync.Mutex
	file *os.File
	seal Seal
	ends []int64 // where each record ends; ends[0] is where the first begins
}

const (
	journalMagic = "longhand journal 1\n"
	maxRecord    = 4 << 20
)

// OpenJournal opens the journal file, or makes it.
func OpenJournal(path string, key Key) (*Journal, error) {
	seal, err := NewSeal(key, "journal")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{file: f, seal: seal, ends: []int64{int64(len(journalMagic))}}
	if err := j.scan(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return j, nil
}

// scan finds where records end and cuts off one that was never finished.
func (j *Journal) scan() error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, len(journalMagic))
	n, err := io.ReadFull(j.file, head)
	if string(head[:n]) != journalMagic[:n] {
		return fmt.Errorf("%w: the journal does not begin as one", ErrDamaged)
	}
	if err != nil { // new, or cut down before its first record
		return j.begin()
	}
	r := bufio.NewReaderSize(j.file, 1<<20)
	end := j.ends[0]
	for {
		var size [4]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			break
		}
		length := binary.BigEndian.Uint32(size[:])
		if length > maxRecord {
			return fmt.Errorf("%w: record %d of the journal claims %d bytes", ErrDamaged, len(j.ends), length)
		}
		if _, err := r.Discard(int(length)); err != nil {
			break
		}
		end += 4 + int64(length)
		j.ends = append(j.ends, end)
	}
	if end < info.Size() {
		return j.cut(end)
	}
	return nil
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
	return SyncDir(filepath.Dir(j.file.Name()))
}

func (j *Journal) cut(end int64) error {
	if err := j.file.Truncate(end); err != nil {
		return err
	}
	return j.file.Sync()
}

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
	at := j.ends[len(j.ends)-1]
	_, err := j.file.WriteAt(out, at)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("append to journal: %w", errors.Join(err, j.cut(at)))
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
		sealed := make([]byte, j.ends[n]-j.ends[n-1]-4)
		if _, err := j.file.ReadAt(sealed, j.ends[n-1]+4); err != nil {
			return out, fmt.Errorf("read record %d of the journal: %w", n, err)
		}
		plain, err := j.seal.Open(sealed, number(int(n)))
		if err != nil {
			return out, fmt.Errorf("read record %d of the journal: %w", n, err)
		}
		out = append(out, plain)
	}
	return out, nil
}

func number(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
