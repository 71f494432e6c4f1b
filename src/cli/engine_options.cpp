#include "cli/engine_options.hpp"

#include <charconv>

#include "cli/commands.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

enum Key { kConfig = kLongOnly + 0x80, kFeature };

constexpr argp_option kOptions[] = {
    {"config", kConfig, "NAME=NUMBER", 0, "Set an option of the engine (src/engine/config.def)",
     10},
    {"feature", kFeature, "[no-]NAME", 0, "Switch a proposal on or off (src/wasm/features.def)",
     10},
    {},
};

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<EngineOptions*>(state->input);
  switch (key) {
    case kConfig: options->settings.emplace_back(arg); return 0;
    case kFeature: options->features.emplace_back(arg); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

}  // namespace

const argp kEngineArgp = {kOptions, parse, nullptr, nullptr, nullptr, nullptr, nullptr};

std::optional<Engine> EngineOptions::make_engine(Config config) const {
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    uint64_t value = 0;
    const char* first =
        setting.data() + (equals == std::string::npos ? setting.size() : equals + 1);
    const char* last = setting.data() + setting.size();
    const auto [end, error] = std::from_chars(first, last, value);
    if (equals == std::string::npos || error != std::errc() || end != last) {
      print_error("--config expects NAME=NUMBER, found \"" + setting + "\"");
      return std::nullopt;
    }
    config.set(setting.substr(0, equals).c_str(), value);
  }
  for (const std::string& feature : features) {
    const bool off = feature.starts_with("no-");
    config.feature(feature.substr(off ? 3 : 0).c_str(), !off);
  }
  auto engine = Engine::make(std::move(config));
  if (!engine) {
    print_error(engine.error().message());
    return std::nullopt;
  }
  return std::move(*engine);
}

}  // namespace weft::cli
