// Handlers of isa_branch.def, float compares: compare and branch in one.
#include "interp/handlers.hpp"

namespace weft::interp {

void install_branch_float(HandlerTable& table) {
#define WX_PUT_BR(op, l, r)                                                   \
  WX_PUT(br_##op##_##l##r, branch<&wasm::numeric::op, Src::l, Src::r, true>); \
  WX_PUT(brnot_##op##_##l##r, branch<&wasm::numeric::op, Src::l, Src::r, false>);
#define WEFT_BR4(w, op)
#define WEFT_BRF(w, op) \
  WX_PUT_BR(op, s, s)   \
  WX_PUT_BR(op, s, i) WX_PUT_BR(op, a, s) WX_PUT_BR(op, a, i) WX_PUT_BR(op, s, a)
#include "interp/isa_branch.def"
}

}  // namespace weft::interp
