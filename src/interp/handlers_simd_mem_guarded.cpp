// Vector loads and stores of memory 0, guarded (the loop dispatcher checks:
// handlers_mem_guarded.cpp).
#include "interp/dispatch.hpp"
#define WEFT_CHECKED (!WEFT_TAIL_DISPATCH)
#include "interp/handlers_simd_mem.inl"

namespace weft::interp {

WX_FAMILY(simd_memory_guarded) {
#include "interp/isa_simd_memory.def"
}

}  // namespace weft::interp
