package automerge

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"
)

// ErrMalformed is wrapped by every refusal of [ParseChange].
var ErrMalformed = errors.New("malformed change")

// Limits bound what one change may hold. They are part of the format: every
// device refuses the same changes.
var Limits = struct {
	Bytes, Deps, Actors, Columns int
	Ops                          uint64
	SameKey                      uint64 // the library’s time grows with the square of it
	FirstOp                      uint64 // no operation has a smaller counter; with one the library aborts
}{Bytes: 1 << 20, Deps: 4096, Actors: 4096, Columns: 24, Ops: 300_000, SameKey: 1000, FirstOp: 1}

const (
	chunkChange   = 1
	chunkDeflated = 2

	colObjActor  = 0x01
	colObjCount  = 0x02
	colKeyActor  = 0x11
	colKeyCount  = 0x13
	colKeyString = 0x15
	colInsert    = 0x34
	colAction    = 0x42
	colValueMeta = 0x56
	colValue     = 0x57
	colPredCount = 0x70
	colPredActor = 0x71
	colPredOp    = 0x73
	colExpand    = 0x94
	colMarkName  = 0xa5
)

var magic = [4]byte{0x85, 0x6f, 0x4a, 0x83}

// HashOf is the hash of a change that is known to be well formed.
func HashOf(change []byte) Hash {
	c, err := ParseChange(change)
	if err != nil {
		return Hash{}
	}
	return c.Hash
}

// ParseChange checks one foreign change without letting it near the library:
// framing, checksum, sizes, and that no column claims more rows than there
// are operations. A change that passes can still be one the library dislikes;
// that is found in a child process. Raw is the change itself, not a copy.
func ParseChange(b []byte) (Change, error) {
	if len(b) > Limits.Bytes {
		return Change{}, fmt.Errorf("%w: %d bytes, at most %d", ErrMalformed, len(b), Limits.Bytes)
	}
	if len(b) < 10 || !bytes.Equal(b[:4], magic[:]) {
		return Change{}, fmt.Errorf("%w: not a change", ErrMalformed)
	}
	frame := reader{b: b[9:]}
	body := frame.bytes(frame.uint())
	if frame.bad || len(frame.b) > 0 {
		return Change{}, fmt.Errorf("%w: its length is wrong", ErrMalformed)
	}
	switch b[8] {
	case chunkChange:
	case chunkDeflated:
		var err error
		if body, err = inflate(body); err != nil {
			return Change{}, err
		}
	default:
		return Change{}, fmt.Errorf("%w: a chunk of type %d", ErrMalformed, b[8])
	}
	c := Change{Hash: hashBody(body), Raw: b}
	if !bytes.Equal(c.Hash[:4], b[4:8]) {
		return Change{}, fmt.Errorf("%w: its checksum is wrong", ErrMalformed)
	}
	return c, c.parse(body)
}

func inflate(body []byte) ([]byte, error) {
	out, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(body)), int64(Limits.Bytes)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if len(out) > Limits.Bytes {
		return nil, fmt.Errorf("%w: inflates past %d bytes", ErrMalformed, Limits.Bytes)
	}
	return out, nil
}

func (c *Change) parse(body []byte) error {
	r := reader{b: body}
	deps := r.count(Limits.Deps)
	for range deps {
		if h := r.bytes(32); h != nil {
			c.Deps = append(c.Deps, Hash(h))
		}
	}
	c.Actor = string(r.bytes(uint64(r.count(32))))
	c.Seq, c.StartOp, c.Time = r.uint(), r.uint(), r.int()
	message := r.bytes(uint64(r.count(4096)))
	others := r.count(Limits.Actors)
	for range others {
		if id := r.bytes(uint64(r.count(32))); len(id) == 0 {
			r.bad = true
		}
	}
	type column struct{ spec, size uint64 }
	var columns []column
	for range r.count(Limits.Columns) {
		columns = append(columns, column{r.uint(), r.uint()})
	}
	if r.bad || len(c.Actor) == 0 || c.Seq == 0 || c.StartOp == 0 || c.Seq > math.MaxInt32 || c.StartOp > math.MaxInt32 || !utf8.Valid(message) {
		return fmt.Errorf("%w: its header is wrong", ErrMalformed)
	}
	data := map[uint64][]byte{}
	last := uint64(0)
	for _, col := range columns {
		if col.spec <= last {
			return fmt.Errorf("%w: columns out of order", ErrMalformed)
		}
		last = col.spec
		data[col.spec] = r.bytes(col.size)
	}
	if r.bad {
		return fmt.Errorf("%w: a column is cut short", ErrMalformed)
	}
	ops, err := checkColumns(data, uint64(1+others))
	c.MaxOp = c.StartOp + ops - 1
	return err
}

