#include "engine/engine.hpp"

#include <algorithm>

#include "engine/core_dump.hpp"
#include "engine/ticker.hpp"
#include "engine/tiers.hpp"
#include "platform/clock.hpp"
#include "runtime/fault_handler.hpp"

namespace weft::engine {

Result<Engine> Engine::create(const Config& config) {
  WEFT_TRY(config.check());
  auto shared = std::make_shared<Shared>();
  shared->config = config;
  std::unique_ptr<runtime::Allocator> pool;
  if (config.pool) {
    WEFT_ASSIGN(
        pool, runtime::make_pooling_allocator(*config.pool, config.signals && config.guard_pages));
  }
  shared->state = std::make_shared<runtime::EngineState>(config.runtime_options(), std::move(pool));
  shared->ticker = std::make_shared<Ticker>(shared->state);
  if (config.signals) WEFT_TRY(runtime::install_signal_handlers());
  WEFT_TRY(attach_tiers(*shared->state));
  Engine engine(shared);
  engine.stripes_ = std::make_shared<const runtime::StripedPtr<Shared>>(shared);
  return engine;
}

void Engine::increment_epoch() const {
  // SAFETY: a lock-free counter: signal handlers may do this.
  state()->epoch().fetch_add(1, std::memory_order_relaxed);
}

std::unique_ptr<runtime::Store> Engine::new_store() const {
  auto store = std::make_unique<runtime::Store>(
      std::shared_ptr<runtime::EngineState>(shared_, shared_->state.get()));
  if (config().core_dumps) dump_traps(*store);
  return store;
}

Result<> Engine::set_deadline(runtime::Store& store, std::chrono::nanoseconds duration) const {
  if (!config().epochs) {
    return fail(ErrorCode::bad_config, "bad configuration: deadlines need an engine with epochs");
  }
  if (store.deadline == nullptr) store.deadline = Ticker::hold(shared_->ticker);
  if (store.deadline == nullptr)
    return fail(ErrorCode::out_of_memory, "out of memory: no thread for deadlines");
  const auto ns = static_cast<uint64_t>(std::max<int64_t>(duration.count(), 0));
  constexpr uint64_t kTickNs = std::chrono::nanoseconds(Ticker::kTick).count();
  // One more tick: the one that is running has begun already. Never earlier than asked.
  store.set_epoch_deadline(ns / kTickNs + 2);
  const uint64_t now = platform::monotonic_ns();
  store.deadline_ns = ns > ~uint64_t{0} - now ? ~uint64_t{0} : now + ns;
  return {};
}

std::shared_ptr<void> Engine::hold_ticker() const { return Ticker::hold(shared_->ticker); }

void Engine::clear_deadline(runtime::Store& store) const {
  store.deadline.reset();
  store.deadline_ns = ~uint64_t{0};
  store.clear_epoch_deadline();
}

}  // namespace weft::engine
