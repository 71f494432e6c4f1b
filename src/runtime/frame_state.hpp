// The canonical state of wasm frames (DESIGN, section 1): where each stands, its locals, its
// operand stack. Made on demand; what nobody asks for costs nothing. ADR 0027.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/backtrace.hpp"
#include "wasm/types.hpp"

namespace weft::runtime {

/// A local or an operand. Not `known`: the code kept it in a register only, and that is gone.
struct StateValue {
  ValType type;  ///< In the types of the frame's module.
  bool known = false;
  Cell cell[2] = {};
};

struct FrameState {
  Instance* instance = nullptr;
  FuncIdx func;
  uint32_t offset = 0;  ///< In the module's bytes: the instruction that trapped, called or waits.
  std::vector<StateValue> locals;  ///< Parameters first.
  std::vector<StateValue>
      operands;  ///< Bottom first; without the arguments of a call that is under way.
};

/// A tier's part of capture_frame_states: the frames of one activation, newest first, until `out`
/// has `max`.
using CollectStates = void (*)(const FrameAnchor& anchor, std::vector<FrameState>& out, size_t max);

/// The newest `max` wasm frames of `store` on this thread, newest first, across host frames.
/// The store's thread only, while the guest stands still: in a host function, or before a trap
/// unwinds.
std::vector<FrameState> capture_frame_states(const Store& store, size_t max);

}  // namespace weft::runtime
