// Vector instructions whose lanes change width: extend, narrow, pairwise sums, widening products,
// dot products. Core spec 4.3.6.
#pragma once

#include <cstdint>

#include "wasm/numeric_simd_base.hpp"

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

namespace simd {

/// Lane n of W is lane 2n + offset of N, or n + offset where `stride` is 1, with its value kept.
template <class W, class N, unsigned kStride, unsigned kOffset>
[[gnu::always_inline]] inline W widen(V128 a) {
  const N x = a.as<N>();
  W r{};
  for (unsigned n = 0; n < kLanes<W>; ++n) r[n] = x[n * kStride + kOffset];
  return r;
}
template <class W, class N>
[[gnu::always_inline]] inline W low(V128 a) {
  return widen<W, N, 1, 0>(a);
}
template <class W, class N>
[[gnu::always_inline]] inline W high(V128 a) {
  return widen<W, N, 1, kLanes<W>>(a);
}
template <class W, class N>
[[gnu::always_inline]] inline W even(V128 a) {
  return widen<W, N, 2, 0>(a);
}
template <class W, class N>
[[gnu::always_inline]] inline W odd(V128 a) {
  return widen<W, N, 2, 1>(a);
}

/// The lanes of a, then those of b, each clamped to the range of the narrow lane.
template <class N, class W>
[[gnu::always_inline]] inline V128 narrow(V128 a, V128 b) {
  constexpr bool kSigned = std::is_signed_v<Lane<N>>;
  constexpr int32_t kBits = sizeof(Lane<N>) * 8;
  constexpr int32_t kMin = kSigned ? -(1 << (kBits - 1)) : 0;
  constexpr int32_t kMax = kSigned ? (1 << (kBits - 1)) - 1 : (1 << kBits) - 1;
  const auto clamp = [](V128 v) {
    const V128 top = splat<W>(static_cast<Lane<W>>(kMax));
    const V128 bottom = splat<W>(static_cast<Lane<W>>(kMin));
    return max<W>(min<W>(v, top), bottom).template as<W>();
  };
  const W x = clamp(a);
  const W y = clamp(b);
  N r{};
  for (unsigned n = 0; n < kLanes<W>; ++n) {
    r[n] = static_cast<Lane<N>>(x[n]);
    r[n + kLanes<W>] = static_cast<Lane<N>>(y[n]);
  }
  return V128(r);
}

}  // namespace simd

inline V128 i8x16_narrow_i16x8_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_packs_epi16((__m128i)a.words, (__m128i)b.words));
#else
  return simd::narrow<lanes::i8, lanes::i16>(a, b);
#endif
}
inline V128 i8x16_narrow_i16x8_u(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_packus_epi16((__m128i)a.words, (__m128i)b.words));
#else
  return simd::narrow<lanes::u8, lanes::i16>(a, b);
#endif
}
inline V128 i16x8_narrow_i32x4_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_packs_epi32((__m128i)a.words, (__m128i)b.words));
#else
  return simd::narrow<lanes::i16, lanes::i32>(a, b);
#endif
}
inline V128 i16x8_narrow_i32x4_u(V128 a, V128 b) {
#if defined(__SSE4_1__)
  return V128(_mm_packus_epi32((__m128i)a.words, (__m128i)b.words));
#else
  return simd::narrow<lanes::u16, lanes::i32>(a, b);
#endif
}

