package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// How a journal ends after a crash, and how one that was damaged ends, look
// alike: a length that leads nowhere. What was never acknowledged is cut off;
// what may have been is never touched. Between the two decides whether anything
// behind the place opens.

// maxTorn is the most that one append can leave unfinished. What is longer was
// not one append.
const maxTorn = 64 << 20

// maxStart is how long a journal may be of which nothing opens and that is
// looked through all the same, for a first record with a changed length.
const maxStart = 256 << 10

// checkEnd looks at what stands behind the last record that opens. It reports
// true when it has put a length right and the file is to be walked again.
func (j *Journal) checkEnd() (mended bool, err error) {
	info, err := j.file.Stat()
	if err != nil {
		return false, err
	}
	good := len(j.ends) - 1
	for ; good > 0 && info.Size()-j.ends[good-1] <= maxTorn; good-- {
		if _, err := j.read(good); err == nil {
			break
		} else if !errors.Is(err, ErrSeal) {
			return false, err
		}
	}
	from := j.ends[good]
	switch {
	case from == info.Size():
		return false, nil
	case good == 0 && len(j.ends) > 1 && info.Size() > maxStart:
		return false, nil // nothing opens: it is another key’s
	case info.Size()-from > maxTorn:
		return false, j.damaged(good + 1)
	}
	tail := make([]byte, info.Size()-from)
	if _, err := j.file.ReadAt(tail, from); err != nil {
		return false, err
	}
	at, n := j.later(tail, good+1)
	if n == 0 || n == good+2 {
		// If the length alone was changed, the record opens when it is taken
		// to reach to the next one.
		if at > 4+minRecord {
			if _, err := j.seal.Open(tail[4:at], number(good+1)); err == nil {
				return true, j.setLength(from, at-4)
			}
		}
	}
	if n > 0 {
		return false, j.damaged(good + 1)
	}
	if good == 0 && len(j.ends) > 1 && !unwritten(tail[:j.ends[1]-from], from) {
		return false, nil // nothing opens at all: perhaps it is another key’s
	}
	// Records that are there but do not open are kept, unless they were never
	// written: whoever reads them is told.
	for len(j.ends) > good+1 {
		last := len(j.ends) - 1
		if !unwritten(tail[j.ends[last-1]-from:j.ends[last]-from], j.ends[last-1]) {
			break
		}
		j.ends = j.ends[:last]
	}
	if j.end() == info.Size() {
		return false, nil
	}
	return false, j.cut(j.end())
}

func (j *Journal) damaged(record int) error {
	return fmt.Errorf("%w: record %d of the journal is, and others follow it", ErrDamaged, record)
}

// later finds the first record in a tail that opens under a number from n on,
// or returns the tail’s length and 0. Trying to open is slow, so it is only
// tried where a length leads to the end or to another length.
func (j *Journal) later(tail []byte, n int) (at, found int) {
	for at := range tail {
		end := recordEnd(tail, at)
		if end < 0 || len(tail)-end >= 4 && recordEnd(tail, end) < 0 {
			continue
		}
		for k := n; k <= n+min(at/minRecord, 256); k++ { // as many fit before it
			if _, err := j.seal.Open(tail[at+4:end], number(k)); err == nil {
				return at, k
			}
		}
	}
	return len(tail), 0
}

// recordEnd is where a record that begins at a place ends, or -1 if none can.
func recordEnd(b []byte, at int) int {
	if at+4 > len(b) {
		return -1
	}
	length := int(binary.BigEndian.Uint32(b[at:]))
	if length < minRecord || length > maxRecord || at+4+length > len(b) {
		return -1
	}
	return at + 4 + length
}

// setLength writes the length that the record at a place was found to have.
func (j *Journal) setLength(at int64, length int) error {
	if _, err := j.file.WriteAt(binary.BigEndian.AppendUint32(nil, uint32(length)), at); err != nil {
		return err
	}
	return j.file.Sync()
}

// unwritten reports whether bytes that begin at a place of the file have a
// sector of zeros: after a power cut a file can be as long as it was to be
// without all that was to be in it. Sealed bytes have no such run.
func unwritten(b []byte, at int64) bool {
	const sector, enough = 512, 8
	for len(b) > 0 {
		n := min(len(b), int(sector-at%sector))
		zeros := true
		for _, c := range b[:n] {
			zeros = zeros && c == 0
		}
		if zeros && n >= enough {
			return true
		}
		b, at = b[n:], at+int64(n)
	}
	return false
}
