/** @file
 * Weft C API: tags and exceptions of the guest: throwing from host functions, reading what was not
 * caught. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_EXCEPTION_H
#define WEFT_C_EXCEPTION_H

#include "weft/c/ref.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A tag whose exceptions carry values of the type's parameters. Errors: BAD_ARGUMENT (the type has
 * results), WRONG_STORE (types of another engine). */
WEFT_API weft_error_t* weft_tag_new(weft_store_t*, const weft_functype_t*, weft_tag_t* out);
/** The types of the payload, as parameters; owned by the caller. Errors: WRONG_STORE, FREED. */
WEFT_API weft_error_t* weft_tag_type(const weft_store_t*, weft_tag_t, weft_functype_t** out);
/** Are they the same tag? */
WEFT_API bool weft_tag_same(const weft_store_t*, weft_tag_t, weft_tag_t);

/** An exception (exnref) of that tag. Errors: WRONG_STORE, BAD_ARGUMENT (number or types of the
 * values), LIMIT_EXCEEDED (the heap is full). */
WEFT_API weft_error_t* weft_exception_new(weft_store_t*, weft_tag_t, const weft_val_t* values,
                                          size_t count, weft_ref_t* out);
/** Its tag. Errors: WRONG_STORE, BAD_ARGUMENT (not an exception). */
WEFT_API weft_error_t* weft_exception_tag(weft_store_t*, weft_ref_t, weft_tag_t* out);
/** Its values: writes at most `capacity` of them, and how many there are to *count. Errors: as
 * weft_exception_tag. */
WEFT_API weft_error_t* weft_exception_values(weft_store_t*, weft_ref_t, weft_val_t* out,
                                             size_t capacity, size_t* count);

/** Returned by a host function, throws the exception in the guest that called it, which may catch
 * it. */
WEFT_API weft_error_t* weft_error_throw(weft_store_t*, weft_ref_t exception);
/** The exception that the guest did not catch, rooted in the present scope; false where the trap is
 * something else. Ask before the store's next call. */
WEFT_API bool weft_trap_exception(const weft_trap_t*, weft_store_t*, weft_ref_t* out);

#ifdef __cplusplus
}
#endif

#endif
