package workspace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"longhand/app/artefact"
	"longhand/app/hydrate"
	"longhand/storage"
	"longhand/sync/journal"
)

// slipAll puts bodies into one’s own journal that no editor would write, at once.
func (m *member) slipAll(bodies ...[]byte) {
	m.Helper()
	var records [][]byte
	for _, body := range bodies {
		e, err := journal.NewEntry(m.random(), m.identity.Device(), 0, body)
		m.must(err)
		records = append(records, append(e.Salt[:], body...))
	}
	m.must(m.journal.Append(records...))
	m.replica.Nudge()
	_, err := m.replica.Sync(m.Context())
	m.must(err)
}

// A segment full of what nobody can read costs each device a moment, not the day.
func TestASegmentOfWhatCannotBeReadHoldsNobodyUp(t *testing.T) {
	ines, tom, _ := pair(t)
	id := tom.begin("brief", "Before")
	const n = 5000
	var bad [][]byte
	for i := range n {
		bad = append(bad, fmt.Appendf(nil, "nonsense %d", i))
	}
	tom.slipAll(bad...)
	tom.must(tom.Write(id, "problem", "And after.", false))
	tom.sync()
	began := time.Now()
	ines.sync()
	took := time.Since(began)
	if took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	t.Logf("%d entries that cannot be read: %v", n, took)
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "And after." {
		t.Errorf("%v, %v", p, err)
	}
	check := func() {
		t.Helper()
		aside := ines.SetAside()
		if len(ines.aside) != n || len(aside) != mostNamed+1 {
			t.Fatalf("%d are set aside, and %d named", len(ines.aside), len(aside))
		}
		first, rest := aside[0], aside[mostNamed]
		if first.More != 0 || first.Label != "Tom’s device" || rest.More != n-mostNamed || rest.Last != first.Number+n-1 {
			t.Errorf("%+v and %+v", first, rest)
		}
		refused, words := 0, ""
		for _, c := range ines.Causes() {
			if c.Code == "refused" {
				refused++
				words += c.What
			}
		}
		if refused != mostNamed+1 || !strings.Contains(words, "4,990 more") {
			t.Errorf("%d causes: %s", refused, words)
		}
	}
	check()
	ines.close()
	ines.reopen()
	check()
	// The next version of the program looks at all of them again.
	ines.must(ines.store.Update(func(tx *storage.Tx) error { return tx.Put(inState, []byte("reads"), []byte("0")) }))
	ines.close()
	ines.reopen()
	if len(ines.aside) != 0 {
		t.Errorf("%d are not looked at again", len(ines.aside))
	}
}

// What stops the library is kept apart in pieces too, and so is a document of
// very many changes.
func TestADocumentOfPoisonHoldsNobodyUp(t *testing.T) {
	ines, tom, _ := pair(t)
	actor, err := tom.actor()
	tom.must(err)
	const n = 4000
	var bad [][]byte
	for i := range n {
		own, err := tom.actor()
		if err != nil {
			t.Fatal(err)
		}
		bad = append(bad, poison(t, artefact.DocID{byte(i), byte(i >> 8), 9}, own), poison(t, artefact.DocID{1}, actor, [32]byte{byte(i), byte(i >> 8)}))
	}
	tom.slipAll(bad...)
	began := time.Now()
	ines.sync()
	took := time.Since(began)
	t.Logf("%d changes in %d documents: %v, %+v", 2*n, n+1, took, ines.pool.Stats())
	if took > 20*time.Second || ines.pool.Stats().Died > 40 {
		t.Errorf("it took %v and %d children", took, ines.pool.Stats().Died)
	}
	if got := len(ines.aside); got < 2*n-1 { // of those under one number one may wait for what it builds on
		t.Errorf("%d are set aside", got)
	}
}

// An honest change that was set aside unseen, among poison of the same device, is
// taken in later; what cannot be opened stays where it is.
func TestWhatWasSetAsideUnseenIsLookedAtLater(t *testing.T) {
	ines, tom, _ := pair(t)
	var bad [][]byte
	for i := range 20 {
		actor, err := tom.actor()
		tom.must(err)
		bad = append(bad, poison(t, artefact.DocID{byte(i), 9}, actor))
	}
	tom.slipAll(bad...)
	ines.sync()
	id := tom.begin("brief", "Honest")
	tom.must(tom.Write(id, "problem", "Tom’s words.", false))
	tom.sync()
	ines.sync()
	suspect := func() (n int) {
		for _, r := range ines.aside {
			if r.Why == string(hydrate.Suspect) {
				n++
			}
		}
		return n
	}
	if suspect() == 0 {
		t.Fatal("none wait to be looked at")
	}
	if _, err := ines.Page(id); err == nil {
		t.Fatal("it is here already")
	}
	for range 4 { // as often as the poison asks for
		ines.later(2 * time.Hour)
		died := ines.pool.Stats().Died
		ines.sync()
		if died = ines.pool.Stats().Died - died; died > 20 {
			t.Errorf("looking again cost %d children", died)
		}
	}
	if p, err := ines.Page(id); err != nil || p.Texts["problem"] != "Tom’s words." {
		t.Errorf("%v, %v", p, err)
	}
	if suspect() != 0 || len(ines.aside) != 20 {
		t.Errorf("%d wait, %d are set aside", suspect(), len(ines.aside))
	}
	ines.close()
	ines.reopen()
	if len(ines.aside) != 20 {
		t.Errorf("%d are set aside after reopening", len(ines.aside))
	}
}
