package typeset

import "context"

// The guest was built to run in a browser and holds values of its JavaScript by number. These are the few kinds of value
// that it makes while setting a page. Numbers are float64, text is string, bytes are []byte, null is nil.
type (
	undefined struct{}
	object    map[string]any
	array     struct{ items []any }
	function  struct {
		call func(ctx context.Context, args ...any) (any, error)
	}
	date   struct{}
	jsErr  struct{ message string }
	handle uint32 // an object that lives inside the guest
)

func (e jsErr) String() string { return e.message }

// firstFree is the first slot that can be taken; those before it hold constants.
const firstFree = 132

// A heap is the table of values that the guest knows by number.
type heap struct {
	slots []any
	free  []uint32
}

func newHeap() *heap {
	h := &heap{slots: make([]any, firstFree)}
	for i := range h.slots {
		h.slots[i] = undefined{}
	}
	copy(h.slots[firstFree-4:], []any{undefined{}, nil, true, false})
	return h
}

func (h *heap) add(v any) uint64 {
	if n := len(h.free); n > 0 {
		slot := h.free[n-1]
		h.free = h.free[:n-1]
		h.slots[slot] = v
		return uint64(slot)
	}
	h.slots = append(h.slots, v)
	return uint64(len(h.slots) - 1)
}

// get is the value in a slot, and undefined, as there, when there is no such slot.
func (h *heap) get(slot uint64) any {
	if slot := int(uint32(slot)); slot < len(h.slots) {
		return h.slots[slot]
	}
	return undefined{}
}

func (h *heap) take(slot uint64) any {
	v := h.get(slot)
	if slot := uint32(slot); slot >= firstFree && int(slot) < len(h.slots) {
		h.slots[slot] = undefined{}
		h.free = append(h.free, slot)
	}
	return v
}

// A promise is a value that comes later, or a failure.
type promise struct {
	value   any
	settled bool
	failed  bool
	waiting []*function
}

func (p *promise) settle(g *guest, v any, failed bool) {
	if p.settled {
		return
	}
	p.value, p.settled, p.failed = v, true, failed
	for _, f := range p.waiting {
		p.tell(g, f)
	}
	p.waiting = nil
}

// then calls f with the value, later, as promises always do.
func (p *promise) then(g *guest, f *function) {
	if p.settled {
		p.tell(g, f)
	} else {
		p.waiting = append(p.waiting, f)
	}
}

func (p *promise) tell(g *guest, f *function) {
	g.tasks = append(g.tasks, func(ctx context.Context) error {
		_, err := f.call(ctx, p.value)
		return err
	})
}
