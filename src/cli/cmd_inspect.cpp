// weft inspect: what is in a module, and what the interpreter makes of it.
#include <algorithm>
#include <cstdio>

#include "cli/cmd_text.hpp"
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
  bool wat = false;
  uint32_t func = UINT32_MAX;
};

int inspect(const Options& o) {
  if (o.wat) return print_as_text(o.file, {}, 0);
  const auto engine = o.engine.make_engine();
  if (!engine) return kUsage;
  LoadProgress progress(o.file);
  const auto module = Module::from_file(*engine, o.file, progress.callback());
  if (!module) {
    print_error(o.file, module.error());
    return kRefused;
  }
  uint32_t what = (o.sections ? WEFT_INSPECT_SECTIONS : 0u) |
                  (o.imports ? WEFT_INSPECT_IMPORTS : 0u) |
                  (o.exports ? WEFT_INSPECT_EXPORTS : 0u) | (o.names ? WEFT_INSPECT_NAMES : 0u) |
                  (o.bytecode ? WEFT_INSPECT_BYTECODE : 0u);
  if (what == 0)
    what = WEFT_INSPECT_SECTIONS | WEFT_INSPECT_IMPORTS | WEFT_INSPECT_EXPORTS |
           WEFT_INSPECT_CORE_DUMP;
  const auto text = module->inspect(what, o.func);
  if (!text) {
    print_error(o.file, text.error());
    return kRefused;
  }
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kOk;
}

enum Key { kSections = kLongOnly, kImports, kExports, kNames, kBytecode, kFunc, kWat };

constexpr argp_option kOptions[] = {
    {"sections", kSections, nullptr, 0, "Sections with offsets and sizes", 0},
    {"imports", kImports, nullptr, 0, "Imports with their types", 0},
    {"exports", kExports, nullptr, 0, "Exports with their types", 0},
    {"names", kNames, nullptr, 0, "Names of functions", 0},
    {"bytecode", kBytecode, nullptr, 0, "The interpreter's code, with the wasm beside it", 0},
    {"wat", kWat, nullptr, 0, "The whole module as text; the same as weft print", 0},
    {"func", kFunc, "INDEX", 0, "Only this function", 0},
    {},
};

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->engine; return 0;
    case kSections: options->sections = true; return 0;
    case kImports: options->imports = true; return 0;
    case kExports: options->exports = true; return 0;
    case kNames: options->names = true; return 0;
    case kBytecode: options->bytecode = true; return 0;
    case kWat: options->wat = true; return 0;
    case kFunc:
      options->func = static_cast<uint32_t>(
          std::min<uint64_t>(parse_number(state, "--func", arg), UINT32_MAX - 1));
      return 0;
    case ARGP_KEY_ARG:
      if (!options->file.empty()) argp_error(state, "one FILE only");
      options->file = arg;
      return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_child kChildren[] = {{&kEngineArgp, 0, nullptr, 0}, {}};
constexpr argp kArgp = {
    kOptions,
    parse,
    "FILE",
    "Shows what is in a .wasm or .wat file: sections, imports and exports, or what is asked for.\v"
    "For example:\n"
    "  weft inspect module.wasm\n"
    "  weft inspect --imports module.wasm\n"
    "  weft inspect --wat module.wasm\n"
    "  weft inspect --bytecode --func 3 module.wasm",
    kChildren,
    nullptr,
    nullptr};

}  // namespace

int inspect_command(int argc, char** argv) {
  Options options;
  parse_words(kArgp, argc, argv, &options);
  return inspect(options);
}

}  // namespace weft::cli
