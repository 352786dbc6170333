package typeset

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// An importFunc is one function that the guest imports. Parameters are on the stack, and the result replaces the first.
// A panic ends the guest’s call with an error, which is how imports fail.
type importFunc func(ctx context.Context, g *guest, stack []uint64)

// imports are the functions that the typesetter calls while it starts, takes fonts and sets pages, each doing what the
// JavaScript of the same name does in typst_ts_web_compiler.mjs 0.7.0. The hashes in the names change with every release.
//
// There is deliberately no clock (the time is always 1970, so equal input gives equal bytes), no randomness, no network,
// and no evaluation of code: the “functions” that the guest makes from source do nothing.
func imports() map[string]importFunc {
	all := map[string]importFunc{}
	for _, group := range []map[string]importFunc{values(), functions(), promises(), console()} {
		for name, f := range group {
			all[name] = f
		}
	}
	return all
}

// values makes, reads and drops plain values.
func values() map[string]importFunc {
	return map[string]importFunc{
		"__wbindgen_object_clone_ref": func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(g.heap.get(s[0])) },
		"__wbindgen_object_drop_ref":  func(_ context.Context, g *guest, s []uint64) { g.heap.take(s[0]) },

		"__wbg___wbindgen_is_undefined_f6b95eab589e0269": func(_ context.Context, g *guest, s []uint64) {
			_, ok := g.heap.get(s[0]).(undefined)
			s[0] = truth(ok)
		},
		"__wbg___wbindgen_is_string_704ef9c8fc131030": func(_ context.Context, g *guest, s []uint64) {
			_, ok := g.heap.get(s[0]).(string)
			s[0] = truth(ok)
		},

		"__wbg___wbindgen_boolean_get_dea25b33882b895b": func(_ context.Context, g *guest, s []uint64) {
			const neither = 0xffffff
			if b, ok := g.heap.get(s[0]).(bool); ok {
				s[0] = truth(b)
			} else {
				s[0] = neither
			}
		},
		"__wbg___wbindgen_number_get_9619185a74197f95": func(_ context.Context, g *guest, s []uint64) {
			n, ok := g.heap.get(s[1]).(float64)
			g.module.Memory().WriteUint32Le(uint32(s[0]), uint32(truth(ok)))
			g.module.Memory().WriteFloat64Le(uint32(s[0])+8, n)
		},
		"__wbg___wbindgen_string_get_a2a31e16edf96e42": func(ctx context.Context, g *guest, s []uint64) {
			to := s[0]
			if text, ok := g.heap.get(s[1]).(string); ok {
				g.mustReturn(ctx, to, text)
			} else {
				g.module.Memory().WriteUint32Le(uint32(to), 0)
			}
		},
		"__wbg___wbindgen_debug_string_adfb662ae34724b6": func(ctx context.Context, g *guest, s []uint64) {
			g.mustReturn(ctx, s[0], fmt.Sprint(g.heap.get(s[1])))
		},

		// Casts: number, text.
		"__wbindgen_cast_d6cd19b81560fd6e": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(math.Float64frombits(s[0]))
		},
		"__wbindgen_cast_2241b6af4c4b2941": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(string(g.mustRead(s[0], s[1])))
		},

		// Bytes: copied out, measured, copied in.
		"__wbg_new_from_slice_f9c22b9153b26992": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(g.mustRead(s[0], s[1]))
		},
		"__wbg_length_22ac23eaec9d8053": length,
		"__wbg_length_d45040a40c570362": length,
		"__wbg_prototypesetcall_dfe9b766cdc1f1fd": func(_ context.Context, g *guest, s []uint64) {
			if b := as[[]byte](g, s[2]); uint64(len(b)) != s[1] || !g.module.Memory().Write(uint32(s[0]), b) {
				panic(fmt.Errorf("no room for %d bytes at %d", len(b), s[0]))
			}
		},

		// Objects and arrays.
		"__wbg_new_1ba21ce319a06297": func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(object{}) },
		"__wbg_set_3f1d0b984ed272ed": func(_ context.Context, g *guest, s []uint64) {
			o := as[object](g, s[0])
			key, value := g.heap.take(s[1]), g.heap.take(s[2])
			o[key.(string)] = value
		},
		"__wbg_set_781438a03c0c3c81": func(_ context.Context, g *guest, s []uint64) {
			as[object](g, s[0])[as[string](g, s[1])] = g.heap.get(s[2])
			s[0] = truth(true)
		},
		"__wbg_new_25f239778d6112b9": func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(&array{}) },
		"__wbg_push_7d9be8f38fc13975": func(_ context.Context, g *guest, s []uint64) {
			a := as[*array](g, s[0])
			a.items = append(a.items, g.heap.get(s[1]))
			s[0] = uint64(len(a.items))
		},
		"__wbg_set_7df433eea03a5c14": func(_ context.Context, g *guest, s []uint64) {
			a, at := as[*array](g, s[0]), int(uint32(s[1]))
			if at > len(a.items) { // it fills arrays from the front
				panic(fmt.Errorf("array of %d set at %d", len(a.items), at))
			}
			v := g.heap.take(s[2])
			a.items = append(a.items[:at], append([]any{v}, a.items[min(at+1, len(a.items)):]...)...)
		},

		// Objects that live on the guest’s side: the compiler, and what a package registry would be called with.
		"__wbg_typstcompiler_new": func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(handle(s[0])) },
		"__wbg_proxycontext_new":  func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(handle(s[0])) },

		// The time: always the same, always in UTC.
		"__wbg_now_69d776cd24f5215b":               func(_ context.Context, _ *guest, s []uint64) { s[0] = math.Float64bits(0) },
		"__wbg_new_b2db8aa2650f793a":               func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(date{}) },
		"__wbg_getTimezoneOffset_45389e26d6f46823": func(_ context.Context, _ *guest, s []uint64) { s[0] = math.Float64bits(0) },
	}
}

