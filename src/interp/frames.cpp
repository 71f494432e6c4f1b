// Where in the module the interpreter's frames stand.
#include "interp/frame_walk.hpp"

namespace weft::interp {

uint32_t module_offset(const FuncCode& code, const std::byte* ip) {
  const auto word =
      static_cast<uint32_t>((ip - reinterpret_cast<const std::byte*>(code.words.get())) / 8);
  const uint8_t* p = code.offsets.data();
  const uint8_t* const end = p + code.offsets.size();
  const auto leb = [&p, end] {
    uint32_t v = 0;
    for (unsigned shift = 0; p != end; shift += 7) {
      const uint8_t byte = *p++;
      v |= uint32_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return v;
  };
  uint32_t pos = 0;
  uint32_t offset = code.module->module().body(FuncIdx(code.index)).offset;
  while (p != end) {
    pos += leb();
    if (pos > word) break;
    const uint32_t delta = leb();
    offset += (delta >> 1) ^ (0 - (delta & 1));
  }
  return offset;
}

void collect_frames(const FrameAnchor& anchor, Backtrace& out) {
  visit_frames(anchor,
               [&](const FuncCode& code, Instance& instance, const std::byte* at, const Cell*) {
                 const bool fits = out.frames.size() < Backtrace::kMaxFrames;
                 out.add(instance, FuncIdx(code.index), fits ? module_offset(code, at) : 0);
                 return true;
               });
}

}  // namespace weft::interp
