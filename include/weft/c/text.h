/* Weft C API: the text format: modules as .wat. Conventions: <weft/weft.h>. See also
 * weft_wat_to_wasm in <weft/c/module.h>. */
#ifndef WEFT_C_TEXT_H
#define WEFT_C_TEXT_H

#include "weft/c/base.h"
#include "weft/c/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a module is printed. */
typedef enum weft_wat {
  /* Indices instead of names; the name section is lost. */
  WEFT_WAT_NO_NAMES = 1,
  /* Folded instructions: operands inside the parentheses of what takes them. */
  WEFT_WAT_FOLD = 2
} weft_wat_t;

/* Bytes to text: the whole module, as weft_wat_to_wasm reads it back. Names of the name section
 * become identifiers, other custom sections annotations. The module need not be valid, only
 * well formed. Reading the text back gives the same module in Weft's own encoding (shortest
 * numbers, one name section at the end), and printing that one gives the same text.
 * `flags` is a sum of weft_wat_t.
 * Errors: WEFT_ERROR_MALFORMED; WEFT_ERROR_LIMIT_EXCEEDED if the text would be larger than 256
 * times the module plus 16 MiB, or than 4 GiB. Any thread. */
WEFT_API weft_error_t* weft_wasm_to_wat(const uint8_t* wasm, size_t size, uint32_t flags,
                                        weft_bytes_t* out);

#ifdef __cplusplus
}
#endif

#endif
