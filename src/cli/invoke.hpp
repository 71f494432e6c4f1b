// Arguments and results of `--invoke` as text.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace weft::cli {

/// Reads `text` as a value of this kind: decimal or 0x, for floats also inf and nan.
Result<Val> parse_value(weft_valkind_t kind, const std::string& text);
std::string format_value(const Val& value);
const char* kind_name(weft_valkind_t kind);

/// Calls an exported function with arguments given as text; prints each result on a line of its
/// own. Returns the exit code; that of a call that fails is what `failed` returns.
int invoke(StoreRef store, const Instance& instance, const std::string& file,
           const std::string& name, const std::vector<std::string>& args,
           const std::function<int(const Failure&)>& failed);

}  // namespace weft::cli
