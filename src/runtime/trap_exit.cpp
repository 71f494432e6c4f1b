#include "runtime/trap_exit.hpp"

#include "platform/stack_bounds.hpp"
#include "runtime/fault_handler.hpp"
#include "runtime/store.hpp"

#if defined(__x86_64__)
// TrapCode weft_enter_guest_stub(VMFuncRef*, VMContext*, Cell*, size_t, void** landing_sp)
// Saves the callee-saved registers, notes the stack pointer, calls VMFuncRef::array_call. A fault
// continues at weft_guest_landing with that stack pointer and the TrapCode in eax: one exit for
// both, and no cost for being able to.
asm(R"(
  .text
  .p2align 4
  .globl weft_enter_guest_stub
  .hidden weft_enter_guest_stub
  .type weft_enter_guest_stub,@function
weft_enter_guest_stub:
  .cfi_startproc
  pushq %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset %rbp, -16
  movq %rsp, %rbp
  .cfi_def_cfa_register %rbp
  pushq %rbx
  .cfi_offset %rbx, -24
  pushq %r12
  .cfi_offset %r12, -32
  pushq %r13
  .cfi_offset %r13, -40
  pushq %r14
  .cfi_offset %r14, -48
  pushq %r15
  .cfi_offset %r15, -56
  subq $8, %rsp
  movq %rsp, (%r8)
  callq *(%rdi)
  .globl weft_guest_landing
  .hidden weft_guest_landing
weft_guest_landing:
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  .cfi_def_cfa %rsp, 8
  retq
  .cfi_endproc
  .size weft_enter_guest_stub, .-weft_enter_guest_stub
)");
// SAFETY: (%rdi) is the callee's array_call.
static_assert(offsetof(weft::runtime::VMFuncRef, array_call) == 0);
extern "C" uint32_t weft_enter_guest_stub(weft::runtime::VMFuncRef*, weft::runtime::VMContext*,
                                          weft::runtime::Cell*, size_t, void** landing_sp);
#endif

