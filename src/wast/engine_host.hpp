// The host that executes: Weft behind its public API.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "wast/host.hpp"

namespace weft::wast {

/// Options of the engine by name, as for weft_config_set.
using EngineSettings = std::vector<std::pair<std::string, uint64_t>>;

/// An engine and a store of its own, with spectest. Null if the settings are refused.
std::unique_ptr<ScriptHost> make_engine_host(wasm::FeatureSet features,
                                             const EngineSettings& settings = {});

}  // namespace weft::wast
