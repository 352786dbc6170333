package wire

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"longhand/sync/relay"
)

// The sorts of keys.
const (
	SegmentSort = "s"
	RosterSort  = "r"
	SeenSort    = "n"
	MailSort    = "m"
)

// ErrKey: a key that no server of this version would give.
var ErrKey = errors.New("not a key of a blob")

// KeyOf is the key under which a server keeps a blob.
func KeyOf(b relay.Blob) string {
	r := relay.RefOf(b)
	switch b.Kind {
	case relay.Segment:
		return fmt.Sprintf("%s.%x.%d-%d.%x", SegmentSort, b.Author, b.First, b.Last, r.Hash)
	case relay.Roster:
		return fmt.Sprintf("%s.%x", RosterSort, r.Hash)
	case relay.Seen:
		return fmt.Sprintf("%s.%x", SeenSort, b.Author)
	default:
		return fmt.Sprintf("%s.%x.%x", MailSort, b.Mailbox, b.Author)
	}
}

// ParseKey reads what a key claims, and reports whether the bytes may be those that were put: a segment or roster entry has its hash there.
func ParseKey(key string, bytes []byte) (b relay.Blob, err error) {
	words := strings.Split(key, ".")
	b.Bytes = bytes
	var hash [16]byte
	switch {
	case words[0] == SegmentSort && len(words) == 4:
		b.Kind = relay.Segment
		first, last, _ := strings.Cut(words[2], "-")
		err = errors.Join(unhex(&b.Author, words[1]), number(&b.First, first), number(&b.Last, last), unhex(&hash, words[3]))
	case words[0] == RosterSort && len(words) == 2:
		b.Kind = relay.Roster
		err = unhex(&hash, words[1])
	case words[0] == SeenSort && len(words) == 2:
		b.Kind = relay.Seen
		err = unhex(&b.Author, words[1])
	case words[0] == MailSort && len(words) == 3:
		b.Kind = relay.Mail
		err = errors.Join(unhex(&b.Mailbox, words[1]), unhex(&b.Author, words[2]))
	default:
		err = ErrKey
	}
	if err != nil {
		return relay.Blob{}, fmt.Errorf("key %.80q: %w", key, err)
	}
	b.Damaged = hash != [16]byte{} && relay.RefOf(b).Hash != hash
	return b, nil
}

func unhex(dst *[16]byte, s string) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 16 || strings.ToLower(s) != s {
		return ErrKey
	}
	copy(dst[:], b)
	return nil
}

func number(dst *uint64, s string) error {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return ErrKey
	}
	*dst = n
	return nil
}
