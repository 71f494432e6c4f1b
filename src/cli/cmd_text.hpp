// Printing a module as text, for `weft print` and `weft inspect --wat`.
#pragma once

#include <cstdint>
#include <string>

namespace weft::cli {

/// Reads a .wasm or .wat file (`-`: standard input) and writes it as text to `output` (empty:
/// standard output); `flags`: a sum of weft_wat_t. Prints errors; returns the exit code.
int print_as_text(const std::string& file, const std::string& output, uint32_t flags);

}  // namespace weft::cli
