#include "wast/command.hpp"

#include <fmt/core.h>

#include "platform/file.hpp"
#include "wast/report.hpp"

namespace weft::wast {

CommandOutput run_scripts(const CommandOptions& options) {
  CommandOutput out;
  ExpectedFailures expected;
  if (!options.expected_failures.empty()) {
    const auto file = platform::read_file(options.expected_failures);
    if (!file) {
      out.usage = true;
      out.text = platform::describe_read_failure(options.expected_failures, file.error()) + "\n";
      return out;
    }
    const auto bytes = file->bytes();
    auto parsed = ExpectedFailures::parse(std::string(bytes.begin(), bytes.end()));
    if (!parsed) {
      out.usage = true;
      out.text = parsed.error().message + "\n";
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
