// Values that a script passes and the patterns it expects (the spec's script format:
// interpreter/README, "Scripts").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/types.hpp"

namespace weft::wast {

/// What is known about a reference: enough for every pattern of the script format.
enum class RefShape : uint8_t {
  null,
  func,
  extern_,  // a host value as externref: `number` is the script's
  host,     // the same value internalised: anyref
  i31,
  struct_,
  array,
  exn,
  unknown,  // not null, of a kind that no pattern names
};

/// One argument or result.
struct Value {
  wasm::ValType::Kind kind = wasm::ValType::Kind::i32;
  std::array<uint64_t, 2> bits{};  ///< Low bits first; only v128 uses both.
  RefShape shape = RefShape::null;
  wasm::AbstractHeap heap = wasm::AbstractHeap::func;  ///< Of a null argument.
  uint64_t number = 0;
};

/// How a float (or a float lane) is compared.
enum class FloatMatch : uint8_t { bits, canonical_nan, arithmetic_nan };

struct Pattern {
  enum class Kind : uint8_t { number, ref, either };
  Kind kind = Kind::number;

  // number: `lanes` lanes of `lane_bits` bits
  wasm::ValType::Kind type = wasm::ValType::Kind::i32;
  std::array<uint64_t, 2> bits{};
  uint8_t lane_bits = 32;
  std::array<FloatMatch, 4> matches{};

  // ref
  RefShape shape = RefShape::null;
  bool any = false;         ///< (ref), (ref.any): every reference that is not null
  bool eq = false;          ///< (ref.eq): i31, struct or array
  bool has_number = false;  ///< (ref.extern N), (ref.host N)
  uint64_t number = 0;

  std::vector<Pattern> alternatives;  ///< either
};

bool matches(const Pattern& pattern, const Value& value);
std::string to_string(const Value& value);
std::string to_string(const Pattern& pattern);

}  // namespace weft::wast
