// Arithmetic that must not go wrong silently: alignment, checked sums and products, byte-wise
// loads.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

namespace weft {

static_assert(std::endian::native == std::endian::little, "big-endian hosts are not supported");

template <std::unsigned_integral T>
constexpr bool is_power_of_two(T value) {
  return std::has_single_bit(value);
}

/// `alignment` is a power of two; the result wraps if `value` is within `alignment` of the maximum.
template <std::unsigned_integral T>
constexpr T align_up(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>((value + (alignment - 1)) & ~(alignment - 1));
}
template <std::unsigned_integral T>
constexpr T align_down(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>(value & ~(alignment - 1));
}
template <std::unsigned_integral T>
constexpr bool is_aligned(T value, std::type_identity_t<T> alignment) {
  return (value & (alignment - 1)) == 0;
}

/// The exact result, or nothing where it does not fit.
template <std::integral T>
constexpr std::optional<T> checked_add(T a, std::type_identity_t<T> b) {
  T out{};
  if (__builtin_add_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <std::integral T>
constexpr std::optional<T> checked_mul(T a, std::type_identity_t<T> b) {
  T out{};
  if (__builtin_mul_overflow(a, b, &out)) return std::nullopt;
  return out;
}
template <std::unsigned_integral T>
constexpr T saturating_add(T a, std::type_identity_t<T> b) {
  T out{};
  return __builtin_add_overflow(a, b, &out) ? std::numeric_limits<T>::max() : out;
}
template <std::unsigned_integral T>
constexpr T saturating_mul(T a, std::type_identity_t<T> b) {
  T out{};
  return __builtin_mul_overflow(a, b, &out) ? std::numeric_limits<T>::max() : out;
}

/// True if [offset, offset + length) lies in [0, size); never overflows.
template <std::unsigned_integral T>
constexpr bool in_bounds(T offset, std::type_identity_t<T> length, std::type_identity_t<T> size) {
  return length <= size && offset <= size - length;
}

/// Loads and stores at any alignment, in little-endian order (checked above to be the host's).
template <class T>
  requires std::is_trivially_copyable_v<T>
inline T load_unaligned(const void* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}
template <class T>
  requires std::is_trivially_copyable_v<T>
inline void store_unaligned(void* to, std::type_identity_t<T> value) {
  std::memcpy(to, &value, sizeof(T));
}

}  // namespace weft
