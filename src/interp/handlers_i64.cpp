// Handlers of isa_i64.def: pure functions of wasm/numeric.hpp applied to slots, accumulators and
// immediates.
#include "interp/handlers.hpp"

namespace weft::interp {

WX_FAMILY(i64) {
#include "interp/isa_i64.def"
}

}  // namespace weft::interp
