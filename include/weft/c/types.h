/** @file
 * Weft C API: types of values, functions, structs, arrays and of what modules import and export.
 * All of Wasm 3.0's reference types: nullability, abstract heap types, defined types.
 * Conventions: <weft/weft.h>. */
#ifndef WEFT_C_TYPES_H
#define WEFT_C_TYPES_H

#include "weft/c/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a value is, as far as its representation goes. All references of a hierarchy are of its top
 * type's kind: a struct is a WEFT_ANYREF. The numbers are fixed; only appended to. */
typedef enum weft_valkind {
  WEFT_I32,       /**< 32-bit integer */
  WEFT_I64,       /**< 64-bit integer */
  WEFT_F32,       /**< 32-bit float */
  WEFT_F64,       /**< 64-bit float */
  WEFT_V128,      /**< 16 bytes */
  WEFT_FUNCREF,   /**< a function, or null */
  WEFT_EXTERNREF, /**< a value of the host, or null */
  WEFT_ANYREF,    /**< a struct, an array, an i31, or null */
  WEFT_EXNREF     /**< an exception, or null */
} weft_valkind_t;

/** Kinds of imports and exports. The numbers are those of the binary format. */
typedef enum weft_externkind {
  WEFT_EXTERN_FUNC,   /**< a function */
  WEFT_EXTERN_TABLE,  /**< a table */
  WEFT_EXTERN_MEMORY, /**< a linear memory */
  WEFT_EXTERN_GLOBAL, /**< a global variable */
  WEFT_EXTERN_TAG     /**< the tag of exceptions */
} weft_externkind_t;

/** Heap types (specification 2.3.4). The numbers are fixed; only appended to. */
typedef enum weft_heapkind {
  WEFT_HEAP_NONE_GIVEN, /**< not a reference type */
  WEFT_HEAP_FUNC,       /**< any function */
  WEFT_HEAP_NOFUNC,     /**< no function: null only */
  WEFT_HEAP_EXTERN,     /**< anything, as the host sees it */
  WEFT_HEAP_NOEXTERN,   /**< null only */
  WEFT_HEAP_ANY,        /**< any struct, array, i31, or hidden host value */
  WEFT_HEAP_NONE,       /**< null only */
  WEFT_HEAP_EQ,         /**< what ref.eq compares: struct, array, i31 */
  WEFT_HEAP_I31,        /**< a 31-bit integer in a reference */
  WEFT_HEAP_STRUCT,     /**< any struct */
  WEFT_HEAP_ARRAY,      /**< any array */
  WEFT_HEAP_EXN,        /**< an exception */
  WEFT_HEAP_NOEXN,      /**< null only */
  WEFT_HEAP_DEFINED     /**< a defined type: the field `defined` says which */
} weft_heapkind_t;

/** A defined type (function, struct or array) of an engine. Equal types of an engine, of whatever
 * module, have equal ids. Valid as long as the engine; any thread may use it. `engine` 0: none. */
typedef struct weft_type {
  uint64_t engine; /**< which engine's; using it with another one is refused */
  uint32_t id;     /**< which type */
} weft_type_t;

/** The type of a value, exactly. Make it with the functions below. */
typedef struct weft_valtype {
  weft_valkind_t kind; /**< representation; agrees with `heap` */
  weft_heapkind_t
      heap;            /**< WEFT_HEAP_NONE_GIVEN: a number, or a reference to the kind's top type */
  bool nullable;       /**< references only */
  weft_type_t defined; /**< WEFT_HEAP_DEFINED only */
} weft_valtype_t;

