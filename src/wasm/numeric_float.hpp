// Floating-point instructions of f32 and f64, core spec 4.3.3.
#pragma once

#include <cstdint>

#include "wasm/numeric_base.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

namespace weft::wasm::numeric {

namespace detail {

// Rounding to an integral value, written for the baseline x86-64 (SSE2), where the C library's
// functions would be real calls out of an interpreter handler. Above 2^23 (2^52) every number is
// integral already; below, a conversion to integer and back is exact. The sign of the operand is
// put back because -0.25 rounds to -0. NaNs and the large take the bitwise path of quiet().

inline constexpr float kIntegral32 = 0x1p23f;
inline constexpr double kIntegral64 = 0x1p52;

constexpr float with_sign(float magnitude, float sign) {
  return float_of((bits_of(magnitude) & ~kSign32) | (bits_of(sign) & kSign32));
}
constexpr double with_sign(double magnitude, double sign) {
  return double_of((bits_of(magnitude) & ~kSign64) | (bits_of(sign) & kSign64));
}

constexpr bool is_fractional(float x) { return float_of(bits_of(x) & ~kSign32) < kIntegral32; }
constexpr bool is_fractional(double x) { return double_of(bits_of(x) & ~kSign64) < kIntegral64; }

// Only for |x| < 2^23 (2^52), so the conversions are in range.
constexpr float chopped(float x) { return static_cast<float>(static_cast<int32_t>(x)); }
constexpr double chopped(double x) { return static_cast<double>(static_cast<int64_t>(x)); }

// min and max: equal operands differ at most in the sign of zero, which `or` and `and` settle.
constexpr float or_bits(float a, float b) { return float_of(bits_of(a) | bits_of(b)); }
constexpr double or_bits(double a, double b) { return double_of(bits_of(a) | bits_of(b)); }
constexpr float and_bits(float a, float b) { return float_of(bits_of(a) & bits_of(b)); }
constexpr double and_bits(double a, double b) { return double_of(bits_of(a) & bits_of(b)); }

// Different numbers are the likely case and take one comparison and minss/maxss.
template <class F>
[[gnu::always_inline]] inline F min(F a, F b) {
  if (__builtin_islessgreater(a, b)) [[likely]]
    return a < b ? a : b;
  return a == b ? or_bits(a, b) : a + b;  // unordered: the sum is a quiet NaN
}
template <class F>
[[gnu::always_inline]] inline F max(F a, F b) {
  if (__builtin_islessgreater(a, b)) [[likely]]
    return a > b ? a : b;
  return a == b ? and_bits(a, b) : a + b;
}

template <class F>
[[gnu::always_inline]] inline F ceil(F x) {
  if (!is_fractional(x)) [[unlikely]]
    return quiet(x);
  const F t = chopped(x);
  return with_sign(t < x ? t + 1 : t, x);
}
template <class F>
[[gnu::always_inline]] inline F floor(F x) {
  if (!is_fractional(x)) [[unlikely]]
    return quiet(x);
  const F t = chopped(x);
  return with_sign(t > x ? t - 1 : t, x);
}
template <class F>
[[gnu::always_inline]] inline F trunc(F x) {
  if (!is_fractional(x)) [[unlikely]]
    return quiet(x);
  return with_sign(chopped(x), x);
}

// Adding and subtracting 2^23 makes the addition round to an integer, ties to even, because no
// fraction bits are left. It relies on the default rounding mode, as all of WebAssembly does.
[[gnu::always_inline]] inline float nearest(float x) {
  if (!is_fractional(x)) [[unlikely]]
    return quiet(x);
  const float magnitude = float_of(bits_of(x) & ~kSign32);
  return with_sign((magnitude + kIntegral32) - kIntegral32, x);
}
[[gnu::always_inline]] inline double nearest(double x) {
  if (!is_fractional(x)) [[unlikely]]
    return quiet(x);
  const double magnitude = double_of(bits_of(x) & ~kSign64);
  return with_sign((magnitude + kIntegral64) - kIntegral64, x);
}

// Not __builtin_sqrt: with math errno it keeps a call to the library for negative operands.
[[gnu::always_inline]] inline float sqrt(float x) {
#if defined(__SSE2__)
  return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x)));
#else
  return __builtin_sqrtf(x);
#endif
}
[[gnu::always_inline]] inline double sqrt(double x) {
#if defined(__SSE2__)
  const __m128d v = _mm_set_sd(x);
  return _mm_cvtsd_f64(_mm_sqrt_sd(v, v));
#else
  return __builtin_sqrt(x);
#endif
}

