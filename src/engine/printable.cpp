#include "engine/printable.hpp"

#include "base/utf8.hpp"

namespace weft::engine {
namespace {

/// Of one whole code point.
bool is_printable(std::string_view point) {
  const auto first = static_cast<unsigned char>(point[0]);
  if (point.size() == 1) return first >= 0x20 && first != 0x7f;
  if (point.size() == 2)
    return first != 0xc2 || static_cast<unsigned char>(point[1]) >= 0xa0;  // C1
  return point != "\uFFFE" && point != "\uFFFF";
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = utf8_sequence_length(text);
    if (length == 0) {
      out += "\uFFFD";
      text.remove_prefix(1);
      continue;
    }
    if (is_printable(text.substr(0, length))) {
      out += text.substr(0, length);
    } else {
      out += '?';
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace weft::engine
