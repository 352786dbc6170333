package render

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Prose is a text that somebody wrote, read as simple Markdown.
type Prose []Block

// A BlockKind is the kind of a Block.
type BlockKind string

const (
	Paragraph BlockKind = "paragraph"
	Bullets   BlockKind = "bullets"
	Numbers   BlockKind = "numbers"
)

// A Block is a paragraph with its Text, or a list with its Items, of which Start is the first number.
type Block struct {
	Kind  BlockKind `json:"kind"`
	Text  []Span    `json:"text,omitempty"`
	Items []Prose   `json:"items,omitempty"`
	Start int       `json:"start,omitempty"`
}

// A SpanKind is the kind of a Span.
type SpanKind string

const (
	Plain  SpanKind = "plain"
	Strong SpanKind = "strong"
	Stress SpanKind = "stress" // *italic*
	Code   SpanKind = "code"
	Link   SpanKind = "link"
	Break  SpanKind = "break" // a line end that the writer asked for
)

// A Span is a piece of running text: Text for plain and code, Spans for the others; Href only for a link.
type Span struct {
	Kind  SpanKind `json:"kind"`
	Text  string   `json:"text,omitempty"`
	Href  string   `json:"href,omitempty"`
	Spans []Span   `json:"spans,omitempty"`
}

// maxNesting bounds lists in lists and emphasis in emphasis. People stop at three; what is nested deeper than this was
// made to break something, and is shown without its nesting.
const maxNesting = 6

// ParseProse reads a text as the Markdown that people write in a field: paragraphs, bullet and numbered lists, **bold**,
// *italic*, `code`, links and bare web addresses. Everything else that Markdown knows (headings, quotations, tables,
// images, HTML) stays the characters it is written with. A link to anything but http, https or mailto becomes its text.
// No input is an error.
func ParseProse(source string) Prose {
	return proseOf(simpleParser(), source)
}

// proseOf reads a source with a given parser, since the Markdown that we write is checked with the full one.
func proseOf(p parser.Parser, source string) Prose {
	src := []byte(clean(source))
	doc := p.Parse(text.NewReader(src))
	return reader{src}.blocks(doc, 0)
}

// simpleParser knows the subset and no more. It is made anew each time because a parser is cheap and has state.
func simpleParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewEmphasisParser(), 500),
			util.Prioritized(linkify(), 999),
		),
	)
}

// linkify finds bare web addresses. Bare e-mail addresses stay text: too much looks like one.
func linkify() parser.InlineParser {
	never := regexp.MustCompile(`\A[^\s\S]`)
	return extension.NewLinkifyParser(
		extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}),
		extension.WithLinkifyWWWRegexp(never),
		extension.WithLinkifyEmailRegexp(never),
	)
}

// clean makes line ends \n and removes what no page can show: control characters and broken UTF-8.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// flat makes plain text of one line: no control characters, every run of white space one space.
func flat(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// A reader turns the parser’s tree over one source into Prose.
type reader struct{ src []byte }

func (r reader) blocks(parent ast.Node, depth int) Prose {
	var out Prose
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.List:
			if depth >= maxNesting {
				for item := n.FirstChild(); item != nil; item = item.NextSibling() {
					out = append(out, r.blocks(item, depth)...)
				}
				continue
			}
			list := Block{Kind: Bullets}
			if n.IsOrdered() {
				list.Kind, list.Start = Numbers, n.Start
			}
			for item := n.FirstChild(); item != nil; item = item.NextSibling() {
				if blocks := r.blocks(item, depth+1); len(blocks) > 0 {
					list.Items = append(list.Items, blocks)
				}
			}
			if len(list.Items) > 0 {
				out = append(out, list)
			}
		case *ast.Paragraph, *ast.TextBlock: // the latter is a paragraph in a list without blank lines
			if spans := trim(join(r.spans(n, 0))); len(spans) > 0 {
				out = append(out, Block{Kind: Paragraph, Text: spans})
			}
		default:
			// Only the full parser makes others, and then only to find that they are not what was meant.
			out = append(out, Block{Kind: BlockKind(n.Kind().String())})
		}
	}
	return out
}

