package hydrate

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

// The corpus is made here, from changes as people make them: nothing malicious
// is kept in the repository, and a seed makes any of it again.

// Ines, Tom, Wanjiru, Arjun and Oskar each have the device of their number.
const (
	ines    artefact.Person = "1e000000000000000000000000000000"
	tom     artefact.Person = "70000000000000000000000000000000"
	wanjiru artefact.Person = "3a000000000000000000000000000000"
	arjun   artefact.Person = "a4000000000000000000000000000000"
	oskar   artefact.Person = "05000000000000000000000000000000"
)

var people = map[artefact.Device]artefact.Person{device(1): ines, device(2): tom, device(3): wanjiru, device(4): arjun, device(9): oskar}

func device(n byte) artefact.Device { return artefact.WriterOf(string(actorOf(n, 0))) }

func owners(d artefact.Device) artefact.Person { return people[d] }

func actorOf(dev, opening byte) []byte {
	a := automerge.Actor{0: dev, 16: opening}
	return a[:]
}

var (
	testDoc = artefact.DocID{7}
	nine    = time.Date(2026, 6, 11, 9, 0, 0, 0, time.UTC)
)

// written is a decision that Ines began and Tom went on with, and at the same
// time Wanjiru, change by change.
func written(t testing.TB) []artefact.Change {
	t.Helper()
	k, _ := kind.Of("decision")
	at := nine
	var all []artefact.Change
	commit := func(a *artefact.Artefact) {
		at = at.Add(time.Minute)
		c, ok, err := a.Commit(at)
		if err != nil || !ok {
			t.Fatalf("commit: %v, %v", ok, err)
		}
		all = append(all, c)
	}
	check := func(errs ...error) {
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := artefact.New(testDoc, k, automerge.Actor(actorOf(1, 1)), owners)
	check(err)
	defer a.Close()
	check(a.Splice("title", 0, 0, "Move the nightly build to Lisbon"))
	commit(a)
	check(a.Splice("context", 0, 0, strings.Repeat("The build takes two hours, and é🎉 half of it waits. ", 30)))
	commit(a)
	check(a.AddItem("options", "4kq", ""))
	commit(a)
	b, err := artefact.Open(testDoc, all, automerge.Actor(actorOf(2, 1)), owners)
	check(err)
	defer b.Close()
	base := slices.Clone(all)
	check(b.Set("owner", string(tom)), b.Set("level", "tactical"), b.Set("decide-by", "2026-06-20"))
	commit(b)
	check(b.Splice("options/4kq/name", 0, 0, "Two machines instead of one"), b.Set("options/4kq/chosen", true))
	commit(b)
	check(b.Include("informed", string(arjun), true), b.Splice("context", 4, 5, "nightly build"))
	commit(b)
	w, err := artefact.Open(testDoc, base, automerge.Actor(actorOf(3, 1)), owners)
	check(err)
	defer w.Close()
	check(w.Set("owner", string(wanjiru)), w.Splice("context", 10, 30, ""), w.Splice("context", 0, 0, "Note. "))
	commit(w)
	check(w.Merge(all...), w.Splice("rationale", 0, 0, "It is twice as fast."))
	commit(w)
	return all
}

func uleb(v uint64) []byte { return binary.AppendUvarint(nil, v) }

func sleb(v int64) (out []byte) {
	for {
		c := byte(v & 0x7f)
		v >>= 7
		if v == 0 && c&0x40 == 0 || v == -1 && c&0x40 != 0 {
			return append(out, c)
		}
		out = append(out, c|0x80)
	}
}

var chunkMagic = []byte{0x85, 0x6f, 0x4a, 0x83}

// bodyOf is the body of a change, inflated.
func bodyOf(t testing.TB, raw []byte) []byte {
	t.Helper()
	_, n := binary.Uvarint(raw[9:])
	body := raw[9+n:]
	if raw[8] == 2 {
		var err error
		if body, err = io.ReadAll(flate.NewReader(bytes.NewReader(body))); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.Clone(body)
}

// chunkOf frames a body with the checksum that belongs to it; deflated is how
// it travels, if it is not as it is.
func chunkOf(body, deflated []byte) []byte {
	head := append([]byte{1}, uleb(uint64(len(body)))...)
	sum := sha256.Sum256(append(head, body...))
	out := append(slices.Clone(chunkMagic), sum[:4]...)
	if deflated != nil {
		return append(append(append(out, 2), uleb(uint64(len(deflated)))...), deflated...)
	}
	return append(append(append(out, 1), uleb(uint64(len(body)))...), body...)
}

type column struct {
	spec byte
	data []byte
}

// handmade is a change by Oskar with the columns given, in which other writers
// have the numbers from 1 on.
func handmade(deps []automerge.Hash, others [][]byte, seq, start uint64, columns ...column) artefact.Change {
	body := uleb(uint64(len(deps)))
	for _, d := range deps {
		body = append(body, d[:]...)
	}
	body = append(append(body, 32), actorOf(9, 1)...)
	body = append(append(body, uleb(seq)...), uleb(start)...)
	body = append(body, 0, 0, byte(len(others))) // no time, no message
	for _, o := range others {
		body = append(append(body, byte(len(o))), o...)
	}
	body = append(body, byte(len(columns)))
	for _, c := range columns {
		body = append(append(body, c.spec), uleb(uint64(len(c.data)))...)
	}
	for _, c := range columns {
		body = append(body, c.data...)
	}
	return artefact.Change{Doc: testDoc, Raw: chunkOf(body, nil)}
}

// sameKey puts a value n times under one key, each as if the others were not
// there: 49 bytes and a graph of conflicts that grows with the square of n.
func sameKey(deps []automerge.Hash, start uint64, n int64) artefact.Change {
	return handmade(deps, nil, 1, start,
		column{0x15, append(sleb(n), 1, 'a')}, column{0x34, uleb(uint64(n))}, column{0x42, append(sleb(n), 1)},
		column{0x56, append(sleb(n), 0)}, column{0x70, append(sleb(n), 0)})
}

// longText inserts n letters, each of no bytes, into a text: 90 bytes and some
// hundred megabytes.
func longText(deps []automerge.Hash, path string, seq, start uint64, n int64) artefact.Change {
	born := automerge.GenesisActor(testDoc.String(), path)
	return handmade(deps, [][]byte{born}, seq, start,
		column{0x01, append(sleb(n), 1)}, column{0x02, append(sleb(n), 1)},
		column{0x11, append(append([]byte{0, 1}, sleb(n-1)...), 0)}, column{0x13, append(append([]byte{0x7e, 0}, sleb(int64(start))...), append(sleb(n-2), 1)...)},
		column{0x34, append([]byte{0}, uleb(uint64(n))...)}, column{0x42, append(sleb(n), 1)},
		column{0x56, append(sleb(n), 6)}, column{0x70, append(sleb(n), 0)})
}

var odd = [][]byte{
	{0}, {1}, {2}, {0x7f}, {0x7e}, {0x40}, {0x3f}, {0x80, 0x01}, {0xff, 0x7f}, {0xff, 0xff, 0xff, 0xff, 0x0f}, {0x80, 0x80, 0x80, 0x80, 0x08}, {0x80, 0x80, 0x80, 0x80, 0x78},
	{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}

// mutate changes a few bytes.
func mutate(r *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for n := 1 + r.IntN(4); n > 0 && len(b) > 0; n-- {
		p := r.IntN(len(b))
		q := min(len(b), p+1+r.IntN(8))
		switch r.IntN(8) {
		case 0, 1:
			b[p] ^= 1 << r.IntN(8)
		case 2:
			b[p] = byte(r.IntN(256))
		case 3:
			b = slices.Delete(b, p, q)
		case 4:
			b = slices.Insert(b, p, bytes.Clone(b[p:q])...)
		case 5:
			b = slices.Replace(b, p, p+1, odd[r.IntN(len(odd))]...)
		case 6:
			b[p] += byte(r.IntN(5) - 2)
		case 7:
			b = slices.Insert(b, p, odd[r.IntN(len(odd))]...)
		}
	}
	return b
}

// columnsOf are the ends of the columns’ data; the first is where it begins.
func columnsOf(body []byte) (ends []int) {
	p := 0
	next := func() uint64 {
		v, n := binary.Uvarint(body[p:])
		p += max(n, 1)
		return v
	}
	p += int(next()) * 32
	p += int(next())
	next()
	next()
	for body[p]&0x80 != 0 {
		p++
	}
	p++
	p += int(next())
	for range next() {
		p += int(next())
	}
	var sizes []int
	for range next() {
		next()
		sizes = append(sizes, int(next()))
	}
	ends = []int{p}
	for _, n := range sizes {
		p += n
		ends = append(ends, p)
	}
	return ends
}

// malformed makes a change out of a good one that every check lets pass. It
// returns false when this throw of the dice made none.
func malformed(t testing.TB, r *rand.Rand, from artefact.Change) (artefact.Change, bool) {
	body := bodyOf(t, from.Raw)
	ends := columnsOf(body)
	if r.IntN(8) == 0 {
		body = mutate(r, body)
	} else {
		// Lengths stay as they are, so that more gets past the checks, and the
		// small columns have their turn as often as the long ones.
		for range 1 + r.IntN(3) {
			c := r.IntN(len(ends) - 1)
			if ends[c] == ends[c+1] {
				continue
			}
			p := ends[c] + r.IntN(ends[c+1]-ends[c])
			switch r.IntN(3) {
			case 0:
				body[p] ^= 1 << r.IntN(8)
			case 1:
				body[p] = byte(r.IntN(256))
			case 2:
				body[p] = odd[r.IntN(8)][0]
			}
		}
	}
	out := from
	out.Raw = chunkOf(body, nil)
	wire, err := out.MarshalBinary()
	if err != nil {
		return out, false
	}
	out, _, err = artefact.ParseChange(wire)
	return out, err == nil && !bytes.Equal(out.Raw, from.Raw)
}
