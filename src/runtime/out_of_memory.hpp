// Running out of memory while guest code runs: a trap, made without memory. No C++ exception goes
// through the frames of guest code. ADR 0019.
#pragma once

#include <new>

#include "base/result.hpp"
#include "runtime/vmcontext.hpp"

namespace weft::runtime {

class Store;

/// Ends the guest's call with an error of class out_of_memory: return what this returns.
TrapCode fail_out_of_memory(Store& store) noexcept;

/// Ends the guest's call with `error`: return what this returns.
TrapCode fail_with(Store& store, Error error) noexcept;

/// Runs `work` for the guest: what a builtin does that may allocate. Not for frames that guest code
/// can be above.
template <class F>
TrapCode guard_memory(Store& store, F&& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail_out_of_memory(store);
  }
}

}  // namespace weft::runtime
