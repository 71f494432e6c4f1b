/** @file
 * The standard C API of WebAssembly (https://github.com/WebAssembly/wasm-c-api), implemented by
 * Weft: programs written for `wasm.h` compile and link against this library unchanged. What is
 * beyond the standard (fuel, deadlines, WASI, limits, text format) is in `wasm_weft.h`.
 *
 * Ownership, which `own` marks
 *   - `own T*`: a result is the caller's, who gives it back with the type's `_delete`; a parameter
 *     is taken over by the function, whether it succeeds or not.
 *   - `own` at a vector: the vector and its elements. Vectors of pointers delete their elements.
 *   - A parameter `out` is filled by the function and is then the caller's.
 *   - What is not `own` is borrowed: valid as long as what it came from.
 *   - `_delete` of NULL does nothing. Where a result can be NULL, it says that the request was
 *     refused; `weft_wasm_last_error` (wasm_weft.h) tells why.
 *
 * References (`wasm_ref_t` and all kinds below it) name things that belong to a store; a copy is
 * one more name. Deleting a name frees no function, memory or instance: those go with their store.
 * After wasm_store_delete, names that are left over may still be deleted, copied and compared;
 * everything else on them is refused.
 *
 * Threads: an engine and a shared module may be used by any thread at the same time; a store, with
 * everything in it, by one thread at a time. Callbacks must not throw C++ exceptions.
 */
#ifndef WASM_H
#define WASM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Linkage of every function; may be defined before this header is included. */
#ifndef WASM_API_EXTERN
#if defined(_WIN32) && !defined(__MINGW32__) && !defined(LIBWASM_STATIC)
#define WASM_API_EXTERN __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define WASM_API_EXTERN __attribute__((visibility("default")))
#else
#define WASM_API_EXTERN
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define own

/** @name Numbers of the machine
 * @{ */
typedef char byte_t;
typedef float float32_t;
typedef double float64_t;
/** @} */

static_assert(sizeof(float32_t) == 4 && sizeof(float64_t) == 8, "IEEE 754 numbers are needed");
static_assert(sizeof(intptr_t) == 4 || sizeof(intptr_t) == 8, "pointers have 32 or 64 bits");

/** @name Families: what each kind of object has
 * @{ */

/** An opaque type and its `_delete`. */
#define WASM_DECLARE_OWN(name)                    \
  typedef struct wasm_##name##_t wasm_##name##_t; \
  WASM_API_EXTERN void wasm_##name##_delete(own wasm_##name##_t*);

/** A vector: `size` elements at `data`. `ptr_or_none` is `*` where the elements are owned objects,
 * empty where they are plain. `_new` takes the elements over (it copies the array, not what it
 * points to); `_new_uninitialized` leaves them to be filled in; `_copy` copies them deeply;
 * `_delete` deletes them and the array, not the vector itself. An element may be NULL. */
#define WASM_DECLARE_VEC(name, ptr_or_none)                                                       \
  typedef struct wasm_##name##_vec_t {                                                            \
    size_t size;                                                                                  \
    wasm_##name##_t ptr_or_none* data;                                                            \
  } wasm_##name##_vec_t;                                                                          \
  WASM_API_EXTERN void wasm_##name##_vec_new_empty(own wasm_##name##_vec_t* out);                 \
  WASM_API_EXTERN void wasm_##name##_vec_new_uninitialized(own wasm_##name##_vec_t* out, size_t); \
  WASM_API_EXTERN void wasm_##name##_vec_new(own wasm_##name##_vec_t* out, size_t,                \
                                             own wasm_##name##_t ptr_or_none const[]);            \
  WASM_API_EXTERN void wasm_##name##_vec_copy(own wasm_##name##_vec_t* out,                       \
                                              const wasm_##name##_vec_t*);                        \
  WASM_API_EXTERN void wasm_##name##_vec_delete(own wasm_##name##_vec_t*);

/** A description of a type: a value without identity, with a vector and a deep copy. */
#define WASM_DECLARE_TYPE(name) \
  WASM_DECLARE_OWN(name)        \
  WASM_DECLARE_VEC(name, *)     \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t*);

/** A reference: `_copy` makes one more name of the same thing, `_same` compares identity. The host
 * info is one pointer per thing, seen through all its names; its finalizer runs once: when another
 * info is set, or when the thing goes. */
