// The case table of numeric_cases.def as data: operands and expected results of numeric opcodes as
// bit patterns. Every layer that executes opcodes runs the same rows (tests only).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "wasm/opcodes.hpp"
#include "wasm/traps.hpp"

namespace weft::wasm {

/// A value of any numeric type: low bits first, unused ones zero. i32 and f32 use 32 bits of `low`.
struct CaseValue {
  uint64_t low = 0;
  uint64_t high = 0;

  constexpr bool operator==(const CaseValue&) const = default;
};

enum class CaseExpect : uint8_t {
  exact,           // bit for bit
  canonical_nan,   // nan:canonical (one scalar result)
  arithmetic_nan,  // nan:arithmetic (one scalar result)
  nan_lanes32,     // v128 of f32: where the expected lane is a NaN, nan:arithmetic, else exact
  nan_lanes64,     // v128 of f64: the same
  trap,
};

struct NumericCase {
  Op op;
  int line;  // of numeric_cases.def, to name a failing row
  CaseExpect expect;
  TrapCode trap;
  uint8_t arg_count;
  uint8_t result_count;
  std::array<CaseValue, 4> args;
  std::array<CaseValue, 2> results;
};

/// All rows, in the order of the file.
std::span<const NumericCase> numeric_cases();

/// Whether `got` is what the row allows as its result number `index`.
bool case_accepts(const NumericCase& row, size_t index, CaseValue got);

}  // namespace weft::wasm
