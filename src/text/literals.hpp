// Number and string literals (spec 6.3.1 - 6.3.3): exact rounding, ranges checked, `_` between
// digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::text {

enum class LiteralStatus : uint8_t {
  ok,
  not_a_number,  // the token has another syntax
  out_of_range,  // "constant out of range"
};

/// An unsigned literal without a sign: sizes, offsets, indices.
LiteralStatus parse_nat(std::string_view text, uint64_t max, uint64_t& out);

/// An integer of `bits` bits (8 to 64), signed or unsigned: -2^(bits-1) to 2^bits - 1. `out` holds
/// its low bits.
LiteralStatus parse_int(std::string_view text, unsigned bits, uint64_t& out);

/// A float literal as its IEEE bits: decimal, hexadecimal, inf, nan, nan:0x...; rounds to nearest,
/// ties to even. A number that rounds to infinity is out of range.
LiteralStatus parse_f32(std::string_view text, uint32_t& bits);
LiteralStatus parse_f64(std::string_view text, uint64_t& bits);

/// Bytes of the escape sequence at the start of `text` (which starts with a backslash); 0 if it is
/// illegal.
size_t escape_length(std::string_view text);
/// Bytes of the string literal at the start of `text`, both quotes included; 0 if there is none.
size_t string_length(std::string_view text);
/// Appends the value of a string literal (with its quotes) that the lexer has accepted.
void decode_string(std::string_view literal, std::string& out);

}  // namespace weft::text
