// The interpreter's stack of a store: cells in one reserved range that never moves, recycled by the
// engine's allocator. ADR 0014, 0031.
#pragma once

#include "interp/bytecode.hpp"
#include "runtime/engine_state.hpp"
#include "runtime/store.hpp"

namespace weft::interp {

/// Cells for frames; pages are taken as they are touched.
class Stack {
 public:
  Stack() = default;
  explicit Stack(StackSpace space) : space_(std::move(space)) {}
  // SAFETY: page-aligned.
  Cell* begin() const { return reinterpret_cast<Cell*>(space_.memory.data()); }
  Cell* end() const { return begin() + space_.bytes / sizeof(Cell); }
  explicit operator bool() const { return static_cast<bool>(space_); }
  StackSpace take_space() { return std::move(space_); }

 private:
  StackSpace space_;
};

/// From the engine's allocator. Errors: limit_exceeded, out_of_memory.
Result<Stack> take_stack(EngineState& engine);
void give_stack(EngineState& engine, Stack stack) noexcept;

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

/// Behind the frame at `fp` of the function whose code holds `ip`.
const Cell* end_of_frame(const std::byte* ip, const Cell* fp);

/// Gives `store` a stack for plain calls if it has none. TrapCode::none, or why not: the store's
/// pending outcome has the message.
TrapCode attach_stack(Store& store);

}  // namespace weft::interp
