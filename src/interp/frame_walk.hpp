// Walking the interpreter's frames. ADR 0014.
#pragma once

#include "interp/enter.hpp"
#include "runtime/instance.hpp"

namespace weft::interp {

/// Calls visit(code, instance, offset, fp) for each frame of one activation, newest first, until it
/// says false. `offset`: of the operator, in the module's bytes.
template <class Visit>
void visit_frames(const FrameAnchor& anchor, Visit&& visit) {
  auto* ip = static_cast<const std::byte*>(anchor.ip);
  auto* fp = static_cast<const Cell*>(anchor.fp);
  const VMContext* cx = anchor.vmctx;
  bool newest = true;
  while (fp != nullptr && cx != nullptr && cx->instance != nullptr) {
    const std::byte* const at = newest ? ip : ip - 1;  // a return address is behind its call
    const FuncCode* code = find_function(at);
    if (code == nullptr || !visit(*code, *cx->instance, module_offset(*code, at), fp)) return;
    const Cell* const header = fp + code->param_cells;
    // SAFETY: words written by the call that made the frame (handlers_call.cpp, enter.cpp).
    ip = reinterpret_cast<const std::byte*>(header[0].bits);
    fp = reinterpret_cast<const Cell*>(header[1].bits);
    cx = reinterpret_cast<const VMContext*>(header[2].bits);
    newest = false;
  }
}

}  // namespace weft::interp
