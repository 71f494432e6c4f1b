// Relaxed vector operators and canonical NaNs for any processor.
#define WEFT_SIMD_FAMILY(name) name
#include "interp/handlers_simd_native.inl"
