package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"longhand/app/workspace"
)

// How long it takes to join a large team over a folder: until the newest 500
// artefacts are listed, and until all is there, against the time that opening
// those 500 takes.
//
//	bench join FULL WORK
//
// FULL is what `bench DIR N` has made; it gets a relay in WORK. The newcomer is a
// process of its own, so that its memory can be told.

const newest = 500

func join(ctx context.Context, full, work string) error {
	w, err := workspace.Open(ctx, workspace.Options{Dir: full, Passphrase: "bench"})
	if err != nil {
		return err
	}
	defer w.Close()
	relay := "folder:" + filepath.Join(work, "relay")
	if err := w.AddRelay(ctx, relay); err != nil {
		return err
	}
	code, err := w.Invite(ctx, "member", 24*time.Hour, false)
	if err != nil {
		return err
	}
	from := time.Now()
	if _, err := w.Sync(ctx); err != nil {
		return err
	}
	fmt.Printf("sending everything to the folder: %s\n", time.Since(from).Round(time.Millisecond))
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, self, "newcomer", filepath.Join(work, "newcomer"))
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	if _, err := fmt.Fprintln(in, code); err != nil {
		return err
	}
	lines.Scan() // it has asked
	if _, err := w.Sync(ctx); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(in, "go"); err != nil {
		return err
	}
	for lines.Scan() {
		fmt.Println(lines.Text())
	}
	return errors.Join(lines.Err(), c.Wait())
}

// newcomer joins with the code on its input, and measures.
func newcomer(ctx context.Context, dir string, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Scan()
	var mu sync.Mutex
	came := map[string]time.Time{}
	o := workspace.Options{Dir: dir, Passphrase: "bench", Notify: func(e workspace.Event) {
		if e.Name != "changed" {
			return
		}
		now := time.Now()
		mu.Lock()
		defer mu.Unlock()
		for _, doc := range e.Data.(map[string]any)["docs"].([]string) {
			if _, known := came[doc]; !known {
				came[doc] = now
			}
		}
	}}
	w, err := workspace.Join(ctx, o, workspace.Joining{Code: lines.Text(), Me: "Tom Ashworth", Zone: "Europe/London"})
	if err != nil {
		return err
	}
	defer w.Close()
	if _, err := w.Sync(ctx); err != nil {
		return err
	}
	fmt.Println("asked")
	lines.Scan()
	from := time.Now()
	if _, err := w.Sync(ctx); err != nil {
		return err
	}
	all := time.Since(from)
	memory := peak()
	var rows []workspace.Row
	for _, kind := range []string{"decision", "item", "insight"} {
		l, err := w.List(workspace.Query{Kind: kind})
		if err != nil {
			return err
		}
		rows = append(rows, l.Rows...)
	}
	slices.SortFunc(rows, func(a, b workspace.Row) int { return cmp.Compare(b.Updated, a.Updated) })
	if len(rows) < newest {
		return fmt.Errorf("only %d artefacts came", len(rows))
	}
	var usable time.Duration
	mu.Lock()
	for _, r := range rows[:newest] {
		usable = max(usable, came[r.Doc].Sub(from))
	}
	mu.Unlock()
	from = time.Now()
	for _, r := range rows[:newest] {
		if _, err := w.Page(r.ID); err != nil {
			return err
		}
	}
	floor := time.Since(from)
	fmt.Printf("joining %d artefacts: the newest %d are listed after %s, everything after %s; opening those %d takes %s: ratio %.2f; the process had at most %d MB\n",
		len(rows), newest, usable.Round(time.Millisecond), all.Round(time.Millisecond), newest, floor.Round(time.Millisecond), usable.Seconds()/floor.Seconds(), memory>>20)
	return nil
}

// peak is the most memory that this process has held, in bytes; 0 where that
// cannot be asked.
func peak() int64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	var kB int64
	_, _ = fmt.Sscan(rest, &kB)
	return kB << 10
}