#define WASM_DECLARE_REF_BASE(name)                                                        \
  WASM_DECLARE_OWN(name)                                                                   \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t*);         \
  WASM_API_EXTERN bool wasm_##name##_same(const wasm_##name##_t*, const wasm_##name##_t*); \
  WASM_API_EXTERN void* wasm_##name##_get_host_info(const wasm_##name##_t*);               \
  WASM_API_EXTERN void wasm_##name##_set_host_info(wasm_##name##_t*, void*);               \
  WASM_API_EXTERN void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t*, void*, \
                                                                  void (*finalizer)(void*));

/** A reference of its own kind. `_as_ref` and `wasm_ref_as_` cast one name: the result is borrowed
 * from the argument; NULL if the reference is of another kind. */
#define WASM_DECLARE_REF(name)                                                          \
  WASM_DECLARE_REF_BASE(name)                                                           \
  WASM_API_EXTERN wasm_ref_t* wasm_##name##_as_ref(wasm_##name##_t*);                   \
  WASM_API_EXTERN wasm_##name##_t* wasm_ref_as_##name(wasm_ref_t*);                     \
  WASM_API_EXTERN const wasm_ref_t* wasm_##name##_as_ref_const(const wasm_##name##_t*); \
  WASM_API_EXTERN const wasm_##name##_t* wasm_ref_as_##name##_const(const wasm_ref_t*);

/** A reference that can be taken to another store: `_share` makes something that belongs to no
 * store and may go to any thread, `_obtain` makes a reference of a store from it. */
#define WASM_DECLARE_SHARABLE_REF(name)                                                    \
  WASM_DECLARE_REF(name)                                                                   \
  WASM_DECLARE_OWN(shared_##name)                                                          \
  WASM_API_EXTERN own wasm_shared_##name##_t* wasm_##name##_share(const wasm_##name##_t*); \
  WASM_API_EXTERN own wasm_##name##_t* wasm_##name##_obtain(wasm_store_t*,                 \
                                                            const wasm_shared_##name##_t*);
/** @} */

/** @name Bytes and names
 * A name is a vector of UTF-8 bytes without terminator, unless made with `_nt`.
 * @{ */
typedef byte_t wasm_byte_t;
WASM_DECLARE_VEC(byte, )

typedef wasm_byte_vec_t wasm_name_t;

#define wasm_name wasm_byte_vec
#define wasm_name_new wasm_byte_vec_new
#define wasm_name_new_empty wasm_byte_vec_new_empty
#define wasm_name_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_new_new_uninitialized wasm_byte_vec_new_uninitialized
#define wasm_name_copy wasm_byte_vec_copy
#define wasm_name_delete wasm_byte_vec_delete

/** The bytes of `s` without its terminator. */
static inline void wasm_name_new_from_string(own wasm_name_t* out, const char* s) {
  wasm_name_new(out, strlen(s), s);
}
/** The bytes of `s` with its terminator. */
static inline void wasm_name_new_from_string_nt(own wasm_name_t* out, const char* s) {
  wasm_name_new(out, strlen(s) + 1, s);
}
/** @} */

/** @name Configuration, engine, store
 * @{ */
WASM_DECLARE_OWN(config)
/** The defaults; options by name: `weft_wasm_config` (wasm_weft.h). */
WASM_API_EXTERN own wasm_config_t* wasm_config_new(void);

WASM_DECLARE_OWN(engine)
/** An engine with the default configuration. NULL if signal handlers cannot be installed. */
WASM_API_EXTERN own wasm_engine_t* wasm_engine_new(void);
/** NULL if options contradict each other. */
WASM_API_EXTERN own wasm_engine_t* wasm_engine_new_with_config(own wasm_config_t*);

WASM_DECLARE_OWN(store)
/** A store owns everything that is made in it, and keeps its engine alive. Deleting it runs the
 * finalizers of what is in it; deleted inside one of its own callbacks it goes when the outermost
 * call returns. */
WASM_API_EXTERN own wasm_store_t* wasm_store_new(wasm_engine_t*);
/** @} */

/** @name Types
 * @{ */
typedef uint8_t wasm_mutability_t;
/** Values of wasm_mutability_t. */
enum wasm_mutability_enum {
  WASM_CONST,
  WASM_VAR,
};

/** Sizes of a table in elements, of a memory in pages of 64 KiB. */
typedef struct wasm_limits_t {
  uint32_t min;
  uint32_t max; /**< wasm_limits_max_default: no maximum. */
} wasm_limits_t;

static const uint32_t wasm_limits_max_default = 0xffffffff;

WASM_DECLARE_TYPE(valtype)

typedef uint8_t wasm_valkind_t;
/** Values of wasm_valkind_t. wasm_weft.h has the kinds that the standard lacks. */
enum wasm_valkind_enum {
  WASM_I32,
  WASM_I64,
  WASM_F32,
  WASM_F64,
  WASM_EXTERNREF = 128,
  WASM_FUNCREF,
};

/** NULL if there is no such kind. */
WASM_API_EXTERN own wasm_valtype_t* wasm_valtype_new(wasm_valkind_t);
WASM_API_EXTERN wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t*);

