// What a reference is and what it points to: 32-bit references into the store's heap, and the
// header of every object. ADR 0010.
#pragma once

#include <cstdint>

#include "wasm/types.hpp"

#include "base/wrapping.hpp"

namespace weft::runtime {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// 0 is null; odd is an unboxed i31 (value << 1 | 1); a multiple of 8 is an object's offset in its
/// store's reservation. any.convert_extern and extern.convert_any keep the bits: both hierarchies
/// name the same objects.
using Ref = uint32_t;
inline constexpr Ref kNullRef = 0;

constexpr bool is_i31(Ref r) { return (r & 1) != 0; }
WEFT_WRAPS constexpr Ref make_i31(uint32_t value) { return (value << 1) | 1; }
constexpr int32_t i31_get_s(Ref r) { return static_cast<int32_t>(r) >> 1; }
constexpr uint32_t i31_get_u(Ref r) { return r >> 1; }

enum class ObjectKind : uint32_t { filler, struct_, array, exception, host };

/// First eight bytes of every object. Objects are multiples of 8 bytes.
struct ObjectHeader {
  static constexpr uint32_t kTypeMask = (1u << 22) - 1;
  static constexpr uint32_t kKindShift = 22;
  static constexpr uint32_t kKindMask = 7u << kKindShift;
  static constexpr uint32_t kLog2Shift = 25;  ///< array: log2 of an element's bytes, 3 bits
  static constexpr uint32_t kHasRefs = 1u << 28;

  uint32_t
      word;  ///< TypeId (struct, array), kind, element size, whether the collector must look inside
  uint32_t extent;  ///< array: length; host: number in the table of host values; others: the
                    ///< object's bytes

  static constexpr uint32_t make(ObjectKind kind, uint32_t type = 0, bool has_refs = false,
                                 uint32_t log2 = 0) {
    return type | static_cast<uint32_t>(kind) << kKindShift | log2 << kLog2Shift |
           (has_refs ? kHasRefs : 0);
  }
  ObjectKind kind() const { return static_cast<ObjectKind>((word & kKindMask) >> kKindShift); }
  TypeId type() const { return TypeId(word & kTypeMask); }
  uint32_t element_log2() const { return (word >> kLog2Shift) & 7; }
  bool has_refs() const { return (word & kHasRefs) != 0; }
  uint64_t bytes() const {
    switch (kind()) {
      case ObjectKind::array: return array_bytes(extent, element_log2());
      case ObjectKind::host: return sizeof(ObjectHeader);
      default: return extent;
    }
  }
  /// Of an array object; cannot overflow.
  static constexpr uint64_t array_bytes(uint32_t length, uint32_t log2) {
    return (sizeof(uint64_t) + (uint64_t{length} << log2) + 7) & ~uint64_t{7};
  }
};
static_assert(sizeof(ObjectHeader) == 8);

}  // namespace weft::runtime
