// Structs and arrays (spec 3.4.5). Included by function_walker.hpp.
#pragma once

namespace weft::validate {

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::gc_result(Op op, Indices ix, ValType operand_type, size_t n,
                                         ValType result) {
  if (emitting()) e_.gc(op, ix, operand_type);
  drop(n);
  push_home(result);
  return true;
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_struct(uint32_t& type) {
  if (!read_u32(type)) return false;
  if constexpr (!kChecks) return true;
  if (type >= m_->types.size()) return unknown("type", type);
  return m_->types[type].kind == CompositeKind::struct_ ||
         invalid("type mismatch", "a struct type is expected");
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::read_array(uint32_t& type) {
  if (!read_u32(type)) return false;
  if constexpr (!kChecks) return true;
  if (type >= m_->types.size()) return unknown("type", type);
  return m_->types[type].kind == CompositeKind::array ||
         invalid("type mismatch", "an array type is expected");
}

/// get_s and get_u are for packed fields, get for the others.
template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::packing_fits(Op op, ValType storage, uint32_t field) {
  if constexpr (!kChecks) return true;
  const bool extends = op != Op::struct_get && op != Op::array_get;
  if (extends == storage.is_packed()) return true;
  return invalid("type mismatch",
                 "field " + std::to_string(field) + (extends ? " is not packed" : " is packed"));
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::structs(Op op) {
  Indices ix;
  if (!read_struct(ix.a)) return false;
  const auto fields = m_->types.fields(ix.a);
  switch (op) {
    case Op::struct_new: {
      for (size_t i = 0; i < fields.size(); ++i) {
        if (!want_at(i, fields[fields.size() - 1 - i].type.unpacked())) return false;
      }
      return gc_result(op, ix, kBottom, fields.size(), ref_to(ix.a, false));
    }
    case Op::struct_new_default:
      if constexpr (kChecks) {
        for (const FieldType& f : fields) {
          if (!f.type.defaultable())
            return invalid("type mismatch", "a field has no default value");
        }
      }
      return gc_result(op, ix, kBottom, 0, ref_to(ix.a, false));
    default: break;
  }
  if (!read_u32(ix.b)) return false;
  if (kChecks && ix.b >= fields.size()) return unknown("field", ix.b);
  const FieldType field = fields[ix.b];
  if (op == Op::struct_set) {
    if (kChecks && !field.is_mutable) return invalid("immutable field", std::to_string(ix.b));
    if (!want(ref_to(ix.a, true), field.type.unpacked())) return false;
    if (emitting()) e_.gc(op, ix, kBottom);
    drop(2);
    return true;
  }
  if (!packing_fits(op, field.type, ix.b) || !want(ref_to(ix.a, true))) return false;
  return gc_result(op, ix, kBottom, 1, field.type.unpacked());
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::array_is_mutable(uint32_t type) {
  return !kChecks || m_->types.fields(type)[0].is_mutable ||
         invalid("immutable array", std::to_string(type));
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::array_holds_numbers(uint32_t type) {
  return !kChecks || !m_->types.fields(type)[0].type.is_ref() ||
         invalid("array type is not numeric or vector");
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::elem_fits_array(uint32_t elem, uint32_t type) {
  if constexpr (!kChecks) return true;
  const ValType want_type = m_->types.fields(type)[0].type.unpacked();
  return m_->types.matches(m_->elems[elem].type, want_type) ||
         mismatch(want_type, m_->elems[elem].type);
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::arrays_new(Op op) {
  Indices ix;
  if (!read_array(ix.a)) return false;
  const ValType element = m_->types.fields(ix.a)[0].type.unpacked();
  const ValType result = ref_to(ix.a, false);
  switch (op) {
    case Op::array_new:
      if (!want(element, kI32)) return false;
      return gc_result(op, ix, kBottom, 2, result);
    case Op::array_new_default:
      if (kChecks && !element.defaultable())
        return invalid("type mismatch", "the element has no default value");
      if (!want(kI32)) return false;
      return gc_result(op, ix, kBottom, 1, result);
    case Op::array_new_fixed:
      if (!read_u32(ix.b)) return false;
      if (ix.b > limits::kArrayNewFixedOperands) {
        return fail_with(ErrorCode::limit_exceeded, "limit exceeded",
                         "operands of array.new_fixed");
      }
      for (size_t i = 0; i < ix.b; ++i) {
        if (!want_at(i, element)) return false;
      }
      return gc_result(op, ix, kBottom, ix.b, result);
    case Op::array_new_data:
      if (!read_data(ix.b) || !array_holds_numbers(ix.a) || !want(kI32, kI32)) return false;
      return gc_result(op, ix, kBottom, 2, result);
    default:  // array.new_elem
      if (!read_elem(ix.b) || !elem_fits_array(ix.b, ix.a) || !want(kI32, kI32)) return false;
      return gc_result(op, ix, kBottom, 2, result);
  }
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::arrays(Op op) {
  Indices ix;
  if (op == Op::array_len) {
    if (!want(ValType::ref(AbstractHeap::array, true))) return false;
    return gc_result(op, ix, kBottom, 1, kI32);
  }
  if (!read_array(ix.a)) return false;
  const FieldType field = m_->types.fields(ix.a)[0];
  if (op == Op::array_set) {
    if (!array_is_mutable(ix.a) || !want(ref_to(ix.a, true), kI32, field.type.unpacked()))
      return false;
    if (emitting()) e_.gc(op, ix, kBottom);
    drop(3);
    return true;
  }
  if (!packing_fits(op, field.type, 0) || !want(ref_to(ix.a, true), kI32)) return false;
  return gc_result(op, ix, kBottom, 2, field.type.unpacked());
}

template <class E, WalkMode kMode>
bool FunctionWalker<E, kMode>::arrays_bulk(Op op) {
  Indices ix;
  if (!read_array(ix.a)) return false;
  const ValType array = ref_to(ix.a, true);
  const ValType element = m_->types.fields(ix.a)[0].type;
  size_t operands = 4;
  switch (op) {
    case Op::array_fill:
      if (!array_is_mutable(ix.a)) return false;
      if (!want_at(0, kI32) || !want_at(1, element.unpacked()) || !want_at(2, kI32) ||
          !want_at(3, array))
        return false;
      break;
    case Op::array_copy: {
      if (!read_array(ix.b) || !array_is_mutable(ix.a)) return false;
      if (kChecks && !m_->types.matches(m_->types.fields(ix.b)[0].type, element)) {
        return invalid("array types do not match");
      }
      operands = 5;
      if (!want_at(0, kI32) || !want_at(1, kI32) || !want_at(2, ref_to(ix.b, true)) ||
          !want_at(3, kI32) || !want_at(4, array)) {
        return false;
      }
      break;
    }
    default: {
      const bool from_data = op == Op::array_init_data;
      if (!(from_data ? read_data(ix.b) : read_elem(ix.b)) || !array_is_mutable(ix.a)) return false;
      if (!(from_data ? array_holds_numbers(ix.a) : elem_fits_array(ix.b, ix.a))) return false;
      if (!want_at(0, kI32) || !want_at(1, kI32) || !want_at(2, kI32) || !want_at(3, array))
        return false;
      break;
    }
  }
  if (emitting()) e_.gc(op, ix, kBottom);
  drop(operands);
  return true;
}

}  // namespace weft::validate
