package automerge

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"regexp"
	"testing"
)

// vectors reads the golden bytes out of FORMAT.md, so that the page and the
// code cannot part.
func vectors(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]*)` \\| `([0-9a-f]+)` \\|$").FindAllStringSubmatch(string(page), -1) {
		out[m[1]+" "+m[2]] = m[3]
	}
	if len(out) < 3 {
		t.Fatalf("FORMAT.md has %d vectors", len(out))
	}
	return out
}

func TestGenesisIsTheSameBytesEverywhere(t *testing.T) {
	for name, want := range vectors(t) {
		m := regexp.MustCompile(`^(\S+) (.*)$`).FindStringSubmatch(name)
		if got := hex.EncodeToString(Genesis(m[1], m[2])); got != want {
			t.Errorf("genesis of %s\n got %s\nwant %s", name, got, want)
		}
	}
}

func TestGenesisIsWhatTheLibraryWouldWrite(t *testing.T) {
	g := Genesis("7b00", "options/4kq/name")
	d := open(t, 1, g)
	back, err := d.fetch(HashOf(g))
	if err != nil || string(back.Raw) != string(g) {
		t.Fatalf("the library reads it back as %+v, %v", back, err)
	}
	if v := must[[]Value](t)(d.All("options/4kq/name", nil)); len(v) != 1 || v[0].V != (Text{}) || v[0].Op.Counter != 1 {
		t.Fatalf("it makes %+v", v)
	}
}

func TestParseAgreesWithTheLibrary(t *testing.T) {
	a := open(t, 7, Genesis("d", "x"))
	a.Splice("x", 0, 0, "a sentence that is long enough to be deflated, again and again and again, "+
		"because the library deflates changes of more than a few hundred bytes and leaves the others as they are. "+
		"So here is one more sentence, and a second, and a third, and now it should surely be past that size.")
	a.Put("n", int64(12))
	a.Put("s", "text")
	a.Splice("x", 4, 3, "é🎉")
	want := commit(t, a)
	got, err := ParseChange(want.Raw)
	if err != nil {
		t.Fatal(err)
	}
	if got.Hash != want.Hash || got.Actor != want.Actor || got.Seq != want.Seq || got.StartOp != want.StartOp || got.MaxOp != want.MaxOp || got.Time != want.Time || len(got.Deps) != 1 || got.Deps[0] != want.Deps[0] {
		t.Fatalf("parsed %+v, the library says %+v", got, want)
	}
}

func TestEveryFlippedBitIsRefused(t *testing.T) {
	a := open(t, 7, Genesis("d", "x"))
	a.Splice("x", 0, 0, "hello")
	whole := commit(t, a).Raw
	for i := range whole {
		for bit := range 8 {
			bad := append([]byte{}, whole...)
			bad[i] ^= 1 << bit
			if _, err := ParseChange(bad); !errors.Is(err, ErrMalformed) {
				t.Fatalf("bit %d of byte %d flipped: %v", bit, i, err)
			}
		}
		if _, err := ParseChange(whole[:i]); !errors.Is(err, ErrMalformed) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	if _, err := ParseChange(append(whole, 0)); !errors.Is(err, ErrMalformed) {
		t.Fatal("a byte after the end was accepted")
	}
}

func TestColumnsThatClaimMoreThanTheirOperationsAreRefused(t *testing.T) {
	// One operation, with a key column that says 2^60 of them.
	body := []byte{0, 2, 'a', 'b', 1, 1, 0, 0, 0, 5}
	key := []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 'k'}
	cols := []struct {
		spec byte
		data []byte
	}{{colKeyString, key}, {colInsert, []byte{1}}, {colAction, []byte{0x7f, 1}}, {colValueMeta, []byte{0x7f, 0}}, {colPredCount, []byte{0x7f, 0}}}
	for _, c := range cols {
		body = append(body, c.spec, byte(len(c.data)))
	}
	for _, c := range cols {
		body = append(body, c.data...)
	}
	if _, err := ParseChange(chunk(body)); !errors.Is(err, ErrMalformed) {
		t.Fatalf("accepted: %v", err)
	}
}

func TestWhatNamesAWriterWhoIsNotInTheListIsRefused(t *testing.T) {
	for _, col := range []byte{colObjActor, colKeyActor, colPredActor} {
		one := func(index byte) error {
			data := map[uint64][]byte{colAction: {0x7f, 1}, colPredCount: {0x7f, 1}, uint64(col): {0x7f, index}}
			_, err := checkColumns(data, 2)
			return err
		}
		if err := one(1); err != nil {
			t.Errorf("column %#x refuses a writer in the list: %v", col, err)
		}
		if err := one(2); !errors.Is(err, ErrMalformed) {
			t.Errorf("column %#x takes the third of two writers: %v", col, err)
		}
	}
}

func TestAnObjectThatNoOperationCanHaveMadeIsRefused(t *testing.T) {
	one := func(count byte) error {
		_, err := checkColumns(map[uint64][]byte{colAction: {0x7f, 1}, colPredCount: {0x7f, 0}, colObjCount: {0x7f, count}}, 1)
		return err
	}
	if err := one(1); err != nil {
		t.Errorf("the first operation: %v", err)
	}
	if err := one(0); !errors.Is(err, ErrMalformed) {
		t.Errorf("the one before it: %v", err)
	}
}

func TestOneKeyWrittenTooOftenIsRefused(t *testing.T) {
	// 49 bytes are enough for a change with which the library takes minutes:
	// the same key, as often as there are operations, in one run or in many.
	keys := func(runs ...[]byte) error {
		data := map[uint64][]byte{colAction: {0xd0, 0x0f, 1}, colPredCount: {0xd0, 0x0f, 0}, colKeyString: bytes.Join(runs, nil)}
		_, err := checkColumns(data, 1)
		return err
	}
	thousand := []byte{0xe8, 0x07, 1}
	if err := keys(append(bytes.Clone(thousand), 'a'), append(bytes.Clone(thousand), 'b')); err != nil {
		t.Errorf("two keys a thousand times: %v", err)
	}
	if err := keys(append(bytes.Clone(thousand), 'a'), []byte{0x7f, 1, 'b'}, []byte{0x7f, 1, 'a'}); !errors.Is(err, ErrMalformed) {
		t.Errorf("a thousand times and once more: %v", err)
	}
}

func FuzzParseChange(f *testing.F) {
	f.Add(Genesis("d", "x"))
	f.Add(Genesis("another", "review-trigger/condition"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseChange(b)
		if err == nil && (c.Seq == 0 || len(c.Actor) == 0 || c.MaxOp < c.StartOp) {
			t.Fatalf("accepted %+v", c)
		}
	})
}
