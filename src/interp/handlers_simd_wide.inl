// Handlers of isa_simd_wide.def. Included once per instruction set level.
#include "interp/handlers_simd.hpp"

namespace weft::interp {

void WEFT_SIMD_INSTALL(install_simd_wide)(HandlerTable& table) {
#include "interp/isa_simd_wide.def"
}

}  // namespace weft::interp
