// A thread that moves an engine's epoch on while some store has a deadline. Started at the first
// deadline, sleeps without wake-ups while there is none, ends with the engine.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "runtime/engine_state.hpp"

namespace weft::engine {

/// Thread-safe.
class Ticker {
 public:
  /// The precision of deadlines. 500 wake-ups per second cost a few tenths of a per cent of one
  /// core.
  static constexpr std::chrono::milliseconds kTick{2};

  explicit Ticker(std::shared_ptr<runtime::EngineState> state) : state_(std::move(state)) {}
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// The epoch moves as long as a token lives. Null if no thread can be started.
  static std::shared_ptr<void> hold(const std::shared_ptr<Ticker>& ticker);

 private:
  bool start();
  void run();
  void release();

  std::shared_ptr<runtime::EngineState> state_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint32_t holders_ = 0;  // guarded by mutex_
  bool stop_ = false;     // guarded by mutex_
  std::thread thread_;
};

}  // namespace weft::engine
