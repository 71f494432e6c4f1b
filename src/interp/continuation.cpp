// Calls that stop and go on: each on a stack of its own. Guest code is entered through a reference
// whose entry is here; where it stopped stands in VMStoreContext::resume. ADR 0016.
#include "runtime/continuation.hpp"

#include <bit>
#include <utility>

#include "interp/dispatch.hpp"
#include "interp/enter.hpp"
#include "interp/stack.hpp"
#include "runtime/trap_exit.hpp"

namespace weft::interp {
namespace {

class InterpContinuation final : public Continuation {
 public:
  InterpContinuation(Store& store, VMFuncRef* func)
      : store_(store), engine_(store.shared_engine()), func_(func) {
    stacks_of(store);  // may need memory
    entry_.array_call = &enter;
    entry_.code = this;
    entry_.vmctx = store.default_caller();
    result_cells_ = static_cast<const FuncCode*>(func->code)->result_cells;
  }
  /// Before anything else.
  void give(Stack stack) noexcept {
    use_.stack = std::move(stack);
    // Whoever looks for references to the function's instance finds one there until it begins.
    use_.stack.begin()->bits = reinterpret_cast<uint64_t>(func_);
    use_.live_end = use_.stack.begin() + 1;
    stacks_of(store_).add(use_);
  }
  ~InterpContinuation() override {
    if (!use_.stack) return;
    if (!store_is_gone()) stacks_of(store_).remove(use_);
    give_stack(*engine_, std::move(use_.stack));
  }
  bool store_is_gone() const override { return use_.previous == nullptr; }

  TrapCode run(VMContext* caller, Cell* cells, size_t capacity) override {
    // A fault in the guest does not return through `enter`: what is switched is switched back here.
    VMStoreContext& ctx = store_.context();
    StoreStacks& stacks = stacks_of(store_);
    StackUse* const outer = stacks.current;
    void* const outer_top = ctx.interp_stack_top;
    void* const outer_end = ctx.interp_stack_end;
    // Frames of the outer activation may reach above its top: nothing of them is live there while
    // it is inside a call of the host.
    outer->live_end = static_cast<const Cell*>(outer_top);
    std::swap(ctx.interp_allocator_fp, allocator_fp_);
    stacks.current = &use_;
    ctx.interp_stack_top = use_.stack.begin();
    ctx.interp_stack_end = use_.stack.end();
    const TrapCode code = enter_guest(store_, &entry_, caller, cells, capacity);
    ctx.interp_stack_top = outer_top;
    ctx.interp_stack_end = outer_end;
    stacks.current = outer;
    std::swap(ctx.interp_allocator_fp, allocator_fp_);
    if (stopped_ == TrapCode::none) use_.live_end = use_.stack.begin();
    return code;
  }

 private:
  static TrapCode enter(VMFuncRef* callee, VMContext* caller, Cell* cells, size_t) {
    return static_cast<InterpContinuation*>(callee->code)->enter(caller, cells);
  }
  TrapCode enter(VMContext* caller, Cell* cells);
  TrapCode begin(VMContext* caller, const Cell* cells);
  TrapCode go_on(const Cell* cells);
  void note_stop(TrapCode code);