// functions makes and calls functions.
func functions() map[string]importFunc {
	call := func(ctx context.Context, g *guest, s []uint64, args ...any) {
		v, err := as[*function](g, s[0]).call(ctx, args...)
		if err != nil {
			// Thrown, in JavaScript: the guest is told of the exception and then given nothing.
			g.mustCall(ctx, "__wbindgen_export3", g.heap.add(jsErr{err.Error()}))
			s[0] = 0
			return
		}
		s[0] = g.heap.add(v)
	}
	return map[string]importFunc{
		"__wbg_new_no_args_cb138f77cf6151ee": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(placeholder(string(g.mustRead(s[0], s[1]))))
		},
		"__wbg_new_with_args_df9e7125ffe55248": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(placeholder(string(g.mustRead(s[2], s[3]))))
		},
		"__wbg_call_abb4ff46ce38be40": func(ctx context.Context, g *guest, s []uint64) { call(ctx, g, s) },
		"__wbg_call_3020136f7a2d6e44": func(ctx context.Context, g *guest, s []uint64) { call(ctx, g, s, g.heap.get(s[2])) },
		"__wbg_call_78f94eb02ec7f9b2": func(ctx context.Context, g *guest, s []uint64) {
			call(ctx, g, s, g.heap.get(s[2]), g.heap.get(s[3]), g.heap.get(s[4]))
		},
		"__wbg___wbindgen_is_function_8d400b8b1af978cd": func(_ context.Context, g *guest, s []uint64) {
			_, ok := g.heap.get(s[0]).(*function)
			s[0] = truth(ok)
		},

		// A closure of the guest’s, kept alive as long as the guest is: it makes a handful.
		"__wbindgen_cast_3334ea73b4b28ba3": func(_ context.Context, g *guest, s []uint64) {
			a, b := s[0], s[1]
			s[0] = g.heap.add(&function{func(ctx context.Context, args ...any) (any, error) {
				_, err := g.call(ctx, "__wasm_bindgen_func_elem_944", a, b, g.heap.add(first(args)))
				return undefined{}, err
			}})
		},
		"__wbg__wbg_cb_unref_87dfb5aaa0cbcea7": func(context.Context, *guest, []uint64) {},
	}
}

// placeholder stands for a function that the guest makes from source text. There are five, which pretend a file system
// and a package registry until real ones are set, as they never are here. They must not find anything.
func placeholder(source string) *function {
	return &function{func(_ context.Context, args ...any) (any, error) {
		switch source {
		case "return 0": // when a file was changed
			return 0.0, nil
		case "return true": // whether there is such a file
			return false, nil
		case "return path":
			return first(args), nil
		default: // to read a file, or find a package
			return nil, errors.New("there are no files and no packages here")
		}
	}}
}

