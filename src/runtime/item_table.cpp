#include "runtime/item_table.hpp"

namespace weft::runtime {

uint32_t ItemTable::take_slot() {
  if (free_ != 0) {
    const uint32_t slot = free_;
    free_ = slots_[slot].next_free;
    return slot;
  }
  if (slots_.size() >= kMaxSlots) return 0;
  const auto slot = static_cast<uint32_t>(slots_.size());
  slots_.push_back({uint64_t{1} << kSlotBits | slot, nullptr, nullptr, 0, 0});
  return slot;
}

void ItemTable::fill(uint32_t slot, Instance* instance, VMFuncRef** funcs, uint32_t func_count) {
  Slot& s = slots_[slot];
  s.instance = instance;
  s.funcs = funcs;
  s.func_count = func_count;
}

void ItemTable::clear(uint32_t slot) {
  Slot& s = slots_[slot];
  s.instance = nullptr;
  s.funcs = nullptr;
  s.func_count = 0;
  const uint64_t generation = (s.tag >> kSlotBits) + 1;
  // A slot whose generations are used up stays empty for ever: no old handle can match again.
  if (generation > kMaxGeneration) {
    s.tag = ~uint64_t{0};
    return;
  }
  s.tag = generation << kSlotBits | slot;
  s.next_free = free_;
  free_ = slot;
}

}  // namespace weft::runtime
