// Entry from the host and what faults in handlers mean. Frames: ADR 0014.
#include "interp/enter.hpp"

#include "interp/dispatch.hpp"
#include "interp/stack.hpp"
#include "runtime/code_registry.hpp"

#if WEFT_TAIL_DISPATCH
// The linker's names for the bounds of the handlers' section.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const std::byte
    __start_weft_interp[];  // weak: a program may drop all handlers
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const std::byte __stop_weft_interp[];
#endif

namespace weft::interp {
namespace {

TrapCode exhausted(VMContext* cx) {
  cx->store->trap.code = TrapCode::call_stack_exhausted;
  return TrapCode::call_stack_exhausted;
}

}  // namespace

TrapCode array_call(VMFuncRef* callee, VMContext* caller, Cell* cells, size_t) {
  VMContext* const cx = callee->vmctx;
  VMStoreContext& store = *cx->store;
  auto* const code = static_cast<FuncCode*>(callee->code);
  if (store.interp_stack_top == nullptr) [[unlikely]] {
    if (const TrapCode trap = attach_stack(*store.store); trap != TrapCode::none) return trap;
  }
  // SAFETY: only compared with the limit, which is of the same native stack.
  if (reinterpret_cast<uint64_t>(__builtin_frame_address(0)) < store.stack_limit) [[unlikely]]
    return exhausted(caller);
  const std::byte* const entry = code->entry.load(std::memory_order_acquire);
  auto* const frame = static_cast<Cell*>(store.interp_stack_top);
  const auto room = static_cast<uint64_t>(static_cast<std::byte*>(store.interp_stack_end) -
                                          reinterpret_cast<std::byte*>(frame));
  if (room < code->frame_bytes.load(std::memory_order_relaxed)) [[unlikely]]
    return exhausted(caller);

  const uint32_t params = code->param_cells;
  for (uint32_t i = 0; i < params; ++i) frame[i] = cells[i];
  frame[params].bits = reinterpret_cast<uint64_t>(exit_entry());
  frame[params + 1].bits = 0;
  frame[params + 2].bits = reinterpret_cast<uint64_t>(cx);
  void* const entry_fp = store.interp_entry_fp;
  store.interp_entry_fp = frame;
  const TrapCode trap = run(entry, frame, cx->memory0->base, cx, reinterpret_cast<uint64_t>(code),
                            0, 0, wasm::lanes::u64{});
  store.interp_stack_top = frame;
  store.interp_entry_fp = entry_fp;
  if (trap != TrapCode::none) [[unlikely]]
    return trap;
  const uint32_t results = code->result_cells;
  for (uint32_t i = 0; i < results; ++i) cells[i] = frame[i];
  return TrapCode::none;
}

TierCode tier_code(ModuleCode& module) {
  return {&array_call,
          [](void* env, FuncIdx func) -> void* {
            return static_cast<ModuleCode*>(env)->function(func);
          },
          &module};
}

#if WEFT_TAIL_DISPATCH
namespace {

/// A fault in a handler: loads and stores of guarded memories are the only accesses that can miss.
/// Async-signal-safe.
TrapCode resolve_fault(const FaultInfo& fault, VMStoreContext& store, void*) {
  if (!fault.in_memory) return TrapCode::none;
  // SAFETY: the dispatcher's calling convention: ip r12, fp r13, vmctx r15 (dispatch_tail.hpp);
  // tested for every handler.
  store.interp_ip = reinterpret_cast<const void*>(fault.registers[x86::r12]);
  store.interp_fp = reinterpret_cast<void*>(fault.registers[x86::r13]);
  store.interp_vmctx = reinterpret_cast<VMContext*>(fault.registers[x86::r15]);
  return TrapCode::memory_out_of_bounds;
}

}  // namespace
#endif

void install(EngineState& engine) {
  engine.collect_interp_frames = &collect_frames;
  engine.refund_fuel = &refund_fuel;
  engine.make_continuation = &make_continuation;
  engine.collect_interp_states = &collect_states;
#if WEFT_TAIL_DISPATCH
  if (engine.options().signals) {
    register_code({reinterpret_cast<uintptr_t>(&__start_weft_interp[0]),
                   reinterpret_cast<uintptr_t>(&__stop_weft_interp[0]), &resolve_fault, nullptr});
  }
#endif
}

}  // namespace weft::interp
