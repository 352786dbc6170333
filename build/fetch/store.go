package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// sumsName is the list of what is in the folder, in the format of sha256sum, with the checksums of the uncompressed
// files. It is written last, and its presence tells the typeset package that the set is complete.
const sumsName = "SHA256SUMS"

// committed files live in the folder beside the fetched ones and are left alone.
var committed = []string{".gitignore", "README.md", "LICENCE-Typst.txt"}

// maxFile bounds what is unpacked: the largest pinned file is the typesetter with 28 MB.
const maxFile = 64 << 20

// A store is the folder of fetched files.
type store struct{ dir string }

// missing returns the files that are absent or not what was pinned.
func (s store) missing(files []file) []file {
	var out []file
	for _, f := range files {
		raw, err := s.read(f.to)
		if err != nil || sum(raw) != f.sha256 {
			out = append(out, f)
		}
	}
	return out
}

// take stores the wanted files of an npm tarball, each only if its checksum is the pinned one.
func (s store) take(tarball []byte, wanted []file) error {
	zr, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return err
	}
	left := slices.Clone(wanted)
	for tr := tar.NewReader(zr); len(left) > 0; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%s is not in the package", left[0].from)
		}
		if err != nil {
			return err
		}
		// npm puts everything under one folder, “package” by convention only.
		_, name, _ := strings.Cut(h.Name, "/")
		i := slices.IndexFunc(left, func(f file) bool { return f.from == name })
		if i < 0 || h.Typeflag != tar.TypeReg {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(tr, maxFile))
		if err != nil {
			return err
		}
		if got := sum(raw); got != left[i].sha256 {
			return fmt.Errorf("%s has SHA-256 %s, pins.go has %s", name, got, left[i].sha256)
		}
		if err := s.write(left[i].to, raw); err != nil {
			return err
		}
		left = slices.Delete(left, i, i+1)
	}
	return nil
}

// finish removes what is no longer pinned, so that it is not compiled in, and writes the list of checksums.
func (s store) finish(pkgs []pkg) error {
	var list strings.Builder
	keep := append(slices.Clone(committed), sumsName)
	for _, p := range pkgs {
		for _, f := range p.files {
			keep = append(keep, f.to)
			fmt.Fprintf(&list, "%s  %s\n", f.sha256, f.to)
		}
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if slices.Contains(keep, e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(s.dir, e.Name())); err != nil {
			return err
		}
	}
	if old, err := os.ReadFile(filepath.Join(s.dir, sumsName)); err == nil && string(old) == list.String() {
		return nil // untouched, so that the Go build cache stays warm
	}
	return s.write(sumsName, []byte(list.String()))
}

// sizes adds up the files as they are and as they are stored.
func (s store) sizes(pkgs []pkg) (raw, stored int64, err error) {
	for _, p := range pkgs {
		for _, f := range p.files {
			b, err := s.read(f.to)
			if err != nil {
				return 0, 0, err
			}
			info, err := os.Stat(filepath.Join(s.dir, f.to))
			if err != nil {
				return 0, 0, err
			}
			raw += int64(len(b))
			stored += info.Size()
		}
	}
	return raw, stored, nil
}

func (s store) read(name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil || !strings.HasSuffix(name, ".zst") {
		return b, err
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxFile))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(b, nil)
}

// write stores a file under its name in one step, so that an interrupted run leaves no half file behind.
func (s store) write(name string, raw []byte) error {
	if strings.HasSuffix(name, ".zst") {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression))
		if err != nil {
			return err
		}
		raw = w.EncodeAll(raw, nil)
	}
	tmp, err := os.CreateTemp(s.dir, ".fetch-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(raw)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(s.dir, name))
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
