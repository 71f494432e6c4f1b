/* Weft C API: bytes, text and the version of the library. Conventions: <weft/weft.h>. */
#ifndef WEFT_C_BASE_H
#define WEFT_C_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Linkage of every function. */
#if defined(_WIN32)
#define WEFT_API
#else
#define WEFT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of these headers; until 1.0 every minor version may change the interface. */
#define WEFT_VERSION_MAJOR 0
/** See WEFT_VERSION_MAJOR. */
#define WEFT_VERSION_MINOR 1
/** See WEFT_VERSION_MAJOR. */
#define WEFT_VERSION_PATCH 0

/* "0.1.0" of the linked library. */
WEFT_API const char* weft_version(void);

/* Memory owned by the caller that received it; give it back with weft_bytes_delete. */
typedef struct weft_bytes {
  uint8_t* data;
  size_t size;
} weft_bytes_t;
/** Frees the memory; an empty one may be given. */
WEFT_API void weft_bytes_delete(weft_bytes_t* bytes);

/* Borrowed text. */
typedef struct weft_str {
  const char* data;
  size_t size;
} weft_str_t;

#ifdef __cplusplus
}
#endif

#endif
