// Package typeset makes PDFs: tagged, with subset fonts, from a Typst template and data.
//
//	err := typeset.Prepare(ctx, cacheDir, nil) // once per machine and version, 10–35 s; at once afterwards
//	s, err := typeset.Open(ctx, cacheDir)      // about a second
//	defer s.Close()
//	pdf, err := s.Review(ctx, review)          // a third of a second, later ones less
//
// Typst runs inside this process as WebAssembly, in a sandbox with no files, network or clock. Translating it to machine
// code takes 630 MB, so Prepare does that in a child process of the same program, ahead of need; a program that calls
// Prepare must therefore begin its main with
//
//	if len(os.Args) > 1 && os.Args[1] == typeset.ChildArg {
//		os.Exit(typeset.RunChild(os.Args[2:]))
//	}
//
// What people wrote reaches the typesetter as JSON, never as part of a template, so nothing in it is ever code. The
// same template and data give the same bytes.
//
// The typesetter and fonts are fetched at set-up (go run ./build/fetch) and compiled into the program. A program built
// without them works but for ErrNoTypesetter here.
package typeset

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"longhand/app/render"
)

var (
	// ErrNoTypesetter means that the program was built without the typesetter. Nothing at run time mends it.
	ErrNoTypesetter = errors.New("this build has no typesetter, so it cannot make PDFs: run “go run ./build/fetch” in the source, then build again")
	// ErrNotPrepared means that Prepare has not run, was interrupted, or that its result is damaged. Prepare mends it.
	ErrNotPrepared = errors.New("the typesetter is not prepared")
	// ErrClosed means that the Setter was closed.
	ErrClosed = errors.New("the typesetter is closed")
)

// A TemplateError is the typesetter’s refusal of a template or its data. The template is ours, so it is our mistake.
type TemplateError struct{ Problems []string }

func (e *TemplateError) Error() string {
	return "typeset: " + strings.Join(e.Problems, "; ")
}

// A CrashError is a failure inside the typesetter: a trap, a panic, or too little memory. The document was not made,
// nothing else is affected, and the next one gets a fresh typesetter.
type CrashError struct{ Cause error }

// Error leaves out the stack trace in the typesetter, which the cause still has.
func (e *CrashError) Error() string {
	cause, _, _ := strings.Cut(e.Cause.Error(), "\nwasm stack trace:")
	return "the typesetter stopped: " + cause
}

func (e *CrashError) Unwrap() error { return e.Cause }

// longest bounds one document. The fullest review takes a second; a template in a loop must not take for ever.
const longest = 2 * time.Minute

// maxMemory is when a typesetter is replaced after a document, since it keeps what it might need again and never
// gives memory back.
const maxMemory = 256 << 20

//go:embed *.typ
var templates embed.FS

// A Setter makes documents, one at a time: concurrent callers wait for each other. It holds some 250 MB, so close it
// when a while will pass until the next document.
type Setter struct {
	turn   chan struct{} // holds one token; whoever has it may touch what follows
	engine *engine       // nil when closed
	guest  *guest        // nil until needed, and after a failure
	assets assets
}

// Open loads the prepared typesetter from the folder that Prepare was given. It returns ErrNotPrepared, wrapped with the
// reason, when Prepare has to run first, and ErrNoTypesetter when it would not help.
func Open(ctx context.Context, cacheDir string) (*Setter, error) {
	a, err := load()
	if err != nil {
		return nil, err
	}
	c := cacheFor(cacheDir, a)
	if err := c.check(); err != nil {
		return nil, err
	}
	return open(ctx, c.dir, a)
}

// open loads the machine code in dir, or makes it there, which is the child’s errand.
func open(ctx context.Context, dir string, a assets) (*Setter, error) {
	e, err := newEngine(ctx, dir, a)
	if err != nil {
		return nil, err
	}
	s := &Setter{turn: make(chan struct{}, 1), engine: e, assets: a}
	s.turn <- struct{}{}
	return s, nil
}

// Close gives the memory back. It waits for the document being made.
func (s *Setter) Close() error {
	<-s.turn
	defer func() { s.turn <- struct{}{} }()
	if s.engine == nil {
		return nil
	}
	err := s.engine.close()
	s.engine, s.guest = nil, nil
	return err
}

// Review sets a weekly review.
func (s *Setter) Review(ctx context.Context, r render.Review) ([]byte, error) {
	template, err := fs.ReadFile(templates, "review.typ")
	if err != nil {
		return nil, err
	}
	pdf, err := s.PDF(ctx, string(template), r.Page())
	if err != nil {
		return nil, fmt.Errorf("set weekly review %s of %s: %w", r.Week, r.Team, err)
	}
	return pdf, nil
}

// PDF sets a template with its data. The template reads the data with json("data.json"), may import house.typ and
// charts.typ from this package, and finds no other file, no package and no clock.
func (s *Setter) PDF(ctx context.Context, template string, data any) ([]byte, error) {
	in, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("data for the typesetter: %w", err)
	}
	files := map[string][]byte{"/main.typ": []byte(template), "/data.json": in}
	for _, name := range []string{"house.typ", "charts.typ"} {
		if files["/"+name], err = fs.ReadFile(templates, name); err != nil {
			return nil, err
		}
	}

	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if s.engine == nil {
		return nil, ErrClosed
	}
	limited, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	return s.set(limited, files)
}

// set makes one document with the guest there is, or a new one. A guest that failed is not used again: its memory may
// be in any state.
func (s *Setter) set(ctx context.Context, files map[string][]byte) (pdf []byte, err error) {
	var refused *TemplateError
	defer func() {
		// Imports that panic end in an error already; this is for our own handling of what the guest answers.
		if r := recover(); r != nil {
			err = &CrashError{fmt.Errorf("%v", r)}
		}
		if s.guest != nil && (err != nil && !errors.As(err, &refused) || s.guest.memory() > maxMemory) {
			s.guest.close()
			s.guest = nil
		}
		if ctx.Err() != nil && err != nil {
			err = fmt.Errorf("%w (%w)", context.Cause(ctx), err)
		}
	}()
	if s.guest == nil {
		if s.guest, err = s.engine.newGuest(ctx, s.assets); err != nil {
			return nil, err
		}
	}
	return s.guest.pdf(ctx, files, "/main.typ")
}
