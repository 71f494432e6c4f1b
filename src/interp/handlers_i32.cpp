// Handlers of isa_i32.def: pure functions of wasm/numeric.hpp applied to slots, accumulators and
// immediates.
#include "interp/handlers.hpp"

namespace weft::interp {

WX_FAMILY(i32) {
#include "interp/isa_i32.def"
}

}  // namespace weft::interp
