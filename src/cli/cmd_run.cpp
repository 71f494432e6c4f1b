// weft run: load, link with WASI, run.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
#include "cli/exit_codes.hpp"
#include "cli/invoke.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

struct Options {
  EngineOptions engine;
  std::vector<std::string> dirs;
  std::vector<std::string> env;
  std::string invoke;
  std::optional<uint64_t> fuel;
  std::string timeout;
  std::string max_memory;
  std::string profile;            ///< File for a profile.
  std::string trace;              ///< Which calls of the host to show.
  std::string core_dump;          ///< File for the store's state after a trap.
  std::vector<std::string> rest;  ///< FILE and the program's arguments
};

/// A number with one of the unit suffixes; nothing if it is not one, or too large.
std::optional<uint64_t> with_unit(
    const std::string& text, std::initializer_list<std::pair<std::string_view, double>> units) {
  if (text.empty() || text[0] < '0' || text[0] > '9' ||
      text.find_first_of("xXpP") != std::string::npos)
    return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const std::string_view suffix(end);
  for (const auto& [name, factor] : units) {
    if (suffix != name) continue;
    const double scaled = value * factor;
    if (scaled >= 1.8e19) return std::nullopt;
    return static_cast<uint64_t>(scaled);
  }
  return std::nullopt;
}

std::optional<uint64_t> nanoseconds(const std::string& text) {
  return with_unit(text, {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 60e9}});
}

std::optional<uint64_t> byte_count(const std::string& text) {
  constexpr double kKi = 1024;
  return with_unit(text, {{"", 1},
                          {"K", kKi},
                          {"M", kKi * kKi},
                          {"G", kKi * kKi * kKi},
                          {"KiB", kKi},
                          {"MiB", kKi * kKi},
                          {"GiB", kKi * kKi * kKi}});
}

/// HOST, HOST::GUEST or HOST::GUEST:ro.
bool preopen(WasiConfig& wasi, std::string spec) {
  const std::string whole = spec;
  const bool read_only = spec.ends_with(":ro");
  if (read_only) spec.resize(spec.size() - 3);
  const size_t colons = spec.find("::");
  const std::string host = spec.substr(0, colons);
  const std::string guest = colons == std::string::npos ? host : spec.substr(colons + 2);
  if (host.empty() || guest.empty()) {
    print_error("--dir expects HOST::GUEST[:ro], found \"" + whole + "\"");
    return false;
  }
  wasi.preopen(host, guest, read_only);
  return true;
}

std::optional<WasiConfig> wasi_config(const Options& o) {
  WasiConfig wasi;
  wasi.inherit_stdio();
  for (const std::string& arg : o.rest) wasi.arg(arg);
  for (const std::string& entry : o.env) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      print_error("--env expects KEY=VALUE, found \"" + entry + "\"");
      return std::nullopt;
    }
    wasi.env(std::string_view(entry).substr(0, equals), std::string_view(entry).substr(equals + 1));
  }
  for (const std::string& dir : o.dirs) {
    if (!preopen(wasi, dir)) return std::nullopt;
  }
  return wasi;
}

/// The store's limits from the command line; false (and a message) if one of them is wrong.
bool limit(Store& store, const Options& o) {
  if (!o.max_memory.empty()) {
    const auto bytes = byte_count(o.max_memory);
    if (!bytes) {
      print_error("--max-memory expects bytes, or a number with K, M or G, found \"" +
                  o.max_memory + "\"");
      return false;
    }
    weft_limits_t limits{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
    limits.memory_bytes = *bytes;
    store.limits(limits);
  }
  if (o.fuel) {
    if (const auto done = store.set_fuel(*o.fuel); !done) {
      print_error(done.error().message());
      return false;
    }
  }
  return true;
}

/// The option that will have stopped the program if it is stopped.
std::string limit_of(const Options& o) {
  std::string text;
  if (!o.timeout.empty()) text = "--timeout " + o.timeout;
  if (o.fuel) text += (text.empty() ? "--fuel " : ", --fuel ") + std::to_string(*o.fuel);
  return text;
}

/// `what` is named if it cannot be written.
void write_file(const std::string& path, std::string_view bytes, std::string_view what) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  bool written =
      file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  int error = errno;
  if (file != nullptr && std::fclose(file) != 0 && written) {
    written = false;
    error = errno;
  }
  if (!written) {
    print_error("cannot write the " + std::string(what) + " to \"" + path +
                "\": " + std::strerror(error));
  }
}

