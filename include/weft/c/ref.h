/** @file
 * Weft C API: references: the embedder's values in the guest, what a reference points to, how long
 * it is held. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_REF_H
#define WEFT_C_REF_H

#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/** externref around an embedder's value. `finalizer` (or NULL) runs once, when the value was
 * collected or the store goes; it runs on the store's thread, never in the middle of guest code,
 * and may call the store - except when the store goes, which refuses calls then. Errors:
 * LIMIT_EXCEEDED (the heap is full; the finalizer does not run then). */
WEFT_API weft_error_t* weft_externref_new(weft_store_t*, void* value, void (*finalizer)(void*),
                                          weft_ref_t* out);
/** As weft_externref_new. `kind` is an address that says what `value` is, for weft_externref_data:
 * a C++ type, say, where there is no run-time type information. */
WEFT_API weft_error_t* weft_externref_new_kind(weft_store_t*, const void* kind, void* value,
                                               void (*finalizer)(void*), weft_ref_t* out);
/** The embedder's value. Errors: WRONG_STORE, BAD_ARGUMENT (null, or not made by the host). */
WEFT_API weft_error_t* weft_externref_get(const weft_store_t*, weft_ref_t, void** out);
/** The embedder's value if the reference is of this store, was made by the host, and with this
 * kind; else NULL. */
WEFT_API void* weft_externref_data(const weft_store_t*, weft_ref_t, const void* kind);

/** What a reference points to. An externref can be any of them: extern.convert_any hides a guest's
 * object. */
typedef enum weft_refshape {
  WEFT_REF_NULL,     /**< nothing */
  WEFT_REF_I31,      /**< a 31-bit integer */
  WEFT_REF_STRUCT,   /**< a struct */
  WEFT_REF_ARRAY,    /**< an array */
  WEFT_REF_HOST,     /**< made by weft_externref_new */
  WEFT_REF_EXCEPTION /**< an exception */
} weft_refshape_t;
/** Errors: WRONG_STORE, BAD_ARGUMENT (the object is gone: it was held by nobody). */
WEFT_API weft_error_t* weft_ref_shape(weft_store_t*, weft_ref_t, weft_refshape_t* out);
/** The exact type of what it points to; of null: the bottom type "none". Errors: as
 * weft_ref_shape. */
WEFT_API weft_error_t* weft_ref_type(weft_store_t*, weft_ref_t, weft_valtype_t* out);
/** Is the reference of that type (ref.test)? Errors: as weft_ref_shape; WRONG_STORE (a type of
 * another engine). */
WEFT_API weft_error_t* weft_ref_test(weft_store_t*, weft_ref_t, const weft_valtype_t*, bool* out);

/** References that the embedder gets are kept alive until the scope ends in which it got them: the
 * host function's call, or a scope opened here, or else the store. Scopes are closed in reverse
 * order; what is used after that must be held by the guest, or by a root. Returns what
 * weft_scope_close wants. */
WEFT_API size_t weft_scope_open(weft_store_t*);
/** Ends the newest scope. */
WEFT_API void weft_scope_close(weft_store_t*, size_t scope);
/** Frees what nobody can reach, now. Finalizers have run when it returns. */
WEFT_API void weft_store_collect(weft_store_t*);

/** Keeps a reference alive across scopes, until it is deleted or the store goes. */
typedef struct weft_root {
  uint64_t store;      /**< which store's */
  uint32_t slot;       /**< which root */
  uint32_t generation; /**< tells it from older roots at the same place */
} weft_root_t;
/** Errors: as weft_ref_shape. */
WEFT_API weft_error_t* weft_root_new(weft_store_t*, weft_ref_t, weft_root_t* out);
/** The reference. Errors: WRONG_STORE, BAD_ARGUMENT (deleted already). */
WEFT_API weft_error_t* weft_root_get(const weft_store_t*, weft_root_t, weft_ref_t* out);
/** Ends the root. Does nothing if it is of another store or deleted already. */
WEFT_API void weft_root_delete(weft_store_t*, weft_root_t);

/** Raw cells (host functions, unchecked calls) to values. A reference is rooted in the present
 * scope. The cell must come from the store's guest. */
WEFT_API weft_val_t weft_val_from_raw(weft_store_t*, const weft_valtype_t*,
                                      const weft_raw_t* cells);
/** A value into raw cells (v128: two). Errors: WRONG_STORE, BAD_ARGUMENT (the value is not of the
 * type: what a host function would be told as "host function returned an incompatible value"). */
WEFT_API weft_error_t* weft_val_to_raw(weft_store_t*, const weft_valtype_t*, const weft_val_t*,
                                       weft_raw_t* cells);
/** A reference (anyref, externref, exnref) from a raw cell; rooted in the present scope. */
WEFT_API weft_ref_t weft_ref_from_raw(weft_store_t*, const weft_raw_t*);
/** A reference into a raw cell; false if it is of another store. Its hierarchy is not checked. */
WEFT_API bool weft_ref_to_raw(weft_store_t*, weft_ref_t, weft_raw_t*);
/** A function reference from a raw cell; `store` is 0 in it for null. */
WEFT_API weft_func_t weft_func_from_raw(weft_store_t*, const weft_raw_t*);
/** A function reference into a raw cell; `store` 0 is null; false if it is of another store. */
WEFT_API bool weft_func_to_raw(weft_store_t*, weft_func_t, weft_raw_t*);

#ifdef __cplusplus
}
#endif

#endif
