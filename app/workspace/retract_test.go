package workspace

import (
	"strings"
	"testing"
	"time"
)

// third is Eva, who joins Ines and Tom.
func third(t *testing.T, ines *member) *member {
	t.Helper()
	code, err := ines.Invite(t.Context(), "member", 7*24*time.Hour, false)
	ines.must(err)
	eva := start(t, "eva")
	eva.set(ines.now())
	eva.opened(Join(t.Context(), eva.options, Joining{Code: code, Me: "Eva Bergström", Zone: "Europe/London"}))
	for _, m := range []*member{eva, ines, eva, ines} {
		m.sync()
	}
	return eva
}

// bodies are the changes of an artefact as a journal carries them.
func (m *member) bodies(id string) (out [][]byte) {
	m.Helper()
	doc, err := m.index.find(id)
	m.must(err)
	changes, err := m.changes(doc)
	m.must(err)
	for _, c := range changes {
		body, err := c.MarshalBinary()
		m.must(err)
		out = append(out, body)
	}
	return out
}

// Whoever writes the same change twice, before a cut and beyond it, takes
// nothing away by that, from nobody.
func TestAChangeThatIsRepeatedBeyondACutStillCounts(t *testing.T) {
	ines, tom, _ := pair(t)
	eva := third(t, ines)
	id := tom.begin("brief", "Both")
	tom.must(tom.Write(id, "problem", "Agreed words.", false))
	for _, m := range []*member{tom, ines, eva} {
		m.sync()
	}
	_, err := ines.Remove(t.Context(), "Tom") // nobody knows yet
	ines.must(err)
	tom.must(tom.Write(id, "scope", "Too late.", false))
	tom.slipAll(tom.bodies(id)...)
	eva.sync() // has it all, and some of it twice
	if p, err := eva.Page(id); err != nil || p.Texts["scope"] != "Too late." {
		t.Fatalf("%v, %v", p, err)
	}
	for range 3 {
		ines.sync()
		eva.sync()
	}
	for _, m := range []*member{ines, eva} {
		p, err := m.Page(id)
		if err != nil || p.Texts["problem"] != "Agreed words." || p.Texts["scope"] != "" {
			t.Errorf("%s reads %v, %v", m.Me(), p, err)
		}
	}
	ines.set(eva.now())
	if a, b := ines.shown(id), eva.shown(id); a != b {
		t.Errorf("they differ:\n%s\n%s", a, b)
	}
	eva.close()
	eva.reopen()
	if p, err := eva.Page(id); err != nil || p.Texts["problem"] != "Agreed words." {
		t.Errorf("after reopening %v, %v", p, err)
	}
}

// Whoever never saw a newcomer inside, who was not let in after all, reads what counts of theirs as those do who did.
func TestWhatAnUndoneDeviceWroteIsItsPersonsEverywhere(t *testing.T) {
	ines, tom, _ := pair(t)
	code, err := ines.Invite(t.Context(), "member", 7*24*time.Hour, false)
	ines.must(err)
	ines.sync()
	tom.sync()
	ines.must(ines.Withdraw(t.Context(), ines.Team().Invites[0].ID)) // not sent yet
	oskar := start(t, "oskar")
	oskar.set(ines.now())
	oskar.opened(Join(t.Context(), oskar.options, Joining{Code: code, Me: "Oskar Lind", Zone: "Europe/Stockholm"}))
	for _, m := range []*member{oskar, tom, oskar, tom} {
		m.sync()
	}
	if oskar.Joining() {
		t.Fatal("nobody let him in")
	}
	id := oskar.begin("decision", "Settle small refunds")
	oskar.must(oskar.Write(id, "context", "A refund waits.", false), oskar.Assign(id, "level=tactical"), oskar.Move(id, "raised", ""))
	oskar.sync()
	tom.sync()
	tom.must(tom.Write(id, "trade-offs", "An operator can be short.", false))
	for range 3 {
		tom.sync()
		ines.sync()
	}
	ines.set(tom.now())
	if len(ines.roster.State().Undone) != 1 {
		t.Fatal("he was let in")
	}
	if a, b := ines.shown(id), tom.shown(id); a != b || !strings.Contains(a, "A refund waits.") {
		t.Errorf("they differ:\nInes %s\nTom %s", a, b)
	}
}
