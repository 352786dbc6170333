package automerge

import (
	"crypto/sha256"
	"encoding/binary"
)

// Genesis is the change that brings the text under a key of a document into
// being. It is the same bytes on every device, so two people who touch a text
// first while apart touch the same text. Its writer is nobody: 16 bytes of the
// hash of document and key, where a device has 32.
//
// It is encoded by hand, by the specification of Automerge’s binary format,
// and FORMAT.md holds vectors of it.
func Genesis(doc, key string) []byte {
	actor := GenesisActor(doc, key)
	body := []byte{0}                     // no dependencies
	body = append(body, byte(len(actor))) // actor
	body = append(body, actor...)         //
	body = append(body, 1, 1, 0, 0, 0)    // sequence 1, first operation 1, no time, no message, no other actors
	name := append(uvarint(nil, uint64(len(key))), key...)
	name = append([]byte{0x7f}, name...) // a literal run of one
	columns := []struct {
		spec byte
		data []byte
	}{
		{colKeyString, name},
		{colInsert, []byte{1}},          // one false
		{colAction, []byte{0x7f, 4}},    // make a text
		{colValueMeta, []byte{0x7f, 0}}, // no value
		{colPredCount, []byte{0x7f, 0}}, // replaces nothing
	}
	body = append(body, byte(len(columns)))
	for _, c := range columns {
		body = uvarint(append(body, c.spec), uint64(len(c.data)))
	}
	for _, c := range columns {
		body = append(body, c.data...)
	}
	return chunk(body)
}

// GenesisActor is the writer of a genesis change.
func GenesisActor(doc, key string) []byte {
	h := sha256.New()
	h.Write([]byte("longhand genesis 1\x00"))
	h.Write(uvarint(nil, uint64(len(doc))))
	h.Write([]byte(doc))
	h.Write([]byte(key))
	return h.Sum(nil)[:16]
}

// chunk frames the body of a change.
func chunk(body []byte) []byte {
	sum := hashBody(body)
	out := append([]byte{}, magic[:]...)
	out = append(out, sum[:4]...)
	out = uvarint(append(out, chunkChange), uint64(len(body)))
	return append(out, body...)
}

func hashBody(body []byte) Hash {
	h := sha256.New()
	h.Write(uvarint([]byte{chunkChange}, uint64(len(body))))
	h.Write(body)
	return Hash(h.Sum(nil))
}

func uvarint(b []byte, v uint64) []byte { return binary.AppendUvarint(b, v) }
