// proc_exit, proc_raise, sched_yield.
#include <sched.h>

#include "wasi/preview1.hpp"

namespace weft::wasi {

namespace {

constexpr uint32_t kSignalCount = 31;  // none .. sys

// Preview 1 numbers its signals as Linux does up to `term`; from there they differ.
enum : uint32_t {
  kNone = 0,
  kChld = 16,
  kCont = 17,
  kStop = 18,
  kTstp = 19,
  kTtin = 20,
  kTtou = 21,
  kUrg = 22,
  kWinch = 27
};

}  // namespace

/// The low 8 bits are what a process can show; passing the number on unchanged is up to the
/// embedder.
Outcome proc_exit(Context&, GuestMemory&, uint32_t code) { return Outcome::exit(code); }

// A guest cannot catch signals, so raising one means its default action on the guest alone:
// nothing, or the end with the code a shell shows for it. The host process is never signalled.
Outcome proc_raise(Context&, GuestMemory&, uint32_t signal) {
  if (signal >= kSignalCount) return Errno::inval;
  switch (signal) {
    case kNone:
    case kChld:
    case kCont:
    case kUrg:
    case kWinch: return Errno::success;
    case kStop:
    case kTstp:
    case kTtin:
    case kTtou: return Errno::notsup;  // nobody could continue it
    default: return Outcome::exit(128 + signal);
  }
}

Outcome sched_yield(Context& context, GuestMemory&) {
  ::sched_yield();
  return must_stop(context.interrupt()) ? Outcome::interrupted() : Outcome(Errno::success);
}

}  // namespace weft::wasi
