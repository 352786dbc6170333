// Package automerge binds the part of the Automerge library that Longhand
// uses: one flat map of single values and texts, with every concurrent value
// and with reads at any point of its history.
//
// A [Doc] has one owner at a time, is not safe for concurrent use, and holds
// memory that the garbage collector does not see until [Doc.Close]. No C type
// leaves the package. It does not judge what it is given: the library aborts
// the process on some malformed input, so foreign bytes pass [ParseChange]
// and its limits first.
package automerge

/*
#include "capi.h"
#include <malloc.h>
*/
import "C"

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	_ "github.com/automerge/automerge-go" // carries the library; nothing of the module itself is used
)

// Hash names a change: the SHA-256 of its bytes.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Actor names one writer of one opening of a document.
type Actor [32]byte

// Op names one operation: the actor that wrote it and its place among all.
type Op struct {
	Actor   string // raw bytes; 32 of a device, 16 of a genesis
	Counter uint64
}

// A Value is one of the values that a key holds at once.
type Value struct {
	// V is a string, float64, int64, bool, nil, or [Text].
	V  any
	Op Op
}

// Text stands for a value that is a text of its own; see [Doc.Text].
type Text struct{}

// A Change as the document knows it.
type Change struct {
	Hash    Hash
	Deps    []Hash
	Actor   string // raw bytes
	Seq     uint64
	StartOp uint64
	MaxOp   uint64
	Time    int64 // milliseconds since 1970, as its writer’s clock had it
	Raw     []byte
}

// Doc is an open document.
//
// It keeps the graph of changes itself. The library would commit pending edits
// whenever it is asked for its heads or changes, at no time and by nobody’s
// wish; and it holds back what came too early in ways that depend on the order.
// So it is asked for neither, and is given only what is complete.
type Doc struct {
	res     result
	c       *C.AMdoc
	changes []Change        // applied, each after what it builds on
	known   map[Hash]int    // where in changes
	heads   map[Hash]bool   // on which no other builds
	early   map[Hash]Change // came before what they build on
}

// New opens an empty document that writes as actor.
func New(actor Actor) (*Doc, error) {
	id, err := take(C.AMactorIdFromBytes((*C.uint8_t)(&actor[0]), C.size_t(len(actor))), "name the writer")
	if err != nil {
		return nil, err
	}
	defer id.free()
	var c *C.AMactorId
	if !C.AMitemToActorId(C.AMresultItem(id.c), &c) {
		return nil, errors.New("automerge: name the writer: not an actor")
	}
	res, err := take(C.AMcreate(c), "create")
	if err != nil {
		return nil, err
	}
	d := &Doc{res: res, known: map[Hash]int{}, heads: map[Hash]bool{}, early: map[Hash]Change{}}
	if !C.AMitemToDoc(C.AMresultItem(res.c), &d.c) {
		res.free()
		return nil, errors.New("automerge: create: not a document")
	}
	return d, nil
}

// Close gives the memory back. The document must not be used again.
func (d *Doc) Close() {
	d.res.free()
	d.res, d.c = result{}, nil
}

// Trim returns freed memory to the system, after many documents were closed.
func Trim() { C.malloc_trim(0) }

// Apply adds changes, in any order, with duplicates or without. One whose
// dependencies are missing waits until they come.
func (d *Doc) Apply(changes ...[]byte) error {
	if d.Pending() > 0 {
		return errors.New("automerge: apply changes: operations of one’s own are pending")
	}
	for _, raw := range changes {
		c, err := ParseChange(raw)
		if err != nil {
			return fmt.Errorf("automerge: apply changes: %w", err)
		}
		if _, ok := d.known[c.Hash]; !ok {
			d.early[c.Hash] = c
		}
	}
	ready := d.ripe()
	var all []byte
	for _, c := range ready {
		all = append(all, c.Raw...)
	}
	if len(ready) == 0 {
		return nil
	}
	if err := finish(C.AMloadIncremental(d.c, (*C.uint8_t)(&all[0]), C.size_t(len(all))), "apply changes"); err != nil {
		return err
	}
	// It passes over what it cannot read without a word, and with that
	// everything else that came at once.
	var errs []error
	for _, c := range ready {
		if has, err := d.has(c.Hash); err != nil {
			errs = append(errs, err)
		} else if has {
			d.add(c)
		} else {
			errs = append(errs, fmt.Errorf("%w: the library passes over change %s", ErrMalformed, c.Hash))
		}
	}
	return errors.Join(errs...)
}

