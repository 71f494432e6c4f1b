// Interpreter code without fused instructions, for which engines have no switch.
#pragma once

#include "weft/weft.h"

namespace weft::fuzz {

/// Replaces the code of a module that nothing has been instantiated from.
void unfuse(const weft_module_t* module, bool fuel, bool epochs);

}  // namespace weft::fuzz
