// Signals that hardware faults raise, and how they become traps (MECHANISMS 3). Installed once per
// process.
#pragma once

#include "base/result.hpp"

namespace weft::runtime {

/// SIGSEGV, SIGBUS, SIGILL, SIGFPE. Handlers that were there before are kept and get everything
/// that is not ours, unchanged. Idempotent; thread-safe. Error: io.
Result<> install_signal_handlers();
/// Per thread: an alternate signal stack, only if there is none that is large enough. Cheap when
/// done before.
void ensure_signal_stack();

}  // namespace weft::runtime
