// The stacks of the walk through one function body: operands and control frames, with what the
// emitter keeps of each. The walker alone pushes and pops; an emitter reads them and may change
// `value` and `label` in place. ADR 0002.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "binary/module.hpp"
#include "validate/stack.hpp"
#include "wasm/types.hpp"

namespace weft::validate {

using namespace wasm;  // NOLINT: the spec's vocabulary

/// An operand: its type, its home, and what the emitter knows of it. Value is trivially copyable.
/// `cell` is the operand's place in the canonical frame: the number of cells below it on the
/// operand stack (v128 takes two). At a safepoint every operand is at its home, or the emitter can
/// say where else it is.
template <class Value>
struct Operand {
  ValType type;  ///< bottom: popped from the polymorphic stack of dead code.
  uint32_t cell = 0;
  [[no_unique_address]] Value value{};
};

enum class FrameKind : uint8_t {
  function,
  block,
  loop,
  if_,
  else_,
  try_table,
  try_,
  catch_,
  catch_all
};

template <class Label>
struct ControlFrame {
  FrameKind kind = FrameKind::block;
  bool dead = false;    ///< After br, return, unreachable...: rules go on, emission stops.
  bool emitted = true;  ///< False if the frame was opened in dead code: the emitter never sees it.
  uint32_t base = 0;    ///< Operands below the frame's parameters.
  uint32_t base_cell =
      0;  ///< Cells below the frame's parameters: results and branch operands land from here.
  uint32_t inits = 0;  ///< Height of the walker's log of set locals.
  std::span<const ValType> params;
  std::span<const ValType> results;
  [[no_unique_address]] Label label{};

  /// What a branch to this frame carries.
  std::span<const ValType> branch_types() const {
    return kind == FrameKind::loop ? params : results;
  }
};

template <class Value, class Label>
struct WalkState {
  const binary::Module* module = nullptr;
  FuncIdx func;                 ///< Of the body; meaningless for constant expressions.
  std::vector<ValType> locals;  ///< Parameters first.
  uint32_t param_count = 0;
  std::span<const ValType> results;
  uint32_t offset = 0;       ///< Byte offset in the module of the operator being emitted.
  uint32_t next_offset = 0;  ///< Byte offset just behind it.
  Stack<Operand<Value>> operands;
  Stack<ControlFrame<Label>> frames;
  uint32_t max_cells = 0;  ///< Greatest operand height so far, in cells (dead code may add to it).

  uint32_t cells() const {
    return operands.empty() ? 0 : operands.back().cell + operands.back().type.cells();
  }
  /// The frame a label index names; 0 is the innermost.
  ControlFrame<Label>& frame(uint32_t depth) { return frames[frames.size() - 1 - depth]; }
  /// The topmost n operands, bottom one first.
  std::span<Operand<Value>> top(size_t n) { return {operands.end() - n, n}; }
};

}  // namespace weft::validate
