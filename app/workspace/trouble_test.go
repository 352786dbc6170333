package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhand/app/artefact"
	"longhand/storage"
)

// What is said here to be saved is there after reopening, whatever its size.
func TestLongTextsAreSavedAndTravel(t *testing.T) {
	if testing.Short() {
		t.Skip("minutes under the race detector, which sees nothing in it that shorter texts do not show")
	}
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "Long")
	long := strings.Repeat("日本語の文章。", 20_000) // 420 kB
	ines.must(ines.Write(id, "problem", long, false))
	other := ines.begin("brief", "Another")
	ines.must(ines.Write(id, "scope", strings.Repeat("x", 300_000), false))
	s, err := ines.OpenText(id, "non-goals")
	ines.must(err)
	if ok, err := ines.PushText(id, "non-goals", s.Version, []Update{{Changes: []any{[]any{0.0, strings.Repeat("y", 400_000)}}}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	ines.must(ines.Flush(id), ines.Write(other, "scope", "After.", false))
	want := ines.shown(id)
	if !strings.Contains(want, strings.Repeat("y", 400_000)) || !strings.Contains(want, long) {
		t.Fatal("not all of it is shown")
	}
	ines.close()
	ines.reopen()
	if ines.shown(id) != want {
		t.Error("reopened, it reads differently")
	}
	ines.sync()
	tom.sync()
	tom.set(ines.now())
	if tom.shown(id) != want {
		t.Errorf("elsewhere it reads differently: %v", tom.aside)
	}
	if p, err := tom.Page(other); err != nil || p.Texts["scope"] != "After." {
		t.Errorf("what came after it: %v, %v", p, err)
	}
}

func TestAListOfManyItemsIsOneEdit(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "B")
	m.must(m.Assign(id, `definition-of-done=[`+strings.TrimSuffix(strings.Repeat(`{"criterion":"c"},`, 400), ",")+`]`))
	m.close()
	m.reopen()
	p, err := m.Page(id)
	if m.must(err); len(p.Lists["definition-of-done"]) != 400 {
		t.Errorf("%d items", len(p.Lists["definition-of-done"]))
	}
	if err := m.Write(id, "definition-of-done/"+strings.Repeat("x", 300)+"/criterion", "lost", false); !errors.Is(err, artefact.ErrNoField) {
		t.Errorf("written where nobody would see it: %v", err)
	}
}

// A kill between storing what arrived and making its view is mended at the
// next opening.
func TestWhatArrivedIsShownAfterAKill(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "B")
	ines.sync()
	tom.sync()
	ines.must(ines.Write(id, "problem", "from ines", false))
	doc, err := tom.index.find(id)
	tom.must(err)
	changes, err := ines.changes(doc)
	ines.must(err)
	tom.must(tom.store.Update(func(tx *storage.Tx) error { // as merge does, and then nothing more
		for _, c := range changes {
			if err := putChange(tx, c); err != nil {
				return err
			}
		}
		return putDirty(tx, doc)
	}))
	tom.close()
	tom.reopen()
	if p, err := tom.Page(id); err != nil || p.Texts["problem"] != "from ines" {
		t.Errorf("%v, %v", p, err)
	}
	v, err := tom.view(doc)
	if tom.must(err); v.Text("problem") != "from ines" {
		t.Errorf("lists and exports read %q", v.Text("problem"))
	}
}

func TestAnEditThatIsRefusedIsNotTakenByHalf(t *testing.T) {
	m := found(t, "")
	id := m.begin("decision", "A title")
	s, err := m.OpenText(id, "title")
	m.must(err)
	bad := []Update{{Changes: []any{[]any{0.0, "ZZ"}, 7.0}}, {Changes: []any{9.0, []any{0.0, "two", "lines"}}}}
	if ok, err := m.PushText(id, "title", s.Version, bad); ok || !errors.Is(err, artefact.ErrValue) {
		t.Fatalf("a title of two lines: %v, %v", ok, err)
	}
	if again, err := m.OpenText(id, "title"); err != nil || again != s {
		t.Errorf("the text is now %+v, %v", again, err)
	}
	if p, err := m.Page(id); err != nil || p.Texts["title"] != "A title" {
		t.Errorf("%q, %v", p.Texts["title"], err)
	}
}

// brokenDisk makes the journal refuse everything, as a full disk does.
func (m *member) brokenDisk() (mend func()) {
	m.Helper()
	good := m.Workspace.journal
	bad, err := storage.OpenJournal(filepath.Join(m.TempDir(), "own"), m.key)
	m.must(err, bad.Close())
	m.saving.Lock()
	m.Workspace.journal = bad
	m.saving.Unlock()
	return func() {
		m.saving.Lock()
		m.Workspace.journal = good
		m.saving.Unlock()
	}
}

