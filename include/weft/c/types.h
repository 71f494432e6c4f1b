/* Weft C API: kinds of values and of external things, function types. Conventions: <weft/weft.h>.
 */
#ifndef WEFT_C_TYPES_H
#define WEFT_C_TYPES_H

#include "weft/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum weft_valkind {
  WEFT_I32,
  WEFT_I64,
  WEFT_F32,
  WEFT_F64,
  WEFT_V128,
  WEFT_FUNCREF,
  WEFT_EXTERNREF,
  WEFT_ANYREF,
  WEFT_EXNREF
} weft_valkind_t;
typedef enum weft_externkind {
  WEFT_EXTERN_FUNC,
  WEFT_EXTERN_TABLE,
  WEFT_EXTERN_MEMORY,
  WEFT_EXTERN_GLOBAL,
  WEFT_EXTERN_TAG
} weft_externkind_t;

/* A function type, owned. Kinds of references are given by their top type; `weft_functype_text` has
 * the exact type. */
typedef struct weft_functype weft_functype_t;
WEFT_API weft_functype_t* weft_functype_new(const weft_valkind_t* params, size_t param_count,
                                            const weft_valkind_t* results, size_t result_count);
WEFT_API void weft_functype_delete(weft_functype_t*);
WEFT_API size_t weft_functype_params(const weft_functype_t*, const weft_valkind_t** out);
WEFT_API size_t weft_functype_results(const weft_functype_t*, const weft_valkind_t** out);

#ifdef __cplusplus
}
#endif

#endif
