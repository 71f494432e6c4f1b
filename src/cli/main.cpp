// `weft`: runs, checks and explains WebAssembly modules.
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

int main(int argc, char** argv) {
  using namespace weft::cli;
  CLI::App app{
      "Weft runs WebAssembly: .wasm and .wat files, WASI programs, starting at once.\n"
      "\n"
      "  weft run hello.wat                          run a program\n"
      "  weft run --dir .::/ tool.wasm --flag x      options before FILE are weft's, after it the program's\n"
      "  weft run --invoke add math.wat 2 3          call one function\n"
      "\n"
      "Exit codes: the program's own; 134 after a trap; 1 if the module cannot be loaded; 2 for a wrong command line.",
      "weft"};
  app.set_version_flag("--version", std::string("weft ") + weft_version());
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Action action;
  add_run(app, action);
  add_validate(app, action);
  add_inspect(app, action);
  add_wast(app, action);
  add_bench(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kOk : kUsage;
  }
  return action();
}
