// Floating-point vector instructions and conversions. A lane means exactly what the scalar function
// of the same name means; numeric_test compares the two. Core spec 4.3.6.
#pragma once

#include <cstdint>

#include "wasm/numeric_convert.hpp"
#include "wasm/numeric_float.hpp"
#include "wasm/numeric_simd_base.hpp"

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

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

/// What differs between lanes of f32 and f64.
template <class F>
struct Format;
template <>
struct Format<lanes::f32> {
  using Bits = lanes::u32;
  static constexpr uint32_t kSign = kSign32;
  static constexpr uint32_t kQuiet = kQuiet32;
  static constexpr float kIntegral = detail::kIntegral32;
};
template <>
struct Format<lanes::f64> {
  using Bits = lanes::u64;
  static constexpr uint64_t kSign = kSign64;
  static constexpr uint64_t kQuiet = kQuiet64;
  static constexpr double kIntegral = detail::kIntegral64;
};
template <class F>
[[gnu::always_inline]] inline V128 signs() {
  return splat<typename Format<F>::Bits>(Format<F>::kSign);
}

/// The scalar rules of detail::min and detail::max without branches: `equal` joins the two zeros,
/// unordered lanes take the sum, which is a quiet NaN.
template <class F>
[[gnu::always_inline]] inline V128 min_or_max(V128 a, V128 b, V128 chosen, V128 if_equal) {
  const V128 ordered(eq<F>(a, a).words & eq<F>(b, b).words);
  const V128 number = blend(eq<F>(a, b), if_equal, chosen);
  return blend(ordered, number, V128(a.as<F>() + b.as<F>()));
}
template <class F>
[[gnu::always_inline]] inline V128 fmin(V128 a, V128 b) {
  return min_or_max<F>(a, b, blend(lt<F>(a, b), a, b), V128(a.words | b.words));
}
template <class F>
[[gnu::always_inline]] inline V128 fmax(V128 a, V128 b) {
  return min_or_max<F>(a, b, blend(gt<F>(a, b), a, b), V128(a.words & b.words));
}

/// Rounds to an integer, ties to even, by pushing the fraction out (see numeric_float.hpp); then
/// `correct` steps by one where another direction is wanted. Lanes without a fraction keep their
/// value, and NaNs among them become quiet.
template <class F, class Correct>
[[gnu::always_inline]] inline V128 round(V128 a, Correct correct) {
  using Bits = typename Format<F>::Bits;
  const V128 magnitude(a.words & ~signs<F>().words);
  const V128 sign(a.words & signs<F>().words);
  const F big = splat<F>(Format<F>::kIntegral).template as<F>();
  const V128 nearest(V128((magnitude.as<F>() + big) - big).words | sign.words);
  const V128 rounded(V128(correct(nearest, a)).words | sign.words);
  const V128 nan = ne<F>(a, a);
  const V128 whole(a.words | (nan.words & splat<Bits>(Format<F>::kQuiet).words));
  return blend(lt<F>(magnitude, V128(big)), rounded, whole);
}
/// 1.0 in the lanes of the mask, 0 elsewhere.
template <class F>
[[gnu::always_inline]] inline F one_where(V128 mask) {
  return V128(mask.words & splat<F>(1).words).template as<F>();
}
template <class F>
[[gnu::always_inline]] inline V128 nearest(V128 a) {
  return round<F>(a, [](V128 n, V128) { return n; });
}
template <class F>
[[gnu::always_inline]] inline V128 ceil(V128 a) {
  // -0.5 rounds to -0, and -0 + 0 would be +0: round() puts the sign back, which for a ceiling of
  // a negative number is right and for positive ones adds nothing.
  return round<F>(a, [](V128 n, V128 x) { return V128(n.as<F>() + one_where<F>(lt<F>(n, x))); });
}
template <class F>
[[gnu::always_inline]] inline V128 floor(V128 a) {
  return round<F>(a, [](V128 n, V128 x) { return V128(n.as<F>() - one_where<F>(gt<F>(n, x))); });
}
template <class F>
[[gnu::always_inline]] inline V128 trunc(V128 a) {
  const V128 magnitude(a.words & ~signs<F>().words);
  return V128(floor<F>(magnitude).words | (a.words & signs<F>().words));
}

}  // namespace simd

