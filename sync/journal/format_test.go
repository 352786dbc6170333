package journal

import (
	"bytes"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"
)

// vectors reads the block of "name = hex" lines at the end of FORMAT.md.
func vectors(t testing.TB) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "\n## Test vectors")
	v := map[string][]byte{}
	for _, line := range strings.Split(block, "\n") {
		name, value, ok := strings.Cut(line, " = ")
		if !ok {
			continue
		}
		if v[name], err = hex.DecodeString(value); err != nil {
			t.Fatalf("vector %s: %v", name, err)
		}
	}
	return v
}

func TestTheVectorsOfTheFormatHold(t *testing.T) {
	v := vectors(t)
	id, err := ParseIdentity(v["identity"])
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseEpochKey(v["epoch-key"])
	if err != nil {
		t.Fatal(err)
	}
	team, device, keys := TeamID(v["team"]), id.Device(), Keyring{k.ID(): k}
	entries := []Entry{
		{Device: device, Number: 1, Salt: [16]byte(bytes.Repeat([]byte{1}, 16)), Body: []byte("first")},
		{Device: device, Number: 2, Salt: [16]byte(bytes.Repeat([]byte{2}, 16)), Body: []byte("second")},
	}
	chain := Chain(Hash{}, team, entries)
	parent, err := ParseEpochKey(v["parent-key"])
	if err != nil {
		t.Fatal(err)
	}
	secret, pub, epoch, parentID := k.TeamSecret(team), id.Public(), k.ID(), parent.ID()
	for _, c := range []struct {
		name string
		got  []byte
	}{
		{"identity", id.Marshal()},
		{"sign-public", pub.Sign[:]},
		{"device", device[:]},
		{"epoch-id", epoch[:]},
		{"segment-key", derive(k.secret[:], label("segment", team[:], device[:]))},
		{"seen-key", derive(k.secret[:], label("seen", team[:], device[:]))},
		{"entry-1-hash", chain[0][:]},
		{"entry-2-hash", chain[1][:]},
		{"parent-id", parentID[:]},
		{"team-secret", secret[:]},
	} {
		if !bytes.Equal(c.got, v[c.name]) {
			t.Errorf("%s = %x, want %x", c.name, c.got, v[c.name])
		}
	}
	for _, name := range []string{"segment-stored", "segment-deflate"} {
		h, err := Verify(v[name], pub)
		if err != nil || h.First != 1 || h.Last != 2 || h.Tip != chain[1] || h.Team != team {
			t.Errorf("%s: header %+v, %v", name, h, err)
		}
		got, err := Open(v[name], keys)
		if err != nil || len(got) != 2 || string(got[0].Body) != "first" || string(got[1].Body) != "second" {
			t.Errorf("%s: entries %v, %v", name, got, err)
		}
	}
	if p, err := k.OpenParent(team, parentID, v["parent-sealed"]); err != nil || p != parent {
		t.Errorf("parent-sealed: %v", err)
	}
	seen, err := OpenSeen(v["seen"], pub, keys)
	other := DeviceID(bytes.Repeat([]byte{0x77}, 16))
	if err != nil || seen.Counter != 7 || !seen.At.Equal(time.UnixMilli(1780000000000)) || seen.Marks[device] != (Mark{2, chain[1]}) ||
		seen.Marks[other].Number != 9 || len(seen.Exceptions[other]) != 1 || seen.Exceptions[other][0] != (Range{4, 6}) {
		t.Errorf("seen: %+v, %v", seen, err)
	}
}
