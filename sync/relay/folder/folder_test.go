package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhand/sync/relay"
	"longhand/sync/relay/relaytest"
)

var errEnough = errors.New("enough")

func team() [32]byte { return relaytest.Team }

func device(n byte) [16]byte { return [16]byte{n} }

// place is an empty relay folder.
func place(t *testing.T) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "shared")
	must(t, Create(root))
	return root
}

func open(root string, dev byte) *Folder {
	return New(root, team(), device(dev), Options{Poll: 10 * time.Millisecond})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func segment(author byte, first, last uint64, text string) relay.Blob {
	return relay.Blob{Kind: relay.Segment, Team: team(), Author: device(author), First: first, Last: last, Bytes: []byte(text)}
}

func follow(t *testing.T, f *Folder, after relay.Cursor) ([]relay.Blob, relay.Cursor, error) {
	t.Helper()
	var got []relay.Blob
	var cursor relay.Cursor
	err := f.Follow(t.Context(), after, func(b relay.Blob, c relay.Cursor) error {
		cursor = c
		if b.Kind == relay.Idle {
			return errEnough
		}
		got = append(got, b)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return got, cursor, err
}

// files lists everything below root, relative to it.
func files(t *testing.T, root string) []string {
	t.Helper()
	var out []string
	must(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(root, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	}))
	return out
}

// fileOf is the one file whose name contains part.
func fileOf(t *testing.T, root, part string) string {
	t.Helper()
	for _, f := range files(t, root) {
		if strings.Contains(f, part) {
			return filepath.Join(root, f)
		}
	}
	t.Fatalf("no file like %s in %v", part, files(t, root))
	return ""
}

func TestFolderKeepsTheContract(t *testing.T) {
	relaytest.Run(t, func() relay.Relay {
		return New(place(t), relaytest.Team, relaytest.Author, Options{Poll: 10 * time.Millisecond})
	})
	relaytest.RunStore(t, func() relay.Store {
		return New(place(t), relaytest.Team, relaytest.Author, Options{Poll: 10 * time.Millisecond, NoWatch: true})
	})
}

func TestTheVectorOfTheFormatHolds(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	must(t, err)
	root := place(t)
	f := New(root, [32]byte{0x7e}, [16]byte{0xa1}, Options{})
	b := segment(0xa1, 1, 300, "sealed")
	b.Team = [32]byte{0x7e}
	must(t, f.Put(t.Context(), b))
	got := files(t, root)
	if len(got) != 2 || !strings.Contains(string(text), got[0]) {
		t.Errorf("files %q are not as FORMAT.md says", got)
	}
}

func TestEachDeviceWritesOnlyItsOwnDirectory(t *testing.T) {
	root := place(t)
	f := open(root, 1)
	must(t, f.Put(t.Context(), segment(1, 1, 1, "own")))
	must(t, f.Put(t.Context(), segment(2, 1, 1, "carried")))
	must(t, f.Put(t.Context(), relay.Blob{Kind: relay.Roster, Team: team(), Bytes: []byte("anybody’s")}))
	mine := fmt.Sprintf("%x/%x/", relaytest.Team[:16], device(1))
	for _, name := range files(t, root) {
		if name != markerName && !strings.HasPrefix(name, mine) {
			t.Errorf("wrote %s", name)
		}
	}
	fileOf(t, root, mine+carried+fmt.Sprintf("/%x/", device(2)))
}

func TestAPutIsOnTheDiskBeforeItReturns(t *testing.T) {
	root := place(t)
	f := open(root, 1)
	must(t, f.Put(t.Context(), segment(1, 1, 1, "before"))) // its directories are there
	b := segment(1, 2, 2, "whole")
	path := filepath.Join(root, filepath.FromSlash(f.dirOf(relay.RefOf(b))), fileName(relay.RefOf(b)))
	there := func() bool { _, err := os.Stat(path); return err == nil }
	var steps []string
	f.sync = func(file *os.File) error {
		info, err := file.Stat()
		must(t, err)
		switch {
		case !info.IsDir() && !there() && info.Size() == int64(len(b.Bytes)):
			steps = append(steps, "the whole file, before it has its name")
		case info.IsDir() && there() && file.Name() == filepath.Dir(path):
			steps = append(steps, "its directory, after")
		default:
			steps = append(steps, "something else")
		}
		return file.Sync()
	}
	must(t, f.Put(t.Context(), b))
	if want := []string{"the whole file, before it has its name", "its directory, after"}; !slices.Equal(steps, want) {
		t.Errorf("synced %q, want %q", steps, want)
	}
	f.sync = func(*os.File) error { return syscall.EIO }
	c := segment(1, 3, 3, "lost")
	if err := f.Put(t.Context(), c); !errors.Is(err, syscall.EIO) {
		t.Errorf("acknowledged what is not on the disk: %v", err)
	}
}

func TestWhatSomebodyHasPutAlreadyIsNotPutAgain(t *testing.T) {
	root := place(t)
	b := segment(1, 1, 1, "one")
	r := relay.Blob{Kind: relay.Roster, Team: team(), Bytes: []byte("entry")}
	for dev := byte(1); dev <= 3; dev++ {
		must(t, open(root, dev).Put(t.Context(), b))
		must(t, open(root, dev).Put(t.Context(), r))
	}
	if got := files(t, root); len(got) != 3 {
		t.Errorf("files %q", got)
	}
}

func TestCopiesThatACloudClientMakesAreUnderstood(t *testing.T) {
	for _, rename := range []string{
		"%s (conflicted copy 2026-11-22).segment",
		"%s (Ana's conflicted copy).segment",
		"%s.sync-conflict-20261122-101010-ABCDEFG.segment",
		"%s.segment.1",
		"%s.segment (1)",
		"%s_conf(1).segment",
	} {
		root := place(t)
		b := segment(1, 1, 9, "whole")
		must(t, open(root, 1).Put(t.Context(), b))
		name := fileOf(t, root, ".segment")
		must(t, os.Rename(name, fmt.Sprintf(rename, strings.TrimSuffix(name, ".segment"))))
		got, _, err := follow(t, open(root, 2), nil)
		if err != nil || len(got) != 1 || got[0].Damaged || string(got[0].Bytes) != "whole" || got[0].Last != 9 {
			t.Errorf("%s: %+v, %v", rename, got, err)
		}
	}
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 9, "whole")))
	dir := filepath.Dir(fileOf(t, root, ".segment"))
	must(t, os.Rename(dir, dir+" (conflicted copy)"))
	if got, _, err := follow(t, open(root, 2), nil); err != nil || len(got) != 1 || got[0].Author != device(1) {
		t.Errorf("a directory that was renamed: %+v, %v", got, err)
	}
}

