// Handlers of isa_simd_native.def. Included once per instruction set level.
#include "interp/handlers_simd.hpp"
#include "wasm/numeric_simd_native.hpp"

namespace weft::interp {
namespace {

template <auto Fn, Src kSrc, bool kSlot>
WX_HANDLER(native_unary) {
  WX_BEGIN
  WX_VECTOR_RESULT(kSlot, Fn(WX_VECTOR(kSrc, 10)));
  WX_NEXT(16);
}
template <auto Fn, Src kA, Src kB, Src kC, bool kSlot>
WX_HANDLER(native_ternary) {
  WX_BEGIN
  const V128 a = WX_VECTOR(kA, 10);
  const V128 b = WX_VECTOR(kB, 12);
  const V128 c = WX_VECTOR(kC, 14);
  WX_VECTOR_RESULT(kSlot, Fn(a, b, c));
  WX_NEXT(16);
}

#define WEFT_VUN(op)                                            \
  WX_PUT_PAIR(op##_s, native_unary, &wasm::numeric::op, Src::s) \
  WX_PUT_PAIR(op##_a, native_unary, &wasm::numeric::op, Src::a)
#define WEFT_VTERN(op)                                                              \
  WX_PUT_PAIR(op##_sss, native_ternary, &wasm::numeric::op, Src::s, Src::s, Src::s) \
  WX_PUT_PAIR(op##_ass, native_ternary, &wasm::numeric::op, Src::a, Src::s, Src::s) \
  WX_PUT_PAIR(op##_sas, native_ternary, &wasm::numeric::op, Src::s, Src::a, Src::s) \
  WX_PUT_PAIR(op##_ssa, native_ternary, &wasm::numeric::op, Src::s, Src::s, Src::a)

}  // namespace

WX_FAMILY(WEFT_SIMD_FAMILY(simd_native)) {
#include "interp/isa_simd_native.def"
}

}  // namespace weft::interp
