package render_test

import (
	"reflect"
	"strings"
	"testing"

	"longhand/app/render"
)

func text(s string) render.Span { return render.Span{Kind: render.Plain, Text: s} }

func paragraph(spans ...render.Span) render.Block {
	return render.Block{Kind: render.Paragraph, Text: spans}
}

func TestParseProse(t *testing.T) {
	strong := func(s string) render.Span {
		return render.Span{Kind: render.Strong, Spans: []render.Span{text(s)}}
	}
	link := func(label, href string) render.Span {
		return render.Span{Kind: render.Link, Href: href, Spans: []render.Span{text(label)}}
	}
	cases := []struct {
		name, source string
		want         render.Prose
	}{
		{"nothing", " \n\t\n", nil},
		{"two paragraphs", "One\ntwo.\n\nThree.", render.Prose{paragraph(text("One two.")), paragraph(text("Three."))}},
		{"windows line ends", "One.\r\n\r\nTwo.", render.Prose{paragraph(text("One.")), paragraph(text("Two."))}},
		{"bold", "a **b** c", render.Prose{paragraph(text("a "), strong("b"), text(" c"))}},
		{"italic", "*b*", render.Prose{paragraph(render.Span{Kind: render.Stress, Spans: []render.Span{text("b")}})}},
		{"code keeps its characters", "`a*b*&amp;`", render.Prose{paragraph(render.Span{Kind: render.Code, Text: "a*b*&amp;"})}},
		{"a wanted line end", "a\\\nb", render.Prose{paragraph(text("a"), render.Span{Kind: render.Break}, text("b"))}},
		{"bullets", "- a\n- b", render.Prose{{Kind: render.Bullets, Items: []render.Prose{{paragraph(text("a"))}, {paragraph(text("b"))}}}}},
		{"numbers", "3. a", render.Prose{{Kind: render.Numbers, Start: 3, Items: []render.Prose{{paragraph(text("a"))}}}}},
		{"link", "[a](https://saltmarsh.example)", render.Prose{paragraph(link("a", "https://saltmarsh.example"))}},
		{"mail", "<ines@saltmarsh.example>", render.Prose{paragraph(link("ines@saltmarsh.example", "mailto:ines@saltmarsh.example"))}},
		{"bare address", "see https://saltmarsh.example/x.", render.Prose{paragraph(text("see "), link("https://saltmarsh.example/x", "https://saltmarsh.example/x"), text("."))}},
		{"no script link", "[a](javascript:alert(1))", render.Prose{paragraph(text("a"))}},
		{"no data link", "[a](data:text/html,x) <ftp://x.example>", render.Prose{paragraph(text("a ftp://x.example"))}},
		{"no local link", "[a](/etc/passwd) [b](file:///etc/passwd)", render.Prose{paragraph(text("a b"))}},
		{"HTML is text", "<b>x</b>", render.Prose{paragraph(text("<b>x</b>"))}},
		{"headings are text", "# x", render.Prose{paragraph(text("# x"))}},
		{"quotations are text", "> x", render.Prose{paragraph(text("> x"))}},
		{"rules are text", "---", render.Prose{paragraph(text("---"))}},
		{"definitions are text", "[a]: https://saltmarsh.example/b", render.Prose{paragraph(text("[a]: "), link("https://saltmarsh.example/b", "https://saltmarsh.example/b"))}},
		{"escapes and references once", `\&amp; &amp;amp; \* &#65;`, render.Prose{paragraph(text("&amp; &amp; * A"))}},
		{"what marks only blanks marks nothing", "a ` ` b\n\n- ` `\n- **&nbsp;**\n- [` `](https://saltmarsh.example)", render.Prose{paragraph(text("a   b"))}},
		{"control characters go", "a\x00\x1b[31mb", render.Prose{paragraph(text("a[31mb"))}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := render.ParseProse(c.source); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestNestingIsBounded(t *testing.T) {
	var deepest func(p render.Prose) int
	deepest = func(p render.Prose) int {
		most := 0
		for _, b := range p {
			for _, item := range b.Items {
				most = max(most, 1+deepest(item))
			}
		}
		return most
	}
	p := render.ParseProse(strings.Repeat("- ", 200) + "deep")
	if n := deepest(p); n > 10 {
		t.Errorf("%d lists within lists", n)
	}
	if got := p.String(); got != "deep" {
		t.Errorf("the text is lost: %q", got)
	}
}

// The Markdown of a prose means the same to a full Markdown reader as the prose did, for sources that people write.
func TestProseSurvivesMarkdown(t *testing.T) {
	sources := []string{
		"Plain.", "a **b *c* d** e", "***x***", "- a\n- b\n\n* c", "1. a\n2. b\n\n1) c", "a\n\n- b\n  - c\n\n    d", "- - a",
		"# a", "> a", "+ a", "1986\\. A year", "1986. A list", "a\\\n---", "a\\\n# b", "a_b_c _d_", "2 * 3", "x\\*y", "`` a`b ``",
		"[a](https://x.example/(b)) [c](<https://x.example/d e>)", "https\\://x.example", "http://localhost:80/a", "~~a~~", "[ ] a",
		"| a |\\\n|---|", "&copy; &amp;copy;", "a\\\\b", "C#", "日本語 **強調** です", "السلام **عليكم**", "🚢 <b>", "![a](https://x.example)",
	}
	for _, s := range sources {
		p := render.ParseProse(s)
		if got := render.ParseProse(p.Markdown()); !reflect.DeepEqual(got, p) {
			t.Errorf("%q became %q\n got %+v\nwant %+v", s, p.Markdown(), got, p)
		}
	}
}

func FuzzProse(f *testing.F) {
	f.Add("a **b *c* d** [e](https://x.example) `f`\n\n- g\n  1. h")
	f.Add("*a**b*c**")
	f.Add("\\&amp;&#0;\xff")
	f.Add("`\n* ` `")
	f.Fuzz(func(t *testing.T, source string) {
		p := render.ParseProse(source)
		back := render.ParseProse(p.Markdown())
		squeeze := func(p render.Prose) string { return strings.Join(strings.Fields(p.String()), "") }
		if got, want := squeeze(back), squeeze(p); got != want {
			t.Errorf("%q: the text changed from %q to %q", source, want, got)
		}
	})
}
