// What `weft wast` does: scripts in, report out.
#pragma once

#include <string>
#include <vector>

#include "wast/engine_host.hpp"

namespace weft::wast {

struct CommandOptions {
  std::vector<std::string> files;
  std::string expected_failures;  ///< A file; empty for none.
  bool check_only = false;        ///< Decode and validate, execute nothing.
  bool json = false;
  bool texts = false;  ///< List refusals whose text differs from the suite's.
  EngineSettings settings;
};

struct CommandOutput {
  std::string text;
  bool ok = false;     ///< Nothing failed.
  bool usage = false;  ///< The options were wrong; `text` says why.
};

CommandOutput run_scripts(const CommandOptions& options);

}  // namespace weft::wast
