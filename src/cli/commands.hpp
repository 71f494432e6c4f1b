// The commands of `weft`. Each reads its own words (argv[0] is the command's name) and returns the
// exit code. Command lines are read with glibc's argp: no start-up cost, and nothing of C++ streams
// and locales in the binary.
#pragma once

#include <argp.h>

#include <string>
#include <vector>

namespace weft::cli {

int run_command(int argc, char** argv);
int compile_command(int argc, char** argv);
int validate_command(int argc, char** argv);
int inspect_command(int argc, char** argv);
int print_command(int argc, char** argv);
int parse_command(int argc, char** argv);
int wast_command(int argc, char** argv);
int bench_command(int argc, char** argv);

/// The options of a command: reads `argv` into `input` with the command's own parser. Wrong words
/// end the process with kUsage, `--help` with 0; otherwise it returns.
void parse_words(const argp& command, int argc, char** argv, void* input);

/// A number without sign; a usage error naming `what` otherwise.
uint64_t parse_number(const argp_state* state, const char* what, const char* text);

/// Keys of long options without a short form start here.
inline constexpr int kLongOnly = 0x100;

}  // namespace weft::cli
