#include "runtime/backtrace.hpp"

#include <fmt/core.h>

#include "runtime/store.hpp"
#include "runtime/trap_exit.hpp"

namespace weft::runtime {

void Backtrace::add(const Instance& instance, FuncIdx func, uint32_t offset) {
  if (frames.size() >= kMaxFrames) {
    ++omitted;
    return;
  }
  try {
    frames.push_back({instance.shared_info(), func, offset, &instance});
  } catch (const std::bad_alloc&) {
    ++omitted;  // a shorter backtrace is better than none
  }
}

std::string Backtrace::text() const {
  std::string out;
  for (size_t i = 0; i < frames.size(); ++i) {
    const BacktraceFrame& f = frames[i];
    std::string func = f.module->func_name(f.func);
    if (func.empty()) func = fmt::format("<function {}>", f.func.value);
    std::string module = f.module->display_name();
    if (module.empty()) module = "<module>";
    out += fmt::format("{:3}: {:#x} - {}!{}\n", i, f.offset, module, func);
  }
  if (omitted != 0) out += fmt::format("  ... {} older frames\n", omitted);
  return out;
}

Backtrace capture_backtrace(const Store& store) {
  Backtrace out;
  const CollectFrames collect = store.engine().collect_interp_frames;
  if (collect == nullptr) return out;
  visit_anchors(store.context(), [&](const FrameAnchor& anchor) { collect(anchor, out); });
  return out;
}

}  // namespace weft::runtime
