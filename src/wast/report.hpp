// Runs script files and adds up what happened: per directive, per reason, and each failure with its
// place.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "wast/expected_failures.hpp"
#include "wast/host.hpp"
#include "wast/script.hpp"

namespace weft::wast {

struct Tally {
  uint64_t passed = 0;
  uint64_t failed = 0;
  uint64_t skipped = 0;
};

struct Problem {
  std::string file;
  uint32_t line = 0;
  std::string directive;
  std::string detail;
};

struct Report {
  std::array<Tally, kCommandKinds> by_kind{};
  std::map<std::string, uint64_t> skip_reasons;
  std::vector<Problem> problems;
  std::vector<Problem>
      differing_texts;  ///< Refused as they should be, in other words than the suite's.
  uint64_t files = 0;

  Tally total() const;
  /// A table per directive, the reasons for what was skipped, and last `N passed, M failed, K
  /// skipped`.
  std::string text() const;
  std::string json() const;
};

/// Makes a fresh host (and so a fresh spectest) for each script.
using HostFactory = std::function<std::unique_ptr<ScriptHost>(wasm::FeatureSet)>;

/// All features; for scripts of the threads proposal, whose base is WebAssembly 1.0 in places that
/// later proposals have changed, without those.
wasm::FeatureSet features_for(std::string_view path);

/// Runs one file and adds its results. A file that cannot be read or is no script counts as one
/// failure.
void run_file(const std::string& path, const HostFactory& make_host, ExpectedFailures& expected,
              Report& report);

}  // namespace weft::wast