func TestAHalfWrittenFileIsTakenWhenItIsWhole(t *testing.T) {
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 2, "sealed bytes")))
	name := fileOf(t, root, ".segment")
	must(t, os.WriteFile(name, []byte("sealed"), 0o666))
	var got []relay.Blob
	err := open(root, 2).Follow(t.Context(), nil, func(b relay.Blob, _ relay.Cursor) error {
		switch {
		case b.Kind == relay.Idle && len(got) == 1:
			return os.WriteFile(name, []byte("sealed bytes"), 0o666)
		case b.Kind != relay.Idle:
			if got = append(got, b); len(got) == 2 {
				return errEnough
			}
		}
		return nil
	})
	if !errors.Is(err, errEnough) || !got[0].Damaged || got[1].Damaged || string(got[1].Bytes) != "sealed bytes" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestADamagedFileIsHandedOnAsDamagedAndNotRemembered(t *testing.T) {
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 2, "sealed bytes")))
	must(t, os.WriteFile(fileOf(t, root, ".segment"), []byte("sEaled bytes"), 0o666))
	f := open(root, 2)
	got, cursor, err := follow(t, f, nil)
	if err != nil || len(got) != 1 || !got[0].Damaged {
		t.Fatalf("%+v, %v", got, err)
	}
	// Its author rewrites it byte for byte.
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 2, "sealed bytes")))
	got, _, err = follow(t, f, cursor)
	if err != nil || len(got) != 1 || got[0].Damaged {
		t.Errorf("after mending: %+v, %v", got, err)
	}
}

