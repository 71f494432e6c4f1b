// Integer vector instructions: lanes, comparisons, arithmetic, shifts, reductions. Core spec 4.3.6.
#pragma once

#include <bit>
#include <cstdint>

#include "wasm/numeric_simd_base.hpp"

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

namespace simd {

template <class S>
[[gnu::always_inline]] inline V128 abs(V128 a) {
  using U = std::conditional_t<
      sizeof(Lane<S>) == 1, lanes::u8,
      std::conditional_t<sizeof(Lane<S>) == 2, lanes::u16,
                         std::conditional_t<sizeof(Lane<S>) == 4, lanes::u32, lanes::u64>>>;
  const V128 negative = lt<S>(a, V128::of(0, 0));  // -1 where negative: x ^ -1 - -1 == -x
  return sub<U>(V128(a.words ^ negative.words), negative);
}

/// Saturation: where the wrapped sum is smaller than an operand, it went past the top.
template <class U>
[[gnu::always_inline]] inline V128 add_sat_u(V128 a, V128 b) {
  const V128 sum = add<U>(a, b);
  return V128(sum.words | lt<U>(sum, a).words);
}
template <class U>
[[gnu::always_inline]] inline V128 sub_sat_u(V128 a, V128 b) {
  return V128(sub<U>(a, b).words & gt<U>(a, b).words);
}

/// Signed saturation: overflow shows in the sign bit of `overflow`; the bound to saturate at has
/// the sign of a: a >> (width - 1) is 0 or -1, and xor with the maximum gives maximum or minimum.
template <class S>
[[gnu::always_inline]] inline V128 saturate(V128 a, V128 result, V128 overflow) {
  constexpr auto kShift = sizeof(Lane<S>) * 8 - 1;
  constexpr auto kMax = static_cast<Lane<S>>((uint64_t{1} << kShift) - 1);
  const V128 bound(shr<S>(a, kShift).words ^ splat<S>(kMax).words);
  return blend(lt<S>(overflow, V128::of(0, 0)), bound, result);
}
template <class S, class U>
[[gnu::always_inline]] inline V128 add_sat_s(V128 a, V128 b) {
  const V128 sum = add<U>(a, b);
  return saturate<S>(a, sum, V128((a.words ^ sum.words) & (b.words ^ sum.words)));
}
template <class S, class U>
[[gnu::always_inline]] inline V128 sub_sat_s(V128 a, V128 b) {
  const V128 difference = sub<U>(a, b);
  return saturate<S>(a, difference, V128((a.words ^ b.words) & (a.words ^ difference.words)));
}

/// Average rounded up without a wider type: the common bits plus half of the differing ones.
template <class U>
[[gnu::always_inline]] inline V128 avgr_u(V128 a, V128 b) {
  const V128 half = shr<U>(V128(a.words ^ b.words), 1);
  return sub<U>(V128(a.words | b.words), half);
}

[[gnu::always_inline]] inline uint32_t any_bit(V128 a) { return (a.low() | a.high()) != 0; }

template <class L>
[[gnu::always_inline]] inline uint32_t all_true(V128 a) {
  return !any_bit(eq<L>(a, V128::of(0, 0)));
}

template <class S>
[[gnu::always_inline]] inline uint32_t bitmask(V128 a) {
  const S x = a.as<S>();
  uint32_t mask = 0;
  for (unsigned n = 0; n < kLanes<S>; ++n) mask |= static_cast<uint32_t>(x[n] < 0) << n;
  return mask;
}

}  // namespace simd

// ---- whole vectors ----

inline V128 v128_not(V128 a) { return V128(~a.words); }
inline V128 v128_and(V128 a, V128 b) { return V128(a.words & b.words); }
inline V128 v128_andnot(V128 a, V128 b) { return V128(a.words & ~b.words); }
inline V128 v128_or(V128 a, V128 b) { return V128(a.words | b.words); }
inline V128 v128_xor(V128 a, V128 b) { return V128(a.words ^ b.words); }
inline V128 v128_bitselect(V128 a, V128 b, V128 mask) { return simd::blend(mask, a, b); }
inline uint32_t v128_any_true(V128 a) { return simd::any_bit(a); }

