package calendar

import (
	"bytes"
	"strings"
)

// lines unfolds a file into content lines. Lines may end in LF, CR or both:
// all three are met in the wild.
type lines struct {
	rest []byte
	fold []byte // of the last line, when it was folded
}

var mark = []byte("\xef\xbb\xbf")

// next gives the next line that is not empty, and whether it was cut at maxLine.
// The line is good until the next call.
func (l *lines) next() (line []byte, cut, ok bool) {
	for len(l.rest) > 0 {
		line = l.physical()
		if len(line) > 0 {
			ok = true
			break
		}
	}
	if !ok {
		return nil, false, false
	}
	folded := false
	for {
		l.skipEmpty()
		if len(l.rest) == 0 || l.rest[0] != ' ' && l.rest[0] != '\t' {
			break
		}
		if !folded {
			l.fold, folded = append(l.fold[:0], line[:min(len(line), maxLine+1)]...), true
		}
		l.rest = l.rest[1:]
		more := l.physical()
		l.fold = append(l.fold, more[:min(len(more), maxLine+1-min(len(l.fold), maxLine+1))]...)
	}
	if folded {
		line = l.fold
	}
	if len(line) > maxLine {
		return line[:maxLine], true, true
	}
	return line, false, true
}

func (l *lines) physical() []byte {
	i := bytes.IndexAny(l.rest[:min(len(l.rest), 512)], "\r\n")
	if i < 0 {
		i = bytes.IndexByte(l.rest, '\n') // long lines are rare; a lone CR in one is text
	}
	if i < 0 {
		line := l.rest
		l.rest = nil
		return line
	}
	line := l.rest[:i]
	l.rest = l.rest[i+1:]
	return bytes.TrimSuffix(line, []byte("\r"))
}

func (l *lines) skipEmpty() {
	for len(l.rest) > 0 && (l.rest[0] == '\r' || l.rest[0] == '\n') {
		l.rest = l.rest[1:]
	}
}

// A property is one content line. Its strings are copies.
type property struct {
	name   string
	params []param
	value  string
}

type param struct{ name, value string }

const maxParams = 50

// nameOf is the name of the property on a line, in capitals, and what follows it.
func nameOf(line []byte) (name string, rest []byte, ok bool) {
	i := 0
	for i < len(line) && (line[i] == '-' || line[i] == '_' || '0' <= line[i] && line[i] <= '9' || 'A' <= line[i]&^0x20 && line[i]&^0x20 <= 'Z') {
		i++
	}
	if i == 0 || i > 64 {
		return "", nil, false
	}
	name, rest = strings.ToUpper(string(line[:i])), line[i:]
	rest = bytes.TrimLeft(rest, " \t") // some fold between the name and its colon
	return name, rest, len(rest) > 0 && (rest[0] == ':' || rest[0] == ';')
}

// parse reads the parameters and the value that follow a name. Quotes toggle:
// a name such as "Ana "Nita" Costa" is wrong and common, and does no harm.
func parse(name string, rest []byte) (property, bool) {
	p := property{name: name}
	for rest[0] == ';' {
		if len(p.params) == maxParams {
			return p, false
		}
		quoted, i := false, 1
		for ; i < len(rest); i++ {
			if rest[i] == '"' {
				quoted = !quoted
			} else if !quoted && (rest[i] == ';' || rest[i] == ':') {
				break
			}
		}
		if i == len(rest) {
			return p, false
		}
		key, value, ok := strings.Cut(string(rest[1:i]), "=")
		if !ok {
			return p, false
		}
		p.params = append(p.params, param{strings.ToUpper(strings.TrimSpace(key)), strings.ReplaceAll(value, `"`, "")})
		rest = rest[i:]
	}
	p.value = string(rest[1:])
	return p, true
}

func (p property) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

// unescape reads a TEXT value. What is no escape stands for itself.
func unescape(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ';', ',':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
