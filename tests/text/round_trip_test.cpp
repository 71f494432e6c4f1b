// Every valid module of the official suites: text -> bytes -> text -> bytes is identical, and bytes
// -> text -> bytes is identical to what our own encoder makes of the module. ADR 0017.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "binary/decoder.hpp"
#include "text/parser.hpp"
#include "text/printer.hpp"
#include "validate/module_validator.hpp"
#include "wast/script.hpp"

namespace weft::text {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

constexpr wasm::FeatureSet kAll = wasm::FeatureSet::all();

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string print(const Bytes& bytes, bool names = true, bool fold = false) {
  const auto module = binary::decode_module(bytes, kAll);
  if (!module) return "refused: " + module.error().message;
  const auto text = print_module(**module, PrintOptions{names, fold});
  return text ? *text : "refused: " + text.error().message;
}

bool is_valid(const Bytes& bytes) {
  const auto module = binary::decode_module(bytes, kAll);
  return module && validate::validate_module(**module, kAll);
}

struct Totals {
  std::vector<Bytes>* keep = nullptr;
  int modules = 0;
  int from_bytes = 0;
  int failures = 0;
};

/// What is different in two texts: the first line.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string l, r;
  while (true) {
    const bool more_left = static_cast<bool>(std::getline(left, l));
    const bool more_right = static_cast<bool>(std::getline(right, r));
    if (!more_left && !more_right) return "none";
    if (!more_left) l = "<end>";
    if (!more_right) r = "<end>";
    if (l != r) return l + "\n  but " + r;
  }
}

/// The problem, or nothing.
std::string round_trip(const Bytes& given, bool canonical) {
  const std::string text = print(given);
  const auto again = parse_module(text);
  if (!again) return "does not parse: " + again.error().message;
  if (canonical && *again != given) return "other bytes: " + first_difference(text, print(*again));
  if (print(given, false) != print(*again, false))
    return "another module: " + first_difference(print(given, false), print(*again, false));
  if (const std::string second = print(*again); second != text)
    return "another text: " + first_difference(text, second);
  const auto folded = parse_module(print(given, true, true));
  if (!folded) return "folded, it does not parse: " + folded.error().message;
  if (*folded != *again) return "folded, it is another module";
  const auto third = parse_module(print(*again));
  if (!third || *third != *again) return "the second round gives other bytes";
  return {};
}

void check_script(const fs::path& path, Totals& totals) {
  const auto script = wast::parse_script(contents(path));
  if (!script) return;  // scripts that test the script parser itself
  for (const wast::Command& command : script->commands) {
    if (command.kind != wast::CommandKind::module &&
        command.kind != wast::CommandKind::module_definition)
      continue;
    const bool binary = command.module.form == wast::ModuleSource::Form::binary;
    Result<Bytes> bytes = Bytes();
    if (binary) {
      const auto all =
          std::as_bytes(std::span(command.module.bytes.data(), command.module.bytes.size()));
      bytes = Bytes(all.begin(), all.end());
    } else if (command.module.form == wast::ModuleSource::Form::quote) {
      bytes = parse_module(command.module.bytes);
    } else {
      bytes = parse_fields(*script->tokens, command.module.fields, {});
    }
    if (!bytes || !is_valid(*bytes)) continue;  // of proposals that we do not have
    ++totals.modules;
    if (totals.keep != nullptr) {
      totals.keep->push_back(std::move(*bytes));
      continue;
    }
    totals.from_bytes += binary;
    if (const std::string problem = round_trip(*bytes, !binary); !problem.empty()) {
      if (++totals.failures < 20) ADD_FAILURE() << path << ":" << command.line << ": " << problem;
    }
  }
}

fs::path conformance(std::string_view suite) {
  if (fs::exists(fs::path("../shared") / suite)) return fs::path("../shared") / suite;
  const char* other = std::getenv("WEFT_CONFORMANCE");
  return other == nullptr ? fs::path() : fs::path(other) / suite;
}

void check_suite(std::string_view suite, int at_least) {
  const fs::path root = conformance(suite);
  if (root.empty() || !fs::exists(root)) GTEST_SKIP() << suite << " is not here";
  Totals totals;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() == ".wast") check_script(entry.path(), totals);
  }
  EXPECT_EQ(totals.failures, 0) << "of " << totals.modules;
  EXPECT_GE(totals.modules, at_least);
  std::printf("%s: %d modules, %d of them given as bytes\n", std::string(suite).c_str(),
              totals.modules, totals.from_bytes);
}

TEST(RoundTrip, OfficialSuite) { check_suite("testsuite", 2000); }
TEST(RoundTrip, ExtraSuite) { check_suite("testsuite-extra", 5); }

// What is still valid after a few wrong bytes comes back, too; what is not prints, or is refused.
TEST(RoundTrip, ChangedModules) {
  const fs::path root = conformance("testsuite");
  if (root.empty() || !fs::exists(root)) GTEST_SKIP() << "testsuite is not here";
  std::vector<Bytes> modules;
  Totals totals;
  totals.keep = &modules;
  for (const auto& entry : fs::directory_iterator(root)) {
    if (entry.path().extension() == ".wast") check_script(entry.path(), totals);
  }
  std::mt19937 random(17);
  int valid = 0;
  int decoded = 0;
  for (const Bytes& module : modules) {
    for (int round = 0; round < 12; ++round) {
      Bytes changed = module;
      for (unsigned n = 1 + random() % 3; n > 0; --n)
        changed[random() % changed.size()] = static_cast<std::byte>(random());
      if (!binary::decode_module(changed, kAll)) continue;
      ++decoded;
      if (!is_valid(changed)) {
        print(changed);
        continue;
      }
      ++valid;
      const std::string problem = round_trip(changed, false);
      ASSERT_EQ(problem, "") << print(changed);
    }
  }
  EXPECT_GT(valid, 1000);
  std::printf("%d changed modules decoded, %d of them valid\n", decoded, valid);
}

}  // namespace
}  // namespace weft::text