/// Lanes of the 32-byte concatenation a:b, chosen by 16 indices (validated to be below 32).
inline V128 i8x16_shuffle(V128 a, V128 b, V128 indices) {
  const lanes::u8 select = indices.as<lanes::u8>();
  uint8_t bytes[32];
  a.store(bytes);
  b.store(bytes + 16);
  lanes::u8 r{};
  for (unsigned n = 0; n < 16; ++n) r[n] = bytes[select[n] & 31];
  return V128(r);
}

/// Lanes of a chosen by b; an index past the end gives 0.
inline V128 i8x16_swizzle(V128 a, V128 b) {
#if defined(__SSSE3__)
  const __m128i select =
      _mm_adds_epu8((__m128i)b.words, _mm_set1_epi8(0x70));  // 16 and above: top bit set
  return V128(_mm_shuffle_epi8((__m128i)a.words, select));
#else
  const lanes::u8 select = b.as<lanes::u8>();
  uint8_t bytes[16];
  a.store(bytes);
  lanes::u8 r{};
  for (unsigned n = 0; n < 16; ++n) r[n] = select[n] < 16 ? bytes[select[n] & 15] : uint8_t{0};
  return V128(r);
#endif
}

namespace simd {

/// Bytes of a by indices below 16, or 0 where the index has its top bit set.
[[gnu::always_inline]] inline V128 pick(V128 a, V128 indices) {
#if defined(__SSSE3__)
  return V128(_mm_shuffle_epi8((__m128i)a.words, (__m128i)indices.words));
#else
  return i8x16_swizzle(a, indices);
#endif
}

}  // namespace simd

// ---- i8x16 ----

inline V128 i8x16_splat(uint32_t x) { return simd::splat<lanes::u8>(static_cast<uint8_t>(x)); }
inline uint32_t i8x16_extract_lane_s(V128 a, uint32_t lane) {
  return static_cast<uint32_t>(int32_t{a.as<lanes::i8>()[lane]});
}
inline uint32_t i8x16_extract_lane_u(V128 a, uint32_t lane) { return a.as<lanes::u8>()[lane]; }
inline V128 i8x16_replace_lane(V128 a, uint32_t x, uint32_t lane) {
  return simd::replace<lanes::u8>(a, static_cast<uint8_t>(x), lane);
}

inline V128 i8x16_eq(V128 a, V128 b) { return simd::eq<lanes::u8>(a, b); }
inline V128 i8x16_ne(V128 a, V128 b) { return simd::ne<lanes::u8>(a, b); }
inline V128 i8x16_lt_s(V128 a, V128 b) { return simd::lt<lanes::i8>(a, b); }
inline V128 i8x16_lt_u(V128 a, V128 b) { return simd::lt<lanes::u8>(a, b); }
inline V128 i8x16_gt_s(V128 a, V128 b) { return simd::gt<lanes::i8>(a, b); }
inline V128 i8x16_gt_u(V128 a, V128 b) { return simd::gt<lanes::u8>(a, b); }
inline V128 i8x16_le_s(V128 a, V128 b) { return simd::le<lanes::i8>(a, b); }
inline V128 i8x16_le_u(V128 a, V128 b) { return simd::le<lanes::u8>(a, b); }
inline V128 i8x16_ge_s(V128 a, V128 b) { return simd::ge<lanes::i8>(a, b); }
inline V128 i8x16_ge_u(V128 a, V128 b) { return simd::ge<lanes::u8>(a, b); }

inline V128 i8x16_abs(V128 a) { return simd::abs<lanes::i8>(a); }
inline V128 i8x16_neg(V128 a) { return simd::sub<lanes::u8>(V128::of(0, 0), a); }
inline V128 i8x16_add(V128 a, V128 b) { return simd::add<lanes::u8>(a, b); }
inline V128 i8x16_sub(V128 a, V128 b) { return simd::sub<lanes::u8>(a, b); }
inline V128 i8x16_add_sat_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_adds_epi8((__m128i)a.words, (__m128i)b.words));
#else
  return simd::add_sat_s<lanes::i8, lanes::u8>(a, b);
#endif
}
inline V128 i8x16_add_sat_u(V128 a, V128 b) { return simd::add_sat_u<lanes::u8>(a, b); }
inline V128 i8x16_sub_sat_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_subs_epi8((__m128i)a.words, (__m128i)b.words));
#else
  return simd::sub_sat_s<lanes::i8, lanes::u8>(a, b);