inline V128 i16x8_extend_low_i8x16_s(V128 a) { return V128(simd::low<lanes::i16, lanes::i8>(a)); }
inline V128 i16x8_extend_high_i8x16_s(V128 a) { return V128(simd::high<lanes::i16, lanes::i8>(a)); }
inline V128 i16x8_extend_low_i8x16_u(V128 a) { return V128(simd::low<lanes::u16, lanes::u8>(a)); }
inline V128 i16x8_extend_high_i8x16_u(V128 a) { return V128(simd::high<lanes::u16, lanes::u8>(a)); }
inline V128 i32x4_extend_low_i16x8_s(V128 a) { return V128(simd::low<lanes::i32, lanes::i16>(a)); }
inline V128 i32x4_extend_high_i16x8_s(V128 a) {
  return V128(simd::high<lanes::i32, lanes::i16>(a));
}
inline V128 i32x4_extend_low_i16x8_u(V128 a) { return V128(simd::low<lanes::u32, lanes::u16>(a)); }
inline V128 i32x4_extend_high_i16x8_u(V128 a) {
  return V128(simd::high<lanes::u32, lanes::u16>(a));
}
inline V128 i64x2_extend_low_i32x4_s(V128 a) { return V128(simd::low<lanes::i64, lanes::i32>(a)); }
inline V128 i64x2_extend_high_i32x4_s(V128 a) {
  return V128(simd::high<lanes::i64, lanes::i32>(a));
}
inline V128 i64x2_extend_low_i32x4_u(V128 a) { return V128(simd::low<lanes::u64, lanes::u32>(a)); }
inline V128 i64x2_extend_high_i32x4_u(V128 a) {
  return V128(simd::high<lanes::u64, lanes::u32>(a));
}

// Products and sums below cannot leave the wide lane's range, except that of dot_i16x8_s, which
// wraps: those lanes are unsigned.

inline V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) {
  return V128(simd::low<lanes::i16, lanes::i8>(a) * simd::low<lanes::i16, lanes::i8>(b));
}
inline V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) {
  return V128(simd::high<lanes::i16, lanes::i8>(a) * simd::high<lanes::i16, lanes::i8>(b));
}
inline V128 i16x8_extadd_pairwise_i8x16_s(V128 a) {
  return V128(simd::even<lanes::i16, lanes::i8>(a) + simd::odd<lanes::i16, lanes::i8>(a));
}
inline V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) {
  return V128(simd::low<lanes::u16, lanes::u8>(a) * simd::low<lanes::u16, lanes::u8>(b));
}
inline V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) {
  return V128(simd::high<lanes::u16, lanes::u8>(a) * simd::high<lanes::u16, lanes::u8>(b));
}
inline V128 i16x8_extadd_pairwise_i8x16_u(V128 a) {
  return V128(simd::even<lanes::u16, lanes::u8>(a) + simd::odd<lanes::u16, lanes::u8>(a));
}
inline V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) {
  return V128(simd::low<lanes::i32, lanes::i16>(a) * simd::low<lanes::i32, lanes::i16>(b));
}
inline V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) {
  return V128(simd::high<lanes::i32, lanes::i16>(a) * simd::high<lanes::i32, lanes::i16>(b));
}
inline V128 i32x4_extadd_pairwise_i16x8_s(V128 a) {
  return V128(simd::even<lanes::i32, lanes::i16>(a) + simd::odd<lanes::i32, lanes::i16>(a));
}
inline V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) {
  return V128(simd::low<lanes::u32, lanes::u16>(a) * simd::low<lanes::u32, lanes::u16>(b));
}
inline V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) {
  return V128(simd::high<lanes::u32, lanes::u16>(a) * simd::high<lanes::u32, lanes::u16>(b));
}
inline V128 i32x4_extadd_pairwise_i16x8_u(V128 a) {
  return V128(simd::even<lanes::u32, lanes::u16>(a) + simd::odd<lanes::u32, lanes::u16>(a));
}
inline V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) {
  return V128(simd::low<lanes::i64, lanes::i32>(a) * simd::low<lanes::i64, lanes::i32>(b));
}
inline V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) {
  return V128(simd::high<lanes::i64, lanes::i32>(a) * simd::high<lanes::i64, lanes::i32>(b));
}
inline V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) {
  return V128(simd::low<lanes::u64, lanes::u32>(a) * simd::low<lanes::u64, lanes::u32>(b));
}
inline V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) {
  return V128(simd::high<lanes::u64, lanes::u32>(a) * simd::high<lanes::u64, lanes::u32>(b));
}

inline V128 i32x4_dot_i16x8_s(V128 a, V128 b) {
  using lanes::i16, lanes::i32, lanes::u32;
  const auto even = (u32)(simd::even<i32, i16>(a) * simd::even<i32, i16>(b));
  const auto odd = (u32)(simd::odd<i32, i16>(a) * simd::odd<i32, i16>(b));
  return V128(even + odd);
}

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
