// Bytecode as text, for `weft inspect --bytecode` and for tests.
#pragma once

#include <string>

#include "interp/code_map.hpp"

namespace weft::interp {

/// One line per instruction: word index, offset in the module, name, operands. Empty if the function is not translated.
std::string disassemble(const FuncCode& code);

}  // namespace weft::interp
