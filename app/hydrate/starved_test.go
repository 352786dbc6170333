//go:build linux

package hydrate

import (
	"syscall"
	"testing"
	"time"
)

// On a machine that is busy with other things a child gets little of the processor. What it opens must not be blamed for that.
func TestAChildThatGetsNoProcessorIsNotTakenForOneThatHangs(t *testing.T) {
	p := pool(t, Options{Processes: 1, Time: time.Second})
	all := written(t)
	if res := hydrated(t, p, nil, all); len(res.Poison) > 0 {
		t.Fatalf("it does not open at all: %v", res.Poison)
	}
	c := <-p.free
	if err := c.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	p.free <- c
	time.AfterFunc(3*time.Second, func() { _ = c.cmd.Process.Signal(syscall.SIGCONT) })
	if res := hydrated(t, p, nil, all); len(res.Poison) > 0 || p.Stats().Died > 0 {
		t.Errorf("blamed: %v, %+v", res.Poison, p.Stats())
	}
}
