// What the numeric families share: results that may be traps, bit patterns, NaN rules.
// Core spec 4.3. The functions of numeric_*.hpp are the only place where a numeric opcode's meaning
// is written; interpreter, constant folding and compiled tiers' builtins all call them.
//
// NaN rules of this build: an arithmetic instruction whose operand is a NaN gives that NaN with its
// quiet bit set, which is what SSE and NEON do and what the spec allows; abs, neg, copysign and
// reinterpretation touch bits only. No function here may be compiled with -ffast-math.
#pragma once

#include <bit>
#include <cstdint>

#include "wasm/traps.hpp"

#ifdef __FAST_MATH__
#error "numeric semantics need IEEE 754: do not compile with -ffast-math"
#endif

namespace weft::wasm::numeric {

/// The result of an instruction that can trap. After inlining it is two registers or nothing.
template <class T>
struct Trapping {
  T value;
  TrapCode trap;  // none: value holds

  constexpr bool ok() const { return trap == TrapCode::none; }
  constexpr bool operator==(const Trapping&) const = default;
};

template <class T>
constexpr Trapping<T> value_of(T value) {
  return {value, TrapCode::none};
}
template <class T>
constexpr Trapping<T> trap_of(TrapCode trap) {
  return {T{}, trap};
}

inline constexpr uint32_t kSign32 = 0x8000'0000u;
inline constexpr uint64_t kSign64 = 0x8000'0000'0000'0000u;
inline constexpr uint32_t kQuiet32 = 0x0040'0000u;  // the most significant payload bit
inline constexpr uint64_t kQuiet64 = 0x0008'0000'0000'0000u;
inline constexpr uint32_t kCanonicalNan32 = 0x7fc0'0000u;
inline constexpr uint64_t kCanonicalNan64 = 0x7ff8'0000'0000'0000u;

constexpr uint32_t bits_of(float x) { return std::bit_cast<uint32_t>(x); }
constexpr uint64_t bits_of(double x) { return std::bit_cast<uint64_t>(x); }
constexpr float float_of(uint32_t bits) { return std::bit_cast<float>(bits); }
constexpr double double_of(uint64_t bits) { return std::bit_cast<double>(bits); }

constexpr bool is_nan(float x) { return (bits_of(x) & ~kSign32) > 0x7f80'0000u; }
constexpr bool is_nan(double x) { return (bits_of(x) & ~kSign64) > 0x7ff0'0000'0000'0000u; }

/// "nan:canonical" of the test scripts: only the quiet bit is set, the sign is free.
constexpr bool is_canonical_nan(float x) { return (bits_of(x) & ~kSign32) == kCanonicalNan32; }
constexpr bool is_canonical_nan(double x) { return (bits_of(x) & ~kSign64) == kCanonicalNan64; }

/// "nan:arithmetic": the quiet bit is set, everything below it is free.
constexpr bool is_arithmetic_nan(float x) { return is_nan(x) && (bits_of(x) & kQuiet32) != 0; }
constexpr bool is_arithmetic_nan(double x) { return is_nan(x) && (bits_of(x) & kQuiet64) != 0; }

/// Sets the quiet bit of a NaN, leaves everything else alone. Bitwise, so no optimizer removes it.
constexpr float quiet(float x) { return is_nan(x) ? float_of(bits_of(x) | kQuiet32) : x; }
constexpr double quiet(double x) { return is_nan(x) ? double_of(bits_of(x) | kQuiet64) : x; }

/// The deterministic profile's NaN (spec A.5): every NaN becomes the positive canonical one.
constexpr float canonicalize_nan(float x) { return is_nan(x) ? float_of(kCanonicalNan32) : x; }
constexpr double canonicalize_nan(double x) { return is_nan(x) ? double_of(kCanonicalNan64) : x; }

}  // namespace weft::wasm::numeric
