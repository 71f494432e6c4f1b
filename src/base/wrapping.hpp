// Arithmetic that is meant to wrap: the guest's addresses, hashes, differences of positions.
// Written out, so that -fsanitize=integer can report every other sum that does.
#pragma once

#include <concepts>
#include <type_traits>

#if defined(__clang__)
#define WEFT_WRAPS __attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base")))
#else
#define WEFT_WRAPS
#endif

namespace weft {

template <std::unsigned_integral T>
WEFT_WRAPS constexpr T wrapping_add(T a, std::type_identity_t<T> b) {
  return static_cast<T>(a + b);
}
template <std::unsigned_integral T>
WEFT_WRAPS constexpr T wrapping_sub(T a, std::type_identity_t<T> b) {
  return static_cast<T>(a - b);
}
template <std::unsigned_integral T>
WEFT_WRAPS constexpr T wrapping_mul(T a, std::type_identity_t<T> b) {
  return static_cast<T>(a * b);
}

}  // namespace weft
