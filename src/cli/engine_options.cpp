#include "cli/engine_options.hpp"

#include <charconv>

#include "cli/report.hpp"

namespace weft::cli {

void EngineOptions::add_to(CLI::App& app) {
  app.add_option("--config", settings, "Engine option NAME=VALUE (see docs/guide/configuration.md)")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--feature", features, "Switch a proposal on (NAME) or off (no-NAME)")
      ->type_name("[no-]NAME")
      ->allow_extra_args(false)
      ->take_all();
}

std::optional<Engine> EngineOptions::make_engine(Config config) const {
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    uint64_t value = 0;
    const char* first = setting.data() + (equals == std::string::npos ? setting.size() : equals + 1);
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
