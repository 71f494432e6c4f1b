#include "engine/ticker.hpp"

#include <pthread.h>
#include <signal.h>

#include <new>
#include <system_error>

namespace weft::engine {

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

/// The lock is held.
bool Ticker::start() {
  if (thread_.joinable()) return true;
  // The embedder's signals must not be delivered to a thread it does not know.
  sigset_t all;
  sigset_t old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // the system has no thread for us
  } catch (const std::bad_alloc&) {
    // nor memory to start one
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return thread_.joinable();
}

std::shared_ptr<void> Ticker::hold(const std::shared_ptr<Ticker>& ticker) {
  {
    const std::lock_guard lock(ticker->mutex_);
    if (!ticker->start()) return nullptr;
    ++ticker->holders_;
  }
  ticker->changed_.notify_all();
  // The token keeps the ticker: a store may outlive every handle of its engine.
  return std::shared_ptr<void>(ticker.get(), [ticker](void*) { ticker->release(); });
}

void Ticker::release() {
  const std::lock_guard lock(mutex_);
  --holders_;
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (holders_ == 0) {
      changed_.wait(lock, [this] { return stop_ || holders_ != 0; });
      continue;
    }
    changed_.wait_for(lock, kTick, [this] { return stop_; });
    // SAFETY: a counter; guest code only compares it.
    state_->epoch().fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace weft::engine
