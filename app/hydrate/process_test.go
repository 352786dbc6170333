package hydrate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"longhand/app/artefact"
)

func TestChildrenAreReplacedSoThatMemoryGoesBack(t *testing.T) {
	all := written(t)
	p := pool(t, Options{Documents: 3})
	for range 7 {
		hydrated(t, p, nil, all)
	}
	if s := p.Stats(); s.Started != 3 || s.Died != 0 || s.Documents != 7 {
		t.Errorf("%+v", s)
	}
	p = pool(t, Options{Bytes: 1})
	for range 3 {
		hydrated(t, p, nil, all)
	}
	if s := p.Stats(); s.Started != 3 {
		t.Errorf("by bytes: %+v", s)
	}
	// A child that has opened something large is either trimmed or replaced.
	p = pool(t, Options{Time: time.Minute})
	hydrated(t, p, all, []artefact.Change{wire(t, longText(heads(all[len(all)-1]), "context", 1, 5000, 200_000))})
	c := <-p.free
	p.free <- c
	if s := p.Stats(); s.Died != 0 || c != nil && c.resident > defaultMemory/2 {
		t.Errorf("after a large one: %+v, %d bytes", s, c.resident)
	}
}

func TestChildrenWithoutWorkEnd(t *testing.T) {
	p := pool(t, Options{Idle: time.Hour})
	hydrated(t, p, nil, written(t))
	p.rest()
	if c := <-p.free; c != nil {
		t.Error("it is still there")
	}
	p.free <- nil
	hydrated(t, p, nil, written(t))
	if s := p.Stats(); s.Started != 2 {
		t.Errorf("%+v", s)
	}
}

func TestManyAtOnceShareTheChildren(t *testing.T) {
	all := written(t)
	want, _ := here(t, all)
	p := pool(t, Options{Processes: 2, Time: time.Second})
	var group sync.WaitGroup
	for i := range 12 {
		group.Go(func() {
			fresh := slices.Clone(all)
			if i == 5 {
				fresh = append(fresh, wire(t, crash(heads(all[0]), 1)))
			}
			res, err := p.Hydrate(context.Background(), Job{Doc: testDoc, New: fresh, Owners: owners})
			if err != nil || asJSON(t, res.View) != want || len(res.Poison) != len(fresh)-len(all) {
				t.Errorf("%d: %v, %v", i, err, res.Poison)
			}
		})
	}
	group.Wait()
}

func TestAProgramThatKnowsNothingOfItIsNoPoison(t *testing.T) {
	for _, o := range []Options{
		{Program: "/nowhere/longhand"},
		{Program: "/bin/true"},
		{Program: "/bin/cat"}, // says back what it hears
		{Program: "/bin/sh", Args: []string{"-c", "echo something else; cat >/dev/null"}},
	} {
		p := pool(t, o)
		_, err := p.Hydrate(context.Background(), Job{Doc: testDoc, New: written(t), Owners: owners})
		if o.Program == "/bin/cat" { // it gets past the greeting, and is found out by its answer
			if err == nil {
				t.Error("cat can open documents")
			}
			continue
		}
		if !errors.Is(err, ErrNoChild) {
			t.Errorf("%s: %v", o.Program, err)
		}
	}
	t.Setenv(childMark, "1")
	if _, err := pool(t, Options{}).Hydrate(context.Background(), Job{Doc: testDoc, New: written(t), Owners: owners}); !errors.Is(err, ErrNoChild) {
		t.Errorf("a child starts children: %v", err)
	}
}

func TestWhoeverWaitsCanStopWaiting(t *testing.T) {
	all := written(t)
	slow := []artefact.Change{wire(t, sameKey(heads(all[1]), 5000, 250_000))}
	p := New(Options{Time: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	begin := func() {
		go func() {
			_, err := p.Hydrate(ctx, Job{Doc: testDoc, Have: all, New: slow, Owners: owners})
			ended <- err
		}()
	}
	begin()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	ctx = context.Background()
	begin()
	if err := p.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if _, err := p.Hydrate(ctx, Job{Doc: testDoc, New: all}); !errors.Is(err, ErrClosed) {
		t.Errorf("after it: %v", err)
	}
}

func TestTheChildGetsNothingOfTheEnvironment(t *testing.T) {
	t.Setenv("LONGHAND_PASSPHRASE_FILE", "/secret")
	t.Setenv("ZONEINFO", "/zones")
	for _, v := range environment() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains([]string{childMark, "MALLOC_ARENA_MAX", "GOTRACEBACK", "RUST_BACKTRACE", "ZONEINFO"}, name) {
			t.Errorf("it gets %s", v)
		}
	}
}

// child starts one by hand and gives it a request over which it hangs.
func hanging(t *testing.T, seconds int64) (*exec.Cmd, io.WriteCloser, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, ChildArg)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	all := written(t)
	s := sift(Job{Doc: testDoc, Have: all, New: []artefact.Change{wire(t, sameKey(heads(all[1]), 5000, 290_000))}})
	if err := errors.Join(writeFrame(in, hello{version, 256 << 20, seconds}), readFrame(out, 1<<10, &hello{}), writeFrame(in, s.request(whole))); err != nil {
		t.Fatal(err)
	}
	return cmd, in, out
}

func TestAChildDoesNotOutliveItsParentEvenWhileItHangs(t *testing.T) {
	cmd, in, _ := hanging(t, 3600)
	in.Close() // as when the parent dies
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestAChildStopsItselfWhenNobodyDoes(t *testing.T) {
	cmd, _, _ := hanging(t, 1)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitTime {
		t.Errorf("it ended with %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	var b bytes.Buffer
	if err := writeFrame(&b, request{Version: version, Doc: testDoc[:], Changes: []form{{Raw: []byte{1}}}, Owners: map[string]string{"a": "b"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	b.Reset()
	if err := writeFrame(&b, answer{End: true, View: []byte(`{"kind":"decision"}`)}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		var q request
		_ = readFrame(bytes.NewReader(b), 1<<20, &q)
		var a answer
		if readFrame(bytes.NewReader(b), 1<<20, &a) == nil {
			_, _ = a.ending()
		}
	})
}