/// Writes the state at the trap, if there was one and it was asked for.
void write_core_dump(const Failure& failure, const Options& o) {
  if (o.core_dump.empty() || failure.trap() == nullptr) return;
  const std::span<const uint8_t> dump = failure.trap()->core_dump();
  if (dump.empty()) return;  // the program's own end, or a host function's error
  write_file(o.core_dump, {reinterpret_cast<const char*>(dump.data()), dump.size()}, "core dump");
}

/// The end of the file's name chooses the form.
std::string report_of(const Profile& profile, const std::string& path, const std::string& title) {
  if (path.ends_with(".svg")) return profile.flame_graph(title);
  if (path.ends_with(".json")) return profile.firefox(title);
  return profile.folded();
}

Result<std::optional<Profile>> start_profile(Store& store, const Options& o) {
  if (o.profile.empty()) return std::optional<Profile>();
  auto profile = Profile::start(store);
  if (!profile) return profile.take_error();
  return std::optional<Profile>(std::move(*profile));
}

void print_call(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

/// "wasi", "host" or both with a comma; false (and a message) for anything else.
bool trace_calls(Store& store, const std::string& what) {
  static auto sink = &print_call;
  std::string_view rest = what;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (word != "wasi" && word != "host") {
      print_error("--trace expects wasi, host or both, found \"" + what + "\"");
      return false;
    }
    trace(store, word == "wasi" ? TraceWhat::wasi : TraceWhat::host, sink);
  }
  return true;
}

/// What the failure of a guest call means for the command.
int failed(const Failure& failure, const Options& o, std::string_view file) {
  write_core_dump(failure, o);
  return report_failure(file, failure, limit_of(o));
}

int run_exports(Store& store, const Instance& instance, const Options& o, const std::string& file) {
  if (const auto initialize = instance.get<void()>(store, "_initialize")) {
    if (const auto done = (*initialize)(store); !done) return failed(done.error(), o, file);
  }
  if (!o.invoke.empty()) {
    return invoke(store, instance, file, o.invoke, {o.rest.begin() + 1, o.rest.end()},
                  [&](const Failure& failure) { return failed(failure, o, file); });
  }
  const auto start = instance.func(store, "_start");
  if (!start) {
    print_error(file +
                ": no exported function \"_start\": call one with --invoke NAME (weft inspect "
                "--exports lists them)");
    return kUsage;
  }
  if (const auto done = start->call(store, {}); !done) return failed(done.error(), o, file);
  return kOk;
}

int run(const Options& o) {
  const std::string& file = o.rest.front();
  std::optional<uint64_t> timeout;
  if (!o.timeout.empty() && !(timeout = nanoseconds(o.timeout))) {
    print_error("--timeout expects seconds, or a number with ms, s or m, found \"" + o.timeout +
                "\"");
    return kUsage;
  }
  auto wasi = wasi_config(o);
  if (!wasi) return kUsage;
  Config config;
  config.set("cached_reservations",
             0);  // one instance only: nothing comes after it that could use its addresses
  if (o.fuel) config.fuel();
  if (timeout) config.epochs();
  if (!o.core_dump.empty()) config.set("core_dumps", 1);
  if (!o.profile.empty()) config.epochs();
  const auto engine = o.engine.make_engine(std::move(config));
  if (!engine) return kUsage;

  const auto module = [&] {
    LoadProgress progress(file);
    return Module::from_file(*engine, file, progress.callback());
  }();
  if (!module) {
    print_error(file, module.error());
    return kRefused;
  }
  auto store = Store::make(*engine);
  if (!store) {
    print_error(store.error().message());
    return kRefused;
  }
  if (!limit(*store, o)) return kUsage;
  if (const auto done = store->set_wasi(std::move(*wasi)); !done) {
    print_error(done.error().message());
    return kRefused;
  }
  Linker linker(*engine);
  if (const auto done = linker.wasi(); !done) {
    print_error(done.error().message());
    return kRefused;
  }
  if (timeout) {
    if (const auto done = store->set_deadline(std::chrono::nanoseconds(*timeout)); !done) {
      print_error(done.error().message());
      return kRefused;
    }
  }
  if (!trace_calls(*store, o.trace)) return kUsage;
  auto profile = start_profile(*store, o);
  if (!profile) {
    print_error(profile.error().message());
    return kRefused;
  }
  const auto instance = linker.instantiate(*store, *module);
  const int code =
      instance ? run_exports(*store, *instance, o, file) : failed(instance.error(), o, file);
  std::fflush(stdout);
  if (*profile) write_file(o.profile, report_of(**profile, o.profile, file), "profile");
  return code;
}

