/** @file
 * Weft C API: what the guest does: traces of its calls to the host, profiles of its functions.
 * Conventions: <weft/weft.h>. */
#ifndef WEFT_C_INSIGHT_H
#define WEFT_C_INSIGHT_H

#include "weft/c/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What weft_store_trace reports; a sum of these. */
typedef enum weft_trace_what {
  WEFT_TRACE_WASI = 1, /**< calls of WASI, with the names and meaning of their parameters */
  WEFT_TRACE_HOST = 2  /**< calls of the other functions of the host */
} weft_trace_what_t;
/** Gets one line without its end: `fd_write(fd: 1, iovs: 0x3ff0, ...) = success`. Control
 * characters of the guest's strings are escaped. Called on the store's thread when the host
 * function has ended; must not use the store. */
typedef void (*weft_trace_t)(void* env, const char* line, size_t size);
/** Traces the functions of the host that are linked or made in this store from now on. Functions
 * that are not traced pay nothing for it. */
WEFT_API void weft_store_trace(weft_store_t*, uint32_t what, weft_trace_t, void* env);

/** Forms of a profile. */
typedef enum weft_profile_format {
  WEFT_PROFILE_FOLDED,     /**< `outer;inner 12` for each stack: what flame graph tools read */
  WEFT_PROFILE_FIREFOX,    /**< JSON for profiler.firefox.com */
  WEFT_PROFILE_FLAME_GRAPH /**< a picture, SVG */
} weft_profile_format_t;
/** A profile of one store that is being taken. */
typedef struct weft_profile weft_profile_t;
/** Samples the store's guest every 2 ms, at function entries and loop headers, and behind calls of
 * host functions that are linked from now on. Until it ends it has the store's epoch deadline and
 * what happens there (weft_store_set_epoch_action) for itself: set these, and a deadline by the
 * clock, which is kept, before. Errors: BAD_CONFIG (option "epochs" is off), BAD_ARGUMENT (the
 * store has a profile already), OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_profile_start(weft_store_t*, weft_profile_t** out);
/** What was seen so far. `title` is shown in it. Control characters of names are shown as `?`.
 * Empty if there is no memory for it. */
WEFT_API weft_bytes_t weft_profile_report(const weft_profile_t*, weft_profile_format_t,
                                          const char* title, size_t title_size);
/** Samples so far. */
WEFT_API uint64_t weft_profile_samples(const weft_profile_t*);
/** Ends it: the store's epoch action and deadline by the clock are as before, a deadline in ticks
 * is gone. To be called while the store lives and its guest stands still. NULL may be given. */
WEFT_API void weft_profile_delete(weft_profile_t*);

#ifdef __cplusplus
}
#endif

#endif
