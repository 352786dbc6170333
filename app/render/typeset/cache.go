package typeset

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/cpu"
)

// The prepared typesetter is a folder “typeset-<key>” in the caller’s cache folder: the machine code as wazero keeps it,
// and ready.json, written last, which lists every file with size and checksum. It is made under another name and renamed
// when complete, so a folder of that name was once whole. Nothing in the cache folder is worth keeping: it can be deleted
// at any time. Whoever can write there can run code as its owner, as with any program folder of theirs; it is made
// unreadable to others.
const (
	readyName     = "ready.json"
	preparedGlob  = "typeset-*"
	preparingGlob = "typeset.preparing-*"

	// format is raised when anything changes that the key does not otherwise know of, such as how engines are made.
	format = 1

	// wazeroVersion is the one in go.mod, which a test compares: a program built by “go test” does not know it.
	wazeroVersion = "v1.12.0"

	// abandoned is the age at which an unfinished folder belongs to nobody: preparing takes a minute at most.
	abandoned = time.Hour
)

// A cache is the prepared typesetter for one set of assets on this machine.
type cache struct {
	root string // the caller’s folder
	dir  string // ours within it, for these assets
}

// ready is what ready.json holds.
type ready struct {
	Files []readyFile   `json:"files"`
	Took  time.Duration `json:"tookNanoseconds"` // for telling the next time how long it will take
}

type readyFile struct {
	Name  string `json:"name"`
	Size  int64  `json:"size"`
	CRC32 uint32 `json:"crc32c"`
}

// cacheFor names the folder after all that the machine code depends on: the assets, the translator and its version, the
// system, and the processor, since a home folder may be shared between machines.
func cacheFor(root string, a assets) cache {
	h := sha256.New()
	fmt.Fprintln(h, format, a.sum, wazeroVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(h, "%+v %+v", cpu.X86, cpu.ARM64)
	return cache{root: root, dir: filepath.Join(root, "typeset-"+hex.EncodeToString(h.Sum(nil)[:8]))}
}

// check returns nil if the folder is there and every byte is as it was, else ErrNotPrepared with the reason.
func (c cache) check() error {
	list, err := os.ReadFile(filepath.Join(c.dir, readyName))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotPrepared
	} else if err != nil {
		return fmt.Errorf("%w: %w", ErrNotPrepared, err)
	}
	var r ready
	if err := json.Unmarshal(list, &r); err != nil || len(r.Files) == 0 {
		return fmt.Errorf("%w: %s is damaged", ErrNotPrepared, filepath.Join(c.dir, readyName))
	}
	for _, want := range r.Files {
		got, err := measure(c.dir, want.Name)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotPrepared, err)
		}
		if got != want {
			return fmt.Errorf("%w: %s is damaged", ErrNotPrepared, filepath.Join(c.dir, want.Name))
		}
	}
	return nil
}

// measure reads a file in dir and sums it up. CRC-32C finds damage as well as anything and is ten times as fast as a
// cryptographic hash, which would protect from nobody here.
func measure(dir, name string) (readyFile, error) {
	if !filepath.IsLocal(name) {
		return readyFile{}, fmt.Errorf("%q is not a name in %s", name, dir)
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return readyFile{}, err
	}
	defer f.Close()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := io.CopyBuffer(struct{ io.Writer }{sum}, struct{ io.Reader }{f}, make([]byte, 1<<20))
	return readyFile{Name: name, Size: n, CRC32: sum.Sum32()}, err
}

// publish lists what is in the work folder and puts it in the place of whatever was there before.
func (c cache) publish(work string, took time.Duration) error {
	r := ready{Took: took}
	err := filepath.WalkDir(work, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(work, path)
		if err != nil {
			return err
		}
		file, err := measure(work, name)
		r.Files = append(r.Files, file)
		return err
	})
	if err != nil {
		return err
	}
	list, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, readyName), list, 0o600); err != nil {
		return err
	}
	if c.check() == nil {
		return os.RemoveAll(work) // another process was quicker
	}
	if err := os.RemoveAll(c.dir); err != nil {
		return err
	}
	if err := os.Rename(work, c.dir); err != nil && c.check() != nil {
		return err
	}
	return nil
}

// begin makes a work folder.
func (c cache) begin() (string, error) {
	if err := os.MkdirAll(c.root, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(c.root, preparingGlob)
}

// tidy removes what other versions prepared and what interrupted runs left behind. It is best effort: what stays costs
// space and nothing else.
func (c cache) tidy(now time.Time) {
	prepared, _ := filepath.Glob(filepath.Join(c.root, preparedGlob))
	for _, dir := range prepared {
		if dir != c.dir {
			_ = os.RemoveAll(dir)
		}
	}
	unfinished, _ := filepath.Glob(filepath.Join(c.root, preparingGlob))
	for _, dir := range unfinished {
		if info, err := os.Stat(dir); err == nil && now.Sub(info.ModTime()) > abandoned {
			_ = os.RemoveAll(dir)
		}
	}
}

// lastTook is how long preparing took on this machine before, whichever version it was for; zero if never.
func (c cache) lastTook() time.Duration {
	lists, _ := filepath.Glob(filepath.Join(c.root, preparedGlob, readyName))
	for _, name := range lists {
		var r ready
		if b, err := os.ReadFile(name); err == nil && json.Unmarshal(b, &r) == nil && r.Took > 0 {
			return r.Took
		}
	}
	return 0
}

// phaseLine is how the child tells of a phase.
func phaseLine(p Phase) string { return "phase " + string(p) }

func phaseOf(line string) (Phase, bool) {
	name, ok := strings.CutPrefix(line, "phase ")
	return Phase(name), ok
}