// checkColumns counts the operations and holds every column to that count, and
// what names an actor to the actors that the change has.
func checkColumns(data map[uint64][]byte, actors uint64) (ops uint64, err error) {
	ops, _, ok := runs(data[colAction], skipUint, Limits.Ops)
	if !ok || ops == 0 {
		return 0, fmt.Errorf("%w: operations cannot be counted", ErrMalformed)
	}
	_, preds, ok := runs(data[colPredCount], sumUint, ops)
	if !ok || preds > Limits.Ops {
		return 0, fmt.Errorf("%w: what it replaces cannot be counted", ErrMalformed)
	}
	for spec, b := range data {
		good := true
		switch spec {
		case colAction, colPredCount:
		case colObjActor, colKeyActor:
			_, _, good = runs(b, below(actors), ops)
		case colObjCount:
			_, _, good = runs(b, counter, ops)
		case colValueMeta:
			_, _, good = runs(b, skipUint, ops)
		case colKeyCount:
			_, _, good = runs(b, skipInt, ops)
		case colKeyString:
			keys := map[string]uint64{}
			_, _, good = weighed(b, func(r *reader, n uint64) uint64 {
				key := readString(r)
				if keys[key] += n; keys[key] > Limits.SameKey {
					r.fail()
				}
				return 0
			}, ops)
		case colMarkName:
			_, _, good = runs(b, skipString, ops)
		case colInsert, colExpand:
			good = flags(b, ops)
		case colPredActor:
			_, _, good = runs(b, below(actors), preds)
		case colPredOp:
			_, _, good = runs(b, skipInt, preds)
		case colValue:
		default:
			good = false // this version of the format has no such column
		}
		if !good {
			return 0, fmt.Errorf("%w: column %#x does not fit its operations", ErrMalformed, spec)
		}
	}
	return ops, nil
}

// Readers of one value of a run; each returns the number it read, if it is one.
func skipUint(r *reader) uint64 { r.uint(); return 0 }
func sumUint(r *reader) uint64  { return r.uint() }
func skipInt(r *reader) uint64  { r.int(); return 0 }
func skipString(r *reader) uint64 {
	readString(r)
	return 0
}

func readString(r *reader) string {
	b := r.bytes(r.uint())
	if !utf8.Valid(b) {
		r.bad = true
	}
	return string(b)
}

// counter reads the counter of an operation.
func counter(r *reader) uint64 {
	if r.uint() < Limits.FirstOp {
		r.fail()
	}
	return 0
}

// below reads an index, which has to be smaller than n.
func below(n uint64) func(*reader) uint64 {
	return func(r *reader) uint64 {
		if r.uint() >= n {
			r.fail()
		}
		return 0
	}
}

// runs walks a run-length encoded column, counts its rows and sums its
// values, and refuses more rows than most.
func runs(b []byte, value func(*reader) uint64, most uint64) (rows, sum uint64, ok bool) {
	return weighed(b, func(r *reader, _ uint64) uint64 { return value(r) }, most)
}

// weighed is runs for a value that wants to know how often it stands there.
func weighed(b []byte, value func(r *reader, times uint64) uint64, most uint64) (rows, sum uint64, ok bool) {
	r := reader{b: b}
	for len(r.b) > 0 && !r.bad {
		n := r.int()
		switch {
		case n > 0: // the same value n times
			rows += uint64(n)
			v := value(&r, uint64(n))
			if v > 0 && uint64(n) > Limits.Ops/v+1 {
				return 0, 0, false
			}
			sum += v * uint64(n)
		case n < 0: // n different values
			if n == math.MinInt64 || uint64(-n) > uint64(len(r.b)) {
				return 0, 0, false
			}
			for range -n {
				sum += value(&r, 1)
			}
			rows += uint64(-n)
		default: // nulls
			rows += r.uint()
		}
		if rows > most || sum > math.MaxInt32 {
			return 0, 0, false
		}
	}
	return rows, sum, !r.bad
}

// flags walks a column of alternating runs of false and true.
func flags(b []byte, most uint64) bool {
	r := reader{b: b}
	var rows uint64
	for len(r.b) > 0 && !r.bad {
		n := r.uint()
		if n > most {
			return false
		}
		if rows += n; rows > most {
			return false
		}
	}
	return !r.bad
}

// reader reads the numbers of the format and remembers that one was wrong.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) fail() uint64 {
	r.b, r.bad = nil, true
	return 0
}

func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		return r.fail()
	}
	r.b = r.b[n:]
	return v
}

// count reads a small number that something else will be sized by.
func (r *reader) count(most int) int {
	v := r.uint()
	if v > uint64(most) {
		return int(r.fail())
	}
	return int(v)
}

// int reads a signed LEB128 number.
func (r *reader) int() int64 {
	var v int64
	for i := 0; i < len(r.b) && i < 10; i++ {
		c := r.b[i]
		v |= int64(c&0x7f) << (7 * i)
		if c&0x80 != 0 {
			continue
		}
		if shift := 7 * (i + 1); shift < 64 && c&0x40 != 0 {
			v |= -1 << shift
		}
		r.b = r.b[i+1:]
		return v
	}
	return int64(r.fail())
}

func (r *reader) bytes(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}
