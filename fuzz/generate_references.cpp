// References: making, casting and comparing them; structs and arrays.
#include <array>

#include "function_generator.hpp"

namespace weft::fuzz {

using wasm::Op;

namespace {

constexpr std::array<Type, 8> kFields = {kI32, kI64, kF64, kI32, kAnyRef, kF32, kV128, kI32};
/// Heap types below any: our own, then the abstract ones.
constexpr std::array<unsigned, 16> kAnyHeapTypes = {0, 1, 2,    3,    4,    5,    6,    7,
                                                    8, 9, 0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x71};
constexpr unsigned kAnyElements = 2;  // a segment

bool is_packed(unsigned array) { return array == 1 || array == 3; }

}  // namespace

bool FunctionGenerator::special_reference(Type t, unsigned depth) {
  if (c_.chance(8)) return non_null(t, depth), true;
  if (t >= kEqRef && t <= kRefs && c_.chance(20)) {
    if (c_.chance(50)) return cast_to(t, depth), true;
    return branch_cast_to(t, depth), true;
  }
  switch (t) {
    case kFuncRef:
      if (c_.chance(30)) return expr(kFn, depth + 1), true;
      small(8, depth);
      op(Op::table_get, {0});
      return true;
    case kFn:
      if (c_.chance(30)) {
        op(Op::ref_func, {kCallbackFunc});
        op(Op::ref_cast_null, {kCallbackType});
        return true;
      }
      constant(kFn);
      return true;
    case kExternRef:
      if (c_.chance(50)) {
        expr(kAnyRef, depth + 1);
        op(Op::extern_convert_any);
      } else {
        small(4, depth), op(Op::i64_extend_i32_u);
        op(Op::table_get, {2});
      }
      return true;
    case kAnyRef: any_reference(depth); return true;
    case kEqRef: expr(static_cast<Type>(kI31Ref + c_.below(5)), depth + 1); return true;
    case kI31Ref: expr(kI32, depth + 1), op(Op::ref_i31); return true;
    case kStruct: new_struct(depth); return true;
    case kArray:
    case kBytes:
    case kRefs: new_array(t - kArray, depth); return true;
    case kExnRef:  // block (try_table (catch_all_ref 0) throw)
      open(Op::block, kExnRef);
      op(Op::try_table), w_.raw({0x40, 1, 3, 0});
      labels_.push_back(kNoBranch);
      throwing(depth + 1);
      close();
      op(Op::unreachable);
      close();
      return true;
    default: return false;
  }
}

void FunctionGenerator::any_reference(unsigned depth) {
  switch (c_.below(7)) {
    case 0: expr(kExternRef, depth + 1); return op(Op::any_convert_extern);
    case 1: small(8, depth); return op(Op::table_get, {1});
    case 2: expr(kStruct, depth + 1); return op(Op::struct_get, {0, 4});
    case 3: return array_element(2, depth);
    case 4: return new_array(c_.below(kArrays), depth);
    case 5: {  // on failure a branch with the reference as it was
      const auto t = static_cast<Type>(kEqRef + c_.below(6));
      open(Op::block, kAnyRef);
      expr(kAnyRef, depth + 1);
      op(Op::br_on_cast_fail);
      w_.byte(3), w_.u(0), write_heap_type(w_, kAnyRef), write_heap_type(w_, t);
      op(Op::local_tee, {local(t)});
      return close();
    }
    default: return expr(static_cast<Type>(kEqRef + c_.below(6)), depth + 1);
  }
}

void FunctionGenerator::new_struct(unsigned depth) {
  if (c_.chance(30)) return op(Op::struct_new_default, {c_.below(2)});
  const unsigned fields = c_.chance(40) ? 8 : 7;
  for (unsigned i = 0; i < fields; ++i) expr(kFields[i], depth + 2);
  op(Op::struct_new, {fields - 7});
}

void FunctionGenerator::new_array(unsigned array, unsigned depth) {
  const unsigned type = kFirstArray + array;
  switch (c_.below(4)) {
    case 0:
      expr(kElements[array], depth + 1);
      small(32, depth);
      return op(Op::array_new, {type});
    case 1: small(32, depth); return op(Op::array_new_default, {type});
    case 2: {
      const unsigned count = c_.below(4);
      for (unsigned i = 0; i < count; ++i) expr(kElements[array], depth + 2);
      return op(Op::array_new_fixed, {type, count});
    }
    default:
      if (kElements[array] == kAnyRef) {
        small(2, depth), small(4, depth);
        return op(Op::array_new_elem, {type, kAnyElements});
      }
      small(8, depth), small(2, depth);
      return op(Op::array_new_data, {type, c_.below(4)});
  }
}

void FunctionGenerator::cast_to(Type t, unsigned depth) {
  expr(kAnyRef, depth + 1);
  op(c_.chance(80) ? Op::ref_cast_null : Op::ref_cast);
  write_heap_type(w_, t);
}

/// Both ways of br_on_cast leave a reference of this type.
void FunctionGenerator::branch_cast_to(Type t, unsigned depth) {
  open(Op::block, t);
  expr(kAnyRef, depth + 1);
  op(Op::br_on_cast);
  w_.byte(c_.chance(70) ? 3 : 1), w_.u(0), write_heap_type(w_, kAnyRef), write_heap_type(w_, t);
  op(Op::drop);
  constant(t);
  close();
}

void FunctionGenerator::non_null(Type t, unsigned depth) {
  if (c_.chance(30)) {
    expr(t, depth + 1);
    return op(Op::ref_as_non_null);
  }
  open(Op::block, t);
  expr(t, depth + 1);
  op(Op::br_on_non_null, {0});
  if (c_.chance(50)) statements(depth + 1, 1);
  constant(t);
  close();
}

void FunctionGenerator::test_reference(unsigned depth) {
  switch (c_.below(4)) {
    case 0: {
      const std::array<unsigned, 4> kHeapTypes = {0x70, kCallbackType, 0x73,
                                                  kFirstFuncType + c_.below(function_count())};
      expr(kFuncRef, depth + 1);
      return op(Op::ref_test, {kHeapTypes[c_.below(4)]});
    }
    case 1:
      expr(kExternRef, depth + 1);
      return op(Op::ref_test_null, {c_.chance(50) ? 0x6fu : 0x72u});
    default:
      expr(kAnyRef, depth + 1);
      op(c_.chance(50) ? Op::ref_test : Op::ref_test_null);
      return w_.byte(kAnyHeapTypes[c_.below(kAnyHeapTypes.size())]);
  }
}

/// An i32 that tells something of a reference.
void FunctionGenerator::reference_number(unsigned depth) {
  switch (c_.below(6)) {
    case 0:
      expr(static_cast<Type>(kFuncRef + c_.below(kTypes - kFuncRef)), depth + 1);
      return op(Op::ref_is_null);
    case 1: expr(kEqRef, depth + 1), expr(kEqRef, depth + 1); return op(Op::ref_eq);
    case 2: expr(kI31Ref, depth + 1); return op(c_.chance(50) ? Op::i31_get_s : Op::i31_get_u);
    case 3:
      if (c_.chance(50)) {
        expr(kStruct, depth + 1);
        return op(c_.chance(50) ? Op::struct_get_s : Op::struct_get_u, {0, 3});
      }
      op(Op::struct_new_default, {1});
      return op(c_.chance(50) ? Op::struct_get_s : Op::struct_get_u, {1, 7});
    case 4: expr(static_cast<Type>(kArray + c_.below(3)), depth + 1); return op(Op::array_len);
    default: return test_reference(depth);
  }
}

void FunctionGenerator::array_element(unsigned array, unsigned depth) {
  if (array < 3 && c_.chance(70)) {
    expr(static_cast<Type>(kArray + array), depth + 1);
  } else {
    new_array(array, depth + 1);
  }
  small(8, depth);
  const Op get = !is_packed(array) ? Op::array_get
                 : c_.chance(50)   ? Op::array_get_s
                                   : Op::array_get_u;
  op(get, {kFirstArray + array});
}

void FunctionGenerator::statement_gc(unsigned depth) {
  const unsigned array = c_.below(3), type = kFirstArray + array;
  const auto of = static_cast<Type>(kArray + array);
  switch (c_.below(6)) {
    case 0: {
      const unsigned field = c_.below(7);
      expr(kStruct, depth + 1), expr(kFields[field], depth + 1);
      return op(Op::struct_set, {0, field});
    }
    case 1: {
      const unsigned any = c_.chance(50) ? array : c_.below(kArrays);
      if (any < 3) {
        expr(static_cast<Type>(kArray + any), depth + 1);
      } else {
        new_array(any, depth + 1);
      }
      small(8, depth);
      expr(kElements[any], depth + 1);
      return op(Op::array_set, {kFirstArray + any});
    }
    case 2:
      expr(of, depth + 1);
      small(8, depth);
      expr(kElements[array], depth + 1);
      small(8, depth);
      return op(Op::array_fill, {type});
    case 3:
      expr(of, depth + 1), small(8, depth), expr(of, depth + 1), small(8, depth), small(8, depth);
      return op(Op::array_copy, {type, type});
    case 4:
      if (array == 2) break;
      expr(of, depth + 1), small(8, depth), small(8, depth), small(4, depth);
      return op(Op::array_init_data, {type, c_.below(4)});
    default: break;
  }
  expr(kRefs, depth + 1), small(8, depth), small(2, depth), small(2, depth);
  op(Op::array_init_elem, {kFirstArray + 2, kAnyElements});
}

}  // namespace weft::fuzz
