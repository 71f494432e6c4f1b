// Emission of atomic accesses: isa_atomic.def.
#include "interp/emitter.hpp"
#include "interp/memory_kind.hpp"

namespace weft::interp {
namespace {

/// First width of the family that a read-modify-write belongs to. The table lists seven forms of
/// each operation in a row.
Code rmw_family(Op op) {
  constexpr Code kFamilies[] = {Code::atomic_add_8,    Code::atomic_sub_8, Code::atomic_and_8,
                                Code::atomic_or_8,     Code::atomic_xor_8, Code::atomic_xchg_8,
                                Code::atomic_cmpxchg_8};
  static_assert(static_cast<unsigned>(Op::i64_atomic_rmw32_cmpxchg_u) -
                    static_cast<unsigned>(Op::i32_atomic_rmw_add) ==
                7 * std::size(kFamilies) - 1);
  return kFamilies[(static_cast<unsigned>(op) - static_cast<unsigned>(Op::i32_atomic_rmw_add)) / 7];
}

/// All but loads and waits, which do not trap for what an aligned word has beside the heap.
bool writes(Op op) {
  return op != Op::memory_atomic_wait32 && op != Op::memory_atomic_wait64 &&
         (op < Op::i32_atomic_load || op > Op::i64_atomic_load32_u);
}

}  // namespace

/// All but the destination; the operands are on top, the address lowest.
uint32_t InterpEmitter::emit_atomic(Code code, Op op, MemArg m) {
  charge();
  const size_t n = sig(op).param_count;
  const auto top = state_->top(n);
  if (op != Op::memory_atomic_notify) check_access(top[0], op, m, writes(op));
  uint32_t slots[3] = {};
  for (unsigned i = 0; i < n; ++i) slots[i] = to_slot(top[i], i);
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(code);
  for (unsigned i = 0; i < n; ++i) put16(at, 10 + 2 * i, slots[i]);
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
  return at;
}

Value InterpEmitter::atomic_load(Op op, MemArg m) {
  const uint32_t cell = state_->operands.back().cell;
  return produce_slot(emit_atomic(Code::atomic_load_8 + wasm::natural_align_log2(op), op, m), cell);
}
void InterpEmitter::atomic_store(Op op, MemArg m) {
  emit_atomic(Code::atomic_store_8 + wasm::natural_align_log2(op), op, m);
}
Value InterpEmitter::atomic_rmw(Op op, MemArg m) {
  Code code = Code::nop;
  switch (op) {
    case Op::memory_atomic_wait32: code = Code::atomic_wait_32; break;
    case Op::memory_atomic_wait64: code = Code::atomic_wait_64; break;
    case Op::memory_atomic_notify: code = Code::atomic_notify; break;
    default: code = rmw_family(op) + wasm::natural_align_log2(op);
  }
  const uint32_t cell = state_->top(sig(op).param_count)[0].cell;
  const uint32_t at = emit_atomic(code, op, m);
  forget_accs();  // a wait may run the embedder's code
  return produce_slot(at, cell);
}
void InterpEmitter::atomic_fence() {
  charge();
  emit(Code::atomic_fence);
}

}  // namespace weft::interp
