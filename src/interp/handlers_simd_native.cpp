// Relaxed vector operators and canonical NaNs for any processor.
#define WEFT_SIMD_INSTALL(name) name
#include "interp/handlers_simd_native.inl"
