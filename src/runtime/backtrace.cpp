#include "runtime/backtrace.hpp"

#include <fmt/core.h>

#include "dwarf/debug_info.hpp"
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

namespace {

/// ` at file:line:column`, as far as it is known.
std::string place(const dwarf::SourceFrame& source) {
  if (source.file.empty()) return {};
  std::string out = " at " + source.file;
  if (source.line != 0) out += fmt::format(":{}", source.line);
  if (source.line != 0 && source.column != 0) out += fmt::format(":{}", source.column);
  return out;
}

/// A line for each function of the source that a frame stands for, the innermost first.
std::string source_lines(std::string_view head, std::string_view module, std::string_view func,
                         const std::vector<dwarf::SourceFrame>& sources) {
  std::string out;
  for (size_t i = 0; i + 1 < sources.size(); ++i) {
    out += fmt::format("{}{}!{}{} (inlined)\n", head, module,
                       sources[i].function.empty() ? "<function>" : sources[i].function,
                       place(sources[i]));
    if (i == 0) head = "           - ";
  }
  return out + fmt::format("{}{}!{}{}\n", head, module, func,
                           sources.empty() ? std::string() : place(sources.back()));
}

}  // namespace

std::string Backtrace::text() const {
  std::string out;
  for (size_t i = 0; i < frames.size(); ++i) {
    const BacktraceFrame& f = frames[i];
    std::string func = f.module->func_name(f.func);
    if (func.empty()) func = fmt::format("<function {}>", f.func.value);
    std::string module = f.module->display_name();
    if (module.empty()) module = "<module>";
    out += source_lines(fmt::format("{:3}: {:#x} - ", i, f.offset), module, func,
                        f.module->sources(f.offset));
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
