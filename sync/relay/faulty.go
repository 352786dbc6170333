package relay

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
)

// Faults are how often things go wrong, from 0 to 1.
type Faults struct {
	Duplicate float64 // a blob is delivered twice
	Delay     float64 // a blob is left out now and delivered some batches later
	Corrupt   float64 // a blob is delivered with a flipped bit now and whole some batches later
	Reorder   float64 // a batch is delivered in another order
	PutFails  float64 // Put reports a failure; half of the time the blob has arrived all the same
}

// Faulty is one device's view of a relay that goes wrong, for simulations. Everything arrives in the end.
type Faulty struct {
	inner Relay

	mu     sync.Mutex
	rng    *rand.Rand
	faults Faults
	held   []late
}

type late struct {
	blob    Blob
	batches int // still to be waited for
}

// NewFaulty wraps a relay. The same rng and the same calls give the same faults.
func NewFaulty(inner Relay, rng *rand.Rand, faults Faults) *Faulty {
	return &Faulty{inner: inner, rng: rng, faults: faults}
}

// Settle ends all faults. What was held back is delivered with the next batch.
func (f *Faulty) Settle() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = Faults{}
	for i := range f.held {
		f.held[i].batches = 0
	}
}

// Put implements Relay.
func (f *Faulty) Put(ctx context.Context, b Blob) error {
	f.mu.Lock()
	fails, arrives := f.hit(f.faults.PutFails), f.hit(0.5)
	f.mu.Unlock()
	if fails && !arrives {
		return &Error{Relay: "faulty", Op: "put", Kind: ErrUnreachable}
	}
	if err := f.inner.Put(ctx, b); err != nil {
		return err
	}
	if fails {
		return &Error{Relay: "faulty", Op: "put", Kind: ErrUnreachable}
	}
	return nil
}

// PutSegments implements Together: some of what is put together may arrive and the rest not.
func (f *Faulty) PutSegments(ctx context.Context, segments []Blob) (int, error) {
	for i, b := range segments {
		if err := f.Put(ctx, b); err != nil {
			return i, err
		}
	}
	return len(segments), nil
}

func (f *Faulty) hit(probability float64) bool { return f.rng.Float64() < probability }

// Follow implements Relay. It collects a batch up to Idle, spoils it, and delivers it with the cursor of before.
func (f *Faulty) Follow(ctx context.Context, after Cursor, fn func(Blob, Cursor) error) error {
	var batch []Blob
	return f.inner.Follow(ctx, after, func(b Blob, c Cursor) error {
		if b.Kind != Idle {
			batch = append(batch, b)
			return nil
		}
		out := f.spoil(batch)
		batch = nil
		for _, b := range out {
			if err := fn(b, after); err != nil {
				return err
			}
		}
		after = slices.Clone(c)
		return fn(Blob{}, c)
	})
}

func (f *Faulty) spoil(batch []Blob) []Blob {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Blob
	var held []late
	for _, l := range f.held {
		if l.batches <= 0 {
			out = append(out, l.blob)
		} else {
			held = append(held, late{l.blob, l.batches - 1})
		}
	}
	for _, b := range batch {
		switch {
		case f.hit(f.faults.Delay):
			held = append(held, late{b, f.rng.IntN(4)})
			continue
		case f.hit(f.faults.Corrupt):
			held = append(held, late{b, f.rng.IntN(4)})
			bad := b
			bad.Bytes = slices.Clone(b.Bytes)
			bad.Bytes[f.rng.IntN(len(bad.Bytes))] ^= 1 << f.rng.IntN(8)
			out = append(out, bad)
			continue
		case f.hit(f.faults.Duplicate):
			out = append(out, b)
		}
		out = append(out, b)
	}
	if f.hit(f.faults.Reorder) {
		f.rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	f.held = held
	return out
}
