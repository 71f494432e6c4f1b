#include "runtime/out_of_memory.hpp"

#include "runtime/store.hpp"

namespace weft::runtime {

TrapCode fail_out_of_memory(Store& store) noexcept {
  PendingTrap& pending = store.pending();
  pending = {};
  pending.host.kind = HostOutcome::Kind::error;
  pending.host.code = ErrorCode::out_of_memory;
  pending.host.message = "out of memory";  // fits the string's own buffer
  store.context().trap.code = TrapCode::host_error;
  return TrapCode::host_error;
}

}  // namespace weft::runtime
