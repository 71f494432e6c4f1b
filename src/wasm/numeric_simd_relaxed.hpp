// Relaxed SIMD. Weft gives the results of the deterministic profile (spec A.5: every relaxed choice
// is its first alternative) on every host and in every tier, so a program computes the same
// everywhere and tiers can be compared bit for bit.
#pragma once

#include <cstdint>

#include "wasm/numeric_simd_float.hpp"
#include "wasm/numeric_simd_int.hpp"
#include "wasm/numeric_simd_widen.hpp"

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

inline V128 i8x16_relaxed_swizzle(V128 a, V128 b) { return i8x16_swizzle(a, b); }

inline V128 i32x4_relaxed_trunc_f32x4_s(V128 a) { return i32x4_trunc_sat_f32x4_s(a); }
inline V128 i32x4_relaxed_trunc_f32x4_u(V128 a) { return i32x4_trunc_sat_f32x4_u(a); }
inline V128 i32x4_relaxed_trunc_f64x2_s_zero(V128 a) { return i32x4_trunc_sat_f64x2_s_zero(a); }
inline V128 i32x4_relaxed_trunc_f64x2_u_zero(V128 a) { return i32x4_trunc_sat_f64x2_u_zero(a); }

// Two roundings, not fused. The product is a statement of its own, which keeps compilers from
// contracting it into a fused multiply-add where the target has one.
inline V128 f32x4_relaxed_madd(V128 a, V128 b, V128 c) {
  const V128 product = f32x4_mul(a, b);
  return f32x4_add(product, c);
}
inline V128 f32x4_relaxed_nmadd(V128 a, V128 b, V128 c) {
  return f32x4_relaxed_madd(f32x4_neg(a), b, c);
}
inline V128 f64x2_relaxed_madd(V128 a, V128 b, V128 c) {
  const V128 product = f64x2_mul(a, b);
  return f64x2_add(product, c);
}
inline V128 f64x2_relaxed_nmadd(V128 a, V128 b, V128 c) {
  return f64x2_relaxed_madd(f64x2_neg(a), b, c);
}

inline V128 i8x16_relaxed_laneselect(V128 a, V128 b, V128 mask) { return simd::blend(mask, a, b); }
inline V128 i16x8_relaxed_laneselect(V128 a, V128 b, V128 mask) { return simd::blend(mask, a, b); }
inline V128 i32x4_relaxed_laneselect(V128 a, V128 b, V128 mask) { return simd::blend(mask, a, b); }
inline V128 i64x2_relaxed_laneselect(V128 a, V128 b, V128 mask) { return simd::blend(mask, a, b); }

inline V128 f32x4_relaxed_min(V128 a, V128 b) { return f32x4_min(a, b); }
inline V128 f32x4_relaxed_max(V128 a, V128 b) { return f32x4_max(a, b); }
inline V128 f64x2_relaxed_min(V128 a, V128 b) { return f64x2_min(a, b); }
inline V128 f64x2_relaxed_max(V128 a, V128 b) { return f64x2_max(a, b); }

inline V128 i16x8_relaxed_q15mulr_s(V128 a, V128 b) { return i16x8_q15mulr_sat_s(a, b); }

// Both operands are taken as signed bytes. A pair of products fits 17 bits: the sum wraps at 16.
inline V128 i16x8_relaxed_dot_i8x16_i7x16_s(V128 a, V128 b) {
  using lanes::i16, lanes::i8, lanes::u16;
  const auto even = (u16)(simd::even<i16, i8>(a) * simd::even<i16, i8>(b));
  const auto odd = (u16)(simd::odd<i16, i8>(a) * simd::odd<i16, i8>(b));
  return V128(even + odd);
}
inline V128 i32x4_relaxed_dot_i8x16_i7x16_add_s(V128 a, V128 b, V128 c) {
  const V128 dot = i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
  return i32x4_add(i32x4_extadd_pairwise_i16x8_s(dot), c);
}

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
