/* Weft C API: globals and tables. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_GLOBAL_TABLE_H
#define WEFT_C_GLOBAL_TABLE_H

#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

WEFT_API weft_error_t* weft_global_new(weft_store_t*, weft_valkind_t, bool is_mutable,
                                       const weft_val_t*, weft_global_t* out);
WEFT_API weft_error_t* weft_global_get(const weft_store_t*, weft_global_t, weft_val_t* out);
WEFT_API weft_error_t* weft_global_set(weft_store_t*, weft_global_t, const weft_val_t*);
WEFT_API weft_error_t* weft_table_new(weft_store_t*, weft_valkind_t, uint64_t min, uint64_t max,
                                      bool table64, const weft_val_t* init, weft_table_t* out);
WEFT_API weft_error_t* weft_table_size(const weft_store_t*, weft_table_t, uint64_t* out);
WEFT_API weft_error_t* weft_table_get(const weft_store_t*, weft_table_t, uint64_t index,
                                      weft_val_t* out);
WEFT_API weft_error_t* weft_table_set(weft_store_t*, weft_table_t, uint64_t index,
                                      const weft_val_t*);
WEFT_API weft_error_t* weft_table_grow(weft_store_t*, weft_table_t, uint64_t delta,
                                       const weft_val_t* init, uint64_t* old);

#ifdef __cplusplus
}
#endif

#endif