namespace weft::runtime {

namespace {

// Initial-exec: one instruction instead of a call; eight bytes of a library's static TLS.
[[gnu::tls_model("initial-exec")]] constinit thread_local Activation* t_newest = nullptr;

}  // namespace

inline Activation::Activation(VMStoreContext& store)
    : previous_(t_newest),
      store_(&store),
      saved_{store.interp_ip, store.interp_fp, store.interp_vmctx, store.interp_entry_fp},
      saved_stack_top_(store.interp_stack_top),
      saved_stack_limit_(store.stack_limit),
      saved_exit_fp_(store.last_wasm_exit_fp),
      saved_exit_pc_(store.last_wasm_exit_pc),
      saved_entry_fp_(store.last_wasm_entry_fp) {
  store.interp_fp = nullptr;  // no guest frame of this activation yet
  store.last_wasm_exit_fp = nullptr;
  t_newest = this;
}

inline Activation::~Activation() {
  VMStoreContext& store = *store_;
  store.interp_ip = saved_.ip;
  store.interp_fp = saved_.fp;
  store.interp_vmctx = saved_.vmctx;
  store.interp_entry_fp = saved_.entry_fp;
  store.interp_stack_top = saved_stack_top_;
  store.stack_limit = saved_stack_limit_;
  store.last_wasm_exit_fp = saved_exit_fp_;
  store.last_wasm_exit_pc = saved_exit_pc_;
  store.last_wasm_entry_fp = saved_entry_fp_;
  t_newest = previous_;
}

namespace {

TrapCode call_with_landing(Activation& activation, VMFuncRef* callee, VMContext* caller,
                           Cell* cells, size_t capacity) {
#if defined(__x86_64__)
  // SAFETY: array_call returns its TrapCode in al; the bits above are not defined.
  return static_cast<TrapCode>(
      weft_enter_guest_stub(callee, caller, cells, capacity, &activation.landing_sp) & 0xff);
#else
  if (const int code = sigsetjmp(activation.landing, 0); code != 0)
    return static_cast<TrapCode>(code);
  return callee->array_call(callee, caller, cells, capacity);
#endif
}

/// The guest call failed: keep the reason before anything overwrites it. Runs before the activation
/// restores the words.
[[gnu::noinline, gnu::cold]] void record_trap(Store& store, TrapCode code) {
  VMStoreContext& ctx = store.context();
  // The guest's allocator will not return, if it ran.
  if (ctx.interp_allocator_fp >= t_newest->stack_base()) ctx.interp_allocator_fp = nullptr;
  if (store.engine().options().fuel && store.engine().refund_fuel != nullptr) {
    const bool before = ctx.resume.kind == VMResume::Kind::checkpoint &&
                        (code == TrapCode::out_of_fuel || code == TrapCode::interrupt);
    store.engine().refund_fuel(
        store, {ctx.interp_ip, ctx.interp_fp, ctx.interp_vmctx, ctx.interp_entry_fp}, before);
  }
  PendingTrap& pending = store.pending();
  if (pending.carried && pending.record.code == code) return;
  if (ctx.trap.code == code) pending.record = ctx.trap;
  pending.record.code = code;
  ctx.trap = {};
  if (is_guest_trap(code) && code != TrapCode::heap_misuse) pending.host = {};
  if (code != TrapCode::host_exception && pending.host.kind != HostOutcome::Kind::exit) {
    pending.backtrace = capture_backtrace(store);
    if (store.on_trap != nullptr && is_guest_trap(code)) store.on_trap(store, pending);
  }
}

// Inline: of 19 ns that a call into the guest takes, the way here and back is one.
[[gnu::always_inline]] inline TrapCode enter_plain(Store& store, VMFuncRef* callee,
                                                   VMContext* caller, Cell* cells,
                                                   size_t capacity) {
  VMStoreContext& ctx = store.context();
  TrapCode code = TrapCode::none;
  void* stack_top = nullptr;
  {
    Activation activation(ctx);
    if (ctx.stack_limit == ~uint64_t{0}) {
      ctx.stack_limit = store.stack_limit_for_entry(reinterpret_cast<uintptr_t>(&t_newest));
    }
    if (platform::current_stack_pointer() < ctx.stack_limit) [[unlikely]] {
      code = TrapCode::call_stack_exhausted;
    } else {
      code = call_with_landing(activation, callee, caller, cells, capacity);
    }
    if (code != TrapCode::none) [[unlikely]] {
      record_trap(store, code);
    } else {
      stack_top = ctx.interp_stack_top;
    }
  }
  // The outermost call began without a stack of the interpreter. Having returned it leaves that
  // stack as it found it, with nothing on it: the next call need not attach it again.
  if (ctx.interp_stack_top == nullptr) ctx.interp_stack_top = stack_top;
  return code;
}

/// Hooks in pairs, also where the call fails; finalizers that wait; a store that is being
/// destroyed.
[[gnu::noinline]] TrapCode enter_with_extras(Store& store, VMFuncRef* callee, VMContext* caller,
                                             Cell* cells, size_t capacity) {
  if ((store.crossing & Store::kClosed) != 0) {
    PendingTrap& pending = store.pending();
    pending = {};
    pending.host.kind = HostOutcome::Kind::error;
    pending.host.code = ErrorCode::bad_argument;
    pending.host.message = "bad argument: the store is being destroyed";
    return TrapCode::host_error;
  }
  store.run_finalizers();
  TrapCode code = store.run_hook(CallHook::calling_wasm);
  if (code == TrapCode::none) code = enter_plain(store, callee, caller, cells, capacity);
  const TrapCode after = store.run_hook(CallHook::returning_from_wasm);
  store.run_finalizers();
  if (after == TrapCode::none) return code;
  store.pending().record = {};
  store.pending().record.code = after;
  return after;
}

}  // namespace

Activation* Activation::newest() { return t_newest; }

TrapCode enter_guest(Store& store, VMFuncRef* callee, VMContext* caller, Cell* cells,
                     size_t capacity) {
  if (store.crossing != 0) [[unlikely]]
    return enter_with_extras(store, callee, caller, cells, capacity);
  const TrapCode code = enter_plain(store, callee, caller, cells, capacity);
  if (store.crossing != 0) [[unlikely]]
    store.run_finalizers();
  return code;
}

}  // namespace weft::runtime
