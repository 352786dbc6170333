package automerge

/*
#include "capi.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"
)

// result owns what one call returned. Everything read from it is copied
// before it is freed; no C pointer outlives the method that asked for it.
type result struct{ c *C.AMresult }

// take checks a result and owns it. On error nothing is left to free.
func take(c *C.AMresult, doing string) (result, error) {
	if C.AMresultStatus(c) != C.AM_OK {
		defer C.AMresultFree(c)
		return result{}, fmt.Errorf("automerge: %s: %w", doing, errors.New(text(C.AMresultError(c))))
	}
	return result{c}, nil
}

// finish frees a result of which only the error matters.
func finish(c *C.AMresult, doing string) error {
	r, err := take(c, doing)
	r.free()
	return err
}

func (r result) free() {
	if r.c != nil {
		C.AMresultFree(r.c)
	}
}

// items calls fn for each item.
func (r result) items(fn func(*C.AMitem)) {
	all := C.AMresultItems(r.c)
	for item := C.AMitemsNext(&all, 1); item != nil; item = C.AMitemsNext(&all, 1) {
		fn(item)
	}
}

// span lends a Go string to one call. An empty one still points somewhere:
// the library makes a slice of it, and a slice of null is undefined there.
func span(s string) C.AMbyteSpan {
	if s == "" {
		s = " "[:0]
	}
	return C.AMbyteSpan{src: (*C.uint8_t)(unsafe.Pointer(unsafe.StringData(s))), count: C.size_t(len(s))}
}

func text(s C.AMbyteSpan) string {
	return C.GoStringN((*C.char)(unsafe.Pointer(s.src)), C.int(s.count))
}

func raw(s C.AMbyteSpan) []byte { return C.GoBytes(unsafe.Pointer(s.src), C.int(s.count)) }

// hashes makes the list of heads at which a read looks at the document. The
// zero list is now, and needs no memory.
type hashes struct {
	r     result
	items *C.AMitems
}

func newHashes(at []Hash) (hashes, error) {
	if at == nil {
		return hashes{}, nil
	}
	var all result
	for _, h := range at {
		one, err := take(C.AMitemFromChangeHash(span(string(h[:]))), "name a change")
		if err != nil {
			all.free()
			return hashes{}, err
		}
		if all.c == nil {
			all = one
			continue
		}
		both, err := take(C.AMresultCat(all.c, one.c), "name changes")
		all.free()
		one.free()
		if err != nil {
			return hashes{}, err
		}
		all = both
	}
	if all.c == nil {
		return hashes{}, errNoHeads
	}
	items := C.AMresultItems(all.c)
	return hashes{all, &items}, nil
}

func (h hashes) free() { h.r.free() }

var errNoHeads = errors.New("automerge: reading at no changes at all")

func readHash(item *C.AMitem) (h Hash, ok bool) {
	var s C.AMbyteSpan
	if !C.AMitemToChangeHash(item, &s) || s.count != 32 {
		return h, false
	}
	copy(h[:], unsafe.Slice((*byte)(s.src), 32))
	return h, true
}
