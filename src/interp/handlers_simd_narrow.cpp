// Vector handlers for any processor.
#define WEFT_SIMD_INSTALL(name) name
#include "interp/handlers_simd_narrow.inl"
