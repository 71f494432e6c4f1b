// Handlers of calls and returns: isa_control.def. Frames: ADR 0014. A callee's frame begins at its
// first argument in the caller's operand homes, and the results replace the arguments.
#include "interp/handlers.hpp"
#include "interp/translate.hpp"
#include "interp/unwind.hpp"
#include "runtime/builtins.hpp"
#include "runtime/store.hpp"

namespace weft::interp {
namespace {

/// Bytes from a frame's start to the end of the stack.
inline uint64_t room(VMContext* cx, Cell* frame) {
  // SAFETY: both point into the same stack, frame is not behind its end.
  return static_cast<uint64_t>(static_cast<std::byte*>(cx->store->interp_stack_end) -
                               reinterpret_cast<std::byte*>(frame));
}
inline FuncCode* code_of(const VMFuncRef* ref) { return static_cast<FuncCode*>(ref->code); }

WX_COLD_HANDLER(stack_exhausted) {
  WX_BEGIN
  WX_TRAP(TrapCode::call_stack_exhausted);
}
/// The caller is of another instance: its vmctx is in acc.
WX_COLD_HANDLER(return_to_instance) {
  WX_BEGIN
  cx = reinterpret_cast<VMContext*>(acc);  // SAFETY: from the frame's header
  mem0 = cx->memory0->base;
  WX_JUMP();
}

/// Enters `code` with its frame at `frame`; `next` is where it returns to.
#define WX_ENTER(code, frame, header, next, callee_cx)                                         \
  do {                                                                                         \
    FuncCode* const weft_code = (code);                                                        \
    const std::byte* const weft_entry = weft_code->entry.load(std::memory_order_acquire);      \
    if (room(cx, frame) < weft_code->frame_bytes.load(std::memory_order_relaxed)) [[unlikely]] \
      WX_GO(stack_exhausted);                                                                  \
    (header)[0].bits = reinterpret_cast<uint64_t>(next);                                       \
    (header)[1].bits = reinterpret_cast<uint64_t>(fp);                                         \
    (header)[2].bits = reinterpret_cast<uint64_t>(cx);                                         \
    fp = (frame);                                                                              \
    ip = weft_entry;                                                                           \
    acc = reinterpret_cast<uint64_t>(weft_code); /* for `translate` */                         \
    callee_cx;                                                                                 \
    WX_JUMP();                                                                                 \
  } while (false)

WX_HANDLER(call) {
  WX_BEGIN
  Cell* const frame = at_bytes(fp, u32(ip, 8));
  Cell* const header = at_bytes(fp, u32(ip, 12));
  WX_ENTER(ptr<FuncCode>(ip, 16), frame, header, ip + 24, static_cast<void>(0));
}

/// Records where the guest stands, for backtraces and for guest code that the host calls meanwhile.
inline void leave_for_host(const std::byte* ip, Cell* fp, VMContext* cx, Cell* top) {
  VMStoreContext& store = *cx->store;
  store.interp_ip = ip;
  store.interp_fp = fp;
  store.interp_vmctx = cx;
  store.interp_stack_top = top;
}

/// For note_resume: the host function `ref` failed, its arguments lay at `args`.
inline void note_failed(VMContext* cx, VMFuncRef* ref, Cell* args) {
  cx->store->resume.host = ref;
  cx->store->resume.cells = args;
}

/// Notes where this frame can go on if it was stopped, not ended, by the host function `ref` whose
/// arguments lay at `args`. `next`: behind the call; `behind_call`: the call's frame is gone, so
/// that it cannot be made once more.
[[gnu::noinline, gnu::cold]] void note_resume(VMContext* cx, const std::byte* ip, Cell* fp,
                                              const std::byte* next, bool behind_call,
                                              TrapCode code) {
  VMResume& resume = cx->store->resume;
  Cell* const args = resume.cells;
  VMFuncRef* const ref = resume.host;
  resume = {};
  if (fp == nullptr) return;  // tail-called by the root: nobody is left to be resumed
  if (code == TrapCode::host_error) {
    if (!builtins::can_resume_host_error(cx)) return;
    resume.kind = VMResume::Kind::host_results;
    resume.ip = next;
    resume.cells = args;
    resume.host = ref;
  } else if (code == TrapCode::interrupt && !behind_call && builtins::suspend_host_wait(cx)) {
    resume.kind = VMResume::Kind::restart;
    resume.ip = ip;
  }
}

/// A host function failed; acc: its TrapCode. An exception of a guest call inside it goes on to
/// this frame's handlers. The next instruction is kSkip bytes behind ip; 0: tail-called, ip is
/// where the caller goes on.
template <unsigned kSkip>
WX_COLD_HANDLER(host_failed) {
  WX_BEGIN
  constexpr bool kBehindCall = kSkip == 0;
  const auto code = static_cast<TrapCode>(acc);
  Heap& heap = cx->store->store->heap();
  if (code != TrapCode::unhandled_exception || heap.in_flight == kNullRef) {
    note_resume(cx, ip, fp, ip + kSkip, kBehindCall, code);
    WX_FINISH(code);
  }
  GuestPoint at{ip, fp, cx};
  const bool caught = unwind(heap.in_flight, kBehindCall, at);
  acc = 0, facc = 0, dacc = 0;
  if (!caught) WX_FINISH(TrapCode::unhandled_exception);
  heap.in_flight = kNullRef;
  cx->store->trap = {};
  cx->store->store->take_pending();
  ip = at.ip;
  fp = at.fp;
  cx = at.cx;
  mem0 = cx->memory0->base;
  WX_JUMP();
}

/// Calls a function that is not the interpreter's. The frame stays as it is if that fails: it can
/// be resumed (ADR 0016).
#define WX_CALL_HOST(ref, frame, cells, size)                                   \
  do {                                                                          \
    leave_for_host(ip, fp, cx, (frame) + (cells));                              \
    const TrapCode weft_trap = (ref)->array_call((ref), cx, (frame), (cells));  \
    acc = 0, facc = 0, dacc = 0; /* so that nothing is saved around the call */ \
    if (weft_trap != TrapCode::none) [[unlikely]] {                             \
      acc = static_cast<uint64_t>(weft_trap);                                   \
      note_failed(cx, ref, frame);                                              \
      WX_GO(host_failed<(size)>);                                               \
    }                                                                           \
    mem0 = cx->memory0->base;                                                   \
    WX_NEXT(size);                                                              \
  } while (false)

#define WX_CALL_REF(ref, frame, header, cells, size)                            \
  do {                                                                          \
    if ((ref)->code == nullptr) WX_CALL_HOST(ref, frame, cells, size);          \
    if ((ref)->vmctx == cx)                                                     \
      WX_ENTER(code_of(ref), frame, header, ip + (size), static_cast<void>(0)); \
    WX_ENTER(code_of(ref), frame, header, ip + (size),                          \
             (cx = (ref)->vmctx, mem0 = cx->memory0->base));                    \
  } while (false)

WX_HANDLER(call_import) {
  WX_BEGIN
  VMFuncRef* const ref = cx->funcs[u32(ip, 16)];
  Cell* const frame = at_bytes(fp, u32(ip, 8));
  WX_CALL_REF(ref, frame, at_bytes(fp, u32(ip, 12)), u32(ip, 20), 24);
}

/// Table element at `index` for call_indirect; null with `trap` set where there is none of that
/// type.
[[gnu::noinline, gnu::cold]] VMFuncRef* resolve_indirect(VMContext* cx, uint32_t table,
                                                         uint32_t type, uint64_t index,
                                                         TrapCode& trap) {
  if (index >= cx->tables[table]->length) {
    trap = TrapCode::undefined_element;
    return nullptr;
  }
  Cell cell;
  trap = builtins::table_get(cx, table, index, cell);
  if (trap != TrapCode::none) return nullptr;
  auto* ref = reinterpret_cast<VMFuncRef*>(
      cell.bits);  // SAFETY: the table's elements are function references
  if (ref == nullptr) {
    trap = TrapCode::uninitialized_element;
  } else {
    trap = ref->type == cx->type_ids[type] ? TrapCode::none
                                           : builtins::check_signature(cx, ref, cx->type_ids[type]);
  }
  return trap == TrapCode::none ? ref : nullptr;
}

/// The common case of resolve_indirect inline; null: ask resolve_indirect.
inline VMFuncRef* indirect_fast(VMContext* cx, uint32_t table, uint32_t type, uint64_t index) {
  const VMTable& t = *cx->tables[table];
  if (index >= t.length) [[unlikely]]
    return nullptr;
  auto* ref = reinterpret_cast<VMFuncRef*>(t.base[index].bits);  // SAFETY: as above
  if (ref == nullptr || ref->type != cx->type_ids[type]) [[unlikely]]
    return nullptr;
  return ref;
}

WX_COLD_HANDLER(call_indirect_slow) {
  WX_BEGIN
  TrapCode trap = TrapCode::none;
  VMFuncRef* const ref =
      resolve_indirect(cx, u32(ip, 16), u32(ip, 20), slot(ip, fp, 28).bits, trap);
  acc = 0, facc = 0, dacc = 0;
  if (ref == nullptr) WX_TRAP(trap);
  Cell* const frame = at_bytes(fp, u32(ip, 8));
  WX_CALL_REF(ref, frame, at_bytes(fp, u32(ip, 12)), u32(ip, 24), 32);
}
WX_HANDLER(call_indirect) {
  WX_BEGIN
  VMFuncRef* const ref = indirect_fast(cx, u32(ip, 16), u32(ip, 20), slot(ip, fp, 28).bits);
  if (ref == nullptr || ref->vmctx != cx || ref->code == nullptr) [[unlikely]]
    WX_GO(call_indirect_slow);
  Cell* const frame = at_bytes(fp, u32(ip, 8));
  WX_ENTER(code_of(ref), frame, at_bytes(fp, u32(ip, 12)), ip + 32, static_cast<void>(0));
}
WX_HANDLER(call_ref) {
  WX_BEGIN
  // SAFETY: validation: the slot holds a function reference of the right type, or null.
  auto* const ref = reinterpret_cast<VMFuncRef*>(slot(ip, fp, 28).bits);
  if (ref == nullptr) [[unlikely]]
    WX_TRAP(TrapCode::null_function_reference);
  Cell* const frame = at_bytes(fp, u32(ip, 8));
  WX_CALL_REF(ref, frame, at_bytes(fp, u32(ip, 12)), u32(ip, 24), 32);
}

// --- returns: header slot at byte 8 ---
#define WX_RETURN(store_result)                                                          \
  do {                                                                                   \
    const Cell* const weft_header = &slot(ip, fp, 8);                                    \
    const uint64_t weft_ip = weft_header[0].bits;                                        \
    const uint64_t weft_fp = weft_header[1].bits;                                        \
    const uint64_t weft_cx = weft_header[2].bits;                                        \
    store_result;                                                                        \
    /* SAFETY: the caller's words, written by WX_ENTER or by the entry from the host. */ \
    ip = reinterpret_cast<const std::byte*>(weft_ip);                                    \
    fp = reinterpret_cast<Cell*>(weft_fp);                                               \
    if (weft_cx != reinterpret_cast<uint64_t>(cx)) [[unlikely]] {                        \
      acc = weft_cx;                                                                     \
      WX_GO(return_to_instance);                                                         \
    }                                                                                    \
    WX_JUMP();                                                                           \
  } while (false)

WX_HANDLER(ret_0) {
  WX_BEGIN
  WX_RETURN(static_cast<void>(0));
}
WX_HANDLER(ret_s) {
  WX_BEGIN
  WX_RETURN(fp[0] = slot(ip, fp, 10));
}
WX_HANDLER(ret_a) {
  WX_BEGIN
  WX_RETURN(fp[0].bits = acc);
}
WX_HANDLER(ret_f) {
  WX_BEGIN
  WX_RETURN(fp[0].bits = to_bits(facc));
}
WX_HANDLER(ret_d) {
  WX_BEGIN
  WX_RETURN(fp[0].bits = to_bits(dacc));
}
WX_HANDLER(ret_c) {
  WX_BEGIN
  WX_RETURN(fp[0].bits = u64(ip, 16));
}
WX_HANDLER(ret_n) {
  WX_BEGIN
  const Cell* from = fp + u32(ip, 12);
  const uint32_t count = u32(ip, 16);
  WX_RETURN(for (uint32_t i = 0; i < count; ++i) fp[i] =
                from[i]);  // homes lie above: ascending order is safe
}

// --- tail calls: the callee takes this frame's place; arguments from slot n12, n16 cells ---
/// Moves the arguments down and the header behind them. Returns the new header.
inline Cell* replace_frame(Cell* fp, const Cell* old_header, uint32_t from, uint32_t count) {
  const Cell header[kHeaderCells] = {old_header[0], old_header[1], old_header[2]};
  std::memmove(fp, fp + from, count * sizeof(Cell));
  Cell* const placed = fp + count;
  placed[0] = header[0];
  placed[1] = header[1];
  placed[2] = header[2];
  return placed;
}
#define WX_TAIL_ENTER(code)                                                                 \
  do {                                                                                      \
    FuncCode* const weft_code = (code);                                                     \
    if (room(cx, fp) < weft_code->frame_bytes.load(std::memory_order_relaxed)) [[unlikely]] \
      WX_GO(stack_exhausted);                                                               \
    replace_frame(fp, &slot(ip, fp, 8), u32(ip, 12), u32(ip, 16));                          \
    ip = weft_code->entry.load(std::memory_order_acquire);                                  \
    acc = reinterpret_cast<uint64_t>(weft_code);                                            \
    WX_JUMP();                                                                              \
  } while (false)

WX_HANDLER(return_call) {
  WX_BEGIN
  WX_TAIL_ENTER(ptr<FuncCode>(ip, 24));
}

/// `ref` in acc. A host function runs after the frame is gone: it returns to the caller, and is
/// resumed there.
WX_HANDLER(return_call_to) {
  WX_BEGIN
  auto* const ref = reinterpret_cast<VMFuncRef*>(acc);  // SAFETY: put there by the handlers below
  if (ref->code != nullptr) {
    FuncCode* const code = code_of(ref);
    if (room(cx, fp) < code->frame_bytes.load(std::memory_order_relaxed)) [[unlikely]]
      WX_GO(stack_exhausted);
    replace_frame(fp, &slot(ip, fp, 8), u32(ip, 12), u32(ip, 16));
    if (ref->vmctx != cx) {
      cx = ref->vmctx;
      mem0 = cx->memory0->base;
    }
    ip = code->entry.load(std::memory_order_acquire);
    acc = reinterpret_cast<uint64_t>(code);
    WX_JUMP();
  }
  Cell* const args = fp;
  const uint32_t cells = u32(ip, 20);
  VMContext* const caller = cx;
  const Cell* const header = replace_frame(fp, &slot(ip, fp, 8), u32(ip, 12), u32(ip, 16));
  ip = reinterpret_cast<const std::byte*>(header[0].bits);  // SAFETY: words written by WX_ENTER
  fp = reinterpret_cast<Cell*>(header[1].bits);
  cx = reinterpret_cast<VMContext*>(header[2].bits);
  leave_for_host(ip - 1, fp, cx,
                 args + cells);  // inside the call, where backtraces say that the caller stands
  const TrapCode trap = ref->array_call(ref, caller, args, cells);
  acc = 0, facc = 0, dacc = 0;
  if (trap != TrapCode::none) {
    acc = static_cast<uint64_t>(trap);
    note_failed(cx, ref, args);  // cx: of the entry from the host if there is no caller
    WX_GO(host_failed<0>);
  }
  mem0 = cx->memory0->base;
  WX_JUMP();
}
WX_HANDLER(return_call_import) {
  WX_BEGIN
  acc = reinterpret_cast<uint64_t>(cx->funcs[u32(ip, 24)]);
  WX_GO(return_call_to);
}
WX_HANDLER(return_call_indirect) {
  WX_BEGIN
  const uint64_t index = slot(ip, fp, 10).bits;
  VMFuncRef* ref = indirect_fast(cx, u32(ip, 24), u32(ip, 28), index);
  if (ref == nullptr) {
    TrapCode trap = TrapCode::none;
    ref = resolve_indirect(cx, u32(ip, 24), u32(ip, 28), index, trap);
    facc = 0, dacc = 0;
    if (ref == nullptr) WX_TRAP(trap);
  }
  acc = reinterpret_cast<uint64_t>(ref);
  WX_GO(return_call_to);
}
WX_HANDLER(return_call_ref) {
  WX_BEGIN
  const uint64_t ref = slot(ip, fp, 10).bits;
  if (ref == 0) [[unlikely]]
    WX_TRAP(TrapCode::null_function_reference);
  acc = ref;
  WX_GO(return_call_to);
}

// --- the ends of the chain ---
WX_HANDLER(exit_) {
  WX_BEGIN
  WX_FINISH(TrapCode::none);
}
/// Entry of a function whose code does not exist yet; acc: its FuncCode. Parameters and header are
/// in place.
WX_COLD_HANDLER(translate) {
  WX_BEGIN
  auto* const code = reinterpret_cast<FuncCode*>(acc);  // SAFETY: every entry puts it there
  // A failure is reported at the call: the frame exists, but has no code to stand in.
  const Cell* const header = fp + code->param_cells;
  leave_for_host(reinterpret_cast<const std::byte*>(header[0].bits) - 1,
                 reinterpret_cast<Cell*>(header[1].bits),
                 reinterpret_cast<VMContext*>(header[2].bits),
                 fp + code->param_cells + kHeaderCells);
  const std::byte* const entry = translate_function(*code, cx);
  facc = 0, dacc = 0;
  if (entry == nullptr) {
    cx->store->resume = {};
    WX_FINISH(TrapCode::host_error);
  }
  if (room(cx, fp) < code->frame_bytes.load(std::memory_order_relaxed)) {
    cx->store->trap.code = TrapCode::call_stack_exhausted;
    WX_FINISH(TrapCode::call_stack_exhausted);
  }
  ip = entry;
  WX_JUMP();
}

}  // namespace

WX_FAMILY(call) {
  WX_PUT(call, call);
  WX_PUT(call_import, call_import);
  WX_PUT(call_indirect, call_indirect);
  WX_PUT(call_ref, call_ref);
  WX_PUT(ret_0, ret_0);
  WX_PUT(ret_s, ret_s);
  WX_PUT(ret_a, ret_a);
  WX_PUT(ret_f, ret_f);
  WX_PUT(ret_d, ret_d);
  WX_PUT(ret_c, ret_c);
  WX_PUT(ret_n, ret_n);
  WX_PUT(return_call, return_call);
  WX_PUT(return_call_import, return_call_import);
  WX_PUT(return_call_indirect, return_call_indirect);
  WX_PUT(return_call_ref, return_call_ref);
  WX_PUT(exit_, exit_);
  WX_PUT(translate, translate);
}

}  // namespace weft::interp
