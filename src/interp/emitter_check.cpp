// Emission for the memory-access checker: a question before each access, what the functions of the
// guest's allocator do when they begin and end. ADR 0030.
#include "interp/emitter.hpp"
#include "interp/memory_kind.hpp"

namespace weft::interp {

/// `length`: null if it is `bytes`.
void InterpEmitter::emit_check(const Operand& address, MemArg m, uint32_t bytes, bool write,
                               const Operand* length) {
  const uint32_t slot = to_slot(address, 0);
  const uint32_t length_slot = length != nullptr ? to_slot(*length, 1) : 0;
  keep_stores();  // whoever takes the operands next must not leave out the stores that are read
                  // here
  const bool wide = state_->module->memories[m.memory].address == AddressType::i64;
  const uint32_t at = emit(Code::check_access);
  put16(at, 8, slot);
  put16(at, 10, length_slot);
  put32(at, 12, bytes | (write ? kCheckWrite : 0u) | (length != nullptr ? kCheckLength : 0u));
  put64(at, 16, m.offset);
  put32(at, 24, m.memory | (wide ? kWideAddress : 0));
}

void InterpEmitter::check_bulk(Op op, Indices ix) {
  if (!options_.memory_check) return;
  const auto top = state_->top(3);
  const auto check = [&](const Operand& address, uint32_t memory, bool write) {
    MemArg m{};
    m.memory = memory;
    emit_check(address, m, 0, write, &top[2]);
  };
  if (op == Op::memory_copy) check(top[1], ix.b, false);
  if (op == Op::memory_copy || op == Op::memory_fill) check(top[0], ix.a, true);
  if (op == Op::memory_init) check(top[0], ix.b, true);
}

void InterpEmitter::enter_allocator() {
  const uint32_t at = emit(Code::allocator_enter);
  put32(at, 12, static_cast<uint32_t>(allocator_));
  put32(at, 16, allocator_slots_);
}

/// Before a return; `slot`: of the result, if there is one.
void InterpEmitter::leave_allocator(uint32_t slot) {
  const uint32_t near = narrow(slot, 0);
  keep_stores();
  const uint32_t at = emit(Code::allocator_leave);
  put16(at, 8, near);
  put32(at, 12, static_cast<uint32_t>(allocator_));
  put32(at, 16, allocator_slots_);
}

/// A tail call of the allocator is a call and a return: it has to be seen when it ends. Its results
/// lie where the arguments were, of which there are `on_top` less than operands it takes.
void InterpEmitter::return_from_tail_call(size_t taken) {
  const uint32_t cell = taken != 0 ? state_->top(taken)[0].cell : state_->cells();
  leave_allocator(home_slot(cell));
  uint32_t cells = 0;
  for (const ValType t : state_->results) cells += t.cells();
  const uint32_t at = emit(cells == 0 ? Code::ret_0 : Code::ret_n);
  put16(at, 8, param_cells_);
  if (cells != 0) {
    put32(at, 12, home_slot(cell));
    put32(at, 16, cells);
  }
  after_tail_call();
}

}  // namespace weft::interp
