// How an embedder stops a guest that waits inside WASI: a cancellation flag, a descriptor that
// wakes poll, a deadline.
#pragma once

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "wasi/host_fd.hpp"

namespace weft::wasi {

inline constexpr uint64_t kNever = ~uint64_t{0};

/// Asked by every wait. All members may be called while another thread raises the interrupt.
class Interrupt {
 public:
  virtual ~Interrupt() = default;
  static constexpr int kPolled = -1;
  static constexpr int kDeadlineOnly = -2;

  /// False while nothing can raise it: transfers then take the short way, as if there were none.
  /// Asked at every call.
  virtual bool armed() const { return true; }
  /// True once the guest has to stop.
  virtual bool raised() const = 0;
  /// A descriptor that becomes readable when `raised` turns true; or kPolled: waits look at
  /// `raised` every 10 ms; or kDeadlineOnly: nothing but the deadline ever ends a wait.
  virtual int wake_fd() const { return kPolled; }
  /// The moment (CLOCK_MONOTONIC, nanoseconds) after which `raised` counts as true; kNever for
  /// none.
  virtual uint64_t deadline() const { return kNever; }
};

/// An interrupt made of an eventfd. `cancel` may be called from any thread and from a signal
/// handler.
class CancelToken final : public Interrupt {
 public:
  static Result<std::unique_ptr<CancelToken>> create();

  void cancel();
  void set_deadline(uint64_t monotonic_ns) {
    deadline_.store(monotonic_ns, std::memory_order_relaxed);
  }

  bool raised() const override { return cancelled_.load(std::memory_order_acquire); }
  int wake_fd() const override { return event_.get(); }
  uint64_t deadline() const override { return deadline_.load(std::memory_order_relaxed); }

 private:
  explicit CancelToken(int fd) : event_(fd) {}

  HostFd event_;
  std::atomic<bool> cancelled_{false};
  std::atomic<uint64_t> deadline_{kNever};
};

uint64_t monotonic_now();

/// True if `interrupt` (may be null) says stop: raised, or past its deadline.
bool must_stop(const Interrupt* interrupt);

enum class Waited : uint8_t { ready, timeout, interrupted };

/// Waits until one of `count` descriptors is ready, `until` (CLOCK_MONOTONIC ns) has come, or the
/// interrupt is raised. `fds` must have room for one more entry behind the last: the wake
/// descriptor goes there.
Waited wait_on(pollfd* fds, size_t count, uint64_t until, const Interrupt* interrupt);

/// The same for one descriptor; `events` as in poll.
Waited wait_on(int fd, short events, uint64_t until, const Interrupt* interrupt);

}  // namespace weft::wasi
