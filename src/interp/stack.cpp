#include "interp/stack.hpp"

#include <algorithm>

#include "interp/code_map.hpp"

namespace weft::interp {
namespace {

constexpr uint64_t kKeptBytes = uint64_t{256} << 10;

}  // namespace

platform::OsResult<Stack> Stack::create(uint64_t bytes) {
  const size_t usable = platform::round_up_to_page(static_cast<size_t>(bytes));
  // One inaccessible page behind the end: a missed limit check faults instead of writing elsewhere.
  auto memory = platform::Reservation::reserve(usable + platform::page_size());
  if (!memory) return std::unexpected(memory.error());
  if (auto committed = memory->commit(0, usable); !committed)
    return std::unexpected(committed.error());
  Stack stack;
  stack.memory_ = std::move(*memory);
  stack.cells_ = usable / sizeof(Cell);
  return stack;
}

void Stack::trim(uint64_t keep) {
  const uint64_t bytes = cells_ * sizeof(Cell);
  if (bytes <= keep) return;
  // A page that nobody wrote to says that nothing lies beyond, which spares a system call for
  // nearly every stack. A frame without a word in that page, larger than it, only keeps its memory.
  const Cell* const page = begin() + keep / sizeof(Cell);
  const uint64_t words = std::min<uint64_t>(platform::page_size(), bytes - keep) / sizeof(Cell);
  if (std::all_of(page, page + words, [](Cell c) { return c.bits == 0; })) return;
  static_cast<void>(memory_.reset(static_cast<size_t>(keep), static_cast<size_t>(bytes - keep)));
}

platform::OsResult<Stack> StackPool::take(uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Stack stack = std::move(free_.back());
      free_.pop_back();
      return stack;
    }
  }
  return Stack::create(bytes);
}

void StackPool::give_back(Stack stack) {
  stack.trim(kKeptBytes);
  const std::lock_guard lock(mutex_);
  if (free_.size() >= cached_) return;
  try {
    free_.push_back(std::move(stack));
  } catch (const std::bad_alloc&) {
    // Unmapped then: giving back cannot fail.
  }
}

StackPool& pool_of(EngineState& engine) { return *static_cast<StackPool*>(engine.interp.get()); }

StoreStacks::~StoreStacks() {
  for (StackUse* use = plain_.next; use != nullptr; use = use->next) use->previous = nullptr;
  if (plain_.stack) pool_of(*engine_).give_back(std::move(plain_.stack));
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

[[gnu::noinline, gnu::cold]] bool make_plain_stack(Store& store) {
  try {
    stacks_of(store);
  } catch (const std::bad_alloc&) {  // the entry's frames are above: nothing may be thrown
    return false;
  }
  auto stack = pool_of(store.engine()).take(store.engine().options().interp_stack_max);
  if (!stack) return false;
  stacks_of(store).plain().stack = std::move(*stack);
  return true;
}

}  // namespace

bool attach_stack(Store& store) {
  // It may be there already: made inside an activation that began without a stack and has put that
  // back, as every outermost call does. Then nothing is on it.
  auto* stacks = static_cast<StoreStacks*>(store.interp.get());
  if (stacks == nullptr || !stacks->plain().stack) [[unlikely]] {
    if (!make_plain_stack(store)) return false;
    stacks = static_cast<StoreStacks*>(store.interp.get());
  }
  store.context().interp_stack_top = stacks->plain().stack.begin();
  store.context().interp_stack_end = stacks->plain().stack.end();
  return true;
}

}  // namespace weft::interp
