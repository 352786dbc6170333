package typeset

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// guestKey finds the guest that an import was called by, in the context of the call.
type guestKey struct{}

// A guest is one running typesetter with its fonts. It follows the calling conventions that wasm-bindgen generates for
// @myriaddreamin/typst-ts-web-compiler 0.7.0: values of the other side are numbers of slots on a heap, text is a pointer
// and a length, and results of more than one word come through a slot on the guest’s stack.
//
// Any error but a TemplateError leaves it unusable.
type guest struct {
	module   api.Module
	heap     *heap
	tasks    []func(context.Context) error // what the guest left to do later, as a browser would between events
	compiler uint64                        // the typesetter’s handle
	said     []string                      // what it wrote to the console, for when it crashes
}

// newGuest starts a typesetter and hands it the fonts.
func (e *engine) newGuest(ctx context.Context, a assets) (_ *guest, err error) {
	g := &guest{heap: newHeap()}
	ctx = context.WithValue(ctx, guestKey{}, g)
	g.module, err = e.runtime.InstantiateModule(withMemory(ctx), e.module, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		return nil, &CrashError{err}
	}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	if start := g.module.ExportedFunction("__wbindgen_start"); start != nil {
		if _, err := start.Call(ctx); err != nil {
			return nil, g.crash(err)
		}
	}
	builder, err := g.results(ctx, "typstcompilerbuilder_new", 3)
	if err != nil {
		return nil, err
	}
	// No files but those given with each document, and no package registry.
	if _, err := g.results(ctx, "typstcompilerbuilder_set_dummy_access_model", 2, uint64(builder[0])); err != nil {
		return nil, err
	}
	for _, name := range a.fonts {
		font, err := a.unpack(name)
		if err != nil {
			return nil, err
		}
		if _, err := g.await(ctx, "typstcompilerbuilder_add_raw_font", uint64(builder[0]), g.heap.add(font)); err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
	}
	built, err := g.await(ctx, "typstcompilerbuilder_build", uint64(builder[0]))
	if err != nil {
		return nil, err
	}
	handle, ok := built.(handle)
	if !ok {
		return nil, g.crash(fmt.Errorf("the builder gave %T", built))
	}
	g.compiler = uint64(handle)
	return g, nil
}

// Diagnostics are asked for as lines of text, “main.typ:3:7: error: …”.
const unixDiagnostics = 2

// pdf sets the main file and forgets all files afterwards.
func (g *guest) pdf(ctx context.Context, files map[string][]byte, main string) ([]byte, error) {
	ctx = context.WithValue(ctx, guestKey{}, g)
	for name, content := range files {
		if err := g.give(ctx, name, content); err != nil {
			return nil, err
		}
	}
	path, err := g.pass(ctx, []byte(main))
	if err != nil {
		return nil, err
	}
	format, err := g.pass(ctx, []byte("pdf"))
	if err != nil {
		return nil, err
	}
	const noInputs, none = 0, 0
	out, err := g.results(ctx, "typstcompiler_compile", 3,
		g.compiler, path.at, path.size, noInputs, none, format.at, format.size, unixDiagnostics)
	if err != nil {
		return nil, err
	}
	if _, err := g.call(ctx, "typstcompiler_reset_shadow", g.compiler); err != nil {
		return nil, err
	}
	result, ok := g.heap.take(uint64(out[0])).(object)
	if !ok {
		return nil, g.crash(errors.New("it gave no result"))
	}
	pdf, ok := result["result"].([]byte)
	if !ok || len(pdf) == 0 {
		return nil, &TemplateError{problems(result["diagnostics"])}
	}
	return pdf, nil
}

// problems are the errors among the diagnostics; warnings matter to nobody once there is a page.
func problems(v any) []string {
	var out []string
	list, _ := v.(*array)
	if list != nil {
		for _, d := range list.items {
			if s := fmt.Sprint(d); !strings.Contains(s, "warning:") {
				out = append(out, s)
			}
		}
	}
	if len(out) == 0 {
		out = []string{"no pages and no reason were given"}
	}
	return out
}

