// weft validate: is each file a valid module?
#include <fstream>
#include <memory>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

struct Options {
  EngineOptions engine;
  std::vector<std::string> files;
};

int validate(const Options& options) {
  const auto engine = options.engine.make_engine();
  if (!engine) return kUsage;
  int code = kOk;
  for (const std::string& file : options.files) {
    LoadProgress progress(file);
    if (const auto module = Module::from_file(*engine, file, progress.callback()); !module) {
      print_error(file, module.error());
      code = kRefused;
    }
  }
  return code;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* cmd = app.add_subcommand("validate", "Check that files are valid modules; says nothing if they are");
  options->engine.add_to(*cmd);
  cmd->add_option("FILE", options->files, ".wasm or .wat files")->required();
  cmd->callback([options, &action] { action = [options] { return validate(*options); }; });
}

}  // namespace weft::cli
