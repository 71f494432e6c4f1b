// UTF-8 as the spec defines names (5.2.4): no surrogates, no overlong forms, at most U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft {

/// Length of the longest valid prefix; equal to text.size() if all of it is valid.
size_t utf8_valid_prefix(std::string_view text);

inline bool is_valid_utf8(std::string_view text) { return utf8_valid_prefix(text) == text.size(); }

/// A Unicode scalar value: what may be written as `\u{...}` and what a name may contain.
constexpr bool is_scalar_value(uint32_t code_point) {
  return code_point < 0xD800 || (code_point >= 0xE000 && code_point <= 0x10FFFF);
}

/// Appends the one to four bytes of a scalar value.
void append_utf8(std::string& out, uint32_t scalar_value);

/// Bytes of the code point that starts `text` and is valid; 0 if `text` is empty or starts
/// otherwise.
size_t utf8_sequence_length(std::string_view text);

/// Code points in valid UTF-8, for columns in messages.
size_t utf8_length(std::string_view text);

}  // namespace weft
