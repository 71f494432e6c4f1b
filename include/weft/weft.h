/* Weft, a WebAssembly engine: the C API, and the only binary boundary of the library.
 *
 * Conventions
 *   - Opaque objects are made by *_new and given back by *_delete; delete of NULL does nothing.
 *   - A function that can be refused returns weft_error_t*: NULL is success, anything else is owned
 * by the caller.
 *   - Guest misbehaviour is not an error but a weft_trap_t*, handed out through a parameter.
 *   - Things that live in a store (functions, memories, instances...) are small values: an index
 * and the store's id. A value of another store is refused with WEFT_ERROR_WRONG_STORE, never
 * undefined behaviour.
 *   - Strings are UTF-8 with a length and need no terminator, both ways.
 * Threads
 *   - weft_engine_t, weft_module_t: any thread, at the same time.
 *   - weft_store_t and everything in it, weft_linker_t, weft_config_t: one thread at a time.
 *   - weft_engine_increment_epoch: any thread, and from a signal handler.
 * Nothing here throws; a C++ exception of a host function is carried over the guest by
 * <weft/weft.hpp>. */
#ifndef WEFT_H
#define WEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define WEFT_API
#else
#define WEFT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_VERSION_MAJOR 0
#define WEFT_VERSION_MINOR 1
#define WEFT_VERSION_PATCH 0

/* "0.1.0" of the linked library. */
WEFT_API const char* weft_version(void);

/* --- bytes and strings
 * ------------------------------------------------------------------------------------------ */

/* Memory owned by the caller that received it; give it back with weft_bytes_delete. */
typedef struct weft_bytes {
  uint8_t* data;
  size_t size;
} weft_bytes_t;
WEFT_API void weft_bytes_delete(weft_bytes_t* bytes);

/* Borrowed text. */
typedef struct weft_str {
  const char* data;
  size_t size;
} weft_str_t;

/* --- errors
 * ------------------------------------------------------------------------------------------------------
 */

/* Order fixed; only appended to. */
typedef enum weft_error_code {
  WEFT_ERROR_MALFORMED,      /* bytes or text that cannot be read as a module */
  WEFT_ERROR_INVALID,        /* reads, but breaks a validation rule */
  WEFT_ERROR_UNLINKABLE,     /* imports are missing or of another type */
  WEFT_ERROR_UNSUPPORTED,    /* a feature that is off or cannot be executed */
  WEFT_ERROR_LIMIT_EXCEEDED, /* an implementation or configured limit */
  WEFT_ERROR_OUT_OF_MEMORY,  /* the operating system refused memory */
  WEFT_ERROR_BAD_ARGUMENT,   /* count or type of arguments does not fit */
  WEFT_ERROR_WRONG_STORE,    /* a handle of another store or engine */
  WEFT_ERROR_NOT_FOUND,      /* no export, file or name like that */
  WEFT_ERROR_IO,             /* reading or writing failed */
  WEFT_ERROR_BAD_CONFIG,     /* options that contradict each other */
  WEFT_ERROR_HOST            /* made by a host function */
} weft_error_code_t;

typedef struct weft_error weft_error_t;
/* An error of class HOST with this text, to be returned by a host function. */
WEFT_API weft_error_t* weft_error_new(const char* message, size_t size);
/* As weft_error_new, with something of the embedder's inside. `kind` is an address that identifies
 * what it is; `finalizer` (or NULL) is called when the error goes. <weft/weft.hpp> carries C++
 * exceptions this way. */
WEFT_API weft_error_t* weft_error_new_payload(const char* message, size_t size, const void* kind,
                                              void* payload, void (*finalizer)(void*));
/* The payload if it is of this kind, else NULL. Borrowed. */
WEFT_API void* weft_error_payload(const weft_error_t*, const void* kind);
WEFT_API void weft_error_delete(weft_error_t*);
WEFT_API weft_error_code_t weft_error_code(const weft_error_t*);
/* Lives as long as the error. Begins with the specification's phrase. */
WEFT_API weft_str_t weft_error_message(const weft_error_t*);
/* Byte offset in the module, UINT64_MAX where there is none. */
WEFT_API uint64_t weft_error_offset(const weft_error_t*);

