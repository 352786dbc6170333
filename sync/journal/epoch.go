package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
)

// EpochKey is the secret that a team's devices share from one change of membership to the next.
type EpochKey struct{ secret [32]byte }

// Keyring is the epoch keys that a device can open, by epoch id.
type Keyring map[Hash]EpochKey

// NewEpochKey draws a new key.
func NewEpochKey(rand io.Reader) (k EpochKey, err error) {
	if _, err := io.ReadFull(rand, k.secret[:]); err != nil {
		return k, fmt.Errorf("new epoch key: %w", err)
	}
	return k, nil
}

// ParseEpochKey reads what Bytes returned.
func ParseEpochKey(b []byte) (k EpochKey, err error) {
	if len(b) != len(k.secret) {
		return k, fmt.Errorf("parse epoch key of %d bytes: %w", len(b), ErrDamaged)
	}
	copy(k.secret[:], b)
	return k, nil
}

// Bytes is the secret in the clear.
func (k EpochKey) Bytes() []byte { return append([]byte{}, k.secret[:]...) }

// String never shows the secret, so that a key in a log line or a test's message stays one.
func (k EpochKey) String() string { return "epoch " + k.ID().String()[:12] }

// GoString is String, for the same reason.
func (k EpochKey) GoString() string { return k.String() }

// ID commits to the key: no two keys share it.
func (k EpochKey) ID() Hash { return Hash(derive(k.secret[:], label("epoch id"))) }

// TeamSecret is what document ids that all devices must agree on are derived from. It is asked of a team's first epoch key.
func (k EpochKey) TeamSecret(team TeamID) [32]byte {
	return [32]byte(derive(k.secret[:], label("team secret", team[:])))
}

// SealParent lets whoever has k open the older parent too.
func (k EpochKey) SealParent(team TeamID, parent EpochKey) []byte {
	id := parent.ID()
	return aead(k, "parents", team[:]).Seal(nil, nil, parent.secret[:], id[:])
}

// OpenParent opens what SealParent sealed, and checks that the key is the one named.
func (k EpochKey) OpenParent(team TeamID, parent Hash, sealed []byte) (EpochKey, error) {
	b, err := aead(k, "parents", team[:]).Open(nil, nil, sealed, parent[:])
	if err != nil {
		return EpochKey{}, fmt.Errorf("open parent epoch %s: %w", parent, ErrDamaged)
	}
	p, err := ParseEpochKey(b)
	if err != nil || p.ID() != parent {
		return EpochKey{}, fmt.Errorf("open parent epoch %s: another key was inside: %w", parent, ErrForged)
	}
	return p, nil
}

// SealNote seals a few bytes that every device of the team may read, for a purpose named by context; about is bound to them.
func (k EpochKey) SealNote(context string, about, note []byte) []byte {
	return aead(k, "note "+context).Seal(nil, nil, note, about)
}

// OpenNote opens what SealNote sealed with the same context and about.
func (k EpochKey) OpenNote(context string, about, sealed []byte) ([]byte, error) {
	b, err := aead(k, "note "+context).Open(nil, nil, sealed, about)
	if err != nil {
		return nil, fmt.Errorf("open %s note: %w", context, ErrDamaged)
	}
	return b, nil
}

// Derive makes a 32-byte key for one named use out of a secret.
func Derive(secret []byte, name string, parts ...[]byte) [32]byte {
	return [32]byte(derive(secret, label(name, parts...)))
}

// aead is AES-256-GCM with random nonces under a subkey. Nonces are drawn, not counted, because a restored backup repeats counters;
// a subkey per device keeps each far below the 2^32 messages that random nonces allow.
func aead(k EpochKey, use string, parts ...[]byte) cipher.AEAD {
	block, err := aes.NewCipher(derive(k.secret[:], label(use, parts...)))
	if err != nil {
		panic(err) // only for a key of the wrong length, and derive has one length
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a block cipher that is not AES
	}
	return a
}

func derive(secret, info []byte) []byte {
	b, err := hkdf.Key(sha256.New, secret, nil, string(info), 32)
	if err != nil {
		panic(err) // only for lengths that 32 is not
	}
	return b
}
