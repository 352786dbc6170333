// Package journal holds what one device writes: numbered, hash-chained entries, and the sealed, signed segments that carry them.
//
// A device makes entries with [NewEntry] and packs a run of them with [Seal]. A receiver asks [ParseHeader] what a segment claims,
// [Verify] whether its device really signed it, and [Open] for the entries; Open also follows the hash chain. [SealSeen] and
// [OpenSeen] do the same for the statement of what a device holds. FORMAT.md beside this file lays down every byte.
//
// The package decides nothing: it does not know who belongs to a team (package roster does) nor where segments come from. It touches
// no file, network or clock. Randomness comes in as an argument, but for the nonces and encapsulations that encryption draws itself.
package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

const (
	MaxSegment = 4 << 20           // bytes of a whole segment
	MaxContent = MaxSegment - 4096 // bytes of its entries before compression
	MaxEntries = 1 << 16           // entries in one segment
	MaxBody    = 1 << 20           // bytes of one entry's body, without what adopting it adds
	MaxSeen    = 1 << 20           // bytes of a whole seen
)

var (
	// ErrDamaged: the bytes are not a whole, well-formed record. What was sent may still arrive.
	ErrDamaged = errors.New("damaged or incomplete")
	// ErrForged: well-formed, but not signed by the device that it names.
	ErrForged = errors.New("not signed by this device")
	// ErrNoKey: sealed under an epoch whose key is not in the keyring.
	ErrNoKey = errors.New("no key for this epoch")
	// ErrTooLarge: the entries do not fit the limits of a segment.
	ErrTooLarge = errors.New("larger than the format allows")
	// ErrBrokenChain: the entries do not lead from the header's prev to its tip.
	ErrBrokenChain = errors.New("entries do not match their chain")
)

// UnknownVersionError says that a record was written by a newer (or an impossible) version of the format.
type UnknownVersionError struct {
	What    string // the sort of record: "segment", "seen", "identity", "roster entry", "invite", "join request"
	Version int
}

func (e *UnknownVersionError) Error() string {
	return fmt.Sprintf("%s has format version %d, which this version of Longhand does not know", e.What, e.Version)
}

// DeviceID names one device: the first 16 bytes of the SHA-256 of its Ed25519 public key.
type DeviceID [16]byte

func (d DeviceID) String() string { return hex.EncodeToString(d[:]) }

// ParseDeviceID reads the 32 hexadecimal digits that String writes.
func ParseDeviceID(s string) (d DeviceID, err error) {
	err = parseHex(d[:], s, "device id")
	return d, err
}

// TeamID names a team: the hash of its founding roster entry.
type TeamID [32]byte

func (t TeamID) String() string { return hex.EncodeToString(t[:]) }

// ParseTeamID reads the 64 hexadecimal digits that String writes.
func ParseTeamID(s string) (t TeamID, err error) {
	err = parseHex(t[:], s, "team id")
	return t, err
}

// Hash is a SHA-256 value or an epoch id.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

func parseHex(dst []byte, s, what string) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(dst) {
		return fmt.Errorf("parse %s %q: want %d hexadecimal digits", what, s, 2*len(dst))
	}
	copy(dst, b)
	return nil
}

// Entry is one numbered record of a device's journal. Numbers start at 1. What the body holds is the application's affair.
type Entry struct {
	Device DeviceID
	Number uint64
	Salt   [16]byte
	Body   []byte
}

// NewEntry makes an entry with a fresh salt. It keeps body, which the caller must not change afterwards.
func NewEntry(rand io.Reader, device DeviceID, number uint64, body []byte) (Entry, error) {
	e := Entry{Device: device, Number: number, Body: body}
	if len(body) > mostBody(body) {
		return e, fmt.Errorf("new entry %d: body of %d bytes: %w", number, len(body), ErrTooLarge)
	}
	if _, err := io.ReadFull(rand, e.Salt[:]); err != nil {
		return e, fmt.Errorf("new entry %d: salt: %w", number, err)
	}
	return e, nil
}

// EntryHash is the link of the chain: it commits to the entry and, through prev, to all entries before it.
// The first entry's prev is the zero Hash.
func EntryHash(prev Hash, team TeamID, e Entry) Hash {
	h := sha256.New()
	h.Write(label("entry", team[:], e.Device[:]))
	h.Write(binary.BigEndian.AppendUint64(nil, e.Number))
	h.Write(prev[:])
	h.Write(e.Salt[:])
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(e.Body))))
	h.Write(e.Body)
	return Hash(h.Sum(nil))
}

// Chain returns the hash of each entry in turn, starting from the hash before the first.
func Chain(prev Hash, team TeamID, entries []Entry) []Hash {
	hashes := make([]Hash, len(entries))
	for i, e := range entries {
		prev = EntryHash(prev, team, e)
		hashes[i] = prev
	}
	return hashes
}

// label separates one use of a hash, key or signature from every other.
func label(name string, parts ...[]byte) []byte {
	b := append([]byte("longhand/1/"+name), 0)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
