package roster

import (
	"bytes"
	"encoding/hex"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"longhand/sync/journal"
)

// vectors reads the "name = value" lines at the end of a FORMAT.md.
func vectors(t testing.TB, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "\n## Test vectors")
	v := map[string]string{}
	for _, line := range strings.Split(block, "\n") {
		if name, value, ok := strings.Cut(line, " = "); ok {
			v[name] = value
		}
	}
	return v
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	must(t, err)
	return b
}

func TestTheVectorsOfTheFormatHold(t *testing.T) {
	v, j := vectors(t, "FORMAT.md"), vectors(t, "../journal/FORMAT.md")
	id, err := journal.ParseIdentity(unhex(t, j["identity"]))
	must(t, err)
	team, when := journal.TeamID(unhex(t, j["team"])), time.Unix(1780000000, 0)

	invite := unhex(t, v["invite-id"])
	raw, err := seal(id, when, team, [][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)}, opWithdraw, &withdraw{Invite: invite})
	must(t, err)
	if hex.EncodeToString(raw) != v["withdraw-entry"] {
		t.Errorf("withdraw entry %x", raw)
	}
	first := entryID(raw)
	if hex.EncodeToString(first[:]) != v["withdraw-id"] {
		t.Errorf("withdraw id %s", first)
	}
	device := id.Device()
	raw, err = seal(id, when, team, [][]byte{first[:]}, opRemove, &remove{
		Devices: [][]byte{device[:]},
		Persons: [][]byte{bytes.Repeat([]byte{5}, 16)},
		Cuts:    []wireCut{{Device: device[:], Number: 300, Hash: unhex(t, j["entry-2-hash"])}},
	})
	must(t, err)
	if hex.EncodeToString(raw) != v["remove-entry"] {
		t.Errorf("remove entry %x", raw)
	}
	e, err := parseEntry(unhex(t, v["remove-entry"]))
	if err != nil || e.signer != device || !e.at.Equal(when) || e.content.(*remove).Cuts[0].Number != 300 {
		t.Errorf("parse remove entry: %+v, %v", e, err)
	}

	inv, err := inviteFrom([16]byte(unhex(t, v["invite-secret"])), team, []string{"folder:/mnt/share/longhand", "https://relay.example.org"})
	must(t, err)
	if inv.Code() != v["invite-code"] {
		t.Errorf("code %s", inv.Code())
	}
	if got := inv.ID(); !bytes.Equal(got[:], invite) || !bytes.Equal(inv.publicKey(), unhex(t, v["invite-key"])) {
		t.Errorf("invite key %x, id %s", inv.publicKey(), got)
	}
	note, err := inv.noteKey()
	if err != nil || !bytes.Equal(note.Bytes(), unhex(t, v["note-key"])) {
		t.Errorf("note key %x, %v", note.Bytes(), err)
	}
	q := Request{Team: team, Invite: inv.ID(), Public: id.Public(), note: unhex(t, v["note-sealed"])}
	if name, err := q.name(note); err != nil || name != "Tom Ashworth" {
		t.Errorf("name %q, %v", name, err)
	}
}

