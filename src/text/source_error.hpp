// Errors in source text: the message, then file position, the line and a caret under the place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weft::text {

/// One-based; the column counts code points.
struct SourcePosition {
  uint32_t line = 1;
  uint32_t column = 1;
};

SourcePosition position_of(std::string_view source, uint64_t offset);

/// `message` + " (line L, column C)" + the source line with a caret below. Very long lines are cut
/// around the place.
std::string render_source_error(std::string_view source, uint64_t offset, std::string_view message);

/// A malformed-text error, rendered. The offset is kept in the error.
Error source_error(std::string_view source, uint64_t offset, std::string_view message);

}  // namespace weft::text