static inline bool wasm_valkind_is_num(wasm_valkind_t k) { return k < WASM_EXTERNREF; }
static inline bool wasm_valkind_is_ref(wasm_valkind_t k) { return k >= WASM_EXTERNREF; }
static inline bool wasm_valtype_is_num(const wasm_valtype_t* t) {
  return wasm_valkind_is_num(wasm_valtype_kind(t));
}
static inline bool wasm_valtype_is_ref(const wasm_valtype_t* t) {
  return wasm_valkind_is_ref(wasm_valtype_kind(t));
}

WASM_DECLARE_TYPE(functype)
WASM_API_EXTERN own wasm_functype_t* wasm_functype_new(own wasm_valtype_vec_t* params,
                                                       own wasm_valtype_vec_t* results);
WASM_API_EXTERN const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t*);
WASM_API_EXTERN const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t*);

WASM_DECLARE_TYPE(globaltype)
WASM_API_EXTERN own wasm_globaltype_t* wasm_globaltype_new(own wasm_valtype_t*, wasm_mutability_t);
WASM_API_EXTERN const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t*);
WASM_API_EXTERN wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t*);

WASM_DECLARE_TYPE(tabletype)
WASM_API_EXTERN own wasm_tabletype_t* wasm_tabletype_new(own wasm_valtype_t*, const wasm_limits_t*);
WASM_API_EXTERN const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t*);
WASM_API_EXTERN const wasm_limits_t* wasm_tabletype_limits(const wasm_tabletype_t*);

WASM_DECLARE_TYPE(memorytype)
WASM_API_EXTERN own wasm_memorytype_t* wasm_memorytype_new(const wasm_limits_t*);
WASM_API_EXTERN const wasm_limits_t* wasm_memorytype_limits(const wasm_memorytype_t*);

/** The type of an import or export. The casts below borrow; NULL if it is of another kind. */
WASM_DECLARE_TYPE(externtype)

typedef uint8_t wasm_externkind_t;
/** Values of wasm_externkind_t. */
enum wasm_externkind_enum {
  WASM_EXTERN_FUNC,
  WASM_EXTERN_GLOBAL,
  WASM_EXTERN_TABLE,
  WASM_EXTERN_MEMORY,
};

WASM_API_EXTERN wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t*);

/** Declares the casts between a type and wasm_externtype_t. */
#define WASM_DECLARE_EXTERNTYPE_(name)                                              \
  WASM_API_EXTERN wasm_externtype_t* wasm_##name##_as_externtype(wasm_##name##_t*); \
  WASM_API_EXTERN wasm_##name##_t* wasm_externtype_as_##name(wasm_externtype_t*);   \
  WASM_API_EXTERN const wasm_externtype_t* wasm_##name##_as_externtype_const(       \
      const wasm_##name##_t*);                                                      \
  WASM_API_EXTERN const wasm_##name##_t* wasm_externtype_as_##name##_const(         \
      const wasm_externtype_t*);
WASM_DECLARE_EXTERNTYPE_(functype)
WASM_DECLARE_EXTERNTYPE_(globaltype)
WASM_DECLARE_EXTERNTYPE_(tabletype)
WASM_DECLARE_EXTERNTYPE_(memorytype)
#undef WASM_DECLARE_EXTERNTYPE_

WASM_DECLARE_TYPE(importtype)
WASM_API_EXTERN own wasm_importtype_t* wasm_importtype_new(own wasm_name_t* module,
                                                           own wasm_name_t* name,
                                                           own wasm_externtype_t*);
