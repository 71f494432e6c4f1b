// Walking the interpreter's frames and finding where in the module they stand.
#include "interp/enter.hpp"
#include "runtime/instance.hpp"

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
  auto* ip = static_cast<const std::byte*>(anchor.ip);
  auto* fp = static_cast<const Cell*>(anchor.fp);
  const VMContext* cx = anchor.vmctx;
  bool newest = true;
  while (fp != nullptr && cx != nullptr && cx->instance != nullptr) {
    const std::byte* const at = newest ? ip : ip - 1;  // a return address is behind its call
    const FuncCode* code = find_function(at);
    if (code == nullptr) return;
    out.add(*cx->instance, FuncIdx(code->index), module_offset(*code, at));
    const Cell* const header = fp + code->param_cells;
    // SAFETY: words written by the call that made the frame (handlers_call.cpp, enter.cpp).
    ip = reinterpret_cast<const std::byte*>(header[0].bits);
    fp = reinterpret_cast<const Cell*>(header[1].bits);
    cx = reinterpret_cast<const VMContext*>(header[2].bits);
    newest = false;
  }
}

}  // namespace weft::interp