// ripe takes out what waits for nothing, each after what it builds on. The order
// is the same for the same set, and found in one pass: a document may have tens
// of thousands of changes in a row.
func (d *Doc) ripe() (out []Change) {
	wants, wantedBy := map[Hash]int{}, map[Hash][]Hash{}
	var next []Hash
	for _, hash := range slices.SortedFunc(maps.Keys(d.early), func(a, b Hash) int { return bytes.Compare(a[:], b[:]) }) {
		for _, dep := range d.early[hash].Deps {
			if _, ok := d.known[dep]; !ok {
				wants[hash]++
				wantedBy[dep] = append(wantedBy[dep], hash)
			}
		}
		if wants[hash] == 0 {
			next = append(next, hash)
		}
	}
	for ; len(next) > 0; next = next[1:] {
		hash := next[0]
		out = append(out, d.early[hash])
		delete(d.early, hash)
		for _, other := range wantedBy[hash] {
			if wants[other]--; wants[other] == 0 {
				next = append(next, other)
			}
		}
	}
	return out
}

// has asks the library itself.
func (d *Doc) has(h Hash) (bool, error) {
	r, err := take(C.AMgetChangeByHash(d.c, (*C.uint8_t)(&h[0]), C.size_t(len(h))), "look for a change")
	if err != nil {
		return false, err
	}
	defer r.free()
	var c *C.AMchange
	item := C.AMresultItem(r.c)
	return item != nil && bool(C.AMitemToChange(item, &c)), nil
}

// add takes a change that the library has into the graph.
func (d *Doc) add(c Change) {
	d.known[c.Hash] = len(d.changes)
	d.changes = append(d.changes, c)
	d.heads[c.Hash] = true
	for _, dep := range c.Deps {
		delete(d.heads, dep)
	}
}

// Commit closes the pending operations into a change. It reports false when
// there were none.
func (d *Doc) Commit(millis int64) (Change, bool, error) {
	if C.AMpendingOps(d.c) == 0 {
		return Change{}, false, nil
	}
	at := C.int64_t(millis)
	r, err := take(C.AMcommit(d.c, span(""), &at), "commit")
	if err != nil {
		return Change{}, false, err
	}
	defer r.free()
	h, ok := readHash(C.AMresultItem(r.c))
	if !ok {
		return Change{}, false, nil
	}
	c, err := d.fetch(h)
	if err != nil {
		return Change{}, false, err
	}
	d.add(c)
	return c, true, nil
}

// Pending counts operations that are not yet committed.
func (d *Doc) Pending() int { return int(C.AMpendingOps(d.c)) }

// Rollback forgets them.
func (d *Doc) Rollback() { C.AMrollback(d.c) }