func TestAFullDiskIsToldAndWhatWasTypedIsSavedOnceThereIsRoom(t *testing.T) {
	m := found(t, "")
	id := m.begin("brief", "B")
	s, err := m.OpenText(id, "problem")
	m.must(err)
	mend := m.brokenDisk()
	if ok, err := m.PushText(id, "problem", s.Version, []Update{{Changes: []any{[]any{0.0, "typed"}}}}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := m.Flush(id); err == nil {
		t.Fatal("it was said to be saved")
	}
	item, err := m.AddItem(id, "definition-of-done", "")
	m.must(err)
	if err := m.Flush(id); err == nil {
		t.Fatal("it was said to be saved")
	}
	mend()
	m.must(m.Flush(id))
	m.close()
	m.reopen()
	p, err := m.Page(id)
	if m.must(err); p.Texts["problem"] != "typed" || len(p.Lists["definition-of-done"]) != 1 || p.Lists["definition-of-done"][0] != item {
		t.Errorf("%q, %v", p.Texts["problem"], p.Lists)
	}
}

func TestLeavingAloneWithoutARelayLosesNothingUnasked(t *testing.T) {
	_, tom, relay := pair(t)
	tom.begin("insight", "Only here")
	tom.must(tom.RemoveRelay(relay))
	if err := tom.Leave(t.Context(), false); !errors.Is(err, ErrNoRelay) {
		t.Fatalf("left with what nobody else has: %v", err)
	}
	alone := found(t, "")
	if err := alone.Leave(t.Context(), false); !errors.Is(err, ErrOnlyCopy) {
		t.Fatalf("the only copy was deleted: %v", err)
	}
	dir := alone.dir
	alone.must(alone.Leave(t.Context(), true))
	alone.Workspace = nil
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestWhatARuleSetsCannotBeWrittenByHand(t *testing.T) {
	m := found(t, "")
	d, w := m.begin("decision", "D"), m.begin("weekly", "")
	for id, a := range map[string]string{d: "decided=2020-01-01T00:00:00Z", w: "week=2020-W01"} {
		if err := m.Assign(id, a); !errors.Is(err, ErrAutomatic) {
			t.Errorf("%s: %v", a, err)
		}
	}
	if err := m.Set(d, "raised", "2020-01-01T00:00:00Z"); !errors.Is(err, ErrAutomatic) {
		t.Errorf("raised: %v", err)
	}
	for path, value := range map[string]any{"owner": "nobody at all", "supersedes": "nothing"} {
		if err := m.Set(d, path, value); !errors.Is(err, artefact.ErrValue) {
			t.Errorf("%s=%v: %v", path, value, err)
		}
	}
	if err := m.Include(d, "links", "javascript:alert(1)", true); !errors.Is(err, artefact.ErrValue) {
		t.Errorf("a link that runs: %v", err)
	}
}

func TestTwoChangesOfOneWriterAndNumberAreNotBothTaken(t *testing.T) {
	ines, tom, _ := pair(t)
	id := ines.begin("brief", "B")
	doc, err := ines.index.find(id)
	ines.must(err)
	actor, err := tom.actor()
	tom.must(err)
	changes, err := ines.changes(doc)
	ines.must(err)
	var bodies []received
	for _, words := range []string{"one", "two"} { // a cloned process, or an attack
		a, err := artefact.Open(doc, changes, actor, tom.owner)
		tom.must(err, a.Splice("problem", 0, 0, words))
		c, _, err := a.Commit(tom.now())
		tom.must(err)
		body, err := c.MarshalBinary()
		tom.must(err)
		bodies = append(bodies, received{tom.identity.Device(), tom.identity.Device(), uint64(len(bodies) + 100), body})
		a.Close()
	}
	refused, err := ines.receive(t.Context(), bodies)
	if err != nil || len(refused) != 1 || len(ines.aside) != 1 {
		t.Fatalf("%v, %v, %v", refused, ines.aside, err)
	}
	p, err := ines.Page(id)
	ines.must(err)
	if words := p.Texts["problem"]; words != "one" && words != "two" {
		t.Errorf("%q", words)
	}
	ines.close()
	ines.reopen()
	again, err := ines.Page(id)
	ines.must(err)
	if again.Texts["problem"] != p.Texts["problem"] || len(ines.aside) != 1 {
		t.Errorf("%v, %v", again.Texts, ines.aside)
	}
}
