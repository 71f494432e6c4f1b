// The emitter that makes nothing: a walk with it is plain validation. `EmitsNothing` lets the
// walker leave out what only emitters need (cells, offsets), so every call below compiles to
// nothing.
#pragma once

#include "validate/emitter.hpp"

namespace weft::validate {

struct NullEmitter {
  struct EmitsNothing {};
  struct Value {};
  struct Label {};
  using State = WalkState<Value, Label>;
  using Frame = ControlFrame<Label>;

  void begin_function(State&) {}
  void end_function() {}
  bool failed() const { return false; }
  Error take_error() const { return {ErrorCode::invalid, ""}; }
  Value home(ValType, uint32_t) { return {}; }

  Value constant(Op, Immediate) { return {}; }
  Value unary(Op) { return {}; }
  Value binary(Op) { return {}; }
  Value ternary(Op) { return {}; }
  Value load(Op, MemArg) { return {}; }
  void store(Op, MemArg) {}
  Value load_lane(Op, MemArg, uint32_t) { return {}; }
  void store_lane(Op, MemArg, uint32_t) {}
  Value extract_lane(Op, uint32_t) { return {}; }
  Value replace_lane(Op, uint32_t) { return {}; }
  Value shuffle(const uint8_t*) { return {}; }
  void wide(Op) {}
  Value atomic_load(Op, MemArg) { return {}; }
  void atomic_store(Op, MemArg) {}
  Value atomic_rmw(Op, MemArg) { return {}; }
  void atomic_fence() {}

  void drop() {}
  Value select(ValType) { return {}; }
  Value local_get(uint32_t) { return {}; }
  void local_set(uint32_t) {}
  Value local_tee(uint32_t) { return {}; }
  Value global_get(uint32_t) { return {}; }
  void global_set(uint32_t) {}

  Value memory_size(uint32_t) { return {}; }
  Value memory_grow(uint32_t) { return {}; }
  void bulk(Op, Indices) {}
  Value table_get(uint32_t) { return {}; }
  void table_set(uint32_t) {}
  Value table_size(uint32_t) { return {}; }
  Value table_grow(uint32_t) { return {}; }

  Value ref_null(ValType) { return {}; }
  Value ref_func(uint32_t) { return {}; }
  Value ref_as_non_null() { return {}; }
  void gc(Op, Indices, ValType) {}

  void unreachable() {}
  void begin_block(Frame&) {}
  void begin_loop(Frame&) {}
  void begin_if(Frame&) {}
  void begin_else(Frame&, bool) {}
  void end_block(Frame&, bool) {}
  void branch(uint32_t) {}
  void branch_if(uint32_t) {}
  void branch_table(std::span<const uint32_t>) {}
  void return_() {}
  void branch_on_null(uint32_t) {}
  void branch_on_non_null(uint32_t) {}
  void branch_on_cast(uint32_t, ValType, bool) {}

  void call(uint32_t) {}
  void call_indirect(Indices) {}
  void call_ref(uint32_t) {}
  void return_call(uint32_t) {}
  void return_call_indirect(Indices) {}
  void return_call_ref(uint32_t) {}

  void throw_(uint32_t) {}
  void throw_ref() {}
  void begin_try_table(Frame&, std::span<const CatchClause>) {}
  void begin_try(Frame&) {}
  void begin_catch(Frame&, uint32_t, bool) {}
  void begin_catch_all(Frame&, bool) {}
  void rethrow(uint32_t) {}
  void end_delegate(Frame&, uint32_t, bool) {}
};
static_assert(Emitter<NullEmitter>);

}  // namespace weft::validate
