// Where the engine meets its tiers: the only file of engine/ that knows their names (with
// tiers.cpp).
#pragma once

#include "base/result.hpp"
#include "engine/config.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/module_info.hpp"

namespace weft::engine {

/// Gives a new engine what its tiers need: stack pools, the frame walker, code ranges for faults.
Result<> attach_tiers(runtime::EngineState& state);

/// Gives a validated module its code (translated lazily or at once, as configured).
Result<> attach_code(runtime::ModuleInfo& info, const Config& config);

}  // namespace weft::engine
