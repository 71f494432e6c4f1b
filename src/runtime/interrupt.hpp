// How other threads stop the guest of a store: a request, and the store's epoch deadline set to 0,
// which the guest sees at its next check of the epoch. ADR 0016.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

namespace weft::runtime {

enum class Interruption : uint32_t {
  none,
  suspend,  ///< An invocation can be resumed; a plain call traps.
  trap,
};

/// Shared by a store and the handles to it; outlives the store. Any thread.
class InterruptState {
 public:
  /// `deadline`: of the store's context; accessed atomically by all.
  explicit InterruptState(uint64_t& deadline) : deadline_(&deadline) {}

  /// Stays until the guest hears it or it is taken back. `trap` is stronger than `suspend`. False
  /// if the store is gone.
  bool ask(Interruption what) {
    const std::lock_guard lock(mutex_);
    if (deadline_ == nullptr) return false;
    if (asked() != Interruption::trap) asked_.store(what, std::memory_order_seq_cst);
    // SAFETY: the request first, then the deadline; see Store::write_epoch_deadline.
    __atomic_store_n(deadline_, 0, __ATOMIC_SEQ_CST);
    return true;
  }
  void take_back() { asked_.store(Interruption::none, std::memory_order_seq_cst); }
  Interruption asked() const { return asked_.load(std::memory_order_seq_cst); }
  Interruption take() { return asked_.exchange(Interruption::none, std::memory_order_seq_cst); }
  void store_is_gone() {
    const std::lock_guard lock(mutex_);
    deadline_ = nullptr;
  }

 private:
  std::atomic<Interruption> asked_{Interruption::none};
  std::mutex mutex_;
  uint64_t* deadline_;  // guarded by mutex_
};

}  // namespace weft::runtime
