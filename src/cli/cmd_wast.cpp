// weft wast: runs scripts of the official test suite.
#include <charconv>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "wast/command.hpp"

namespace weft::cli {
namespace {

struct Options {
  wast::CommandOptions command;
  std::vector<std::string> settings;  // NAME=VALUE
};

int run(Options options) {
  for (const std::string& setting : options.settings) {
    const size_t equals = setting.find('=');
    uint64_t value = 0;
    const char* end = setting.data() + setting.size();
    const char* begin = equals == std::string::npos ? end : setting.data() + equals + 1;
    if (begin == end || std::from_chars(begin, end, value).ptr != end) {
      std::fprintf(stderr, "weft: --set %s: expected NAME=NUMBER\n", setting.c_str());
      return kUsage;
    }
    options.command.settings.emplace_back(setting.substr(0, equals), value);
  }
  const wast::CommandOutput out = wast::run_scripts(options.command);
  std::fwrite(out.text.data(), 1, out.text.size(), out.usage ? stderr : stdout);
  return out.usage ? kUsage : out.ok ? kOk : kRefused;
}

enum Key { kCheck = kLongOnly, kJson, kTexts, kExpected, kSet };

constexpr argp_option kOptions[] = {
    {"check", kCheck, nullptr, 0, "Only decode and validate the modules", 0},
    {"json", kJson, nullptr, 0, "Report as JSON", 0},
    {"texts", kTexts, nullptr, 0, "List refusals in other words than the suite's", 0},
    {"expected-failures", kExpected, "LIST", 0, "A file of known failures: FILE[:LINE] REASON", 0},
    {"set", kSet, "NAME=NUMBER", 0, "Set an option of the engine (src/engine/config.def)", 0},
    {},
};

error_t parse(int key, char* arg, argp_state* state) {
  auto* options = static_cast<Options*>(state->input);
  switch (key) {
    case kCheck: options->command.check_only = true; return 0;
    case kJson: options->command.json = true; return 0;
    case kTexts: options->command.texts = true; return 0;
    case kExpected: options->command.expected_failures = arg; return 0;
    case kSet: options->settings.emplace_back(arg); return 0;
    case ARGP_KEY_ARG: options->command.files.emplace_back(arg); return 0;
    case ARGP_KEY_NO_ARGS: argp_error(state, "which FILE?"); return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

constexpr argp kArgp = {kOptions,
                        parse,
                        "FILE...",
                        "Runs .wast scripts of the official test suite and counts per directive.\v"
                        "For example:\n"
                        "  weft wast i32.wast\n"
                        "  weft wast --check --texts *.wast",
                        nullptr,
                        nullptr,
                        nullptr};

}  // namespace

int wast_command(int argc, char** argv) {
  Options options;
  parse_words(kArgp, argc, argv, &options);
  return run(std::move(options));
}

}  // namespace weft::cli
