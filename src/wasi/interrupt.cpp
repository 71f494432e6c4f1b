#include "wasi/interrupt.hpp"

#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weft::wasi {

namespace {
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint64_t kSlice = 10'000'000;
}  // namespace

Result<std::unique_ptr<CancelToken>> CancelToken::create() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0)
    return fail(ErrorCode::io, std::string("cannot make an eventfd: ") + std::strerror(errno));
  return std::unique_ptr<CancelToken>(new CancelToken(fd));
}

void CancelToken::cancel() {
  // SAFETY: release pairs with the acquire in raised(); what the canceller wrote before is seen by
  // the stopped side.
  cancelled_.store(true, std::memory_order_release);
  const int saved = errno;
  const uint64_t one = 1;
  // A full counter is as readable as one more would make it, so a failed write loses nothing.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
  errno = saved;
}

uint64_t monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec);
}

bool must_stop(const Interrupt* interrupt) {
  if (interrupt == nullptr) return false;
  if (interrupt->raised()) return true;
  const uint64_t deadline = interrupt->deadline();
  return deadline != kNever && monotonic_now() >= deadline;
}

Waited wait_on(pollfd* fds, size_t count, uint64_t until, const Interrupt* interrupt) {
  size_t watched = count;
  bool sliced = false;
  if (interrupt != nullptr) {
    if (const int wake = interrupt->wake_fd(); wake >= 0) {
      fds[watched++] = {.fd = wake, .events = POLLIN, .revents = 0};
    } else {
      sliced = wake == Interrupt::kPolled;
    }
  }
  for (;;) {
    if (must_stop(interrupt)) return Waited::interrupted;
    const uint64_t now = monotonic_now();
    uint64_t wake_at = until;
    if (interrupt != nullptr) wake_at = std::min(wake_at, interrupt->deadline());
    if (sliced) wake_at = std::min(wake_at, now + kSlice);
    timespec left{};
    timespec* timeout = nullptr;
    if (wake_at != kNever) {
      const uint64_t span = wake_at > now ? wake_at - now : 0;
      left.tv_sec = static_cast<time_t>(span / kSecond);
      left.tv_nsec = static_cast<long>(span % kSecond);
      timeout = &left;
    }
    const int ready = ::ppoll(fds, watched, timeout, nullptr);
    if (ready < 0 && errno != EINTR && errno != EAGAIN)
      return Waited::ready;  // the I/O call will tell the reason
    if (ready > 0) {
      if (watched > count && fds[count].revents != 0 && interrupt->raised())
        return Waited::interrupted;
      if (std::any_of(fds, fds + count, [](const pollfd& p) { return p.revents != 0; }))
        return Waited::ready;
    }
    if (until != kNever && monotonic_now() >= until && !must_stop(interrupt))
      return Waited::timeout;
  }
}

Waited wait_on(int fd, short events, uint64_t until, const Interrupt* interrupt) {
  pollfd fds[2] = {{.fd = fd, .events = events, .revents = 0}, {}};
  return wait_on(fds, 1, until, interrupt);
}

}  // namespace weft::wasi