func TestTheVectorsOfRemovingAndRecoveringHold(t *testing.T) {
	v, j := vectors(t, "FORMAT.md"), vectors(t, "../journal/FORMAT.md")
	id, err := journal.ParseIdentity(unhex(t, j["identity"]))
	must(t, err)
	team, when, device := journal.TeamID(unhex(t, j["team"])), time.Unix(1780000000, 0), id.Device()
	tip := unhex(t, j["entry-2-hash"])
	cuts := []wireCut{{Device: device[:], Number: 2, Hash: tip}, {Device: device[:], Number: 300, Hash: tip}}
	for name, c := range map[string]struct {
		op      op
		content any
	}{
		"removal-with-epoch": {opRemove, &remove{Devices: [][]byte{device[:]}, Cuts: cuts, Invites: [][]byte{unhex(t, v["invite-id"])}, Epoch: &epoch{
			ID:      unhex(t, j["epoch-id"]),
			Wraps:   []deviceWrap{{Device: bytes.Repeat([]byte{7}, 16), Wrap: []byte("wrapped")}},
			Parents: []keyWrap{{Epoch: unhex(t, j["parent-id"]), Wrap: unhex(t, j["parent-sealed"])}},
		}}},
		"accept-entry": {opAccept, &accept{Cuts: cuts}},
	} {
		raw, err := seal(id, when, team, [][]byte{unhex(t, v["remove-id"])}, c.op, c.content)
		must(t, err)
		if hex.EncodeToString(raw) != v[name] {
			t.Errorf("%s: %x", name, raw)
		}
		if e, err := parseEntry(raw); err != nil || e.op != c.op {
			t.Errorf("%s: parsed as operation %d, %v", name, e.op, err)
		}
	}

	relays := []string{"folder:/mnt/share/longhand", "https://relay.example.org"}
	inv, err := inviteFrom([16]byte(unhex(t, v["invite-secret"])), team, relays)
	must(t, err)
	inv.Person = &PersonID{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}
	if inv.Code() != v["device-code"] {
		t.Errorf("device code %s", inv.Code())
	}
	kit := Kit{Team: team, Relays: relays, secret: [32]byte(unhex(t, v["kit-secret"]))}
	if kit.Code() != v["kit-code"] {
		t.Errorf("kit code %s", kit.Code())
	}
	if id, err := kit.Identity(); err != nil || id.Device().String() != v["kit-device"] {
		t.Errorf("kit device %s, %v", id.Device(), err)
	}
	a, b := journal.Public{Sign: id.Public().Sign}, journal.Public{Sign: [32]byte(bytes.Repeat([]byte{2}, 32))}
	copy(a.KEM[:], bytes.Repeat([]byte{8}, len(a.KEM)))
	copy(b.KEM[:], bytes.Repeat([]byte{9}, len(b.KEM)))
	if w, err := Words(team, a, b); err != nil || strings.Join(w[:], " ") != v["words"] {
		t.Errorf("words %v, %v", w, err)
	}
}

func TestACodeSurvivesHowPeoplePassItOn(t *testing.T) {
	v := vectors(t, "FORMAT.md")
	code := v["invite-code"]
	want, err := ParseInvite(code)
	must(t, err)
	for name, text := range map[string]string{
		"lower case":       strings.ToLower(code),
		"no hyphens":       strings.ReplaceAll(code, "-", ""),
		"broken lines":     "  " + strings.ReplaceAll(code, "-", "-\n") + "\r\n",
		"typographic dash": strings.ReplaceAll(code, "-", "–"),
		"O for 0, l for 1": "LH" + strings.NewReplacer("0", "o", "1", "l").Replace(code[2:]),
	} {
		got, err := ParseInvite(text)
		if err != nil || got.ID() != want.ID() || !slices.Equal(got.Relays, want.Relays) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACodeThatIsWrongSaysHow(t *testing.T) {
	code := vectors(t, "FORMAT.md")["invite-code"]
	swap := func(i int, c byte) string { return code[:i] + string(c) + code[i+1:] }
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":              {"", ErrNotInvite},
		"something else":       {"hello there", ErrNotInvite},
		"only the beginning":   {"LH", ErrMistyped},
		"one character":        {swap(20, 'Z'), ErrMistyped},
		"an impossible one":    {swap(20, 'U'), ErrMistyped},
		"cut off":              {code[:len(code)-3], ErrMistyped},
		"two groups exchanged": {code[:7] + code[14:21] + code[7:14] + code[21:], ErrMistyped},
	} {
		if _, err := ParseInvite(c.text); err == nil || !strings.Contains(err.Error(), c.want.Error()) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAJoinRequestIsSmallAndProven(t *testing.T) {
	r, founder := newTeam(t)
	inv := anInvite(t, r, founder, Terms{})
	raw := request(t, inv, newPeer(t), strings.Repeat("é", MaxName/2))
	if len(raw) > MaxMail {
		t.Errorf("%d bytes", len(raw))
	}
	if bytes.Contains(raw, []byte("é")) {
		t.Error("a relay can read the name")
	}
	if short := request(t, inv, newPeer(t), "Al"); len(short) != len(request(t, inv, newPeer(t), "Alexandra Fonseca")) {
		t.Error("the length gives the name away")
	}
	for i := 0; i < len(raw); i += 7 {
		bad := bytes.Clone(raw)
		bad[i] ^= 4
		if _, err := ParseRequest(bad); err == nil {
			t.Fatalf("byte %d flipped: taken", i)
		}
	}
	if _, err := inv.Request(founder.id, founder.person, strings.Repeat("x", MaxName+1)); err == nil {
		t.Error("a name over the limit was taken")
	}
}
