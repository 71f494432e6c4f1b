// `weft`: runs, checks and explains WebAssembly modules.
#include <fcntl.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
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
    {"compile", compile_command, "validate a module and write it in a form that loads faster"},
    {"validate", validate_command, "check that files are valid modules"},
    {"inspect", inspect_command, "show sections, imports, exports, names, bytecode"},
    {"print", print_command, "print a module as text"},
    {"parse", parse_command, "translate a text into a binary module"},
    {"bench", bench_command, "time loading, instantiating and calling a module"},
    {"wast", wast_command, "run scripts of the official test suite"},
};

void print_help(FILE* to) {
  std::fputs(
      "Weft runs WebAssembly: .wasm and .wat files, WASI programs, starting at once.\n"
      "\n"
      "  weft run hello.wat                          run a program\n"
      "  weft run --dir .::/ tool.wasm --flag x      options before FILE are weft's, after it the "
      "program's\n"
      "  weft run --invoke add math.wat 2 3          call one function\n"
      "  weft run --timeout 2s --max-memory 64M x.wasm   stop what runs too long or wants too "
      "much\n"
      "  weft inspect module.wasm                    what is in it, what it needs\n"
      "\n"
      "Commands (weft COMMAND --help tells more):\n",
      to);
  for (const Command& c : kCommands) std::fprintf(to, "  %-10s %s\n", c.name, c.summary);
  std::fputs(
      "\n"
      "Exit codes: the program's own (its low 8 bits); 134 after a trap; 1 if the module cannot be "
      "loaded or linked;\n"
      "2 for a wrong command line.\n",
      to);
}

/// A file opened later must not become the guest's stdin, stdout or stderr because that number is
/// free.
void open_standard_files() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) < 0)
      open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);  // the other way: using it stays an error
  }
}

/// Output that did not arrive is an error, whatever went well before.
int finish_output(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  print_error(std::string("cannot write the output: ") + std::strerror(errno));
  return code == kOk ? kRefused : code;
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
  if (error != std::errc() || rest != end)
    argp_error(state, "%s expects a number, found \"%s\"", what, text);
  return value;
}

}  // namespace weft::cli

// Takes the place of libstdc++'s, which would bring a demangler and its 50 KB along. `weft` throws
// nothing of its own: this is memory that the system refused.
namespace __gnu_cxx {
void __verbose_terminate_handler();
void __verbose_terminate_handler() {
  std::fputs("error: out of memory\n", stderr);
  std::abort();
}
}  // namespace __gnu_cxx

int main(int argc, char** argv) {
  using namespace weft::cli;
  if (argc < 2) {
    print_help(stderr);
    return kUsage;
  }
  open_standard_files();
  const char* word = argv[1];
  if (std::strcmp(word, "--help") == 0 || std::strcmp(word, "-h") == 0 ||
      std::strcmp(word, "help") == 0) {
    print_help(stdout);
    return finish_output(kOk);
  }
  if (std::strcmp(word, "--version") == 0) {
    std::printf("weft %s\n", weft_version());
    return finish_output(kOk);
  }
  for (const Command& command : kCommands) {
    if (std::strcmp(word, command.name) != 0) continue;
    const std::string name = std::string("weft ") + command.name;
    argv[1] = const_cast<char*>(name.c_str());  // SAFETY: argp only reads it, for its messages
    return finish_output(command.run(argc - 1, argv + 1));
  }
  print_error("unknown command \"" + std::string(word) + "\" (weft --help lists them)");
  return kUsage;
}