/* --- traps
 * ---------------------------------------------------------------------------------------------------------
 */

/* Numbers as in src/wasm/traps.def. */
typedef uint8_t weft_trap_code_t;

typedef struct weft_trap weft_trap_t;
WEFT_API void weft_trap_delete(weft_trap_t*);
WEFT_API weft_trap_code_t weft_trap_code(const weft_trap_t*);
/* "out of bounds memory access: ..." without the backtrace. Lives as long as the trap. */
WEFT_API weft_str_t weft_trap_message(const weft_trap_t*);
/* The guest ended the program (WASI proc_exit): true, and the exit code. Not a misbehaviour. */
WEFT_API bool weft_trap_exit_status(const weft_trap_t*, int32_t* status);
/* Why a host function failed, or NULL. Borrowed. */
WEFT_API const weft_error_t* weft_trap_host_error(const weft_trap_t*);

typedef struct weft_frame {
  uint32_t func_index;
  uint32_t module_offset; /* bytes from the start of the module */
  weft_str_t func_name;   /* from the name section or an export; empty where unknown */
  weft_str_t module_name;
} weft_frame_t;
/* Innermost first. The frames' strings live as long as the trap. */
WEFT_API size_t weft_trap_frame_count(const weft_trap_t*);
WEFT_API weft_frame_t weft_trap_frame(const weft_trap_t*, size_t index);
/* "  0: 0x1a2b - module!function\n" for each frame. */
WEFT_API weft_bytes_t weft_trap_backtrace(const weft_trap_t*);

/* --- configuration and engine
 * ------------------------------------------------------------------------------------- */

typedef struct weft_config weft_config_t;
WEFT_API weft_config_t* weft_config_new(void);
WEFT_API void weft_config_delete(weft_config_t*);
/* Options by name, as in src/engine/config.def ("fuel", "epochs", "signals", "max_stack_bytes"...);
 * value 0/1 for switches. Unknown names and values out of range are refused. */
WEFT_API weft_error_t* weft_config_set(weft_config_t*, const char* option, uint64_t value);
/* Proposals by name, as in src/wasm/features.def ("simd", "memory64"...). */
WEFT_API weft_error_t* weft_config_feature(weft_config_t*, const char* feature, bool on);

typedef struct weft_engine weft_engine_t;
/* Takes the config, which may be NULL for the defaults. */
WEFT_API weft_error_t* weft_engine_new(weft_config_t* config, weft_engine_t** out);
WEFT_API void weft_engine_delete(weft_engine_t*);
WEFT_API void weft_engine_increment_epoch(weft_engine_t*);

/* --- types
 * -----------------------------------------------------------------------------------------------------------
 */

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

/* --- modules
 * ----------------------------------------------------------------------------------------------------------
 */

typedef struct weft_module weft_module_t;
/* Decodes and validates; text is recognised and translated. `progress`, if not NULL, is called now
 * and then with the bytes done and the total. */
typedef void (*weft_progress_t)(void* env, uint64_t done, uint64_t total);
WEFT_API weft_error_t* weft_module_new(weft_engine_t*, const uint8_t* bytes, size_t size,
                                       weft_module_t** out);
WEFT_API weft_error_t* weft_module_new_progress(weft_engine_t*, const uint8_t* bytes, size_t size,
                                                weft_progress_t, void* env, weft_module_t** out);
/* Reads the file once; nothing is kept open. */
WEFT_API weft_error_t* weft_module_from_file(weft_engine_t*, const char* path, weft_progress_t,
                                             void* env, weft_module_t** out);
WEFT_API weft_error_t* weft_module_validate(weft_engine_t*, const uint8_t* bytes, size_t size);
WEFT_API weft_module_t* weft_module_clone(const weft_module_t*);
WEFT_API void weft_module_delete(weft_module_t*);

typedef struct weft_import_desc {
  weft_str_t module;
  weft_str_t name;
  weft_externkind_t kind;
  weft_str_t type; /* as text: "(func (param i32) (result i64))" */
} weft_import_desc_t;
typedef struct weft_export_desc {
  weft_str_t name;
  weft_externkind_t kind;
  weft_str_t type;
} weft_export_desc_t;
/* The strings live as long as the module. */
WEFT_API size_t weft_module_import_count(const weft_module_t*);
WEFT_API weft_import_desc_t weft_module_import(const weft_module_t*, size_t);
WEFT_API size_t weft_module_export_count(const weft_module_t*);
WEFT_API weft_export_desc_t weft_module_export(const weft_module_t*, size_t);

