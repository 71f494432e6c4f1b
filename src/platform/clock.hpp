// Clocks of the host in nanoseconds.
#pragma once

#include <time.h>

#include <cstdint>

namespace weft::platform {

enum class Clock : clockid_t {
  realtime = CLOCK_REALTIME,    // since 1970; can jump
  monotonic = CLOCK_MONOTONIC,  // since an unspecified moment; never goes back
  process_cpu = CLOCK_PROCESS_CPUTIME_ID,
  thread_cpu = CLOCK_THREAD_CPUTIME_ID,
};

constexpr uint64_t kNanosPerSecond = 1'000'000'000;

constexpr uint64_t to_nanos(const timespec& t) {
  return static_cast<uint64_t>(t.tv_sec) * kNanosPerSecond + static_cast<uint64_t>(t.tv_nsec);
}

/// These four clocks exist on every Linux, so reading them cannot fail. A realtime before 1970 is
/// 0.
inline uint64_t now_ns(Clock clock) {
  timespec t{};
  clock_gettime(static_cast<clockid_t>(clock), &t);
  return t.tv_sec < 0 ? 0 : to_nanos(t);
}

inline uint64_t resolution_ns(Clock clock) {
  timespec t{};
  clock_getres(static_cast<clockid_t>(clock), &t);
  return to_nanos(t);
}

inline uint64_t monotonic_ns() { return now_ns(Clock::monotonic); }
inline uint64_t realtime_ns() { return now_ns(Clock::realtime); }

}  // namespace weft::platform
