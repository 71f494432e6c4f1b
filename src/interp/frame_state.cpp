// The canonical state of the interpreter's frames. ADR 0027.
#include "runtime/frame_state.hpp"
#include "interp/frame_walk.hpp"

namespace weft::interp {
namespace {

StateValue read(const MappedValue& v, const Cell* fp) {
  StateValue out{v.type, v.kind != MappedValue::Kind::lost, {}};
  if (v.kind == MappedValue::Kind::constant) out.cell[0].bits = v.bits;
  if (v.kind == MappedValue::Kind::slot) {
    out.cell[0] = fp[v.slot];
    if (v.type.cells() == 2) out.cell[1] = fp[v.slot + 1];
  }
  return out;
}

/// The map of the frame before, which recursion often asks for again.
struct LastMap {
  const FuncCode* code = nullptr;
  uint32_t offset = 0;
  FrameMap map;

  const FrameMap& at(const FuncCode& wanted, uint32_t wanted_offset) {
    if (code != &wanted || offset != wanted_offset) {
      map = wanted.module->map_frame(wanted, wanted_offset);
      code = &wanted;
      offset = wanted_offset;
    }
    return map;
  }
};

}  // namespace

void collect_states(const FrameAnchor& anchor, std::vector<FrameState>& out, size_t max) {
  LastMap last;
  visit_frames(anchor,
               [&](const FuncCode& code, Instance& instance, const std::byte* ip, const Cell* fp) {
                 const uint32_t offset = module_offset(code, ip);
                 const FrameMap& map = last.at(code, offset);
                 FrameState state{&instance, FuncIdx(code.index), offset, {}, {}};
                 for (const MappedValue& v : map.locals) state.locals.push_back(read(v, fp));
                 for (const MappedValue& v : map.operands) state.operands.push_back(read(v, fp));
                 out.push_back(std::move(state));
                 return out.size() < max;
               });
}

}  // namespace weft::interp