/* What a person wants to know of a module, as text. */
typedef enum weft_inspect {
  WEFT_INSPECT_SECTIONS = 1,
  WEFT_INSPECT_IMPORTS = 2,
  WEFT_INSPECT_EXPORTS = 4,
  WEFT_INSPECT_NAMES = 8,
  WEFT_INSPECT_BYTECODE = 16
} weft_inspect_t;
/* `func` restricts WEFT_INSPECT_BYTECODE to one function; UINT32_MAX means all. */
WEFT_API weft_error_t* weft_module_inspect(const weft_module_t*, uint32_t what, uint32_t func,
                                           weft_bytes_t* out);
/* Text to bytes. Errors show line, column and a caret. */
WEFT_API weft_error_t* weft_wat_to_wasm(const char* text, size_t size, weft_bytes_t* out);

/* --- stores
 * ------------------------------------------------------------------------------------------------------------
 */

typedef struct weft_store weft_store_t;
/* Inside a host function: the store of the call and the instance that called. Valid during the
 * call. */
typedef struct weft_caller weft_caller_t;

/* `data` is the embedder's; `finalizer` (or NULL) is called with it when the store goes. */
WEFT_API weft_error_t* weft_store_new(weft_engine_t*, void* data, void (*finalizer)(void*),
                                      weft_store_t** out);
WEFT_API void weft_store_delete(weft_store_t*);
WEFT_API void* weft_store_data(const weft_store_t*);
/* Needs option "fuel". Fuel left. */
WEFT_API weft_error_t* weft_store_set_fuel(weft_store_t*, uint64_t fuel);
WEFT_API weft_error_t* weft_store_fuel(const weft_store_t*, uint64_t* out);
/* Needs option "epochs". Guest code traps with "interrupt" when the engine's epoch has advanced by
 * `ticks`. */
WEFT_API weft_error_t* weft_store_set_epoch_deadline(weft_store_t*, uint64_t ticks);
/* Needs option "epochs". As above, by the clock; waits inside WASI end too. 0 takes the deadline
 * away. */
WEFT_API weft_error_t* weft_store_set_deadline(weft_store_t*, uint64_t nanoseconds);
/* Sizes above which growth and creation are refused; UINT64_MAX means no limit. */
typedef struct weft_limits {
  uint64_t memory_bytes;
  uint64_t table_elements;
  uint64_t instances;
  uint64_t memories;
  uint64_t tables;
} weft_limits_t;
WEFT_API void weft_store_limits(weft_store_t*, const weft_limits_t*);

/* --- values
 * --------------------------------------------------------------------------------------------------------------
 */

typedef struct weft_func {
  uint64_t store;
  uint64_t index;
} weft_func_t;
typedef struct weft_table {
  uint64_t store;
  uint64_t index;
} weft_table_t;
typedef struct weft_memory {
  uint64_t store;
  uint64_t index;
} weft_memory_t;
typedef struct weft_global {
  uint64_t store;
  uint64_t index;
} weft_global_t;
typedef struct weft_tag {
  uint64_t store;
  uint64_t index;
} weft_tag_t;
typedef struct weft_instance {
  uint64_t store;
  uint64_t index;
} weft_instance_t;
/* A reference on the store's heap; handle 0 is null. */
typedef struct weft_ref {
  uint64_t store;
  uint32_t handle;
} weft_ref_t;

typedef struct weft_extern {
  weft_externkind_t kind;
  union {
    weft_func_t func;
    weft_table_t table;
    weft_memory_t memory;
    weft_global_t global;
    weft_tag_t tag;
  } of;
} weft_extern_t;

typedef struct weft_val {
  weft_valkind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
    uint8_t v128[16];
    weft_func_t funcref; /* store 0: null */
    weft_ref_t ref;
  } of;
} weft_val_t;

