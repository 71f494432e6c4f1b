/** @file
 * Weft C API: defined types of an engine: making and reading function, struct and array types, and
 * the types of imports, exports and things in stores. Any thread. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_DEFINED_TYPE_H
#define WEFT_C_DEFINED_TYPE_H

#include "weft/c/module.h"
#include "weft/c/store.h"
#include "weft/c/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The engine's type of functions with these parameters and results. Errors: WRONG_STORE (a type of
 * another engine), LIMIT_EXCEEDED (more than 2^22 types in one engine). */
WEFT_API weft_error_t* weft_type_func(weft_engine_t*, const weft_functype_t*, weft_type_t* out);
/** The engine's struct type with these fields. `super` may be null; a type that is not `is_final`
 * can have subtypes. Types that refer to themselves come from modules (weft_module_type).
 * Errors: as weft_type_func; BAD_ARGUMENT (the supertype is final or does not fit). */
WEFT_API weft_error_t* weft_type_struct(weft_engine_t*, const weft_fieldtype_t* fields,
                                        size_t field_count, const weft_type_t* super, bool is_final,
                                        weft_type_t* out);
/** The engine's array type with that element. Otherwise as weft_type_struct. */
WEFT_API weft_error_t* weft_type_array(weft_engine_t*, const weft_fieldtype_t* element,
                                       const weft_type_t* super, bool is_final, weft_type_t* out);
/** What the type is. Errors: WRONG_STORE (a type of another engine, or none). */
WEFT_API weft_error_t* weft_type_kind(const weft_engine_t*, weft_type_t, weft_typekind_t* out);
/** Parameters and results of a function type; owned by the caller. Errors: WRONG_STORE,
 * BAD_ARGUMENT (not a function type). */
WEFT_API weft_error_t* weft_type_signature(const weft_engine_t*, weft_type_t,
                                           weft_functype_t** out);
/** Fields of a struct type (an array type has one): writes at most `capacity` of them, and how many
 * there are to *count. Errors: WRONG_STORE, BAD_ARGUMENT (a function type). */
WEFT_API weft_error_t* weft_type_fields(const weft_engine_t*, weft_type_t, weft_fieldtype_t* out,
                                        size_t capacity, size_t* count);
/** The direct supertype; *has is false where there is none. Errors: WRONG_STORE. */
WEFT_API weft_error_t* weft_type_super(const weft_engine_t*, weft_type_t, bool* has,
                                       weft_type_t* out);
/** Is every value of `sub` one of `super`? False for types of another engine. */
WEFT_API bool weft_valtype_matches(const weft_engine_t*, const weft_valtype_t* sub,
                                   const weft_valtype_t* super);
/** In the text format: "(ref null struct)". Defined types as "(ref <type 7>)". */
WEFT_API weft_bytes_t weft_valtype_text(const weft_engine_t*, const weft_valtype_t*);
/** "func (param i32) (result i64)", "struct (mut i32) i64". Empty for types of another engine. */
WEFT_API weft_bytes_t weft_type_text(const weft_engine_t*, weft_type_t);

/** The module's type section entry `index`. Errors: NOT_FOUND. */
WEFT_API weft_error_t* weft_module_type(const weft_module_t*, uint32_t index, weft_type_t* out);
/** The type of import `index`, in weft_module_import's order. Errors: NOT_FOUND. */
WEFT_API weft_error_t* weft_module_import_type(const weft_module_t*, size_t index,
                                               weft_externtype_t* out);
/** The type of export `index`, in weft_module_export's order. Errors: NOT_FOUND. */
WEFT_API weft_error_t* weft_module_export_type(const weft_module_t*, size_t index,
                                               weft_externtype_t* out);
/** The type of a thing in a store; `min` of memories and tables is the present size. Errors:
 * WRONG_STORE, FREED. */
WEFT_API weft_error_t* weft_extern_type(const weft_store_t*, const weft_extern_t*,
                                        weft_externtype_t* out);

#ifdef __cplusplus
}
#endif

#endif
