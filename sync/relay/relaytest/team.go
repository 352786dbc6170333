package relaytest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"longhand/sync/journal"
	"longhand/sync/relay"
	"longhand/sync/roster"
)

// The blobs of the contract are genuine as far as a relay can see: signed by devices of a real team. So a relay that looks at
// signatures and at the roster keeps the same contract as one that looks at nothing.

// world is the team of the contract.
type world struct {
	team            journal.TeamID
	author, other   *journal.Identity
	entries         [][]byte // of the roster
	request         []byte   // by a newcomer
	newcomer        journal.DeviceID
	mailbox         [16]byte
	whoever, nobody roster.PersonID
}

var theWorld = makeWorld()

// Team is the team, and Author the device, of the contract. A relay that is opened for one device is opened for Author.
var (
	Team   = [32]byte(theWorld.team)
	Author = [16]byte(theWorld.author.Device())
)

// Identity is Author's.
func Identity() *journal.Identity { return theWorld.author }

// Ground is the roster that a relay may need before it takes anything else: put it there before the contract's first blob. The contract
// overlooks it.
func Ground() []relay.Blob {
	var out []relay.Blob
	for _, raw := range theWorld.entries[:len(theWorld.entries)-1] {
		out = append(out, relay.Blob{Kind: relay.Roster, Team: Team, Bytes: raw})
	}
	return out
}

// makeWorld has a fixed team id and fixed devices, so that an implementation's own vectors may use them. It runs before any test does, so all
// that it can do with an error is to panic.
func makeWorld() *world {
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	w := &world{whoever: roster.PersonID{1}, nobody: roster.PersonID{2}}
	w.author, w.other = identity(1), identity(2)
	newcomer := identity(3)
	r, err := roster.Found(bytes.NewReader(make([]byte, 256)), w.author, w.whoever, at)
	check(err)
	w.team = r.Team()
	invite := func() roster.Invite {
		inv, err := roster.NewInvite(rand.Reader, w.team, nil)
		check(err)
		check(r.Invite(w.author, at, inv, roster.Terms{Role: roster.RoleMember, Expires: at.Add(time.Hour)}))
		return inv
	}
	request, err := invite().Request(w.other, w.nobody, "")
	check(err)
	check(r.Admit(rand.Reader, w.author, at, request))
	open := invite()
	w.request, err = open.Request(newcomer, roster.PersonID{3}, "")
	check(err)
	w.newcomer, w.mailbox = newcomer.Device(), open.ID()
	invite() // the entry that the contract puts
	w.entries = r.Since(0)
	return w
}

func check(err error) {
	if err != nil {
		panic(fmt.Sprintf("the contract's team cannot be made: %v", err))
	}
}

func identity(seed byte) *journal.Identity {
	id, err := journal.NewIdentity(bytes.NewReader(bytes.Repeat([]byte{seed}, 64)))
	check(err)
	return id
}

const leastSealed = 12 + 16 + 1

// segmentBytes is a segment as a relay sees it: a header, something sealed, a signature.
func segmentBytes(id *journal.Identity, first, last uint64, text string) []byte {
	sealed := append([]byte(text), make([]byte, max(0, leastSealed-len(text)))...)
	device := id.Device()
	b := append([]byte("LHSG"), 1, 0, 0, 0)
	b = append(append(b, theWorld.team[:]...), device[:]...)
	b = binary.BigEndian.AppendUint64(b, first)
	b = binary.BigEndian.AppendUint64(b, last)
	prev := [32]byte{}
	if first > 1 {
		prev[0] = 1
	}
	b = append(b, prev[:]...)
	b = append(b, make([]byte, 64)...) // tip and epoch
	b = binary.BigEndian.AppendUint32(b, uint32(len(sealed)))
	b = append(b, sealed...)
	return append(b, id.Sign("segment", b)...)
}

// largest is the text of a segment that is as large as a blob may be.
const largest = relay.MaxBlob - 172 - ed25519.SignatureSize

func seenBytes(id *journal.Identity, counter uint64, text string) []byte {
	sealed := append([]byte(text), make([]byte, max(0, leastSealed-len(text)))...)
	device := id.Device()
	b := append([]byte("LHSN"), 1, 0, 0, 0)
	b = append(append(b, theWorld.team[:]...), device[:]...)
	b = binary.BigEndian.AppendUint64(b, counter)
	b = append(b, make([]byte, 32)...) // epoch
	b = binary.BigEndian.AppendUint32(b, uint32(len(sealed)))
	b = append(b, sealed...)
	return append(b, id.Sign("seen", b)...)
}

func segment(id *journal.Identity, first, last uint64, text string) relay.Blob {
	return relay.Blob{Kind: relay.Segment, Team: Team, Author: id.Device(), First: first, Last: last, Bytes: segmentBytes(id, first, last, text)}
}

func seen(id *journal.Identity, counter uint64) relay.Blob {
	text := fmt.Sprintf("%s holds %d", id.Device(), counter)
	return relay.Blob{Kind: relay.Seen, Team: Team, Author: id.Device(), Counter: counter, Bytes: seenBytes(id, counter, text)}
}
