// weft.h: the guest's source behind a backtrace.
#include "weft/c/source.h"

#include "api/objects.hpp"
#include "dwarf/debug_info.hpp"

using namespace weft;

namespace {

/// Made at the first question: most traps are never looked at.
std::span<const dwarf::SourceFrame> sources_of(const weft_trap_t* t, size_t frame) {
  const auto& frames = t->trap.backtrace.frames;
  if (frame >= frames.size()) return {};
  std::call_once(t->sources_once, [&] {
    try {
      t->sources.reserve(frames.size());
      for (const runtime::BacktraceFrame& f : frames)
        t->sources.push_back(f.module->sources(f.offset));
    } catch (const std::bad_alloc&) {
      // A backtrace without lines is better than none.
    }
  });
  if (frame >= t->sources.size()) return {};
  return t->sources[frame];
}

}  // namespace

extern "C" {

size_t weft_trap_source_count(const weft_trap_t* t, size_t frame) {
  return sources_of(t, frame).size();
}

weft_source_t weft_trap_source(const weft_trap_t* t, size_t frame, size_t index) {
  const auto sources = sources_of(t, frame);
  if (index >= sources.size()) return {};
  const dwarf::SourceFrame& s = sources[index];
  return {api::borrow(s.function), api::borrow(s.file), s.line, s.column};
}

}  // extern "C"
