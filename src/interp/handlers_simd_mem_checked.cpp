// Vector loads and stores of memory 0, checked.
#include "interp/dispatch.hpp"
#define WEFT_CHECKED 1
#include "interp/handlers_simd_mem.inl"

namespace weft::interp {

WX_FAMILY(simd_memory_checked) {
#include "interp/isa_simd_memory.def"
}

}  // namespace weft::interp
