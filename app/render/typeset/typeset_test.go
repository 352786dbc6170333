package typeset_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"longhand/app/render"
	"longhand/app/render/typeset"
)

// The test binary is the program whose child prepares the typesetter.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == typeset.ChildArg {
		os.Exit(typeset.RunChild(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// missing skips the test because something is not on this machine, or fails it where everything must be.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("LONGHAND_REQUIRE_TYPESET") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// preparedDir is where tests keep the prepared typesetter from one run to the next, as preparing takes half a minute.
var preparedDir = sync.OnceValues(func() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	dir := filepath.Join(base, "longhand-test")
	return dir, typeset.Prepare(context.Background(), dir, nil)
})

func prepared(t testing.TB) string {
	t.Helper()
	dir, err := preparedDir()
	if errors.Is(err, typeset.ErrNoTypesetter) {
		missing(t, err.Error())
	} else if err != nil {
		t.Fatal(err)
	}
	return dir
}

func setter(t testing.TB) *typeset.Setter {
	t.Helper()
	s, err := typeset.Open(context.Background(), prepared(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// shared is one Setter for the tests that only read what it makes.
var shared = sync.OnceValues(func() (*typeset.Setter, error) {
	dir, err := preparedDir()
	if err != nil {
		return nil, err
	}
	return typeset.Open(context.Background(), dir)
})

func set(t testing.TB, r render.Review) pdf {
	t.Helper()
	prepared(t)
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Review(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return pdf{t, b}
}

// A pdf is looked at with poppler, which is another reader than any that we could write to agree with ourselves.
type pdf struct {
	t     testing.TB
	bytes []byte
}

func (p pdf) tool(name string, args ...string) string {
	p.t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		missing(p.t, name+" is not installed (Debian: poppler-utils), so the PDF cannot be checked")
	}
	file := filepath.Join(p.t.TempDir(), "out.pdf")
	if err := os.WriteFile(file, p.bytes, 0o600); err != nil {
		p.t.Fatal(err)
	}
	for i, a := range args {
		if a == "FILE" {
			args[i] = file
		}
	}
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	return string(out)
}

// text is the text in the order in which it is written in the file, in one line.
func (p pdf) text() string {
	p.t.Helper()
	return strings.Join(strings.Fields(p.tool("pdftotext", "-raw", "FILE", "-")), " ")
}

// info is the value of one of the properties that pdfinfo lists.
func (p pdf) info(key string) string {
	p.t.Helper()
	m := regexp.MustCompile(`(?m)^` + key + `:\s+(.*)$`).FindStringSubmatch(p.tool("pdfinfo", "FILE"))
	if m == nil {
		return ""
	}
	return m[1]
}

// structure is the tree of tags with their text: what a screen reader goes by.
func (p pdf) structure() string {
	p.t.Helper()
	return p.tool("pdfinfo", "-struct-text", "FILE")
}

// objects is everything in the file that is not compressed or can be inflated.
func (p pdf) objects() string {
	var b strings.Builder
	b.Write(p.bytes)
	for rest := p.bytes; ; {
		_, after, found := bytes.Cut(rest, []byte("stream\n"))
		if !found {
			return b.String()
		}
		if z, err := zlib.NewReader(bytes.NewReader(after)); err == nil {
			// The end of one stream is the start of what is not ours: a checksum error there says nothing.
			inflated, _ := io.ReadAll(z)
			b.Write(inflated)
		}
		rest = after
	}
}
