// Integer instructions of i32 and i64, core spec 4.3.2. Operands and results are unsigned words;
// signed meanings convert on the way in and out, so that overflow is never C++ overflow.
#pragma once

#include <bit>
#include <cstdint>

#include "wasm/numeric_base.hpp"

namespace weft::wasm::numeric {

// ---- i32 ----

constexpr uint32_t i32_eqz(uint32_t a) { return a == 0; }
constexpr uint32_t i32_eq(uint32_t a, uint32_t b) { return a == b; }
constexpr uint32_t i32_ne(uint32_t a, uint32_t b) { return a != b; }
constexpr uint32_t i32_lt_s(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a) < static_cast<int32_t>(b);
}
constexpr uint32_t i32_lt_u(uint32_t a, uint32_t b) { return a < b; }
constexpr uint32_t i32_gt_s(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a) > static_cast<int32_t>(b);
}
constexpr uint32_t i32_gt_u(uint32_t a, uint32_t b) { return a > b; }
constexpr uint32_t i32_le_s(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a) <= static_cast<int32_t>(b);
}
constexpr uint32_t i32_le_u(uint32_t a, uint32_t b) { return a <= b; }
constexpr uint32_t i32_ge_s(uint32_t a, uint32_t b) {
  return static_cast<int32_t>(a) >= static_cast<int32_t>(b);
}
constexpr uint32_t i32_ge_u(uint32_t a, uint32_t b) { return a >= b; }

constexpr uint32_t i32_clz(uint32_t a) { return static_cast<uint32_t>(std::countl_zero(a)); }
constexpr uint32_t i32_ctz(uint32_t a) { return static_cast<uint32_t>(std::countr_zero(a)); }
constexpr uint32_t i32_popcnt(uint32_t a) { return static_cast<uint32_t>(std::popcount(a)); }

constexpr uint32_t i32_add(uint32_t a, uint32_t b) { return a + b; }
constexpr uint32_t i32_sub(uint32_t a, uint32_t b) { return a - b; }
constexpr uint32_t i32_mul(uint32_t a, uint32_t b) { return a * b; }

constexpr Trapping<uint32_t> i32_div_s(uint32_t a, uint32_t b) {
  if (b == 0) return trap_of<uint32_t>(TrapCode::integer_divide_by_zero);
  if (a == kSign32 && b == ~uint32_t{0}) return trap_of<uint32_t>(TrapCode::integer_overflow);
  return value_of(static_cast<uint32_t>(static_cast<int32_t>(a) / static_cast<int32_t>(b)));
}
constexpr Trapping<uint32_t> i32_div_u(uint32_t a, uint32_t b) {
  if (b == 0) return trap_of<uint32_t>(TrapCode::integer_divide_by_zero);
  return value_of(a / b);
}
constexpr Trapping<uint32_t> i32_rem_s(uint32_t a, uint32_t b) {
  if (b == 0) return trap_of<uint32_t>(TrapCode::integer_divide_by_zero);
  if (b == ~uint32_t{0}) return value_of(uint32_t{0});  // the processor would fault on minimum % -1
  return value_of(static_cast<uint32_t>(static_cast<int32_t>(a) % static_cast<int32_t>(b)));
}
constexpr Trapping<uint32_t> i32_rem_u(uint32_t a, uint32_t b) {
  if (b == 0) return trap_of<uint32_t>(TrapCode::integer_divide_by_zero);
  return value_of(a % b);
}

constexpr uint32_t i32_and(uint32_t a, uint32_t b) { return a & b; }
constexpr uint32_t i32_or(uint32_t a, uint32_t b) { return a | b; }
constexpr uint32_t i32_xor(uint32_t a, uint32_t b) { return a ^ b; }

constexpr uint32_t i32_shl(uint32_t a, uint32_t b) { return a << (b & 31); }
constexpr uint32_t i32_shr_s(uint32_t a, uint32_t b) {
  return static_cast<uint32_t>(static_cast<int32_t>(a) >> (b & 31));
}
constexpr uint32_t i32_shr_u(uint32_t a, uint32_t b) { return a >> (b & 31); }
constexpr uint32_t i32_rotl(uint32_t a, uint32_t b) {
  return std::rotl(a, static_cast<int>(b & 31));
}
constexpr uint32_t i32_rotr(uint32_t a, uint32_t b) {
  return std::rotr(a, static_cast<int>(b & 31));
}

constexpr uint32_t i32_extend8_s(uint32_t a) {
  return static_cast<uint32_t>(int32_t{static_cast<int8_t>(a)});
}
constexpr uint32_t i32_extend16_s(uint32_t a) {
  return static_cast<uint32_t>(int32_t{static_cast<int16_t>(a)});
}

