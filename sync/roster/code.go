package roster

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Codes are what people copy by hand: invitations and recovery kits.

const codeGroup = 6

var (
	// ErrNotInvite: the text does not even begin like an invite code.
	ErrNotInvite = errors.New("not a Longhand invitation: it would begin with LH")
	// ErrNotKit: the text does not even begin like a recovery kit.
	ErrNotKit = errors.New("not a Longhand recovery kit: it would begin with LK")
	// ErrMistyped: it begins like a code, but its checksum does not fit: a character is wrong or missing.
	ErrMistyped = errors.New("this code was mistyped or cut off")
)

// codeAlphabet is Crockford's: nothing in it looks like anything else.
var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func writeCode(prefix string, b []byte) string {
	sum := sha256.Sum256(b)
	text := prefix + codeAlphabet.EncodeToString(append(b, sum[:4]...))
	var groups []string
	for len(text) > codeGroup {
		groups, text = append(groups, text[:codeGroup]), text[codeGroup:]
	}
	return strings.Join(append(groups, text), "-")
}

// plainCode is a code without what people and mail programs put into it.
func plainCode(code string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-‐‑–—\u200b\ufeff", r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
}

func readCode(prefix, code string) ([]byte, error) {
	text, ok := strings.CutPrefix(plainCode(code), prefix)
	if !ok && prefix == kitPrefix {
		return nil, ErrNotKit
	}
	if !ok {
		return nil, ErrNotInvite
	}
	b, err := codeAlphabet.DecodeString(strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(text))
	if err != nil || len(b) < 5 {
		return nil, ErrMistyped
	}
	b, sum := b[:len(b)-4], b[len(b)-4:]
	if want := sha256.Sum256(b); [4]byte(sum) != [4]byte(want[:4]) {
		return nil, ErrMistyped
	}
	return b, nil
}

func checkRelays(relays []string) error {
	for _, r := range relays {
		if len(r) > 255 {
			return fmt.Errorf("relay address %q is longer than 255 bytes", r)
		}
	}
	return nil
}

func appendRelays(b []byte, relays []string) []byte {
	for _, r := range relays {
		b = append(append(b, byte(len(r))), r...)
	}
	return b
}

func readRelays(b []byte) (relays []string, err error) {
	for len(b) > 0 {
		n := int(b[0])
		if len(b) < 1+n || !utf8.Valid(b[1:1+n]) {
			return nil, ErrMistyped
		}
		relays, b = append(relays, string(b[1:1+n])), b[1+n:]
	}
	return relays, nil
}
