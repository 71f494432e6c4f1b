// Constants of the binary format (spec chapter 5): section ids, type codes, flags. Reader and
// writer share them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "wasm/types.hpp"

namespace weft::binary {

inline constexpr std::array<uint8_t, 4> kMagic = {0x00, 0x61, 0x73, 0x6d};
inline constexpr uint16_t kVersion = 1;
inline constexpr uint16_t kComponentLayer =
    1;  ///< The upper half of the version word; 0 for core modules.

enum class SectionId : uint8_t {
  custom,
  type,
  import,
  function,
  table,
  memory,
  global,
  export_,
  start,
  element,
  code,
  data,
  data_count,
  tag,
};
inline constexpr uint8_t kSectionIds = 14;

/// One-byte type codes; as s33 numbers they are negative.
namespace code {
inline constexpr uint8_t kI32 = 0x7f;
inline constexpr uint8_t kI64 = 0x7e;
inline constexpr uint8_t kF32 = 0x7d;
inline constexpr uint8_t kF64 = 0x7c;
inline constexpr uint8_t kV128 = 0x7b;
inline constexpr uint8_t kI8 = 0x78;
inline constexpr uint8_t kI16 = 0x77;
inline constexpr uint8_t kRefNull = 0x63;  ///< (ref null ht)
inline constexpr uint8_t kRef = 0x64;      ///< (ref ht)
inline constexpr uint8_t kFunc = 0x60;
inline constexpr uint8_t kStruct = 0x5f;
inline constexpr uint8_t kArray = 0x5e;
inline constexpr uint8_t kSub = 0x50;
inline constexpr uint8_t kSubFinal = 0x4f;
inline constexpr uint8_t kRec = 0x4e;
inline constexpr uint8_t kEmptyBlock = 0x40;

/// In the order of AbstractHeap.
inline constexpr std::array<uint8_t, 12> kHeap = {
    0x70, 0x73, 0x6f, 0x72, 0x6e, 0x71, 0x6d, 0x6c, 0x6b, 0x6a, 0x69, 0x74,
};
}  // namespace code

/// Flags of limits (memories and tables).
namespace limits_flag {
inline constexpr uint8_t kMax = 0x01;
inline constexpr uint8_t kShared = 0x02;
inline constexpr uint8_t kAddress64 = 0x04;
inline constexpr uint8_t kPageSize = 0x08;
}  // namespace limits_flag

/// Bit of a memarg's alignment field: a memory index follows.
inline constexpr uint32_t kMemArgHasMemory = 0x40;

/// Compact import section: what stands where the kind of an ordinary import would (after an empty
/// item name).
inline constexpr uint8_t kCompactByItem = 0x7f;  ///< then vec(name, externtype)
inline constexpr uint8_t kCompactByType = 0x7e;  ///< then externtype, vec(name)

}  // namespace weft::binary
