/* Weft C API: the guest's source behind a backtrace. Conventions: <weft/weft.h>.
 *
 * Read from the debug information (DWARF 4 and 5 in custom sections, clang -g) of the modules, when
 * it is first asked for. It is data of strangers: names and lines may be anything, and no file is
 * opened. Without debug information there are no sources. */
#ifndef WEFT_C_SOURCE_H
#define WEFT_C_SOURCE_H

#include "weft/c/base.h"
#include "weft/c/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A place in the source of a guest. */
typedef struct weft_source {
  weft_str_t function; /* as the source calls it; empty where unknown */
  weft_str_t file;     /* as the compiler was given it; empty where unknown */
  uint32_t line;       /* from 1; 0 where unknown */
  uint32_t column;     /* from 1; 0 where unknown */
} weft_source_t;

/* How many functions of the source a frame of a backtrace stands for: 0 where nothing is known,
 * more than 1 if calls were inlined. Any thread. */
WEFT_API size_t weft_trap_source_count(const weft_trap_t*, size_t frame);
/* `index` 0 is the innermost function: the place of the instruction itself. The others were being
 * executed at the call of the one before. The strings live as long as the trap. Any thread. */
WEFT_API weft_source_t weft_trap_source(const weft_trap_t*, size_t frame, size_t index);

#ifdef __cplusplus
}
#endif

#endif