// give makes a file visible to templates.
func (g *guest) give(ctx context.Context, name string, content []byte) error {
	path, err := g.pass(ctx, []byte(name))
	if err != nil {
		return err
	}
	body, err := g.pass(ctx, content)
	if err != nil {
		return err
	}
	ok, err := g.call(ctx, "typstcompiler_map_shadow", g.compiler, path.at, path.size, body.at, body.size)
	if err == nil && ok == 0 {
		err = g.crash(fmt.Errorf("it refused the file %s", name))
	}
	return err
}

// A region of the guest’s memory.
type region struct{ at, size uint64 }

// pass copies bytes into the guest, which then owns them.
func (g *guest) pass(ctx context.Context, b []byte) (region, error) {
	const alignment = 1
	at, err := g.call(ctx, "__wbindgen_export", uint64(len(b)), alignment)
	if err != nil {
		return region{}, err
	}
	if !g.module.Memory().Write(uint32(at), b) {
		return region{}, g.crash(fmt.Errorf("no room for %d bytes", len(b)))
	}
	return region{at, uint64(len(b))}, nil
}

// read copies bytes out of the guest.
func (g *guest) read(at, size uint64) ([]byte, error) {
	b, ok := g.module.Memory().Read(uint32(at), uint32(size))
	if !ok {
		return nil, g.crash(fmt.Errorf("it pointed outside its memory"))
	}
	return append([]byte(nil), b...), nil
}

// call calls an export with at most one result.
func (g *guest) call(ctx context.Context, name string, args ...uint64) (uint64, error) {
	f := g.module.ExportedFunction(name)
	if f == nil {
		return 0, g.crash(fmt.Errorf("it has no %s: not the version this program was written for", name))
	}
	out, err := f.Call(ctx, args...)
	if err != nil {
		return 0, g.crash(err)
	}
	if len(out) == 0 {
		return 0, nil
	}
	return out[0], nil
}

// results calls an export that answers with n words. The last says whether it failed, the one before holds the error.
func (g *guest) results(ctx context.Context, name string, n int, args ...uint64) ([]uint32, error) {
	const frame = 16
	at, err := g.call(ctx, "__wbindgen_add_to_stack_pointer", uint64(0xffffffff-frame+1))
	if err != nil {
		return nil, err
	}
	if _, err := g.call(ctx, name, append([]uint64{at}, args...)...); err != nil {
		return nil, err
	}
	b, err := g.read(at, uint64(4*n))
	if err != nil {
		return nil, err
	}
	if _, err := g.call(ctx, "__wbindgen_add_to_stack_pointer", frame); err != nil {
		return nil, err
	}
	out := make([]uint32, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	if out[n-1] != 0 {
		return nil, g.crash(fmt.Errorf("%s: %v", name, g.heap.take(uint64(out[n-2]))))
	}
	return out, nil
}

// await calls an export that answers with a promise, does what was left for later, and returns what was promised.
func (g *guest) await(ctx context.Context, name string, args ...uint64) (any, error) {
	slot, err := g.call(ctx, name, args...)
	if err != nil {
		return nil, err
	}
	p, ok := g.heap.take(slot).(*promise)
	if !ok {
		return nil, g.crash(fmt.Errorf("%s gave no promise", name))
	}
	if err := g.work(ctx); err != nil {
		return nil, err
	}
	if !p.settled || p.failed {
		return nil, g.crash(fmt.Errorf("%s: settled %t with %v", name, p.settled, p.value))
	}
	return p.value, nil
}

// work does the tasks until none is left; a task may add others.
func (g *guest) work(ctx context.Context) error {
	for len(g.tasks) > 0 {
		task := g.tasks[0]
		g.tasks = g.tasks[1:]
		if err := task(ctx); err != nil {
			return g.crash(err)
		}
	}
	return nil
}

// crash wraps an error, once, with what the guest said last: a Rust panic explains itself on the console only.
func (g *guest) crash(err error) error {
	var already *CrashError
	if errors.As(err, &already) {
		return err
	}
	if n := len(g.said); n > 0 {
		err = fmt.Errorf("%s: %w", firstLine(g.said[n-1]), err)
	}
	return &CrashError{err}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n\nStack:")
	return strings.Join(strings.Fields(s), " ")
}

func (g *guest) memory() int64 { return int64(g.module.Memory().Size()) }

func (g *guest) close() {
	if g.module != nil {
		// It holds nothing but memory, which is gone either way.
		_ = g.module.Close(context.Background())
	}
}