#endif
}
inline V128 i8x16_sub_sat_u(V128 a, V128 b) { return simd::sub_sat_u<lanes::u8>(a, b); }
inline V128 i8x16_avgr_u(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_avg_epu8((__m128i)a.words, (__m128i)b.words));
#else
  return simd::avgr_u<lanes::u8>(a, b);
#endif
}
inline V128 i8x16_min_s(V128 a, V128 b) { return simd::min<lanes::i8>(a, b); }
inline V128 i8x16_min_u(V128 a, V128 b) { return simd::min<lanes::u8>(a, b); }
inline V128 i8x16_max_s(V128 a, V128 b) { return simd::max<lanes::i8>(a, b); }
inline V128 i8x16_max_u(V128 a, V128 b) { return simd::max<lanes::u8>(a, b); }
/// Bits are summed in pairs, then fours, then eights, inside each byte.
inline V128 i8x16_popcnt(V128 a) {
  lanes::u8 x = a.as<lanes::u8>();
  x = x - ((x >> 1) & 0x55);
  x = (x & 0x33) + ((x >> 2) & 0x33);
  return V128((x + (x >> 4)) & 0x0f);
}

inline V128 i8x16_shl(V128 a, uint32_t count) { return simd::shl<lanes::u8>(a, count); }
inline V128 i8x16_shr_s(V128 a, uint32_t count) { return simd::shr<lanes::i8>(a, count); }
inline V128 i8x16_shr_u(V128 a, uint32_t count) { return simd::shr<lanes::u8>(a, count); }

inline uint32_t i8x16_all_true(V128 a) { return simd::all_true<lanes::u8>(a); }
inline uint32_t i8x16_bitmask(V128 a) {
#if defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_epi8((__m128i)a.words));
#else
  return simd::bitmask<lanes::i8>(a);
#endif
}

// ---- i16x8 ----

inline V128 i16x8_splat(uint32_t x) { return simd::splat<lanes::u16>(static_cast<uint16_t>(x)); }
inline uint32_t i16x8_extract_lane_s(V128 a, uint32_t lane) {
  return static_cast<uint32_t>(int32_t{a.as<lanes::i16>()[lane]});
}
inline uint32_t i16x8_extract_lane_u(V128 a, uint32_t lane) { return a.as<lanes::u16>()[lane]; }
inline V128 i16x8_replace_lane(V128 a, uint32_t x, uint32_t lane) {
  return simd::replace<lanes::u16>(a, static_cast<uint16_t>(x), lane);
}

inline V128 i16x8_eq(V128 a, V128 b) { return simd::eq<lanes::u16>(a, b); }
inline V128 i16x8_ne(V128 a, V128 b) { return simd::ne<lanes::u16>(a, b); }
inline V128 i16x8_lt_s(V128 a, V128 b) { return simd::lt<lanes::i16>(a, b); }
inline V128 i16x8_lt_u(V128 a, V128 b) { return simd::lt<lanes::u16>(a, b); }
inline V128 i16x8_gt_s(V128 a, V128 b) { return simd::gt<lanes::i16>(a, b); }
inline V128 i16x8_gt_u(V128 a, V128 b) { return simd::gt<lanes::u16>(a, b); }
inline V128 i16x8_le_s(V128 a, V128 b) { return simd::le<lanes::i16>(a, b); }
inline V128 i16x8_le_u(V128 a, V128 b) { return simd::le<lanes::u16>(a, b); }
inline V128 i16x8_ge_s(V128 a, V128 b) { return simd::ge<lanes::i16>(a, b); }
inline V128 i16x8_ge_u(V128 a, V128 b) { return simd::ge<lanes::u16>(a, b); }

inline V128 i16x8_abs(V128 a) { return simd::abs<lanes::i16>(a); }
inline V128 i16x8_neg(V128 a) { return simd::sub<lanes::u16>(V128::of(0, 0), a); }
inline V128 i16x8_add(V128 a, V128 b) { return simd::add<lanes::u16>(a, b); }
inline V128 i16x8_sub(V128 a, V128 b) { return simd::sub<lanes::u16>(a, b); }
inline V128 i16x8_mul(V128 a, V128 b) { return simd::mul<lanes::u16>(a, b); }
inline V128 i16x8_add_sat_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_adds_epi16((__m128i)a.words, (__m128i)b.words));
#else
  return simd::add_sat_s<lanes::i16, lanes::u16>(a, b);
