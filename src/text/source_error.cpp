#include "text/source_error.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/utf8.hpp"

namespace weft::text {
namespace {

constexpr size_t kContext = 60;  // bytes of the line shown on each side of the place

bool is_newline(char c) { return c == '\n' || c == '\r'; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

size_t count_columns(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

/// Makes a stretch of source fit for a terminal: tabs keep their width, other control bytes and
/// broken UTF-8 become dots.
std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0 || (length == 1 && (byte < 0x20 || byte == 0x7f))) {
      out += byte == '\t' ? ' ' : '.';
      ++i;
      continue;
    }
    out += text.substr(i, length);
    i += length;
  }
  return out;
}

}  // namespace

SourcePosition position_of(std::string_view source, uint64_t offset) {
  const size_t at = std::min<size_t>(offset, source.size());
  SourcePosition p;
  size_t line_start = 0;
  for (size_t i = 0; i < at; ++i) {
    if (!is_newline(source[i])) continue;
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') continue;
    ++p.line;
    line_start = i + 1;
  }
  p.column = static_cast<uint32_t>(count_columns(source.substr(line_start, at - line_start)) + 1);
  return p;
}

std::string render_source_error(std::string_view source, uint64_t offset,
                                std::string_view message) {
  const size_t at = std::min<size_t>(offset, source.size());
  size_t start = at;
  while (start > 0 && !is_newline(source[start - 1]) && at - start < kContext) --start;
  size_t end = at;
  while (end < source.size() && !is_newline(source[end]) && end - at < kContext) ++end;
  while (start < at && is_continuation(source[start])) ++start;
  while (end > at && end < source.size() && is_continuation(source[end])) --end;
  const bool cut_left = start > 0 && !is_newline(source[start - 1]);
  const bool cut_right = end < source.size() && !is_newline(source[end]);

  const SourcePosition p = position_of(source, at);
  const std::string before = printable(source.substr(start, at - start));
  const std::string after = printable(source.substr(at, end - at));
  const std::string number = fmt::format("{}", p.line);
  const std::string margin(number.size(), ' ');
  const std::string_view left = cut_left ? "..." : "";
  return fmt::format("{} (line {}, column {})\n {} | {}{}{}{}\n {} | {}^", message, p.line,
                     p.column, number, left, before, after, cut_right ? "..." : "", margin,
                     std::string(left.size() + count_columns(before), ' '));
}

Error source_error(std::string_view source, uint64_t offset, std::string_view message) {
  return Error(ErrorCode::malformed, render_source_error(source, offset, message), offset);
}

}  // namespace weft::text
