// The same for processors with fused multiply-add (x86-64-v3).
#if defined(__FMA__)
#define WEFT_SIMD_FAMILY(name) name##_v3
#include "interp/handlers_simd_native.inl"
#endif