#endif
}
inline V128 i16x8_add_sat_u(V128 a, V128 b) { return simd::add_sat_u<lanes::u16>(a, b); }
inline V128 i16x8_sub_sat_s(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_subs_epi16((__m128i)a.words, (__m128i)b.words));
#else
  return simd::sub_sat_s<lanes::i16, lanes::u16>(a, b);
#endif
}
inline V128 i16x8_sub_sat_u(V128 a, V128 b) { return simd::sub_sat_u<lanes::u16>(a, b); }
inline V128 i16x8_avgr_u(V128 a, V128 b) {
#if defined(__SSE2__)
  return V128(_mm_avg_epu16((__m128i)a.words, (__m128i)b.words));
#else
  return simd::avgr_u<lanes::u16>(a, b);
#endif
}
inline V128 i16x8_min_s(V128 a, V128 b) { return simd::min<lanes::i16>(a, b); }
inline V128 i16x8_min_u(V128 a, V128 b) { return simd::min<lanes::u16>(a, b); }
inline V128 i16x8_max_s(V128 a, V128 b) { return simd::max<lanes::i16>(a, b); }
inline V128 i16x8_max_u(V128 a, V128 b) { return simd::max<lanes::u16>(a, b); }
/// Fixed-point product with 15 fraction bits, rounded; only -1 * -1 does not fit.
inline V128 i16x8_q15mulr_sat_s(V128 a, V128 b) {
#if defined(__SSSE3__)
  const __m128i product = _mm_mulhrs_epi16((__m128i)a.words, (__m128i)b.words);
  return V128(_mm_xor_si128(product, _mm_cmpeq_epi16(product, _mm_set1_epi16(INT16_MIN))));
#else
  return simd::map<lanes::i16, lanes::i16>(a, b, [](int16_t x, int16_t y) {
    const int32_t product = (int32_t{x} * y + 0x4000) >> 15;
    return static_cast<int16_t>(product > INT16_MAX ? INT16_MAX : product);
  });
#endif
}

inline V128 i16x8_shl(V128 a, uint32_t count) { return simd::shl<lanes::u16>(a, count); }
inline V128 i16x8_shr_s(V128 a, uint32_t count) { return simd::shr<lanes::i16>(a, count); }
inline V128 i16x8_shr_u(V128 a, uint32_t count) { return simd::shr<lanes::u16>(a, count); }

inline uint32_t i16x8_all_true(V128 a) { return simd::all_true<lanes::u16>(a); }
inline uint32_t i16x8_bitmask(V128 a) {
#if defined(__SSE2__)
  return static_cast<uint32_t>(
      _mm_movemask_epi8(_mm_packs_epi16((__m128i)a.words, _mm_setzero_si128())));
#else
  return simd::bitmask<lanes::i16>(a);
#endif
}

// ---- i32x4 ----

inline V128 i32x4_splat(uint32_t x) { return simd::splat<lanes::u32>(x); }
inline uint32_t i32x4_extract_lane(V128 a, uint32_t lane) { return a.as<lanes::u32>()[lane]; }
inline V128 i32x4_replace_lane(V128 a, uint32_t x, uint32_t lane) {
  return simd::replace<lanes::u32>(a, x, lane);
}

inline V128 i32x4_eq(V128 a, V128 b) { return simd::eq<lanes::u32>(a, b); }
inline V128 i32x4_ne(V128 a, V128 b) { return simd::ne<lanes::u32>(a, b); }
inline V128 i32x4_lt_s(V128 a, V128 b) { return simd::lt<lanes::i32>(a, b); }
inline V128 i32x4_lt_u(V128 a, V128 b) { return simd::lt<lanes::u32>(a, b); }
inline V128 i32x4_gt_s(V128 a, V128 b) { return simd::gt<lanes::i32>(a, b); }
inline V128 i32x4_gt_u(V128 a, V128 b) { return simd::gt<lanes::u32>(a, b); }
inline V128 i32x4_le_s(V128 a, V128 b) { return simd::le<lanes::i32>(a, b); }
inline V128 i32x4_le_u(V128 a, V128 b) { return simd::le<lanes::u32>(a, b); }
inline V128 i32x4_ge_s(V128 a, V128 b) { return simd::ge<lanes::i32>(a, b); }
inline V128 i32x4_ge_u(V128 a, V128 b) { return simd::ge<lanes::u32>(a, b); }

