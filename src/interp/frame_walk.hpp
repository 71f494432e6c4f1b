// Walking the interpreter's frames. ADR 0014.
#pragma once

#include "interp/enter.hpp"
#include "runtime/instance.hpp"

namespace weft::interp {

inline bool holds(const FuncCode& code, const std::byte* ip) {
  // SAFETY: compares addresses only.
  const auto start = reinterpret_cast<uintptr_t>(code.words.get());
  const auto at = reinterpret_cast<uintptr_t>(ip);
  return start != 0 && at >= start && at - start < size_t{code.word_count} * 8;
}

/// Calls visit(code, instance, at, fp) for each frame of one activation, newest first, until it
/// says false. `at`: in the instruction (for module_offset, which takes time).
template <class Visit>
void visit_frames(const FrameAnchor& anchor, Visit&& visit) {
  auto* ip = static_cast<const std::byte*>(anchor.ip);
  auto* fp = static_cast<const Cell*>(anchor.fp);
  const VMContext* cx = anchor.vmctx;
  bool newest = true;
  const FuncCode* code = nullptr;
  while (fp != nullptr && cx != nullptr && cx->instance != nullptr) {
    const std::byte* const at = newest ? ip : ip - 1;  // a return address is behind its call
    // Where thousands of frames stand, most are of the function before.
    if (code == nullptr || !holds(*code, at)) code = find_function(at);
    if (code == nullptr || !visit(*code, *cx->instance, at, fp)) return;
    const Cell* const header = fp + code->param_cells;
    // SAFETY: words written by the call that made the frame (handlers_call.cpp, enter.cpp).
    ip = reinterpret_cast<const std::byte*>(header[0].bits);
    fp = reinterpret_cast<const Cell*>(header[1].bits);
    cx = reinterpret_cast<const VMContext*>(header[2].bits);
    newest = false;
  }
}

}  // namespace weft::interp
