// weft run: load, link with WASI, run.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

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
  std::vector<std::string> rest;  ///< FILE and the program's arguments
};

/// A number with one of the unit suffixes; nothing if it is not one, or too large.
std::optional<uint64_t> with_unit(const std::string& text, std::initializer_list<std::pair<std::string_view, double>> units) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  const std::string_view suffix(end, static_cast<size_t>(text.data() + text.size() - end));
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
  return with_unit(text, {{"", 1}, {"K", kKi}, {"M", kKi * kKi}, {"G", kKi * kKi * kKi}, {"KiB", kKi}, {"MiB", kKi * kKi}, {"GiB", kKi * kKi * kKi}});
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
      print_error("--max-memory expects bytes, or a number with K, M or G, found \"" + o.max_memory + "\"");
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

int run_exports(Store& store, const Instance& instance, const Options& o, const std::string& file) {
  if (const auto initialize = instance.get<void()>(store, "_initialize")) {
    if (const auto done = (*initialize)(store); !done) return report_failure(file, done.error());
  }
  if (!o.invoke.empty()) {
    return invoke(store, instance, file, o.invoke, {o.rest.begin() + 1, o.rest.end()});
  }
  const auto start = instance.func(store, "_start");
  if (!start) {
    print_error(file + ": no exported function \"_start\": call one with --invoke NAME (weft inspect --exports lists them)");
    return kUsage;
  }
  if (const auto done = start->call(store, {}); !done) return report_failure(file, done.error());
  return kOk;
}

int run(const Options& o) {
  if (o.rest.empty()) {
    print_error("which FILE? usage: weft run [OPTIONS] FILE [ARGS...]");
    return kUsage;
  }
  const std::string& file = o.rest.front();
  if (file.starts_with("-") && file != "-") {
    print_error("unknown option " + file + " (weft run --help lists them; options come before FILE)");
    return kUsage;
  }
  std::optional<uint64_t> timeout;
  if (!o.timeout.empty() && !(timeout = nanoseconds(o.timeout))) {
    print_error("--timeout expects seconds, or a number with ms, s or m, found \"" + o.timeout + "\"");
    return kUsage;
  }
  auto wasi = wasi_config(o);
  if (!wasi) return kUsage;
  Config config;
  if (o.fuel) config.fuel();
  if (timeout) config.epochs();
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
  const auto instance = linker.instantiate(*store, *module);
  const int code = instance ? run_exports(*store, *instance, o, file) : report_failure(file, instance.error());
  std::fflush(stdout);
  return code;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* cmd = app.add_subcommand("run", "Run a program, or call one of its functions");
  options->engine.add_to(*cmd);
  const auto list = [&](const char* name, std::vector<std::string>& to, const char* type, const char* help) {
    cmd->add_option(name, to, help)->type_name(type)->allow_extra_args(false)->take_all();
  };
  list("--dir", options->dirs, "HOST::GUEST[:ro]", "Let the program see a directory of the host as GUEST (read-only with :ro)");
  list("--env", options->env, "KEY=VALUE", "Set a variable of the program's environment (which is empty otherwise)");
  cmd->add_option("--invoke", options->invoke, "Call this exported function with ARGS, print its results")->type_name("FUNCTION");
  cmd->add_option("--fuel", options->fuel, "Trap after about so many operators")->type_name("N");
  cmd->add_option("--timeout", options->timeout, "Trap after so long: 500ms, 2s, 1.5, 3m")->type_name("TIME");
  cmd->add_option("--max-memory", options->max_memory, "Refuse to grow memories beyond: 64M, 1G")->type_name("BYTES");
  cmd->prefix_command();
  cmd->footer("FILE is .wasm or .wat. Everything behind it belongs to the program.");
  cmd->callback([options, cmd, &action] {
    options->rest = cmd->remaining();
    action = [options] { return run(*options); };
  });
}

}  // namespace weft::cli
