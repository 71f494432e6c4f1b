// Handlers of throw and throw_ref: isa_exception.def. An exception that nobody catches leaves as a
// trap.
#include "interp/handlers.hpp"
#include "interp/unwind.hpp"
#include "runtime/store.hpp"

namespace weft::interp {
namespace {

/// acc: the exception.
WX_COLD_HANDLER(throw_it) {
  WX_BEGIN
  GuestPoint at{ip, fp, cx};
  const bool caught = unwind(static_cast<Ref>(acc), false, at);
  acc = 0, facc = 0, dacc = 0;
  if (!caught) WX_TRAP(TrapCode::unhandled_exception);
  ip = at.ip;
  fp = at.fp;
  cx = at.cx;
  mem0 = cx->memory0->base;
  WX_JUMP();
}
WX_COLD_HANDLER(throw_) {
  WX_BEGIN
  cx->store->interp_ip = ip;  // the allocation may collect
  cx->store->interp_fp = fp;
  cx->store->interp_vmctx = cx;
  Heap& heap = cx->store->store->heap();
  const Ref exception = heap.allocate_exception(cx->instance->tag(TagIdx(u32(ip, 12))),
                                                {fp + u32(ip, 16), u32(ip, 20)});
  acc = 0, facc = 0, dacc = 0;
  if (exception == kNullRef) WX_TRAP(heap.failure());
  acc = exception;
  WX_GO(throw_it);
}
WX_COLD_HANDLER(throw_ref) {
  WX_BEGIN
  acc = slot(ip, fp, 8).bits;
  if (acc == 0) WX_TRAP(TrapCode::null_exception_reference);
  WX_GO(throw_it);
}

}  // namespace

WX_FAMILY(exception) {
  WX_PUT(throw_, throw_);
  WX_PUT(throw_ref, throw_ref);
}

}  // namespace weft::interp
