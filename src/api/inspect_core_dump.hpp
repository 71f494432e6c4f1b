// A core dump as text for a person (`weft inspect`). The format: engine/core_dump.hpp.
#pragma once

#include <string>

#include "base/result.hpp"
#include "binary/module.hpp"

namespace weft::api {

/// True if the module is a core dump.
bool is_core_dump(const binary::Module& module);
/// Error: malformed, at the first place that cannot be read; what was read before is in `out`.
Result<> add_core_dump(std::string& out, const binary::Module& module);

}  // namespace weft::api
