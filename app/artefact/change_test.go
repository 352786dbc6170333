package artefact

import (
	"encoding/hex"
	"errors"
	"os"
	"regexp"
	"testing"

	"longhand/app/artefact/automerge"
	"longhand/app/kind"
)

func TestTheBodyIsAsThePageSays(t *testing.T) {
	page, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?m)^\\| `([0-9a-f]{32})` \\| `([^`]+)` \\| `([0-9a-f]+)` \\| `([0-9a-f]+)` \\|$").FindSubmatch(page)
	if m == nil {
		t.Fatal("FORMAT.md has no vector")
	}
	id, _ := ParseDocID(string(m[1]))
	raw, _ := hex.DecodeString(string(m[3]))
	body, err := Change{Doc: id, Births: []string{string(m[2])}, Raw: raw}.MarshalBinary()
	if got := hex.EncodeToString(body); err != nil || got != string(m[4]) {
		t.Errorf("%v\n got %s\nwant %s", err, got, m[4])
	}
}

func TestForeignBodiesAreChecked(t *testing.T) {
	k, _ := kind.Of("insight")
	a, err := New(DocID{1}, k, automerge.Actor{1}, owners)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	c, _, err := a.Commit(nine)
	if err != nil {
		t.Fatal(err)
	}
	good, _ := c.MarshalBinary()
	if _, _, err := ParseChange(good); err != nil {
		t.Fatal(err)
	}
	later := append([]byte{}, good...)
	later[2] = 2 // the version
	if _, _, err := ParseChange(later); !errors.Is(err, ErrVersion) {
		t.Errorf("a later version: %v", err)
	}
	genesis, _ := Change{Doc: DocID{1}, Raw: automerge.Genesis("x", "y")}.MarshalBinary()
	if _, _, err := ParseChange(genesis); !errors.Is(err, ErrMalformed) {
		t.Errorf("a genesis that someone sent: %v", err)
	}
	for i := range good {
		if _, _, err := ParseChange(good[:i]); err == nil {
			t.Errorf("cut to %d bytes: accepted", i)
		}
	}
}

func FuzzParseChange(f *testing.F) {
	good, _ := Change{Doc: DocID{1}, Births: []string{"title"}, Raw: automerge.Genesis("x", "y")}.MarshalBinary()
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, meta, err := ParseChange(b); err == nil && (WriterOf(meta.Actor) == "" || len(c.Raw) == 0) {
			t.Fatalf("accepted %+v", meta)
		}
	})
}

func FuzzBetween(f *testing.F) {
	f.Add("", "")
	f.Add("V", "W")
	f.Add("V0V", "V1")
	f.Fuzz(func(t *testing.T, a, b string) {
		m := between(a, b)
		if position(a) && m <= a || position(b) && position(a) && a < b && m >= b {
			t.Fatalf("%q is not between %q and %q", m, a, b)
		}
	})
}
