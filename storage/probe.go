package storage

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ProbeArg is the first argument of the child process that opens a store which
// was not closed. A main that sees it calls [RunProbe] before anything else and
// exits with what it returns.
//
// A child, because a damaged table ends the process from one of Badger’s own
// goroutines, where nothing can catch it.
const ProbeArg = "probe-store"

// probeMark is set in the child’s environment: without it a main that forgets
// RunProbe would start the whole program, which would probe, without end.
const probeMark = "LONGHAND_STORE_PROBE"

// probeAsk is what the child reads, a line of JSON. The key comes through the
// pipe, where no other process sees it.
type probeAsk struct {
	Dir      string `json:"dir"`
	Key      []byte `json:"key"`
	MemTable int64  `json:"memTable"`
}

// probeSays is a line of what the child writes. The last one has a verdict.
type probeSays struct {
	Verdict string `json:"verdict,omitempty"`
	Why     string `json:"why,omitempty"`
	Errno   int    `json:"errno,omitempty"`
	Values  uint64 `json:"values,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
}

const (
	verdictGood    = "good"
	verdictDamaged = "damaged"
	verdictInUse   = "in use"
	verdictSeal    = "another key"
	verdictTrouble = "trouble"
)

// RunProbe opens the store that is named on in, reads everything, closes it
// well and says on out how that went.
func RunProbe(in io.Reader, out io.Writer) int {
	var ask probeAsk
	line := json.NewDecoder(in)
	if err := line.Decode(&ask); err != nil || len(ask.Key) != len(Key{}) || !filepath.IsAbs(ask.Dir) {
		fmt.Fprintln(os.Stderr, "this is started by the program itself")
		return 2
	}
	go func() { // ends when the parent does
		_, _ = io.Copy(io.Discard, in)
		os.Exit(1)
	}()
	say := json.NewEncoder(out)
	_ = say.Encode(probeSays{}) // it is this program; what ends it from here on is the store
	var said time.Time
	c, err := probe(options{dir: ask.Dir, disk: OS(), memTable: ask.MemTable, reserve: reserve}, Key(ask.Key), func(c Checked) {
		if now := time.Now(); now.Sub(said) > 100*time.Millisecond {
			said = now
			_ = say.Encode(probeSays{Values: c.Values, Bytes: c.Bytes})
		}
	})
	last := probeSays{Verdict: verdictGood, Values: c.Values, Bytes: c.Bytes}
	var no syscall.Errno
	switch {
	case errors.Is(err, ErrInUse):
		last.Verdict = verdictInUse
	case err != nil && trouble(err):
		errors.As(err, &no)
		last.Verdict, last.Why, last.Errno = verdictTrouble, err.Error(), int(no)
	case errors.Is(err, ErrSeal) && !errors.Is(err, ErrDamaged):
		last.Verdict = verdictSeal
	case err != nil:
		last.Verdict, last.Why = verdictDamaged, err.Error()
	}
	if err := say.Encode(last); err != nil {
		return 1
	}
	return 0
}

// asideDir is where tables wait that no manifest knows, while a store is probed.
const asideDir = "aside"

// probe opens a store that was not closed, reads everything, and closes it.
// Only a store that is whole is closed well.
func probe(o options, key Key, told func(Checked)) (Checked, error) {
	strays, err := preflight(o.dir)
	if err != nil {
		return Checked{}, err
	}
	if err := setAside(o.dir, strays); err != nil {
		return Checked{}, err
	}
	s, err := openWith(o, key)
	if err != nil {
		return Checked{}, err
	}
	c, err := s.Check(context.Background(), told)
	if err != nil {
		// Not closed: that would write, and list what is damaged as good. The
		// process ends in a moment.
		return c, err
	}
	if err := s.Close(); err != nil {
		return c, err
	}
	return c, os.RemoveAll(filepath.Join(o.dir, asideDir))
}

// setAside gives tables that no manifest knows a second name. Badger deletes
// them when it opens. After a crash that is right; after the manifest was cut
// it is not, and the sum will say so.
func setAside(dir string, strays []string) error {
	for _, name := range strays {
		aside := filepath.Join(dir, asideDir)
		if err := os.MkdirAll(aside, 0o700); err != nil {
			return err
		}
		err := os.Link(filepath.Join(dir, name), filepath.Join(aside, name))
		if err != nil && !errors.Is(err, os.ErrExist) && trouble(err) {
			return err // a file system without links has only the one name
		}
	}
	return nil
}

// silence is how long a probe may say nothing before it is taken for hanging.
const silence = 60 * time.Second

// errNoProbe: the child cannot be started. Nothing is known of the store.
var errNoProbe = errors.New("the program that checks the store does not start")

// runProbe has a child probe the store. A child that dies is a damaged store.
func (g Guard) runProbe(ctx context.Context) error {
	program, args := g.Program, g.Args
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return fmt.Errorf("%w: %w", errNoProbe, err)
		}
	}
	if len(args) == 0 {
		args = []string{ProbeArg}
	}
	if os.Getenv(probeMark) != "" {
		return fmt.Errorf("%w: this is one already", errNoProbe)
	}
	dir, err := filepath.Abs(g.Dir)
	if err != nil {
		return err
	}
	ask, err := json.Marshal(probeAsk{Dir: dir, Key: g.Key[:], MemTable: g.memTable})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	child := exec.CommandContext(ctx, program, args...)
	child.Env = []string{probeMark + "=1", "GOTRACEBACK=single"}
	child.Dir = "/"
	child.WaitDelay = time.Second
	in, err := child.StdinPipe()
	if err != nil {
		return fmt.Errorf("%w: %w", errNoProbe, err)
	}
	defer in.Close() // it ends when this does
	out, err := child.StdoutPipe()
	if err != nil {
		return fmt.Errorf("%w: %w", errNoProbe, err)
	}
	if err := child.Start(); ctx.Err() != nil {
		return context.Cause(ctx)
	} else if err != nil {
		return fmt.Errorf("%w: %w", errNoProbe, err)
	}
	hangs := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer hangs.Stop()
	if _, err := in.Write(append(ask, '\n')); err != nil {
		cancel(err)
		return fmt.Errorf("%w: %w", errNoProbe, errors.Join(err, child.Wait()))
	}
	var last probeSays
	heard := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		hangs.Reset(silence)
		var s probeSays
		if json.Unmarshal(lines.Bytes(), &s) != nil {
			break
		}
		heard, last = true, s
		if g.Told != nil && s.Verdict == "" {
			g.Told(Checked{s.Values, s.Bytes})
		}
	}
	err = child.Wait()
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errSilent):
		return fmt.Errorf("%w: it does not open within %v", ErrDamaged, silence)
	case cause != nil:
		return cause
	case last.Verdict != "":
		return last.err()
	case !heard: // and not a damaged store, which must not be concluded from a program that is wrong
		return fmt.Errorf("%w: %v; does its main call storage.RunProbe?", errNoProbe, err)
	}
	return fmt.Errorf("%w: it ends the program that reads it", ErrDamaged)
}

var errSilent = errors.New("the probe says nothing")

func (s probeSays) err() error {
	switch s.Verdict {
	case verdictGood:
		return nil
	case verdictInUse:
		return ErrInUse
	case verdictSeal:
		return ErrSeal
	case verdictTrouble:
		if s.Errno != 0 {
			return fmt.Errorf("%s: %w", s.Why, syscall.Errno(s.Errno))
		}
		return errors.New(s.Why)
	}
	return fmt.Errorf("%w: %s", ErrDamaged, strings.TrimPrefix(strings.TrimPrefix(s.Why, "open store: "), ErrDamaged.Error()+": "))
}
