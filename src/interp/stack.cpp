#include "interp/stack.hpp"

#include "interp/code_map.hpp"
#include "runtime/out_of_memory.hpp"

namespace weft::interp {

Result<Stack> take_stack(EngineState& engine) {
  WEFT_ASSIGN(StackSpace space, engine.allocator().take_stack(engine.options().interp_stack_max));
  return Stack(std::move(space));
}
void give_stack(EngineState& engine, Stack stack) noexcept {
  // Each frame begins with a header, behind its parameters, which lie in the frame below.
  engine.allocator().give_stack(stack.take_space(), uint64_t{2} * largest_frame());
}

StoreStacks::~StoreStacks() {
  for (StackUse* use = plain_.next; use != nullptr; use = use->next) use->previous = nullptr;
  if (plain_.stack) give_stack(*engine_, std::move(plain_.stack));
}

void StoreStacks::add(StackUse& use) {
  use.previous = &plain_;
  use.next = plain_.next;
  if (use.next != nullptr) use.next->previous = &use;
  plain_.next = &use;
}

void StoreStacks::remove(StackUse& use) {
  use.previous->next = use.next;
  if (use.next != nullptr) use.next->previous = use.previous;
}

void StoreStacks::visit_stacks(Marker& marker, const VMStoreContext& store) const {
  for (const StackUse* use = &plain_; use != nullptr; use = use->next) {
    if (!use->stack || use == current) continue;
    marker.cells(use->stack.begin(), use->live_end);
  }
  if (!current->stack) return;
  const Cell* end = static_cast<const Cell*>(store.interp_stack_top);
  if (store.heap.live_end != nullptr) {
    end = static_cast<const Cell*>(store.heap.live_end);
  } else if (store.interp_fp != nullptr) {
    // The newest frame may reach above what was noted at the last call out of it.
    const Cell* const frame_end = end_of_frame(static_cast<const std::byte*>(store.interp_ip),
                                               static_cast<const Cell*>(store.interp_fp));
    if (frame_end > end) end = frame_end;
  }
  const Stack& stack = current->stack;
  marker.cells(stack.begin(), end < stack.end() ? end : stack.end());
}

const Cell* end_of_frame(const std::byte* ip, const Cell* fp) {
  const FuncCode* const code = find_function(ip);
  if (code == nullptr) return fp;
  // SAFETY: relaxed, translated on this thread or published before it could run.
  return fp + code->frame_bytes.load(std::memory_order_relaxed) / sizeof(Cell);
}

StoreStacks& stacks_of(Store& store) {
  if (store.interp == nullptr) store.interp = std::make_unique<StoreStacks>(store.shared_engine());
  return *static_cast<StoreStacks*>(store.interp.get());
}

namespace {

[[gnu::noinline, gnu::cold]] TrapCode make_plain_stack(Store& store) {
  // The entry's frames are above: nothing may be thrown.
  return guard_memory(store, [&] {
    StoreStacks& stacks = stacks_of(store);
    auto stack = take_stack(store.engine());
    if (!stack) return fail_with(store, std::move(stack.error()));
    stacks.plain().stack = std::move(*stack);
    return TrapCode::none;
  });
}

}  // namespace

TrapCode attach_stack(Store& store) {
  // It may be there already: made inside an activation that began without a stack and has put that
  // back, as every outermost call does. Then nothing is on it.
  auto* stacks = static_cast<StoreStacks*>(store.interp.get());
  if (stacks == nullptr || !stacks->plain().stack) [[unlikely]] {
    if (const TrapCode trap = make_plain_stack(store); trap != TrapCode::none) return trap;
    stacks = static_cast<StoreStacks*>(store.interp.get());
  }
  store.context().interp_stack_top = stacks->plain().stack.begin();
  store.context().interp_stack_end = stacks->plain().stack.end();
  return TrapCode::none;
}

}  // namespace weft::interp
