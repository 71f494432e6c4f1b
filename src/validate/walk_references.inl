// References: null, func, casts and the branches on them (spec 3.4.5, 3.4.6). Included by
// function_walker.hpp.
#pragma once

namespace weft::validate {

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::check_type(ValType type) {
  if constexpr (!kChecks) return true;
  if (!type.is_ref() || type.heap().is_abstract()) return true;
  return type.heap().index() < m_->types.size() || unknown("type", type.heap().index());
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_heap_type(HeapType& heap) {
  return read_with([&](binary::Reader& r) { heap = binary::read_heap_type(r, ctx_->features); }) &&
         check_type(ValType::ref(heap, true));
}

/// The operand under `below` others is some reference; bottom in dead code.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::reference_on_top(size_t below, ValType& type) {
  type = peek(below);
  if constexpr (!kChecks) return true;
  if (type.is_ref()) return true;
  if (!type.is_bottom()) return invalid("type mismatch", "a reference is expected");
  return want_at(below, kBottom);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::references(Op op) {
  ValType type;
  switch (op) {
    case Op::ref_null: {
      HeapType heap;
      if (!read_heap_type(heap)) return false;
      type = ValType::ref(heap, true);
      push(type, emitting() ? e_.ref_null(type) : Value{});
      return true;
    }
    case Op::ref_func: {
      uint32_t func = 0;
      if (!read_u32(func)) return false;
      if constexpr (kChecks) {
        if (func >= m_->funcs.size()) return unknown("function", func);
        if (in_function_ && !ctx_->is_declared(func)) {
          return invalid("undeclared function reference", std::to_string(func));
        }
      }
      const uint32_t index = m_->funcs[func].value;
      push(ref_to(index, false), emitting() ? e_.ref_func(func) : Value{});
      return true;
    }
    case Op::ref_is_null:
      if (!reference_on_top(0, type)) return false;
      replace(1, kI32, emitting() ? e_.unary(op) : Value{});
      return true;
    case Op::ref_as_non_null:
      if (!reference_on_top(0, type)) return false;
      replace(1, type.as_non_null(), emitting() ? e_.ref_as_non_null() : Value{});
      return true;
    case Op::ref_eq: {
      constexpr ValType kEqRef = ValType::ref(AbstractHeap::eq, true);
      if (!want(kEqRef, kEqRef)) return false;
      replace(2, kI32, emitting() ? e_.binary(op) : Value{});
      return true;
    }
    case Op::ref_i31:
      if (!want(kI32)) return false;
      return gc_result(op, {}, kBottom, 1, ValType::ref(AbstractHeap::i31, false));
    default:  // i31.get
      if (!want(ValType::ref(AbstractHeap::i31, true))) return false;
      return gc_result(op, {}, kBottom, 1, kI32);
  }
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::branch_on_null(Op op) {
  uint32_t depth = 0;
  if (!read_label(depth)) return false;
  auto types = state_.frame(depth).branch_types();
  if (op == Op::br_on_null) {
    ValType type;
    if (!reference_on_top(0, type) || !want_list(types, 1)) return false;
    if (emitting()) e_.branch_on_null(depth);
    // The reference stays, without its null.
    if (available() > types.size()) {
      retype(types, 1);
      state_.operands.back().type = type.as_non_null();
    } else {
      drop(types.size() + 1);
      for (ValType t : types) push(t);
      push(type.as_non_null());
    }
    return true;
  }
  if (kChecks && (types.empty() || !types.back().is_ref())) {
    return invalid("type mismatch", "the label of br_on_non_null takes no reference last");
  }
  if (!want(types.back().as_nullable()) || !want_list(types.first(types.size() - 1), 1))
    return false;
  if (emitting()) e_.branch_on_non_null(depth);
  types = types.first(types.size() - 1);
  drop(1);
  retype(types);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::branch_on_cast(bool on_fail) {
  uint8_t flags = 0;
  uint32_t depth = 0;
  if (!read_byte(flags)) return false;
  if (flags > 3) return malformed("malformed br_on_cast flags");
  HeapType from_heap;
  HeapType to_heap;
  if (!read_u32(depth) || !read_heap_type(from_heap) || !read_heap_type(to_heap) ||
      !has_label(depth))
    return false;
  const ValType from = ValType::ref(from_heap, (flags & 1) != 0);
  const ValType to = ValType::ref(to_heap, (flags & 2) != 0);
  // What is left when the cast to `to` fails: null went with it if `to` takes null.
  const ValType rest = to.nullable() ? from.as_non_null() : from;
  const ValType carried = on_fail ? rest : to;
  const ValType kept = on_fail ? to : rest;
  auto types = state_.frame(depth).branch_types();
  if constexpr (kChecks) {
    if (!m_->types.matches(to, from)) return mismatch(from, to);
    if (types.empty())
      return invalid("type mismatch", "the label takes no operand, a reference is carried");
    if (!m_->types.matches(carried, types.back())) return mismatch(types.back(), carried);
  }
  types = types.first(types.size() - 1);
  if (!want(from) || !want_list(types, 1)) return false;
  if (emitting()) e_.branch_on_cast(depth, to, on_fail);
  if (available() > types.size()) {
    retype(types, 1);
    state_.operands.back().type = kept;
  } else {
    drop(types.size() + 1);
    for (ValType t : types) push(t);
    push(kept);
  }
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::casts(Op op) {
  HeapType heap;
  if (!read_heap_type(heap)) return false;
  const bool nullable = op == Op::ref_test_null || op == Op::ref_cast_null;
  const ValType target = ValType::ref(heap, nullable);
  if (!want(ValType::ref(m_->types.top_of(heap), true))) return false;
  return gc_result(op, {}, target, 1, shape(op) == Shape::ref_test ? kI32 : target);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::convert(Op op) {
  const bool to_any = op == Op::any_convert_extern;
  ValType type;
  if (!reference_on_top(0, type)) return false;
  const bool nullable = type.nullable();  // bottom is taken as non-null
  if (!want(ValType::ref(to_any ? AbstractHeap::extern_ : AbstractHeap::any, nullable)))
    return false;
  return gc_result(op, {}, kBottom, 1,
                   ValType::ref(to_any ? AbstractHeap::any : AbstractHeap::extern_, nullable));
}

}  // namespace weft::validate
