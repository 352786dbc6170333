package roster

import (
	"crypto/rand"
	"encoding/json"
	mrand "math/rand/v2"
	"os"
	"strconv"
	"testing"

	"longhand/sync/journal"
)

// schedules returns the seeds to run: LONGHAND_SEED alone if it is set, else as many as LONGHAND_SCHEDULES says.
func schedules(t *testing.T, usual uint64) (first, count uint64) {
	t.Helper()
	number := func(name string, other uint64) uint64 {
		text, ok := os.LookupEnv(name)
		if !ok {
			return other
		}
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s=%q: %v", name, text, err)
		}
		return n
	}
	if testing.Short() {
		usual = (usual + 9) / 10 // under the race detector
	}
	if _, ok := os.LookupEnv("LONGHAND_SEED"); ok {
		return number("LONGHAND_SEED", 0), 1
	}
	return 1, number("LONGHAND_SCHEDULES", usual)
}

func TestTheSameEntriesGiveTheSameStateInAnyOrder(t *testing.T) {
	first, count := schedules(t, 60)
	for seed := first; seed < first+count; seed++ {
		rng := mrand.New(mrand.NewPCG(seed, 1))
		raws, team := grow(t, rng)
		var want string
		for try := range 4 {
			rng.Shuffle(len(raws), func(i, j int) { raws[i], raws[j] = raws[j], raws[i] })
			r := New(team)
			for _, raw := range raws {
				_ = r.Add(raw)
				if rng.IntN(3) == 0 {
					_ = r.Add(raws[rng.IntN(len(raws))])
				}
				if rng.IntN(8) == 0 {
					r.State() // reading in between changes nothing
				}
			}
			b, err := json.Marshal(r.State())
			must(t, err)
			if want == "" {
				want = string(b)
			}
			if string(b) != want {
				t.Fatalf("LONGHAND_SEED=%d: permutation %d gives another state:\n%s\n%s", seed, try, b, want)
			}
			checkState(t, seed, r.State())
		}
	}
}

// grow lets a few devices write without knowing all of each other and returns everything they wrote.
func grow(t *testing.T, rng *mrand.Rand) ([][]byte, journal.TeamID) {
	r, founder := newTeam(t)
	peers := []peer{founder}
	for range 2 + rng.IntN(2) {
		peers = append(peers, join(t, r, founder, Role(1+rng.IntN(2))))
	}
	copies := make([]*Roster, len(peers))
	for i := range copies {
		copies[i] = fork(t, r)
	}
	var invites []Invite
	var mails [][]byte
	for range 12 + rng.IntN(12) {
		i := rng.IntN(len(peers))
		me, mine := peers[i], copies[i]
		whom := peers[rng.IntN(len(peers))]
		// What is refused here is refused everywhere; the schedule goes on.
		switch rng.IntN(9) {
		case 0, 1:
			merge(t, mine, copies[rng.IntN(len(copies))])
		case 2:
			inv, err := NewInvite(rand.Reader, r.Team(), nil)
			must(t, err)
			if mine.Invite(me.id, at(), inv, Terms{Role: Role(1 + rng.IntN(2)), Expires: at(), Ask: rng.IntN(3) == 0}) == nil {
				invites = append(invites, inv)
			}
		case 3, 4:
			if len(invites) > 0 && rng.IntN(2) == 0 {
				newcomer := newPeer(t)
				mails = append(mails, request(t, invites[rng.IntN(len(invites))], newcomer, ""))
				peers = append(peers, newcomer)
				copies = append(copies, fork(t, mine))
			}
			if len(mails) > 0 {
				_ = mine.Admit(rand.Reader, me.id, at(), mails[rng.IntN(len(mails))])
			}
		case 5:
			_ = mine.Remove(rand.Reader, me.id, at(), Removal{Persons: []PersonID{whom.person}})
		case 6:
			_ = mine.SetRole(me.id, at(), whom.person, Role(1+rng.IntN(2)))
		case 7:
			_ = mine.NewEpoch(rand.Reader, me.id, at())
		case 8:
			if len(invites) > 0 {
				_ = mine.Withdraw(me.id, at(), invites[rng.IntN(len(invites))].ID())
			}
		}
	}
	var raws [][]byte
	known := map[journal.Hash]bool{}
	for _, c := range copies {
		for _, raw := range c.Since(0) {
			if id := entryID(raw); !known[id] {
				known[id] = true
				raws = append(raws, raw)
			}
		}
	}
	return raws, r.Team()
}

// checkState holds what must be true of every team.
func checkState(t *testing.T, seed uint64, s *State) {
	t.Helper()
	admins := 0
	for _, d := range s.Devices {
		if m, _ := s.Member(d.Person); !d.Removed && !d.Kit && m.Role == RoleAdmin {
			admins++
		}
	}
	if admins == 0 {
		t.Fatalf("LONGHAND_SEED=%d: no admin is left: %+v", seed, s.Members)
	}
	for _, e := range s.Epochs {
		for _, id := range e.Audience {
			if e.Safe && !s.Present(id) {
				t.Fatalf("LONGHAND_SEED=%d: epoch %s is safe and %s can read it", seed, e.ID, id)
			}
		}
	}
}
