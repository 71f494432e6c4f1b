// The 128-bit vector as a C++ value: one vector register, reinterpreted as lanes where needed.
#pragma once

#include <cstdint>
#include <cstring>

namespace weft::wasm {

namespace lanes {
// GCC vector extensions, which clang has too: element-wise operators on any target.
using i8 = int8_t __attribute__((vector_size(16)));
using u8 = uint8_t __attribute__((vector_size(16)));
using i16 = int16_t __attribute__((vector_size(16)));
using u16 = uint16_t __attribute__((vector_size(16)));
using i32 = int32_t __attribute__((vector_size(16)));
using u32 = uint32_t __attribute__((vector_size(16)));
using i64 = int64_t __attribute__((vector_size(16)));
using u64 = uint64_t __attribute__((vector_size(16)));
using f32 = float __attribute__((vector_size(16)));
using f64 = double __attribute__((vector_size(16)));
}  // namespace lanes

/// A v128 value. Lane 0 is at the lowest address (WebAssembly is little endian, and so is every
/// host that Weft supports: checked below).
struct V128 {
  lanes::u64 words;

  V128() = default;
  template <class Lanes>
    requires(sizeof(Lanes) == 16)
  explicit V128(Lanes v) : words((lanes::u64)v) {}

  static V128 of(uint64_t low, uint64_t high) { return V128(lanes::u64{low, high}); }

  /// Cells and linear memory are not 16-byte aligned: these compile to unaligned moves.
  static V128 load(const void* from) {
    V128 v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
  void store(void* to) const { std::memcpy(to, this, sizeof *this); }

  uint64_t low() const { return words[0]; }
  uint64_t high() const { return words[1]; }

  /// The same bits as lanes of another type.
  template <class Lanes>
  Lanes as() const {
    return (Lanes)words;  // SAFETY: a cast between vector types of one size keeps the bits
  }

  bool operator==(const V128& other) const {
    return low() == other.low() && high() == other.high();
  }
};
static_assert(sizeof(V128) == 16);
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "lane order needs a little-endian host");

}  // namespace weft::wasm
