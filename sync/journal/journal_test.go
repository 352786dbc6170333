package journal

import (
	"bytes"
	"crypto/hpke"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"strings"
	"testing"
	"time"
)

type writer struct {
	id   *Identity
	key  EpochKey
	team TeamID
}

func newWriter(t testing.TB) writer {
	t.Helper()
	id, err := NewIdentity(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k, err := NewEpochKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return writer{id, k, TeamID{1}}
}

func (w writer) keys() Keyring { return Keyring{w.key.ID(): w.key} }

func (w writer) entries(t testing.TB, from uint64, bodies ...[]byte) []Entry {
	t.Helper()
	var es []Entry
	for i, b := range bodies {
		e, err := NewEntry(rand.Reader, w.id.Device(), from+uint64(i), b)
		if err != nil {
			t.Fatal(err)
		}
		es = append(es, e)
	}
	return es
}

func (w writer) seal(t testing.TB, prev Hash, es []Entry) []byte {
	t.Helper()
	b, err := Seal(w.id, w.key, w.team, prev, es)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func texts(n int) [][]byte {
	var out [][]byte
	for i := range n {
		out = append(out, fmt.Appendf(nil, "change %d of many, much like the others", i))
	}
	return out
}

func TestASegmentOpensToWhatWasSealed(t *testing.T) {
	w := newWriter(t)
	es := w.entries(t, 5, append(texts(100), nil)...)
	seg := w.seal(t, Hash{9}, es)
	if _, err := Verify(seg, w.id.Public()); err != nil {
		t.Fatal(err)
	}
	got, err := Open(seg, w.keys())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(es) {
		t.Fatalf("%d entries, want %d", len(got), len(es))
	}
	for i := range es {
		if got[i].Number != es[i].Number || got[i].Device != es[i].Device || got[i].Salt != es[i].Salt || !bytes.Equal(got[i].Body, es[i].Body) {
			t.Fatalf("entry %d differs", es[i].Number)
		}
	}
	if len(seg) > 100*30 {
		t.Errorf("%d bytes: alike entries were not compressed", len(seg))
	}
}

func TestRepackingKeepsTheChain(t *testing.T) {
	w := newWriter(t)
	es := w.entries(t, 1, texts(10)...)
	chain := Chain(Hash{}, w.team, es)
	for _, cut := range [][2]int{{0, 10}, {0, 4}, {4, 10}, {3, 7}} {
		prev := Hash{}
		if cut[0] > 0 {
			prev = chain[cut[0]-1]
		}
		h, err := ParseHeader(w.seal(t, prev, es[cut[0]:cut[1]]))
		if err != nil || h.Tip != chain[cut[1]-1] {
			t.Errorf("run %v: tip %s, want %s (%v)", cut, h.Tip, chain[cut[1]-1], err)
		}
	}
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	w := newWriter(t)
	seg := w.seal(t, Hash{}, w.entries(t, 1, texts(2)...))
	for i := range seg {
		bad := bytes.Clone(seg)
		bad[i] ^= 1 << (i % 8)
		if _, err := Verify(bad, w.id.Public()); err == nil {
			t.Fatalf("byte %d flipped: still verifies", i)
		}
	}
	for i := range seg {
		if _, err := ParseHeader(seg[:i]); err == nil {
			t.Fatalf("cut to %d bytes: still parses", i)
		}
	}
}

func TestWhoeverCannotShowTheKeyIsRefused(t *testing.T) {
	w, other := newWriter(t), newWriter(t)
	seg := w.seal(t, Hash{}, w.entries(t, 1, texts(2)...))
	if _, err := Verify(seg, other.id.Public()); !errors.Is(err, ErrForged) {
		t.Errorf("verified with another device's key: %v", err)
	}
	if _, err := Open(seg, other.keys()); !errors.Is(err, ErrNoKey) {
		t.Errorf("opened without the epoch's key: %v", err)
	}
	// A relay that swaps the epoch id cannot make another key fit.
	if _, err := Open(seg, Keyring{w.key.ID(): other.key}); !errors.Is(err, ErrDamaged) {
		t.Errorf("opened with the wrong key: %v", err)
	}
}

func TestAMemberWhoLiesAboutTheChainIsNoticed(t *testing.T) {
	w := newWriter(t)
	es := w.entries(t, 1, texts(3)...)
	h := Header{Team: w.team, Device: w.id.Device(), First: 1, Last: 3, Tip: Hash{4}, Epoch: w.key.ID()}
	var content []byte
	for _, e := range es {
		content = append(append(content, e.Salt[:]...), 0, 0, 0, byte(len(e.Body)))
		content = append(content, e.Body...)
	}
	if _, err := Open(w.raw(h, append([]byte{stored}, content...)), w.keys()); !errors.Is(err, ErrBrokenChain) {
		t.Errorf("want ErrBrokenChain, got %v", err)
	}
}

func TestAMemberCannotWriteInAnothersName(t *testing.T) {
	member, victim := newWriter(t), newWriter(t)
	member.key = victim.key // both are in the team
	e := victim.entries(t, 1, []byte("never said"))[0]
	h := Header{Team: member.team, Device: victim.id.Device(), First: 1, Last: 1, Tip: EntryHash(Hash{}, member.team, e), Epoch: member.key.ID()}
	content := append(append([]byte{stored}, e.Salt[:]...), 0, 0, 0, byte(len(e.Body)))
	seg := member.raw(h, append(content, e.Body...))
	seen, err := SealSeen(member.id, member.key, member.team, Seen{Counter: 1, Marks: map[DeviceID]Mark{{1}: {1, Hash{1}}}})
	if err != nil {
		t.Fatal(err)
	}
	device := victim.id.Device()
	copy(seen[40:], device[:])
	binary.BigEndian.PutUint32(seen[96:], 16+sealOverhead)
	payload := aead(member.key, "seen", member.team[:], device[:]).Seal(nil, nil, append(make([]byte, 12), 0, 0, 0, 0), seen[:seenHeaderSize])
	seen = append(seen[:seenHeaderSize:seenHeaderSize], payload...)
	seen = append(seen, member.id.Sign("seen", seen)...)
	for name, pub := range map[string]Public{"its own key": member.id.Public(), "the other's key": victim.id.Public()} {
		if _, err := Verify(seg, pub); !errors.Is(err, ErrForged) {
			t.Errorf("segment under %s: %v", name, err)
		}
		if _, err := OpenSeen(seen, pub, member.keys()); !errors.Is(err, ErrForged) {
			t.Errorf("seen under %s: %v", name, err)
		}
	}
}

func TestAWrapIsTheKeyThatItsEpochNames(t *testing.T) {
	w, other := newWriter(t), newWriter(t)
	kem, err := hpke.MLKEM768X25519().NewPublicKey(w.id.pub.KEM[:])
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := hpke.Seal(kem, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(w.team, w.key.ID(), w.id.Device()), other.key.secret[:])
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.id.Unwrap(w.team, w.key.ID(), wrapped); !errors.Is(err, ErrForged) {
		t.Errorf("another key was inside: %v", err)
	}
}

// raw builds a segment that Seal would refuse to build.
func (w writer) raw(h Header, payload []byte) []byte {
	h.sealed = len(payload) + sealOverhead
	b := h.append(nil)
	b = aead(w.key, "segment", h.Team[:], h.Device[:]).Seal(b, nil, payload, b[:headerSize])
	return append(b, w.id.Sign("segment", b)...)
}

func TestHostileContentMeetsLimits(t *testing.T) {
	w := newWriter(t)
	h := Header{Team: w.team, Device: w.id.Device(), First: 1, Last: 1, Epoch: w.key.ID()}
	salt := make([]byte, 16)
	for _, c := range []struct {
		name    string
		payload []byte
		want    error
	}{
		{"a bomb", compress(make([]byte, 64<<20)), ErrTooLarge},
		{"a body over the limit", compress(append(append(salt, 0, 0x10, 0, 1), make([]byte, MaxBody+1)...)), ErrTooLarge},
		{"a body longer than the content", append(append([]byte{stored}, salt...), 0, 0, 0, 9, 1), ErrDamaged},
		{"bytes after the last entry", append(append([]byte{stored}, salt...), 0, 0, 0, 0, 1), ErrDamaged},
		{"bytes after the deflate stream", append(compress(make([]byte, 1000)), 7), ErrDamaged},
		{"an unknown compression", []byte{9, 1, 2, 3}, ErrDamaged},
		{"too short for its count", []byte{stored}, ErrDamaged},
	} {
		if _, err := Open(w.raw(h, c.payload), w.keys()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	h.Last = MaxEntries + 1
	if _, err := ParseHeader(w.raw(h, []byte{stored})); !errors.Is(err, ErrDamaged) {
		t.Errorf("more entries than allowed: %v", err)
	}
}

func TestFitSplitsAndEveryPartIsWithinTheLimit(t *testing.T) {
	w := newWriter(t)
	noise := func(n int) []byte {
		b := make([]byte, n)
		r := mrand.NewChaCha8([32]byte{3})
		r.Read(b)
		return b
	}
	big := noise(MaxBody)
	es := w.entries(t, 1, big, big, big, big, big, noise(10))
	var prev Hash
	for parts := 0; len(es) > 0; parts++ {
		n := Fit(es)
		if n == 0 || parts > 3 {
			t.Fatalf("part %d holds %d entries", parts, n)
		}
		seg := w.seal(t, prev, es[:n])
		if len(seg) > MaxSegment {
			t.Fatalf("part %d has %d bytes", parts, len(seg))
		}
		if n < len(es) {
			if _, err := Seal(w.id, w.key, w.team, prev, es[:n+1]); !errors.Is(err, ErrTooLarge) {
				t.Errorf("one more than fits: %v", err)
			}
		}
		if _, err := Open(seg, w.keys()); err != nil {
			t.Fatal(err)
		}
		prev, es = EntryHash(prev, w.team, es[n-1]), es[n:]
	}
	if n := Fit(make([]Entry, MaxEntries+1)); n != MaxEntries {
		t.Errorf("Fit takes %d entries", n)
	}
}

func TestSealRefusesWhatIsNotARunOfOnesOwn(t *testing.T) {
	w, other := newWriter(t), newWriter(t)
	es := w.entries(t, 1, texts(3)...)
	for name, bad := range map[string][]Entry{
		"none":             nil,
		"a hole":           {es[0], es[2]},
		"number zero":      {{Device: w.id.Device()}},
		"another's":        other.entries(t, 1, texts(1)...),
		"a body too large": {{Device: w.id.Device(), Number: 1, Body: make([]byte, MaxBody+1)}},
	} {
		if _, err := Seal(w.id, w.key, w.team, Hash{}, bad); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
	if _, err := NewEntry(rand.Reader, w.id.Device(), 1, make([]byte, MaxBody+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("new entry over the limit: %v", err)
	}
}

func TestUnknownVersionsAreNamed(t *testing.T) {
	w := newWriter(t)
	seg := w.seal(t, Hash{}, w.entries(t, 1, texts(1)...))
	seg[4] = 9
	seen, err := SealSeen(w.id, w.key, w.team, Seen{})
	if err != nil {
		t.Fatal(err)
	}
	seen[4] = 9
	ident := w.id.Marshal()
	ident[4] = 9
	for what, read := range map[string]func() error{
		"segment":  func() error { _, err := Open(seg, w.keys()); return err },
		"seen":     func() error { _, err := OpenSeen(seen, w.id.Public(), w.keys()); return err },
		"identity": func() error { _, err := ParseIdentity(ident); return err },
	} {
		var unknown *UnknownVersionError
		if err := read(); !errors.As(err, &unknown) || unknown.What != what || unknown.Version != 9 {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnIdentitySurvivesItsBytes(t *testing.T) {
	w := newWriter(t)
	back, err := ParseIdentity(w.id.Marshal())
	if err != nil || back.Public() != w.id.Public() || back.Device() != w.id.Device() {
		t.Fatalf("identity changed: %v", err)
	}
	pub, err := ParsePublic(w.id.Public().Marshal())
	if err != nil || pub != w.id.Public() {
		t.Fatalf("public keys changed: %v", err)
	}
	wrapped, err := pub.Wrap(w.team, w.key)
	if err != nil || len(wrapped) != wrapSize {
		t.Fatalf("wrap of %d bytes: %v", len(wrapped), err)
	}
	if k, err := back.Unwrap(w.team, w.key.ID(), wrapped); err != nil || k != w.key {
		t.Fatalf("unwrap: %v", err)
	}
	if _, err := back.Unwrap(TeamID{2}, w.key.ID(), wrapped); err == nil {
		t.Error("a wrap for one team opened for another")
	}
	if _, err := newWriter(t).id.Unwrap(w.team, w.key.ID(), wrapped); err == nil {
		t.Error("a wrap for one device opened for another")
	}
}

func TestAParentIsTheKeyThatItsIdNames(t *testing.T) {
	w, old := newWriter(t), newWriter(t).key
	sealed := w.key.SealParent(w.team, old)
	if k, err := w.key.OpenParent(w.team, old.ID(), sealed); err != nil || k != old {
		t.Fatalf("open parent: %v", err)
	}
	lie := Hash{1}
	wrong := aead(w.key, "parents", w.team[:]).Seal(nil, nil, old.secret[:], lie[:])
	if _, err := w.key.OpenParent(w.team, lie, wrong); !errors.Is(err, ErrForged) {
		t.Errorf("a key under another's id: %v", err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	w := newWriter(t)
	for _, s := range []string{fmt.Sprint(w.key), fmt.Sprintf("%v %+v %#v", w.key, w.key, w.key)} {
		if strings.Contains(s, fmt.Sprintf("%x", w.key.secret[:4])) || strings.Contains(s, "secret") {
			t.Errorf("the key shows in %q", s)
		}
	}
}

func TestSeenSaysWhatItWasGiven(t *testing.T) {
	w := newWriter(t)
	a, b := DeviceID{1}, DeviceID{2}
	in := Seen{Counter: 3, At: time.UnixMilli(1780000000123).UTC(), Marks: map[DeviceID]Mark{a: {5, Hash{5}}, b: {9, Hash{9}}},
		Exceptions: map[DeviceID][]Range{b: {{1, 2}, {5, 5}}}}
	raw, err := SealSeen(w.id, w.key, w.team, in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := OpenSeen(raw, w.id.Public(), w.keys())
	if err != nil || out.Device != w.id.Device() || !out.At.Equal(in.At) || fmt.Sprint(out.Marks, out.Exceptions) != fmt.Sprint(in.Marks, in.Exceptions) {
		t.Fatalf("%+v, %v", out, err)
	}
	for _, c := range []struct {
		device DeviceID
		number uint64
		want   bool
	}{{a, 0, false}, {a, 1, true}, {a, 5, true}, {a, 6, false}, {b, 2, false}, {b, 3, true}, {b, 5, false}, {b, 9, true}, {DeviceID{3}, 1, false}} {
		if out.Has(c.device, c.number) != c.want {
			t.Errorf("has %v of %v: want %v", c.number, c.device, c.want)
		}
	}
	if _, err := OpenSeen(raw, newWriter(t).id.Public(), w.keys()); !errors.Is(err, ErrForged) {
		t.Errorf("another's key: %v", err)
	}
	if _, err := OpenSeen(raw, w.id.Public(), nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key: %v", err)
	}
	for name, bad := range map[string]Seen{
		"an exception above the mark":   {Marks: map[DeviceID]Mark{a: {5, Hash{}}}, Exceptions: map[DeviceID][]Range{a: {{5, 6}}}},
		"an exception without a mark":   {Exceptions: map[DeviceID][]Range{a: {{1, 1}}}},
		"exceptions that touch":         {Marks: map[DeviceID]Mark{a: {9, Hash{}}}, Exceptions: map[DeviceID][]Range{a: {{1, 2}, {3, 3}}}},
		"a mark at nothing":             {Marks: map[DeviceID]Mark{a: {}}},
		"an exception of a range lying": {Marks: map[DeviceID]Mark{a: {9, Hash{}}}, Exceptions: map[DeviceID][]Range{a: {{4, 2}}}},
	} {
		if _, err := SealSeen(w.id, w.key, w.team, bad); err == nil {
			t.Errorf("%s: sealed", name)
		}
	}
}
