/* Weft C API: stores: fuel, deadlines, limits, the embedder's data. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_STORE_H
#define WEFT_C_STORE_H

#include "weft/c/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Owns everything that is made in it. One thread at a time. */
typedef struct weft_store weft_store_t;
/* Inside a host function: the store of the call and the instance that called. Valid during the
 * call. */
typedef struct weft_caller weft_caller_t;

/* `data` is the embedder's; `finalizer` (or NULL) is called with it when the store goes. */
WEFT_API weft_error_t* weft_store_new(weft_engine_t*, void* data, void (*finalizer)(void*),
                                      weft_store_t** out);
/** With everything in it; finalizers run. */
WEFT_API void weft_store_delete(weft_store_t*);
/** What weft_store_new was given. */
WEFT_API void* weft_store_data(const weft_store_t*);
/** More data of the embedder's, beside weft_store_data: replaces what was set before, whose
 * finalizer is called. `kind` is an address that says what it is. `finalizer` may be NULL. */
WEFT_API void weft_store_set_data(weft_store_t*, const void* kind, void* data,
                                  void (*finalizer)(void*));
/** What was set with this kind, else NULL. */
WEFT_API void* weft_store_data_of(const weft_store_t*, const void* kind);
/* Needs option "fuel". Fuel left. */
WEFT_API weft_error_t* weft_store_set_fuel(weft_store_t*, uint64_t fuel);
/** Fuel left. Needs option "fuel" (BAD_CONFIG). */
WEFT_API weft_error_t* weft_store_fuel(const weft_store_t*, uint64_t* out);
/* Needs option "epochs". Guest code traps with "interrupt" when the engine's epoch has advanced by
 * `ticks`. */
WEFT_API weft_error_t* weft_store_set_epoch_deadline(weft_store_t*, uint64_t ticks);
/* Needs option "epochs". As above, by the clock; waits inside WASI end too. 0 takes the deadline
 * away. */
WEFT_API weft_error_t* weft_store_set_deadline(weft_store_t*, uint64_t nanoseconds);
/* Sizes above which growth and creation are refused; UINT64_MAX means no limit. */
typedef struct weft_limits {
  uint64_t memory_bytes;
  uint64_t table_elements;
  uint64_t instances;
  uint64_t memories;
  uint64_t tables;
} weft_limits_t;
/** From now on; what exists already stays. */
WEFT_API void weft_store_limits(weft_store_t*, const weft_limits_t*);

#ifdef __cplusplus
}
#endif

#endif
