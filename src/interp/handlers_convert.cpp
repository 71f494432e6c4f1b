// Handlers of isa_convert.def: pure functions of wasm/numeric.hpp applied to slots, accumulators
// and immediates.
#include "interp/handlers.hpp"

namespace weft::interp {

WX_FAMILY(convert) {
#include "interp/isa_convert.def"
}

}  // namespace weft::interp
