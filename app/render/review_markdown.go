package render

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// Markdown writes the review as portable Markdown: headings, paragraphs and lists only, so that it reads well as plain
// text and looks the same wherever it is pasted. Charts are left out and their figures kept.
func (r Review) Markdown() string {
	p := r.Page()
	var b strings.Builder
	put := func(parts ...string) {
		for _, s := range parts {
			b.WriteString(s)
		}
		b.WriteString("\n\n")
	}

	put("# ", line(p.Headline))
	put(line(joined(" ", stopped(p.Title), p.Dateline)))
	if len(p.BottomLine) > 0 {
		put(p.BottomLine.Markdown())
	}
	if len(p.Figures) > 0 {
		put("## In figures")
		var items []Prose
		for _, f := range p.Figures {
			items = append(items, sentenceOf(f.words()))
		}
		put(Prose{{Kind: Bullets, Items: items}}.Markdown())
	}
	for _, s := range p.Sections {
		put("## ", line(s.heading()))
		put(s.markdown())
	}
	put("---")
	put(line(joined(" ", stopped(p.Exported), stopped(p.Version))))
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// heading runs the two parts of a section’s name together: “Risks, top three”.
func (s Section) heading() string {
	if s.Ranked {
		return s.Name + ", " + s.Note
	}
	return s.Name + " " + s.Note
}

func (s Section) markdown() string {
	var facts, said []Prose
	for _, m := range s.Measures {
		facts = append(facts, sentenceOf(m.words()))
	}
	for _, row := range s.Ledger {
		facts = append(facts, sentenceOf(attributed(joined(" ", row.ID, row.Title), joined(", ", row.Person, row.When))))
	}
	for _, e := range s.Entries {
		said = append(said, e.attributed())
	}
	kind := Bullets
	if s.Ranked {
		kind = Numbers
	}
	var out Prose
	switch {
	case len(facts)+len(said) == 0:
		out = sentenceOf(s.None)
	case s.Ranked:
		out = Prose{{Kind: kind, Items: said, Start: 1}}
	default:
		out = Prose{{Kind: kind, Items: append(facts, said...)}}
	}
	return out.Markdown()
}

// attributed is the entry with its person in brackets after the first paragraph.
func (e Entry) attributed() Prose {
	if e.Person == "" {
		return e.Text
	}
	by := Span{Kind: Plain, Text: "(" + e.Person + ")"}
	if len(e.Text) == 0 || e.Text[0].Kind != Paragraph {
		return append(Prose{{Kind: Paragraph, Text: []Span{by}}}, e.Text...)
	}
	out := append(Prose{}, e.Text...)
	by.Text = " " + by.Text
	out[0].Text = join(append(append([]Span{}, e.Text[0].Text...), by))
	return out
}

func attributed(what, who string) string {
	if who == "" {
		return what
	}
	return what + " (" + who + ")"
}

// sentenceOf is plain text as prose, nothing in it being markup.
func sentenceOf(s string) Prose {
	if s == "" {
		return nil
	}
	return Prose{{Kind: Paragraph, Text: []Span{{Kind: Plain, Text: s}}}}
}

// line is plain text as Markdown that means just these characters.
func line(s string) string { return sentenceOf(s).Markdown() }

// Markdown writes the prose so that any Markdown reader, not only our own, understands it the same way.
//
// It escapes as little as it can, reads the result back with a full parser, and only where that differs escapes every
// punctuation mark; and where even that differs, which takes emphasis that was made to confuse, drops the emphasis.
func (p Prose) Markdown() string {
	for _, w := range []writer{{escape: sparingly}, {escape: fully}} {
		if out := w.blocks(p); reflect.DeepEqual(proseOf(fullParser(), out), p) {
			return out
		}
	}
	return writer{escape: fully, bare: true}.blocks(p)
}

// fullParser knows what readers of Markdown commonly know, so that whatever they would take for markup shows.
func fullParser() parser.Parser {
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(linkify(), 999))))
	return md.Parser()
}

// A writer turns prose into Markdown.
type writer struct {
	escape func(text string, atStart, atEnd bool) string
	bare   bool // no emphasis, code or links, only their text
}

