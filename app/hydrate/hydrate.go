// Package hydrate opens documents that nobody here wrote in a child process,
// and brings back their Views.
//
// The automerge library ends the process, or never returns, on some input
// that every check in Go lets pass. So whatever comes from elsewhere is opened
// by a child first, with a limit on its time and memory: [Pool.Hydrate] takes
// the changes that are known and the ones that are new, and returns the View of
// all that can be opened, and a [Poison] for each change that cannot. A main
// that uses it begins with
//
//	if len(os.Args) > 1 && os.Args[1] == hydrate.ChildArg {
//		os.Exit(hydrate.RunChild(os.Stdin, os.Stdout))
//	}
//
// A [Marker] covers the other half: a crash of this process while it opens a
// document itself is noticed at the next start.
//
// The child gets no key, no file, and nothing of the environment but where the
// time zones are. The package stores nothing of a document and logs nothing.
package hydrate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"longhand/app/artefact"
	"longhand/app/artefact/automerge"
)

// A Job is one document to open.
type Job struct {
	Doc artefact.DocID
	// Have are the changes that this device has opened before; New are those
	// that it has not. All of them have passed [artefact.ParseChange].
	Have, New []artefact.Change
	// Owners says whose a device is. It is asked here, for the devices that
	// occur, and the answers travel.
	Owners artefact.Owners
	// Begun says who alone can have begun the document, once it can be seen of
	// what kind it is; see [artefact.Artefact.BegunBy]. It may be nil.
	Begun func(artefact.View) artefact.Person
}

// A Result is what became of a Job.
type Result struct {
	// View is of all changes but the poisoned. It is empty when Waits is set.
	View artefact.View
	// Waits is why there is no View yet although nothing is wrong:
	// [artefact.ErrIncomplete] or [artefact.ErrKind].
	Waits error
	// Poison names the changes that are to be set aside: each kills or hangs
	// the library, or is refused by it or by a rule. With them left out the
	// others open. Their order is that of the rules and of the document.
	Poison []*Poison
}

// Good are the changes of a list that are not among the poisoned.
func (r Result) Good(all []artefact.Change) []artefact.Change {
	bad := map[automerge.Hash]bool{}
	for _, p := range r.Poison {
		bad[p.Change] = true
	}
	if len(bad) == 0 {
		return slices.Clone(all)
	}
	return slices.DeleteFunc(slices.Clone(all), func(c artefact.Change) bool { return bad[automerge.HashOf(c.Raw)] })
}

// A Poison is one change that must not be opened, and why.
type Poison struct {
	Doc    artefact.DocID
	Change automerge.Hash
	Writer artefact.Device
	// Held: it is one of the changes that were known before.
	Held bool
	Why  Why
	// Where is the place in the library’s source that gave up, if it said.
	// Nothing of the document is ever in it.
	Where string
}

func (p *Poison) Error() string {
	s := fmt.Sprintf("change %s of document %s by device %s %s", p.Change, p.Doc, p.Writer, p.Why)
	if p.Where != "" {
		s += " (" + p.Where + ")"
	}
	return s
}

// Why is what a poisoned change does, in words that end a sentence.
type Why string

const (
	Malformed Why = "is malformed"
	Twice     Why = "has the number of another change of the same writer"
	Crashes   Why = "stops the library"
	Hangs     Why = "takes too long to open"
	Bloats    Why = "needs too much memory to open"
	Refused   Why = "is refused by the library"
	Suspect   Why = "comes with too many that cannot be opened"
)

var (
	// ErrNoChild: the child process cannot be started, or its program does
	// not know how. Nothing is known of the document.
	ErrNoChild = errors.New("documents from others cannot be checked: the program that opens them does not start")
	// ErrClosed: the pool was closed.
	ErrClosed = errors.New("the pool is closed")
)

// mostPoison is how many changes of one device are looked for one by one, in
// whatever documents. Whoever sends more is not having an accident, and each
// costs a child and up to the time limit: what else is new of that device is set
// aside as [Suspect], unseen, until [Pool.Forgive].
const mostPoison = 8

// mostSteps is how many changes a document may have that is looked through one by
// one.
const mostSteps = 256

// Hydrate opens a document in a child. An error is trouble of this device, or
// the end of ctx; what is wrong with the document is in the Result.
func (p *Pool) Hydrate(ctx context.Context, job Job) (Result, error) {
	s := sift(job)
	for {
		s.doubt(p.overdrawn)
		if len(s.order) == 0 {
			return Result{Waits: artefact.ErrIncomplete, Poison: s.poison}, nil
		}
		end, err := p.try(ctx, s.request(whole))
		if err != nil {
			return Result{}, err
		}
		if end.why == "" {
			if s.learn(end) {
				continue // and read again with what is known now
			}
			return Result{View: end.view, Waits: end.waits, Poison: s.poison}, nil
		}
		if err := p.find(ctx, s, end); err != nil {
			return Result{}, err
		}
	}
}

// find finds the change that made the whole set fail, and takes it out. A
// child opens one change after the other and says before each which it is, so
// one more child is all it costs. Of a long document, where each step takes
// longer than the one before, a child goes in strides first, and another looks at
// the stride at which that one ended. A set that fails only when it comes at once
// is cut in half until the first change is found with which it fails.
func (p *Pool) find(ctx context.Context, s *sifted, failed ending) error {
	stride := 1
	if n := len(s.order); n > mostSteps {
		stride = int(math.Sqrt(float64(n)))
	}
	from := 0
	end, err := p.try(ctx, s.steps(s.order, 0, stride))
	if err == nil && end.why != "" && stride > 1 {
		from = end.step
		end, err = p.try(ctx, s.steps(s.order[:min(from+stride, len(s.order))], from, 1))
	}
	if err != nil {
		return err
	}
	if end.why != "" && end.step >= from {
		p.blame(s.blame(end.step, end))
		return nil
	}
	good, bad := 0, len(s.order)
	last := failed
	for bad-good > 1 {
		middle := (good + bad) / 2
		end, err := p.try(ctx, s.first(middle))
		if err != nil {
			return err
		}
		if end.why == "" {
			good = middle
		} else {
			bad, last = middle, end
		}
	}
	if bad == len(s.order) { // it may have been an accident: a child can be killed from outside
		end, err := p.try(ctx, s.request(whole))
		if err != nil || end.why == "" {
			return err
		}
		last = end
	}
	p.blame(s.blame(bad-1, last))
	return nil
}

// Limits of one child, unless Options say others.
const (
	defaultTime   = 10 * time.Second
	defaultMemory = 1 << 30 // a megabyte of text takes some 450 MB, and the window has to be able to hold it too
	defaultDocs   = 500
	defaultBytes  = 64 << 20
	defaultIdle   = 30 * time.Second
)