  Store& store_;
  std::shared_ptr<EngineState> engine_;
  VMFuncRef entry_{};
  VMFuncRef* func_;  // its instance may be gone once it has begun: a tail call can leave it
  uint32_t result_cells_ = 0;
  StackUse use_;
  bool begun_ = false;
  void* allocator_fp_ = nullptr;  // VMStoreContext::interp_allocator_fp, of the stack that waits
};

TrapCode InterpContinuation::begin(VMContext* caller, const Cell* cells) {
  begun_ = true;
  VMContext* const cx = func_->vmctx;
  auto* const code = static_cast<FuncCode*>(func_->code);
  const std::byte* const entry = code->entry.load(std::memory_order_acquire);
  Cell* const frame = use_.stack.begin();
  const auto room = static_cast<uint64_t>(use_.stack.end() - frame) * sizeof(Cell);
  if (room < code->frame_bytes.load(std::memory_order_relaxed)) {
    caller->store->trap.code = TrapCode::call_stack_exhausted;
    return TrapCode::call_stack_exhausted;
  }
  const uint32_t params = code->param_cells;
  for (uint32_t i = 0; i < params; ++i) frame[i] = cells[i];
  frame[params].bits = reinterpret_cast<uint64_t>(exit_entry());
  frame[params + 1].bits = 0;
  frame[params + 2].bits = reinterpret_cast<uint64_t>(cx);
  return interp::run(entry, frame, cx->memory0->base, cx, reinterpret_cast<uint64_t>(code), 0, 0,
                     wasm::lanes::u64{});
}

TrapCode InterpContinuation::go_on(const Cell* cells) {
  const VMResume at = resume_;
  if (at.kind == VMResume::Kind::host_results) {
    const auto& type = store_.engine().types()[at.host->type];
    uint32_t count = 0;
    for (const ValType t : type.results) count += t.cells();
    for (uint32_t i = 0; i < count; ++i) at.cells[i] = cells[i];
  }
  auto* const fp = static_cast<Cell*>(anchor_.fp);
  VMContext* const cx = anchor_.vmctx;
  wasm::lanes::u64 vacc{};
  static_assert(sizeof vacc == sizeof at.vacc);
  std::memcpy(&vacc, at.vacc, sizeof vacc);
  const void* const ip = at.kind == VMResume::Kind::restart ? anchor_.ip : at.ip;
  return interp::run(static_cast<const std::byte*>(ip), fp, cx->memory0->base, cx, at.acc,
                     std::bit_cast<float>(at.facc), std::bit_cast<double>(at.dacc), vacc);
}

TrapCode InterpContinuation::enter(VMContext* caller, Cell* cells) {
  VMStoreContext& ctx = store_.context();
  ctx.resume.kind = VMResume::Kind::none;
  // SAFETY: only compared with the limit, which is of the same native stack.
  if (reinterpret_cast<uint64_t>(__builtin_frame_address(0)) < ctx.stack_limit) [[unlikely]] {
    ctx.trap.code = TrapCode::call_stack_exhausted;
    return TrapCode::call_stack_exhausted;
  }
  stopped_ = TrapCode::none;
  const TrapCode code = begun_ ? go_on(cells) : begin(caller, cells);
  if (code != TrapCode::none) {
    note_stop(code);
    return stopped_ != TrapCode::none ? TrapCode::none : code;
  }
  const uint32_t results = result_cells_;
  const Cell* const frame = use_.stack.begin();
  for (uint32_t i = 0; i < results; ++i) cells[i] = frame[i];
  return code;
}

/// Whoever leaves with one of these codes has written `resume`.
void InterpContinuation::note_stop(TrapCode code) {
  VMStoreContext& ctx = store_.context();
  if (code != TrapCode::host_error && code != TrapCode::out_of_fuel && code != TrapCode::interrupt)
    return;
  if (ctx.resume.kind == VMResume::Kind::none) return;
  stopped_ = code;
  resume_ = ctx.resume;
  anchor_ = {ctx.interp_ip, ctx.interp_fp, ctx.interp_vmctx, use_.stack.begin()};
  ctx.trap = {};
  use_.live_end = static_cast<const Cell*>(ctx.interp_stack_top);
  if (resume_.kind != VMResume::Kind::host_results) {
    use_.live_end =
        end_of_frame(static_cast<const std::byte*>(ctx.interp_ip), static_cast<Cell*>(anchor_.fp));
  }
}

}  // namespace

Result<std::unique_ptr<Continuation>> make_continuation(Store& store, VMFuncRef* func) {
  auto out = std::make_unique<InterpContinuation>(store, func);
  WEFT_ASSIGN(Stack stack, take_stack(store.engine()));
  out->give(std::move(stack));
  return out;
}

}  // namespace weft::interp