func (w writer) blocks(p Prose) string {
	var b strings.Builder
	other := false // whether the last list used the second of the two markers, which keep neighbouring lists apart
	for i, block := range p {
		if i > 0 {
			b.WriteString("\n")
			if !(p[i-1].Kind == Paragraph && block.Kind == Bullets && len(p) == 2) {
				b.WriteString("\n")
			}
			other = p[i-1].Kind == block.Kind && block.Kind != Paragraph && !other
		}
		if block.Kind == Paragraph {
			b.WriteString(w.paragraph(block.Text))
			continue
		}
		for j, item := range block.Items {
			if j > 0 {
				b.WriteByte('\n')
			}
			marker := map[bool]string{false: "- ", true: "* "}[other]
			if block.Kind == Numbers {
				marker = strconv.Itoa(block.Start+j) + map[bool]string{false: ". ", true: ") "}[other]
			}
			body := strings.ReplaceAll(w.blocks(item), "\n", "\n"+strings.Repeat(" ", len(marker)))
			b.WriteString(strings.TrimRight(marker+body, " "))
		}
	}
	return emptyIndent.ReplaceAllString(b.String(), "")
}

var emptyIndent = regexp.MustCompile(`(?m)^ +$`)

func (w writer) paragraph(spans []Span) string {
	var b strings.Builder
	for i, s := range spans {
		start := i == 0 || spans[i-1].Kind == Break
		end := i == len(spans)-1 || spans[i+1].Kind == Break
		b.WriteString(w.span(s, start, end))
	}
	return b.String()
}

func (w writer) span(s Span, start, end bool) string {
	if s.Kind == Plain || (w.bare && s.Kind == Code) {
		return w.escape(s.Text, start, end)
	}
	if s.Kind == Break {
		return "\\\n"
	}
	if s.Kind == Code {
		return fenced(s.Text)
	}
	var inner strings.Builder
	for _, c := range s.Spans {
		inner.WriteString(w.span(c, false, false))
	}
	switch {
	case w.bare:
		return inner.String()
	case s.Kind == Strong:
		return "**" + inner.String() + "**"
	case s.Kind == Stress:
		return "*" + inner.String() + "*"
	case plainText(s.Spans) == s.Href || "mailto:"+plainText(s.Spans) == s.Href:
		return "<" + plainText(s.Spans) + ">"
	default:
		return "[" + inner.String() + "](" + destination(s.Href) + ")"
	}
}

// fenced puts code between more backticks than it has in a row.
func fenced(code string) string {
	fence := "`"
	for strings.Contains(code, fence) {
		fence += "`"
	}
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") || (strings.HasPrefix(code, " ") && strings.HasSuffix(code, " ")) {
		code = " " + code + " "
	}
	return fence + code + fence
}

func destination(href string) string {
	if !strings.ContainsAny(href, "()<> \\&*_") {
		return href
	}
	return "<" + strings.NewReplacer("<", "%3C", ">", "%3E", `\`, `%5C`, "&", "&amp;").Replace(href) + ">"
}

var (
	// What would begin a block: a heading, a quotation, a list, a rule, an underline, a fence, a table, a definition.
	blockStart = regexp.MustCompile(`^(?:#{1,6}(?:\s|$)|>|[-+](?:\s|$|[-\s])|=+\s*$|~|\[|:?-+\s*[:|-]|\d{1,9}([.)])(?:\s|$))`)
	reference  = regexp.MustCompile(`^&(?:#|[A-Za-z][A-Za-z0-9]*;)`)
)

// sparingly escapes what a Markdown reader would probably take for markup.
func sparingly(text string, atStart, atEnd bool) string {
	begin := -1
	if m := blockStart.FindStringSubmatchIndex(text); atStart && m != nil {
		begin = max(m[2], 0) // a number’s full stop, else the first character
	}
	links := strings.Contains(text, "](") || strings.Contains(text, "]:")
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		markup := false
		switch text[i] {
		case '*', '`':
			markup = true
		case '_':
			markup = !inWord(text[:i], text[i+1:])
		case '[':
			markup = links
		case '~':
			markup = next == '~' || i > 0 && text[i-1] == '~'
		case '<':
			markup = isLetter(next) || next == '/' || next == '!' || next == '?'
		case '&':
			markup = reference.MatchString(text[i:])
		case '\\':
			markup = next == 0 || util.IsPunct(next)
		case '#':
			markup = atEnd && strings.Trim(text[i:], "#") == "" // would end a heading, unseen
		}
		if markup || i == begin {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// inWord reports whether letters or digits stand on both sides, where an underscore means itself.
func inWord(before, after string) bool {
	l, _ := utf8.DecodeLastRuneInString(before)
	r, _ := utf8.DecodeRuneInString(after)
	return (unicode.IsLetter(l) || unicode.IsDigit(l)) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// fully escapes every ASCII punctuation mark.
func fully(text string, _, _ bool) string {
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf && util.IsPunct(byte(r)) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
