// What vector loads and stores do with the bytes once the address has been checked. `at` is the
// checked host address; exactly access_bytes(op) bytes are touched.
#pragma once

#include <cstdint>
#include <cstring>

#include "wasm/numeric_simd_base.hpp"

namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL {

namespace simd {

/// SAFETY: memcpy, because linear memory has no alignment.
template <class T>
[[gnu::always_inline]] inline T read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// 8 bytes of narrow lanes, extended to wide ones.
template <class W, class N>
[[gnu::always_inline]] inline V128 load_extend(const uint8_t* at) {
  W r{};
  for (unsigned n = 0; n < kLanes<W>; ++n) r[n] = read<N>(at + n * sizeof(N));
  return V128(r);
}
template <class L>
[[gnu::always_inline]] inline V128 load_lane(const uint8_t* at, V128 a, uint32_t lane) {
  return replace<L>(a, read<Lane<L>>(at), lane);
}
template <class L>
[[gnu::always_inline]] inline void store_lane(uint8_t* at, V128 a, uint32_t lane) {
  const Lane<L> value = a.as<L>()[lane];
  std::memcpy(at, &value, sizeof value);
}

}  // namespace simd

inline V128 v128_load(const uint8_t* at) { return V128::load(at); }
inline void v128_store(uint8_t* at, V128 a) { a.store(at); }

inline V128 v128_load8x8_s(const uint8_t* at) { return simd::load_extend<lanes::i16, int8_t>(at); }
inline V128 v128_load8x8_u(const uint8_t* at) { return simd::load_extend<lanes::u16, uint8_t>(at); }
inline V128 v128_load16x4_s(const uint8_t* at) {
  return simd::load_extend<lanes::i32, int16_t>(at);
}
inline V128 v128_load16x4_u(const uint8_t* at) {
  return simd::load_extend<lanes::u32, uint16_t>(at);
}
inline V128 v128_load32x2_s(const uint8_t* at) {
  return simd::load_extend<lanes::i64, int32_t>(at);
}
inline V128 v128_load32x2_u(const uint8_t* at) {
  return simd::load_extend<lanes::u64, uint32_t>(at);
}
inline V128 v128_load8_splat(const uint8_t* at) {
  return simd::splat<lanes::u8>(simd::read<uint8_t>(at));
}
inline V128 v128_load16_splat(const uint8_t* at) {
  return simd::splat<lanes::u16>(simd::read<uint16_t>(at));
}
inline V128 v128_load32_splat(const uint8_t* at) {
  return simd::splat<lanes::u32>(simd::read<uint32_t>(at));
}
inline V128 v128_load64_splat(const uint8_t* at) {
  return simd::splat<lanes::u64>(simd::read<uint64_t>(at));
}
inline V128 v128_load32_zero(const uint8_t* at) { return V128::of(simd::read<uint32_t>(at), 0); }
inline V128 v128_load64_zero(const uint8_t* at) { return V128::of(simd::read<uint64_t>(at), 0); }
inline V128 v128_load8_lane(const uint8_t* at, V128 a, uint32_t lane) {
  return simd::load_lane<lanes::u8>(at, a, lane);
}
inline void v128_store8_lane(uint8_t* at, V128 a, uint32_t lane) {
  simd::store_lane<lanes::u8>(at, a, lane);
}
inline V128 v128_load16_lane(const uint8_t* at, V128 a, uint32_t lane) {
  return simd::load_lane<lanes::u16>(at, a, lane);
}
inline void v128_store16_lane(uint8_t* at, V128 a, uint32_t lane) {
  simd::store_lane<lanes::u16>(at, a, lane);
}
inline V128 v128_load32_lane(const uint8_t* at, V128 a, uint32_t lane) {
  return simd::load_lane<lanes::u32>(at, a, lane);
}
inline void v128_store32_lane(uint8_t* at, V128 a, uint32_t lane) {
  simd::store_lane<lanes::u32>(at, a, lane);
}
inline V128 v128_load64_lane(const uint8_t* at, V128 a, uint32_t lane) {
  return simd::load_lane<lanes::u64>(at, a, lane);
}
inline void v128_store64_lane(uint8_t* at, V128 a, uint32_t lane) {
  simd::store_lane<lanes::u64>(at, a, lane);
}

}  // namespace weft::wasm::numeric::inline WEFT_SIMD_LEVEL
