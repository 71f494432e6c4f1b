/* What symbols.c, a C program's view of wasm.h, tells the tests. */
#ifndef WEFT_TESTS_WASM_H_SYMBOLS_H
#define WEFT_TESTS_WASM_H_SYMBOLS_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { WASM_H_FUNCTIONS = 306 };
/* How many of them have an address of their own. */
int distinct_functions(void);
bool values_in_c(void);

#ifdef __cplusplus
}
#endif

#endif
