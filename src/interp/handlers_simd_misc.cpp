// Vector handlers for any processor.
#define WEFT_SIMD_FAMILY(name) name
#include "interp/handlers_simd_misc.inl"
