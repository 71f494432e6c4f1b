// What the families of vector handlers share: operands and results of two cells, the vector
// accumulator. Each family is compiled once for any x86-64 and once for processors with SSE4.2
// (simd_level.hpp): the functions of numeric_simd.hpp are different ones then.
#pragma once

#include "interp/handlers.hpp"
#include "wasm/numeric_simd.hpp"

namespace weft::interp {
namespace {

using wasm::V128;
namespace simd = wasm::numeric::simd;

/// SAFETY: the emitter gives vectors two neighbouring cells; V128 loads and stores need no
/// alignment.
inline V128 vector_at(const Cell& first) { return V128::load(&first); }

/// An operand: from its slot, the accumulator, or (i) 16 bytes at `imm_at`.
template <Src kSrc>
inline V128 vector(const std::byte* ip, Cell* fp, wasm::lanes::u64 vacc, unsigned slot_at,
                   unsigned imm_at = 16) {
  if constexpr (kSrc == Src::s) {
    return vector_at(slot(ip, fp, slot_at));
  } else if constexpr (kSrc == Src::i) {
    return V128::load(ip + imm_at);
  } else {
    return V128(vacc);
  }
}
template <bool kSlot>
inline void vector_result(V128 v, const std::byte* ip, Cell* fp, wasm::lanes::u64& vacc) {
  vacc = v.words;
  if constexpr (kSlot) v.store(&slot(ip, fp, 8));
}
#define WX_VECTOR(src, ...) vector<src>(ip, fp, vacc, __VA_ARGS__)
#define WX_VECTOR_RESULT(kSlot, v) vector_result<kSlot>(v, ip, fp, vacc)

template <auto Fn, Src kLeft, Src kRight, bool kSlot>
WX_HANDLER(vector_binary) {
  WX_BEGIN
  const V128 left = WX_VECTOR(kLeft, 10);
  const V128 right = WX_VECTOR(kRight, 12);
  WX_VECTOR_RESULT(kSlot, Fn(left, right));
  WX_NEXT(kRight == Src::i ? 32 : 16);
}

#define WX_PUT_PAIR(id, handler, ...)               \
  WX_PUT(id##_r, handler<__VA_ARGS__, kWriteSlot>); \
  WX_PUT(id##_t, handler<__VA_ARGS__, kTransient>);
#define WX_PUT_VB(op, l, r) \
  WX_PUT_PAIR(op##_##l##r, vector_binary, &wasm::numeric::op, Src::l, Src::r)
#define WEFT_VB3(op) WX_PUT_VB(op, s, s) WX_PUT_VB(op, a, s) WX_PUT_VB(op, s, a)
#define WEFT_VB5(op) WEFT_VB3(op) WX_PUT_VB(op, s, i) WX_PUT_VB(op, a, i)

}  // namespace
}  // namespace weft::interp
