// What the vector families share: lane-wise building blocks over GCC/clang vector extensions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "wasm/v128.hpp"

// The same functions may be compiled for processors with different instructions in one program;
// each level has a namespace of its own, so that the linker cannot take one for the other.
#if defined(__FMA__)
#include <immintrin.h>
#define WEFT_SIMD_LEVEL fma
#elif defined(__SSE4_2__)
#include <smmintrin.h>
#define WEFT_SIMD_LEVEL sse42
#else
#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#define WEFT_SIMD_LEVEL baseline
#endif

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {
namespace simd {

template <class L>
using Lane = std::remove_cvref_t<decltype(L{}[0])>;

template <class L>
inline constexpr unsigned kLanes = sizeof(L) / sizeof(Lane<L>);

template <class L>
[[gnu::always_inline]] inline V128 splat(Lane<L> x) {
  L v{};
  for (unsigned n = 0; n < kLanes<L>; ++n) v[n] = x;
  return V128(v);
}

/// a with `lane` replaced: a choice by mask, since a variable lane would otherwise go through
/// memory.
template <class L>
[[gnu::always_inline]] inline V128 replace(V128 a, Lane<L> x, uint32_t lane) {
  L numbers{};
  for (unsigned n = 0; n < kLanes<L>; ++n) numbers[n] = static_cast<Lane<L>>(n);
  const V128 here(numbers == splat<L>(static_cast<Lane<L>>(lane)).template as<L>());
  return V128((splat<L>(x).words & here.words) | (a.words & ~here.words));
}

/// f of every lane, as lanes of R. For operations that vector extensions have no operator for.
template <class R, class L, class F>
[[gnu::always_inline]] inline V128 map(V128 a, F f) {
  static_assert(kLanes<R> == kLanes<L>);
  const L x = a.as<L>();
  R r{};
  for (unsigned n = 0; n < kLanes<R>; ++n) r[n] = f(x[n]);
  return V128(r);
}
template <class R, class L, class F>
[[gnu::always_inline]] inline V128 map(V128 a, V128 b, F f) {
  static_assert(kLanes<R> == kLanes<L>);
  const L x = a.as<L>();
  const L y = b.as<L>();
  R r{};
  for (unsigned n = 0; n < kLanes<R>; ++n) r[n] = f(x[n], y[n]);
  return V128(r);
}

/// Bits of `yes` where the mask has ones, of `no` elsewhere.
[[gnu::always_inline]] inline V128 blend(V128 mask, V128 yes, V128 no) {
  return V128((yes.words & mask.words) | (no.words & ~mask.words));
}

// Comparisons of vectors give all ones or all zeros per lane, as WebAssembly's do.
template <class L>
[[gnu::always_inline]] inline V128 eq(V128 a, V128 b) {
  return V128(a.as<L>() == b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 ne(V128 a, V128 b) {
  return V128(a.as<L>() != b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 lt(V128 a, V128 b) {
  return V128(a.as<L>() < b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 gt(V128 a, V128 b) {
  return V128(a.as<L>() > b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 le(V128 a, V128 b) {
  return V128(a.as<L>() <= b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 ge(V128 a, V128 b) {
  return V128(a.as<L>() >= b.as<L>());
}

// Integer arithmetic is done on unsigned lanes: wrapping is the meaning, not an overflow.
template <class L>
[[gnu::always_inline]] inline V128 add(V128 a, V128 b) {
  return V128(a.as<L>() + b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 sub(V128 a, V128 b) {
  return V128(a.as<L>() - b.as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 mul(V128 a, V128 b) {
  return V128(a.as<L>() * b.as<L>());
}

template <class L>
[[gnu::always_inline]] inline V128 min(V128 a, V128 b) {
  return blend(lt<L>(a, b), a, b);
}
template <class L>
[[gnu::always_inline]] inline V128 max(V128 a, V128 b) {
  return blend(gt<L>(a, b), a, b);
}

/// Shift counts are taken modulo the lane width.
template <class L>
[[gnu::always_inline]] inline V128 shl(V128 a, uint32_t count) {
  const auto n = static_cast<Lane<L>>(count & (sizeof(Lane<L>) * 8 - 1));
  return V128(a.as<L>() << splat<L>(n).template as<L>());
}
template <class L>
[[gnu::always_inline]] inline V128 shr(V128 a, uint32_t count) {
  const auto n = static_cast<Lane<L>>(count & (sizeof(Lane<L>) * 8 - 1));
  return V128(a.as<L>() >> splat<L>(n).template as<L>());
}

}  // namespace simd
}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
