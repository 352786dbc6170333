package hydrate

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
)

func marker(t *testing.T, dir string) *Marker {
	t.Helper()
	m, err := OpenMarker(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func begin(t *testing.T, m *Marker, doc artefact.DocID) (done func()) {
	t.Helper()
	done, err := m.Opening(doc)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestADocumentThatWasBeingOpenedAtTheEndIsSuspect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "opening")
	m := marker(t, dir)
	begin(t, m, artefact.DocID{1})()
	begin(t, m, artefact.DocID{2})
	done := begin(t, m, artefact.DocID{3})
	begin(t, m, artefact.DocID{3}) // twice at once, of which one ends
	done()
	done()

	m = marker(t, dir) // the process died
	for doc, want := range map[artefact.DocID]Verdict{{1}: Usual, {2}: ChildFirst, {3}: ChildFirst} {
		if got := m.Verdict(doc); got != want {
			t.Errorf("document %x: %v", doc[:1], got)
		}
	}
	if got := m.Crashed(); !slices.Equal(got, []artefact.DocID{{2}, {3}}) {
		t.Errorf("crashed: %v", got)
	}
	begin(t, m, artefact.DocID{2})()
	if err := m.Forgive(artefact.DocID{2}); err != nil {
		t.Fatal(err)
	}
	begin(t, m, artefact.DocID{3}) // a child had nothing against it, and it kills again

	m = marker(t, dir)
	if m.Verdict(artefact.DocID{2}) != Usual || m.Verdict(artefact.DocID{3}) != SetAside {
		t.Errorf("verdicts: %v, %v", m.Verdict(artefact.DocID{2}), m.Verdict(artefact.DocID{3}))
	}
	m = marker(t, dir) // a start without a crash changes nothing
	if m.Verdict(artefact.DocID{3}) != SetAside {
		t.Error("it was forgotten")
	}
}

func TestMarkersThatWereCutShortStillCount(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		artefact.DocID{1}.String() + crashed: "",
		"someone-else’s.txt":                 "1",
		"short" + opening:                    "",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := marker(t, dir)
	if m.Verdict(artefact.DocID{1}) != ChildFirst || len(m.Crashed()) != 1 {
		t.Errorf("%v", m.Crashed())
	}
}

// openHere is the process that does not survive: it opens a poisoned document
// itself, as if no child had looked.
func openHere(dir string) {
	t := new(testing.B)
	m, err := OpenMarker(dir)
	if err != nil {
		return
	}
	all := written(t)
	begun, err := m.Opening(testDoc)
	if err != nil {
		return
	}
	if a, err := artefact.Open(testDoc, append(all, crash(heads(all[1]), 1)), automerge.Actor{}, owners); err == nil {
		a.Close()
	}
	begun()
}

func TestARealCrashIsNoticedAtTheNextStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, want := range []Verdict{ChildFirst, SetAside} {
		if err := exec.Command(self, "open-here", dir).Run(); err == nil {
			t.Fatal("it survived")
		}
		if got := marker(t, dir).Verdict(testDoc); got != want {
			t.Errorf("verdict %v, not %v", got, want)
		}
	}
}
