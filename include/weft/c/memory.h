/** @file
 * Weft C API: memories, also shared by threads. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_MEMORY_H
#define WEFT_C_MEMORY_H

#include "weft/c/store.h"
#include "weft/c/types.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Where the memory is, and its size in bytes. Valid until the guest runs or the memory grows.
 * Errors: WRONG_STORE, FREED. */
WEFT_API weft_error_t* weft_memory_data(const weft_store_t*, weft_memory_t, uint8_t** base,
                                        uint64_t* bytes);
/** A memory of the host's, to be imported. Sizes in pages of 64 KiB; `max_pages` UINT64_MAX: no
 * maximum. Errors: BAD_ARGUMENT (minimum above maximum; shared without a maximum), LIMIT_EXCEEDED,
 * OUT_OF_MEMORY. */
WEFT_API weft_error_t* weft_memory_new(weft_store_t*, uint64_t min_pages, uint64_t max_pages,
                                       bool memory64, bool shared, weft_memory_t* out);
/** Its type; `min` is the present size. Errors: WRONG_STORE, FREED. */
WEFT_API weft_error_t* weft_memory_type(const weft_store_t*, weft_memory_t, weft_memorytype_t* out);
/** By so many pages; *old is the size before. Errors: WRONG_STORE, FREED, LIMIT_EXCEEDED (maximum,
 * limits, the limiter, the operating system). */
WEFT_API weft_error_t* weft_memory_grow(weft_store_t*, weft_memory_t, uint64_t delta,
                                        uint64_t* old);

/** A memory declared `shared`, outside any store: any thread may hold and clone it and put it into
 * its own store. It lives as long as one of these or one of the stores. Growth is seen by all, and
 * never moves it. */
typedef struct weft_shared_memory weft_shared_memory_t;
/** `max_pages` is needed: a shared memory has a maximum. Errors: as weft_memory_new. */
WEFT_API weft_error_t* weft_shared_memory_new(weft_engine_t*, uint64_t min_pages,
                                              uint64_t max_pages, bool memory64,
                                              weft_shared_memory_t** out);
/** One more owner. Any thread. Cannot fail. */
WEFT_API weft_shared_memory_t* weft_shared_memory_clone(const weft_shared_memory_t*);
/** One owner less. Any thread. Null is allowed. */
WEFT_API void weft_shared_memory_delete(weft_shared_memory_t*);
/** Of a store's memory. Errors: WRONG_STORE, FREED, BAD_ARGUMENT (it is not shared). */
WEFT_API weft_error_t* weft_memory_share(const weft_store_t*, weft_memory_t,
                                         weft_shared_memory_t** out);
/** A memory of this store, for its imports. Errors: LIMIT_EXCEEDED. */
WEFT_API weft_error_t* weft_memory_from_shared(weft_store_t*, const weft_shared_memory_t*,
                                               weft_memory_t* out);

#ifdef __cplusplus
}
#endif

#endif
