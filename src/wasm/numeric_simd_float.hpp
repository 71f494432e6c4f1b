// Floating-point vector instructions and conversions. Where a lane's meaning has corners (NaN, -0,
// rounding, range), the scalar function of the same name defines it. Core spec 4.3.6.
#pragma once

#include <cstdint>

#include "wasm/numeric_convert.hpp"
#include "wasm/numeric_float.hpp"
#include "wasm/numeric_simd_base.hpp"

namespace weft::wasm::numeric {

namespace simd {

// Choosing lanes by a mask keeps the bits of the chosen operand, as pmin and pmax demand.
template <class F>
[[gnu::always_inline]] inline V128 pmin(V128 a, V128 b) {
  return blend(lt<F>(b, a), b, a);
}
template <class F>
[[gnu::always_inline]] inline V128 pmax(V128 a, V128 b) {
  return blend(lt<F>(a, b), b, a);
}

}  // namespace simd

// ---- f32x4 ----

inline V128 f32x4_splat(float x) { return simd::splat<lanes::f32>(x); }
inline float f32x4_extract_lane(V128 a, uint32_t lane) {
  return float_of(a.as<lanes::u32>()[lane]);
}
inline V128 f32x4_replace_lane(V128 a, float x, uint32_t lane) {
  lanes::u32 v = a.as<lanes::u32>();
  v[lane] = bits_of(x);
  return V128(v);
}

inline V128 f32x4_eq(V128 a, V128 b) { return simd::eq<lanes::f32>(a, b); }
inline V128 f32x4_ne(V128 a, V128 b) { return simd::ne<lanes::f32>(a, b); }
inline V128 f32x4_lt(V128 a, V128 b) { return simd::lt<lanes::f32>(a, b); }
inline V128 f32x4_gt(V128 a, V128 b) { return simd::gt<lanes::f32>(a, b); }
inline V128 f32x4_le(V128 a, V128 b) { return simd::le<lanes::f32>(a, b); }
inline V128 f32x4_ge(V128 a, V128 b) { return simd::ge<lanes::f32>(a, b); }

inline V128 f32x4_abs(V128 a) {
  return V128(a.words & ~V128::of(0x8000'0000'8000'0000u, 0x8000'0000'8000'0000u).words);
}
inline V128 f32x4_neg(V128 a) {
  return V128(a.words ^ V128::of(0x8000'0000'8000'0000u, 0x8000'0000'8000'0000u).words);
}
inline V128 f32x4_sqrt(V128 a) { return simd::map<lanes::f32, lanes::f32>(a, f32_sqrt); }
inline V128 f32x4_ceil(V128 a) { return simd::map<lanes::f32, lanes::f32>(a, f32_ceil); }
inline V128 f32x4_floor(V128 a) { return simd::map<lanes::f32, lanes::f32>(a, f32_floor); }
inline V128 f32x4_trunc(V128 a) { return simd::map<lanes::f32, lanes::f32>(a, f32_trunc); }
inline V128 f32x4_nearest(V128 a) { return simd::map<lanes::f32, lanes::f32>(a, f32_nearest); }
inline V128 f32x4_add(V128 a, V128 b) { return V128(a.as<lanes::f32>() + b.as<lanes::f32>()); }
inline V128 f32x4_sub(V128 a, V128 b) { return V128(a.as<lanes::f32>() - b.as<lanes::f32>()); }
inline V128 f32x4_mul(V128 a, V128 b) { return V128(a.as<lanes::f32>() * b.as<lanes::f32>()); }
inline V128 f32x4_div(V128 a, V128 b) { return V128(a.as<lanes::f32>() / b.as<lanes::f32>()); }
inline V128 f32x4_min(V128 a, V128 b) { return simd::map<lanes::f32, lanes::f32>(a, b, f32_min); }
inline V128 f32x4_max(V128 a, V128 b) { return simd::map<lanes::f32, lanes::f32>(a, b, f32_max); }
inline V128 f32x4_pmin(V128 a, V128 b) { return simd::pmin<lanes::f32>(a, b); }
inline V128 f32x4_pmax(V128 a, V128 b) { return simd::pmax<lanes::f32>(a, b); }

// ---- f64x2 ----

inline V128 f64x2_splat(double x) { return simd::splat<lanes::f64>(x); }
inline double f64x2_extract_lane(V128 a, uint32_t lane) {
  return double_of(a.as<lanes::u64>()[lane]);
}
inline V128 f64x2_replace_lane(V128 a, double x, uint32_t lane) {
  lanes::u64 v = a.as<lanes::u64>();
  v[lane] = bits_of(x);
  return V128(v);
}

inline V128 f64x2_eq(V128 a, V128 b) { return simd::eq<lanes::f64>(a, b); }
inline V128 f64x2_ne(V128 a, V128 b) { return simd::ne<lanes::f64>(a, b); }
inline V128 f64x2_lt(V128 a, V128 b) { return simd::lt<lanes::f64>(a, b); }
inline V128 f64x2_gt(V128 a, V128 b) { return simd::gt<lanes::f64>(a, b); }
inline V128 f64x2_le(V128 a, V128 b) { return simd::le<lanes::f64>(a, b); }
inline V128 f64x2_ge(V128 a, V128 b) { return simd::ge<lanes::f64>(a, b); }

inline V128 f64x2_abs(V128 a) { return V128(a.words & ~V128::of(kSign64, kSign64).words); }
inline V128 f64x2_neg(V128 a) { return V128(a.words ^ V128::of(kSign64, kSign64).words); }
inline V128 f64x2_sqrt(V128 a) { return simd::map<lanes::f64, lanes::f64>(a, f64_sqrt); }
inline V128 f64x2_ceil(V128 a) { return simd::map<lanes::f64, lanes::f64>(a, f64_ceil); }
inline V128 f64x2_floor(V128 a) { return simd::map<lanes::f64, lanes::f64>(a, f64_floor); }
inline V128 f64x2_trunc(V128 a) { return simd::map<lanes::f64, lanes::f64>(a, f64_trunc); }
inline V128 f64x2_nearest(V128 a) { return simd::map<lanes::f64, lanes::f64>(a, f64_nearest); }
inline V128 f64x2_add(V128 a, V128 b) { return V128(a.as<lanes::f64>() + b.as<lanes::f64>()); }
inline V128 f64x2_sub(V128 a, V128 b) { return V128(a.as<lanes::f64>() - b.as<lanes::f64>()); }
inline V128 f64x2_mul(V128 a, V128 b) { return V128(a.as<lanes::f64>() * b.as<lanes::f64>()); }
inline V128 f64x2_div(V128 a, V128 b) { return V128(a.as<lanes::f64>() / b.as<lanes::f64>()); }
inline V128 f64x2_min(V128 a, V128 b) { return simd::map<lanes::f64, lanes::f64>(a, b, f64_min); }
inline V128 f64x2_max(V128 a, V128 b) { return simd::map<lanes::f64, lanes::f64>(a, b, f64_max); }
inline V128 f64x2_pmin(V128 a, V128 b) { return simd::pmin<lanes::f64>(a, b); }
inline V128 f64x2_pmax(V128 a, V128 b) { return simd::pmax<lanes::f64>(a, b); }

// ---- conversions ----

inline V128 i32x4_trunc_sat_f32x4_s(V128 a) {
  return simd::map<lanes::u32, lanes::f32>(a, i32_trunc_sat_f32_s);
}
inline V128 i32x4_trunc_sat_f32x4_u(V128 a) {
  return simd::map<lanes::u32, lanes::f32>(a, i32_trunc_sat_f32_u);
}
inline V128 f32x4_convert_i32x4_s(V128 a) {
  return simd::map<lanes::f32, lanes::u32>(a, f32_convert_i32_s);
}
inline V128 f32x4_convert_i32x4_u(V128 a) {
  return simd::map<lanes::f32, lanes::u32>(a, f32_convert_i32_u);
}

// Two lanes of f64 against four of i32 or f32: the upper two are zero, or are not read.
inline V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
  const lanes::f64 x = a.as<lanes::f64>();
  return V128(lanes::u32{i32_trunc_sat_f64_s(x[0]), i32_trunc_sat_f64_s(x[1]), 0, 0});
}
inline V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
  const lanes::f64 x = a.as<lanes::f64>();
  return V128(lanes::u32{i32_trunc_sat_f64_u(x[0]), i32_trunc_sat_f64_u(x[1]), 0, 0});
}
inline V128 f64x2_convert_low_i32x4_s(V128 a) {
  const lanes::u32 x = a.as<lanes::u32>();
  return V128(lanes::f64{f64_convert_i32_s(x[0]), f64_convert_i32_s(x[1])});
}
inline V128 f64x2_convert_low_i32x4_u(V128 a) {
  const lanes::u32 x = a.as<lanes::u32>();
  return V128(lanes::f64{f64_convert_i32_u(x[0]), f64_convert_i32_u(x[1])});
}
inline V128 f32x4_demote_f64x2_zero(V128 a) {
  const lanes::f64 x = a.as<lanes::f64>();
  return V128(lanes::f32{f32_demote_f64(x[0]), f32_demote_f64(x[1]), 0, 0});
}
inline V128 f64x2_promote_low_f32x4(V128 a) {
  const lanes::f32 x = a.as<lanes::f32>();
  return V128(lanes::f64{f64_promote_f32(x[0]), f64_promote_f32(x[1])});
}

}  // namespace weft::wasm::numeric
