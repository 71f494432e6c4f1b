// Calls: arguments to their homes, where the callee's frame begins. ADR 0014.
#include "interp/emitter.hpp"

namespace weft::interp {
namespace {

uint32_t cells_of(std::span<const ValType> types) {
  uint32_t cells = 0;
  for (ValType t : types) cells += t.cells();
  return cells;
}

}  // namespace

/// Arguments of function type `type` to their homes; `on_top` more operands lie above them.
auto InterpEmitter::prepare_call(uint32_t type, uint32_t on_top) -> CallShape {
  const auto params = state_->module->types.params(type);
  const auto results = state_->module->types.results(type);
  if (mapper_ != nullptr) [[unlikely]]
    map_call(params.size() + on_top);
  const auto args = state_->top(params.size() + on_top).first(params.size());
  CallShape shape;
  shape.param_cells = cells_of(params);
  const uint32_t result_cells = cells_of(results);
  uint32_t cell = state_->cells();
  if (!args.empty()) {
    cell = args[0].cell;
  } else if (on_top != 0) {
    cell = state_->top(on_top)[0].cell;
  }
  to_homes(args);
  shape.first_slot = home_slot(cell);
  shape.host_cells = shape.param_cells > result_cells ? shape.param_cells : result_cells;
  need_cells(cell + shape.host_cells);
  return shape;
}
/// What follows a call is charged for with what is in front of it: it runs unless the callee does
/// not return, and then it is given back.
void InterpEmitter::after_call() { barrier(); }
void InterpEmitter::after_tail_call() {
  barrier();
  fuel_pos_ = 0;
  escape_all();
}

void InterpEmitter::call(uint32_t func) {
  charge();
  const CallShape shape = prepare_call(state_->module->funcs[func].value, 0);
  const bool import = state_->module->is_imported(FuncIdx(func));
  const uint32_t at = emit(import ? Code::call_import : Code::call);
  put32(at, 8, shape.first_slot * 8);
  put32(at, 12, (shape.first_slot + shape.param_cells) * 8);
  if (import) {
    put32(at, 16, func);
    put32(at, 20, shape.host_cells);
  } else {
    put64(at, 16, reinterpret_cast<uint64_t>(module_.function(FuncIdx(func))));
  }
  after_call();
}
void InterpEmitter::call_indirect(Indices ix) {
  charge();
  const CallShape shape = prepare_call(ix.a, 1);
  const uint32_t index = to_slot(state_->operands.back(), 0);
  const uint32_t at = emit(Code::call_indirect);
  put32(at, 8, shape.first_slot * 8);
  put32(at, 12, (shape.first_slot + shape.param_cells) * 8);
  put32(at, 16, ix.b);
  put32(at, 20, ix.a);
  put32(at, 24, shape.host_cells);
  put16(at, 28, index);
  after_call();
}
void InterpEmitter::call_ref(uint32_t type) {
  charge();
  const CallShape shape = prepare_call(type, 1);
  const uint32_t ref = to_slot(state_->operands.back(), 0);
  const uint32_t at = emit(Code::call_ref);
  put32(at, 8, shape.first_slot * 8);
  put32(at, 12, (shape.first_slot + shape.param_cells) * 8);
  put32(at, 24, shape.host_cells);
  put16(at, 28, ref);
  after_call();
}

void InterpEmitter::return_call(uint32_t func) {
  if (allocator_ != AllocatorFunc::none) [[unlikely]] {
    call(func);
    return return_from_tail_call(
        state_->module->types.params(state_->module->funcs[func].value).size());
  }
  charge();
  const CallShape shape = prepare_call(state_->module->funcs[func].value, 0);
  const bool import = state_->module->is_imported(FuncIdx(func));
  const uint32_t at = emit(import ? Code::return_call_import : Code::return_call);
  put16(at, 8, param_cells_);
  put32(at, 12, shape.first_slot);
  put32(at, 16, shape.param_cells);
  put32(at, 20, shape.host_cells);
  if (import) {
    put32(at, 24, func);
  } else {
    put64(at, 24, reinterpret_cast<uint64_t>(module_.function(FuncIdx(func))));
  }
  after_tail_call();
}
void InterpEmitter::return_call_indirect(Indices ix) {
  if (allocator_ != AllocatorFunc::none) [[unlikely]] {
    call_indirect(ix);
    return return_from_tail_call(state_->module->types.params(ix.a).size() + 1);
  }
  charge();
  const CallShape shape = prepare_call(ix.a, 1);
  const uint32_t index = to_slot(state_->operands.back(), 0);
  const uint32_t at = emit(Code::return_call_indirect);
  put16(at, 8, param_cells_);
  put16(at, 10, index);
  put32(at, 12, shape.first_slot);
  put32(at, 16, shape.param_cells);
  put32(at, 20, shape.host_cells);
  put32(at, 24, ix.b);
  put32(at, 28, ix.a);
  after_tail_call();
}
void InterpEmitter::return_call_ref(uint32_t type) {
  if (allocator_ != AllocatorFunc::none) [[unlikely]] {
    call_ref(type);
    return return_from_tail_call(state_->module->types.params(type).size() + 1);
  }
  charge();
  const CallShape shape = prepare_call(type, 1);
  const uint32_t ref = to_slot(state_->operands.back(), 0);
  const uint32_t at = emit(Code::return_call_ref);
  put16(at, 8, param_cells_);
  put16(at, 10, ref);
  put32(at, 12, shape.first_slot);
  put32(at, 16, shape.param_cells);
  put32(at, 20, shape.host_cells);
  after_tail_call();
}

}  // namespace weft::interp
