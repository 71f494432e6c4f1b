/** @file
 * Weft C API: structs, arrays and i31: making, reading, writing. Indices and types are checked;
 * references are rooted in the present scope (<weft/c/ref.h>). Conventions: <weft/weft.h>.
 *
 * Errors of all functions: WRONG_STORE (reference, value or type of another store or engine),
 * BAD_ARGUMENT (null; not a struct or array; no such field or element; immutable; a value of
 * another type), LIMIT_EXCEEDED (the heap is full). */
#ifndef WEFT_C_GC_H
#define WEFT_C_GC_H

#include "weft/c/ref.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A struct with these fields, in order, all of them. */
WEFT_API weft_error_t* weft_struct_new(weft_store_t*, weft_type_t, const weft_val_t* fields,
                                       size_t field_count, weft_ref_t* out);
/** How many fields. */
WEFT_API weft_error_t* weft_struct_size(weft_store_t*, weft_ref_t, size_t* out);
/** Field `index`; packed fields are zero-extended. */
WEFT_API weft_error_t* weft_struct_get(weft_store_t*, weft_ref_t, size_t index, weft_val_t* out);
/** Sets field `index`; packed fields take the low bits. */
WEFT_API weft_error_t* weft_struct_set(weft_store_t*, weft_ref_t, size_t index, const weft_val_t*);

/** An array of `length` times the same value. */
WEFT_API weft_error_t* weft_array_new(weft_store_t*, weft_type_t, const weft_val_t* value,
                                      uint32_t length, weft_ref_t* out);
/** An array of these values. */
WEFT_API weft_error_t* weft_array_new_fixed(weft_store_t*, weft_type_t, const weft_val_t* values,
                                            uint32_t length, weft_ref_t* out);
/** An array of numbers from their bytes, little endian: `size` must be a multiple of the element's
 * size. */
WEFT_API weft_error_t* weft_array_new_bytes(weft_store_t*, weft_type_t, const void* data,
                                            size_t size, weft_ref_t* out);
/** Length in elements. */
WEFT_API weft_error_t* weft_array_length(weft_store_t*, weft_ref_t, uint32_t* out);
/** Element `index`; packed elements are zero-extended. */
WEFT_API weft_error_t* weft_array_get(weft_store_t*, weft_ref_t, uint32_t index, weft_val_t* out);
/** Sets element `index`. */
WEFT_API weft_error_t* weft_array_set(weft_store_t*, weft_ref_t, uint32_t index, const weft_val_t*);
/** Copies `size` bytes out of an array of numbers, from byte `offset` on. */
WEFT_API weft_error_t* weft_array_read(weft_store_t*, weft_ref_t, uint64_t offset, void* to,
                                       size_t size);
/** Copies `size` bytes into a mutable array of numbers, from byte `offset` on. */
WEFT_API weft_error_t* weft_array_write(weft_store_t*, weft_ref_t, uint64_t offset,
                                        const void* from, size_t size);

/** A 31-bit integer as a reference: the low 31 bits of `value`. Cannot fail. */
WEFT_API weft_ref_t weft_i31_new(weft_store_t*, uint32_t value);
/** Its value, sign-extended. */
WEFT_API weft_error_t* weft_i31_get_s(const weft_store_t*, weft_ref_t, int32_t* out);
/** Its value, zero-extended. */
WEFT_API weft_error_t* weft_i31_get_u(const weft_store_t*, weft_ref_t, uint32_t* out);

#ifdef __cplusplus
}
#endif

#endif
