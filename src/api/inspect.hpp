// What is in a module, as text for a person (`weft inspect`).
#pragma once

#include <string>

#include "engine/compiled_module.hpp"

namespace weft::api {

/// `what` is a sum of weft_inspect_t; `func` restricts the bytecode to one function (UINT32_MAX:
/// all). Errors: bad_argument (no such function).
Result<std::string> inspect(const engine::CompiledModule& module, uint32_t what, uint32_t func);

}  // namespace weft::api
