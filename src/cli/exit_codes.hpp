// What `weft` says to the shell. Documented in `weft --help` and docs/guide/command-line.md.
#pragma once

namespace weft::cli {

inline constexpr int kOk = 0;
inline constexpr int kRefused =
    1;  ///< The file cannot be read, is not valid, cannot be linked, or a test failed.
inline constexpr int kUsage = 2;   ///< The command line is wrong, arguments of --invoke included.
inline constexpr int kTrap = 134;  ///< The guest trapped (as a native program that aborts).

}  // namespace weft::cli
