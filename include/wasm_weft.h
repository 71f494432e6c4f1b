/** @file
 * What Weft adds to the standard C API of `wasm.h`: configuration by name, fuel, epochs and
 * deadlines, limits, WASI, backtraces, the text format, reasons of refusals.
 *
 * Most of it needs no functions of its own: the handles of `wasm.h` are handles of `weft.h` in
 * other clothes, and the functions here give the one for the other.
 * @code
 * wasm_config_t* config = wasm_config_new();
 * weft_error_delete(weft_config_set(weft_wasm_config(config), "fuel", 1));
 * wasm_engine_t* engine = wasm_engine_new_with_config(config);
 * wasm_store_t* store = wasm_store_new(engine);
 * weft_error_delete(weft_store_set_fuel(weft_wasm_store(store), 1000000));
 * @endcode
 * Conventions are those of `weft.h` where its types are in the signature. Threads: as `wasm.h`.
 */
#ifndef WASM_WEFT_H
#define WASM_WEFT_H

#include "wasm.h"
#include "weft/weft.h"

#ifdef __cplusplus
extern "C" {
#endif

/** More values of wasm_valkind_t: types of Wasm 3.0 that the standard header has no words for. */
enum weft_wasm_valkind {
  WEFT_WASM_V128 = 4,     /**< In types only: wasm_val_t has no room for one. Reading one gives its
                               low half in `of.i64`, writing and calling with one is refused. */
  WEFT_WASM_ANYREF = 130, /**< Any reference to the guest's objects: structs, arrays, i31. */
  WEFT_WASM_EXNREF = 131  /**< An exception. */
};
/** One more value of wasm_externkind_t: an exception tag, which can be passed on only. */
enum weft_wasm_externkind { WEFT_WASM_EXTERN_TAG = 4 };

/** @name Borrowed handles of weft.h
 * Valid as long as the argument; never delete them. NULL gives NULL.
 * @{ */
/** Options and features by name: weft_config_set, weft_config_feature. */
WEFT_API weft_config_t* weft_wasm_config(wasm_config_t*);
/** weft_engine_increment_epoch. */
WEFT_API weft_engine_t* weft_wasm_engine(wasm_engine_t*);
/** Fuel, deadlines, limits, WASI configuration, garbage collection. */
WEFT_API weft_store_t* weft_wasm_store(wasm_store_t*);
/** What it was compiled to. */
WEFT_API const weft_module_t* weft_wasm_module(const wasm_module_t*);
/** Code, exit status of a WASI program, frames with names, the backtrace as text. */
WEFT_API const weft_trap_t* weft_wasm_trap(const wasm_trap_t*);
/** @} */

/** @name Things in a store, to and fro
 * The values of weft.h are plain numbers and stay valid as long as the store or the instance they
 * belong to. Of a store that was deleted they are zero, which every function refuses.
 *
 * weft_instance_free ends an instance of wasm.h too, if nothing refers to it. Names that are left
 * of it, of what it exports, and in frames of its traps can be deleted, copied and compared;
 * everything else on them is refused, as after wasm_store_delete. Its host information ends with
 * the store, or when something else takes its place.
 * @{ */
/** The import or export as a value. */
WEFT_API weft_extern_t weft_wasm_extern(const wasm_extern_t*);
/** The instance as a value. */
WEFT_API weft_instance_t weft_wasm_instance(const wasm_instance_t*);
/** The caller's to delete. NULL if it belongs to another store. */
WEFT_API wasm_extern_t* weft_wasm_extern_new(wasm_store_t*, const weft_extern_t*);
/** The caller's to delete. NULL if it belongs to another store. */
WEFT_API wasm_instance_t* weft_wasm_instance_new(wasm_store_t*, weft_instance_t);
/** @} */

/** A module from the binary or the text format, or the reason why not. */
WEFT_API weft_error_t* weft_wasm_module_new(wasm_store_t*, const char* bytes, size_t size,
                                            wasm_module_t** out);

/** Instantiates with the imports that `linker` (made for the same engine) defines, WASI among them
 * (weft_linker_wasi). An error if something is missing or does not fit; `*trap` (the caller's) if
 * a segment or the start function trapped. */
WEFT_API weft_error_t* weft_wasm_instantiate(wasm_store_t*, weft_linker_t* linker,
                                             const wasm_module_t*, wasm_instance_t** out,
                                             wasm_trap_t** trap);

/** Why the last function of wasm.h on this store returned NULL or false. Valid until the next call
 * of a function on the store; empty if nothing was refused yet. */
WEFT_API weft_str_t weft_wasm_last_error(const wasm_store_t*);

#ifdef __cplusplus
}
#endif

#endif
