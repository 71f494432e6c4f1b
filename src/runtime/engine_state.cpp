#include "runtime/engine_state.hpp"

#include <cstring>

#include "runtime/memory.hpp"

namespace weft::runtime {

namespace {
// Store ids are unique in the process, so that a handle of another engine's store is noticed too.
constinit std::atomic<uint64_t> g_next_store_id{1};
}  // namespace

EngineState::EngineState(const RuntimeOptions& options) : options_(options) {}
EngineState::~EngineState() = default;

uint64_t EngineState::next_store_id() {
  return g_next_store_id.fetch_add(1, std::memory_order_relaxed);
}

platform::OsResult<EngineState::Space> EngineState::take_space() {
  {
    const std::lock_guard lock(mutex_);
    if (!cache_.empty()) {
      Space space = std::move(cache_.back());
      cache_.pop_back();
      return space;
    }
  }
  auto fresh = platform::Reservation::reserve(kFrontGuard + kGuardedReach);
  if (!fresh) return std::unexpected(fresh.error());
  return Space{std::move(*fresh), 0};
}

void EngineState::give_back(Space space, bool mapped) {
  {
    const std::lock_guard lock(mutex_);
    if (cache_.size() >= options_.cached_reservations) return;  // unmapped
  }
  // Small memories stay accessible: the next instance then needs no system call. Either way nothing
  // of the old contents can come back.
  constexpr uint64_t kKeepAccessible = 1u << 20;
  // One wasm page is zeroed by hand: cheaper than giving its pages back and faulting them in again.
  constexpr uint64_t kZeroByHand = 64u << 10;
  if (!mapped && space.accessible <= kZeroByHand) {
    std::memset(space.reservation.data() + kFrontGuard, 0, space.accessible);
  } else if (!mapped && space.accessible <= kKeepAccessible) {
    if (!space.reservation.reset(kFrontGuard, space.accessible)) return;
  } else {
    if (!space.reservation.decommit(kFrontGuard, space.accessible)) return;
    space.accessible = 0;
  }
  const std::lock_guard lock(mutex_);
  if (cache_.size() >= options_.cached_reservations) return;
  try {
    cache_.push_back(std::move(space));
  } catch (const std::bad_alloc&) {
    // Unmapped then: giving back cannot fail.
  }
}

}  // namespace weft::runtime
