// Every scalar numeric opcode as one pure function named like its row in opcodes.def. Vector
// opcodes are in numeric_simd.hpp, which costs more to compile.
#pragma once

#include "wasm/numeric_base.hpp"     // IWYU pragma: export
#include "wasm/numeric_convert.hpp"  // IWYU pragma: export
#include "wasm/numeric_float.hpp"    // IWYU pragma: export
#include "wasm/numeric_int.hpp"      // IWYU pragma: export
#include "wasm/numeric_wide.hpp"     // IWYU pragma: export
