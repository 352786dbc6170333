package journal

import (
	"bytes"
	"errors"
	"testing"
)

func TestTheVectorOfAnAdoptionHolds(t *testing.T) {
	v := vectors(t)
	id, err := ParseIdentity(v["identity"])
	if err != nil {
		t.Fatal(err)
	}
	successor := DeviceID(bytes.Repeat([]byte{0x88}, 16))
	b, err := Adopt(id, TeamID(v["team"]), successor, Entry{Device: id.Device(), Number: 2, Body: []byte("second")})
	if err != nil || !bytes.Equal(b, v["adopted"]) {
		t.Errorf("adopted %x, %v", b, err)
	}
}

func TestAnAdoptionIsForOneTeamOneSuccessorAndItsOwnWriter(t *testing.T) {
	old, next, other := newWriter(t), newWriter(t), newWriter(t)
	e := old.entries(t, 5, []byte("unsent"))[0]
	body, err := Adopt(old.id, old.team, next.id.Device(), e)
	if err != nil {
		t.Fatal(err)
	}
	a, ok, err := ParseAdoption(body)
	if err != nil || !ok || a.Device != old.id.Device() || a.Number != 5 || string(a.Body) != "unsent" {
		t.Fatalf("%+v, %v, %v", a, ok, err)
	}
	if err := a.Verify(old.id.Public(), old.team, next.id.Device()); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"another team":      a.Verify(old.id.Public(), TeamID{9}, next.id.Device()),
		"another successor": a.Verify(old.id.Public(), old.team, other.id.Device()),
		"another writer":    a.Verify(other.id.Public(), old.team, next.id.Device()),
	} {
		if !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range body {
		bad := bytes.Clone(body)
		bad[i] ^= 1
		if a, ok, err := ParseAdoption(bad); ok && err == nil && a.Verify(old.id.Public(), old.team, next.id.Device()) == nil {
			t.Errorf("byte %d may be changed", i)
		}
	}
	if _, ok, _ := ParseAdoption([]byte("unsent")); ok {
		t.Error("an ordinary body is taken for an adoption")
	}
	if _, err := Adopt(other.id, old.team, next.id.Device(), e); err == nil {
		t.Error("somebody else gives the work away")
	}
}

func TestTheLargestBodyCanBeAdoptedAgainAndAgainButNothingLarger(t *testing.T) {
	w := newWriter(t)
	body := make([]byte, MaxBody)
	for range adoptDepth {
		var err error
		body, err = Adopt(w.id, w.team, w.id.Device(), Entry{Device: w.id.Device(), Number: 1, Body: body})
		if err != nil {
			t.Fatal(err)
		}
	}
	es := w.entries(t, 1, body)
	b, err := Seal(w.id, w.key, w.team, Hash{}, es)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(b, w.keys()); err != nil || !bytes.Equal(got[0].Body, body) {
		t.Errorf("open: %v", err)
	}
	if _, err := Adopt(w.id, w.team, w.id.Device(), Entry{Device: w.id.Device(), Number: 1, Body: body}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too deep: %v", err)
	}
	larger := append([]byte(nil), body...)
	copy(larger, "nothing") // the same length without being an adoption
	content := append(make([]byte, 16), byte(len(larger)>>24), byte(len(larger)>>16), byte(len(larger)>>8), byte(len(larger)))
	h := Header{Team: w.team, Device: w.id.Device(), First: 1, Last: 1, Epoch: w.key.ID()}
	if _, err := Open(w.raw(h, append(append([]byte{stored}, content...), larger...)), w.keys()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a body of %d bytes: %v", len(larger), err)
	}
}

func FuzzParseAdoption(f *testing.F) {
	f.Add(vectors(f)["adopted"])
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok, err := ParseAdoption(b)
		if ok && err == nil && len(a.Body)+adoptOverhead != len(b) {
			t.Fatal("an adoption that is not its bytes")
		}
	})
}
