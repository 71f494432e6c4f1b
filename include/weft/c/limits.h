/** @file
 * Weft C API: what a store may use (limits, the resource limiter), and hooks at the crossings
 * between host and guest. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_LIMITS_H
#define WEFT_C_LIMITS_H

#include "weft/c/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Bytes of the store's heap of structs, arrays, exceptions and host values. UINT64_MAX (default):
 * no limit. What does not fit after a collection traps with "allocation size too large". */
WEFT_API void weft_store_limit_heap(weft_store_t*, uint64_t bytes);
/** Growth that is refused by a limit or fails traps with "growth operation limited" instead of
 * giving -1. Off by default. */
WEFT_API void weft_store_trap_on_refused_growth(weft_store_t*, bool on);

/** What a limiter answers. */
typedef enum weft_growth {
  WEFT_GROWTH_ALLOW,  /**< go on */
  WEFT_GROWTH_REFUSE, /**< growth gives -1, creation is an error */
  WEFT_GROWTH_TRAP    /**< the guest ends with "growth operation limited" */
} weft_growth_t;

/** Asked before everything a store creates or grows, behind the limits of weft_store_limits and
 * before declared maxima. Callbacks run on the store's thread, also in the middle of guest code:
 * they must not call the store, and must not throw. A NULL member allows everything. */
typedef struct weft_limiter {
  /** A memory, in bytes. `current` is 0 at creation; `maximum`: declared by its type, UINT64_MAX if
   * none. Growth by 0 asks nobody. */
  weft_growth_t (*memory_growing)(void* env, uint64_t current, uint64_t desired, uint64_t maximum);
  /** A table, in elements. Otherwise as memory_growing. */
  weft_growth_t (*table_growing)(void* env, uint64_t current, uint64_t desired, uint64_t maximum);
  /** The heap of references, in bytes of address space made usable. */
  weft_growth_t (*heap_growing)(void* env, uint64_t current, uint64_t desired);
  /** An instance: how many live ones there are, and would be. */
  weft_growth_t (*instance_creating)(void* env, uint64_t current, uint64_t desired);
  /** What was allowed failed after all: declared maximum, or the operating system. */
  void (*growth_failed)(void* env, weft_str_t reason);
  /** Called with `env` when the limiter is replaced or the store goes. */
  void (*finalizer)(void* env);
} weft_limiter_t;
/** Copies the limiter; NULL takes the present one away. It must not be replaced from one of its own
 * callbacks. Errors: OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_store_set_limiter(weft_store_t*, const weft_limiter_t*, void* env);

/** Crossings between host and guest. Always in pairs, also where the call fails. */
typedef enum weft_callhook {
  WEFT_CALLING_WASM,        /**< the host enters the guest */
  WEFT_RETURNING_FROM_WASM, /**< the guest returned or trapped */
  WEFT_CALLING_HOST,        /**< the guest calls a host function */
  WEFT_RETURNING_FROM_HOST  /**< the host function returned or failed */
} weft_callhook_t;
/** NULL goes on. An error ends the call: from WEFT_CALLING_WASM the guest does not run, from
 * WEFT_CALLING_HOST the host function does not; from the others it replaces the outcome. The store
 * may be used, calls included; calls made by a hook run no hooks. */
typedef weft_error_t* (*weft_callhook_fn)(void* env, weft_store_t*, weft_callhook_t);
/** `hook` NULL takes the present one away; `finalizer` (or NULL) is called with `env` when it is
 * replaced or the store goes. Not from inside a hook: error BAD_ARGUMENT. */
WEFT_API weft_error_t* weft_store_set_call_hook(weft_store_t*, weft_callhook_fn hook, void* env,
                                                void (*finalizer)(void*));

#ifdef __cplusplus
}
#endif

#endif
