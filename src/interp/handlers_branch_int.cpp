// Handlers of isa_branch.def, int compares: compare and branch in one.
#include "interp/handlers_plain.inl"

namespace weft::interp {

WX_FAMILY(branch_int) {
#define WEFT_BR4(w, op) \
  WX_PUT_BR(op, s, s) WX_PUT_BR(op, s, i) WX_PUT_BR(op, a, s) WX_PUT_BR(op, a, i)
#define WEFT_BRF(w, op)
#include "interp/isa_branch.def"
}

}  // namespace weft::interp
