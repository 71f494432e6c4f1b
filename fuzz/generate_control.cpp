// Blocks, branches, exceptions of both proposals, calls. Every loop and function pays for each
// round, so that programs end.
#include "function_generator.hpp"

namespace weft::fuzz {

using wasm::Feature;
using wasm::Op;

void FunctionGenerator::structured(Type t, unsigned depth) {
  switch (c_.below(8)) {
    case 0:
    case 1:
      open(Op::block, t);
      statements(depth + 1, 2);
      expr(t, depth + 1);
      if (c_.chance(60)) {
        expr(kI32, depth + 1);
        op(Op::br_if, {0});
      }
      return close();
    case 2:
      expr(kI32, depth + 1);
      open(Op::if_, t);
      statements(depth + 1, 2);
      expr(t, depth + 1);
      op(Op::else_);
      expr(t, depth + 1);
      return close();
    case 3:
      expr(t, depth + 1), expr(t, depth + 1), expr(kI32, depth + 1);
      if (is_number(t) && c_.chance(50)) return op(Op::select);
      op(Op::select_t), w_.u(1);
      return write_type(w_, t);
    case 4: expr(t, depth + 1); return op(Op::local_tee, {local(t)});
    case 5: return two_values(t, depth);
    case 6:
      if (has(Feature::legacy_exceptions)) return legacy_catching(t, depth);
      [[fallthrough]];
    default: return catching(t, depth);
  }
}

/// A block that takes and gives two values; the wanted one afterwards.
void FunctionGenerator::two_values(Type t, unsigned depth) {
  expr(kI32, depth + 1), expr(kI64, depth + 1);
  open(c_.chance(50) ? Op::block : Op::loop, kSwapType);
  op(Op::local_set, {local(kI64)});
  op(Op::local_set, {local(kI32)});
  pay();
  statements(depth + 1, 1);
  expr(kI64, depth + 1), expr(kI32, depth + 1);
  close();
  if (t == kI32) {
    op(Op::local_set, {local(kI32)}), op(Op::drop);
    return op(Op::local_get, {local(kI32)});
  }
  op(Op::drop);
  if (t == kI64) return;
  op(Op::drop);
  expr(t, depth + 1);
}

void FunctionGenerator::throwing(unsigned depth) {
  if (c_.chance(70)) {
    expr(kI32, depth + 1), expr(kI64, depth + 1);
    op(Op::throw_, {0});
  } else {
    expr(kF64, depth + 1);
    op(Op::throw_, {1});
  }
}

/// block $out t (block $any (block $float (block $pair (try_table ...) br $out) ... ) ...) end:
/// each handler stores what it was given and makes a value of the type.
void FunctionGenerator::catching(Type t, unsigned depth) {
  const bool any_ref = c_.chance(40), pair_ref = c_.chance(40);
  open(Op::block, t);
  if (any_ref) {
    op(Op::block), write_type(w_, kExnRef), labels_.push_back(kNoBranch);
  } else {
    op(Op::block), w_.byte(0x40), labels_.push_back(kNoBranch);
  }
  op(Op::block), write_type(w_, kF64), labels_.push_back(kNoBranch);
  open(Op::block, pair_ref ? kPairRefType : kPairType);
  op(Op::try_table), write_type(w_, t);
  const unsigned clauses = 1 + c_.below(7);  // a set
  w_.u(static_cast<unsigned>(__builtin_popcount(clauses)));
  if ((clauses & 1) != 0) w_.raw({pair_ref ? 1u : 0u, 0, 0});
  if ((clauses & 2) != 0) w_.raw({0, 1, 1});
  if ((clauses & 4) != 0) w_.raw({any_ref ? 3u : 2u, 2});
  labels_.push_back(t);
  statements(depth + 1, 3);
  if (c_.chance(60)) {
    expr(kI32, depth + 1);
    open(Op::if_);
    throwing(depth + 1);
    close();
  }
  expr(t, depth + 1);
  close();
  op(Op::br, {3});
  close();
  if (pair_ref) op(Op::local_set, {local(kExnRef)});
  op(Op::local_set, {local(kI64)}), op(Op::local_set, {local(kI32)});
  expr(t, depth + 1);
  op(Op::br, {2});
  close();
  op(Op::local_set, {local(kF64)});
  expr(t, depth + 1);
  op(Op::br, {1});
  close();
  if (any_ref) op(Op::local_set, {local(kExnRef)});
  expr(t, depth + 1);
  close();
}

void FunctionGenerator::rethrowing(unsigned depth) {
  if (!c_.chance(30)) return;
  expr(kI32, depth + 1);
  open(Op::if_);
  op(Op::rethrow, {1});
  close();
}

void FunctionGenerator::legacy_catching(Type t, unsigned depth) {
  open(Op::try_, t);
  statements(depth + 1, 3);
  if (c_.chance(60)) {
    expr(kI32, depth + 1);
    open(Op::if_);
    throwing(depth + 1);
    close();
  }
  expr(t, depth + 1);
  if (c_.chance(25)) {
    labels_.pop_back();
    return op(Op::delegate, {c_.below(static_cast<unsigned>(labels_.size()))});
  }
  if (c_.chance(60)) {
    op(Op::catch_, {0});
    op(Op::local_set, {local(kI64)}), op(Op::local_set, {local(kI32)});
    rethrowing(depth);
    expr(t, depth + 1);
  }
  if (c_.chance(40)) {
    op(Op::catch_, {1});
    op(Op::local_set, {local(kF64)});
    rethrowing(depth);
    expr(t, depth + 1);
  }
  if (c_.chance(60)) {
    op(Op::catch_all);
    statements(depth + 1, 1);
    rethrowing(depth);
    expr(t, depth + 1);
  }
  close();
}

/// Out of the enclosing labels: with a value of the label's type.
void FunctionGenerator::leave(unsigned depth) {
  const unsigned label = c_.below(static_cast<unsigned>(labels_.size()));
  const int carries = labels_[labels_.size() - 1 - label];
  if (c_.chance(5)) return op(Op::unreachable);
  if (c_.chance(25) || carries == kNoBranch) {
    for (const Type r : type().results) expr(r, depth + 1);
    return op(Op::return_);
  }
  if (carries >= 0) expr(static_cast<Type>(carries), depth + 1);
  if (c_.chance(30)) {
    small(2, depth);
    op(Op::br_table, {1, label, label});
  } else {
    op(Op::br, {label});
  }
}

void FunctionGenerator::pay() {
  op(Op::global_get, {kSteps}), op(Op::i32_eqz);
  op(Op::if_), w_.byte(0x40), op(Op::unreachable), op(Op::end);
  op(Op::global_get, {kSteps}), i32(1), op(Op::i32_sub), op(Op::global_set, {kSteps});
}

void FunctionGenerator::call(unsigned depth, bool tail) {
  const unsigned callee = c_.below(function_count());
  const Signature& f = world_.functions[callee];
  if (tail && f.results != type().results) return;
  for (const Type p : f.params) expr(p, depth + 1);
  if (c_.chance(30)) {
    op(Op::ref_func, {kFirstFunc + callee});
    op(tail ? Op::return_call_ref : Op::call_ref, {kFirstFuncType + callee});
  } else if (c_.chance(30)) {  // tables start as: null, the callback, then these functions
    if (c_.chance(80)) {
      i32(static_cast<int32_t>(2 + callee));
    } else {
      small(8, depth);
    }
    op(tail ? Op::return_call_indirect : Op::call_indirect, {kFirstFuncType + callee, 0});
  } else {
    op(tail ? Op::return_call : Op::call, {kFirstFunc + callee});
  }
  for (size_t i = 0; !tail && i < f.results.size(); ++i) op(Op::drop);
}

/// A call of an earlier function that returns this type first; false if there is none.
bool FunctionGenerator::call_for(Type t, unsigned depth) {
  for (unsigned i = 0; i < self_; ++i) {
    const Signature& callee = world_.functions[i];
    if (callee.results.empty() || callee.results[0] != t) continue;
    for (const Type p : callee.params) expr(p, depth + 1);
    op(Op::call, {kFirstFunc + i});
    for (size_t r = 1; r < callee.results.size(); ++r) op(Op::drop);
    return true;
  }
  return false;
}

void FunctionGenerator::call_number(unsigned depth) {
  switch (c_.below(5)) {
    case 0: small(8, depth); return op(Op::call_indirect, {kCallbackType, 0});
    case 1: expr(kFn, depth + 1); return op(Op::call_ref, {kCallbackType});
    case 2: return op(Op::call, {kLibraryFunc});
    case 3: expr(kI32, depth + 1); return op(Op::call, {kHostFunc});
    default: op(Op::ref_func, {kCallbackFunc}); return op(Op::call_ref, {kCallbackType});
  }
}

void FunctionGenerator::statement_control(unsigned depth) {
  switch (c_.below(8)) {
    case 0:
      open(Op::loop);
      pay();
      statements(depth + 1, 3);
      expr(kI32, depth + 1);
      op(Op::br_if, {0});
      return close();
    case 1:
      open(Op::block);
      statements(depth + 1, 3);
      return close();
    case 2:
      expr(kI32, depth + 1);
      open(Op::if_);
      statements(depth + 1, 2);
      if (c_.chance(50)) leave(depth + 1);
      if (c_.chance(20)) statements(depth + 1, 1);  // dead code
      return close();
    case 3:
      expr(kI32, depth + 1);
      open(Op::if_);
      if (c_.chance(20)) {
        expr(kExnRef, depth + 1);
        op(Op::throw_ref);
      } else {
        call(depth + 1, true);
      }
      return close();
    case 4: return call(depth, false);
    case 5: expr(kI32, depth + 1); return op(Op::call, {kCheckFunc});
    case 6: {
      const auto t = static_cast<Type>(kFuncRef + c_.below(kTypes - kFuncRef));
      if (c_.chance(50)) {
        non_null(t, depth);
      } else {
        branch_cast_to(kStruct, depth);
        return op(Op::local_set, {local(kStruct)});
      }
      return op(Op::local_set, {local(t)});
    }
    default:
      open(Op::block);
      expr(static_cast<Type>(kFuncRef + c_.below(kTypes - kFuncRef)), depth + 1);
      op(Op::br_on_null, {0});
      op(Op::drop);
      return close();
  }
}

}  // namespace weft::fuzz
