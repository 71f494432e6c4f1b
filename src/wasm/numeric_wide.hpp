// 128-bit arithmetic on pairs of i64, from the wide-arithmetic proposal. Low words come first.
#pragma once

#include <cstdint>

#include "wasm/numeric_base.hpp"

namespace weft::wasm::numeric {

struct Wide {
  uint64_t low;
  uint64_t high;

  constexpr bool operator==(const Wide&) const = default;
};

namespace detail {

__extension__ using uint128 = unsigned __int128;
__extension__ using int128 = __int128;

constexpr uint128 join(uint64_t low, uint64_t high) { return uint128{high} << 64 | low; }
constexpr Wide split(uint128 x) {
  return {static_cast<uint64_t>(x), static_cast<uint64_t>(x >> 64)};
}

}  // namespace detail

constexpr Wide i64_add128(uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high) {
  return detail::split(detail::join(a_low, a_high) + detail::join(b_low, b_high));
}
constexpr Wide i64_sub128(uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high) {
  return detail::split(detail::join(a_low, a_high) - detail::join(b_low, b_high));
}
constexpr Wide i64_mul_wide_s(uint64_t a, uint64_t b) {
  return detail::split(static_cast<detail::uint128>(detail::int128{static_cast<int64_t>(a)} *
                                                    detail::int128{static_cast<int64_t>(b)}));
}
constexpr Wide i64_mul_wide_u(uint64_t a, uint64_t b) {
  return detail::split(detail::uint128{a} * detail::uint128{b});
}

}  // namespace weft::wasm::numeric
