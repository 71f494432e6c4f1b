/* Weft C API: references: the embedder's values in the guest, what a reference points to, how long
 * it is held. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_REF_H
#define WEFT_C_REF_H

#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* externref around an embedder's value; `finalizer` runs when it is collected or the store goes. */
WEFT_API weft_error_t* weft_externref_new(weft_store_t*, void* value, void (*finalizer)(void*),
                                          weft_ref_t* out);
WEFT_API weft_error_t* weft_externref_get(const weft_store_t*, weft_ref_t, void** out);

/* What a reference points to. An externref can be any of them: extern.convert_any hides a guest's
 * object. */
typedef enum weft_refshape {
  WEFT_REF_NULL,
  WEFT_REF_I31,
  WEFT_REF_STRUCT,
  WEFT_REF_ARRAY,
  WEFT_REF_HOST, /* made by weft_externref_new */
  WEFT_REF_EXCEPTION
} weft_refshape_t;
WEFT_API weft_error_t* weft_ref_shape(weft_store_t*, weft_ref_t, weft_refshape_t* out);

/* References that the embedder gets are kept alive until the scope ends in which it got them: the
 * host function's call, or a scope opened here, or else the store. Scopes are closed in reverse
 * order; what is used after that must be held by the guest. `weft_store_collect` frees what nobody
 * can reach, now. */
WEFT_API size_t weft_scope_open(weft_store_t*);
WEFT_API void weft_scope_close(weft_store_t*, size_t scope);
WEFT_API void weft_store_collect(weft_store_t*);

#ifdef __cplusplus
}
#endif

#endif
