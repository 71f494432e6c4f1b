#include "text/literals.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/bits.hpp"
#include "base/utf8.hpp"
#include "base/wrapping.hpp"

namespace weft::text {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take_sign(std::string_view& text, bool& negative) {
  negative = false;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  negative = text[0] == '-';
  text.remove_prefix(1);
  return true;
}

bool take_hex_prefix(std::string_view& text) {
  if (!text.starts_with("0x")) return false;
  text.remove_prefix(2);
  return true;
}

/// Digits of one group with single underscores between them: at least one digit, none at the ends.
bool well_formed_digits(std::string_view text, bool hex) {
  bool after_digit = false;
  for (char c : text) {
    if (c == '_') {
      if (!after_digit) return false;
      after_digit = false;
    } else if (hex ? hex_digit(c) >= 0 : is_digit(c)) {
      after_digit = true;
    } else {
      return false;
    }
  }
  return after_digit;
}

/// The digits' value; false if it is above `max`.
bool digits_value(std::string_view text, bool hex, uint64_t max, uint64_t& out) {
  uint64_t value = 0;
  for (char c : text) {
    if (c == '_') continue;
    const auto product = checked_mul<uint64_t>(value, hex ? 16 : 10);
    if (!product) return false;
    const auto sum = checked_add<uint64_t>(*product, static_cast<uint64_t>(hex_digit(c)));
    if (!sum || *sum > max) return false;
    value = *sum;
  }
  out = value;
  return true;
}

/// Mantissa and exponent parts of a float literal without its sign.
struct FloatParts {
  std::string_view whole;
  std::string_view fraction;
  bool exponent_negative = false;
  std::string_view exponent;  // digits; empty if there is none
};

bool split_float(std::string_view text, bool hex, FloatParts& parts) {
  const size_t exp = text.find_first_of(hex ? "pP" : "eE");
  if (exp != std::string_view::npos) {
    parts.exponent = text.substr(exp + 1);
    take_sign(parts.exponent, parts.exponent_negative);
    if (!well_formed_digits(parts.exponent, false)) return false;
    text = text.substr(0, exp);
  }
  const size_t dot = text.find('.');
  parts.whole = text.substr(0, dot);
  if (dot != std::string_view::npos) parts.fraction = text.substr(dot + 1);
  return well_formed_digits(parts.whole, hex) &&
         (parts.fraction.empty() || well_formed_digits(parts.fraction, hex));
}

/// The exponent, saturated: far outside of what any float can express, yet safe to add digit counts
/// to.
int64_t exponent_value(const FloatParts& parts) {
  constexpr uint64_t kSaturated = uint64_t{1} << 60;
  uint64_t value = 0;
  if (!digits_value(parts.exponent, false, kSaturated, value)) value = kSaturated;
  return parts.exponent_negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

template <class Bits>
struct Format;
template <>
struct Format<uint32_t> {
  using Float = float;
  static constexpr int kMantissa = 23, kBias = 127;
};
template <>
struct Format<uint64_t> {
  using Float = double;
  static constexpr int kMantissa = 52, kBias = 1023;
};

/// mantissa * 2^exponent (plus a little if `sticky`) rounded to nearest even. The mantissa is not
/// zero.
template <class Bits>
LiteralStatus round_binary(uint64_t mantissa, int64_t exponent, bool sticky, Bits& out) {
  using F = Format<Bits>;
  constexpr int kMinExponent =
      1 - F::kBias - F::kMantissa;  // of the last bit of a subnormal number
  const int shift_up = __builtin_clzll(mantissa);
  mantissa <<= shift_up;  // the leading one is bit 63
  exponent -= shift_up;
  int64_t last = exponent + 63 - F::kMantissa;  // exponent of the result's last bit
  if (last < kMinExponent) last = kMinExponent;
  const int64_t drop = last - exponent;  // bits to cut off, at least 11
  uint64_t kept = 0;
  bool half = false;
  if (drop < 64) {
    kept = mantissa >> drop;
    half = (mantissa >> (drop - 1)) & 1;
    sticky = sticky || (mantissa & ((uint64_t{1} << (drop - 1)) - 1)) != 0;
  } else {
    half = drop == 64;  // the leading one itself is the half
    sticky = sticky || drop > 64 || (mantissa & (~uint64_t{0} >> 1)) != 0;
  }
  if (half && (sticky || (kept & 1))) ++kept;
  if (kept >> (F::kMantissa + 1)) {
    kept >>= 1;
    ++last;
  }
  if (!(kept >> F::kMantissa)) {
    out = static_cast<Bits>(kept);  // subnormal or zero
    return LiteralStatus::ok;
  }
  const int64_t biased = last + F::kMantissa + F::kBias;
  if (biased >= 2 * F::kBias + 1) return LiteralStatus::out_of_range;
  out = static_cast<Bits>((static_cast<uint64_t>(biased) << F::kMantissa) |
                          (kept & ((uint64_t{1} << F::kMantissa) - 1)));
  return LiteralStatus::ok;
}

template <class Bits>
LiteralStatus hex_float(const FloatParts& parts, Bits& out) {
  uint64_t mantissa = 0;
  int64_t exponent = 0;
  bool sticky = false;
  const auto add = [&](std::string_view digits, int64_t per_digit) {
    for (char c : digits) {
      if (c == '_') continue;
      const auto d = static_cast<uint64_t>(hex_digit(c));
      if (mantissa >> 60) {  // full: what comes now only matters for rounding
        sticky = sticky || d != 0;
        exponent += 4 + per_digit;
      } else {
        mantissa = (mantissa << 4) | d;
        exponent += per_digit;
      }
    }
  };
  add(parts.whole, 0);
  add(parts.fraction, -4);
  if (mantissa == 0) {
    out = 0;
    return LiteralStatus::ok;
  }
  return round_binary<Bits>(mantissa, exponent + exponent_value(parts), sticky, out);
}

/// Power of ten of the first digit that is not zero; used where from_chars only says "out of
/// range".
int64_t decimal_magnitude(const FloatParts& parts) {
  int64_t position = 0;
  for (char c : parts.whole) position += c != '_';
  for (std::string_view digits : {parts.whole, parts.fraction}) {
    for (char c : digits) {
      if (c == '_') continue;
      --position;
      if (c != '0') return position + exponent_value(parts);
    }
  }
  return std::numeric_limits<int64_t>::min();
}

template <class Bits>
LiteralStatus decimal_float(std::string_view text, const FloatParts& parts, Bits& out) {
  char buffer[128];
  std::string long_text;
  std::string_view digits = text;
  if (text.find('_') != std::string_view::npos) {
    if (text.size() <= sizeof(buffer)) {
      size_t n = 0;
      for (char c : text) {
        if (c != '_') buffer[n++] = c;
      }
      digits = {buffer, n};
    } else {
      for (char c : text) {
        if (c != '_') long_text += c;
      }
      digits = long_text;
    }
  }
  typename Format<Bits>::Float value = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (ec == std::errc::result_out_of_range || std::isinf(value)) {
    // Too large is refused; too small is zero.
    if (decimal_magnitude(parts) > 0) return LiteralStatus::out_of_range;
    value = 0;
  }
  std::memcpy(&out, &value, sizeof(out));
  return LiteralStatus::ok;
}

template <class Bits>
LiteralStatus nan_literal(std::string_view payload, Bits& out) {
  using F = Format<Bits>;
  constexpr Bits kExponent =
      static_cast<Bits>(((Bits{1} << (sizeof(Bits) * 8 - 1 - F::kMantissa)) - 1) << F::kMantissa);
  constexpr Bits kMax = static_cast<Bits>((Bits{1} << F::kMantissa) - 1);
  if (payload.empty()) {
    out = static_cast<Bits>(kExponent | (Bits{1} << (F::kMantissa - 1)));
    return LiteralStatus::ok;
  }
  payload.remove_prefix(1);  // the colon
  if (!take_hex_prefix(payload) || !well_formed_digits(payload, true))
    return LiteralStatus::not_a_number;
  uint64_t value = 0;
  if (!digits_value(payload, true, kMax, value) || value == 0) return LiteralStatus::out_of_range;
  out = static_cast<Bits>(kExponent | static_cast<Bits>(value));
  return LiteralStatus::ok;
}

template <class Bits>
LiteralStatus parse_float(std::string_view text, Bits& out) {
  bool negative = false;
  take_sign(text, negative);
  LiteralStatus status = LiteralStatus::ok;
  if (text == "inf") {
    using F = Format<Bits>;
    out =
        static_cast<Bits>(((Bits{1} << (sizeof(Bits) * 8 - 1 - F::kMantissa)) - 1) << F::kMantissa);
  } else if (text == "nan" || text.starts_with("nan:")) {
    status = nan_literal(text.substr(3), out);
  } else {
    const bool hex = take_hex_prefix(text);
    FloatParts parts;
    if (!split_float(text, hex, parts)) return LiteralStatus::not_a_number;
    status = hex ? hex_float(parts, out) : decimal_float(text, parts, out);
  }
  if (status == LiteralStatus::ok && negative)
    out |= static_cast<Bits>(Bits{1} << (sizeof(Bits) * 8 - 1));
  return status;
}

}  // namespace

LiteralStatus parse_nat(std::string_view text, uint64_t max, uint64_t& out) {
  const bool hex = take_hex_prefix(text);
  if (!well_formed_digits(text, hex)) return LiteralStatus::not_a_number;
  return digits_value(text, hex, max, out) ? LiteralStatus::ok : LiteralStatus::out_of_range;
}

LiteralStatus parse_int(std::string_view text, unsigned bits, uint64_t& out) {
  bool negative = false;
  const bool has_sign = take_sign(text, negative);
  const bool hex = take_hex_prefix(text);
  if (!well_formed_digits(text, hex)) return LiteralStatus::not_a_number;
  const uint64_t sign_bit = uint64_t{1} << (bits - 1);
  // An explicit sign makes the literal a signed one.
  const uint64_t max = negative ? sign_bit : has_sign ? sign_bit - 1 : sign_bit | (sign_bit - 1);
  uint64_t value = 0;
  if (!digits_value(text, hex, max, value)) return LiteralStatus::out_of_range;
  if (negative) value = wrapping_sub(uint64_t{0}, value);
  out = bits == 64 ? value : value & ((uint64_t{1} << bits) - 1);
  return LiteralStatus::ok;
}

LiteralStatus parse_f32(std::string_view text, uint32_t& bits) { return parse_float(text, bits); }
LiteralStatus parse_f64(std::string_view text, uint64_t& bits) { return parse_float(text, bits); }

size_t escape_length(std::string_view text) {
  if (text.size() < 2) return 0;
  if (std::string_view("tnr\"'\\").find(text[1]) != std::string_view::npos) return 2;
  if (hex_digit(text[1]) >= 0) return text.size() >= 3 && hex_digit(text[2]) >= 0 ? 3 : 0;
  if (!text.starts_with("\\u{")) return 0;
  const size_t end = text.find('}');
  if (end == std::string_view::npos) return 0;
  const std::string_view digits = text.substr(3, end - 3);
  uint64_t value = 0;
  if (!well_formed_digits(digits, true) || !digits_value(digits, true, 0x10ffff, value)) return 0;
  return is_scalar_value(static_cast<uint32_t>(value)) ? end + 1 : 0;
}

size_t string_length(std::string_view text) {
  if (text.empty() || text[0] != '"') return 0;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] == '\\') ++i;
  }
  return 0;
}

void decode_string(std::string_view literal, std::string& out) {
  size_t i = 1;
  while (i + 1 < literal.size()) {
    if (literal[i] != '\\') {
      const size_t stop = std::min(literal.find('\\', i), literal.size() - 1);
      out.append(literal.substr(i, stop - i));
      i = stop;
      continue;
    }
    const char c = literal[i + 1];
    switch (c) {
      case 't': out += '\t'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 'u': {
        const size_t end = literal.find('}', i);
        uint64_t value = 0;
        digits_value(literal.substr(i + 3, end - i - 3), true, 0x10ffff, value);
        append_utf8(out, static_cast<uint32_t>(value));
        i = end + 1;
        continue;
      }
      default:
        if (hex_digit(c) >= 0) {
          out += static_cast<char>(hex_digit(c) * 16 + hex_digit(literal[i + 2]));
          i += 3;
          continue;
        }
        out += c;  // the quote, apostrophe or backslash itself
    }
    i += 2;
  }
}

}  // namespace weft::text
