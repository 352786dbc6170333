package folder

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"longhand/sync/relay"
)

const (
	markerName  = "longhand-relay"
	markerWords = "longhand-relay " // and a version
	markerLine  = markerWords + "1"
	carried     = "carried"
	tmpPrefix   = ".tmp-"
)

// fileName is the canonical name of a blob.
func fileName(r relay.Ref) string {
	hash := hex.EncodeToString(r.Hash[:])
	switch r.Kind {
	case relay.Segment:
		return fmt.Sprintf("%012x-%012x-%s.segment", r.First, r.Last, hash)
	case relay.Seen:
		return fmt.Sprintf("%012x-%s.seen", r.Counter, hash)
	case relay.Mail:
		return fmt.Sprintf("%x-%s.mail", r.Mailbox, hash)
	}
	return hash + ".roster"
}

// Whatever a cloud client adds comes after the hash or after the extension.
const (
	number = `([0-9a-f]{12,16})`
	id     = `([0-9a-f]{32})`
	added  = `(?:[^0-9a-f].*)?`
	end    = `(?:[^a-z].*)?$`
)

type names struct{ segment, seen, mail, roster, dir *regexp.Regexp }

func compileNames() names {
	return names{
		segment: regexp.MustCompile(`^` + number + `-` + number + `-` + id + added + `\.segment` + end),
		seen:    regexp.MustCompile(`^` + number + `-` + id + added + `\.seen` + end),
		mail:    regexp.MustCompile(`^` + id + `-` + id + added + `\.mail` + end),
		roster:  regexp.MustCompile(`^` + id + added + `\.roster` + end),
		dir:     regexp.MustCompile(`^` + id + added + `$`),
	}
}

// parse says which blob a file claims to be. The author is that of the directory.
func (n names) parse(author [16]byte, name string) (r relay.Ref, ok bool) {
	if strings.HasPrefix(name, ".") {
		return r, false
	}
	var hash string
	if m := n.segment.FindStringSubmatch(name); m != nil {
		r = relay.Ref{Kind: relay.Segment, Author: author, First: hexNumber(m[1]), Last: hexNumber(m[2])}
		hash, ok = m[3], r.First > 0 && r.Last >= r.First
	} else if m := n.mail.FindStringSubmatch(name); m != nil {
		r = relay.Ref{Kind: relay.Mail, Author: author, Mailbox: hexID(m[1])}
		hash, ok = m[2], true
	} else if m := n.seen.FindStringSubmatch(name); m != nil {
		r = relay.Ref{Kind: relay.Seen, Author: author, Counter: hexNumber(m[1])}
		hash, ok = m[2], true
	} else if m := n.roster.FindStringSubmatch(name); m != nil {
		r, hash, ok = relay.Ref{Kind: relay.Roster}, m[1], true
	}
	if ok {
		r.Hash = hexID(hash)
	}
	return r, ok
}

// device reads the name of a directory.
func (n names) device(name string) (id [16]byte, ok bool) {
	m := n.dir.FindStringSubmatch(name)
	if m == nil {
		return id, false
	}
	return hexID(m[1]), true
}

// hexNumber and hexID read what a pattern has already found to be hexadecimal.
func hexNumber(s string) uint64 {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return 0 // more than 16 digits; the patterns have none
	}
	return n
}

func hexID(s string) (id [16]byte) {
	b, err := hex.DecodeString(s)
	if err == nil {
		copy(id[:], b)
	}
	return id
}
