package typeset

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A Phase is what a preparation is busy with.
type Phase string

const (
	Starting  Phase = "starting"  // the child process
	Compiling Phase = "compiling" // to machine code; nearly all of the time
	Proving   Phase = "proving"   // setting a first page with it
	Ready     Phase = "ready"
)

// A Progress tells how far a preparation is. Compiling does not say how much it has done, so the measure is time: Elapsed
// against Estimate, which is what it took on this machine last time, or, unless Measured, a guess from the number of
// processors.
type Progress struct {
	Phase    Phase
	Elapsed  time.Duration
	Estimate time.Duration
	Measured bool
}

// Fraction is from 0 to 1, and stays short of 1 until the typesetter is ready, however wrong the estimate was.
func (p Progress) Fraction() float64 {
	if p.Phase == Ready {
		return 1
	}
	if p.Estimate <= 0 {
		return 0
	}
	return min(p.Elapsed.Seconds()/p.Estimate.Seconds(), 0.98)
}

// beat is how often progress is told.
const beat = 250 * time.Millisecond

// Prepare makes the typesetter ready for this machine, in cacheDir, which is created if need be; a folder such as
// longhand in the user’s cache folder. If that has been done for this version and nothing is damaged, it returns at once.
//
// The work is done by a child process of this program, started with ChildArg, which ends when the context does or when
// this process does. An interrupted preparation leaves nothing that a later one would trust. Two processes may prepare at
// the same time; both then do the work.
//
// progress, if not nil, is called from this goroutine about four times a second and once when all is ready.
func Prepare(ctx context.Context, cacheDir string, progress func(Progress)) error {
	if progress == nil {
		progress = func(Progress) {}
	}
	a, err := load()
	if err != nil {
		return err
	}
	c := cacheFor(cacheDir, a)
	if c.check() == nil {
		progress(Progress{Phase: Ready})
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if os.Getenv(childMark) != "" {
		return errNoChild
	}
	work, err := c.begin()
	if err != nil {
		return fmt.Errorf("prepare the typesetter: %w", err)
	}
	defer os.RemoveAll(work) // gone under this name if all went well
	if err := c.runChild(ctx, work, progress); err != nil {
		return fmt.Errorf("prepare the typesetter: %w", err)
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("prepare the typesetter: %w", err)
	}
	return nil
}

// runChild starts the child process on the work folder and tells its progress until it ends.
func (c cache) runChild(ctx context.Context, work string, progress func(Progress)) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.CommandContext(ctx, program, ChildArg, c.root, work)
	child.Env = append(os.Environ(), childMark+"=1")
	var said bytes.Buffer
	child.Stderr = &said
	child.WaitDelay = 5 * time.Second
	// Held open and never written to: the child ends when it closes, so it does not outlive us.
	alive, err := child.StdinPipe()
	if err != nil {
		return err
	}
	defer alive.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}

	now := Progress{Phase: Starting, Estimate: c.lastTook(), Measured: true}
	if now.Estimate == 0 {
		now.Estimate, now.Measured = guess(runtime.NumCPU()), false
	}
	began := time.Now()
	phases := make(chan Phase)
	go tellPhases(out, phases)
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for more := true; more; {
		now.Elapsed = time.Since(began)
		progress(now)
		var phase Phase
		select {
		case phase, more = <-phases:
			if more {
				now.Phase = phase
			}
		case <-tick.C:
		}
	}

	err = child.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, lastLines(said.String()))
	}
	if now.Phase == Starting {
		return errNoChild
	}
	progress(Progress{Phase: Ready, Elapsed: time.Since(began), Estimate: now.Estimate, Measured: now.Measured})
	return nil
}

// guess is the time for a machine on which it was never measured: some 32 seconds of work, which spreads well over a few
// processors, and two that do not.
func guess(processors int) time.Duration {
	return 32*time.Second/time.Duration(min(processors, 6)) + 2*time.Second
}

// tellPhases passes on the phases that the child writes, and closes the channel when it has no more to say.
func tellPhases(out io.Reader, phases chan<- Phase) {
	defer close(phases)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if p, ok := phaseOf(lines.Text()); ok {
			phases <- p
		}
	}
}

func lastLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " / ")
}

// ChildArg is the first argument of the child process that Prepare starts. A main that sees it calls RunChild with the
// arguments after it, before doing anything else, and exits with the result.
const ChildArg = "typeset-prepare"

// childMark is set in the child’s environment. Without it, a main that forgets RunChild would start the whole program as
// the child, which would prepare, and so on without end.
const childMark = "LONGHAND_TYPESET_CHILD"

var errNoChild = errors.New("the child process did not do its work: this program’s main does not call typeset.RunChild")

// RunChild does the work of Prepare in the child process and returns its exit code.
func RunChild(args []string) int {
	if len(args) != 2 {
		fmt.Fprintln(os.Stderr, "this is started by the program itself, with two folders")
		return 2
	}
	politely()
	go func() {
		// Ends only when the parent does, since it never writes.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if err := prepareHere(context.Background(), args[0], args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// proof is set with the fresh typesetter before anybody relies on it.
const proof = "#set document(date: none)\n#json(\"data.json\")"

// prepareHere compiles into the work folder, sets a page, and publishes the folder.
func prepareHere(ctx context.Context, root, work string) error {
	began := time.Now()
	a, err := load()
	if err != nil {
		return err
	}
	c := cacheFor(root, a)
	fmt.Println(phaseLine(Compiling))
	s, err := open(ctx, work, a)
	if err != nil {
		return err
	}
	fmt.Println(phaseLine(Proving))
	pdf, err := s.PDF(ctx, proof, "Longhand")
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return errors.New("the first page is not a PDF")
	}
	if err := c.publish(work, time.Since(began)); err != nil {
		return err
	}
	c.tidy(time.Now())
	return nil
}
