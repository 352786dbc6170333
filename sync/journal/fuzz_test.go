package journal

import (
	"bytes"
	"testing"
)

// mutant seals payload as a member would who means harm, so that the fuzzer reaches what lies behind the seal.
func mutant(t testing.TB) (writer, func(count uint64, payload []byte) []byte) {
	id, err := ParseIdentity(vectors(t)["identity"])
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseEpochKey(vectors(t)["epoch-key"])
	if err != nil {
		t.Fatal(err)
	}
	w := writer{id, k, TeamID{1}}
	return w, func(count uint64, payload []byte) []byte {
		return w.raw(Header{Team: w.team, Device: id.Device(), First: 1, Last: count, Epoch: k.ID()}, payload)
	}
}

func FuzzOpenSegment(f *testing.F) {
	v := vectors(f)
	f.Add(v["segment-stored"])
	f.Add(v["segment-deflate"])
	id, err := ParseIdentity(v["identity"])
	if err != nil {
		f.Fatal(err)
	}
	k, err := ParseEpochKey(v["epoch-key"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		known := bytes.Equal(b, v["segment-stored"]) || bytes.Equal(b, v["segment-deflate"])
		if _, err := Verify(b, id.Public()); err == nil && !known {
			t.Fatal("a segment that was never signed verifies")
		}
		_, _ = Open(b, Keyring{k.ID(): k})
	})
}

func FuzzSegmentContent(f *testing.F) {
	w, seal := mutant(f)
	f.Add(uint16(1), append([]byte{stored}, make([]byte, 20)...))
	f.Add(uint16(2), compress(make([]byte, 40)))
	f.Fuzz(func(t *testing.T, count uint16, payload []byte) {
		if len(payload) > 1<<20 {
			return
		}
		entries, err := Open(seal(uint64(count)+1, payload), w.keys())
		if err == nil && len(entries) != int(count)+1 {
			t.Fatalf("%d entries for a count of %d", len(entries), int(count)+1)
		}
	})
}

func FuzzOpenSeen(f *testing.F) {
	v := vectors(f)
	f.Add(v["seen"])
	id, err := ParseIdentity(v["identity"])
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := OpenSeen(b, id.Public(), Keyring{}); err == nil {
			t.Fatal("opened without a key")
		}
	})
}

func FuzzSeenContent(f *testing.F) {
	f.Add(make([]byte, 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseSeen(Seen{}, b)
		if err != nil {
			return
		}
		for d, ranges := range s.Exceptions {
			for _, r := range ranges {
				if s.Has(d, r.First) || s.Has(d, r.Last) || r.Last > s.Marks[d].Number {
					t.Fatalf("%v is excepted and yet held", r)
				}
			}
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	f.Add(vectors(f)["identity"])
	f.Fuzz(func(t *testing.T, b []byte) {
		if id, err := ParseIdentity(b); err == nil && !bytes.Equal(id.Marshal(), b) {
			t.Fatal("an identity that is not its bytes")
		}
	})
}
