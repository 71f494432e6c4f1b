// Options that several commands share: how the engine is configured.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "weft/weft.hpp"

namespace weft::cli {

struct EngineOptions {
  std::vector<std::string> settings;  ///< NAME=VALUE
  std::vector<std::string> features;  ///< NAME or -NAME

  void add_to(CLI::App& app);
  /// Applies the options on top of `config`; prints and returns nothing if one of them is wrong.
  std::optional<Engine> make_engine(Config config = {}) const;
};

}  // namespace weft::cli