/* A raw value: parameters and results of unchecked calls and host functions, 8 bytes each, v128 two
 * of them, 32-bit values zero-extended. */
typedef union weft_raw {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
  uint64_t bits;
} weft_raw_t;

/* --- functions
 * -------------------------------------------------------------------------------------------------------------
 */

/* Parameters are in `cells` from 0; results are written there from 0. NULL is success; an error
 * becomes a trap with weft_trap_host_error. `capacity` covers both. */
typedef weft_error_t* (*weft_callback_t)(void* env, weft_caller_t* caller, weft_raw_t* cells,
                                         size_t capacity);
WEFT_API weft_error_t* weft_func_new(weft_store_t*, const weft_functype_t*, weft_callback_t,
                                     void* env, void (*finalizer)(void*), weft_func_t* out);
/* Owned. */
WEFT_API weft_error_t* weft_func_type(const weft_store_t*, weft_func_t, weft_functype_t** out);
/* Counts and types are checked before anything runs. *trap is NULL after success. */
WEFT_API weft_error_t* weft_func_call(weft_store_t*, weft_func_t, const weft_val_t* args,
                                      size_t arg_count, weft_val_t* results, size_t result_count,
                                      weft_trap_t** trap);
/* The caller vouches for types and capacity >= max(cells of parameters, cells of results). Returns
 * NULL or the trap. */
WEFT_API weft_trap_t* weft_func_call_unchecked(weft_store_t*, weft_func_t, weft_raw_t* cells,
                                               size_t capacity);
/* What a typed handle keeps: resolves the function once; store identity is all that later calls
 * check. */
typedef struct weft_typed_func {
  uint64_t store;
  void* func;
} weft_typed_func_t;
WEFT_API weft_error_t* weft_func_typed(const weft_store_t*, weft_func_t,
                                       const weft_valkind_t* params, size_t param_count,
                                       const weft_valkind_t* results, size_t result_count,
                                       weft_typed_func_t* out);
WEFT_API weft_trap_t* weft_typed_call(weft_store_t*, weft_typed_func_t, weft_raw_t* cells,
                                      size_t capacity);

/* The store a host function was called in: usable for everything that takes a store, during the
 * call. */
WEFT_API weft_store_t* weft_caller_store(weft_caller_t*);
WEFT_API bool weft_caller_export(weft_caller_t*, const char* name, size_t size, weft_extern_t* out);
/* The calling instance's memory of that name in one step; false if there is none. Valid until the
 * guest runs. */
WEFT_API bool weft_caller_memory(weft_caller_t*, const char* name, size_t size, uint8_t** base,
                                 uint64_t* bytes);
/* Ends the guest program: return the error from the host function. Not a trap of the guest. */
WEFT_API weft_error_t* weft_error_exit(int32_t status);
/* Takes the trap of a guest call made by a host function, which by returning this ends in the same
 * way: with the inner backtrace; a wasm exception goes on to the handlers of the guest outside. */
WEFT_API weft_error_t* weft_error_from_trap(weft_trap_t*);

/* --- linking
 * --------------------------------------------------------------------------------------------------------------------
 */

typedef struct weft_linker weft_linker_t;
WEFT_API weft_linker_t* weft_linker_new(weft_engine_t*);
WEFT_API void weft_linker_delete(weft_linker_t*);
WEFT_API weft_error_t* weft_linker_define(weft_linker_t*, const weft_store_t*, const char* module,
                                          size_t module_size, const char* name, size_t name_size,
                                          const weft_extern_t*);
/* A host function for every store this linker is used with. */
WEFT_API weft_error_t* weft_linker_func(weft_linker_t*, const char* module, size_t module_size,
                                        const char* name, size_t name_size, const weft_functype_t*,
                                        weft_callback_t, void* env, void (*finalizer)(void*));
/* All exports of an instance under one module name. */
WEFT_API weft_error_t* weft_linker_instance(weft_linker_t*, const weft_store_t*, const char* module,
                                            size_t module_size, weft_instance_t);
WEFT_API weft_error_t* weft_linker_wasi(weft_linker_t*);
WEFT_API weft_error_t* weft_linker_instantiate(weft_linker_t*, weft_store_t*, const weft_module_t*,
                                               weft_instance_t* out, weft_trap_t** trap);
