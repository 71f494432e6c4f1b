/* Weft C API: modules: compiling, describing, inspecting. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_MODULE_H
#define WEFT_C_MODULE_H

#include "weft/c/engine.h"
#include "weft/c/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A compiled module: immutable; any thread, at the same time. */
typedef struct weft_module weft_module_t;
/* Decodes and validates; text is recognised and translated. `progress`, if not NULL, is called now
 * and then with the bytes done and the total. */
typedef void (*weft_progress_t)(void* env, uint64_t done, uint64_t total);
/** From the binary or the text format. The bytes are copied. Errors: MALFORMED, INVALID,
 * UNSUPPORTED, LIMIT_EXCEEDED. */
WEFT_API weft_error_t* weft_module_new(weft_engine_t*, const uint8_t* bytes, size_t size,
                                       weft_module_t** out);
/** As weft_module_new. */
WEFT_API weft_error_t* weft_module_new_progress(weft_engine_t*, const uint8_t* bytes, size_t size,
                                                weft_progress_t, void* env, weft_module_t** out);
/* Reads the file once; nothing is kept open. */
WEFT_API weft_error_t* weft_module_from_file(weft_engine_t*, const char* path, weft_progress_t,
                                             void* env, weft_module_t** out);
/** Only checks: errors as of weft_module_new. */
WEFT_API weft_error_t* weft_module_validate(weft_engine_t*, const uint8_t* bytes, size_t size);
/** One more owner of the same module. Cannot fail; NULL gives NULL. */
WEFT_API weft_module_t* weft_module_clone(const weft_module_t*);
/** Instances of it stay. */
WEFT_API void weft_module_delete(weft_module_t*);

/** What a module wants. */
typedef struct weft_import_desc {
  weft_str_t module;
  weft_str_t name;
  weft_externkind_t kind;
  weft_str_t type; /* as text: "(func (param i32) (result i64))" */
} weft_import_desc_t;
/** What a module gives. */
typedef struct weft_export_desc {
  weft_str_t name;
  weft_externkind_t kind;
  weft_str_t type;
} weft_export_desc_t;
/* The strings live as long as the module. */
WEFT_API size_t weft_module_import_count(const weft_module_t*);
/** Zeros past the last. */
WEFT_API weft_import_desc_t weft_module_import(const weft_module_t*, size_t);
/** How many exports it has. */
WEFT_API size_t weft_module_export_count(const weft_module_t*);
/** Zeros past the last. */
WEFT_API weft_export_desc_t weft_module_export(const weft_module_t*, size_t);

/* What a person wants to know of a module, as text. */
typedef enum weft_inspect {
  WEFT_INSPECT_SECTIONS = 1,
  WEFT_INSPECT_IMPORTS = 2,
  WEFT_INSPECT_EXPORTS = 4,
  WEFT_INSPECT_NAMES = 8,
  WEFT_INSPECT_BYTECODE = 16,
  WEFT_INSPECT_CORE_DUMP = 64 /* if it is one: frames, instances, globals */
} weft_inspect_t;
/* `func` restricts WEFT_INSPECT_BYTECODE to one function; UINT32_MAX means all. */
WEFT_API weft_error_t* weft_module_inspect(const weft_module_t*, uint32_t what, uint32_t func,
                                           weft_bytes_t* out);
/* Text to bytes. Errors show line, column and a caret. */
WEFT_API weft_error_t* weft_wat_to_wasm(const char* text, size_t size, weft_bytes_t* out);

#ifdef __cplusplus
}
#endif

#endif
