#include "runtime/engine_state.hpp"

#include <cstring>

#include "runtime/memory.hpp"

namespace weft::runtime {

namespace {
// Store ids are unique in the process, so that a handle of another engine's store is noticed too.
constinit std::atomic<uint64_t> g_next_store_id{1};
}  // namespace

EngineState::EngineState(const RuntimeOptions& options, std::unique_ptr<Allocator> allocator)
    : options_(options),
      allocator_(allocator != nullptr
                     ? std::move(allocator)
                     : make_on_demand_allocator(options.signals && options.guard_pages,
                                                options.cached_reservations)) {}
EngineState::~EngineState() = default;

uint64_t EngineState::next_store_id() {
  return g_next_store_id.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace weft::runtime
