// Which locals must be zero when a function begins: those that may be read before they are set.
// Most bodies set all of theirs first, and then the instruction that writes the zeros is left out.
//
// A local counts as set from its first local.set to the end of the innermost block in which that
// stands, and beyond where every way out of the block has passed it. assigned_ is a stack: the
// blocks keep how much of it is true on all their ways out.
#include <algorithm>

#include "interp/emitter.hpp"

namespace weft::interp {

void InterpEmitter::begin_locals() {
  assigned_.clear();
  local_states_.assign(state_->locals.size(), 0);
  for (size_t i = 0; i < local_states_.size(); ++i) {
    if (i < state_->param_count) {
      local_states_[i] = kAssigned | kEverSet;
    } else if (state_->locals[i].is_ref()) {
      local_states_[i] = kNeedsZero;  // whatever scans a frame must find references in its slots
    }
  }
}

void InterpEmitter::assign(uint32_t local) {
  uint8_t& state = local_states_[local];
  if ((state & kAssigned) == 0) assigned_.push_back(local);
  state |= kAssigned | kEverSet;
}

void InterpEmitter::forget_assigned(uint32_t count) {
  while (assigned_.size() > count) {
    local_states_[assigned_.back()] &= static_cast<uint8_t>(~kAssigned);
    assigned_.pop_back();
  }
}

void InterpEmitter::leave_locals(Frame& target) {
  target.label.assigned_exit =
      std::min(target.label.assigned_exit, static_cast<uint32_t>(assigned_.size()));
}

void InterpEmitter::close_locals(const Frame& frame, bool live) {
  const Label& label = frame.label;
  uint32_t keep = live ? static_cast<uint32_t>(assigned_.size()) : label.assigned_exit;
  if (frame.kind == FrameKind::block && label.catches == 0) {
    keep = std::min({keep, label.assigned_exit, label.assigned_least});
  } else if (frame.kind != FrameKind::loop || !live) {
    keep = label.assigned;
  }
  // Nothing that ran before the block is undone in it.
  keep = std::max(keep, label.assigned);
  forget_assigned(keep);
  const auto least = std::min({label.assigned_least, static_cast<uint32_t>(assigned_.size())});
  Label& outer = state_->frame(1).label;
  outer.assigned_least = std::min(outer.assigned_least, least);
}

/// The slots that `enter` writes.
auto InterpEmitter::zeroed() const -> SlotRange {
  SlotRange range{home_base_, caught_base_};
  for (size_t i = state_->param_count; i < local_states_.size(); ++i) {
    if ((local_states_[i] & kNeedsZero) == 0) continue;
    range.begin = std::min(range.begin, local_slots_[i]);
    range.end = std::max(range.end, local_slots_[i] + state_->locals[i].cells());
  }
  if (caught_slots_ != 0) range = {std::min(range.begin, caught_base_), home_base_};
  return range.begin < range.end && range.begin != home_base_ ? range : SlotRange{};
}

void InterpEmitter::trim_enter(FuncCode& code) {
  code.start_word = 0;
  if (far_ || words_.empty() || words_[0] != table_->word[static_cast<size_t>(Code::enter)]) return;
  const SlotRange range = zeroed();
  if (range.begin == range.end) {
    code.start_word = info(Code::enter).bytes / 8u;
    return;
  }
  put16(0, 8, range.begin);
  put32(0, 12, range.end - range.begin);
}

}  // namespace weft::interp
