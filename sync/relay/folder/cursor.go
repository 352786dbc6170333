package folder

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"longhand/sync/relay"
)

// A folder has no order, so its cursor is the set of what has been delivered. It holds, after a version byte,
// for each author: id (16) ‖ count uvarint ‖ for each segment: first − the one before uvarint ‖ length uvarint ‖ key (8);
// then the keys (8) of roster entries, and then those of all else, each list after its count as uvarint.
// Segments are kept with their numbers, because one that is gone is no loss if others have its entries.

const cursorVersion = 1

// key stands for a blob and all that its name claims: a copy under another name is delivered too, and judged by the receiver.
type key [8]byte

func keyOf(r relay.Ref) key {
	h := sha256.New()
	h.Write([]byte{byte(r.Kind)})
	h.Write(r.Author[:])
	for _, n := range []uint64{r.First, r.Last, r.Counter} {
		h.Write(binary.BigEndian.AppendUint64(nil, n))
	}
	h.Write(r.Mailbox[:])
	h.Write(r.Hash[:])
	return key(h.Sum(nil))
}

type run struct {
	author      [16]byte
	first, last uint64
}

// delivered is the set behind a cursor.
type delivered struct {
	segments map[key]run
	roster   map[key]bool
	rest     map[key]bool
}

func newDelivered() *delivered {
	return &delivered{segments: map[key]run{}, roster: map[key]bool{}, rest: map[key]bool{}}
}

func (d *delivered) has(r relay.Ref) bool {
	k := keyOf(r)
	_, segment := d.segments[k]
	return segment || d.roster[k] || d.rest[k]
}

func (d *delivered) add(r relay.Ref) {
	switch k := keyOf(r); r.Kind {
	case relay.Segment:
		d.segments[k] = run{r.Author, r.First, r.Last}
	case relay.Roster:
		d.roster[k] = true
	default:
		d.rest[k] = true
	}
}

// forgetGone drops what is no longer listed. It reports whether something is lost: a roster entry, or a segment whose entries no other file has.
func (d *delivered) forgetGone(l listing) (lost bool) {
	listed := map[key]bool{}
	runs := map[[16]byte][]run{}
	for r := range l {
		listed[keyOf(r)] = true
		if r.Kind == relay.Segment {
			runs[r.Author] = append(runs[r.Author], run{r.Author, r.First, r.Last})
		}
	}
	for _, rs := range runs {
		slices.SortFunc(rs, func(a, b run) int { return compareRuns(a, b) })
	}
	for k, gone := range d.segments {
		if listed[k] {
			continue
		}
		if !covered(gone, runs[gone.author]) {
			return true
		}
		delete(d.segments, k)
	}
	for k := range d.roster {
		if !listed[k] {
			return true
		}
	}
	for k := range d.rest {
		if !listed[k] {
			delete(d.rest, k)
		}
	}
	return false
}

// covered reports whether runs, which are sorted, have every number of r between them.
func covered(r run, runs []run) bool {
	next := r.first
	for _, s := range runs {
		if s.first > next {
			return false
		}
		if s.last >= r.last {
			return true
		}
		next = max(next, s.last+1)
	}
	return false
}

func compareRuns(a, b run) int {
	switch {
	case a.first != b.first:
		if a.first < b.first {
			return -1
		}
		return 1
	case a.last < b.last:
		return -1
	case a.last > b.last:
		return 1
	}
	return 0
}

func (d *delivered) cursor() relay.Cursor {
	type entry struct {
		run
		key
	}
	byAuthor := map[[16]byte][]entry{}
	var authors [][16]byte
	for k, r := range d.segments {
		if byAuthor[r.author] == nil {
			authors = append(authors, r.author)
		}
		byAuthor[r.author] = append(byAuthor[r.author], entry{r, k})
	}
	slices.SortFunc(authors, func(a, b [16]byte) int { return slices.Compare(a[:], b[:]) })
	b := binary.AppendUvarint([]byte{cursorVersion}, uint64(len(authors)))
	for _, a := range authors {
		es := byAuthor[a]
		slices.SortFunc(es, func(x, y entry) int {
			if c := compareRuns(x.run, y.run); c != 0 {
				return c
			}
			return slices.Compare(x.key[:], y.key[:])
		})
		b = append(b, a[:]...)
		b = binary.AppendUvarint(b, uint64(len(es)))
		before := uint64(0)
		for _, e := range es {
			b = binary.AppendUvarint(b, e.first-before)
			b = binary.AppendUvarint(b, e.last-e.first)
			b = append(b, e.key[:]...)
			before = e.first
		}
	}
	return appendKeys(appendKeys(b, d.roster), d.rest)
}

func appendKeys(b []byte, set map[key]bool) []byte {
	keys := make([]key, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return slices.Compare(a[:], b[:]) })
	b = binary.AppendUvarint(b, uint64(len(keys)))
	for _, k := range keys {
		b = append(b, k[:]...)
	}
	return b
}

// parseCursor reads one of ours. Anything else is the beginning: everything is delivered once more, and that is allowed.
func parseCursor(c relay.Cursor) *delivered {
	d, p := newDelivered(), cursorReader{b: c}
	if len(c) == 0 || p.byte() != cursorVersion {
		return newDelivered()
	}
	for range p.uvarint() {
		author, before := [16]byte(p.take(16)), uint64(0)
		for range p.uvarint() {
			first := before + p.uvarint()
			last := first + p.uvarint()
			d.segments[key(p.take(8))] = run{author, first, last}
			before = first
			if p.bad {
				return newDelivered()
			}
		}
		if p.bad {
			return newDelivered()
		}
	}
	for _, set := range []map[key]bool{d.roster, d.rest} {
		for range p.uvarint() {
			set[key(p.take(8))] = true
			if p.bad {
				return newDelivered()
			}
		}
	}
	if p.bad || len(p.b) != 0 {
		return newDelivered()
	}
	return d
}

type cursorReader struct {
	b   []byte
	bad bool
}

func (p *cursorReader) take(n int) []byte {
	if p.bad || len(p.b) < n {
		p.bad = true
		return make([]byte, n)
	}
	b := p.b[:n]
	p.b = p.b[n:]
	return b
}

func (p *cursorReader) byte() byte { return p.take(1)[0] }

func (p *cursorReader) uvarint() uint64 {
	n, size := binary.Uvarint(p.b)
	if p.bad || size <= 0 {
		p.bad = true
		return 0
	}
	p.b = p.b[size:]
	return n
}
