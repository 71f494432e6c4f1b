/* Weft C API: functions: made by the host, called by the host. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_FUNC_H
#define WEFT_C_FUNC_H

#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parameters are in `cells` from 0; results are written there from 0. NULL is success; an error
 * becomes a trap with weft_trap_host_error. `capacity` covers both. */
typedef weft_error_t* (*weft_callback_t)(void* env, weft_caller_t* caller, weft_raw_t* cells,
                                         size_t capacity);
/** A host function. `finalizer` (or NULL) is called with `env` when the store goes, or at once if
 * this fails. */
WEFT_API weft_error_t* weft_func_new(weft_store_t*, const weft_functype_t*, weft_callback_t,
                                     void* env, void (*finalizer)(void*), weft_func_t* out);
/* Owned. */
WEFT_API weft_error_t* weft_func_type(const weft_store_t*, weft_func_t, weft_functype_t** out);
/* Counts and types are checked before anything runs. *trap is NULL after success. */
WEFT_API weft_error_t* weft_func_call(weft_store_t*, weft_func_t, const weft_val_t* args,
                                      size_t arg_count, weft_val_t* results, size_t result_count,
                                      weft_trap_t** trap);
/* The caller vouches for types and capacity >= max(cells of parameters, cells of results). Returns
 * NULL or the trap. */
WEFT_API weft_trap_t* weft_func_call_unchecked(weft_store_t*, weft_func_t, weft_raw_t* cells,
                                               size_t capacity);
/* A function whose signature was checked once: later calls check only that it is of this store and
 * that its instance was not freed. */
typedef struct weft_typed_func {
  uint64_t store;
  uint64_t func;
} weft_typed_func_t;
/** Checks that the function takes and gives exactly these kinds. Errors: BAD_ARGUMENT, WRONG_STORE.
 */
WEFT_API weft_error_t* weft_func_typed(const weft_store_t*, weft_func_t,
                                       const weft_valkind_t* params, size_t param_count,
                                       const weft_valkind_t* results, size_t result_count,
                                       weft_typed_func_t* out);
/** As weft_func_typed, of exact types. The function fits if it takes these parameters or more
 * general ones and gives these results or more special ones. */
WEFT_API weft_error_t* weft_func_typed_exact(const weft_store_t*, weft_func_t,
                                             const weft_valtype_t* params, size_t param_count,
                                             const weft_valtype_t* results, size_t result_count,
                                             weft_typed_func_t* out);
/** NULL or the trap. The caller vouches for capacity >= max(cells of parameters, of results). */
WEFT_API weft_trap_t* weft_typed_call(weft_store_t*, weft_typed_func_t, weft_raw_t* cells,
                                      size_t capacity);

/* The store a host function was called in: usable for everything that takes a store, during the
 * call. */
WEFT_API weft_store_t* weft_caller_store(weft_caller_t*);
/** The instance that called; false if the host itself called the function. */
WEFT_API bool weft_caller_instance(weft_caller_t*, weft_instance_t* out);
/** An export of the calling instance; false if there is none of that name. */
WEFT_API bool weft_caller_export(weft_caller_t*, const char* name, size_t size, weft_extern_t* out);
/* The calling instance's memory of that name in one step; false if there is none. Valid until the
 * guest runs. */
WEFT_API bool weft_caller_memory(weft_caller_t*, const char* name, size_t size, uint8_t** base,
                                 uint64_t* bytes);
/* Ends the guest program: return the error from the host function. Not a trap of the guest. */
WEFT_API weft_error_t* weft_error_exit(int32_t status);
/* Takes the trap of a guest call made by a host function, which by returning this ends in the same
 * way: with the inner backtrace; a wasm exception goes on to the handlers of the guest outside. */
WEFT_API weft_error_t* weft_error_from_trap(weft_trap_t*);

#ifdef __cplusplus
}
#endif

#endif
