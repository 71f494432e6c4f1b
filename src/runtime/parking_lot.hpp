// Where threads sleep on an address (memory.atomic.wait and notify, threads proposal).
// Process-wide; thread-safe. ADR 0013.
#pragma once

#include <cstdint>

#include "base/function_ref.hpp"
#include "wasm/traps.hpp"

namespace weft::runtime {

/// The numbers are what memory.atomic.wait returns.
enum class WaitOutcome : uint32_t { woken = 0, not_equal = 1, timed_out = 2 };

struct WaitRequest {
  const void* address = nullptr;
  int64_t timeout_ns = -1;  ///< Negative: for ever.
  int64_t poll_ns = 0;      ///< Asks `poll` about so often; 0: never.
};

/// Sleeps if `equal()` until woken, timed out, or `poll()` gives a trap, which ends it. No
/// notification between the comparison and the sleep is lost. `poll` runs without a lock held.
wasm::TrapCode park(const WaitRequest& request, function_ref<bool()> equal,
                    function_ref<wasm::TrapCode()> poll, WaitOutcome& outcome);

/// Wakes at most `count` threads that sleep on `address`, those first that have slept longest. How
/// many it were.
uint32_t unpark(const void* address, uint32_t count);

}  // namespace weft::runtime
