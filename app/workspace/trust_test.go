package workspace

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
	"longhand/storage"
	"longhand/sync/journal"
)

// poison is a change that ends the process that opens it: it writes into a text
// that nobody can have made.
func poison(t *testing.T, doc artefact.DocID, actor automerge.Actor, deps ...automerge.Hash) []byte {
	t.Helper()
	body := []byte{byte(len(deps))}
	for _, d := range deps {
		body = append(body, d[:]...)
	}
	body = append(append(body, 32), actor[:]...)
	body = append(body, 1, 0xa0, 0x1f, 0, 0, 0) // number 1, first operation 4000, no time, no message, no other writers
	columns := [][]byte{{0x01, 0x7f, 0}, {0x02, 0x7f, 0}, {0x13, 0x7f, 0}, {0x34, 0, 1}, {0x42, 0x7f, 1}, {0x56, 0x7f, 0x16}, {0x57, 'x'}, {0x70, 0x7f, 0}}
	body = append(body, byte(len(columns)))
	for _, c := range columns {
		body = append(body, c[0], byte(len(c)-1))
	}
	for _, c := range columns {
		body = append(body, c[1:]...)
	}
	framed := append(binary.AppendUvarint([]byte{1}, uint64(len(body))), body...)
	sum := sha256.Sum256(framed)
	raw := append(append([]byte{0x85, 0x6f, 0x4a, 0x83}, sum[:4]...), framed...)
	out, err := artefact.Change{Doc: doc, Raw: raw}.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// slip puts a body into one’s own journal that no editor would write.
func (m *member) slip(body []byte) {
	m.Helper()
	e, err := journal.NewEntry(m.random(), m.identity.Device(), 0, body)
	m.must(err)
	m.must(m.journal.Append(append(e.Salt[:], body...)))
}

func TestWhatStopsTheLibraryIsSetAsideAndEverythingElseGoesOn(t *testing.T) {
	ines, tom, _ := pair(t)
	hit, other := ines.begin("brief", "Hit"), ines.begin("brief", "Other")
	ines.sync()
	tom.sync()
	doc, err := tom.index.find(hit)
	tom.must(err)
	changes, err := tom.changes(doc)
	tom.must(err)
	actor, err := tom.actor()
	tom.must(err)
	tom.must(tom.Write(hit, "problem", "Good words.", false), tom.Write(other, "problem", "More of them.", false))
	bad := poison(t, doc, actor, automerge.HashOf(changes[len(changes)-1].Raw))
	tom.slip(bad)
	number := tom.journal.Last()
	tom.replica.Nudge()
	_, err = tom.replica.Sync(t.Context())
	tom.must(err)
	open, err := ines.OpenText(hit, "problem") // it is open in a window, too
	ines.must(err)

	check := func() {
		t.Helper()
		for id, want := range map[string]string{hit: "Good words.", other: "More of them."} {
			if p, err := ines.Page(id); err != nil || p.Texts["problem"] != want {
				t.Errorf("%s: %v, %v", id, p, err)
			}
		}
		aside := ines.SetAside()
		if len(aside) != 1 || aside[0].Device != tom.identity.Device().String() || uint64(aside[0].Number) != number || aside[0].Problem != "poison" {
			t.Errorf("set aside: %+v", aside)
		}
	}
	ines.sync()
	check()
	ines.must(ines.CloseText(hit, "problem"))
	_ = open
	ines.close()
	ines.reopen()
	check()
	ines.must(ines.Write(hit, "problem", "Written on.", false))
}

func TestADamagedStoreIsBuiltAgainFromTheJournals(t *testing.T) {
	ines, tom, _ := pair(t)
	a, b := ines.begin("brief", "By Ines"), tom.begin("brief", "By Tom")
	ines.must(ines.Write(a, "problem", "Hers.", false))
	tom.must(tom.Write(b, "problem", "His.", false))
	tom.sync()
	ines.sync()
	tom.sync()
	want := ines.shown(a) + ines.shown(b)
	dir, relays := ines.dir, ines.self.Relays
	ines.close()
	tables, err := filepath.Glob(filepath.Join(dir, storeDir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("%v, %v", tables, err)
	}
	whole, err := os.ReadFile(tables[0])
	ines.must(err)
	ines.must(os.WriteFile(tables[0], make([]byte, len(whole)), 0o600))
	for _, r := range relays { // not even a relay is needed
		ines.must(os.Rename(strings.TrimPrefix(r, "folder:"), strings.TrimPrefix(r, "folder:")+".away"))
	}
	ines.reopen()
	if q := ines.Recovered(); q == nil || !errors.Is(q, storage.ErrDamaged) {
		t.Errorf("recovered: %v", q)
	} else if left, err := os.ReadFile(filepath.Join(q.Moved, filepath.Base(tables[0]))); err != nil || !bytes.Equal(left, make([]byte, len(whole))) {
		t.Errorf("the damaged store is not as it was: %v", err)
	}
	if ines.shown(a)+ines.shown(b) != want {
		t.Error("it reads differently")
	}
	for _, r := range relays {
		ines.must(os.Rename(strings.TrimPrefix(r, "folder:")+".away", strings.TrimPrefix(r, "folder:")))
	}
	ines.must(ines.Write(a, "scope", "And on.", false))
	ines.sync()
	tom.sync()
	tom.set(ines.now())
	if tom.shown(a) != ines.shown(a) {
		t.Error("they do not read the same any more")
	}
	ines.close()
	ines.reopen()
	if ines.Recovered() != nil {
		t.Error("it is said to be damaged for ever")
	}
}

func TestWhatALaterVersionWroteIsReadOnceThisOneIsLater(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("brief", "From the future")
	doc, err := tom.index.find(id)
	tom.must(err)
	changes, err := tom.changes(doc)
	tom.must(err)
	body, err := changes[0].MarshalBinary()
	tom.must(err)
	// As if the version before this one could not read it.
	me := tom.identity.Device()
	ines.must(ines.setAside(Refused{Device: me, Number: 1, Why: artefact.ErrVersion.Error(), Body: body}))
	tom.sync()
	ines.sync()
	if _, err := ines.Page(id); err == nil || len(ines.SetAside()) == 0 {
		t.Fatal("it can be read already")
	}
	ines.must(ines.store.Update(func(tx *storage.Tx) error {
		return errors.Join(tx.Put(inState, []byte("reads"), []byte("0")), tx.Put(inState, []byte("replica/version"), []byte{0x61, '0'}))
	}))
	ines.close()
	ines.reopen()
	ines.sync()
	if p, err := ines.Page(id); err != nil || p.Title != "From the future" || len(ines.SetAside()) != 0 {
		t.Errorf("%v, %v, %v", p, err, ines.SetAside())
	}
}

func TestARecordThatTheProgramDiesOverIsNotOpenedForEver(t *testing.T) {
	m := found(t, "")
	id, other := m.begin("brief", "Dies"), m.begin("brief", "Lives")
	doc, err := m.index.find(id)
	m.must(err)
	died := func() {
		dir := m.dir
		m.close()
		m.must(os.WriteFile(filepath.Join(dir, openingDir, doc.String()+".opening"), nil, 0o600))
		m.reopen()
	}
	died()
	m.must(m.Write(id, "problem", "A child looked first.", false)) // and it is forgiven
	died()
	died()
	if err := m.Write(id, "problem", "No.", false); !errors.Is(err, ErrCrashes) || Explain(err).Code != "poison" {
		t.Errorf("%v", err)
	}
	if p, err := m.Page(id); err != nil || p.Texts["problem"] != "A child looked first." {
		t.Errorf("it is not shown any more: %v", err)
	}
	m.must(m.Write(other, "problem", "Yes.", false))
}

func TestNobodyWritesInAnothersName(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "B")
	doc, err := ines.index.find(id)
	ines.must(err)
	changes, err := ines.changes(doc)
	ines.must(err)
	// A change that Ines’s device could have written, signed by Tom’s.
	actor, err := ines.actor()
	ines.must(err)
	a, err := artefact.Open(doc, changes, actor, ines.owner)
	ines.must(err)
	defer a.Close()
	ines.must(a.Splice("problem", 0, 0, "Ines never said this."))
	c, _, err := a.Commit(ines.now())
	ines.must(err)
	body, err := c.MarshalBinary()
	ines.must(err)
	me := tom.identity.Device()
	refused, err := ines.receive(t.Context(), []received{{me, me, 99, body}})
	if err != nil || len(refused) != 1 {
		t.Errorf("%v, %v", refused, err)
	}
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "" {
		t.Errorf("%q, %v", p.Texts["problem"], err)
	}
}
