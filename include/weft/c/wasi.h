/* Weft C API: WASI preview 1: what the guest may see and do. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_WASI_H
#define WEFT_C_WASI_H

#include "weft/c/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Nothing is allowed that was not given here. */
typedef struct weft_wasi_config weft_wasi_config_t;
/** Nothing is allowed yet. NULL only if there is no memory. What cannot be written into it for lack
 * of memory is told by weft_store_set_wasi. */
WEFT_API weft_wasi_config_t* weft_wasi_config_new(void);
/** Of one that no store took. */
WEFT_API void weft_wasi_config_delete(weft_wasi_config_t*);
/** One more argument of the program; the first is its name. */
WEFT_API void weft_wasi_arg(weft_wasi_config_t*, const char* arg, size_t size);
/** One more variable of the environment. */
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
/** What the program reads as standard input; copied. */
WEFT_API void weft_wasi_stdin_bytes(weft_wasi_config_t*, const uint8_t* data, size_t size);
/* fd 1 or 2 goes to a function. Returns how many bytes were taken, or -1. */
typedef ptrdiff_t (*weft_write_t)(void* env, const uint8_t* data, size_t size);
/** See weft_write_t. */
WEFT_API void weft_wasi_output(weft_wasi_config_t*, int fd, weft_write_t, void* env);
/* Takes the config. Errors: IO (a directory that cannot be opened), BAD_ARGUMENT (a NUL in a
 * string). */
WEFT_API weft_error_t* weft_store_set_wasi(weft_store_t*, weft_wasi_config_t*);

#ifdef __cplusplus
}
#endif

#endif