inline V128 i32x4_abs(V128 a) { return simd::abs<lanes::i32>(a); }
inline V128 i32x4_neg(V128 a) { return simd::sub<lanes::u32>(V128::of(0, 0), a); }
inline V128 i32x4_add(V128 a, V128 b) { return simd::add<lanes::u32>(a, b); }
inline V128 i32x4_sub(V128 a, V128 b) { return simd::sub<lanes::u32>(a, b); }
inline V128 i32x4_mul(V128 a, V128 b) { return simd::mul<lanes::u32>(a, b); }
inline V128 i32x4_min_s(V128 a, V128 b) { return simd::min<lanes::i32>(a, b); }
inline V128 i32x4_min_u(V128 a, V128 b) { return simd::min<lanes::u32>(a, b); }
inline V128 i32x4_max_s(V128 a, V128 b) { return simd::max<lanes::i32>(a, b); }
inline V128 i32x4_max_u(V128 a, V128 b) { return simd::max<lanes::u32>(a, b); }

inline V128 i32x4_shl(V128 a, uint32_t count) { return simd::shl<lanes::u32>(a, count); }
inline V128 i32x4_shr_s(V128 a, uint32_t count) { return simd::shr<lanes::i32>(a, count); }
inline V128 i32x4_shr_u(V128 a, uint32_t count) { return simd::shr<lanes::u32>(a, count); }

inline uint32_t i32x4_all_true(V128 a) { return simd::all_true<lanes::u32>(a); }
inline uint32_t i32x4_bitmask(V128 a) {
#if defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_ps((__m128)a.words));
#else
  return simd::bitmask<lanes::i32>(a);
#endif
}

// ---- i64x2 ----

inline V128 i64x2_splat(uint64_t x) { return simd::splat<lanes::u64>(x); }
inline uint64_t i64x2_extract_lane(V128 a, uint32_t lane) { return a.as<lanes::u64>()[lane]; }
inline V128 i64x2_replace_lane(V128 a, uint64_t x, uint32_t lane) {
  return simd::replace<lanes::u64>(a, x, lane);
}

inline V128 i64x2_eq(V128 a, V128 b) { return simd::eq<lanes::u64>(a, b); }
inline V128 i64x2_ne(V128 a, V128 b) { return simd::ne<lanes::u64>(a, b); }
inline V128 i64x2_lt_s(V128 a, V128 b) { return simd::lt<lanes::i64>(a, b); }
inline V128 i64x2_gt_s(V128 a, V128 b) { return simd::gt<lanes::i64>(a, b); }
inline V128 i64x2_le_s(V128 a, V128 b) { return simd::le<lanes::i64>(a, b); }
inline V128 i64x2_ge_s(V128 a, V128 b) { return simd::ge<lanes::i64>(a, b); }

inline V128 i64x2_abs(V128 a) { return simd::abs<lanes::i64>(a); }
inline V128 i64x2_neg(V128 a) { return simd::sub<lanes::u64>(V128::of(0, 0), a); }
inline V128 i64x2_add(V128 a, V128 b) { return simd::add<lanes::u64>(a, b); }
inline V128 i64x2_sub(V128 a, V128 b) { return simd::sub<lanes::u64>(a, b); }
inline V128 i64x2_mul(V128 a, V128 b) { return simd::mul<lanes::u64>(a, b); }

inline V128 i64x2_shl(V128 a, uint32_t count) { return simd::shl<lanes::u64>(a, count); }
inline V128 i64x2_shr_s(V128 a, uint32_t count) { return simd::shr<lanes::i64>(a, count); }
inline V128 i64x2_shr_u(V128 a, uint32_t count) { return simd::shr<lanes::u64>(a, count); }

inline uint32_t i64x2_all_true(V128 a) { return simd::all_true<lanes::u64>(a); }
inline uint32_t i64x2_bitmask(V128 a) {
#if defined(__SSE2__)
  return static_cast<uint32_t>(_mm_movemask_pd((__m128d)a.words));
#else
  return simd::bitmask<lanes::i64>(a);
#endif
}

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
