// What handles at the API are: numbers that a store looks up, so that one of a freed instance is
// noticed. A handle names an owner (the store itself, or an instance by its slot), how often that
// slot was used before, and which of the owner's things it is. ADR 0023.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/vmcontext.hpp"

namespace weft::runtime {

/// Where a thing belongs. Owner 0 is the store, others are slots of instances; `index` counts in
/// the owner's index space of that kind.
struct ItemId {
  uint32_t owner = 0;
  uint32_t index = 0;
};

/// The slots of one store. Used by the store's thread.
class ItemTable {
 public:
  static constexpr uint32_t kItemBits = 24;
  static constexpr uint32_t kSlotBits = 20;
  static constexpr uint32_t kMaxItems = 1u << kItemBits;
  static constexpr uint32_t kMaxSlots = 1u << kSlotBits;
  static constexpr uint64_t kMaxGeneration = (uint64_t{1} << (64 - kItemBits - kSlotBits)) - 1;
  static constexpr uint32_t kStoreSlot = 0;

  ItemTable() { slots_.push_back({1u << kSlotBits, nullptr, nullptr, 0, 0}); }

  /// A slot for an instance to come, or 0: all are taken. Stays free until fill().
  uint32_t take_slot();
  void fill(uint32_t slot, Instance* instance, VMFuncRef** funcs, uint32_t func_count);
  /// Handles of this slot are stale from now on.
  void clear(uint32_t slot);
  /// The store's own functions, wherever their array lies now.
  void set_store_funcs(VMFuncRef** funcs, uint32_t count) {
    slots_[kStoreSlot].funcs = funcs;
    slots_[kStoreSlot].func_count = count;
  }

  uint64_t handle(ItemId id) const {
    if (id.index >= kMaxItems) return ~uint64_t{0};  // beyond what a store can name: never found
    return slots_[id.owner].tag << kItemBits | id.index;
  }
  /// Null: the instance was freed, or nothing like that ever existed. Any value may be asked.
  VMFuncRef* func(uint64_t handle) const {
    const uint64_t tag = handle >> kItemBits;
    const auto slot = static_cast<uint32_t>(tag & (kMaxSlots - 1));
    if (slot >= slots_.size()) [[unlikely]]
      return nullptr;
    const Slot& s = slots_[slot];
    const uint32_t item = item_of(handle);
    if (s.tag != tag || item >= s.func_count) [[unlikely]]
      return nullptr;
    return s.funcs[item];
  }
  /// Does the handle's owner exist? If so `owner` is its instance, null for the store.
  bool find(uint64_t handle, Instance*& owner) const {
    const uint64_t tag = handle >> kItemBits;
    const auto slot = static_cast<uint32_t>(tag & (kMaxSlots - 1));
    if (slot >= slots_.size() || slots_[slot].tag != tag) return false;
    owner = slots_[slot].instance;
    return owner != nullptr || slot == kStoreSlot;
  }
  Instance* owner(ItemId id) const { return slots_[id.owner].instance; }
  static uint32_t item_of(uint64_t handle) {
    return static_cast<uint32_t>(handle & (kMaxItems - 1));
  }

  /// Calls fn(Instance&) for each instance, in the order of slots.
  template <class Fn>
  void for_each(Fn&& fn) const {
    for (const Slot& s : slots_) {
      if (s.instance != nullptr) fn(*s.instance);
    }
  }

 private:
  struct Slot {
    uint64_t tag;  ///< generation << kSlotBits | number
    Instance* instance;
    VMFuncRef** funcs;
    uint32_t func_count;
    uint32_t next_free;
  };
  std::vector<Slot> slots_;
  uint32_t free_ = 0;  // 0: none
};

}  // namespace weft::runtime
