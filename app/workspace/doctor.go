package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"longhand/app/artefact"
	"longhand/app/hydrate"
	"longhand/storage"
	"longhand/sync/relay"
)

// A Check is one thing that the doctor has looked at.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	What string `json:"what"`
	Next string `json:"next,omitempty"` // what to do, if anything
}

// Doctor looks at everything that this device keeps and that it depends on. It
// changes nothing, but that it syncs.
func (w *Workspace) Doctor(ctx context.Context, progress func(Progress)) []Check {
	steps := []struct {
		name string
		look func(context.Context) (string, error)
	}{
		{"data folder", w.checkFolder},
		{"store", w.checkStore},
		{"own journal", w.checkJournal},
		{"kept journals", w.checkKept},
		{"reading what others wrote", w.checkChild},
		{"relays", w.checkRelays},
	}
	out := []Check{}
	for i, step := range steps {
		tell(progress, Progress{Task: "doctor", Phase: "Looking at: " + step.name, Done: float64(i) / float64(len(steps))})
		c := Check{Name: step.name, OK: true}
		var err error
		if c.What, err = step.look(ctx); err != nil {
			p := Explain(err)
			c.OK, c.What, c.Next = false, p.Message, p.Hint
		}
		out = append(out, c)
	}
	for _, c := range w.Causes() {
		out = append(out, Check{Name: c.Code, OK: !c.Yours, What: c.What, Next: c.Next})
	}
	kit := Check{Name: "recovery kit", OK: true, What: "There is one, and a part of it was typed back."}
	switch made, checked := w.HasKit(); {
	case !made:
		kit.What, kit.Next = "There is none. If this device is lost and is your only one, you need a new invitation.", "Make one with `longhand kit`, or on the Team screen."
	case !checked:
		kit.What, kit.Next = "There is one, and nobody has checked on this device that it was written down right.", "Make a new one if you cannot find the paper."
	}
	out = append(out, kit)
	tell(progress, Progress{Task: "doctor", Done: 1, Ended: true})
	return out
}

func (w *Workspace) checkFolder(context.Context) (string, error) {
	files := 0
	err := filepath.WalkDir(w.options.Dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it comes and goes
		}
		if err != nil {
			return err
		}
		files++
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && d.Type()&fs.ModeSymlink == 0 {
			return fmt.Errorf("others on this computer can read %s: %w", path, ErrOpenToOthers)
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), storeDir) {
			return fs.SkipDir // while it is open Badger makes files as it likes, and nobody else gets past the folder
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	where := "the keyring"
	if w.options.place().Locked() {
		where = "a file with a passphrase"
	}
	return fmt.Sprintf("%s: %d files, for nobody else; the key is in %s.", w.options.Dir, files, where), nil
}

// ErrOpenToOthers: a file of the data folder can be read by other users.
var ErrOpenToOthers = errors.New("it should be private")

func (w *Workspace) checkStore(ctx context.Context) (string, error) {
	c, err := w.store.Check(ctx, nil)
	if err != nil {
		return "", err
	}
	what := fmt.Sprintf("%d values, %d kB: each opens and none is missing.", c.Values, c.Bytes/1024)
	if q := w.quarantined; q != nil {
		what += fmt.Sprintf(" It was built again from the journals; the damaged one is %s.", filepath.Base(q.Moved))
	}
	return what, nil
}

func (w *Workspace) checkJournal(context.Context) (string, error) {
	last := w.journal.Last()
	for from := uint64(1); from <= last; {
		entries, err := w.Entries(from, 256)
		if err != nil {
			return "", err
		}
		if len(entries) == 0 {
			return "", fmt.Errorf("read own entry %d: %w", from, storage.ErrDamaged)
		}
		from += uint64(len(entries))
	}
	return fmt.Sprintf("%d entries, all readable.", last), nil
}

func (w *Workspace) checkKept(ctx context.Context) (string, error) {
	whole, damaged := 0, 0
	for _, kind := range []relay.Kind{relay.Roster, relay.Segment} {
		var refs []relay.Ref
		if err := w.keep.List(ctx, kind, func(r relay.Ref) error { refs = append(refs, r); return nil }); err != nil {
			return "", err
		}
		for _, ref := range refs {
			switch b, err := w.keep.Fetch(ctx, ref); {
			case errors.Is(err, relay.ErrGone):
			case err != nil:
				return "", err
			case b.Damaged:
				damaged++
			default:
				whole++
			}
		}
	}
	if damaged > 0 {
		return "", fmt.Errorf("%d of %d files in %s: %w", damaged, whole+damaged, filepath.Join(w.dir, journalDir), storage.ErrDamaged)
	}
	return fmt.Sprintf("%d files of everybody’s, all whole.", whole), nil
}

// checkChild lets a child open some document, to see that one can be started.
func (w *Workspace) checkChild(ctx context.Context) (string, error) {
	var some artefact.DocID
	found := false
	w.index.each(func(doc artefact.DocID, _ artefact.View) { some, found = doc, true })
	if !found {
		return "Nothing to read yet.", nil
	}
	changes, err := w.changes(some)
	if err != nil {
		return "", err
	}
	if _, err := w.pool.Hydrate(ctx, hydrate.Job{Doc: some, Have: changes, Owners: w.owner, Begun: w.beginnerOf}); err != nil {
		return "", err
	}
	return fmt.Sprintf("A child process does it, limited in %s.", hydrate.Confined), nil
}

func (w *Workspace) checkRelays(ctx context.Context) (string, error) {
	if len(w.me().Relays) == 0 {
		return "There is none: everything stays on this device.", nil
	}
	if _, err := w.Sync(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d, up to date.", len(w.me().Relays)), nil
}

// MoveKey puts the key of the data folder elsewhere: into the keyring, or, with
// a passphrase, into a file. The passphrase opens it from now on.
func MoveKey(ctx context.Context, o Options, passphrase string) error {
	if _, err := os.Stat(o.Dir); err != nil {
		return ErrNoTeam
	}
	to := o.place()
	to.Passphrase = passphrase
	return o.place().Move(ctx, to)
}
