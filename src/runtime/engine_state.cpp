#include "runtime/engine_state.hpp"

#include <algorithm>

#include "runtime/memory.hpp"

namespace weft::runtime {

namespace {
// Store ids are unique in the process, so that a handle of another engine's store is noticed too.
constinit std::atomic<uint64_t> g_next_store_id{1};
}  // namespace

EngineState::EngineState(const RuntimeOptions& options) : options_(options) {}
EngineState::~EngineState() = default;

uint64_t EngineState::next_store_id() { return g_next_store_id.fetch_add(1, std::memory_order_relaxed); }

platform::OsResult<platform::Reservation> EngineState::take_reservation() {
  {
    const std::lock_guard lock(mutex_);
    if (!cache_.empty()) {
      platform::Reservation r = std::move(cache_.back());
      cache_.pop_back();
      return r;
    }
  }
  return platform::Reservation::reserve(kFrontGuard + kGuardedReach);
}

void EngineState::give_back(platform::Reservation reservation, uint64_t touched) {
  {
    const std::lock_guard lock(mutex_);
    if (cache_.size() >= options_.cached_reservations) return;  // unmapped
  }
  // New inaccessible pages over the used ones: nothing of the old contents can come back.
  const uint64_t used = std::min<uint64_t>(platform::round_up_to_page(touched), reservation.size());
  if (used > kFrontGuard && !reservation.decommit(kFrontGuard, used - kFrontGuard)) return;
  const std::lock_guard lock(mutex_);
  if (cache_.size() < options_.cached_reservations) cache_.push_back(std::move(reservation));
}

}  // namespace weft::runtime
