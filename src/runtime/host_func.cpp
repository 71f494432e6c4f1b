#include "runtime/host_func.hpp"

#include "runtime/out_of_memory.hpp"
#include "runtime/store.hpp"

namespace weft::runtime {

Memory* Caller::memory(std::string_view name) const {
  Extern e;
  if (!find_export(name, e) || e.kind != ExternKind::memory) return nullptr;
  return e.memory;
}

bool Caller::find_export(std::string_view name, Extern& out) const {
  return instance_ != nullptr && instance_->find_export(name, out);
}

TrapCode Caller::fail(std::string message, std::shared_ptr<void> payload) {
  PendingTrap& pending = store_->pending();
  pending = {};
  pending.host.kind = HostOutcome::Kind::error;
  pending.host.message = std::move(message);
  pending.host.payload = std::move(payload);
  return TrapCode::host_error;
}

TrapCode Caller::exit(uint32_t code) {
  PendingTrap& pending = store_->pending();
  pending = {};
  pending.host.kind = HostOutcome::Kind::exit;
  pending.host.exit_code = code;
  return TrapCode::host_error;
}

TrapCode Caller::raise(std::shared_ptr<void> exception) {
  PendingTrap& pending = store_->pending();
  pending = {};
  pending.host.kind = HostOutcome::Kind::exception;
  pending.host.payload = std::move(exception);
  return TrapCode::host_exception;
}

TrapCode Caller::pass_on(TrapCode code, PendingTrap inner) {
  inner.carried = true;
  inner.record.code = code;
  store_->pending() = std::move(inner);
  return code;
}

namespace {

/// Finalizers that wait, and the hooks in pairs, also where the callback fails.
[[gnu::noinline]] TrapCode call_with_extras(const HostFunc& func, Caller& caller, Cell* cells) {
  Store& store = caller.store();
  store.run_finalizers();
  TrapCode code = store.run_hook(CallHook::calling_host);
  if (code == TrapCode::none)
    code = guard_memory(store, [&] { return func.callback(func.env, caller, cells); });
  const TrapCode after = store.run_hook(CallHook::returning_from_host);
  return after != TrapCode::none ? after : code;
}

}  // namespace

TrapCode host_array_call(VMFuncRef* callee, VMContext* caller_ctx, Cell* cells, size_t capacity) {
  (void)capacity;  // the caller's business: at least the cells of the type
  // SAFETY: only host functions' references have this entry, and their `host` is their HostFunc.
  const auto& func = *static_cast<const HostFunc*>(callee->host);
  Store& store = *callee->vmctx->store->store;
  Caller caller(store, caller_ctx->instance);
  const RootScope scope(store.heap());
  try {
    if (store.crossing != 0) [[unlikely]]
      return call_with_extras(func, caller, cells);
    return func.callback(func.env, caller, cells);
  } catch (const std::bad_alloc&) {  // guest frames are above us: nothing may be thrown over them
    return fail_out_of_memory(store);
  }
}

}  // namespace weft::runtime