#if defined(__SSE4_1__)
// One instruction where the build's target has it (WEFT_ARCH); it quiets NaNs by itself.
template <int kMode>
[[gnu::always_inline]] inline float round_ss(float x) {
  const __m128 v = _mm_set_ss(x);
  return _mm_cvtss_f32(_mm_round_ss(v, v, kMode | _MM_FROUND_NO_EXC));
}
template <int kMode>
[[gnu::always_inline]] inline double round_sd(double x) {
  const __m128d v = _mm_set_sd(x);
  return _mm_cvtsd_f64(_mm_round_sd(v, v, kMode | _MM_FROUND_NO_EXC));
}
#endif

}  // namespace detail

// ---- f32 ----

constexpr uint32_t f32_eq(float a, float b) { return a == b; }
constexpr uint32_t f32_ne(float a, float b) { return a != b; }
constexpr uint32_t f32_lt(float a, float b) { return a < b; }
constexpr uint32_t f32_gt(float a, float b) { return a > b; }
constexpr uint32_t f32_le(float a, float b) { return a <= b; }
constexpr uint32_t f32_ge(float a, float b) { return a >= b; }

constexpr float f32_abs(float a) { return float_of(bits_of(a) & ~kSign32); }
constexpr float f32_neg(float a) { return float_of(bits_of(a) ^ kSign32); }
constexpr float f32_copysign(float a, float b) { return detail::with_sign(a, b); }

inline float f32_add(float a, float b) { return a + b; }
inline float f32_sub(float a, float b) { return a - b; }
inline float f32_mul(float a, float b) { return a * b; }
inline float f32_div(float a, float b) { return a / b; }
inline float f32_sqrt(float a) { return detail::sqrt(a); }
inline float f32_min(float a, float b) { return detail::min(a, b); }
inline float f32_max(float a, float b) { return detail::max(a, b); }

#if defined(__SSE4_1__)
inline float f32_ceil(float a) { return detail::round_ss<_MM_FROUND_TO_POS_INF>(a); }
inline float f32_floor(float a) { return detail::round_ss<_MM_FROUND_TO_NEG_INF>(a); }
inline float f32_trunc(float a) { return detail::round_ss<_MM_FROUND_TO_ZERO>(a); }
inline float f32_nearest(float a) { return detail::round_ss<_MM_FROUND_TO_NEAREST_INT>(a); }
#else
inline float f32_ceil(float a) { return detail::ceil(a); }
inline float f32_floor(float a) { return detail::floor(a); }
inline float f32_trunc(float a) { return detail::trunc(a); }
inline float f32_nearest(float a) { return detail::nearest(a); }
#endif

// ---- f64 ----

constexpr uint32_t f64_eq(double a, double b) { return a == b; }
constexpr uint32_t f64_ne(double a, double b) { return a != b; }
constexpr uint32_t f64_lt(double a, double b) { return a < b; }
constexpr uint32_t f64_gt(double a, double b) { return a > b; }
constexpr uint32_t f64_le(double a, double b) { return a <= b; }
constexpr uint32_t f64_ge(double a, double b) { return a >= b; }

constexpr double f64_abs(double a) { return double_of(bits_of(a) & ~kSign64); }
constexpr double f64_neg(double a) { return double_of(bits_of(a) ^ kSign64); }
constexpr double f64_copysign(double a, double b) { return detail::with_sign(a, b); }

inline double f64_add(double a, double b) { return a + b; }
inline double f64_sub(double a, double b) { return a - b; }
inline double f64_mul(double a, double b) { return a * b; }
inline double f64_div(double a, double b) { return a / b; }
inline double f64_sqrt(double a) { return detail::sqrt(a); }
inline double f64_min(double a, double b) { return detail::min(a, b); }
inline double f64_max(double a, double b) { return detail::max(a, b); }

#if defined(__SSE4_1__)
inline double f64_ceil(double a) { return detail::round_sd<_MM_FROUND_TO_POS_INF>(a); }
inline double f64_floor(double a) { return detail::round_sd<_MM_FROUND_TO_NEG_INF>(a); }
inline double f64_trunc(double a) { return detail::round_sd<_MM_FROUND_TO_ZERO>(a); }
inline double f64_nearest(double a) { return detail::round_sd<_MM_FROUND_TO_NEAREST_INT>(a); }
#else
inline double f64_ceil(double a) { return detail::ceil(a); }
inline double f64_floor(double a) { return detail::floor(a); }
inline double f64_trunc(double a) { return detail::trunc(a); }
inline double f64_nearest(double a) { return detail::nearest(a); }
#endif

}  // namespace weft::wasm::numeric
