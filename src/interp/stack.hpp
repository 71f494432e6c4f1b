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

/// A store's stack; attached at its first call of interpreted code.
class StoreStack : public TierState {
 public:
  StoreStack(std::shared_ptr<EngineState> engine, Stack stack)
      : engine_(std::move(engine)), stack_(std::move(stack)) {}
  ~StoreStack() override;
  const Stack& stack() const { return stack_; }
  void visit_stacks(Marker& marker, const VMStoreContext& store) const override;

 private:
  std::shared_ptr<EngineState> engine_;
  Stack stack_;
};

/// Gives `store` a stack if it has none; false if there is no memory for it.
bool attach_stack(Store& store);

}  // namespace weft::interp
