// Package relaytest is the contract that every relay keeps. An implementation's test calls [Run] with a function that opens a new, empty
// relay, or one that holds [Ground], for each case, and [RunStore] too if it is a store. It uses no clock of its own: a relay that never delivers hangs the test.
package relaytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// errEnough ends a Follow from inside.
var errEnough = errors.New("enough")

func all() []relay.Blob {
	w := theWorld
	return []relay.Blob{
		segment(w.author, 1, 3, "a run of three"),
		segment(w.author, 4, 4, "another"),
		segment(w.other, 1<<40, 1<<40+2, "somebody else’s"),
		{Kind: relay.Roster, Team: Team, Bytes: w.entries[len(w.entries)-1]},
		seen(w.author, 1),
		{Kind: relay.Mail, Team: Team, Author: w.newcomer, Mailbox: w.mailbox, Bytes: w.request},
	}
}

// Run checks what every Relay must do.
func Run(t *testing.T, open func() relay.Relay) {
	t.Run("what was put is delivered whole, then idle", func(t *testing.T) {
		r := open()
		put(t, r, all()...)
		got, _ := follow(t, r, nil)
		same(t, got, all())
	})
	t.Run("an empty relay is idle at once", func(t *testing.T) {
		got, _ := follow(t, open(), nil)
		same(t, got, nil)
	})
	t.Run("putting again changes nothing", func(t *testing.T) {
		r := open()
		put(t, r, all()...)
		put(t, r, all()...)
		got, _ := follow(t, r, nil)
		same(t, got, all())
	})
	t.Run("a cursor goes on where it was", func(t *testing.T) {
		r := open()
		put(t, r, all()[:3]...)
		_, cursor := follow(t, r, nil)
		put(t, r, all()[3:]...)
		got, cursor := follow(t, r, cursor)
		same(t, got, all()[3:])
		got, _ = follow(t, r, cursor)
		same(t, got, nil)
	})
	t.Run("a cursor from the middle loses nothing", func(t *testing.T) {
		r := open()
		put(t, r, all()...)
		var seen []relay.Blob
		var cursor relay.Cursor
		err := r.Follow(t.Context(), nil, func(b relay.Blob, c relay.Cursor) error {
			cursor = slices.Clone(c)
			if !isGround(b) {
				seen = append(seen, b)
			}
			if len(seen) == 2 {
				return errEnough
			}
			return nil
		})
		if !errors.Is(err, errEnough) {
			t.Fatalf("follow returned %v, not what fn returned", err)
		}
		rest, _ := follow(t, r, cursor)
		same(t, distinct(append(seen, rest...)), all())
	})
	t.Run("news arrives while following", func(t *testing.T) {
		r := open()
		put(t, r, all()[0])
		var got []relay.Blob
		idle := 0
		err := r.Follow(t.Context(), nil, func(b relay.Blob, _ relay.Cursor) error {
			if b.Kind != relay.Idle {
				if !isGround(b) {
					got = append(got, b)
				}
				return nil
			}
			if idle++; idle == 1 {
				return r.Put(t.Context(), all()[1])
			}
			if len(distinct(got)) < 2 {
				return nil
			}
			return errEnough
		})
		if !errors.Is(err, errEnough) {
			t.Fatal(err)
		}
		same(t, distinct(got), all()[:2])
	})
	t.Run("the end of its context ends it", func(t *testing.T) {
		r := open()
		ctx, cancel := context.WithCancel(t.Context())
		err := r.Follow(ctx, nil, func(relay.Blob, relay.Cursor) error { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
		if err := r.Put(ctx, all()[0]); !errors.Is(err, context.Canceled) {
			t.Errorf("put: %v", err)
		}
	})
	t.Run("of several seen the newest wins", func(t *testing.T) {
		r := open()
		me, other := theWorld.author, theWorld.other
		put(t, r, seen(me, 1), seen(me, 300), seen(me, 20), seen(other, 5))
		got, cursor := follow(t, r, nil)
		same(t, got, []relay.Blob{seen(me, 300), seen(other, 5)})
		put(t, r, seen(me, 301))
		got, _ = follow(t, r, cursor)
		same(t, got, []relay.Blob{seen(me, 301)})
	})
	t.Run("overlapping segments live side by side", func(t *testing.T) {
		r := open()
		want := []relay.Blob{segment(theWorld.author, 1, 3, "one"), segment(theWorld.author, 1, 3, "the same numbers"), segment(theWorld.author, 2, 9, "overlap")}
		put(t, r, want...)
		got, _ := follow(t, r, nil)
		same(t, got, want)
	})
	t.Run("what nobody should have to keep is refused", func(t *testing.T) {
		r := open()
		for name, b := range map[string]relay.Blob{
			"a segment over the limit": segment(theWorld.author, 1, 1, string(make([]byte, largest+1))),
			"a mail over the limit":    {Kind: relay.Mail, Team: Team, Author: Author, Bytes: make([]byte, relay.MaxMail+1)},
			"an empty blob":            {Kind: relay.Segment, Team: Team, Author: Author, First: 1, Last: 1},
			"idle":                     {Team: Team, Bytes: []byte("x")},
			"a run of nothing":         segment(theWorld.author, 5, 4, "x"),
		} {
			if err := r.Put(t.Context(), b); err == nil {
				t.Errorf("%s was taken", name)
			}
		}
		got, _ := follow(t, r, nil)
		same(t, got, nil)
	})
	t.Run("the largest blob fits", func(t *testing.T) {
		r := open()
		b := segment(theWorld.author, 1, 2, string(bytes.Repeat([]byte{7}, largest)))
		put(t, r, b)
		got, _ := follow(t, r, nil)
		same(t, got, []relay.Blob{b})
	})
	t.Run("segments may be put together", func(t *testing.T) {
		r := open()
		var want []relay.Blob
		for n := range uint64(200) { // more than one exchange holds
			want = append(want, segment(theWorld.author, n+1, n+1, fmt.Sprintf("entry %d", n+1)))
		}
		put(t, r, want[3], want[70])
		for range 2 { // and again, which changes nothing
			next := 0
			if err := relay.PutSegments(t.Context(), r, want, func(i int) error {
				if i != next {
					t.Errorf("%d was taken after %d", i, next-1)
				}
				next++
				return nil
			}); err != nil || next != len(want) {
				t.Errorf("%d of %d taken: %v", next, len(want), err)
			}
		}
		got, _ := follow(t, r, nil)
		same(t, got, want)
	})
	t.Run("of segments put together those before a bad one are taken", func(t *testing.T) {
		r := open()
		all := []relay.Blob{
			segment(theWorld.author, 1, 1, "one"), segment(theWorld.author, 2, 2, "two"),
			segment(theWorld.author, 3, 3, string(make([]byte, largest+1))), segment(theWorld.author, 4, 4, "four"),
		}
		next := 0
		if err := relay.PutSegments(t.Context(), r, all, func(int) error { next++; return nil }); err == nil || next != 2 {
			t.Errorf("%d taken: %v", next, err)
		}
		got, _ := follow(t, r, nil)
		same(t, got, all[:2])
		stop := errors.New("stop")
		if err := relay.PutSegments(t.Context(), r, all, func(int) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("what taken returned came back as %v", err)
		}
	})
	t.Run("many may put at once", func(t *testing.T) {
		r := open()
		var want []relay.Blob
		done := make(chan error)
		for i := range uint64(8) {
			var mine []relay.Blob
			for n := range uint64(8) {
				mine = append(mine, segment(theWorld.author, 8*i+n+1, 8*i+n+1, fmt.Sprintf("entry %d", 8*i+n+1)))
			}
			want = append(want, mine...)
			go func() {
				var err error
				for _, b := range mine {
					err = errors.Join(err, r.Put(t.Context(), b))
				}
				done <- err
			}()
		}
		for range 8 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		got, _ := follow(t, r, nil)
		same(t, got, want)
	})
}

// RunStore checks what a Store must do besides.
func RunStore(t *testing.T, open func() relay.Store) {
	t.Run("list and fetch find what was put", func(t *testing.T) {
		s := open()
		put(t, s, all()...)
		for _, want := range all() {
			var refs []relay.Ref
			if err := s.List(t.Context(), want.Kind, func(r relay.Ref) error { refs = append(refs, r); return nil }); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(refs, relay.RefOf(want)) {
				t.Errorf("%s is not listed in %+v", want.Kind, refs)
			}
			got, err := s.Fetch(t.Context(), relay.RefOf(want))
			if err != nil {
				t.Fatal(err)
			}
			same(t, []relay.Blob{got}, []relay.Blob{want})
		}
	})
	t.Run("what is gone is said to be gone", func(t *testing.T) {
		if _, err := open().Fetch(t.Context(), relay.RefOf(all()[0])); !errors.Is(err, relay.ErrGone) {
			t.Errorf("fetch: %v", err)
		}
	})
	t.Run("replace puts the new and forgets the old", func(t *testing.T) {
		for _, author := range []*journal.Identity{theWorld.author, theWorld.other} {
			s := open()
			a, b := segment(author, 1, 2, "one"), segment(author, 3, 4, "two")
			merged := segment(author, 1, 4, "both")
			put(t, s, a, b)
			_, cursor := follow(t, s, nil)
			if err := s.Replace(t.Context(), merged, []relay.Ref{relay.RefOf(a), relay.RefOf(b), relay.RefOf(merged)}); err != nil {
				t.Fatal(err)
			}
			got, _ := follow(t, s, nil)
			same(t, got, []relay.Blob{merged})
			// Who followed before is not told that anything was lost.
			got, _ = follow(t, s, cursor)
			same(t, got, []relay.Blob{merged})
		}
	})
}

func put(t *testing.T, r relay.Relay, blobs ...relay.Blob) {
	t.Helper()
	for _, b := range blobs {
		if err := r.Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
}

// follow returns what is there up to the first Idle, but for the ground.
func follow(t *testing.T, r relay.Relay, after relay.Cursor) ([]relay.Blob, relay.Cursor) {
	t.Helper()
	var got []relay.Blob
	var cursor relay.Cursor
	err := r.Follow(t.Context(), after, func(b relay.Blob, c relay.Cursor) error {
		cursor = slices.Clone(c)
		if b.Kind == relay.Idle {
			return errEnough
		}
		if !isGround(b) {
			got = append(got, b)
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("follow: %v", err)
	}
	return got, cursor
}

func isGround(b relay.Blob) bool {
	return slices.ContainsFunc(Ground(), func(g relay.Blob) bool { return relay.RefOf(g) == relay.RefOf(b) })
}

func distinct(blobs []relay.Blob) []relay.Blob {
	var out []relay.Blob
	for _, b := range blobs {
		if b.Kind != relay.Idle && !slices.ContainsFunc(out, func(o relay.Blob) bool { return relay.RefOf(o) == relay.RefOf(b) }) {
			out = append(out, b)
		}
	}
	return out
}

// same compares without regard to order.
func same(t *testing.T, got, want []relay.Blob) {
	t.Helper()
	print := func(blobs []relay.Blob) []string {
		var out []string
		for _, b := range blobs {
			text := b.Bytes
			if len(text) > 40 {
				text = fmt.Appendf(nil, "%v", relay.RefOf(b).Hash)
			}
			out = append(out, fmt.Sprintf("%s %x %x %d-%d %d %x damaged=%v %q", b.Kind, b.Team[:2], b.Author, b.First, b.Last, b.Counter, b.Mailbox, b.Damaged, text))
		}
		slices.Sort(out)
		return out
	}
	if g, w := print(got), print(want); !slices.Equal(g, w) {
		t.Errorf("got\n%q\nwant\n%q", g, w)
	}
}
