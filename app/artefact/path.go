package artefact

import (
	"fmt"
	"net/url"
	"strings"

	"longhand/app/kind"
)

// Everything in a document stands under a path: the key of a field, or keys
// and item ids joined by slashes. An item of a list has two marks of its own
// beside its parts: where it stands among the others and whether it is here.
const (
	keyKind      = "kind"
	keyState     = "state"
	keyBecause   = "because"
	keyDiscarded = "discarded"
	partPos      = "~pos"
	partHere     = "~here"
)

func join(parts ...string) string { return strings.Join(parts, "/") }

// FieldAt resolves a path in a kind: the field it names, with every item id on
// the way skipped. It fails on a path that the kind does not have.
func FieldAt(k kind.Kind, path string) (kind.Field, error) {
	fields, rest := k.Fields, path
	if len(path) > maxPath {
		return kind.Field{}, fmt.Errorf("%w: a path of %d bytes", ErrNoField, len(path))
	}
	for {
		key, after, more := strings.Cut(rest, "/")
		f, ok := kind.Kind{Fields: fields}.Field(key)
		if !ok {
			return kind.Field{}, fmt.Errorf("%w: %q, in the kind %s", ErrNoField, path, k.ID)
		}
		if !more {
			return f, nil
		}
		switch f.Type {
		case kind.Record:
			fields, rest = f.Items, after
		case kind.List:
			_, part, more := strings.Cut(after, "/")
			if !more { // the item itself
				return f, nil
			}
			fields, rest = f.Items, part
		default:
			return kind.Field{}, fmt.Errorf("%w: %q has no parts", ErrNoField, key)
		}
	}
}

// written calls fn with the path of every text that stands outside lists.
func written(fields []kind.Field, prefix string, fn func(path string)) {
	for _, f := range fields {
		switch {
		case f.Type.Written():
			fn(prefix + f.Key)
		case f.Type == kind.Record:
			written(f.Items, prefix+f.Key+"/", fn)
		}
	}
}

// member is the path of one member of a set. The member is escaped, because
// an address has slashes of its own.
func member(set, m string) string { return set + "/" + url.PathEscape(m) }

func memberOf(set, path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, set+"/")
	if !ok {
		return "", false
	}
	m, err := url.PathUnescape(rest)
	return m, err == nil
}
