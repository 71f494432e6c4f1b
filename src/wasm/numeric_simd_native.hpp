// Relaxed SIMD as the processor does it (option relaxed_simd_deterministic off): for each operator
// one of the results that the specification allows (4.3.8), whichever is cheapest here. And
// canonical NaNs of vectors. ADR 0020.
#pragma once

#include <cmath>
#include <cstdint>

#include "wasm/numeric_simd_relaxed.hpp"

#if defined(__FMA__)
#include <immintrin.h>
#endif

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

/// Every lane that is a NaN becomes the positive canonical one.
inline V128 f32x4_canonical(V128 a) {
  const lanes::f32 x = a.as<lanes::f32>();
  const V128 is_number(x == x);
  return simd::blend(is_number, a, simd::splat<lanes::u32>(kCanonicalNan32));
}
inline V128 f64x2_canonical(V128 a) {
  const lanes::f64 x = a.as<lanes::f64>();
  const V128 is_number(x == x);
  return simd::blend(is_number, a, simd::splat<lanes::u64>(kCanonicalNan64));
}

#if defined(__SSE4_2__)
namespace native {
inline __m128i bits(V128 a) { return (__m128i)a.words; }
inline __m128 floats(V128 a) { return (__m128)a.words; }
inline __m128d doubles(V128 a) { return (__m128d)a.words; }
inline V128 of(__m128i a) { return V128((lanes::u64)a); }
inline V128 of(__m128 a) { return V128((lanes::u64)a); }
inline V128 of(__m128d a) { return V128((lanes::u64)a); }
}  // namespace native

/// Indices of 16 to 127 count modulo 16.
inline V128 i8x16_native_swizzle(V128 a, V128 b) {
  return native::of(_mm_shuffle_epi8(native::bits(a), native::bits(b)));
}
/// NaNs and what is out of range give -2^31.
inline V128 i32x4_native_trunc_f32x4_s(V128 a) {
  return native::of(_mm_cvttps_epi32(native::floats(a)));
}
inline V128 i32x4_native_trunc_f64x2_s_zero(V128 a) {
  return native::of(_mm_cvttpd_epi32(native::doubles(a)));
}
/// Of a NaN and something, or of two zeros: the second operand.
inline V128 f32x4_native_min(V128 a, V128 b) {
  return native::of(_mm_min_ps(native::floats(a), native::floats(b)));
}
inline V128 f32x4_native_max(V128 a, V128 b) {
  return native::of(_mm_max_ps(native::floats(a), native::floats(b)));
}
inline V128 f64x2_native_min(V128 a, V128 b) {
  return native::of(_mm_min_pd(native::doubles(a), native::doubles(b)));
}
inline V128 f64x2_native_max(V128 a, V128 b) {
  return native::of(_mm_max_pd(native::doubles(a), native::doubles(b)));
}
/// -2^15 times itself gives -2^15.
inline V128 i16x8_native_q15mulr_s(V128 a, V128 b) {
  return native::of(_mm_mulhrs_epi16(native::bits(a), native::bits(b)));
}
/// The second operand counts as unsigned; sums saturate.
inline V128 i16x8_native_dot_i8x16_i7x16_s(V128 a, V128 b) {
  return native::of(_mm_maddubs_epi16(native::bits(b), native::bits(a)));
}
#else
inline V128 i8x16_native_swizzle(V128 a, V128 b) { return i8x16_relaxed_swizzle(a, b); }
inline V128 i32x4_native_trunc_f32x4_s(V128 a) { return i32x4_relaxed_trunc_f32x4_s(a); }
inline V128 i32x4_native_trunc_f64x2_s_zero(V128 a) { return i32x4_relaxed_trunc_f64x2_s_zero(a); }
inline V128 f32x4_native_min(V128 a, V128 b) { return f32x4_relaxed_min(a, b); }
inline V128 f32x4_native_max(V128 a, V128 b) { return f32x4_relaxed_max(a, b); }
inline V128 f64x2_native_min(V128 a, V128 b) { return f64x2_relaxed_min(a, b); }
inline V128 f64x2_native_max(V128 a, V128 b) { return f64x2_relaxed_max(a, b); }
inline V128 i16x8_native_q15mulr_s(V128 a, V128 b) { return i16x8_relaxed_q15mulr_s(a, b); }
inline V128 i16x8_native_dot_i8x16_i7x16_s(V128 a, V128 b) {
  return i16x8_relaxed_dot_i8x16_i7x16_s(a, b);
}
#endif

// One rounding where the processor has an instruction for that, else two.
#if defined(__FMA__)
inline V128 f32x4_native_madd(V128 a, V128 b, V128 c) {
  return native::of(_mm_fmadd_ps(native::floats(a), native::floats(b), native::floats(c)));
}
inline V128 f32x4_native_nmadd(V128 a, V128 b, V128 c) {
  return native::of(_mm_fnmadd_ps(native::floats(a), native::floats(b), native::floats(c)));
}
inline V128 f64x2_native_madd(V128 a, V128 b, V128 c) {
  return native::of(_mm_fmadd_pd(native::doubles(a), native::doubles(b), native::doubles(c)));
}
inline V128 f64x2_native_nmadd(V128 a, V128 b, V128 c) {
  return native::of(_mm_fnmadd_pd(native::doubles(a), native::doubles(b), native::doubles(c)));
}
#else
inline V128 f32x4_native_madd(V128 a, V128 b, V128 c) { return f32x4_relaxed_madd(a, b, c); }
inline V128 f32x4_native_nmadd(V128 a, V128 b, V128 c) { return f32x4_relaxed_nmadd(a, b, c); }
inline V128 f64x2_native_madd(V128 a, V128 b, V128 c) { return f64x2_relaxed_madd(a, b, c); }
inline V128 f64x2_native_nmadd(V128 a, V128 b, V128 c) { return f64x2_relaxed_nmadd(a, b, c); }
#endif

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
