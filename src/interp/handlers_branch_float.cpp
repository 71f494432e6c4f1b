// Handlers of isa_branch.def, float compares: compare and branch in one.
#include "interp/handlers_plain.inl"

namespace weft::interp {

WX_FAMILY(branch_float) {
#define WEFT_BR4(w, op)
#define WEFT_BRF(w, op) \
  WX_PUT_BRF(op, s, s)  \
  WX_PUT_BRF(op, s, i) WX_PUT_BRF(op, a, s) WX_PUT_BRF(op, a, i) WX_PUT_BRF(op, s, a)
#include "interp/isa_branch.def"
}

}  // namespace weft::interp
