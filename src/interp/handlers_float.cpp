// Handlers of isa_float.def: pure functions of wasm/numeric.hpp applied to slots, accumulators and
// immediates.
#include "interp/handlers.hpp"
#include "wasm/numeric_canonical.hpp"

namespace weft::interp {

WX_FAMILY(float) {
#include "interp/isa_canonical.def"
#include "interp/isa_float.def"
}

}  // namespace weft::interp
