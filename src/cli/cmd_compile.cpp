// weft compile: validates a module once and writes it in a form that loads faster.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"
#include "weft/serialize.hpp"

namespace weft::cli {
namespace {

struct Options {
  EngineOptions engine;
  std::string file;
  std::string output;
};

int compile(const Options& options) {
  const auto engine = options.engine.make_engine();
  if (!engine) return kUsage;
  LoadProgress progress(options.file);
  const auto module = Module::from_file(*engine, options.file, progress.callback());
  if (!module) {
    print_error(options.file, module.error());
    return kRefused;
  }
  const auto bytes = serialize(*module);
  if (!bytes) {
    print_error(options.file, bytes.error());
    return kRefused;
  }
  std::FILE* const out = std::fopen(options.output.c_str(), "wb");
  bool ok = out != nullptr && std::fwrite(bytes->data(), 1, bytes->size(), out) == bytes->size();
  if (out != nullptr) ok = std::fclose(out) == 0 && ok;
  if (ok) return kOk;
  print_error("cannot write \"" + options.output + "\": " + std::strerror(errno));
  return kRefused;
}

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->engine; return 0;
    case 'o': options->output = arg; return 0;
    case ARGP_KEY_ARG:
      if (!options->file.empty()) argp_error(state, "one FILE, please");
      options->file = arg;
      return 0;
    case ARGP_KEY_END:
      if (options->file.empty()) argp_error(state, "which FILE?");
      if (options->output.empty()) options->output = options->file + ".weftc";
      return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_option kOptions[] = {
    {"output", 'o', "OUT", 0, "where to; by default FILE.weftc", 0},
    {},
};
constexpr argp_child kChildren[] = {{&kEngineArgp, 0, nullptr, 0}, {}};
constexpr argp kArgp = {
    kOptions,
    parse,
    "FILE",
    "Validates a .wasm or .wat file and writes it with what was found out, for `weft run`.\v"
    "For example:\n"
    "  weft compile tool.wat -o tool.weftc && weft run tool.weftc\n"
    "What is written belongs to this version of weft and this kind of machine; others refuse it.",
    kChildren,
    nullptr,
    nullptr};

}  // namespace

int compile_command(int argc, char** argv) {
  Options options;
  argp command = kArgp;
  parse_words(command, argc, argv, &options);
  return compile(options);
}

}  // namespace weft::cli
