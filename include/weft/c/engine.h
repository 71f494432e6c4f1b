/* Weft C API: configuration and engine. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_ENGINE_H
#define WEFT_C_ENGINE_H

#include "weft/c/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What an engine is made with. */
typedef struct weft_config weft_config_t;
/** The defaults. Owned by the caller until weft_engine_new takes it. Never NULL: without memory it
 * is one that everything refuses with OUT_OF_MEMORY. */
WEFT_API weft_config_t* weft_config_new(void);
/** Of one that no engine took. */
WEFT_API void weft_config_delete(weft_config_t*);
/* Options by name, as in src/engine/config.def ("fuel", "epochs", "signals", "max_stack_bytes"...);
 * value 0/1 for switches. Unknown names and values out of range are refused. */
WEFT_API weft_error_t* weft_config_set(weft_config_t*, const char* option, uint64_t value);
/* Proposals by name, as in src/wasm/features.def ("simd", "memory64"...). */
WEFT_API weft_error_t* weft_config_feature(weft_config_t*, const char* feature, bool on);

/** Configuration, types and code that stores share. Any thread, at the same time. */
typedef struct weft_engine weft_engine_t;
/* Takes the config, which may be NULL for the defaults. */
WEFT_API weft_error_t* weft_engine_new(weft_config_t* config, weft_engine_t** out);
/** Stores and modules of it stay usable: they keep it alive. */
WEFT_API void weft_engine_delete(weft_engine_t*);
/** The epoch is one more: stores whose deadline is reached are interrupted. Any thread, and from a
 * signal handler. */
WEFT_API void weft_engine_increment_epoch(weft_engine_t*);

#ifdef __cplusplus
}
#endif

#endif
