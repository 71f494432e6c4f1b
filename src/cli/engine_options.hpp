// Options that several commands share: how the engine is configured.
#pragma once

#include <argp.h>

#include <optional>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace weft::cli {

struct EngineOptions {
  std::vector<std::string> settings;  ///< NAME=VALUE
  std::vector<std::string> features;  ///< NAME or no-NAME

  /// Applies the options on top of `config`; prints and returns nothing if one of them is wrong.
  std::optional<Engine> make_engine(Config config = {}) const;
};

/// To be put into a command's `children`: reads --config and --feature into the EngineOptions that
/// the command's parser gives as child_inputs[0].
extern const argp kEngineArgp;

}  // namespace weft::cli
