package replica

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"longhand/sync/journal"
	"longhand/sync/relay"
)

// What a member could sign whose program is not ours.

// lawless is an entry that its writer may not write: a removal of an admin by a member, with everything else in order.
func lawless(t *testing.T, member, admin *person) []byte {
	t.Helper()
	mode, err := cbor.CoreDetEncOptions().EncMode()
	must(t, err)
	all := member.roster.Since(0)
	parent := sha256.Sum256(all[len(all)-1])
	pub := member.id.Public()
	body, err := mode.Marshal(map[int]any{1: member.team[:], 2: [][]byte{parent[:]}, 3: pub.Sign[:], 4: noon().Unix(), 5: 6, 6: map[int]any{2: [][]byte{admin.who[:]}}})
	must(t, err)
	raw, err := mode.Marshal([]any{1, body, member.id.Sign("roster entry", body)})
	must(t, err)
	return raw
}

// bomb is a segment that a member signed and that inflates to sixteen times what is allowed.
func (w *war) bomb(by *person, number uint64) relay.Blob {
	k := mustKey(w.t, by)
	epoch, team, device := k.ID(), by.team, by.me
	var payload bytes.Buffer
	payload.WriteByte(1)
	f, err := flate.NewWriter(&payload, flate.BestCompression)
	must(w.t, err)
	zeros := make([]byte, 1<<20)
	for range 64 {
		_, err := f.Write(zeros)
		must(w.t, err)
	}
	must(w.t, f.Close())
	label := func(name string, parts ...[]byte) string {
		return "longhand/1/" + name + "\x00" + string(bytes.Join(parts, nil))
	}
	key, err := hkdf.Key(sha256.New, k.Bytes(), nil, label("segment", team[:], device[:]), 32)
	must(w.t, err)
	block, err := aes.NewCipher(key)
	must(w.t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	must(w.t, err)
	prev, _, err := by.ownHash(number - 1)
	must(w.t, err)
	b := append([]byte("LHSG"), 1, 0, 0, 0)
	b = append(append(b, team[:]...), device[:]...)
	b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, number), number)
	b = append(append(append(b, prev[:]...), make([]byte, 32)...), epoch[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(payload.Len()+28))
	b = aead.Seal(b, nil, payload.Bytes(), b)
	b = append(b, by.id.Sign("segment", b)...)
	return relay.Blob{Kind: relay.Segment, Team: team, Author: device, First: number, Last: number, Bytes: b}
}

// orphan is an entry by anybody after one that never was.
func orphan(t *testing.T, p *person, team journal.TeamID) []byte {
	t.Helper()
	mode, err := cbor.CoreDetEncOptions().EncMode()
	must(t, err)
	parent := make([]byte, 32)
	_, _ = rand.Read(parent)
	pub := p.id.Public()
	body, err := mode.Marshal(map[int]any{1: team[:], 2: [][]byte{parent}, 3: pub.Sign[:], 4: noon().Unix(), 5: 3, 6: map[int]any{1: make([]byte, 16)}})
	must(t, err)
	raw, err := mode.Marshal([]any{1, body, p.id.Sign("roster entry", body)})
	must(t, err)
	return raw
}
