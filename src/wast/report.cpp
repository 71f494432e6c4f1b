#include "wast/report.hpp"

#include <fmt/core.h>

#include "platform/file.hpp"
#include "wast/runner.hpp"

namespace weft::wast {
namespace {

/// Reasons are counted without their details: what comes after the first line or a place in
/// parentheses.
std::string reason_of(const std::string& detail) {
  return detail.substr(0, detail.find_first_of("(\n"));
}

std::string json_string(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

class FileRun {
 public:
  FileRun(const std::string& path, ExpectedFailures& expected, Report& report)
      : path_(path), expected_(expected), report_(report) {}

  void add(const Command& command, CommandResult result) {
    for (InnerResult& inner : result.inner) add(*inner.command, std::move(inner.result));
    Tally& tally = report_.by_kind[static_cast<size_t>(command.kind)];
    bool whole_file = false;
    ExpectedFailures::Entry* entry = expected_.entry(path_, command.line, whole_file);
    if (entry != nullptr && whole_file) file_entry_ = entry;
    if (result.verdict == Verdict::failed && entry != nullptr) {
      ++entry->uses;
      result = {Verdict::skipped, "known failure: " + entry->reason, {}};
    } else if (result.verdict == Verdict::passed && entry != nullptr && !whole_file) {
      result = {Verdict::failed, "passes, but is listed as a known failure: " + entry->reason, {}};
    }
    switch (result.verdict) {
      case Verdict::passed:
        ++tally.passed;
        if (!result.detail.empty()) {
          report_.differing_texts.push_back(
              {path_, command.line, std::string(to_string(command.kind)), result.detail});
        }
        break;
      case Verdict::failed:
        ++tally.failed;
        report_.problems.push_back(
            {path_, command.line, std::string(to_string(command.kind)), result.detail});
        break;
      case Verdict::skipped:
        ++tally.skipped;
        ++report_.skip_reasons[reason_of(result.detail)];
        break;
    }
  }

  void fail_whole(const std::string& message) {
    ++report_.by_kind[0].failed;
    report_.problems.push_back({path_, 0, "script", message});
  }

  void finish() {
    if (file_entry_ != nullptr && file_entry_->uses == 0) {
      fail_whole("nothing in it fails, but it is listed as a known failure: " +
                 file_entry_->reason);
    }
  }

 private:
  const std::string& path_;
  ExpectedFailures& expected_;
  Report& report_;
  ExpectedFailures::Entry* file_entry_ = nullptr;
};

}  // namespace

wasm::FeatureSet features_for(std::string_view path) {
  using wasm::Feature;
  if (path.find("proposals/threads/") == std::string_view::npos) return wasm::FeatureSet::all();
  return wasm::FeatureSet::all()
      .without(Feature::memory64)
      .without(Feature::multi_memory)
      .without(Feature::reference_types);
}

Tally Report::total() const {
  Tally sum;
  for (const Tally& t : by_kind) {
    sum.passed += t.passed;
    sum.failed += t.failed;
    sum.skipped += t.skipped;
  }
  return sum;
}

std::string Report::text() const {
  std::string out;
  for (const Problem& p : problems)
    out += fmt::format("{}:{}: {}: {}\n", p.file, p.line, p.directive, p.detail);
  out += fmt::format("{:<24} {:>8} {:>8} {:>8}\n", "directive", "passed", "failed", "skipped");
  for (size_t i = 0; i < kCommandKinds; ++i) {
    const Tally& t = by_kind[i];
    if (t.passed + t.failed + t.skipped == 0) continue;
    out += fmt::format("{:<24} {:>8} {:>8} {:>8}\n", to_string(static_cast<CommandKind>(i)),
                       t.passed, t.failed, t.skipped);
  }
  for (const auto& [reason, count] : skip_reasons)
    out += fmt::format("skipped {:>8}: {}\n", count, reason);
  const Tally sum = total();
  out += fmt::format("{} files\n{} passed, {} failed, {} skipped\n", files, sum.passed, sum.failed,
                     sum.skipped);
  return out;
}

std::string Report::json() const {
  const Tally sum = total();
  std::string out =
      fmt::format("{{\"files\":{},\"passed\":{},\"failed\":{},\"skipped\":{},\"directives\":{{",
                  files, sum.passed, sum.failed, sum.skipped);
  bool first = true;
  for (size_t i = 0; i < kCommandKinds; ++i) {
    const Tally& t = by_kind[i];
    if (t.passed + t.failed + t.skipped == 0) continue;
    out += fmt::format("{}{}:{{\"passed\":{},\"failed\":{},\"skipped\":{}}}", first ? "" : ",",
                       json_string(std::string(to_string(static_cast<CommandKind>(i)))), t.passed,
                       t.failed, t.skipped);
    first = false;
  }
  out += "},\"skip_reasons\":{";
  first = true;
  for (const auto& [reason, count] : skip_reasons) {
    out += fmt::format("{}{}:{}", first ? "" : ",", json_string(reason), count);
    first = false;
  }
  out += "},\"failures\":[";
  first = true;
  for (const Problem& p : problems) {
    out += fmt::format("{}{{\"file\":{},\"line\":{},\"directive\":{},\"detail\":{}}}",
                       first ? "" : ",", json_string(p.file), p.line, json_string(p.directive),
                       json_string(p.detail));
    first = false;
  }
  return out + "]}\n";
}

void run_file(const std::string& path, const HostFactory& make_host, ExpectedFailures& expected,
              Report& report) {
  ++report.files;
  FileRun run(path, expected, report);
  const auto file = platform::read_file(path);
  if (!file) return run.fail_whole(platform::describe_read_failure(path, file.error()));
  const auto bytes = file->bytes();
  const auto script = parse_script(std::string(bytes.begin(), bytes.end()));
  if (!script) return run.fail_whole(script.error().message);
  const wasm::FeatureSet features = features_for(path);
  const std::unique_ptr<ScriptHost> host = make_host(features);
  if (host == nullptr) return run.fail_whole("no engine could be made");
  Runner runner(*script, *host, features);
  for (const Command& command : script->commands) run.add(command, runner.run(command));
  run.finish();
}

}  // namespace weft::wast
