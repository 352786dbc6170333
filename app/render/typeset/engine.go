package typeset

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// memoryPages of 64 KiB bound what the typesetter may use: 512 MB, several times what a full review takes.
const memoryPages = 8192

// An engine is the typesetter as machine code, from which guests are made.
type engine struct {
	cache   wazero.CompilationCache
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// newEngine loads the machine code from dir. When it is not there it is made and kept there, which takes long and much
// memory: only the child process lets it come to that.
func newEngine(ctx context.Context, dir string, a assets) (_ *engine, err error) {
	wasm, err := a.unpack(a.wasm)
	if err != nil {
		return nil, err
	}
	e := &engine{}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if e.cache, err = wazero.NewCompilationCacheWithDir(dir); err != nil {
		return nil, err
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().
		WithCompilationCache(e.cache).
		WithCloseOnContextDone(true). // part of the machine code: without it nothing stops a loop
		WithMemoryLimitPages(memoryPages))
	workers := experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	if e.module, err = e.runtime.CompileModule(workers, wasm); err != nil {
		return nil, fmt.Errorf("load the typesetter: %w", err)
	}
	return e, e.provideImports(ctx)
}

// provideImports gives the typesetter the few pieces of a browser that it asks for. An import that we did not write is
// there too, and fails by name when it is called: most are for features that are never used.
func (e *engine) provideImports(ctx context.Context) error {
	host := e.runtime.NewHostModuleBuilder("wbg")
	written := imports()
	for _, f := range e.module.ImportedFunctions() {
		_, name, _ := f.Import()
		call, ok := written[name]
		if !ok {
			call = func(context.Context, *guest, []uint64) {
				panic(fmt.Errorf("the typesetter asked for %s, which is not provided", name))
			}
		}
		host.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(ctx context.Context, stack []uint64) {
			call(ctx, ctx.Value(guestKey{}).(*guest), stack)
		}), f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	_, err := host.Instantiate(ctx)
	return err
}

func (e *engine) close() error {
	var errs []error
	if e.runtime != nil {
		errs = append(errs, e.runtime.Close(context.Background()))
	}
	if e.cache != nil {
		errs = append(errs, e.cache.Close(context.Background()))
	}
	return errors.Join(errs...)
}