enum Key {
  kDir = kLongOnly,
  kEnv,
  kInvoke,
  kFuel,
  kTimeout,
  kMaxMemory,
  kCoreDump,
  kProfile,
  kTrace
};

constexpr argp_option kOptions[] = {
    {"dir", kDir, "HOST::GUEST[:ro]", 0,
     "Let the program see a directory of the host as GUEST (read-only with :ro)", 0},
    {"env", kEnv, "KEY=VALUE", 0,
     "Set a variable of the program's environment (which is empty otherwise)", 0},
    {"invoke", kInvoke, "FUNCTION", 0, "Call this exported function with ARGS, print its results",
     0},
    {"fuel", kFuel, "N", 0, "Trap after about so many operators", 0},
    {"timeout", kTimeout, "TIME", 0, "Trap after so long: 500ms, 2s, 1.5, 3m", 0},
    {"max-memory", kMaxMemory, "BYTES", 0, "Refuse to grow memories beyond: 64M, 1G", 0},
    {"profile", kProfile, "FILE", 0,
     "Write where the time goes: a flame graph (FILE.svg), for profiler.firefox.com (FILE.json), "
     "or folded stacks",
     0},
    {"trace", kTrace, "wasi,host", 0, "Show each call of WASI, or of other functions of the host",
     0},
    {"coredump", kCoreDump, "FILE", 0,
     "After a trap, write the program's state to FILE (weft inspect shows it)", 0},
    {},
};

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->engine; return 0;
    case kDir: options->dirs.emplace_back(arg); return 0;
    case kEnv: options->env.emplace_back(arg); return 0;
    case kInvoke: options->invoke = arg; return 0;
    case kFuel: options->fuel = parse_number(state, "--fuel", arg); return 0;
    case kTimeout: options->timeout = arg; return 0;
    case kMaxMemory: options->max_memory = arg; return 0;
    case kProfile: options->profile = arg; return 0;
    case kTrace: options->trace = arg; return 0;
    case kCoreDump: options->core_dump = arg; return 0;
    case ARGP_KEY_ARG:
      options->rest.assign(state->argv + state->next - 1, state->argv + state->argc);
      state->next = state->argc;
      return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp_child kChildren[] = {{&kEngineArgp, 0, nullptr, 0}, {}};
constexpr argp kArgp = {
    kOptions,
    parse,
    "FILE [ARGS...]",
    "Runs a .wasm or .wat file: its WASI program, or with --invoke one of its functions. The "
    "program may "
    "touch nothing that is not given here.\v"
    "For example:\n"
    "  weft run hello.wat\n"
    "  weft run --dir data::/data:ro --dir out::/out --env LANG=C tool.wasm --flag /data/x\n"
    "  weft run --invoke add math.wat 2 3\n"
    "  weft run --timeout 2s --fuel 1000000000 --max-memory 64M untrusted.wasm\n"
    "Options come before FILE; everything behind it belongs to the program. The exit code is the "
    "program's own; 134 "
    "after a trap, 1 if the module cannot be loaded or linked, 2 for a wrong command line.",
    kChildren,
    nullptr,
    nullptr};

}  // namespace

int run_command(int argc, char** argv) {
  Options options;
  parse_words(kArgp, argc, argv, &options);
  return run(options);
}

}  // namespace weft::cli
