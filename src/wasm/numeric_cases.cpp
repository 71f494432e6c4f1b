#include "wasm/numeric_cases.hpp"

#include "wasm/numeric_base.hpp"

namespace weft::wasm {
namespace {

struct Expectation {
  CaseExpect kind;
  TrapCode trap;
  uint8_t count;
  std::array<CaseValue, 2> values;
};

struct Args {
  uint8_t count;
  std::array<CaseValue, 4> values;
};

// The vocabulary of numeric_cases.def.

template <class... V>
constexpr Args in(V... values) {
  return {sizeof...(V), {values...}};
}
template <class... V>
constexpr Expectation out(V... values) {
  return {CaseExpect::exact, TrapCode::none, sizeof...(V), {values...}};
}
constexpr Expectation out_nan32(CaseValue v) {
  return {CaseExpect::nan_lanes32, TrapCode::none, 1, {v}};
}
constexpr Expectation out_nan64(CaseValue v) {
  return {CaseExpect::nan_lanes64, TrapCode::none, 1, {v}};
}
constexpr Expectation canonical_nan() { return {CaseExpect::canonical_nan, TrapCode::none, 1, {}}; }
constexpr Expectation arithmetic_nan() {
  return {CaseExpect::arithmetic_nan, TrapCode::none, 1, {}};
}
constexpr Expectation traps(TrapCode trap) { return {CaseExpect::trap, trap, 0, {}}; }

constexpr CaseValue i(int64_t v) { return {static_cast<uint32_t>(v), 0}; }
template <class T>
constexpr CaseValue l(T v) {
  return {static_cast<uint64_t>(v), 0};
}
constexpr CaseValue f(float v) { return {std::bit_cast<uint32_t>(v), 0}; }
constexpr CaseValue d(double v) { return {std::bit_cast<uint64_t>(v), 0}; }

template <unsigned kBits, class T>
constexpr CaseValue pack(std::initializer_list<T> lanes) {
  CaseValue v;
  unsigned at = 0;
  for (T lane : lanes) {
    uint64_t bits = static_cast<uint64_t>(lane);
    if constexpr (kBits < 64) bits &= (uint64_t{1} << kBits) - 1;
    (at < 64 ? v.low : v.high) |= bits << (at % 64);
    at += kBits;
  }
  return v;
}
// One lane given: all lanes. Otherwise all of them are given, lane 0 first.
template <unsigned kBits, class... T>
constexpr CaseValue lanes(T... v) {
  if constexpr (sizeof...(T) == 1) {
    const int64_t x = (static_cast<int64_t>(v), ...);
    if constexpr (kBits == 64) {
      return pack<64>({x, x});
    } else {
      CaseValue all;
      for (unsigned at = 0; at < 64; at += kBits) {
        all.low |= (static_cast<uint64_t>(x) & ((uint64_t{1} << kBits) - 1)) << at;
      }
      all.high = all.low;
      return all;
    }
  } else {
    static_assert(sizeof...(T) * kBits == 128);
    return pack<kBits>({static_cast<int64_t>(v)...});
  }
}
template <class... T>
constexpr CaseValue v8(T... v) {
  return lanes<8>(v...);
}
template <class... T>
constexpr CaseValue v16(T... v) {
  return lanes<16>(v...);
}
template <class... T>
constexpr CaseValue v32(T... v) {
  return lanes<32>(v...);
}
template <class... T>
constexpr CaseValue v64(T... v) {
  return lanes<64>(v...);
}
template <class... T>
constexpr CaseValue vf(T... v) {
  return lanes<32>(std::bit_cast<uint32_t>(static_cast<float>(v))...);
}
template <class... T>
constexpr CaseValue vd(T... v) {
  return lanes<64>(std::bit_cast<uint64_t>(static_cast<double>(v))...);
}

constexpr float kInf = __builtin_inff();

constexpr NumericCase row(Op op, int line, const Args& args, const Expectation& e) {
  return {op, line, e.kind, e.trap, args.count, e.count, args.values, e.values};
}

constexpr NumericCase kCases[] = {
#define WEFT_NUMERIC_CASE(op, args, expect) row(Op::op, __LINE__, in args, expect),
#include "wasm/numeric_cases.def"
#undef WEFT_NUMERIC_CASE
};

}  // namespace

std::span<const NumericCase> numeric_cases() { return kCases; }

bool case_accepts(const NumericCase& row, size_t index, CaseValue got) {
  using numeric::is_arithmetic_nan;
  using numeric::is_canonical_nan;
  using numeric::is_nan;
  const CaseValue want = row.results[index];
  const auto float_at = [](CaseValue v, unsigned lane) {
    return std::bit_cast<float>(
        static_cast<uint32_t>((lane < 2 ? v.low : v.high) >> (lane % 2 * 32)));
  };
  const auto double_at = [](CaseValue v, unsigned lane) {
    return std::bit_cast<double>(lane == 0 ? v.low : v.high);
  };
  const bool narrow = sig(row.op).results[0] == SigType::f32;
  switch (row.expect) {
    case CaseExpect::exact: return got == want;
    case CaseExpect::canonical_nan:
      return narrow ? is_canonical_nan(float_at(got, 0)) : is_canonical_nan(double_at(got, 0));
    case CaseExpect::arithmetic_nan:
      return narrow ? is_arithmetic_nan(float_at(got, 0)) : is_arithmetic_nan(double_at(got, 0));
    case CaseExpect::nan_lanes32:
      for (unsigned n = 0; n < 4; ++n) {
        const float x = float_at(got, n), y = float_at(want, n);
        const bool ok = is_nan(y) ? is_arithmetic_nan(x)
                                  : std::bit_cast<uint32_t>(x) == std::bit_cast<uint32_t>(y);
        if (!ok) return false;
      }
      return true;
    case CaseExpect::nan_lanes64:
      for (unsigned n = 0; n < 2; ++n) {
        const double x = double_at(got, n), y = double_at(want, n);
        const bool ok = is_nan(y) ? is_arithmetic_nan(x)
                                  : std::bit_cast<uint64_t>(x) == std::bit_cast<uint64_t>(y);
        if (!ok) return false;
      }
      return true;
    case CaseExpect::trap: return false;
  }
  return false;
}

}  // namespace weft::wasm
