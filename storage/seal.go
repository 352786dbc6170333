package storage

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Key is the one secret under which everything on this device is sealed.
type Key [32]byte

// ErrSeal says that sealed bytes were changed, cut, moved to another place, or
// sealed under another key.
var ErrSeal = errors.New("sealed data does not open")

// sealOverhead is what a seal adds: a nonce before, a tag behind.
const sealOverhead = 12 + 16

// Seal closes and opens bytes under a key derived for one purpose. What is
// sealed for one place does not open in another.
type Seal struct{ aead cipher.AEAD }

// NewSeal derives the seal for a purpose.
func NewSeal(key Key, purpose string) (Seal, error) {
	sub, err := hkdf.Key(sha256.New, key[:], nil, "longhand storage 1 "+purpose, 32)
	if err != nil {
		return Seal{}, fmt.Errorf("derive the key for %s: %w", purpose, err)
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return Seal{}, err
	}
	// A restored backup would repeat counters, so nonces are random.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return Seal{aead}, err
}

// Close seals plain bytes for a place.
func (s Seal) Close(plain, place []byte) []byte { return s.aead.Seal(nil, nil, plain, place) }

// Open opens what was sealed for that place.
func (s Seal) Open(sealed, place []byte) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, place)
	if err != nil {
		return nil, ErrSeal
	}
	return plain, nil
}
