// The same for processors with SSE4.2 (x86-64-v2).
#if defined(__SSE4_2__)
#define WEFT_SIMD_FAMILY(name) name##_v2
#include "interp/handlers_simd_native.inl"
#endif
