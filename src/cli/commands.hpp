// The commands of `weft`: each adds itself to the command line and leaves what to do in `action`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace weft::cli {

/// Runs after parsing; returns the exit code.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_wast(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);

}  // namespace weft::cli