func (r reader) spans(parent ast.Node, depth int) []Span {
	var out []Span
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			out = append(out, Span{Kind: Plain, Text: unescape(n.Value(r.src))})
			if n.HardLineBreak() {
				out = append(out, Span{Kind: Break})
			} else if n.SoftLineBreak() {
				out = append(out, Span{Kind: Plain, Text: " "})
			}
		case *ast.String:
			out = append(out, Span{Kind: Plain, Text: string(n.Value)})
		case *ast.CodeSpan:
			var b strings.Builder
			for t := n.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					b.Write(bytes.ReplaceAll(t.Value(r.src), []byte("\n"), []byte(" ")))
				}
			}
			kind := Code
			if blank(b.String()) { // nobody sees that it is code, and Markdown cannot begin an item with it
				kind = Plain
			}
			out = append(out, Span{Kind: kind, Text: b.String()})
		case *ast.Emphasis:
			kind := Stress
			if n.Level == 2 {
				kind = Strong
			}
			out = append(out, r.wrap(Span{Kind: kind}, n, depth)...)
		case *ast.Link:
			out = append(out, r.wrap(Span{Kind: Link, Href: href(unescape(n.Destination))}, n, depth)...)
		case *ast.Image:
			out = append(out, r.wrap(Span{Kind: Link, Href: href(unescape(n.Destination))}, n, depth)...)
		case *ast.AutoLink:
			label := []Span{{Kind: Plain, Text: string(n.Label(r.src))}}
			to := string(n.URL(r.src))
			if n.AutoLinkType == ast.AutoLinkEmail {
				to = "mailto:" + strings.TrimPrefix(to, "mailto:")
			}
			if to = href(to); to == "" {
				out = append(out, label...)
			} else {
				out = append(out, Span{Kind: Link, Href: to, Spans: label})
			}
		default: // likewise
			out = append(out, Span{Kind: SpanKind(n.Kind().String())})
		}
	}
	return out
}

// wrap puts the children of n into the outer span, or returns them bare where that would nest too deep, mark nothing
// that shows, or link to what is not a link.
func (r reader) wrap(outer Span, n ast.Node, depth int) []Span {
	inner := join(r.spans(n, depth+1))
	if blank(plainText(inner)) || depth >= maxNesting || (outer.Kind == Link && outer.Href == "") {
		return inner
	}
	outer.Spans = inner
	return []Span{outer}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// href returns the address if it is one that may be followed, else nothing.
func href(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return ""
		}
	case "mailto":
		if u.Opaque == "" {
			return ""
		}
	default:
		return ""
	}
	return u.String()
}

// join merges neighbouring plain spans, of which the parser makes many.
func join(spans []Span) []Span {
	var out []Span
	for _, s := range spans {
		if s.Kind == Plain {
			if s.Text == "" {
				continue
			}
			if n := len(out); n > 0 && out[n-1].Kind == Plain {
				out[n-1].Text += s.Text
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

// trim removes white space and breaks at both ends of a paragraph.
func trim(spans []Span) []Span {
	for len(spans) > 0 {
		first := &spans[0]
		if first.Kind == Plain {
			first.Text = strings.TrimLeftFunc(first.Text, unicode.IsSpace)
		}
		if first.Kind != Break && (first.Kind != Plain || first.Text != "") {
			break
		}
		spans = spans[1:]
	}
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		if last.Kind == Plain {
			last.Text = strings.TrimRightFunc(last.Text, unicode.IsSpace)
		}
		if last.Kind != Break && (last.Kind != Plain || last.Text != "") {
			break
		}
		spans = spans[:len(spans)-1]
	}
	return spans
}

// unescape resolves backslash escapes and character references in one pass, so that neither makes the other.
func unescape(src []byte) string {
	var b strings.Builder
	for i := 0; i < len(src); {
		c := src[i]
		if c == '\\' && i+1 < len(src) && util.IsPunct(src[i+1]) {
			b.WriteByte(src[i+1])
			i += 2
			continue
		}
		if c == '&' {
			if end := bytes.IndexByte(src[i:min(len(src), i+40)], ';'); end > 0 {
				ref := src[i : i+end+1]
				if got := util.ResolveEntityNames(util.ResolveNumericReferences(ref)); !bytes.Equal(got, ref) {
					b.WriteString(strings.NewReplacer("\n", " ", "\t", " ").Replace(clean(string(got))))
					i += end + 1
					continue
				}
			}
		}
		_, size := utf8.DecodeRune(src[i:])
		b.Write(src[i : i+size])
		i += size
	}
	return b.String()
}

// String is the text alone: paragraphs and items on lines of their own.
func (p Prose) String() string {
	var b strings.Builder
	for i, block := range p {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(plainText(block.Text))
		for j, item := range block.Items {
			if j > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(item.String())
		}
	}
	return b.String()
}

func plainText(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Kind == Break {
			b.WriteByte(' ')
		}
		b.WriteString(s.Text)
		b.WriteString(plainText(s.Spans))
	}
	return b.String()
}
