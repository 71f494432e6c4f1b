// weft inspect: what is in a module, and what the interpreter makes of it.
#include <charconv>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

struct Options {
  EngineOptions engine;
  std::string file;
  bool sections = false;
  bool imports = false;
  bool exports = false;
  bool names = false;
  bool bytecode = false;
  uint32_t func = UINT32_MAX;
};

int inspect(const Options& o) {
  const auto engine = o.engine.make_engine();
  if (!engine) return kUsage;
  LoadProgress progress(o.file);
  const auto module = Module::from_file(*engine, o.file, progress.callback());
  if (!module) {
    print_error(o.file, module.error());
    return kRefused;
  }
  uint32_t what = (o.sections ? WEFT_INSPECT_SECTIONS : 0u) | (o.imports ? WEFT_INSPECT_IMPORTS : 0u) |
                  (o.exports ? WEFT_INSPECT_EXPORTS : 0u) | (o.names ? WEFT_INSPECT_NAMES : 0u) |
                  (o.bytecode ? WEFT_INSPECT_BYTECODE : 0u);
  if (what == 0) what = WEFT_INSPECT_SECTIONS | WEFT_INSPECT_IMPORTS | WEFT_INSPECT_EXPORTS;
  const auto text = module->inspect(what, o.func);
  if (!text) {
    print_error(o.file, text.error());
    return kRefused;
  }
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kOk;
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* cmd = app.add_subcommand("inspect", "Show sections, imports, exports, names, bytecode");
  options->engine.add_to(*cmd);
  cmd->add_flag("--sections", options->sections, "Sections with offsets and sizes");
  cmd->add_flag("--imports", options->imports, "Imports with their types");
  cmd->add_flag("--exports", options->exports, "Exports with their types");
  cmd->add_flag("--names", options->names, "The name section");
  cmd->add_flag("--bytecode", options->bytecode, "The interpreter's code, with the wasm beside it");
  cmd->add_option("--func", options->func, "Only this function (its index)");
  cmd->add_option("FILE", options->file, "A .wasm or .wat file")->required();
  cmd->callback([options, &action] { action = [options] { return inspect(*options); }; });
}

}  // namespace weft::cli
