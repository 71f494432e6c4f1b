// The interpreter's stack of a store: cells in one reserved range that never moves, recycled by the
// engine. ADR 0014.
#pragma once

#include <mutex>
#include <vector>

#include "interp/bytecode.hpp"
#include "platform/virtual_memory.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/store.hpp"

namespace weft::interp {

/// Address space for `bytes` of cells; pages are taken as they are touched.
class Stack {
 public:
  static platform::OsResult<Stack> create(uint64_t bytes);
  Cell* begin() const { return reinterpret_cast<Cell*>(memory_.data()); }  // SAFETY: page-aligned
  Cell* end() const { return begin() + cells_; }
  explicit operator bool() const { return static_cast<bool>(memory_); }
  /// Gives memory beyond `keep` bytes back, so that one deep recursion is not kept for ever.
  void trim(uint64_t keep);

 private:
  platform::Reservation memory_;
  uint64_t cells_ = 0;
};

/// Stacks no store uses now: at most `cached` of them. One per engine, thread-safe.
class StackPool : public TierState {
 public:
  explicit StackPool(size_t cached) : cached_(cached) {}
  platform::OsResult<Stack> take(uint64_t bytes);
  void give_back(Stack stack);

 private:
  size_t cached_;
  std::mutex mutex_;
  std::vector<Stack> free_;  // guarded by mutex_
};

/// A stack that may hold frames while code runs on another one, or none at all.
struct StackUse {
  Stack stack;
  const Cell* live_end = nullptr;  ///< While nothing runs on it: behind its last live cell.
  StackUse* next = nullptr;        ///< Of the store's; in no order.
  StackUse* previous = nullptr;    ///< Null: not in a list; its store is gone.
};

/// The stacks of a store: one for plain calls, attached at its first call of interpreted code, and
/// one for each invocation that is not finished (ADR 0016).
class StoreStacks : public TierState {
 public:
  explicit StoreStacks(std::shared_ptr<EngineState> engine) : engine_(std::move(engine)) {}
  ~StoreStacks() override;
  StackUse& plain() { return plain_; }
  /// The one that code runs on, or did last.
  StackUse* current = &plain_;
  void add(StackUse& use);
  void remove(StackUse& use);
  void visit_stacks(Marker& marker, const VMStoreContext& store) const override;
  bool has_suspended() const override { return plain_.next != nullptr; }

 private:
  std::shared_ptr<EngineState> engine_;
  StackUse plain_;
};

/// What `store` has, made if need be.
StoreStacks& stacks_of(Store& store);
StackPool& pool_of(EngineState& engine);

/// Behind the frame at `fp` of the function whose code holds `ip`.
const Cell* end_of_frame(const std::byte* ip, const Cell* fp);

/// Gives `store` a stack for plain calls if it has none; false if there is no memory for it.
bool attach_stack(Store& store);

}  // namespace weft::interp
