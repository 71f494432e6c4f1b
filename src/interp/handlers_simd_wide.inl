// Handlers of isa_simd_wide.def. Included once per instruction set level.
#include "interp/handlers_simd.hpp"

namespace weft::interp {

WX_FAMILY(WEFT_SIMD_FAMILY(simd_wide)) {
#include "interp/isa_simd_wide.def"
}

}  // namespace weft::interp
