package hydrate

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
)

// ChildArg is the first argument of the child process. A main that sees it
// calls RunChild before anything else and exits with what it returns.
const ChildArg = "hydrate"

// childMark is set in the child’s environment: a main that forgets RunChild
// would start the whole program as the child, which would start its own, and
// so on without end.
const childMark = "LONGHAND_HYDRATE_CHILD"

// What the exit code of a child says.
const (
	exitDone   = 0
	exitFrame  = 2 // it was not spoken to as it should be
	exitTime   = 3
	exitMemory = 4
)

// RunChild opens documents for the parent at the other end of in and out, until
// in ends, and returns the exit code.
func RunChild(in io.Reader, out io.Writer) int {
	r := bufio.NewReaderSize(in, 1<<16)
	var h hello
	if err := readFrame(r, 1<<10, &h); err != nil || h.Version != version {
		fmt.Fprintln(os.Stderr, "this is started by the program itself")
		return exitFrame
	}
	if err := confine(h.Memory); err != nil {
		fmt.Fprintf(os.Stderr, "limit the child: %v\n", err)
		return exitFrame
	}
	if err := writeFrame(out, hello{Version: version}); err != nil {
		return exitDone
	}
	return serve(r, out, time.Duration(h.Seconds)*time.Second)
}

// serve answers requests. The next is read while one is worked on, so that the
// end of the parent is seen even while the library hangs.
func serve(in io.Reader, out io.Writer, most time.Duration) int {
	requests, code := make(chan request), make(chan int, 1)
	go func() {
		defer close(requests)
		for {
			var q request
			if err := readFrame(in, maxFrame, &q); errors.Is(err, io.EOF) {
				code <- exitDone
				return
			} else if err != nil || q.Version != version || len(q.Doc) != len(artefact.DocID{}) {
				code <- exitFrame
				return
			}
			requests <- q
		}
	}()
	for {
		select {
		case c := <-code:
			return c
		case q, ok := <-requests:
			if !ok {
				return <-code
			}
			ended := make(chan error, 1)
			go func() { ended <- work(q, out) }()
			if c, over := watch(ended, code, most); over {
				return c
			}
		}
	}
}

// watch waits for the end of one document, and reports whether, and with which code, this process has to end with it: nobody listens any more, or it has
// had so much of the processor, or many times that has passed by the clock.
func watch(ended <-chan error, code <-chan int, most time.Duration) (exit int, over bool) {
	began, before := time.Now(), ownWork()
	look := time.NewTicker(most / 10)
	defer look.Stop()
	for {
		select {
		case err := <-ended:
			return exitDone, err != nil
		case c := <-code:
			return c, true
		case <-look.C:
			if ownWork()-before >= most || time.Since(began) >= clockMost*most {
				return exitTime, true
			}
		}
	}
}

// ownWork is how much processor time this process has had.
func ownWork() time.Duration {
	var use unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// work opens one document as the window would, and answers.
func work(q request, out io.Writer) error {
	changes := make([]artefact.Change, len(q.Changes))
	for i, f := range q.Changes {
		changes[i] = artefact.Change{Doc: artefact.DocID(q.Doc), Births: f.Births, Raw: f.Raw}
	}
	d := opened{begun: artefact.Person(q.Begun), owners: func(d artefact.Device) artefact.Person { return artefact.Person(q.Owners[string(d)]) }}
	defer func() { d.close() }()
	var last answer
	if q.Mode == stepping {
		var err error
		if last, err = d.step(changes, q.From, max(q.Stride, 1), out); err != nil {
			return err
		}
	} else {
		last = d.add(changes)
	}
	d.close()
	if resident() > trimAbove {
		automerge.Trim()
	}
	last.End, last.Resident = true, resident()
	return writeFrame(out, last)
}

// trimAbove is how much memory a child may hold before it gives back what the
// last document needed.
const trimAbove = 96 << 20

// step adds the first changes and then so many at a time, and says before each
// step with which it begins.
func (o *opened) step(changes []artefact.Change, from, stride int, out io.Writer) (last answer, err error) {
	for i, next := 0, 0; i < len(changes); i = next {
		if next = i + stride; i < from {
			next = from
		}
		next = min(next, len(changes))
		if err := writeFrame(out, answer{Step: i}); err != nil {
			return last, err
		}
		if last = o.add(changes[:next]); last.Refused {
			last.Step = i
			return last, nil
		}
	}
	return last, nil
}

// opened is a document that is opened to see whether that can be done. It is
// thrown away afterwards.
type opened struct {
	a      *artefact.Artefact // nil until it can be read as one
	of     int                // how many changes it has
	begun  artefact.Person
	owners artefact.Owners
}

func (o *opened) close() {
	if o.a != nil {
		o.a.Close()
		o.a = nil
	}
}

// add opens the document from changes, or adds those that it does not have to
// what is open, and reads its View.
func (o *opened) add(changes []artefact.Change) answer {
	refused := answer{Refused: true}
	var err error
	if o.a == nil {
		if o.a, err = artefact.Open(changes[0].Doc, changes, automerge.Actor{}, o.owners); err == nil {
			o.a.BegunBy(o.begun)
		}
	} else {
		err = o.a.Merge(changes[o.of:]...)
	}
	o.of = len(changes)
	waits := answer{Waits: waitsFirst}
	switch {
	case errors.Is(err, artefact.ErrKind):
		waits.Waits = waitsKind
		fallthrough
	case errors.Is(err, artefact.ErrIncomplete):
		if writeBare(changes) != nil {
			return refused
		}
		return waits
	case err != nil:
		return refused
	}
	v, err := o.a.View()
	if err != nil {
		return refused
	}
	view, err := json.Marshal(v)
	if err != nil || len(view) > maxView || o.write() != nil {
		return refused
	}
	return answer{View: view}
}

// write makes an edit: some changes stop the library only when something is
// written after them.
func (o *opened) write() error {
	if err := o.a.Splice("title", 0, 0, "."); err != nil {
		return err
	}
	_, _, err := o.a.Commit(time.UnixMilli(0))
	return err
}

// writeBare does the same in a document that cannot be read as an artefact yet,
// so that not the change is blamed that completes it.
func writeBare(changes []artefact.Change) error {
	d, err := automerge.New(automerge.Actor{})
	if err != nil {
		return err
	}
	defer d.Close()
	var raw [][]byte
	for _, c := range changes {
		for _, path := range c.Births {
			raw = append(raw, automerge.Genesis(c.Doc.String(), path))
		}
		raw = append(raw, c.Raw)
	}
	if err := errors.Join(d.Apply(raw...), d.Put("kind", true)); err != nil {
		return err
	}
	_, _, err = d.Commit(0)
	return err
}
