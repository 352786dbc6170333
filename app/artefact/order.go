package artefact

import "strings"

// Positions are strings that sort where their items stand. Between any two
// there is always another, so that moving an item writes only that item.

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// between returns a position after a and before b; "" is the edge. Positions
// that are no positions, or the wrong way round, are treated as edges, for
// they may come from anyone.
func between(a, b string) string {
	if !position(a) {
		a = ""
	}
	if !position(b) || b <= a {
		b = ""
	}
	var out strings.Builder
	for i := 0; ; i++ {
		lo, hi := 0, len(digits)
		if i < len(a) {
			lo = strings.IndexByte(digits, a[i])
		}
		if b != "" && i < len(b) {
			hi = strings.IndexByte(digits, b[i])
		}
		if hi-lo > 1 {
			out.WriteByte(digits[(lo+hi)/2])
			return out.String()
		}
		out.WriteByte(digits[lo])
		if hi > lo {
			b = "" // already before it
		}
	}
}

func position(s string) bool {
	if s == "" || len(s) > 64 || s[len(s)-1] == digits[0] {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte(digits, s[i]) < 0 {
			return false
		}
	}
	return true
}
