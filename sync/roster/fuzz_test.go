package roster

import (
	"testing"

	"longhand/sync/journal"
)

func FuzzEntry(f *testing.F) {
	v := vectors(f, "FORMAT.md")
	f.Add(unhex(f, v["withdraw-entry"]))
	f.Add(unhex(f, v["remove-entry"]))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := parseEntry(raw)
		if err == nil && e.content == nil {
			t.Fatal("an entry without content")
		}
	})
}

// FuzzContent reaches the contents behind the signature, as a member could who means harm.
func FuzzContent(f *testing.F) {
	v, j := vectors(f, "FORMAT.md"), vectors(f, "../journal/FORMAT.md")
	id, err := journal.ParseIdentity(unhex(f, j["identity"]))
	must(f, err)
	e, err := parseEntry(unhex(f, v["remove-entry"]))
	must(f, err)
	inner, err := encode(e.content)
	must(f, err)
	f.Add(uint8(opRemove), inner)
	for o := opFound; o <= opAccept; o++ {
		f.Add(uint8(o), []byte{0xa1, 1, 0x40})
	}
	f.Fuzz(func(t *testing.T, o uint8, content []byte) {
		e := entry{op: op(o), signer: id.Device()}
		if err := e.parseContent(content); err != nil {
			return
		}
		again, err := encode(e.content)
		if err != nil || string(again) != string(content) {
			t.Fatal("a content that is not its bytes")
		}
	})
}

func FuzzParseInvite(f *testing.F) {
	f.Add(vectors(f, "FORMAT.md")["invite-code"])
	f.Fuzz(func(t *testing.T, code string) {
		inv, err := ParseInvite(code)
		if err != nil {
			return
		}
		again, err := ParseInvite(inv.Code())
		if err != nil || again.ID() != inv.ID() {
			t.Fatalf("code does not survive: %v", err)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	r, founder := newTeam(f)
	f.Add(request(f, anInvite(f, r, founder, Terms{}), newPeer(f), "Tom"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		q, err := ParseRequest(raw)
		if err == nil && q.Device() == (journal.DeviceID{}) {
			t.Fatal("a request without a device")
		}
	})
}

func FuzzParseKit(f *testing.F) {
	f.Add(vectors(f, "FORMAT.md")["kit-code"])
	f.Fuzz(func(t *testing.T, code string) {
		k, err := ParseKit(code)
		if err != nil {
			return
		}
		again, err := ParseKit(k.Code())
		if err != nil || again.secret != k.secret || again.Team != k.Team {
			t.Fatalf("kit does not survive: %v", err)
		}
	})
}
