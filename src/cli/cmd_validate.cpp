// weft validate: is each file a valid module?
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

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->engine; return 0;
    case ARGP_KEY_ARG: options->files.emplace_back(arg); return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_child kChildren[] = {{&kEngineArgp, 0, nullptr, 0}, {}};
constexpr argp kArgp = {
    nullptr,
    parse,
    "FILE...",
    "Checks that .wasm and .wat files are valid modules; says nothing if they are.\v"
    "For example:\n"
    "  weft validate *.wasm && echo all good\n"
    "  weft validate --feature no-simd module.wat\n"
    "The exit code is 1 if one of them is not.",
    kChildren,
    nullptr,
    nullptr};

}  // namespace

int validate_command(int argc, char** argv) {
  Options options;
  parse_words(kArgp, argc, argv, &options);
  return validate(options);
}

}  // namespace weft::cli