// promises lets the guest leave work for later.
func promises() map[string]importFunc {
	absent := func(_ context.Context, _ *guest, s []uint64) { s[0] = 0 }
	return map[string]importFunc{
		// Of the four names for the global object, one suffices, and all that is looked for on it is queueMicrotask.
		"__wbg_static_accessor_SELF_08f5a74c69739274":   absent,
		"__wbg_static_accessor_WINDOW_a8924b26aa92d024": absent,
		"__wbg_static_accessor_GLOBAL_769e6b65d6557335": absent,
		"__wbg_static_accessor_GLOBAL_THIS_60cf02db4de8e1c1": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(object{"queueMicrotask": &function{}})
		},
		"__wbg_queueMicrotask_9b549dfce8865860": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(as[object](g, s[0])["queueMicrotask"])
		},
		"__wbg_queueMicrotask_fca69f5bfad613a5": func(_ context.Context, g *guest, s []uint64) {
			f := as[*function](g, s[0])
			g.tasks = append(g.tasks, func(ctx context.Context) error {
				_, err := f.call(ctx, undefined{})
				return err
			})
		},

		"__wbg_new_ff12d2b041fb48f1": func(ctx context.Context, g *guest, s []uint64) {
			a, b, p := s[0], s[1], &promise{}
			settle := func(failed bool) uint64 {
				return g.heap.add(&function{func(_ context.Context, args ...any) (any, error) {
					p.settle(g, first(args), failed)
					return undefined{}, nil
				}})
			}
			g.mustCall(ctx, "__wasm_bindgen_func_elem_37350", a, b, settle(false), settle(true))
			s[0] = g.heap.add(p)
		},
		"__wbg_resolve_fd5bfbaa4ce36e1e": func(_ context.Context, g *guest, s []uint64) {
			v := g.heap.get(s[0])
			if _, ok := v.(*promise); !ok {
				v = &promise{value: v, settled: true}
			}
			s[0] = g.heap.add(v)
		},
		"__wbg_then_4f95312d68691235": func(_ context.Context, g *guest, s []uint64) {
			as[*promise](g, s[0]).then(g, as[*function](g, s[1]))
			s[0] = g.heap.add(&promise{}) // the chained promise, which nobody waits for
		},
	}
}

// console receives errors. A Rust panic writes its message there and then traps.
func console() map[string]importFunc {
	return map[string]importFunc{
		"__wbg_error_7534b8e9a36f1ab4": func(ctx context.Context, g *guest, s []uint64) {
			at, size := s[0], s[1]
			g.said = append(g.said, string(g.mustRead(at, size)))
			g.mustCall(ctx, "__wbindgen_export4", at, size, 1) // the text was lent to us to free
		},
		"__wbg___wbindgen_throw_dd24417ed36fc46e": func(_ context.Context, g *guest, s []uint64) {
			panic(fmt.Errorf("%s", g.mustRead(s[0], s[1])))
		},
		"__wbg_Error_52673b7de5a0ca89": func(_ context.Context, g *guest, s []uint64) {
			s[0] = g.heap.add(jsErr{string(g.mustRead(s[0], s[1]))})
		},
		"__wbg_new_8a6f238a6ece86ea": func(_ context.Context, g *guest, s []uint64) { s[0] = g.heap.add(jsErr{}) },
		"__wbg_stack_0ed75d68575b0f3c": func(ctx context.Context, g *guest, s []uint64) {
			g.mustReturn(ctx, s[0], "none")
		},
	}
}

func length(_ context.Context, g *guest, s []uint64) {
	switch v := g.heap.get(s[0]).(type) {
	case []byte:
		s[0] = uint64(len(v))
	case *array:
		s[0] = uint64(len(v.items))
	default:
		panic(fmt.Errorf("%T has no length", v))
	}
}

// as is the value in a slot as the type that the import is for.
func as[T any](g *guest, slot uint64) T {
	v, ok := g.heap.get(slot).(T)
	if !ok {
		panic(fmt.Errorf("slot %d holds %T, not %T", uint32(slot), g.heap.get(slot), v))
	}
	return v
}

func (g *guest) mustRead(at, size uint64) []byte {
	b, err := g.read(at, size)
	if err != nil {
		panic(err)
	}
	return b
}

func (g *guest) mustCall(ctx context.Context, name string, args ...uint64) {
	if _, err := g.call(ctx, name, args...); err != nil {
		panic(err)
	}
}

// mustReturn answers with text: a pointer and a length at the address that the guest gave.
func (g *guest) mustReturn(ctx context.Context, to uint64, text string) {
	r, err := g.pass(ctx, []byte(text))
	if err != nil {
		panic(err)
	}
	g.module.Memory().WriteUint32Le(uint32(to), uint32(r.at))
	g.module.Memory().WriteUint32Le(uint32(to)+4, uint32(r.size))
}

func first(args []any) any {
	if len(args) == 0 {
		return undefined{}
	}
	return args[0]
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