// ---- i64 ----

constexpr uint32_t i64_eqz(uint64_t a) { return a == 0; }
constexpr uint32_t i64_eq(uint64_t a, uint64_t b) { return a == b; }
constexpr uint32_t i64_ne(uint64_t a, uint64_t b) { return a != b; }
constexpr uint32_t i64_lt_s(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) < static_cast<int64_t>(b);
}
constexpr uint32_t i64_lt_u(uint64_t a, uint64_t b) { return a < b; }
constexpr uint32_t i64_gt_s(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) > static_cast<int64_t>(b);
}
constexpr uint32_t i64_gt_u(uint64_t a, uint64_t b) { return a > b; }
constexpr uint32_t i64_le_s(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) <= static_cast<int64_t>(b);
}
constexpr uint32_t i64_le_u(uint64_t a, uint64_t b) { return a <= b; }
constexpr uint32_t i64_ge_s(uint64_t a, uint64_t b) {
  return static_cast<int64_t>(a) >= static_cast<int64_t>(b);
}
constexpr uint32_t i64_ge_u(uint64_t a, uint64_t b) { return a >= b; }

constexpr uint64_t i64_clz(uint64_t a) { return static_cast<uint64_t>(std::countl_zero(a)); }
constexpr uint64_t i64_ctz(uint64_t a) { return static_cast<uint64_t>(std::countr_zero(a)); }
constexpr uint64_t i64_popcnt(uint64_t a) { return static_cast<uint64_t>(std::popcount(a)); }

constexpr uint64_t i64_add(uint64_t a, uint64_t b) { return a + b; }
constexpr uint64_t i64_sub(uint64_t a, uint64_t b) { return a - b; }
constexpr uint64_t i64_mul(uint64_t a, uint64_t b) { return a * b; }

constexpr Trapping<uint64_t> i64_div_s(uint64_t a, uint64_t b) {
  if (b == 0) return trap_of<uint64_t>(TrapCode::integer_divide_by_zero);
  if (a == kSign64 && b == ~uint64_t{0}) return trap_of<uint64_t>(TrapCode::integer_overflow);
  return value_of(static_cast<uint64_t>(static_cast<int64_t>(a) / static_cast<int64_t>(b)));
}
constexpr Trapping<uint64_t> i64_div_u(uint64_t a, uint64_t b) {
  if (b == 0) return trap_of<uint64_t>(TrapCode::integer_divide_by_zero);
  return value_of(a / b);
}
constexpr Trapping<uint64_t> i64_rem_s(uint64_t a, uint64_t b) {
  if (b == 0) return trap_of<uint64_t>(TrapCode::integer_divide_by_zero);
  if (b == ~uint64_t{0}) return value_of(uint64_t{0});  // the processor would fault on minimum % -1
  return value_of(static_cast<uint64_t>(static_cast<int64_t>(a) % static_cast<int64_t>(b)));
}
constexpr Trapping<uint64_t> i64_rem_u(uint64_t a, uint64_t b) {
  if (b == 0) return trap_of<uint64_t>(TrapCode::integer_divide_by_zero);
  return value_of(a % b);
}

constexpr uint64_t i64_and(uint64_t a, uint64_t b) { return a & b; }
constexpr uint64_t i64_or(uint64_t a, uint64_t b) { return a | b; }
constexpr uint64_t i64_xor(uint64_t a, uint64_t b) { return a ^ b; }

constexpr uint64_t i64_shl(uint64_t a, uint64_t b) { return a << (b & 63); }
constexpr uint64_t i64_shr_s(uint64_t a, uint64_t b) {
  return static_cast<uint64_t>(static_cast<int64_t>(a) >> (b & 63));
}
constexpr uint64_t i64_shr_u(uint64_t a, uint64_t b) { return a >> (b & 63); }
constexpr uint64_t i64_rotl(uint64_t a, uint64_t b) {
  return std::rotl(a, static_cast<int>(b & 63));
}
constexpr uint64_t i64_rotr(uint64_t a, uint64_t b) {
  return std::rotr(a, static_cast<int>(b & 63));
}

constexpr uint64_t i64_extend8_s(uint64_t a) {
  return static_cast<uint64_t>(int64_t{static_cast<int8_t>(a)});
}
constexpr uint64_t i64_extend16_s(uint64_t a) {
  return static_cast<uint64_t>(int64_t{static_cast<int16_t>(a)});
}
constexpr uint64_t i64_extend32_s(uint64_t a) {
  return static_cast<uint64_t>(int64_t{static_cast<int32_t>(a)});
}

}  // namespace weft::wasm::numeric
