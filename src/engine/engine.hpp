// The engine: configuration, canonical types, epoch, the ticker thread of deadlines. Shared by
// threads; cheap to copy.
#pragma once

#include <chrono>
#include <memory>

#include "engine/config.hpp"
#include "runtime/store.hpp"
#include "runtime/striped_ptr.hpp"

namespace weft::engine {

class Ticker;

/// A handle; copies are the same engine. Thread-safe.
class Engine {
 public:
  /// Errors: bad_config; io if signal handlers cannot be installed.
  static Result<Engine> create(const Config& config = {});

  const Config& config() const { return shared_->config; }
  const std::shared_ptr<runtime::EngineState>& state() const { return shared_->state; }
  runtime::TypeRegistry& types() const { return shared_->state->types(); }
  /// The same engine, counted in a place of the calling thread: for what threads make and drop all
  /// the time, such as stores.
  Engine local() const { return stripes_ != nullptr ? Engine(stripes_->local()) : *this; }
  bool operator==(const Engine& other) const { return shared_ == other.shared_; }

  /// Moves the epoch on by one; from any thread or a signal handler.
  void increment_epoch() const;

  /// A new store of this engine. Stores keep their engine alive.
  std::unique_ptr<runtime::Store> new_store() const;

  /// Guest code in `store` is interrupted about `duration` from now. Needs Config::epochs (error:
  /// bad_config). Starts a ticker thread that sleeps when no deadline is set.
  Result<> set_deadline(runtime::Store& store, std::chrono::nanoseconds duration) const;
  void clear_deadline(runtime::Store& store) const;
  /// The epoch moves (Ticker::kTick) as long as the token lives; null if no thread can be started.
  std::shared_ptr<void> hold_ticker() const;

 private:
  struct Shared {
    Config config;
    std::shared_ptr<runtime::EngineState> state;
    std::shared_ptr<Ticker> ticker;
  };
  explicit Engine(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const runtime::StripedPtr<Shared>> stripes_;
};

}  // namespace weft::engine