// Heads are the changes on which nothing depends, in order.
func (d *Doc) Heads() []Hash {
	return slices.SortedFunc(maps.Keys(d.heads), func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
}

// Missing are the changes that others build on and that have not come.
func (d *Doc) Missing() []Hash {
	missing := map[Hash]bool{}
	for _, c := range d.early {
		for _, dep := range c.Deps {
			if _, ok := d.known[dep]; !ok {
				if _, ok := d.early[dep]; !ok {
					missing[dep] = true
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(missing), func(a, b Hash) int { return bytes.Compare(a[:], b[:]) })
}

// Changes are all changes in the document, each after what it builds on. The
// order is this device’s own. The caller must not change them.
func (d *Doc) Changes() []Change { return d.changes }

// fetch reads a change that was just committed.
func (d *Doc) fetch(h Hash) (Change, error) {
	r, err := take(C.AMgetChangeByHash(d.c, (*C.uint8_t)(&h[0]), C.size_t(len(h))), "read a change")
	if err != nil {
		return Change{}, err
	}
	defer r.free()
	var c *C.AMchange
	if item := C.AMresultItem(r.c); item == nil || !C.AMitemToChange(item, &c) {
		return Change{}, fmt.Errorf("automerge: no change %s", h)
	}
	return ParseChange(raw(C.AMchangeRawBytes(c)))
}

// Keys are the keys of the map at the given heads; nil is now.
func (d *Doc) Keys(at []Hash) ([]string, error) {
	h, err := newHashes(at)
	if err != nil {
		return nil, err
	}
	defer h.free()
	r, err := take(C.AMkeys(d.c, nil, h.items), "read the keys")
	if err != nil {
		return nil, err
	}
	defer r.free()
	var out []string
	r.items(func(item *C.AMitem) {
		var s C.AMbyteSpan
		if C.AMitemToStr(item, &s) {
			out = append(out, text(s))
		}
	})
	return out, nil
}

// All are the concurrent values of a key at the given heads, in an order that
// every device shares; the last one is what a single read would give.
func (d *Doc) All(key string, at []Hash) ([]Value, error) {
	h, err := newHashes(at)
	if err != nil {
		return nil, err
	}
	defer h.free()
	r, err := take(C.AMmapGetAll(d.c, nil, span(key), h.items), "read "+key)
	if err != nil {
		return nil, err
	}
	defer r.free()
	var out []Value
	r.items(func(item *C.AMitem) { out = append(out, readValue(item)) })
	return out, nil
}

func readValue(item *C.AMitem) (v Value) {
	if id := C.AMitemObjId(item); id != nil {
		v.Op.Counter = uint64(C.AMobjIdCounter(id))
		if a := C.AMobjIdActorId(id); a != nil {
			v.Op.Actor = text(C.AMactorIdBytes(a))
		}
	}
	switch C.AMitemValType(item) {
	case C.AM_STR:
		var s C.AMbyteSpan
		C.AMitemToStr(item, &s)
		v.V = text(s)
	case C.AM_BOOL:
		var b C.bool
		C.AMitemToBool(item, &b)
		v.V = bool(b)
	case C.AM_F64:
		var f C.double
		C.AMitemToF64(item, &f)
		v.V = float64(f)
	case C.AM_INT:
		var i C.int64_t
		C.AMitemToInt(item, &i)
		v.V = int64(i)
	case C.AM_OBJ:
		v.V = Text{}
	}
	return v
}

// Put sets a key to a string, float64, int64, bool or nil.
func (d *Doc) Put(key string, v any) error {
	k := span(key)
	var c *C.AMresult
	switch v := v.(type) {
	case string:
		c = C.AMmapPutStr(d.c, nil, k, span(v))
	case float64:
		c = C.AMmapPutF64(d.c, nil, k, C.double(v))
	case int64:
		c = C.AMmapPutInt(d.c, nil, k, C.int64_t(v))
	case bool:
		c = C.AMmapPutBool(d.c, nil, k, C.bool(v))
	case nil:
		c = C.AMmapPutNull(d.c, nil, k)
	default:
		return fmt.Errorf("automerge: put %s: %T is not a value", key, v)
	}
	return finish(c, "put "+key)
}

// Text reads the text under a key at the given heads. It reports false when
// there is none.
func (d *Doc) Text(key string, at []Hash) (string, bool, error) {
	h, err := newHashes(at)
	if err != nil {
		return "", false, err
	}
	defer h.free()
	var out string
	ok, err := d.object(key, h, func(id *C.AMobjId) error {
		r, err := take(C.AMtext(d.c, id, h.items), "read the text of "+key)
		if err != nil {
			return err
		}
		defer r.free()
		var s C.AMbyteSpan
		if C.AMitemToStr(C.AMresultItem(r.c), &s) {
			out = text(s)
		}
		return nil
	})
	return out, ok, err
}

// Splice deletes del code points of the text under key from position at, also
// counted in code points, and inserts ins there.
func (d *Doc) Splice(key string, at, del int, ins string) error {
	ok, err := d.object(key, hashes{}, func(id *C.AMobjId) error {
		return finish(C.AMspliceText(d.c, id, C.size_t(at), C.ptrdiff_t(del), span(ins)), "edit "+key)
	})
	if err == nil && !ok {
		return fmt.Errorf("automerge: edit %s: there is no such text", key)
	}
	return err
}

// object finds the text object under a key and lends its id to fn.
func (d *Doc) object(key string, h hashes, fn func(*C.AMobjId) error) (bool, error) {
	r, err := take(C.AMmapGet(d.c, nil, span(key), h.items), "find "+key)
	if err != nil {
		return false, err
	}
	defer r.free()
	item := C.AMresultItem(r.c)
	if item == nil || C.AMitemValType(item) != C.AM_OBJ {
		return false, nil
	}
	id := C.AMitemObjId(item)
	if C.AMobjObjType(d.c, id) != C.AM_OBJ_TEXT {
		return false, nil
	}
	return true, fn(id)
}
