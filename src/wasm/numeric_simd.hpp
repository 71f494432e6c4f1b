// Every vector opcode as one pure function named like its row in opcodes.def.
#pragma once

#include "wasm/numeric_simd_float.hpp"    // IWYU pragma: export
#include "wasm/numeric_simd_int.hpp"      // IWYU pragma: export
#include "wasm/numeric_simd_memory.hpp"   // IWYU pragma: export
#include "wasm/numeric_simd_relaxed.hpp"  // IWYU pragma: export
#include "wasm/numeric_simd_widen.hpp"    // IWYU pragma: export