/* Imports in the module's order. */
WEFT_API weft_error_t* weft_instance_new(weft_store_t*, const weft_module_t*,
                                         const weft_extern_t* imports, size_t import_count,
                                         weft_instance_t* out, weft_trap_t** trap);
WEFT_API bool weft_instance_export(const weft_store_t*, weft_instance_t, const char* name,
                                   size_t size, weft_extern_t* out);

/* --- memories, tables, globals
 * ---------------------------------------------------------------------------------------------------
 */

/* Valid until the guest runs or the memory grows. */
WEFT_API weft_error_t* weft_memory_data(const weft_store_t*, weft_memory_t, uint8_t** base,
                                        uint64_t* bytes);
WEFT_API weft_error_t* weft_memory_new(weft_store_t*, uint64_t min_pages, uint64_t max_pages,
                                       bool memory64, bool shared, weft_memory_t* out);
/* In pages; *old is the size before. */
WEFT_API weft_error_t* weft_memory_grow(weft_store_t*, weft_memory_t, uint64_t delta,
                                        uint64_t* old);

/* A memory declared `shared`, outside any store: any thread may hold and clone it and put it into
 * its own store. It lives as long as one of these or one of the stores. Growth is seen by all, and
 * never moves it. */
typedef struct weft_shared_memory weft_shared_memory_t;
/* max_pages is needed: a shared memory has a maximum. */
WEFT_API weft_error_t* weft_shared_memory_new(weft_engine_t*, uint64_t min_pages,
                                              uint64_t max_pages, bool memory64,
                                              weft_shared_memory_t** out);
WEFT_API weft_shared_memory_t* weft_shared_memory_clone(const weft_shared_memory_t*);
WEFT_API void weft_shared_memory_delete(weft_shared_memory_t*);
/* Of a store's memory; WEFT_ERROR_BAD_ARGUMENT if that is not shared. */
WEFT_API weft_error_t* weft_memory_share(const weft_store_t*, weft_memory_t,
                                         weft_shared_memory_t** out);
/* A memory of this store, for its imports. */
WEFT_API weft_error_t* weft_memory_from_shared(weft_store_t*, const weft_shared_memory_t*,
                                               weft_memory_t* out);

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

/* --- WASI preview 1
 * ------------------------------------------------------------------------------------------------------------------
 */

/* Nothing is allowed that was not given here. */
typedef struct weft_wasi_config weft_wasi_config_t;
WEFT_API weft_wasi_config_t* weft_wasi_config_new(void);
WEFT_API void weft_wasi_config_delete(weft_wasi_config_t*);
WEFT_API void weft_wasi_arg(weft_wasi_config_t*, const char* arg, size_t size);
WEFT_API void weft_wasi_env(weft_wasi_config_t*, const char* key, size_t key_size,
                            const char* value, size_t value_size);
/* A directory of the host under a guest path. That it cannot be opened is told by
 * weft_store_set_wasi. */
WEFT_API void weft_wasi_preopen(weft_wasi_config_t*, const char* host, const char* guest,
                                bool read_only);
/* A listening or connected socket, under the guest number behind the directories. Taken over:
 * closed with the store. */
WEFT_API void weft_wasi_preopen_socket(weft_wasi_config_t*, int fd);
/* 0, 1, 2 of the process. Default: reads end at once, writes vanish. */
WEFT_API void weft_wasi_inherit_stdio(weft_wasi_config_t*);
WEFT_API void weft_wasi_stdin_bytes(weft_wasi_config_t*, const uint8_t* data, size_t size);
/* fd 1 or 2 goes to a function. Returns how many bytes were taken, or -1. */
typedef ptrdiff_t (*weft_write_t)(void* env, const uint8_t* data, size_t size);
WEFT_API void weft_wasi_output(weft_wasi_config_t*, int fd, weft_write_t, void* env);
/* Takes the config. Errors: IO (a directory that cannot be opened), BAD_ARGUMENT (a NUL in a
 * string). */
WEFT_API weft_error_t* weft_store_set_wasi(weft_store_t*, weft_wasi_config_t*);

#ifdef __cplusplus
}
#endif

#endif
