// How a cast's target is written in an instruction: CastKind and flags.
#pragma once

#include <cstdint>

#include "runtime/gc_builtins.hpp"

namespace weft::interp {

inline constexpr uint32_t kCastNull = 0x100;   ///< A null matches.
inline constexpr uint32_t kCastSense = 0x200;  ///< Branches: taken if it matches.
constexpr runtime::builtins::CastKind cast_kind(uint32_t word) {
  return static_cast<runtime::builtins::CastKind>(word & 0xff);
}

}  // namespace weft::interp