func TestAWholeCopyIsPreferredToADamagedOne(t *testing.T) {
	root := place(t)
	b := segment(1, 1, 2, "sealed bytes")
	must(t, open(root, 1).Put(t.Context(), b))
	must(t, os.WriteFile(fileOf(t, root, ".segment"), []byte("?"), 0o666))
	must(t, open(root, 2).Put(t.Context(), b)) // carried, because the author's copy is of no use
	got, _, err := follow(t, open(root, 3), nil)
	if err != nil || len(got) != 1 || got[0].Damaged {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestHostileFilesDoNoHarm(t *testing.T) {
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 1, "good")))
	good := fileOf(t, root, ".segment")
	dir, name := filepath.Dir(good), filepath.Base(good)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("private"), 0o600))
	at := func(first int) string {
		return filepath.Join(dir, fmt.Sprintf("%012x-%012x-%s", first, first, name[26:]))
	}
	must(t, os.Symlink(secret, at(2)))
	must(t, syscall.Mkfifo(at(3), 0o666))
	must(t, os.Mkdir(at(4), 0o777))
	huge, err := os.Create(at(5))
	must(t, err)
	must(t, huge.Truncate(1<<40))
	must(t, huge.Close())
	for _, odd := range []string{".tmp-x", "desktop.ini", "000000000000-000000000000-" + name[26:], "….segment", strings.Repeat("f", 200), ".DS_Store", "0.roster"} {
		must(t, os.WriteFile(filepath.Join(dir, odd), []byte("x"), 0o666))
	}
	must(t, os.Symlink(filepath.Dir(secret), filepath.Join(filepath.Dir(dir), strings.Repeat("ab", 16))))
	must(t, os.WriteFile(filepath.Join(dir, carried), []byte("not a directory"), 0o666))
	got, _, err := follow(t, open(root, 2), nil)
	must(t, err)
	var whole []relay.Blob
	for _, b := range got {
		if !b.Damaged {
			whole = append(whole, b)
		} else if len(b.Bytes) != 0 {
			t.Errorf("delivered %q", b.Bytes)
		}
	}
	if len(whole) != 1 || string(whole[0].Bytes) != "good" || len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsWrongWithAFolderIsSaid(t *testing.T) {
	base := t.TempDir()
	empty, strange, newer, file := filepath.Join(base, "empty"), filepath.Join(base, "strange"), filepath.Join(base, "newer"), filepath.Join(base, "file")
	for _, d := range []string{empty, strange, newer} {
		must(t, os.Mkdir(d, 0o777))
	}
	must(t, os.WriteFile(filepath.Join(strange, "holiday.jpg"), nil, 0o666))
	must(t, os.WriteFile(filepath.Join(newer, markerName), []byte("longhand-relay 2\n"), 0o666))
	must(t, os.WriteFile(file, nil, 0o666))
	for name, c := range map[string]struct {
		root string
		want error
	}{
		"not there":       {filepath.Join(base, "nowhere"), relay.ErrUnreachable},
		"not mounted":     {empty, relay.ErrUnreachable},
		"any folder":      {strange, relay.ErrNotRelay},
		"a later version": {newer, relay.ErrTooNew},
		"a file":          {file, relay.ErrNotRelay},
	} {
		f := open(c.root, 1)
		if err := f.Put(t.Context(), segment(1, 1, 1, "x")); !errors.Is(err, c.want) {
			t.Errorf("%s: put: %v, want %v", name, err, c.want)
		}
		_, _, err := follow(t, f, nil)
		var e *relay.Error
		if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Relay != c.root {
			t.Errorf("%s: follow: %v, want %v", name, err, c.want)
		}
	}
	if err := Create(strange); !errors.Is(err, relay.ErrNotRelay) {
		t.Errorf("create in a folder with other things: %v", err)
	}
	must(t, Create(empty))
	must(t, Create(empty))
	for err, want := range map[error]error{
		syscall.ENOSPC: relay.ErrFull, syscall.EDQUOT: relay.ErrFull, syscall.EACCES: relay.ErrNotAllowed, syscall.EROFS: relay.ErrNotAllowed,
		syscall.ESTALE: relay.ErrUnreachable,
	} {
		if got := failure("r", "put", &fs.PathError{Op: "write", Path: "p", Err: err}); !errors.Is(got, want) {
			t.Errorf("%v becomes %v", err, got)
		}
	}
	if err := open(empty, 1).Put(t.Context(), relay.Blob{Kind: relay.Roster, Bytes: []byte("x")}); !errors.Is(err, errOtherTeam) {
		t.Errorf("another team's blob: %v", err)
	}
}

