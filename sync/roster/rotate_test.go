package roster

import (
	"crypto/rand"
	"testing"
	"time"

	"longhand/sync/journal"
)

// largeTeam is a team with so many devices, all of its founder's person.
func largeTeam(t testing.TB, devices int) (*Roster, peer) {
	r, founder := newTeam(t)
	for range devices - 1 {
		must(t, r.Enrol(rand.Reader, founder.id, at(), enrolment(t, r, founder, newPeer(t), false)))
	}
	return r, founder
}

// rotationMost is what removing one device of five hundred may take.
const rotationMost = 2 * time.Second

func TestRemovingOneOfFiveHundredDevicesTakesUnderTwoSeconds(t *testing.T) {
	devices := 500
	if testing.Short() {
		devices = 50 // the race detector takes ten times as long
	}
	r, founder := largeTeam(t, devices)
	s := r.State()
	gone := s.Devices[len(s.Devices)-1].ID
	began := time.Now()
	must(t, r.Remove(rand.Reader, founder.id, at(), Removal{Devices: []journal.DeviceID{gone}}))
	k, ok := r.WriteKey(founder.id)
	took := time.Since(began)
	if !ok || k.ID() == s.Epochs[0].ID {
		t.Fatal("the key was not rotated")
	}
	t.Logf("rotation for %d devices in %s, an entry of %d bytes", len(s.Devices)-1, took.Round(time.Millisecond), len(r.Since(r.Len() - 1)[0]))
	if took > rotationMost {
		t.Errorf("it took %s, want at most %s", took, rotationMost)
	}
}

func BenchmarkRotationForFiveHundredDevices(b *testing.B) {
	r, founder := largeTeam(b, 500)
	for b.Loop() {
		must(b, r.NewEpoch(rand.Reader, founder.id, at()))
		if _, ok := r.WriteKey(founder.id); !ok {
			b.Fatal("no key")
		}
	}
}
