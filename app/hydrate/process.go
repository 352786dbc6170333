package hydrate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// process is one child. It has one user at a time.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  *tail
	docs  int
	bytes int64 // of changes
	// resident is the memory it held after its last document.
	resident int64
}

const startTime = 20 * time.Second // a cold disk, a busy machine

func start(program string, o Options) (*process, error) {
	c := &process{cmd: exec.Command(program, o.Args...), said: &tail{most: 64 << 10}}
	c.cmd.Env = environment()
	c.cmd.Dir = "/"
	c.cmd.Stderr = c.said
	c.cmd.WaitDelay = time.Second
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChild, err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChild, err)
	}
	c.out = bufio.NewReaderSize(out, 1<<16)
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChild, err)
	}
	late := time.AfterFunc(startTime, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	var back hello
	// Twice the time and a little more: this only matters when nobody is left
	// who would stop it.
	err = writeFrame(c.in, hello{Version: version, Memory: o.Memory, Seconds: int64(2*o.Time/time.Second) + 2})
	if err == nil {
		err = readFrame(c.out, 1<<10, &back)
	}
	if err == nil && back.Version != version {
		err = errors.New("it is of another version")
	}
	if err != nil {
		c.kill(nil)
		return nil, fmt.Errorf("%w: %w: %s", ErrNoChild, err, c.said.last())
	}
	return c, nil
}

// environment is what a child needs of ours: where the time zones are. One heap
// for all its threads gives memory back sooner.
func environment() []string {
	env := []string{childMark + "=1", "MALLOC_ARENA_MAX=1", "GOTRACEBACK=single", "RUST_BACKTRACE=0"}
	if zones, ok := os.LookupEnv("ZONEINFO"); ok {
		env = append(env, "ZONEINFO="+zones)
	}
	return env
}

// clockMost is how many times longer than its share of the processor a step may take by the clock.
const clockMost = 20

var errLate = errors.New("it took too long")

// ask sends a request and waits for the last answer; step is the change that
// the child was at. A child that fails to answer is good for nothing any more.
func (c *process) ask(ctx, quit context.Context, q request, most time.Duration) (last answer, step int, err error) {
	c.docs++
	for _, f := range q.Changes {
		c.bytes += int64(len(f.Raw))
	}
	type heard struct {
		answer
		err error
	}
	done := make(chan struct{})
	defer close(done)
	answers := make(chan heard)
	go func() {
		err := writeFrame(c.in, q)
		for {
			var a answer
			if err == nil {
				err = readFrame(c.out, maxView+1<<10, &a)
			}
			select {
			case answers <- heard{a, err}:
			case <-done:
				return
			}
			if err != nil || a.End {
				return
			}
		}
	}()
	// A step may have so much of the processor: on a busy machine that takes longer than by the clock, and is no fault of what is opened. Where
	// nobody tells how much it had, the child counts for itself, and only the clock's limit holds here.
	late, pid := time.NewTimer(most), c.cmd.Process.Pid
	defer late.Stop()
	began := time.Now()
	before, _ := worked(pid)
	tooLong := func() bool {
		now, told := worked(pid)
		return told && now-before >= most || time.Since(began) >= clockMost*most
	}
	for {
		select {
		case <-ctx.Done():
			return last, step, ctx.Err()
		case <-quit.Done():
			return last, step, quit.Err()
		case <-late.C:
			if tooLong() {
				return last, step, errLate
			}
			late.Reset(most / 10)
		case h := <-answers:
			if h.err != nil || h.End {
				c.resident = h.Resident
				return h.answer, step, h.err
			}
			step, began = h.Step, time.Now()
			before, _ = worked(pid)
			late.Reset(most)
		}
	}
}

// end lets a child go that has done well.
func (c *process) end() error {
	err := c.in.Close()
	late := time.AfterFunc(5*time.Second, func() { _ = c.cmd.Process.Kill() })
	defer late.Stop()
	return errors.Join(err, c.cmd.Wait())
}

// kill stops a child, if it has not stopped itself, and says what it died of.
func (c *process) kill(err error) (Why, string) {
	_ = c.in.Close()
	if err != nil && !errors.Is(err, errLate) && errors.Is(err, io.EOF) {
		// It has closed its output, so it is dying: its last words come.
		late := time.AfterFunc(time.Second, func() { _ = c.cmd.Process.Kill() })
		defer late.Stop()
	} else {
		_ = c.cmd.Process.Kill()
	}
	_ = c.cmd.Wait() // how it ended is in what it said, and in its code
	said := c.said.String()
	switch {
	case errors.Is(err, errLate), c.cmd.ProcessState.ExitCode() == exitTime:
		return Hangs, ""
	case c.cmd.ProcessState.ExitCode() == exitMemory, outOfMemory.MatchString(said):
		return Bloats, ""
	}
	return Crashes, where(said)
}

var (
	outOfMemory = regexp.MustCompile(`memory allocation of \d+ bytes failed|out of memory|cannot allocate memory|capacity overflow`)
	place       = regexp.MustCompile(`([A-Za-z0-9_./-]+\.rs):(\d+)`)
)

// where is the place in the library’s source that a dying child named. The rest
// of what it said can hold words of the document and goes no further.
func where(said string) string {
	m := place.FindStringSubmatch(said)
	if m == nil {
		return ""
	}
	parts := strings.Split(m[1], "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/") + ":" + m[2]
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	most int
	b    []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > t.most {
		t.b = bytes.Clone(t.b[len(t.b)-t.most:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}

// last is the last line, for when no document has been seen yet.
func (t *tail) last() string {
	lines := strings.Split(strings.TrimSpace(t.String()), "\n")
	return lines[len(lines)-1]
}
