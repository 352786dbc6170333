package storage

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Beside Badger’s files a store has two of its own; see FORMAT.md. Neither is
// needed: without them the store is looked at more closely.
const (
	// cleanFile is there while the store is closed and was closed well: a list
	// of all files, so that one that was changed since is found before Badger
	// sees it.
	cleanFile = "clean"
	// countFile says how many updates there have been. It is not synced, which
	// is enough to outlive the process.
	countFile = "count"

	cleanMagic   = "longhand store 1"
	manifestFile = "MANIFEST"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// mark is what one file was when the store was closed.
type mark struct {
	size int64
	crc  uint32
}

// inventory is every file of Badger’s in a folder.
type inventory map[string]mark

// owned reports whether a file matters to Badger.
func owned(name string) bool {
	switch name {
	case manifestFile, "KEYREGISTRY", "DISCARD":
		return true
	}
	ext := filepath.Ext(name)
	return ext == ".sst" || ext == ".vlog" || ext == ".mem"
}

// take lists a folder. Tables never change, so one that is known keeps the
// checksum it had when it was first seen: rot is not signed off at closing.
func take(dir string, known inventory, sync bool) (inventory, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	out := inventory{}
	for _, f := range files {
		if !owned(f.Name()) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, err
		}
		if was, ok := known[f.Name()]; ok && was.size == info.Size() && filepath.Ext(f.Name()) == ".sst" {
			out[f.Name()] = was
			continue
		}
		m, err := markOf(filepath.Join(dir, f.Name()), sync)
		if err != nil {
			return nil, err
		}
		out[f.Name()] = m
	}
	return out, nil
}

// private takes the files from everybody else: Badger makes them as readable as the umask lets it, and only their folder keeps others out. What it makes
// later is taken at the next opening or closing. A file system without permissions keeps none, which is no reason not to work; the doctor names it.
func private(dir string) {
	_ = os.Chmod(dir, 0o700)
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if f.Type().IsRegular() {
			_ = os.Chmod(filepath.Join(dir, f.Name()), 0o600)
		}
	}
}

func markOf(path string, sync bool) (mark, error) {
	f, err := os.Open(path)
	if err != nil {
		return mark{}, err
	}
	defer f.Close()
	h := crc32.New(castagnoli)
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f}, make([]byte, 1<<18))
	if err == nil && sync {
		err = f.Sync()
	}
	return mark{n, h.Sum32()}, err
}

func (v inventory) marshal() []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, cleanMagic)
	names := make([]string, 0, len(v))
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%08x %d %s\n", v[name].crc, v[name].size, name)
	}
	fmt.Fprintf(&b, "%08x end\n", crc32.Checksum(b.Bytes(), castagnoli))
	return b.Bytes()
}

var errNotClean = errors.New("no list of its files")

func parseInventory(b []byte) (inventory, error) {
	body, end, ok := bytes.Cut(b, []byte(" end\n"))
	if !ok || len(end) > 0 || len(body) < 8 {
		return nil, errNotClean
	}
	body, crc := body[:len(body)-8], string(body[len(body)-8:])
	if fmt.Sprintf("%08x", crc32.Checksum(body, castagnoli)) != crc {
		return nil, errNotClean
	}
	lines := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
	if lines[0] != cleanMagic {
		return nil, errNotClean
	}
	out := inventory{}
	for _, line := range lines[1:] {
		var m mark
		var name string
		if _, err := fmt.Sscanf(line, "%08x %d %s", &m.crc, &m.size, &name); err != nil || !owned(name) {
			return nil, errNotClean
		}
		out[name] = m
	}
	return out, nil
}

// readClean returns the list of a store that was closed well, or errNotClean.
func readClean(dir string) (inventory, error) {
	b, err := os.ReadFile(filepath.Join(dir, cleanFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNotClean
	}
	if err != nil {
		return nil, err
	}
	return parseInventory(b)
}

// compare says what is no longer as it was listed. Files are compared by size
// before any is read.
func (v inventory) compare(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, f := range files {
		if !owned(f.Name()) {
			continue
		}
		there[f.Name()] = true
		was, ok := v[f.Name()]
		info, err := f.Info()
		switch {
		case err != nil:
			return err
		case !ok:
			return fmt.Errorf("%w: %s was not there when it was closed", ErrDamaged, f.Name())
		case info.Size() != was.size:
			return fmt.Errorf("%w: %s has %d bytes, and had %d when it was closed", ErrDamaged, f.Name(), info.Size(), was.size)
		}
	}
	for name := range v {
		if !there[name] {
			return fmt.Errorf("%w: %s is missing", ErrDamaged, name)
		}
	}
	now, err := take(dir, nil, false)
	if err != nil {
		return err
	}
	for name, m := range now {
		if m != v[name] {
			return fmt.Errorf("%w: %s is not as it was when it was closed", ErrDamaged, name)
		}
	}
	return nil
}

// unlist takes the list away before Badger changes a file, and durably so.
func unlist(d Disk, dir string) error {
	err := d.Remove(filepath.Join(dir, cleanFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.SyncDir(dir)
}

// counter is the open countFile.
type counter struct{ f File }

func openCounter(d Disk, dir string) (counter, error) {
	f, err := d.OpenFile(filepath.Join(dir, countFile), os.O_RDWR|os.O_CREATE, 0o600)
	return counter{f}, err
}

func (c counter) write(updates uint64) error {
	b := binary.BigEndian.AppendUint64(nil, updates)
	_, err := c.f.WriteAt(binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)), 0)
	return err
}

// read returns 0 when nothing is known.
func (c counter) read() uint64 {
	var b [12]byte
	if _, err := c.f.ReadAt(b[:], 0); err != nil || crc32.Checksum(b[:8], castagnoli) != binary.BigEndian.Uint32(b[8:]) {
		return 0
	}
	return binary.BigEndian.Uint64(b[:8])
}
