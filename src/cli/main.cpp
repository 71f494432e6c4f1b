// `weft`: runs, checks and explains WebAssembly modules.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

namespace weft::cli {
namespace {

struct Command {
  const char* name;
  int (*run)(int argc, char** argv);
  const char* summary;
};

constexpr Command kCommands[] = {
    {"run", run_command, "run a program, or call one of its functions"},
    {"validate", validate_command, "check that files are valid modules"},
    {"inspect", inspect_command, "show sections, imports, exports, names, bytecode"},
    {"bench", bench_command, "time loading, instantiating and calling a module"},
    {"wast", wast_command, "run scripts of the official test suite"},
};

void print_help(FILE* to) {
  std::fputs(
      "Weft runs WebAssembly: .wasm and .wat files, WASI programs, starting at once.\n"
      "\n"
      "  weft run hello.wat                          run a program\n"
      "  weft run --dir .::/ tool.wasm --flag x      options before FILE are weft's, after it the program's\n"
      "  weft run --invoke add math.wat 2 3          call one function\n"
      "\n"
      "Commands (weft COMMAND --help tells more):\n",
      to);
  for (const Command& c : kCommands) std::fprintf(to, "  %-10s %s\n", c.name, c.summary);
  std::fputs(
      "\n"
      "Exit codes: the program's own (its low 8 bits); 134 after a trap; 1 if the module cannot be loaded or linked;\n"
      "2 for a wrong command line.\n",
      to);
}

}  // namespace

void parse_words(const argp& command, int argc, char** argv, void* input) {
  argp_err_exit_status = kUsage;
  // In order: everything behind FILE is the program's, whatever it looks like.
  argp_parse(&command, argc, argv, ARGP_IN_ORDER, nullptr, input);
}

uint64_t parse_number(const argp_state* state, const char* what, const char* text) {
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc() || rest != end) argp_error(state, "%s expects a number, found \"%s\"", what, text);
  return value;
}

}  // namespace weft::cli

int main(int argc, char** argv) {
  using namespace weft::cli;
  if (argc < 2) {
    print_help(stderr);
    return kUsage;
  }
  const char* word = argv[1];
  if (std::strcmp(word, "--help") == 0 || std::strcmp(word, "-h") == 0 || std::strcmp(word, "help") == 0) {
    print_help(stdout);
    return kOk;
  }
  if (std::strcmp(word, "--version") == 0) {
    std::printf("weft %s\n", weft_version());
    return kOk;
  }
  for (const Command& command : kCommands) {
    if (std::strcmp(word, command.name) != 0) continue;
    const std::string name = std::string("weft ") + command.name;
    argv[1] = const_cast<char*>(name.c_str());  // SAFETY: argp only reads it, for its messages
    return command.run(argc - 1, argv + 1);
  }
  print_error("unknown command \"" + std::string(word) + "\" (weft --help lists them)");
  return kUsage;
}
