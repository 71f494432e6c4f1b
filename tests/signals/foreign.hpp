// What a program around us may have installed: a profiler's timer and handlers for SIGSEGV, which
// here know one page of their own. They count what they see and compare it with what the kernel
// gives a handler without us.
#pragma once

#include <cstdint>

namespace weft::signals {

/// How a handler for SIGSEGV is installed.
struct Style {
  const char* name;
  int flags;
  bool mask_usr1;  ///< SIGUSR1 is in its mask.
};

/// What the handlers have seen, since the process began. Written by handlers of any thread.
struct Counts {
  uint64_t own = 0;     ///< Faults in the page of the handler that was there first.
  uint64_t passed = 0;  ///< Faults that the handler installed last has passed on.
  uint64_t kernel = 0;  ///< SIGPROF of ITIMER_PROF.
  uint64_t timer = 0;   ///< SIGPROF of the monotonic timer.
};
Counts counts();

/// SIGPROF from now on: ITIMER_PROF each millisecond of processor time (the kernel may deliver it
/// only at its own ticks) and a timer of the calling thread each millisecond of real time. The
/// handler is without SA_RESTART: system calls of this thread end with EINTR. False: not possible.
bool start_profiling();

/// Before us: faults in its page are answered; any other one ends the process with kStranger,
/// because no fault of a guest may come here.
void install_first(const Style& style);
/// After us: its own page, and everything else goes to the handler that was there before.
void install_last(const Style& style);
inline constexpr int kStranger = 87;

/// Faults in the page of the handler that was installed first (or last), at `offset` bytes. What is
/// wrong with what the handler saw, or null: the siginfo, the context, the mask in force during and
/// after.
const char* fault_of_first(uint32_t offset);
const char* fault_of_last(uint32_t offset);

}  // namespace weft::signals
