#include "base/utf8.hpp"

#include "base/bits.hpp"
#include "base/check.hpp"

namespace weft {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080u;

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

}  // namespace

size_t utf8_sequence_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;  // a continuation byte, or an overlong two-byte form
  if (first < 0xE0) return text.size() >= 2 && is_continuation(byte(1)) ? 2 : 0;
  if (first < 0xF0) {
    if (text.size() < 3 || !is_continuation(byte(1)) || !is_continuation(byte(2))) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;   // overlong
    if (first == 0xED && byte(1) >= 0xA0) return 0;  // surrogate
    return 3;
  }
  if (first > 0xF4 || text.size() < 4) return 0;
  if (!is_continuation(byte(1)) || !is_continuation(byte(2)) || !is_continuation(byte(3))) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;   // overlong
  if (first == 0xF4 && byte(1) >= 0x90) return 0;  // above U+10FFFF
  return 4;
}

size_t utf8_valid_prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    // Names are nearly always ASCII: 16 bytes a step, then 8.
    while (text.size() - at >= 16) {
      // SAFETY: 16 bytes are left behind `at`.
      const uint64_t words = load_unaligned<uint64_t>(text.data() + at) |
                             load_unaligned<uint64_t>(text.data() + at + 8);
      if (words & kHighBits) break;
      at += 16;
    }
    // SAFETY: 8 bytes are left behind `at`.
    if (text.size() - at >= 8 && !(load_unaligned<uint64_t>(text.data() + at) & kHighBits)) {
      at += 8;
      continue;
    }
    // A stretch that is short or not ASCII: code point by code point, then look for ASCII again.
    const size_t stretch_end = text.size() - at < 16 ? text.size() : at + 16;
    while (at < stretch_end) {
      const size_t length = utf8_sequence_length(text.substr(at));
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

void append_utf8(std::string& out, uint32_t scalar_value) {
  WEFT_CHECK(is_scalar_value(scalar_value));
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80 | ((scalar_value >> shift) & 0x3F));
  };
  if (scalar_value < 0x80) {
    out += static_cast<char>(scalar_value);
  } else if (scalar_value < 0x800) {
    out += static_cast<char>(0xC0 | (scalar_value >> 6));
    out += tail(0);
  } else if (scalar_value < 0x10000) {
    out += static_cast<char>(0xE0 | (scalar_value >> 12));
    out += tail(6);
    out += tail(0);
  } else {
    out += static_cast<char>(0xF0 | (scalar_value >> 18));
    out += tail(12);
    out += tail(6);
    out += tail(0);
  }
}

size_t utf8_length(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += !is_continuation(static_cast<unsigned char>(c));
  return count;
}

}  // namespace weft
