// The guest's names in files that other programs read.
#pragma once

#include <string>
#include <string_view>

namespace weft::engine {

/// Valid UTF-8 without control characters, as XML, JSON and formats of lines want it: what is
/// malformed becomes U+FFFD, what controls or is no character becomes `?`.
std::string printable(std::string_view text);

}  // namespace weft::engine
