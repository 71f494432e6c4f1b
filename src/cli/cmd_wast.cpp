// weft wast: runs scripts of the official test suite.
#include <charconv>
#include <cstdio>
#include <memory>

#include "cli/commands.hpp"
#include "cli/engine_options.hpp"
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

}  // namespace

void add_wast(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* cmd = app.add_subcommand("wast", "Run scripts of the official test suite");
  cmd->add_flag("--check", options->command.check_only, "Only decode and validate the modules");
  cmd->add_flag("--json", options->command.json, "Report as JSON");
  cmd->add_flag("--texts", options->command.texts, "List refusals in other words than the suite's");
  cmd->add_option("--expected-failures", options->command.expected_failures,
                  "A list of known failures: FILE[:LINE] REASON");
  cmd->add_option("--set", options->settings, "An engine option, NAME=NUMBER");
  cmd->add_option("FILE", options->command.files, ".wast files")->required();
  cmd->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace weft::cli
