#include "runtime/out_of_memory.hpp"

#include "runtime/store.hpp"

namespace weft::runtime {

TrapCode fail_out_of_memory(Store& store) noexcept {
  // Fits the string's own buffer.
  return fail_with(store, Error(ErrorCode::out_of_memory, "out of memory"));
}

TrapCode fail_with(Store& store, Error error) noexcept {
  PendingTrap& pending = store.pending();
  pending = {};
  pending.host.kind = HostOutcome::Kind::error;
  pending.host.code = error.code;
  pending.host.message = std::move(error.message);
  store.context().trap.code = TrapCode::host_error;
  return TrapCode::host_error;
}

}  // namespace weft::runtime
