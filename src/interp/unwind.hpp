// Finding the handler of an exception among the interpreter's frames. ADR 0012.
#pragma once

#include "interp/bytecode.hpp"
#include "runtime/gc_object.hpp"

namespace weft::interp {

/// A point in guest code.
struct GuestPoint {
  const std::byte* ip;
  Cell* fp;
  VMContext* cx;
};

/// Walks from `at` up to the entry from the host. True: `at` is where the handler begins, with
/// payload and reference in place. False: nobody up to there catches; the store's heap keeps the
/// exception in flight. `behind_call`: at.ip is a return address. Costs one step per frame and the
/// nesting of its blocks.
bool unwind(Ref exception, bool behind_call, GuestPoint& at);

}  // namespace weft::interp
