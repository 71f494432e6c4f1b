// weft bench: how long a module takes to load, to instantiate and to run, in this process.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/invoke.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

struct Options {
  EngineOptions engine;
  std::string file;
  std::string invoke;
  std::vector<std::string> args;
  uint32_t iterations = 10;
};

struct Timer {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
};

void print_row(const char* what, std::vector<double> seconds, const char* note) {
  std::ranges::sort(seconds);
  std::printf("%-14s %12.3f %12.3f %12.3f  %s\n", what, seconds.front() * 1e6,
              seconds[seconds.size() / 2] * 1e6, seconds.back() * 1e6, note);
}

int bench(const Options& o) {
  const auto engine = o.engine.make_engine();
  if (!engine) return kUsage;
  std::vector<double> load;
  std::vector<double> instantiate;
  std::vector<double> call;
  for (uint32_t i = 0; i < std::max(o.iterations, 1u); ++i) {
    const Timer loading;
    const auto module = Module::from_file(*engine, o.file);
    load.push_back(loading.seconds());
    if (!module) {
      print_error(o.file, module.error());
      return kRefused;
    }
    auto store = Store::make(*engine);
    if (!store) {
      print_error(store.error().message());
      return kRefused;
    }
    WasiConfig wasi;
    wasi.arg(o.file);
    for (const std::string& arg : o.args) wasi.arg(arg);
    Linker linker(*engine);
    if (const auto done = linker.wasi(); !done) {
      print_error(done.error().message());
      return kRefused;
    }
    if (const auto done = store->set_wasi(std::move(wasi)); !done) {
      print_error(done.error().message());
      return kRefused;
    }
    const Timer instantiating;
    const auto instance = linker.instantiate(*store, *module);
    instantiate.push_back(instantiating.seconds());
    if (!instance) return report_failure(o.file, instance.error());
    if (o.invoke.empty()) continue;
    const auto func = instance->get<void()>(*store, o.invoke);
    if (!func) {
      print_error(o.file +
                  ": --invoke needs an exported function without parameters and results: " +
                  std::string(func.error().message()));
      return kUsage;
    }
    const Timer calling;
    if (const auto done = (*func)(*store); !done) {
      if (const int code = report_failure(o.file, done.error()); code != kOk) return code;
    }
    call.push_back(calling.seconds());
  }
  std::printf("%-14s %12s %12s %12s\n", "us", "min", "median", "max");
  print_row("load", load, "read, decode, validate");
  print_row("instantiate", instantiate, "link, allocate, segments, start function");
  if (!call.empty()) print_row("call", call, o.invoke.c_str());
  return kOk;
}

enum Key { kInvoke = kLongOnly };

constexpr argp_option kOptions[] = {
    {"invoke", kInvoke, "FUNCTION", 0, "An exported function () -> () to call, e.g. _start", 0},
    {"iterations", 'n', "N", 0, "How often (10)", 0},
    {},
};

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->engine; return 0;
    case kInvoke: options->invoke = arg; return 0;
    case 'n':
      options->iterations = static_cast<uint32_t>(
          std::min<uint64_t>(parse_number(state, "--iterations", arg), 1'000'000));
      return 0;
    case ARGP_KEY_ARG:
      options->file = arg;
      options->args.assign(state->argv + state->next, state->argv + state->argc);
      state->next = state->argc;
      return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_child kChildren[] = {{&kEngineArgp, 0, nullptr, 0}, {}};
constexpr argp kArgp = {kOptions,
                        parse,
                        "FILE [ARGS...]",
                        "Times loading, instantiating and calling a module.\v"
                        "For example:\n"
                        "  weft bench -n 100 module.wasm\n"
                        "  weft bench --invoke run module.wat",
                        kChildren,
                        nullptr,
                        nullptr};

}  // namespace

int bench_command(int argc, char** argv) {
  Options options;
  parse_words(kArgp, argc, argv, &options);
  return bench(options);
}

}  // namespace weft::cli
