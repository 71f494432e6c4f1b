#include "interp/stack.hpp"

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
  if (bytes > keep)
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

StoreStack::~StoreStack() {
  if (auto* pool = static_cast<StackPool*>(engine_->interp.get()); pool != nullptr)
    pool->give_back(std::move(stack_));
}

void StoreStack::visit_stacks(Marker& marker, const VMStoreContext& store) const {
  const Cell* end = static_cast<const Cell*>(store.interp_stack_top);
  if (store.heap.live_end != nullptr) {
    end = static_cast<const Cell*>(store.heap.live_end);
  } else if (store.interp_fp != nullptr) {
    // The newest frame may reach above what was noted at the last call out of it.
    const FuncCode* const code = find_function(static_cast<const std::byte*>(store.interp_ip));
    if (code != nullptr) {
      // SAFETY: relaxed, translated on this thread or published before it could run.
      const Cell* const frame_end =
          static_cast<const Cell*>(store.interp_fp) +
          code->frame_bytes.load(std::memory_order_relaxed) / sizeof(Cell);
      if (frame_end > end) end = frame_end;
    }
  }
  marker.cells(stack_.begin(), end < stack_.end() ? end : stack_.end());
}

bool attach_stack(Store& store) {
  if (store.interp != nullptr) {
    // Made inside an activation that began without a stack and has put that back: nothing is on it.
    store.context().interp_stack_top =
        static_cast<StoreStack*>(store.interp.get())->stack().begin();
    return true;
  }
  const uint64_t bytes = store.engine().options().interp_stack_max;
  auto* pool = static_cast<StackPool*>(store.engine().interp.get());
  auto stack = pool != nullptr ? pool->take(bytes) : Stack::create(bytes);
  if (!stack) return false;
  Cell* const begin = stack->begin();
  Cell* const end = stack->end();
  try {
    store.interp = std::make_unique<StoreStack>(store.shared_engine(), std::move(*stack));
  } catch (const std::bad_alloc&) {
    return false;
  }
  store.context().interp_stack_top = begin;
  store.context().interp_stack_end = end;
  return true;
}

}  // namespace weft::interp