/** A number's type, or the nullable reference to the top type of that kind. */
static inline weft_valtype_t weft_valtype_of(weft_valkind_t kind) {
  weft_valtype_t t = {kind, WEFT_HEAP_NONE_GIVEN, true, {0, 0}};
  switch (kind) {
    case WEFT_FUNCREF: t.heap = WEFT_HEAP_FUNC; break;
    case WEFT_EXTERNREF: t.heap = WEFT_HEAP_EXTERN; break;
    case WEFT_ANYREF: t.heap = WEFT_HEAP_ANY; break;
    case WEFT_EXNREF: t.heap = WEFT_HEAP_EXN; break;
    default: t.nullable = false; break;
  }
  return t;
}
/** A reference to an abstract heap type. Not for WEFT_HEAP_DEFINED. */
static inline weft_valtype_t weft_valtype_ref(weft_heapkind_t heap, bool nullable) {
  weft_valtype_t t = {WEFT_ANYREF, heap, nullable, {0, 0}};
  switch (heap) {
    case WEFT_HEAP_FUNC:
    case WEFT_HEAP_NOFUNC: t.kind = WEFT_FUNCREF; break;
    case WEFT_HEAP_EXTERN:
    case WEFT_HEAP_NOEXTERN: t.kind = WEFT_EXTERNREF; break;
    case WEFT_HEAP_EXN:
    case WEFT_HEAP_NOEXN: t.kind = WEFT_EXNREF; break;
    default: break;
  }
  return t;
}
/** A reference to a defined type; `is_func` says whether that is a function type. */
static inline weft_valtype_t weft_valtype_defined(weft_type_t type, bool is_func, bool nullable) {
  weft_valtype_t t = {WEFT_ANYREF, WEFT_HEAP_DEFINED, nullable, {0, 0}};
  if (is_func) t.kind = WEFT_FUNCREF;
  t.defined = type;
  return t;
}

/** A function type: parameters and results. Owned by whoever got it; not thread-safe. */
typedef struct weft_functype weft_functype_t;
/** Of numbers and references to top types. NULL only if there is no memory. */
WEFT_API weft_functype_t* weft_functype_new(const weft_valkind_t* params, size_t param_count,
                                            const weft_valkind_t* results, size_t result_count);
/** Of exact types. NULL only if there is no memory. */
WEFT_API weft_functype_t* weft_functype_new_exact(const weft_valtype_t* params, size_t param_count,
                                                  const weft_valtype_t* results,
                                                  size_t result_count);
/** Takes it back. Null is allowed. */
WEFT_API void weft_functype_delete(weft_functype_t*);
/** The kinds of the parameters, valid as long as the type; returns how many. */
WEFT_API size_t weft_functype_params(const weft_functype_t*, const weft_valkind_t** out);
/** The kinds of the results, valid as long as the type; returns how many. */
WEFT_API size_t weft_functype_results(const weft_functype_t*, const weft_valkind_t** out);
/** The parameters' exact types, valid as long as the type; returns how many. */
WEFT_API size_t weft_functype_param_types(const weft_functype_t*, const weft_valtype_t** out);
/** The results' exact types, valid as long as the type; returns how many. */
WEFT_API size_t weft_functype_result_types(const weft_functype_t*, const weft_valtype_t** out);

/** What a defined type is. */
typedef enum weft_typekind {
  WEFT_TYPE_FUNC,   /**< a function type */
  WEFT_TYPE_STRUCT, /**< a struct type */
  WEFT_TYPE_ARRAY   /**< an array type */
} weft_typekind_t;

/** A field of a struct or the element of an array. */
typedef struct weft_fieldtype {
  weft_valtype_t type; /**< WEFT_I32 where it is packed */
  uint8_t packed_bits; /**< 8 or 16 where only so many bits are stored, else 0 */
  bool is_mutable;     /**< can be set */
} weft_fieldtype_t;

/** A memory's type; sizes in pages of 2^page_log2 bytes. */
typedef struct weft_memorytype {
  uint64_t min;      /**< size at the start */
  uint64_t max;      /**< UINT64_MAX: none declared */
  bool memory64;     /**< addresses are i64 */
  bool shared;       /**< may be used by several threads */
  uint8_t page_log2; /**< 16, or 0 with custom page sizes */
} weft_memorytype_t;

/** A table's type; sizes in elements. */
typedef struct weft_tabletype {
  weft_valtype_t element; /**< a reference type */
  uint64_t min;           /**< size at the start */
  uint64_t max;           /**< UINT64_MAX: none declared */
  bool table64;           /**< indices are i64 */
} weft_tabletype_t;

/** A global's type. */
typedef struct weft_globaltype {
  weft_valtype_t type; /**< of its value */
  bool is_mutable;     /**< can be set */
} weft_globaltype_t;

/** The type of an import or export. */
typedef struct weft_externtype {
  weft_externkind_t kind; /**< which of the members is meant */
  union {
    weft_type_t func;         /**< a function type */
    weft_tabletype_t table;   /**< a table */
    weft_memorytype_t memory; /**< a memory */
    weft_globaltype_t global; /**< a global */
    weft_type_t tag;          /**< a function type: its parameters are the exception's payload */
  } of;                       /**< by kind */
} weft_externtype_t;

#ifdef __cplusplus
}
#endif

#endif