func TestALossIsNoticedAndAMergeIsNone(t *testing.T) {
	root := place(t)
	f := open(root, 1)
	a, b := segment(1, 1, 2, "a"), segment(1, 3, 4, "b")
	must(t, f.Put(t.Context(), a))
	must(t, f.Put(t.Context(), b))
	_, cursor, err := follow(t, open(root, 2), nil)
	must(t, err)
	must(t, f.Replace(t.Context(), segment(1, 1, 4, "both"), []relay.Ref{relay.RefOf(a), relay.RefOf(b)}))
	got, cursor, err := follow(t, open(root, 2), cursor)
	if err != nil || len(got) != 1 {
		t.Fatalf("after a merge: %+v, %v", got, err)
	}
	must(t, os.Remove(fileOf(t, root, ".segment")))
	if _, _, err := follow(t, open(root, 2), cursor); !errors.Is(err, relay.ErrRolledBack) {
		t.Errorf("after a loss: %v", err)
	}
	if got, _, err := follow(t, open(root, 2), nil); err != nil || len(got) != 0 {
		t.Errorf("from the beginning: %+v, %v", got, err)
	}
}

func TestSeveralTeamsShareAFolder(t *testing.T) {
	root := place(t)
	other := New(root, [32]byte{9}, device(1), Options{})
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 1, "ours")))
	b := segment(1, 1, 1, "theirs")
	b.Team = [32]byte{9}
	must(t, other.Put(t.Context(), b))
	if got, _, err := follow(t, open(root, 2), nil); err != nil || len(got) != 1 || string(got[0].Bytes) != "ours" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAGroupCanShareTheFolder(t *testing.T) {
	old := syscall.Umask(0o002)
	defer syscall.Umask(old)
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(2, 1, 1, "x")))
	must(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o664)
		if d.IsDir() {
			want = 0o775
		}
		if p != root && fi.Mode().Perm() != want {
			t.Errorf("%s has %v", p, fi.Mode())
		}
		return nil
	}))
}

func TestWhatACrashLeftIsSweptUp(t *testing.T) {
	root := place(t)
	must(t, open(root, 1).Put(t.Context(), segment(1, 1, 1, "x")))
	dir := filepath.Dir(fileOf(t, root, ".segment"))
	must(t, os.WriteFile(filepath.Join(dir, tmpPrefix+"1-0"), []byte("half"), 0o666))
	must(t, open(root, 1).Put(t.Context(), segment(1, 2, 2, "y")))
	for _, f := range files(t, root) {
		if strings.Contains(f, tmpPrefix) {
			t.Errorf("%s is still there", f)
		}
	}
}

