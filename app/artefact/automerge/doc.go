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
type Doc struct {
	res result
	c   *C.AMdoc
	// waiting holds changes that came before what they build on, while the
	// document is empty: the library takes such ones only into one that is not.
	waiting [][]byte
	begun   bool
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
	d := &Doc{res: res}
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
// dependencies are missing waits inside until they come.
func (d *Doc) Apply(changes ...[]byte) error {
	if d.Pending() > 0 {
		return errors.New("automerge: apply changes: operations of one’s own are pending")
	}
	if !d.begun {
		first, rest := complete(append(d.waiting, changes...))
		if len(first) == 0 {
			d.waiting = rest
			return nil
		}
		d.waiting, d.begun = nil, true
		if err := d.load(first); err != nil {
			return err
		}
		changes = rest
	}
	return d.load(changes)
}

func (d *Doc) load(changes [][]byte) error {
	all := bytes.Join(changes, nil)
	if len(all) == 0 {
		return nil
	}
	return done(C.AMloadIncremental(d.c, (*C.uint8_t)(&all[0]), C.size_t(len(all))), "apply changes")
}

// complete divides changes into those that need nothing outside of
// themselves, each after its dependencies, and the others. An empty document
// takes only the first sort; after that the others can wait inside it.
func complete(changes [][]byte) (first, rest [][]byte) {
	in := map[Hash]bool{}
	rest = changes
	for grown := true; grown; {
		grown = false
		var left [][]byte
		for _, raw := range rest {
			c, err := ParseChange(raw)
			if err != nil || slices.ContainsFunc(c.Deps, func(h Hash) bool { return !in[h] }) {
				left = append(left, raw)
				continue
			}
			in[c.Hash] = true
			first = append(first, raw)
			grown = true
		}
		rest = left
	}
	return first, rest
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
	d.begun = true
	c, err := d.Change(h)
	return c, err == nil, err
}

// Pending counts operations that are not yet committed.
func (d *Doc) Pending() int { return int(C.AMpendingOps(d.c)) }

// Rollback forgets them.
func (d *Doc) Rollback() { C.AMrollback(d.c) }

// Heads are the changes on which nothing depends. It must not be called with
// operations pending: the library would commit them under the wrong time.
func (d *Doc) Heads() ([]Hash, error) {
	r, err := take(C.AMgetHeads(d.c), "read the heads")
	if err != nil {
		return nil, err
	}
	defer r.free()
	return r.hashes(), nil
}

// Missing are the changes that others in the document depend on.
func (d *Doc) Missing() ([]Hash, error) {
	if !d.begun {
		var out []Hash
		for _, raw := range d.waiting {
			if c, err := ParseChange(raw); err == nil {
				out = append(out, c.Deps...)
			}
		}
		return out, nil
	}
	r, err := take(C.AMgetMissingDeps(d.c, nil), "read what is missing")
	if err != nil {
		return nil, err
	}
	defer r.free()
	return r.hashes(), nil
}

func (r result) hashes() (out []Hash) {
	r.items(func(item *C.AMitem) {
		if h, ok := readHash(item); ok {
			out = append(out, h)
		}
	})
	return out
}

// Changes are all changes in the document, dependencies first.
func (d *Doc) Changes() ([]Change, error) {
	r, err := take(C.AMgetChanges(d.c, nil), "read the changes")
	if err != nil {
		return nil, err
	}
	defer r.free()
	var out []Change
	r.items(func(item *C.AMitem) {
		var c *C.AMchange
		if C.AMitemToChange(item, &c) {
			out = append(out, readChange(c))
		}
	})
	return out, nil
}

// Change returns one change of the document.
func (d *Doc) Change(h Hash) (Change, error) {
	r, err := take(C.AMgetChangeByHash(d.c, (*C.uint8_t)(&h[0]), C.size_t(len(h))), "read a change")
	if err != nil {
		return Change{}, err
	}
	defer r.free()
	var c *C.AMchange
	if item := C.AMresultItem(r.c); item == nil || !C.AMitemToChange(item, &c) {
		return Change{}, fmt.Errorf("automerge: no change %s", h)
	}
	return readChange(c), nil
}

func readChange(c *C.AMchange) Change {
	out := Change{
		Seq:     uint64(C.AMchangeSeq(c)),
		StartOp: uint64(C.AMchangeStartOp(c)),
		MaxOp:   uint64(C.AMchangeMaxOp(c)),
		Time:    int64(C.AMchangeTime(c)),
		Raw:     raw(C.AMchangeRawBytes(c)),
	}
	copy(out.Hash[:], raw(C.AMchangeHash(c)))
	if r, err := take(C.AMchangeDeps(c), "read dependencies"); err == nil {
		out.Deps = r.hashes()
		r.free()
	}
	if r, err := take(C.AMchangeActorId(c), "read the writer"); err == nil {
		var id *C.AMactorId
		if C.AMitemToActorId(C.AMresultItem(r.c), &id) {
			out.Actor = text(C.AMactorIdBytes(id))
		}
		r.free()
	}
	return out
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
	return done(c, "put "+key)
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
		return done(C.AMspliceText(d.c, id, C.size_t(at), C.ptrdiff_t(del), span(ins)), "edit "+key)
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
