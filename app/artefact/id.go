package artefact

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"

	"longhand/app/artefact/automerge"
)

// DocID names a document: random, or derived for kinds of which there is one
// per team, person or week.
type DocID [16]byte

func (id DocID) String() string { return hex.EncodeToString(id[:]) }

// NewDocID names a new document: the hash of the device that begins it and of
// the rest of its first actor, which is random. So the id itself says which
// device’s change was the first, whatever anybody writes later.
func NewDocID(actor automerge.Actor) DocID {
	h := sha256.Sum256(append([]byte("longhand document 1\x00"), actor[:]...))
	return DocID(h[:16])
}

// begunBy reports whether a document can have begun with a change: by its
// actor, or where ids are derived, by the person that the id is derived from.
func (a *Artefact) begunBy(c *automerge.Change) bool {
	if a.beginner != "" {
		return a.owners(WriterOf(c.Actor)) == a.beginner
	}
	return len(c.Actor) == len(automerge.Actor{}) && NewDocID(automerge.Actor([]byte(c.Actor))) == a.ID
}

// BegunBy says who alone can have begun the document: of the kinds of which
// each person has their own. It is for the one who derived the id to know.
func (a *Artefact) BegunBy(p Person) { a.beginner = p }

// ParseDocID reads what [DocID.String] writes.
func ParseDocID(s string) (id DocID, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, fmt.Errorf("document id %q: not 32 hexadecimal digits", s)
	}
	return DocID(b), nil
}

// Person and Device name people and their devices, in hexadecimal. What they
// stand for is the roster’s business.
type (
	Person string
	Device string
)

// readable has no I, L, O or U, so that an id can be read out over a call.
var readable = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Letters is the part of a readable id after the prefix, at full length. As
// many of the first letters are shown as tell the team’s artefacts apart.
func (id DocID) Letters() string { return readable.EncodeToString(id[:]) }

// ShortLetters is how many letters of a readable id are usually shown.
const ShortLetters = 4

// PlainLetters reads letters as a person may type them.
func PlainLetters(s string) string {
	return strings.NewReplacer("I", "1", "L", "1", "O", "0", "-", "", " ", "").Replace(strings.ToUpper(s))
}