func TestNewsComesByNoticeAndByPolling(t *testing.T) {
	for name, opts := range map[string]Options{"notice": {Poll: time.Hour}, "polling": {Poll: 5 * time.Millisecond, NoWatch: true}} {
		t.Run(name, func(t *testing.T) {
			root := place(t)
			f := New(root, team(), device(2), opts)
			idle, done := make(chan bool, 100), make(chan error, 1)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var got []relay.Blob
			go func() {
				done <- f.Follow(ctx, nil, func(b relay.Blob, _ relay.Cursor) error {
					if b.Kind == relay.Idle {
						idle <- true
					} else if got = append(got, b); len(got) == 2 {
						return errEnough
					}
					return nil
				})
			}()
			<-idle
			must(t, open(root, 1).Put(t.Context(), segment(1, 1, 1, "a directory that was not there")))
			must(t, open(root, 1).Put(t.Context(), segment(1, 2, 2, "b")))
			if err := <-done; !errors.Is(err, errEnough) {
				t.Error(err)
			}
		})
	}
}

func TestACursorSurvivesItsBytes(t *testing.T) {
	d := newDelivered()
	for _, r := range []relay.Ref{
		{Kind: relay.Segment, Author: device(1), First: 1, Last: 5, Hash: device(1)},
		{Kind: relay.Segment, Author: device(1), First: 1, Last: 9, Hash: device(2)},
		{Kind: relay.Segment, Author: device(2), First: 700, Last: 1 << 50, Hash: device(3)},
		{Kind: relay.Roster, Hash: device(4)},
		{Kind: relay.Mail, Author: device(5), Mailbox: device(6), Hash: device(7)},
	} {
		d.add(r)
		if !parseCursor(d.cursor()).has(r) {
			t.Errorf("%+v is forgotten", r)
		}
	}
	again := parseCursor(d.cursor())
	if !slices.Equal(again.cursor(), d.cursor()) {
		t.Error("a cursor changes by being read")
	}
}

func FuzzParseCursor(f *testing.F) {
	d := newDelivered()
	d.add(relay.Ref{Kind: relay.Segment, Author: device(1), First: 3, Last: 5})
	d.add(relay.Ref{Kind: relay.Roster})
	f.Add([]byte(d.cursor()))
	f.Fuzz(func(t *testing.T, b []byte) { parseCursor(b).cursor() })
}

func FuzzParseName(f *testing.F) {
	n := compileNames()
	f.Add("000000000001-00000000012c-c9d0036bed6744bcdf692fc980d8717d.segment")
	f.Add("00000000000a-c9d0036bed6744bcdf692fc980d8717d (1).seen")
	f.Fuzz(func(t *testing.T, name string) {
		ref, ok := n.parse(device(1), name)
		if !ok {
			return
		}
		if again, ok := n.parse(device(1), fileName(ref)); !ok || again != ref {
			t.Fatalf("%q is %+v, whose name is %q", name, ref, fileName(ref))
		}
	})
}

func TestALinkThatLeadsOutIsNotWrittenThrough(t *testing.T) {
	for _, at := range []string{"team", "device", "carried"} {
		root, outside := filepath.Join(t.TempDir(), "relay"), t.TempDir()
		if err := Create(root); err != nil {
			t.Fatal(err)
		}
		team, device, author := [32]byte{1}, [16]byte{2}, [16]byte{3}
		f := New(root, team, device, Options{NoWatch: true})
		link := map[string]string{"team": f.team, "device": fmt.Sprintf("%s/%x", f.team, device), "carried": fmt.Sprintf("%s/%x/%s", f.team, device, carried)}[at]
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
		err := f.Put(t.Context(), relay.Blob{Kind: relay.Segment, Team: team, Author: author, First: 1, Last: 1, Bytes: []byte("sealed")})
		if files, _ := os.ReadDir(outside); err == nil || len(files) > 0 {
			t.Errorf("%s is a link: put returns %v, and outside lies %v", at, err, files)
		}
	}
}
