/** @file
 * Weft C API: globals and tables. Conventions: <weft/weft.h>. Errors of all functions: WRONG_STORE,
 * FREED; BAD_ARGUMENT where a value is not of the type, an index is out of bounds, or the global
 * immutable; LIMIT_EXCEEDED where a table cannot be made or grow. */
#ifndef WEFT_C_GLOBAL_TABLE_H
#define WEFT_C_GLOBAL_TABLE_H

#include "weft/c/store.h"
#include "weft/c/types.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A global of the host's; a reference's type is the kind's top type. */
WEFT_API weft_error_t* weft_global_new(weft_store_t*, weft_valkind_t, bool is_mutable,
                                       const weft_val_t*, weft_global_t* out);
/** A global of exactly that type. */
WEFT_API weft_error_t* weft_global_new_exact(weft_store_t*, const weft_globaltype_t*,
                                             const weft_val_t*, weft_global_t* out);
/** Its type. */
WEFT_API weft_error_t* weft_global_type(const weft_store_t*, weft_global_t, weft_globaltype_t* out);
/** Its value; a reference is rooted in the present scope. */
WEFT_API weft_error_t* weft_global_get(const weft_store_t*, weft_global_t, weft_val_t* out);
/** Sets it, if it is mutable. */
WEFT_API weft_error_t* weft_global_set(weft_store_t*, weft_global_t, const weft_val_t*);

/** A table of the host's, full of `init`; `max` UINT64_MAX: no maximum. Elements are of the kind's
 * top type. */
WEFT_API weft_error_t* weft_table_new(weft_store_t*, weft_valkind_t, uint64_t min, uint64_t max,
                                      bool table64, const weft_val_t* init, weft_table_t* out);
/** A table of exactly that type. */
WEFT_API weft_error_t* weft_table_new_exact(weft_store_t*, const weft_tabletype_t*,
                                            const weft_val_t* init, weft_table_t* out);
/** Its type; `min` is the present size. */
WEFT_API weft_error_t* weft_table_type(const weft_store_t*, weft_table_t, weft_tabletype_t* out);
/** In elements. */
WEFT_API weft_error_t* weft_table_size(const weft_store_t*, weft_table_t, uint64_t* out);
/** The element; a reference is rooted in the present scope. */
WEFT_API weft_error_t* weft_table_get(const weft_store_t*, weft_table_t, uint64_t index,
                                      weft_val_t* out);
/** Sets the element. */
WEFT_API weft_error_t* weft_table_set(weft_store_t*, weft_table_t, uint64_t index,
                                      const weft_val_t*);
/** Sets `count` elements from `index` on, all or none. */
WEFT_API weft_error_t* weft_table_fill(weft_store_t*, weft_table_t, uint64_t index, uint64_t count,
                                       const weft_val_t*);
/** By `delta` elements, which are `init`; *old is the size before. */
WEFT_API weft_error_t* weft_table_grow(weft_store_t*, weft_table_t, uint64_t delta,
                                       const weft_val_t* init, uint64_t* old);

#ifdef __cplusplus
}
#endif

#endif
