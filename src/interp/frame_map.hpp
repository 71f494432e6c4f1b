// Where locals and operands are at one operator of a function. No code is kept for it: the body is
// walked once more, and the emitter tells at that operator what it knows. ADR 0027.
#pragma once

#include <cstdint>
#include <vector>

#include "interp/bytecode.hpp"
#include "wasm/types.hpp"

namespace weft::interp {

/// Place of a local or an operand.
struct MappedValue {
  enum class Kind : uint8_t { slot, constant, lost };
  wasm::ValType type;
  Kind kind = Kind::slot;
  uint32_t slot = 0;  ///< Cells from the frame's start.
  uint64_t bits = 0;  ///< constant
};

struct FrameMap {
  std::vector<MappedValue> locals;    ///< Parameters first.
  std::vector<MappedValue> operands;  ///< Bottom first; without the arguments of a call.
};

/// What the emitter fills in while it walks (emitter_map.cpp).
struct FrameMapper {
  explicit FrameMapper(uint32_t operator_offset) : offset(operator_offset) {}

  const uint32_t offset;  ///< Of the operator, in the module's bytes.
  bool found = false;     ///< The walk has come to it, and `map` is begun.
  FrameMap map;
  uint32_t consumed = 0;  ///< Arguments of the call that the operator is.
  /// An operand that an accumulator holds too: its store may be dropped by whoever uses it.
  struct InAccumulator {
    size_t operand;
    uint32_t pos;  ///< The instruction that made it.
    Code code;
  };
  std::vector<InAccumulator> in_accumulator;
  /// A local that is not set on every way to the operator.
  struct Unset {
    size_t local;
    bool perhaps;  ///< It is on some.
  };
  std::vector<Unset> unset;
  std::vector<uint32_t> absorbed;  ///< Slots whose instructions became part of the operator's.
};

}  // namespace weft::interp
