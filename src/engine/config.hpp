// What can be chosen when an engine is made. The table is config.def.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "runtime/engine_state.hpp"
#include "wasm/features.hpp"

namespace weft::engine {

enum class Strategy : uint8_t { interpret };  // baseline, optimize, tiered come with their tiers

enum class Translation : uint8_t {
  eager,     // validate and translate at load
  lazy,      // validate at load, translate a function at its first call
  deferred,  // opt-in: validate a function at its first call too; an invalid one traps then
};

struct Config {
#define WEFT_CONFIG(type, name, default_value, text) type name = default_value;
#include "engine/config.def"
#undef WEFT_CONFIG
  wasm::FeatureSet features = wasm::FeatureSet::defaults();
  /// Instances, memories and tables from a pool; absent: on demand.
  std::optional<runtime::PoolOptions> pool;

  /// Error: bad_config, naming the options that contradict each other.
  Result<> check() const;
  runtime::RuntimeOptions runtime_options() const;
};

}  // namespace weft::engine