// ---- f32x4 ----

inline V128 f32x4_splat(float x) { return simd::splat<lanes::f32>(x); }
inline float f32x4_extract_lane(V128 a, uint32_t lane) {
  return float_of(a.as<lanes::u32>()[lane]);
}
inline V128 f32x4_replace_lane(V128 a, float x, uint32_t lane) {
  return simd::replace<lanes::u32>(a, bits_of(x), lane);
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
inline V128 f32x4_ceil(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_ps((__m128)a.words, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC));
#else
  return simd::ceil<lanes::f32>(a);
#endif
}
inline V128 f32x4_floor(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_ps((__m128)a.words, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
#else
  return simd::floor<lanes::f32>(a);
#endif
}
inline V128 f32x4_trunc(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_ps((__m128)a.words, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
#else
  return simd::trunc<lanes::f32>(a);
#endif
}
inline V128 f32x4_nearest(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_ps((__m128)a.words, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
  return simd::nearest<lanes::f32>(a);
#endif
}
inline V128 f32x4_add(V128 a, V128 b) { return V128(a.as<lanes::f32>() + b.as<lanes::f32>()); }
inline V128 f32x4_sub(V128 a, V128 b) { return V128(a.as<lanes::f32>() - b.as<lanes::f32>()); }
inline V128 f32x4_mul(V128 a, V128 b) { return V128(a.as<lanes::f32>() * b.as<lanes::f32>()); }
inline V128 f32x4_div(V128 a, V128 b) { return V128(a.as<lanes::f32>() / b.as<lanes::f32>()); }
inline V128 f32x4_min(V128 a, V128 b) { return simd::fmin<lanes::f32>(a, b); }
inline V128 f32x4_max(V128 a, V128 b) { return simd::fmax<lanes::f32>(a, b); }
inline V128 f32x4_pmin(V128 a, V128 b) { return simd::pmin<lanes::f32>(a, b); }
inline V128 f32x4_pmax(V128 a, V128 b) { return simd::pmax<lanes::f32>(a, b); }

// ---- f64x2 ----

inline V128 f64x2_splat(double x) { return simd::splat<lanes::f64>(x); }
inline double f64x2_extract_lane(V128 a, uint32_t lane) {
  return double_of(a.as<lanes::u64>()[lane]);
}
inline V128 f64x2_replace_lane(V128 a, double x, uint32_t lane) {
  return simd::replace<lanes::u64>(a, bits_of(x), lane);
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
inline V128 f64x2_ceil(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_pd((__m128d)a.words, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC));
#else
  return simd::ceil<lanes::f64>(a);
#endif
}
inline V128 f64x2_floor(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_pd((__m128d)a.words, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
#else
  return simd::floor<lanes::f64>(a);
#endif
}
inline V128 f64x2_trunc(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_pd((__m128d)a.words, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
#else
  return simd::trunc<lanes::f64>(a);
#endif
}
inline V128 f64x2_nearest(V128 a) {
#if defined(__SSE4_1__)
  return V128(_mm_round_pd((__m128d)a.words, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#else
  return simd::nearest<lanes::f64>(a);
#endif
}
inline V128 f64x2_add(V128 a, V128 b) { return V128(a.as<lanes::f64>() + b.as<lanes::f64>()); }
inline V128 f64x2_sub(V128 a, V128 b) { return V128(a.as<lanes::f64>() - b.as<lanes::f64>()); }
inline V128 f64x2_mul(V128 a, V128 b) { return V128(a.as<lanes::f64>() * b.as<lanes::f64>()); }
inline V128 f64x2_div(V128 a, V128 b) { return V128(a.as<lanes::f64>() / b.as<lanes::f64>()); }
inline V128 f64x2_min(V128 a, V128 b) { return simd::fmin<lanes::f64>(a, b); }
inline V128 f64x2_max(V128 a, V128 b) { return simd::fmax<lanes::f64>(a, b); }
inline V128 f64x2_pmin(V128 a, V128 b) { return simd::pmin<lanes::f64>(a, b); }
inline V128 f64x2_pmax(V128 a, V128 b) { return simd::pmax<lanes::f64>(a, b); }

// ---- conversions ----

inline V128 i32x4_trunc_sat_f32x4_s(V128 a) {
#if defined(__SSE4_1__)
  const __m128 x =
      _mm_and_ps((__m128)a.words, _mm_cmpord_ps((__m128)a.words, (__m128)a.words));  // NaN: 0
  const __m128 above =
      _mm_cmpge_ps(x, _mm_set1_ps(0x1p31f));  // converted to the least integer: turn it over
  return V128(_mm_xor_si128(_mm_cvttps_epi32(x), (__m128i)above));
#else
  return simd::map<lanes::u32, lanes::f32>(a, i32_trunc_sat_f32_s);
#endif
}
inline V128 i32x4_trunc_sat_f32x4_u(V128 a) {
#if defined(__SSE4_1__)
  const __m128 x = _mm_max_ps((__m128)a.words, _mm_setzero_ps());  // NaN and negative: 0
  const __m128 rest = _mm_sub_ps(x, _mm_set1_ps(0x1p31f));
  const __m128 above = _mm_cmpge_ps(rest, _mm_set1_ps(0x1p31f));
  // Below 2^31 the first term is all. From there on it is 2^31, and the rest is added, at most 2^31
  // - 1.
  const __m128i high =
      _mm_max_epi32(_mm_xor_si128(_mm_cvttps_epi32(rest), (__m128i)above), _mm_setzero_si128());
  return V128(_mm_add_epi32(_mm_cvttps_epi32(x), high));
#else
  return simd::map<lanes::u32, lanes::f32>(a, i32_trunc_sat_f32_u);
#endif
}
inline V128 f32x4_convert_i32x4_s(V128 a) {
  return simd::map<lanes::f32, lanes::u32>(a, f32_convert_i32_s);
}
inline V128 f32x4_convert_i32x4_u(V128 a) {
  return simd::map<lanes::f32, lanes::u32>(a, f32_convert_i32_u);
}

// Two lanes of f64 against four of i32 or f32: the upper two are zero, or are not read.
inline V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
#if defined(__SSE4_1__)
  const __m128d x =
      _mm_and_pd((__m128d)a.words, _mm_cmpord_pd((__m128d)a.words, (__m128d)a.words));  // NaN: 0
  return V128(_mm_cvttpd_epi32(
      _mm_min_pd(x, _mm_set1_pd(0x1p31 - 1))));  // too small: the least integer already
#else
  const lanes::f64 x = a.as<lanes::f64>();
  return V128(lanes::u32{i32_trunc_sat_f64_s(x[0]), i32_trunc_sat_f64_s(x[1]), 0, 0});
#endif
}
inline V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
#if defined(__SSE4_1__)
  const __m128d x = _mm_max_pd((__m128d)a.words, _mm_setzero_pd());  // NaN and negative: 0
  const __m128d whole =
      _mm_round_pd(_mm_min_pd(x, _mm_set1_pd(0x1p32 - 1)), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
  // 2^52 more puts the integer into the lowest bits.
  const __m128 bits = (__m128)_mm_add_pd(whole, _mm_set1_pd(0x1p52));
  return V128(_mm_shuffle_ps(bits, _mm_setzero_ps(), 0x88));
#else
  const lanes::f64 x = a.as<lanes::f64>();
  return V128(lanes::u32{i32_trunc_sat_f64_u(x[0]), i32_trunc_sat_f64_u(x[1]), 0, 0});
#endif
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

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
