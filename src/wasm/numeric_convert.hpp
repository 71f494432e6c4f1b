// Conversions between number types, core spec 4.3.4.
#pragma once

#include <cstdint>
#include <type_traits>

#include "wasm/numeric_base.hpp"

namespace weft::wasm::numeric {

namespace detail {

// Whether the float, chopped towards zero, is in the range of the integer. The lower bound of a
// signed range is itself a float except for f64 -> i32, where the numbers between minimum - 1 and
// minimum chop into range too. Comparisons with NaN are false, so NaNs fall out.
template <class Int, class F>
constexpr bool in_range(F x) {
  constexpr F kUpper = sizeof(Int) == 4 ? (std::is_signed_v<Int> ? F{0x1p31} : F{0x1p32})
                                        : (std::is_signed_v<Int> ? F{0x1p63} : F{0x1p64});
  if constexpr (!std::is_signed_v<Int>) {
    return x > F{-1} && x < kUpper;
  } else if constexpr (sizeof(Int) == 4 && sizeof(F) == 8) {
    return x > F{-0x1p31} - F{1} && x < kUpper;
  } else {
    return x >= -kUpper && x < kUpper;
  }
}

template <class Int, class F>
constexpr Trapping<std::make_unsigned_t<Int>> trunc_or_trap(F x) {
  using Word = std::make_unsigned_t<Int>;
  if (in_range<Int>(x)) [[likely]]
    return value_of(static_cast<Word>(static_cast<Int>(x)));
  return trap_of<Word>(is_nan(x) ? TrapCode::invalid_conversion_to_integer
                                 : TrapCode::integer_overflow);
}

template <class Int, class F>
constexpr std::make_unsigned_t<Int> trunc_sat(F x) {
  using Word = std::make_unsigned_t<Int>;
  if (in_range<Int>(x)) [[likely]]
    return static_cast<Word>(static_cast<Int>(x));
  constexpr Word kMin = std::is_signed_v<Int> ? Word{1} << (sizeof(Int) * 8 - 1) : Word{0};
  constexpr Word kMax = static_cast<Word>(kMin - 1);
  if (is_nan(x)) return 0;
  return x < F{0} ? kMin : kMax;
}

}  // namespace detail

constexpr uint32_t i32_wrap_i64(uint64_t a) { return static_cast<uint32_t>(a); }
constexpr uint64_t i64_extend_i32_u(uint32_t a) { return a; }
constexpr uint64_t i64_extend_i32_s(uint32_t a) {
  return static_cast<uint64_t>(int64_t{static_cast<int32_t>(a)});
}

constexpr Trapping<uint32_t> i32_trunc_f32_s(float a) { return detail::trunc_or_trap<int32_t>(a); }
constexpr Trapping<uint32_t> i32_trunc_f32_u(float a) { return detail::trunc_or_trap<uint32_t>(a); }
constexpr Trapping<uint32_t> i32_trunc_f64_s(double a) { return detail::trunc_or_trap<int32_t>(a); }
constexpr Trapping<uint32_t> i32_trunc_f64_u(double a) {
  return detail::trunc_or_trap<uint32_t>(a);
}
constexpr Trapping<uint64_t> i64_trunc_f32_s(float a) { return detail::trunc_or_trap<int64_t>(a); }
constexpr Trapping<uint64_t> i64_trunc_f32_u(float a) { return detail::trunc_or_trap<uint64_t>(a); }
constexpr Trapping<uint64_t> i64_trunc_f64_s(double a) { return detail::trunc_or_trap<int64_t>(a); }
constexpr Trapping<uint64_t> i64_trunc_f64_u(double a) {
  return detail::trunc_or_trap<uint64_t>(a);
}

constexpr uint32_t i32_trunc_sat_f32_s(float a) { return detail::trunc_sat<int32_t>(a); }
constexpr uint32_t i32_trunc_sat_f32_u(float a) { return detail::trunc_sat<uint32_t>(a); }
constexpr uint32_t i32_trunc_sat_f64_s(double a) { return detail::trunc_sat<int32_t>(a); }
constexpr uint32_t i32_trunc_sat_f64_u(double a) { return detail::trunc_sat<uint32_t>(a); }
constexpr uint64_t i64_trunc_sat_f32_s(float a) { return detail::trunc_sat<int64_t>(a); }
constexpr uint64_t i64_trunc_sat_f32_u(float a) { return detail::trunc_sat<uint64_t>(a); }
constexpr uint64_t i64_trunc_sat_f64_s(double a) { return detail::trunc_sat<int64_t>(a); }
constexpr uint64_t i64_trunc_sat_f64_u(double a) { return detail::trunc_sat<uint64_t>(a); }

// The hardware and the compilers round to nearest, ties to even, also from u64.
constexpr float f32_convert_i32_s(uint32_t a) {
  return static_cast<float>(static_cast<int32_t>(a));
}
constexpr float f32_convert_i32_u(uint32_t a) { return static_cast<float>(a); }
constexpr float f32_convert_i64_s(uint64_t a) {
  return static_cast<float>(static_cast<int64_t>(a));
}
constexpr float f32_convert_i64_u(uint64_t a) { return static_cast<float>(a); }
constexpr double f64_convert_i32_s(uint32_t a) {
  return static_cast<double>(static_cast<int32_t>(a));
}
constexpr double f64_convert_i32_u(uint32_t a) { return static_cast<double>(a); }
constexpr double f64_convert_i64_s(uint64_t a) {
  return static_cast<double>(static_cast<int64_t>(a));
}
constexpr double f64_convert_i64_u(uint64_t a) { return static_cast<double>(a); }

// These quiet a signalling NaN in hardware. (A pair demote(promote(x)) inlined into one function
// may be folded away by a compiler; fused interpreter instructions must not contain that pair.)
inline float f32_demote_f64(double a) { return static_cast<float>(a); }
inline double f64_promote_f32(float a) { return static_cast<double>(a); }

constexpr uint32_t i32_reinterpret_f32(float a) { return bits_of(a); }
constexpr uint64_t i64_reinterpret_f64(double a) { return bits_of(a); }
constexpr float f32_reinterpret_i32(uint32_t a) { return float_of(a); }
constexpr double f64_reinterpret_i64(uint64_t a) { return double_of(a); }

}  // namespace weft::wasm::numeric
