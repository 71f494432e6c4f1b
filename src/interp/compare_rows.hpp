// Which instructions are compares, and the branches they become.
#pragma once

#include "interp/bytecode.hpp"

namespace weft::interp {

struct CompareRow {
  Code compare = Code::nop;     ///< form ss, result r
  Code branch = Code::nop;      ///< form ss; nop: not a compare
  Code branch_not = Code::nop;  ///< the opposite
  uint8_t imm_bytes = 0;
};
/// Of an instruction in its form r; forms that have no branch count as no compare. `and` counts:
/// its branch is a test of bits.
const CompareRow& compare_row(Code code);

/// X_t of a pair.
bool is_transient(Code code);

}  // namespace weft::interp
