#include "wast/value.hpp"

#include <bit>

#include <fmt/core.h>

namespace weft::wast {
namespace {

using Kind = wasm::ValType::Kind;

uint64_t lane(const std::array<uint64_t, 2>& bits, unsigned index, unsigned width) {
  const unsigned at = index * width;
  const uint64_t word = bits[at / 64] >> (at % 64);
  return width == 64 ? word : word & ((uint64_t{1} << width) - 1);
}

unsigned bit_count(Kind kind) {
  switch (kind) {
    case Kind::i32:
    case Kind::f32: return 32;
    case Kind::v128: return 128;
    default: return 64;
  }
}

bool matches_nan(uint64_t bits, unsigned width, FloatMatch match) {
  const unsigned mantissa = width == 32 ? 23 : 52;
  const uint64_t quiet = uint64_t{1} << (mantissa - 1);
  const uint64_t exponent = ((uint64_t{1} << (width - 1 - mantissa)) - 1) << mantissa;
  if ((bits & exponent) != exponent || (bits & quiet) == 0) return false;
  return match == FloatMatch::arithmetic_nan || (bits & (quiet - 1)) == 0;
}

bool matches_number(const Pattern& pattern, const Value& value) {
  if (value.kind != pattern.type) return false;
  const unsigned lanes = bit_count(value.kind) / pattern.lane_bits;
  for (unsigned i = 0; i < lanes; ++i) {
    const uint64_t actual = lane(value.bits, i, pattern.lane_bits);
    const FloatMatch match = i < pattern.matches.size() ? pattern.matches[i] : FloatMatch::bits;
    if (match != FloatMatch::bits ? !matches_nan(actual, pattern.lane_bits, match)
                                  : actual != lane(pattern.bits, i, pattern.lane_bits)) {
      return false;
    }
  }
  return true;
}

bool matches_ref(const Pattern& pattern, const Value& value) {
  if (value.kind != Kind::ref) return false;
  if (pattern.any) return value.shape != RefShape::null;
  if (pattern.eq) {
    return value.shape == RefShape::i31 || value.shape == RefShape::struct_ ||
           value.shape == RefShape::array;
  }
  if (value.shape != pattern.shape) return false;
  return !pattern.has_number || value.number == pattern.number;
}

std::string_view shape_text(RefShape shape) {
  switch (shape) {
    case RefShape::null: return "null";
    case RefShape::func: return "func";
    case RefShape::extern_: return "extern";
    case RefShape::host: return "host";
    case RefShape::i31: return "i31";
    case RefShape::struct_: return "struct";
    case RefShape::array: return "array";
    case RefShape::exn: return "exn";
    case RefShape::unknown: return "other";
  }
  return "?";
}

std::string number_text(Kind kind, const std::array<uint64_t, 2>& bits) {
  switch (kind) {
    case Kind::i32: return fmt::format("i32:{}", static_cast<int32_t>(bits[0]));
    case Kind::i64: return fmt::format("i64:{}", static_cast<int64_t>(bits[0]));
    case Kind::f32:
      return fmt::format("f32:{} (0x{:08x})", std::bit_cast<float>(static_cast<uint32_t>(bits[0])),
                         bits[0]);
    case Kind::f64:
      return fmt::format("f64:{} (0x{:016x})", std::bit_cast<double>(bits[0]), bits[0]);
    default: return fmt::format("v128:0x{:016x}{:016x}", bits[1], bits[0]);
  }
}

}  // namespace

bool matches(const Pattern& pattern, const Value& value) {
  switch (pattern.kind) {
    case Pattern::Kind::number: return matches_number(pattern, value);
    case Pattern::Kind::ref: return matches_ref(pattern, value);
    case Pattern::Kind::either:
      for (const Pattern& p : pattern.alternatives) {
        if (matches(p, value)) return true;
      }
      return false;
  }
  return false;
}

std::string to_string(const Value& value) {
  if (value.kind != Kind::ref) return number_text(value.kind, value.bits);
  if (value.shape == RefShape::extern_ || value.shape == RefShape::host) {
    return fmt::format("ref.{} {}", shape_text(value.shape), value.number);
  }
  return fmt::format("ref.{}", shape_text(value.shape));
}

std::string to_string(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::number: {
      for (FloatMatch m : pattern.matches) {
        if (m == FloatMatch::bits) continue;
        return fmt::format("{} with nan:{}", number_text(pattern.type, pattern.bits),
                           m == FloatMatch::canonical_nan ? "canonical" : "arithmetic");
      }
      return number_text(pattern.type, pattern.bits);
    }
    case Pattern::Kind::ref:
      if (pattern.any) return "ref";
      if (pattern.eq) return "ref.eq";
      return pattern.has_number
                 ? fmt::format("ref.{} {}", shape_text(pattern.shape), pattern.number)
                 : fmt::format("ref.{}", shape_text(pattern.shape));
    case Pattern::Kind::either: {
      std::string out = "either";
      for (const Pattern& p : pattern.alternatives) out += " (" + to_string(p) + ")";
      return out;
    }
  }
  return "?";
}

}  // namespace weft::wast
