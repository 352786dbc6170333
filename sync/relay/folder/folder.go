// Package folder is a relay that is a shared directory, and the store in which a device keeps everything verbatim.
//
// [Create] makes a directory into a relay; [New] opens it for one device of one team. FORMAT.md beside this file says how the files lie
// and by which rules they are written and read.
//
// It verifies no signature and knows no key: it can tell a whole file from a damaged one, and nothing else. It uses no time stamps.
package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"

	"longhand/sync/relay"
)

// Options are for New.
type Options struct {
	// Poll is how often a follower looks again, because no notice of change crosses a network; 0 is 5 s.
	Poll time.Duration
	// NoWatch does without the system's notices of change, for a folder that nobody else writes to.
	NoWatch bool
}

// Folder is the relay as one device sees it.
type Folder struct {
	root   string
	team   string // name of the team's directory
	teamID [32]byte
	device [16]byte
	opts   Options
	names  names
	sync   func(*os.File) error // (*os.File).Sync, but for the test that watches it

	mu      sync.Mutex // held while writing
	cleaned bool       // what a crash left in the own directory is gone
}

// Create makes a directory, new or empty, into a relay. If it is one already, nothing happens.
func Create(root string) error {
	if err := os.MkdirAll(root, 0o777); err != nil {
		return failure(root, "create", err)
	}
	err := checkMarker(root)
	if err == nil || !errors.Is(err, relay.ErrUnreachable) {
		return err
	}
	text := markerLine + "\n\nDevices of Longhand leave sealed files for each other here. Do not change or move them.\n"
	r, err := os.OpenRoot(root)
	if err == nil {
		defer r.Close()
		err = writeFile(r, ".", markerName, []byte(text), (*os.File).Sync)
	}
	if err != nil {
		return failure(root, "create", err)
	}
	return nil
}

// New opens a relay folder for one device of a team. It touches nothing yet: that the folder is not there is said by Put and Follow.
func New(root string, team [32]byte, device [16]byte, opts Options) *Folder {
	if opts.Poll == 0 {
		opts.Poll = 5 * time.Second
	}
	return &Folder{root: root, team: fmt.Sprintf("%x", team[:16]), teamID: team, device: device, opts: opts, names: compileNames(), sync: (*os.File).Sync}
}

// checkMarker tells a relay from a drive that is not mounted and from any other folder.
func checkMarker(root string) error {
	if fi, err := os.Stat(root); err == nil && !fi.IsDir() {
		return &relay.Error{Relay: root, Op: "open", Kind: relay.ErrNotRelay, Err: errors.New("it is a file")}
	}
	b, err := readMarker(root)
	switch {
	case err == nil && firstLine(b) == markerLine:
		return nil
	case err == nil && strings.HasPrefix(firstLine(b), markerWords):
		return &relay.Error{Relay: root, Op: "open", Kind: relay.ErrTooNew, Err: fmt.Errorf("its marker says %q; this version of Longhand knows %q", firstLine(b), markerLine)}
	case err == nil:
		return &relay.Error{Relay: root, Op: "open", Kind: relay.ErrNotRelay, Err: fmt.Errorf("its marker says %q; this version of Longhand knows %q", firstLine(b), markerLine)}
	case !errors.Is(err, fs.ErrNotExist):
		return failure(root, "open", err)
	}
	dir, err := os.Open(root)
	if err != nil {
		return failure(root, "open", err)
	}
	defer dir.Close()
	found, err := dir.ReadDir(-1)
	if err != nil {
		return failure(root, "open", err)
	}
	for _, e := range found {
		if !strings.HasPrefix(e.Name(), ".") {
			return &relay.Error{Relay: root, Op: "open", Kind: relay.ErrNotRelay, Err: fmt.Errorf("no file %s", markerName)}
		}
	}
	return &relay.Error{Relay: root, Op: "open", Kind: relay.ErrUnreachable, Err: errors.New("the folder is empty; is its drive connected?")}
}

func readMarker(root string) ([]byte, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readFile(r, markerName, 4096)
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}

// open checks that the relay is there and returns it as a root that no link leads out of.
func (f *Folder) open(op string) (*os.Root, error) {
	if err := checkMarker(f.root); err != nil {
		return nil, err
	}
	r, err := os.OpenRoot(f.root)
	if err != nil {
		return nil, failure(f.root, op, err)
	}
	return r, nil
}

var errNotRegular = errors.New("not a regular file")

// readFile reads a regular file of at most limit bytes. A longer one is ErrTooLarge, and nothing of it is read.
func readFile(r *os.Root, name string, limit int) ([]byte, error) {
	fi, err := r.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() { // a pipe would block for ever
		return nil, &fs.PathError{Op: "read", Path: name, Err: errNotRegular}
	}
	file, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if fi, err = file.Stat(); err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() || fi.Size() > int64(limit) {
		return nil, &fs.PathError{Op: "read", Path: name, Err: relay.ErrTooLarge}
	}
	b, err := io.ReadAll(io.LimitReader(file, int64(limit)+1))
	if err == nil && len(b) > limit {
		err = &fs.PathError{Op: "read", Path: name, Err: relay.ErrTooLarge}
	}
	return b, err
}

// writeFile makes a file appear whole or not at all, and stay after a power cut. A link that leads out of the relay is not followed.
func writeFile(r *os.Root, dir, name string, b []byte, sync func(*os.File) error) (err error) {
	tmp, file, err := createTemp(r, dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = r.Remove(tmp) // the first error is the one to tell
		}
	}()
	_, err = file.Write(b)
	if err == nil {
		err = sync(file)
	}
	if e := file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := r.Rename(tmp, path.Join(dir, name)); err != nil {
		return err
	}
	return syncDir(r, dir, sync)
}

// createTemp makes a file with the permissions of its directory, as far as the umask allows them: a group can read what is renamed in a folder that it
// shares, and nobody else in one’s own.
func createTemp(r *os.Root, dir string) (string, *os.File, error) {
	fi, err := r.Stat(dir)
	if err != nil {
		return "", nil, err
	}
	for n := range 1000 {
		name := path.Join(dir, fmt.Sprintf("%s%d-%d", tmpPrefix, os.Getpid(), n))
		file, err := r.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fi.Mode().Perm()&0o666|0o600)
		if !errors.Is(err, fs.ErrExist) {
			return name, file, err
		}
	}
	return "", nil, fmt.Errorf("no free temporary name in %s", dir)
}

// syncDir makes a rename last. Some shares cannot sync a directory; there is nothing better to do on them.
func syncDir(r *os.Root, dir string, sync func(*os.File) error) error {
	d, err := r.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := sync(d); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// failure says what a system error means for the relay as a whole.
func failure(root, op string, err error) error {
	kind := relay.ErrUnreachable
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		kind = relay.ErrFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		kind = relay.ErrNotAllowed
	case errors.Is(err, syscall.ENOTDIR):
		kind = relay.ErrNotRelay
	}
	return &relay.Error{Relay: root, Op: op, Kind: kind, Err: err}
}

// dirOf is the own directory's part for a blob, relative to the root.
func (f *Folder) dirOf(r relay.Ref) string {
	own := path.Join(f.team, fmt.Sprintf("%x", f.device))
	if r.Kind == relay.Roster || r.Author == f.device {
		return own
	}
	return path.Join(own, carried, fmt.Sprintf("%x", r.Author))
}