WASM_API_EXTERN const wasm_name_t* wasm_importtype_module(const wasm_importtype_t*);
WASM_API_EXTERN const wasm_name_t* wasm_importtype_name(const wasm_importtype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_importtype_type(const wasm_importtype_t*);

WASM_DECLARE_TYPE(exporttype)
WASM_API_EXTERN own wasm_exporttype_t* wasm_exporttype_new(own wasm_name_t*,
                                                           own wasm_externtype_t*);
WASM_API_EXTERN const wasm_name_t* wasm_exporttype_name(const wasm_exporttype_t*);
WASM_API_EXTERN const wasm_externtype_t* wasm_exporttype_type(const wasm_exporttype_t*);
/** @} */

/** @name Values and references
 * @{ */
struct wasm_ref_t;

/** A value. A reference inside is owned by it, NULL is the null reference. */
typedef struct wasm_val_t {
  wasm_valkind_t kind; /**< Which member of `of` is set. */
  union {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
    struct wasm_ref_t* ref;
  } of;
} wasm_val_t;

/** Deletes the reference, if it is one. */
WASM_API_EXTERN void wasm_val_delete(own wasm_val_t* v);
/** With one more name of the reference, if it is one. */
WASM_API_EXTERN void wasm_val_copy(own wasm_val_t* out, const wasm_val_t*);
WASM_DECLARE_VEC(val, )

/** Any reference. All kinds below can be an externref. An object that the guest made (struct,
 * array, i31, exception) is a reference of no other kind. */
WASM_DECLARE_REF_BASE(ref)
/** @} */

/** @name Traps and frames
 * @{ */
WASM_DECLARE_OWN(frame)
WASM_DECLARE_VEC(frame, *)
WASM_API_EXTERN own wasm_frame_t* wasm_frame_copy(const wasm_frame_t*);
/** Borrowed from the frame. */
WASM_API_EXTERN struct wasm_instance_t* wasm_frame_instance(const wasm_frame_t*);
WASM_API_EXTERN uint32_t wasm_frame_func_index(const wasm_frame_t*);
/** Bytes from the start of the function's body to the instruction. */
WASM_API_EXTERN size_t wasm_frame_func_offset(const wasm_frame_t*);
/** Bytes from the start of the module to the instruction. */
WASM_API_EXTERN size_t wasm_frame_module_offset(const wasm_frame_t*);

/** One line with a terminator, which `size` counts. */
typedef wasm_name_t wasm_message_t;

WASM_DECLARE_REF(trap)
/** To be returned by a callback; the caller of the guest gets the same trap. Its frames are those
 * of the guest at this moment, or, if there are none, at the moment it is returned. A message
 * without terminator is taken too. */
WASM_API_EXTERN own wasm_trap_t* wasm_trap_new(wasm_store_t*, const wasm_message_t*);
WASM_API_EXTERN void wasm_trap_message(const wasm_trap_t*, own wasm_message_t* out);
/** The newest frame; NULL if there is none. */
WASM_API_EXTERN own wasm_frame_t* wasm_trap_origin(const wasm_trap_t*);
/** All frames of guest code, newest first. */
WASM_API_EXTERN void wasm_trap_trace(const wasm_trap_t*, own wasm_frame_vec_t* out);
/** @} */

/** @name Foreign objects
 * The embedder's own, told apart by identity and host info. The info's finalizer runs when neither
 * the embedder has a name of it nor the guest can reach it.
 * @{ */
WASM_DECLARE_REF(foreign)
WASM_API_EXTERN own wasm_foreign_t* wasm_foreign_new(wasm_store_t*);
/** @} */

/** @name Modules
 * @{ */
WASM_DECLARE_SHARABLE_REF(module)
/** From the binary format. NULL if it is malformed, invalid, or needs a feature that is off. */
WASM_API_EXTERN own wasm_module_t* wasm_module_new(wasm_store_t*, const wasm_byte_vec_t* binary);
WASM_API_EXTERN bool wasm_module_validate(wasm_store_t*, const wasm_byte_vec_t* binary);
WASM_API_EXTERN void wasm_module_imports(const wasm_module_t*, own wasm_importtype_vec_t* out);
WASM_API_EXTERN void wasm_module_exports(const wasm_module_t*, own wasm_exporttype_vec_t* out);
/** What wasm_module_deserialize of the same version takes. Empty if it cannot be done. */
WASM_API_EXTERN void wasm_module_serialize(const wasm_module_t*, own wasm_byte_vec_t* out);
/** NULL if the bytes are damaged or of another version. */
WASM_API_EXTERN own wasm_module_t* wasm_module_deserialize(wasm_store_t*, const wasm_byte_vec_t*);
/** @} */

/** @name Functions
 * @{ */
WASM_DECLARE_REF(func)

/** A callback gets as many arguments as its type has parameters (borrowed), and fills in as many
 * results. NULL is success; a trap ends the guest's call. */
typedef own wasm_trap_t* (*wasm_func_callback_t)(const wasm_val_vec_t* args,
                                                 own wasm_val_vec_t* results);
typedef own wasm_trap_t* (*wasm_func_callback_with_env_t)(void* env, const wasm_val_vec_t* args,
                                                          wasm_val_vec_t* results);

/** NULL if a value of the type cannot be held by wasm_val_t (v128). */
WASM_API_EXTERN own wasm_func_t* wasm_func_new(wasm_store_t*, const wasm_functype_t*,
                                               wasm_func_callback_t);
/** `finalizer` (or NULL) is called once with `env`: when the store goes, or at once if NULL is
 * returned. */
WASM_API_EXTERN own wasm_func_t* wasm_func_new_with_env(wasm_store_t*, const wasm_functype_t*,
                                                        wasm_func_callback_with_env_t, void* env,
                                                        void (*finalizer)(void*));
WASM_API_EXTERN own wasm_functype_t* wasm_func_type(const wasm_func_t*);
WASM_API_EXTERN size_t wasm_func_param_arity(const wasm_func_t*);
WASM_API_EXTERN size_t wasm_func_result_arity(const wasm_func_t*);
/** NULL is success: then the first elements of `results` are the results, those for which there is
 * no room are dropped. A wrong count or type of arguments is a trap too, before anything runs. */
WASM_API_EXTERN own wasm_trap_t* wasm_func_call(const wasm_func_t*, const wasm_val_vec_t* args,
                                                wasm_val_vec_t* results);
/** @} */

/** @name Globals
 * @{ */
WASM_DECLARE_REF(global)
/** NULL if the value does not fit the type. */
WASM_API_EXTERN own wasm_global_t* wasm_global_new(wasm_store_t*, const wasm_globaltype_t*,
                                                   const wasm_val_t*);
WASM_API_EXTERN own wasm_globaltype_t* wasm_global_type(const wasm_global_t*);
WASM_API_EXTERN void wasm_global_get(const wasm_global_t*, own wasm_val_t* out);
/** A value that does not fit, and every value for an immutable global, is ignored. */
WASM_API_EXTERN void wasm_global_set(wasm_global_t*, const wasm_val_t*);
/** @} */

/** @name Tables
 * @{ */
WASM_DECLARE_REF(table)
typedef uint32_t wasm_table_size_t;
/** `init` fills it; NULL is the null reference. NULL if it does not fit, or is too large. */
WASM_API_EXTERN own wasm_table_t* wasm_table_new(wasm_store_t*, const wasm_tabletype_t*,
                                                 wasm_ref_t* init);
/** The minimum is the present size. */
WASM_API_EXTERN own wasm_tabletype_t* wasm_table_type(const wasm_table_t*);
/** NULL also if there is no such element. */
WASM_API_EXTERN own wasm_ref_t* wasm_table_get(const wasm_table_t*, wasm_table_size_t index);
/** False if there is no such element, or the reference does not fit. */
WASM_API_EXTERN bool wasm_table_set(wasm_table_t*, wasm_table_size_t index, wasm_ref_t*);
WASM_API_EXTERN wasm_table_size_t wasm_table_size(const wasm_table_t*);
/** By `delta` elements of `init`. False if it cannot grow, or the reference does not fit. */
WASM_API_EXTERN bool wasm_table_grow(wasm_table_t*, wasm_table_size_t delta, wasm_ref_t* init);
/** @} */

/** @name Memories
 * @{ */
WASM_DECLARE_REF(memory)
typedef uint32_t wasm_memory_pages_t;
static const size_t MEMORY_PAGE_SIZE = 0x10000;
/** NULL if the limits are impossible or refused. */
WASM_API_EXTERN own wasm_memory_t* wasm_memory_new(wasm_store_t*, const wasm_memorytype_t*);
/** The minimum is the present size. */
WASM_API_EXTERN own wasm_memorytype_t* wasm_memory_type(const wasm_memory_t*);
/** Valid until the memory grows. */
WASM_API_EXTERN byte_t* wasm_memory_data(wasm_memory_t*);
WASM_API_EXTERN size_t wasm_memory_data_size(const wasm_memory_t*);
WASM_API_EXTERN wasm_memory_pages_t wasm_memory_size(const wasm_memory_t*);
/** False if it cannot grow by so many pages. */
WASM_API_EXTERN bool wasm_memory_grow(wasm_memory_t*, wasm_memory_pages_t delta);
/** @} */

/** @name Imports and exports
 * The casts borrow; NULL if it is of another kind.
 * @{ */
WASM_DECLARE_REF(extern)
WASM_DECLARE_VEC(extern, *)
WASM_API_EXTERN wasm_externkind_t wasm_extern_kind(const wasm_extern_t*);
WASM_API_EXTERN own wasm_externtype_t* wasm_extern_type(const wasm_extern_t*);

/** Declares the casts between a kind of reference and wasm_extern_t. */
#define WASM_DECLARE_EXTERN_(name)                                                            \
  WASM_API_EXTERN wasm_extern_t* wasm_##name##_as_extern(wasm_##name##_t*);                   \
  WASM_API_EXTERN wasm_##name##_t* wasm_extern_as_##name(wasm_extern_t*);                     \
  WASM_API_EXTERN const wasm_extern_t* wasm_##name##_as_extern_const(const wasm_##name##_t*); \
  WASM_API_EXTERN const wasm_##name##_t* wasm_extern_as_##name##_const(const wasm_extern_t*);
WASM_DECLARE_EXTERN_(func)
WASM_DECLARE_EXTERN_(global)
WASM_DECLARE_EXTERN_(table)
WASM_DECLARE_EXTERN_(memory)
#undef WASM_DECLARE_EXTERN_
/** @} */

/** @name Instances
 * @{ */
WASM_DECLARE_REF(instance)
/** `imports` in the order of wasm_module_imports. NULL if it failed; then `*trap` (unless `trap` is
 * NULL) tells why: imports that do not fit, limits, a segment out of bounds, the start function. */
WASM_API_EXTERN own wasm_instance_t* wasm_instance_new(wasm_store_t*, const wasm_module_t*,
                                                       const wasm_extern_vec_t* imports,
                                                       own wasm_trap_t** trap);
/** In the order of wasm_module_exports. */
WASM_API_EXTERN void wasm_instance_exports(const wasm_instance_t*, own wasm_extern_vec_t* out);
/** @} */

/** @name Short forms
 * @{ */
#define WASM_EMPTY_VEC {0, NULL}
#define WASM_ARRAY_VEC(array) {sizeof(array) / sizeof(*(array)), array}

static inline own wasm_valtype_t* wasm_valtype_new_i32(void) { return wasm_valtype_new(WASM_I32); }
static inline own wasm_valtype_t* wasm_valtype_new_i64(void) { return wasm_valtype_new(WASM_I64); }
static inline own wasm_valtype_t* wasm_valtype_new_f32(void) { return wasm_valtype_new(WASM_F32); }
static inline own wasm_valtype_t* wasm_valtype_new_f64(void) { return wasm_valtype_new(WASM_F64); }
static inline own wasm_valtype_t* wasm_valtype_new_externref(void) {
  return wasm_valtype_new(WASM_EXTERNREF);
}
static inline own wasm_valtype_t* wasm_valtype_new_funcref(void) {
  return wasm_valtype_new(WASM_FUNCREF);
}

/** A function type from arrays of types, which are taken over. */
static inline own wasm_functype_t* wasm_functype_new_arrays_(size_t param_count,
                                                             wasm_valtype_t* const params[],
                                                             size_t result_count,
                                                             wasm_valtype_t* const results[]) {
  wasm_valtype_vec_t p, r;
  wasm_valtype_vec_new(&p, param_count, params);
  wasm_valtype_vec_new(&r, result_count, results);
  return wasm_functype_new(&p, &r);
}
static inline own wasm_functype_t* wasm_functype_new_0_0(void) {
  return wasm_functype_new_arrays_(0, NULL, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_1_0(own wasm_valtype_t* p1) {
  wasm_valtype_t* ps[] = {p1};
  return wasm_functype_new_arrays_(1, ps, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_2_0(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2) {
  wasm_valtype_t* ps[] = {p1, p2};
  return wasm_functype_new_arrays_(2, ps, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_3_0(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3) {
  wasm_valtype_t* ps[] = {p1, p2, p3};
  return wasm_functype_new_arrays_(3, ps, 0, NULL);
}
static inline own wasm_functype_t* wasm_functype_new_0_1(own wasm_valtype_t* r1) {
  wasm_valtype_t* rs[] = {r1};
  return wasm_functype_new_arrays_(0, NULL, 1, rs);
}
static inline own wasm_functype_t* wasm_functype_new_1_1(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* r1) {
  wasm_valtype_t* ps[] = {p1};
  wasm_valtype_t* rs[] = {r1};
  return wasm_functype_new_arrays_(1, ps, 1, rs);
}
static inline own wasm_functype_t* wasm_functype_new_2_1(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* r1) {
  wasm_valtype_t* ps[] = {p1, p2};
  wasm_valtype_t* rs[] = {r1};
  return wasm_functype_new_arrays_(2, ps, 1, rs);
}
static inline own wasm_functype_t* wasm_functype_new_3_1(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3,
                                                         own wasm_valtype_t* r1) {
  wasm_valtype_t* ps[] = {p1, p2, p3};
  wasm_valtype_t* rs[] = {r1};
  return wasm_functype_new_arrays_(3, ps, 1, rs);
}
static inline own wasm_functype_t* wasm_functype_new_0_2(own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* rs[] = {r1, r2};
  return wasm_functype_new_arrays_(0, NULL, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_1_2(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* ps[] = {p1};
  wasm_valtype_t* rs[] = {r1, r2};
  return wasm_functype_new_arrays_(1, ps, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_2_2(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* ps[] = {p1, p2};
  wasm_valtype_t* rs[] = {r1, r2};
  return wasm_functype_new_arrays_(2, ps, 2, rs);
}
static inline own wasm_functype_t* wasm_functype_new_3_2(own wasm_valtype_t* p1,
                                                         own wasm_valtype_t* p2,
                                                         own wasm_valtype_t* p3,
                                                         own wasm_valtype_t* r1,
                                                         own wasm_valtype_t* r2) {
  wasm_valtype_t* ps[] = {p1, p2, p3};
  wasm_valtype_t* rs[] = {r1, r2};
  return wasm_functype_new_arrays_(3, ps, 2, rs);
}

/** A pointer as an integer of its size. */
static inline void wasm_val_init_ptr(own wasm_val_t* out, void* p) {
#if UINTPTR_MAX == UINT32_MAX
  out->kind = WASM_I32;
  out->of.i32 = (int32_t)(intptr_t)p;
#else
  out->kind = WASM_I64;
  out->of.i64 = (int64_t)(intptr_t)p;
#endif
}
/** The pointer of wasm_val_init_ptr. */
static inline void* wasm_val_ptr(const wasm_val_t* val) {
#if UINTPTR_MAX == UINT32_MAX
  return (void*)(intptr_t)val->of.i32;
#else
  return (void*)(intptr_t)val->of.i64;
#endif
}

#define WASM_I32_VAL(i)                 \
  {                                     \
    .kind = WASM_I32, .of = {.i32 = i } \
  }
#define WASM_I64_VAL(i)                 \
  {                                     \
    .kind = WASM_I64, .of = {.i64 = i } \
  }
#define WASM_F32_VAL(z)                 \
  {                                     \
    .kind = WASM_F32, .of = {.f32 = z } \
  }
#define WASM_F64_VAL(z)                 \
  {                                     \
    .kind = WASM_F64, .of = {.f64 = z } \
  }
#define WASM_REF_VAL(r)                       \
  {                                           \
    .kind = WASM_EXTERNREF, .of = {.ref = r } \
  }
#define WASM_INIT_VAL                            \
  {                                              \
    .kind = WASM_EXTERNREF, .of = {.ref = NULL } \
  }
/** @} */

#undef own

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif
