// Handlers of isa_branch.def, int compares: compare and branch in one.
#include "interp/handlers.hpp"

namespace weft::wasm::numeric {
namespace {
// `and` as a condition.
constexpr uint32_t i32_test(uint32_t a, uint32_t b) { return (a & b) != 0; }
constexpr uint32_t i32_testz(uint32_t a, uint32_t b) { return (a & b) == 0; }
}  // namespace
}  // namespace weft::wasm::numeric

namespace weft::interp {

void install_branch_int(HandlerTable& table) {
#define WX_PUT_BR(op, l, r) \
  WX_PUT(br_##op##_##l##r, branch<&wasm::numeric::op, Src::l, Src::r, true>);
#define WEFT_BR4(w, op) \
  WX_PUT_BR(op, s, s) WX_PUT_BR(op, s, i) WX_PUT_BR(op, a, s) WX_PUT_BR(op, a, i)
#define WEFT_BRF(w, op)
#include "interp/isa_branch.def"
}

}  // namespace weft::interp
