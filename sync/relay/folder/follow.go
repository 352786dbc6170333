package folder

import (
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"longhand/sync/relay"
)

// Follow implements relay.Relay. The cursor changes only with Idle.
func (f *Folder) Follow(ctx context.Context, after relay.Cursor, fn func(relay.Blob, relay.Cursor) error) error {
	s := &following{f: f, done: parseCursor(after), cursor: after, damaged: map[relay.Ref][32]byte{}}
	w := f.newWatch()
	defer w.close()
	for first := true; ; first = false {
		news, err := s.look(ctx, w, fn)
		if err != nil {
			return err
		}
		if news || first {
			s.cursor = s.done.cursor()
			if err := fn(relay.Blob{}, s.cursor); err != nil {
				return err
			}
		}
		if err := w.wait(ctx, f.opts.Poll); err != nil {
			return err
		}
	}
}

type following struct {
	f       *Folder
	done    *delivered
	cursor  relay.Cursor
	damaged map[relay.Ref][32]byte // content that was handed on as damaged
}

// look delivers what is new and reports whether there was anything.
func (s *following) look(ctx context.Context, w *watch, fn func(relay.Blob, relay.Cursor) error) (news bool, err error) {
	r, err := s.f.open("follow")
	if err != nil {
		return false, err
	}
	defer r.Close()
	w.add(ctx, s.f, r) // before listing, so that nothing falls between the two
	l, err := s.f.list(ctx, r)
	if err != nil {
		return false, err
	}
	if s.done.forgetGone(l) {
		return false, &relay.Error{Relay: s.f.root, Op: "follow", Kind: relay.ErrRolledBack}
	}
	newest := map[[16]byte]bool{}
	for _, ref := range l.refs() {
		if err := ctx.Err(); err != nil {
			return news, err
		}
		if ref.Kind == relay.Seen && newest[ref.Author] {
			continue
		}
		if s.done.has(ref) {
			newest[ref.Author] = newest[ref.Author] || ref.Kind == relay.Seen
			continue
		}
		b, err := load(r, s.f.teamID, ref, l[ref])
		if errors.Is(err, relay.ErrGone) {
			continue
		}
		if err != nil {
			return news, failure(s.f.root, "follow", err)
		}
		if b.Damaged {
			// A half-written file is one too, so it is looked at again until it is whole.
			sum := sha256.Sum256(b.Bytes)
			if s.damaged[ref] == sum {
				continue
			}
			s.damaged[ref] = sum
		} else {
			delete(s.damaged, ref)
			s.done.add(ref)
			newest[ref.Author] = newest[ref.Author] || ref.Kind == relay.Seen
		}
		news = true
		if err := fn(b, s.cursor); err != nil {
			return news, err
		}
	}
	return news, nil
}

// watch waits for notices of change, or for the time of the next look. Without notices it only polls.
type watch struct {
	w     *fsnotify.Watcher
	known map[string]bool
}

func (f *Folder) newWatch() *watch {
	w := &watch{known: map[string]bool{}}
	if f.opts.NoWatch {
		return w
	}
	// A system may have no watches left; then a look every Poll has to do.
	if n, err := fsnotify.NewWatcher(); err == nil {
		w.w = n
	}
	return w
}

func (w *watch) close() {
	if w.w != nil {
		_ = w.w.Close() // nothing depends on it any more
	}
}

// add watches all directories that blobs can lie in.
func (w *watch) add(ctx context.Context, f *Folder, r *os.Root) {
	if w.w == nil {
		return
	}
	watch := func(dir string) (fresh bool) {
		full := filepath.Join(f.root, filepath.FromSlash(dir))
		if w.known[full] || w.w.Add(full) != nil {
			return false
		}
		w.known[full] = true
		return true
	}
	watch(".")
	watch(f.team)
	// What is made in a directory before it is watched is told by nobody, so they are looked through until none is new.
	for again := true; again && ctx.Err() == nil; {
		again = false
		_ = f.eachDir(ctx, r, func(dir string, _ [16]byte, _ []os.DirEntry) {
			for _, d := range []string{dir, dir + "/" + carried} {
				again = watch(d) || again
			}
		})
	}
}

func (w *watch) wait(ctx context.Context, poll time.Duration) error {
	var events chan fsnotify.Event
	var failures chan error
	if w.w != nil {
		events, failures = w.w.Events, w.w.Errors
	}
	timer := time.NewTimer(poll)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		case <-failures: // events were dropped: look
			return nil
		case e, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if e.Has(fsnotify.Remove) {
				delete(w.known, e.Name)
			}
			drain(events)
			return nil
		}
	}
}

// drain takes the notices that have piled up: one look answers them all.
func drain(events chan fsnotify.Event) {
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		default:
			return
		}
	}
}
