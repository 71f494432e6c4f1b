// The families of handlers, each in its own translation unit, as lists that the linker fills in:
// two thirds of the size of code that enters them, and nothing to relocate when a program starts.
#pragma once

#include "interp/bytecode.hpp"

namespace weft::interp {

/// A handler, and its place in a HandlerTable seen as one array. The rows are assembled (WX_FAMILY
/// in handlers.hpp): C++ has no constant for a distance between functions.
struct [[gnu::packed]] HandlerRow {
  static constexpr uint16_t kEnd = 0xffff;

  int32_t distance;  ///< From this row to the handler.
  uint16_t place;    ///< kEnd: behind the last.
};

extern "C" {
#define WEFT_FAMILY(name) \
  [[gnu::visibility("hidden")]] extern const HandlerRow weft_handlers_##name[];
WEFT_FAMILY(i32)
WEFT_FAMILY(i64)
WEFT_FAMILY(float)
WEFT_FAMILY(convert)
WEFT_FAMILY(branch_int)
WEFT_FAMILY(branch_float)
WEFT_FAMILY(memory_guarded)
WEFT_FAMILY(memory_checked)
WEFT_FAMILY(control)
WEFT_FAMILY(call)
WEFT_FAMILY(bulk)
WEFT_FAMILY(gc)
WEFT_FAMILY(exception)
WEFT_FAMILY(atomic)
WEFT_FAMILY(memory_check)
WEFT_FAMILY(fused)
WEFT_FAMILY(load_op_guarded)
WEFT_FAMILY(load_op_checked)
// isa_sequences.def; guarded only: with explicit checks, there is little to gain.
WEFT_FAMILY(sequences)
// Vectors. The families that gain from SSE4.2 exist a second time for processors that have it
// (isa.cpp chooses).
WEFT_FAMILY(simd_narrow)
WEFT_FAMILY(simd_wide)
WEFT_FAMILY(simd_misc)
WEFT_FAMILY(simd_narrow_v2)
WEFT_FAMILY(simd_wide_v2)
WEFT_FAMILY(simd_misc_v2)
// With FMA, for what gains from that.
WEFT_FAMILY(simd_native)
WEFT_FAMILY(simd_native_v2)
WEFT_FAMILY(simd_native_v3)
WEFT_FAMILY(simd_general)
WEFT_FAMILY(simd_memory_guarded)
WEFT_FAMILY(simd_memory_checked)
#undef WEFT_FAMILY
}

}  // namespace weft::interp
