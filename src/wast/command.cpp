#include "wast/command.hpp"

#include <fstream>
#include <sstream>

#include <fmt/core.h>

#include "wast/report.hpp"

namespace weft::wast {

CommandOutput run_scripts(const CommandOptions& options) {
  CommandOutput out;
  ExpectedFailures expected;
  if (!options.expected_failures.empty()) {
    std::ifstream file(options.expected_failures, std::ios::binary);
    std::stringstream contents;
    contents << file.rdbuf();
    auto parsed = ExpectedFailures::parse(contents.str());
    if (!file || !parsed) {
      out.usage = true;
      out.text = file ? parsed.error().message + "\n"
                      : fmt::format("{}: cannot be read\n", options.expected_failures);
      return out;
    }
    expected = std::move(*parsed);
  }
  const HostFactory make_host = [&](wasm::FeatureSet features) {
    return options.check_only ? make_check_host(features)
                              : make_engine_host(features, options.settings);
  };
  Report report;
  for (const std::string& path : options.files) run_file(path, make_host, expected, report);
  if (options.texts) {
    for (const Problem& p : report.differing_texts) {
      out.text += fmt::format("{}:{}: {}: {}\n", p.file, p.line, p.directive, p.detail);
    }
  }
  out.text += options.json ? report.json() : report.text();
  out.ok = report.total().failed == 0;
  return out;
}

}  // namespace weft::wast
