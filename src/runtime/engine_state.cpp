#include "runtime/engine_state.hpp"

#include <cstring>

#include "runtime/memory.hpp"

namespace weft::runtime {

namespace {
// Store ids are unique in the process, so that a handle of another engine's store is noticed too.
constinit std::atomic<uint64_t> g_next_store_id{1};
[[gnu::tls_model("initial-exec")]] constinit thread_local uint64_t t_next_store_id = 0;
}  // namespace

EngineState::EngineState(const RuntimeOptions& options, std::unique_ptr<Allocator> allocator)
    : options_(options),
      allocator_(allocator != nullptr
                     ? std::move(allocator)
                     : make_on_demand_allocator(options.signals && options.guard_pages,
                                                options.cached_reservations,
                                                options.interp_cached_stacks)) {}
EngineState::~EngineState() = default;

uint64_t EngineState::next_store_id() {
  // A thread takes many at a time: a counter that all threads write would be the slowest part of
  // making a store. SAFETY: unique is all they have to be.
  constexpr uint64_t kAtOnce = 1024;
  if (t_next_store_id % kAtOnce == 0)
    t_next_store_id = g_next_store_id.fetch_add(1, std::memory_order_relaxed) * kAtOnce + 1;
  return t_next_store_id++;
}

}  // namespace weft::runtime
