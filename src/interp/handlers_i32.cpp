// Handlers of isa_i32.def: pure functions of wasm/numeric.hpp applied to slots, accumulators and
// immediates.
#include "interp/handlers.hpp"

namespace weft::interp {

void install_i32(HandlerTable& table) {
#include "interp/isa_i32.def"
}

}  // namespace weft::interp
