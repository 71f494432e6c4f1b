/* Weft C API: modules as bytes that load faster, and modules that arrive in pieces. Conventions:
 * <weft/weft.h>. */
#ifndef WEFT_C_SERIALIZE_H
#define WEFT_C_SERIALIZE_H

#include "weft/c/module.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The module with a header: version of weft, machine, proposals, checksum. */
WEFT_API weft_error_t* weft_module_serialize(const weft_module_t*, weft_bytes_t* out);
/* Safe with any bytes, also of an attacker: header and checksum are compared, then everything is
 * validated as in weft_module_new (which takes such bytes too, as weft_module_from_file does).
 * WEFT_ERROR_MALFORMED: not such bytes, or damaged; WEFT_ERROR_UNSUPPORTED: made by another
 * version, for another machine, or with proposals that are off here. */
WEFT_API weft_error_t* weft_module_deserialize(weft_engine_t*, const uint8_t* bytes, size_t size,
                                               weft_module_t** out);
/* The same without validating the functions' bodies again. The checksum finds damage, not forgery:
 * only for bytes that nobody could change since weft_module_serialize made them. Otherwise the
 * guest may do anything to the process. */
WEFT_API weft_error_t* weft_module_deserialize_trusted(weft_engine_t*, const uint8_t* bytes,
                                                       size_t size, weft_module_t** out);

/* A binary module from chunks, for instance of a download. Sections are checked and bodies
 * validated as they arrive. One thread at a time. */
typedef struct weft_module_builder weft_module_builder_t;
/** An empty module, which chunks are added to. */
WEFT_API weft_error_t* weft_module_builder_new(weft_engine_t*, weft_module_builder_t** out);
/** Of one that was not finished. */
WEFT_API void weft_module_builder_delete(weft_module_builder_t*);
/* An error is as final as it is early: every later call gives it again. */
WEFT_API weft_error_t* weft_module_builder_write(weft_module_builder_t*, const uint8_t* chunk,
                                                 size_t size);
/* After the last chunk; only delete may follow. */
WEFT_API weft_error_t* weft_module_builder_finish(weft_module_builder_t*, weft_module_t** out);

#ifdef __cplusplus
}
#endif

#endif
