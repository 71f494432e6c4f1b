// Vector handlers for processors with SSE4.2 (x86-64-v2); compiled with -march=x86-64-v2, chosen at
// run time.
#if defined(__SSE4_2__)
#define WEFT_SIMD_FAMILY(name) name##_v2
#include "interp/handlers_simd_wide.inl"
#endif
