// Handlers of the memory-access checker: isa_memory_check.def. They keep the accumulators.
#include "interp/handlers.hpp"
#include "interp/memory_kind.hpp"
#include "runtime/memory_check.hpp"

namespace weft::interp {
namespace {

WX_HANDLER(check_access) {
  WX_BEGIN
  const uint32_t what = u32(ip, 12);
  const uint32_t memory = u32(ip, 24);
  memory_check::Access access{.memory = memory & ~kWideAddress,
                              .write = (what & kCheckWrite) != 0,
                              .word = (what & (kCheckWrite | kCheckLength)) == 0,
                              .address = slot(ip, fp, 8).bits,
                              .offset = u64(ip, 16),
                              .bytes = what & kCheckBytes};
  if ((memory & kWideAddress) == 0) access.address = static_cast<uint32_t>(access.address);
  if ((what & kCheckLength) != 0) access.bytes = slot(ip, fp, 10).bits;
  const TrapCode trap = memory_check::access(cx, fp, access);
  if (trap != TrapCode::none) [[unlikely]]
    WX_TRAP(trap);
  WX_NEXT(32);
}
WX_HANDLER(allocator_enter) {
  WX_BEGIN
  const TrapCode trap =
      memory_check::enter(cx, fp, static_cast<AllocatorFunc>(u32(ip, 12)), fp + u32(ip, 16));
  if (trap != TrapCode::none) [[unlikely]]
    WX_TRAP(trap);
  WX_NEXT(24);
}
WX_HANDLER(allocator_leave) {
  WX_BEGIN
  const TrapCode trap = memory_check::leave(cx, fp, static_cast<AllocatorFunc>(u32(ip, 12)),
                                            fp + u32(ip, 16), slot(ip, fp, 8).bits);
  if (trap != TrapCode::none) [[unlikely]]
    WX_TRAP(trap);
  WX_NEXT(24);
}

}  // namespace

WX_FAMILY(memory_check) {
  WX_PUT(check_access, check_access);
  WX_PUT(allocator_enter, allocator_enter);
  WX_PUT(allocator_leave, allocator_leave);
}

}  // namespace weft::interp
