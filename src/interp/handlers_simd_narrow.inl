// Handlers of isa_simd_narrow.def. Included once per instruction set level.
#include "interp/handlers_simd.hpp"

namespace weft::interp {

WX_FAMILY(WEFT_SIMD_FAMILY(simd_narrow)) {
#include "interp/isa_simd_narrow.def"
}

}  // namespace weft::interp
