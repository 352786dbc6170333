package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func tarball(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	tw := tar.NewWriter(zw)
	for name, body := range files {
		if err := tw.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPinnedFileIsStoredOnceAndCheckedAfterwards(t *testing.T) {
	s := store{dir: t.TempDir()}
	files := []file{{from: "a/font.ttf", to: "font.ttf.zst", sha256: sum([]byte("glyphs"))}}

	if got := s.missing(files); len(got) != 1 {
		t.Fatalf("missing in an empty folder: %v", got)
	}
	if err := s.take(tarball(t, map[string]string{"a/font.ttf": "glyphs", "index.js": "no"}), files); err != nil {
		t.Fatal(err)
	}
	if got := s.missing(files); len(got) != 0 {
		t.Fatalf("missing after taking: %v", got)
	}

	if err := os.WriteFile(filepath.Join(s.dir, "font.ttf.zst"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := s.missing(files); len(got) != 1 {
		t.Fatal("a damaged file counts as present")
	}
}

func TestAFileWithAnotherChecksumIsRefused(t *testing.T) {
	s := store{dir: t.TempDir()}
	files := []file{{from: "font.ttf", to: "font.ttf.zst", sha256: sum([]byte("glyphs"))}}
	err := s.take(tarball(t, map[string]string{"font.ttf": "other"}), files)
	if err == nil || !strings.Contains(err.Error(), "pins.go") {
		t.Fatalf("error = %v", err)
	}
	if got := s.missing(files); len(got) != 1 {
		t.Fatal("the refused file was stored")
	}
}

func TestAPackageWithoutThePinnedFileIsRefused(t *testing.T) {
	s := store{dir: t.TempDir()}
	err := s.take(tarball(t, map[string]string{"index.js": "x"}), []file{{from: "font.ttf", to: "font.ttf.zst"}})
	if err == nil || !strings.Contains(err.Error(), "font.ttf is not in the package") {
		t.Fatalf("error = %v", err)
	}
}

func TestFinishRemovesWhatIsNoLongerPinnedAndKeepsOurOwnFiles(t *testing.T) {
	s := store{dir: t.TempDir()}
	for _, name := range []string{"README.md", "old-font.ttf.zst", ".fetch-123"} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.finish([]pkg{{files: []file{{to: "font.ttf.zst", sha256: "abc"}}}}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "README.md SHA256SUMS" {
		t.Fatalf("left: %s", got)
	}
	list, err := os.ReadFile(filepath.Join(s.dir, sumsName))
	if err != nil || string(list) != "abc  font.ttf.zst\n" {
		t.Fatalf("list = %q, %v", list, err)
	}
}

func TestEveryPinIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range pins() {
		if p.name == "" || p.version == "" || len(p.integrity) != 88 {
			t.Errorf("package %q is not pinned by version and SHA-512", p.name)
		}
		for _, f := range p.files {
			if len(f.sha256) != 64 || seen[f.to] || f.to != filepath.Base(f.to) {
				t.Errorf("%s: file %q is stored twice, outside the folder, or without SHA-256", p.name, f.to)
			}
			seen[f.to] = true
		}
	}
}
