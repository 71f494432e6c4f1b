// The emitter as the witness of its own decisions: the state at one operator (frame_map.hpp).
#include <algorithm>

#include "interp/emitter.hpp"
#include "interp/frame_map.hpp"

namespace weft::interp {

void InterpEmitter::map_state() {
  FrameMapper& m = *mapper_;
  if (m.found || state_->offset != m.offset) return;
  m.found = true;
  const bool in_loop = std::ranges::any_of(
      state_->frames, [](const Frame& frame) { return frame.kind == FrameKind::loop; });
  m.map.locals.reserve(state_->locals.size());
  for (size_t i = 0; i < state_->locals.size(); ++i) {
    m.map.locals.push_back({state_->locals[i], MappedValue::Kind::slot, local_slots_[i], 0});
    if ((local_states_[i] & kAssigned) != 0) continue;
    m.unset.push_back({i, in_loop || (local_states_[i] & kEverSet) != 0});
  }
  m.map.operands.reserve(state_->operands.size());
  for (size_t i = 0; i < state_->operands.size(); ++i) {
    const Operand& o = state_->operands[i];
    if (o.value.kind == Value::Kind::constant) {
      m.map.operands.push_back({o.type, MappedValue::Kind::constant, 0, o.value.bits});
      continue;
    }
    const uint32_t slot = slot_of(o);
    m.map.operands.push_back({o.type, MappedValue::Kind::slot, slot, 0});
    const Acc& acc = accs_.of[static_cast<size_t>(class_of(o.type))];
    if (o.value.kind == Value::Kind::home && acc.slot == slot)
      m.in_accumulator.push_back({i, acc.pos, acc.code});
  }
}

void InterpEmitter::map_absorbed(uint32_t at) {
  FrameMapper& m = *mapper_;
  if (m.found || state_->offset == m.offset) m.absorbed.push_back(get16(at, 8));
}

void InterpEmitter::map_removed(uint32_t at, uint32_t words) {
  map_absorbed(at);
  for (FrameMapper::InAccumulator& a : mapper_->in_accumulator) {
    if (a.pos > at) a.pos -= words;
  }
}

void InterpEmitter::map_call(size_t consumed) {
  if (state_->offset == mapper_->offset) mapper_->consumed = static_cast<uint32_t>(consumed);
}

void InterpEmitter::finish_map() {
  FrameMapper& m = *mapper_;
  // A local that nothing has set is zero, though nobody has written the zero. One that is set on
  // some ways to here only is not read before it is set again: its slot may hold anything.
  const SlotRange zeros = zeroed();
  for (const FrameMapper::Unset& unset : m.unset) {
    MappedValue& v = m.map.locals[unset.local];
    if (v.slot >= zeros.begin && v.slot < zeros.end) continue;
    v.kind = unset.perhaps ? MappedValue::Kind::lost : MappedValue::Kind::constant;
  }
  std::vector<MappedValue>& operands = m.map.operands;
  for (const FrameMapper::InAccumulator& a : m.in_accumulator) {
    // The form that does not store stands behind the one that does.
    if (a.pos >= pos() || words_[a.pos] == table_->word[static_cast<size_t>(a.code) + 1])
      operands[a.operand].kind = MappedValue::Kind::lost;
  }
  for (MappedValue& v : operands) {
    if (v.kind == MappedValue::Kind::slot && v.slot >= home_base_ &&
        std::ranges::find(m.absorbed, v.slot) != m.absorbed.end())
      v.kind = MappedValue::Kind::lost;
  }
  operands.resize(operands.size() - std::min<size_t>(m.consumed, operands.size()));
}

}  // namespace weft::interp
