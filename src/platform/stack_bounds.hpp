// Where the native stack of the current thread ends: what the limit for guest and host frames comes
// from.
#pragma once

#include <cstdint>

namespace weft::platform {

/// Addresses; the stack grows from `high` down to `low`. Touching below `low` is a fault.
struct StackBounds {
  uintptr_t low = 0;
  uintptr_t high = 0;

  bool contains(uintptr_t address) const { return address >= low && address < high; }
};

/// Bounds of the stack that the thread was started with (not of a fiber it may be running on). All
/// zero if the system does not tell. Costs about a microsecond: keep the result.
StackBounds current_stack_bounds();

/// An address in the frame of the caller, near enough to the stack pointer.
inline uintptr_t current_stack_pointer() {
  // SAFETY: only compared with bounds, never dereferenced.
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
}

}  // namespace weft::platform
