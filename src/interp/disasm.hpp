// Bytecode as text, for `weft inspect --bytecode` and for tests.
#pragma once

#include <string>
#include <vector>

#include "interp/code_map.hpp"

namespace weft::interp {

/// One instruction: where it stands in the code, the offset in the module of the operator it ends,
/// name and operands.
struct Line {
  uint32_t word = 0;
  uint32_t offset = 0;
  std::string text;
};

/// Empty if the function is not translated.
std::vector<Line> disassemble_lines(const FuncCode& code);

/// One line per instruction: word index, offset in the module, name, operands. Empty if the
/// function is not translated.
std::string disassemble(const FuncCode& code);

}  // namespace weft::interp
