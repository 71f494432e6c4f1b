// clock_res_get, clock_time_get.
#include "wasi/clock.hpp"

#include <time.h>

#include <algorithm>
#include <cerrno>

#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

constexpr clockid_t kHost[kClockCount] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
                                          CLOCK_THREAD_CPUTIME_ID};

uint64_t nanoseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

Errno read_clock(const Context& context, ClockId clock, uint64_t& out) {
  if (ClockSource* source = context.clock(); source != nullptr) {
    out = source->now(clock);
    return Errno::success;
  }
  timespec now{};
  if (::clock_gettime(kHost[static_cast<uint32_t>(clock)], &now) != 0)
    return errno_from_host(errno);
  out = nanoseconds(now);
  return Errno::success;
}

Outcome clock_res_get(Context& context, GuestMemory& memory, uint32_t id, Ptr out) {
  if (id >= kClockCount) return Errno::inval;
  uint64_t resolution = 0;
  if (ClockSource* source = context.clock(); source != nullptr) {
    resolution = source->resolution(static_cast<ClockId>(id));
  } else {
    timespec step{};
    if (::clock_getres(kHost[id], &step) != 0) return errno_from_host(errno);
    resolution = nanoseconds(step);
  }
  return memory.write(out, std::max<uint64_t>(resolution, 1)) ? Errno::success : Errno::fault;
}

Outcome clock_time_get(Context& context, GuestMemory& memory, uint32_t id, uint64_t /*precision*/,
                       Ptr out) {
  if (id >= kClockCount) return Errno::inval;
  uint64_t now = 0;
  if (const Errno error = read_clock(context, static_cast<ClockId>(id), now);
      error != Errno::success)
    return error;
  return memory.write(out, now) ? Errno::success : Errno::fault;
}

}  // namespace weft::wasi
