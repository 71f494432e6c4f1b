/* Weft C API: memories, also shared by threads. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_MEMORY_H
#define WEFT_C_MEMORY_H

#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Valid until the guest runs or the memory grows. */
WEFT_API weft_error_t* weft_memory_data(const weft_store_t*, weft_memory_t, uint8_t** base,
                                        uint64_t* bytes);
WEFT_API weft_error_t* weft_memory_new(weft_store_t*, uint64_t min_pages, uint64_t max_pages,
                                       bool memory64, bool shared, weft_memory_t* out);
/* In pages; *old is the size before. */
WEFT_API weft_error_t* weft_memory_grow(weft_store_t*, weft_memory_t, uint64_t delta,
                                        uint64_t* old);

/* A memory declared `shared`, outside any store: any thread may hold and clone it and put it into
 * its own store. It lives as long as one of these or one of the stores. Growth is seen by all, and
 * never moves it. */
typedef struct weft_shared_memory weft_shared_memory_t;
/* max_pages is needed: a shared memory has a maximum. */
WEFT_API weft_error_t* weft_shared_memory_new(weft_engine_t*, uint64_t min_pages,
                                              uint64_t max_pages, bool memory64,
                                              weft_shared_memory_t** out);
WEFT_API weft_shared_memory_t* weft_shared_memory_clone(const weft_shared_memory_t*);
WEFT_API void weft_shared_memory_delete(weft_shared_memory_t*);
/* Of a store's memory; WEFT_ERROR_BAD_ARGUMENT if that is not shared. */
WEFT_API weft_error_t* weft_memory_share(const weft_store_t*, weft_memory_t,
                                         weft_shared_memory_t** out);
/* A memory of this store, for its imports. */
WEFT_API weft_error_t* weft_memory_from_shared(weft_store_t*, const weft_shared_memory_t*,
                                               weft_memory_t* out);

#ifdef __cplusplus
}
#endif

#endif
