// What the chosen instructions are and which operands they get.
#include "function_generator.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace weft::fuzz {

using wasm::Imm;
using wasm::Op;
using wasm::OpInfo;
using wasm::Shape;
using wasm::SigType;

void write_type(Writer& w, Type t) {
  constexpr std::array<uint8_t, kTypes> kBytes = {0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f,
                                                  0x6e, 0x6d, 0x6c, 0,    2,    0x69};
  if (t == kStruct || t == kArray) w.byte(0x63);
  w.byte(kBytes[t]);
}

void write_zero(Writer& w, Type t) {
  switch (t) {
    case kI32: return w.raw({0x41, 0});
    case kI64: return w.raw({0x42, 0});
    case kF32: return w.raw({0x43, 0, 0, 0, 0});
    case kF64: return w.raw({0x44, 0, 0, 0, 0, 0, 0, 0, 0});
    case kV128: return w.raw({0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    case kFuncRef: return w.raw({0xd0, 0x70});
    case kExternRef: return w.raw({0xd0, 0x6f});
    case kAnyRef: return w.raw({0xd0, 0x6e});
    case kEqRef: return w.raw({0xd0, 0x6d});
    case kI31Ref: return w.raw({0xd0, 0x6c});
    case kStruct: return w.raw({0xd0, 0});
    case kArray: return w.raw({0xd0, 2});
    default: return w.raw({0xd0, 0x69});
  }
}

namespace {

/// The opcodes that the signature column describes wholly, by their first result; the last list:
/// without results.
const std::vector<const OpInfo*>& plain_ops(unsigned result) {
  static const auto lists = [] {
    std::array<std::vector<const OpInfo*>, 6> out;
    for (const OpInfo& row : wasm::kOps) {
      if (row.sig.special || row.shape == Shape::constant || row.shape == Shape::nop) continue;
      if (row.sig.result_count == 0) {
        out[5].push_back(&row);
        continue;
      }
      const SigType r = row.sig.results[0];
      if (r == SigType::address) {
        out[kI32].push_back(&row), out[kI64].push_back(&row);
      } else {
        out[static_cast<unsigned>(r)].push_back(&row);
      }
    }
    return out;
  }();
  return lists[result];
}

unsigned lanes(const OpInfo& op) {
  if (op.access_bytes != 0) return 16u / op.access_bytes;
  const size_t x = op.text.find('x');
  unsigned n = 0;
  for (size_t i = x + 1; i < op.text.size() && op.text[i] >= '0' && op.text[i] <= '9'; ++i)
    n = n * 10 + static_cast<unsigned>(op.text[i] - '0');
  return n;
}

}  // namespace

void FunctionGenerator::op(Op o) {
  const OpInfo& row = wasm::info(o);
  if (row.prefix != 0) {
    w_.byte(row.prefix);
    w_.u(row.code);
  } else {
    w_.byte(row.code);
  }
}

void FunctionGenerator::block_type(Type t) { write_type(w_, t); }

void FunctionGenerator::constant(Type t) {
  constexpr std::array<int64_t, 16> kInteresting = {
      0, 1, -1, 2, 7, 31, 32, 63, 64, 255, 32768, 65535, 65536, INT32_MAX, INT32_MIN, INT64_MIN};
  constexpr std::array<uint64_t, 8> kFloats = {0,
                                               0x8000000000000000,
                                               0x3ff0000000000000,
                                               0x7ff0000000000000,
                                               0x7ff8000000000000,
                                               0x41dfffffffc00000,
                                               0xc1e0000000000000,
                                               0x43e0000000000000};
  constexpr std::array<uint32_t, 8> kFloats32 = {0,          0x80000000, 0x3f800000, 0x7f800000,
                                                 0x7fc00000, 0x4f000000, 0xcf000000, 0x5f000000};
  const bool known = c_.chance(60);
  switch (t) {
    case kI32:
      op(Op::i32_const);
      return w_.s(static_cast<int32_t>(known ? kInteresting[c_.below(16)]
                                             : static_cast<int64_t>(c_.bits(4))));
    case kI64:
      op(Op::i64_const);
      return w_.s(known ? kInteresting[c_.below(16)] : static_cast<int64_t>(c_.bits(8)));
    case kF32: {
      op(Op::f32_const);
      const uint64_t bits = known ? kFloats32[c_.below(8)] : c_.bits(4);
      for (unsigned i = 0; i < 4; ++i) w_.byte(static_cast<uint8_t>(bits >> (8 * i)));
      return;
    }
    case kF64: {
      op(Op::f64_const);
      const uint64_t bits = known ? kFloats[c_.below(8)] : c_.bits(8);
      for (unsigned i = 0; i < 8; ++i) w_.byte(static_cast<uint8_t>(bits >> (8 * i)));
      return;
    }
    case kV128:
      op(Op::v128_const);
      for (unsigned i = 0; i < 16; ++i) w_.byte(c_.byte());
      return;
    case kFuncRef:
      op(Op::ref_func);
      return w_.u(c_.below(static_cast<unsigned>(world_.functions.size()) + 1));
    case kI31Ref:
    case kEqRef:
    case kAnyRef: w_.byte(0x41), w_.s(static_cast<int32_t>(c_.bits(4))); return op(Op::ref_i31);
    case kStruct: op(Op::struct_new_default); return w_.u(c_.below(2));
    case kArray:
      w_.raw({0x41, c_.below(32)});
      op(Op::array_new_default);
      return w_.u(2);
    default: return write_zero(w_, t);
  }
}

void FunctionGenerator::leaf(Type t) {
  switch (c_.below(4)) {
    case 0: return constant(t);
    case 1: op(Op::global_get); return w_.u(global(t));
    case 2:
      for (size_t i = 0; i < type().params.size(); ++i) {
        if (type().params[i] == t) {
          op(Op::local_get);
          return w_.u(i);
        }
      }
      [[fallthrough]];
    default: op(Op::local_get); return w_.u(local(t));
  }
}

/// An i32 from 0 to limit - 1 (a power of two), most of the time.
void FunctionGenerator::small(unsigned limit, unsigned depth) {
  if (c_.chance(50)) {
    w_.byte(0x41);
    return w_.s(c_.below(limit));
  }
  expr(kI32, depth + 1);
  w_.byte(0x41), w_.s(limit - 1);
  op(Op::i32_and);
}

void FunctionGenerator::address(unsigned memory, unsigned bytes, bool aligned, unsigned depth) {
  if (c_.chance(2)) return expr(memory == 0 ? kI32 : kI64, depth + 1);
  expr(kI32, depth + 1);
  w_.byte(0x41), w_.s(0xffff & (aligned ? ~static_cast<int>(bytes - 1) : ~0));
  op(Op::i32_and);
  if (memory != 0) op(Op::i64_extend_i32_u);
}

void FunctionGenerator::memarg(const OpInfo& row, unsigned memory) {
  const auto natural = static_cast<unsigned>(__builtin_ctz(row.access_bytes));
  const bool atomic = row.prefix == 0xfe;
  const unsigned align = atomic ? natural : c_.below(natural + 1);
  w_.u(align | (memory != 0 ? 0x40 : 0));
  if (memory != 0) w_.u(memory);
  if (c_.chance(70)) {
    w_.u(0);
  } else if (c_.chance(80)) {
    w_.u(uint64_t{c_.byte()} * row.access_bytes);
  } else {
    w_.u(memory != 0 ? c_.bits(8) : c_.bits(4));
  }
}

void FunctionGenerator::operands(const OpInfo& row, unsigned memory, unsigned depth) {
  const bool bulk = row.shape == Shape::memory_fill || row.shape == Shape::memory_init;
  for (size_t i = 0; i < row.sig.param_count; ++i) {
    const SigType p = row.sig.params[i];
    if (p == SigType::address && row.shape == Shape::memory_grow) {
      small(2, depth);
      if (memory != 0) op(Op::i64_extend_i32_u);
    } else if (p == SigType::address) {
      address(memory, std::max<unsigned>(row.access_bytes, 1), row.prefix == 0xfe && !c_.chance(4),
              depth);
    } else if (bulk && i != 0 && c_.chance(90)) {
      small(16, depth);
    } else {
      expr(static_cast<Type>(p), depth + 1);
    }
  }
}

/// One instruction whose types the table gives, with its operands.
void FunctionGenerator::table_op(const OpInfo& row, unsigned depth) {
  const unsigned memory = c_.below(3) == 2 ? 1 : 0;
  operands(row, memory, depth);
  if (row.prefix != 0) {
    w_.byte(row.prefix), w_.u(row.code);
  } else {
    w_.byte(row.code);
  }
  switch (row.imm) {
    case Imm::memory: return w_.u(memory);
    case Imm::memarg: return memarg(row, memory);
    case Imm::memarg_lane: memarg(row, memory); return w_.byte(c_.below(lanes(row)));
    case Imm::lane: return w_.byte(c_.below(lanes(row)));
    case Imm::shuffle:
      for (unsigned i = 0; i < 16; ++i) w_.byte(c_.below(32));
      return;
    case Imm::data: return w_.u(c_.below(2));
    case Imm::elem: return w_.u(c_.below(3));
    case Imm::data_memory: w_.u(c_.below(2)); return w_.u(memory);
    case Imm::fence: return w_.byte(0);
    default: return;
  }
}

void FunctionGenerator::expr(Type t, unsigned depth) {
  if (depth > 7 || budget_ == 0 || c_.empty()) return leaf(t);
  --budget_;
  const unsigned kind = c_.below(16);
  if (kind < 3) return leaf(t);
  if (kind < 5) return structured(t, depth);
  if (kind < 9 && special(t, depth)) return;
  if (t > kV128) {
    if (!special(t, depth)) leaf(t);
    return;
  }
  const auto& list = plain_ops(t);
  const OpInfo& row = *list[c_.below(static_cast<unsigned>(list.size()))];
  if (row.sig.results[0] == SigType::address) {  // memory.size, memory.grow: of the memory whose
                                                 // addresses are of this type
    const unsigned memory = t == kI64 ? 1 : 0;
    if (row.shape == Shape::memory_grow) {
      small(2, depth);
      if (memory != 0) op(Op::i64_extend_i32_u);
    }
    w_.byte(row.code);
    return w_.u(memory);
  }
  table_op(row, depth);
  for (unsigned i = 1; i < row.sig.result_count; ++i) op(Op::drop);
}

void FunctionGenerator::structured(Type t, unsigned depth) {
  switch (c_.below(6)) {
    case 0:
    case 1:
      op(Op::block), block_type(t);
      labels_.push_back(t);
      statements(depth + 1, 2);
      expr(t, depth + 1);
      if (c_.chance(60)) {
        expr(kI32, depth + 1);
        op(Op::br_if), w_.u(0);
      }
      break;
    case 2:
      expr(kI32, depth + 1);
      op(Op::if_), block_type(t);
      labels_.push_back(t);
      statements(depth + 1, 2);
      expr(t, depth + 1);
      op(Op::else_);
      expr(t, depth + 1);
      break;
    case 3:
      expr(t, depth + 1), expr(t, depth + 1), expr(kI32, depth + 1);
      if (t <= kV128 && c_.chance(50)) return op(Op::select);
      op(Op::select_t), w_.u(1);
      return write_type(w_, t);
    case 4:
      expr(t, depth + 1);
      op(Op::local_tee);
      return w_.u(local(t));
    default: return catching(t, depth);
  }
  labels_.pop_back();
  op(Op::end);
}

/// block $out (result t) block $handler (result i32 i64) try_table (catch tag $handler) ... end br
/// $out end drop drop t end
void FunctionGenerator::catching(Type t, unsigned depth) {
  const bool with_ref = c_.chance(40);
  op(Op::block), block_type(t);
  labels_.push_back(t);
  if (with_ref) {
    op(Op::block), block_type(kExnRef);
  } else {
    op(Op::block), w_.byte(0x40);
  }
  labels_.push_back(-1);
  op(Op::try_table), block_type(t), w_.u(1);
  w_.byte(with_ref ? 3 : 2), w_.u(0);
  labels_.push_back(t);
  statements(depth + 1, 3);
  if (c_.chance(60)) {
    expr(kI32, depth + 1);
    op(Op::if_), w_.byte(0x40);
    constant(kI32), constant(kI64);
    op(Op::throw_), w_.u(0);
    op(Op::end);
  }
  expr(t, depth + 1);
  labels_.pop_back();
  op(Op::end);
  op(Op::br), w_.u(1);
  labels_.pop_back();
  op(Op::end);
  if (with_ref) op(Op::local_set), w_.u(local(kExnRef));
  expr(t, depth + 1);
  labels_.pop_back();
  op(Op::end);
}

bool FunctionGenerator::special_number(Type t, unsigned depth) {
  if (t == kI64 && c_.chance(30)) {
    expr(kStruct, depth + 1);
    op(Op::struct_get), w_.raw({0, 1});
    return true;
  }
  if (t == kF32 || t == kF64 || t == kV128) {
    expr(kStruct, depth + 1);
    op(Op::struct_get), w_.raw({0, t == kF64 ? 2u : t == kF32 ? 5u : 6u});
    return true;
  }
  if (t != kI32) return false;
  constexpr std::array<unsigned, 10> kHeapTypes = {0, 1, 2, 3, 0x6e, 0x6d, 0x6c, 0x6b, 0x6a, 0x71};
  switch (c_.below(12)) {
    case 0:
      expr(static_cast<Type>(kFuncRef + c_.below(kTypes - kFuncRef)), depth + 1);
      op(Op::ref_is_null);
      return true;
    case 1:
      expr(kEqRef, depth + 1), expr(kEqRef, depth + 1);
      op(Op::ref_eq);
      return true;
    case 2:
      expr(kI31Ref, depth + 1);
      op(c_.chance(50) ? Op::i31_get_s : Op::i31_get_u);
      return true;
    case 3:
      expr(kStruct, depth + 1);
      op(c_.chance(50) ? Op::struct_get_s : Op::struct_get_u);
      w_.raw({0, 3});
      return true;
    case 4:
      expr(kStruct, depth + 1);
      op(Op::struct_get);
      w_.raw({0, 0});
      return true;
    case 5:
      expr(kArray, depth + 1);
      op(Op::array_len);
      return true;
    case 6:
      expr(kArray, depth + 1);
      small(16, depth);
      op(Op::array_get);
      w_.u(2);
      return true;
    case 7:
      expr(kAnyRef, depth + 1);
      op(c_.chance(50) ? Op::ref_test : Op::ref_test_null);
      w_.byte(kHeapTypes[c_.below(10)]);
      return true;
    case 8:
      op(Op::table_size);
      w_.u(c_.below(2));
      return true;
    case 9: {
      const unsigned table = c_.below(2);
      expr(table == 0 ? kFuncRef : kAnyRef, depth + 1);
      small(2, depth);
      op(Op::table_grow);
      w_.u(table);
      return true;
    }
    case 10:
      small(8, depth);
      op(Op::call_indirect), w_.raw({6, 0});
      return true;
    default:
      op(Op::ref_func), w_.u(0);
      op(Op::call_ref), w_.u(6);
      return true;
  }
}

bool FunctionGenerator::special_reference(Type t, unsigned depth) {
  switch (t) {
    case kFuncRef:
      small(8, depth);
      op(Op::table_get);
      w_.u(0);
      return true;
    case kExternRef:
      if (c_.chance(50)) {
        expr(kAnyRef, depth + 1);
        op(Op::extern_convert_any);
      } else {
        small(4, depth), op(Op::i64_extend_i32_u);
        op(Op::table_get), w_.u(2);
      }
      return true;
    case kAnyRef:
      switch (c_.below(5)) {
        case 0:
          expr(kExternRef, depth + 1);
          op(Op::any_convert_extern);
          return true;
        case 1:
          small(8, depth);
          op(Op::table_get);
          w_.u(1);
          return true;
        case 2:
          expr(kStruct, depth + 1);
          op(Op::struct_get);
          w_.raw({0, 4});
          return true;
        case 3:
          for (unsigned i = 0; i < 3; ++i) expr(kAnyRef, depth + 2);
          op(Op::array_new_fixed), w_.raw({4, 3});
          if (c_.chance(50)) small(4, depth), op(Op::array_get), w_.u(4);
          return true;
        default: expr(static_cast<Type>(kEqRef + c_.below(4)), depth + 1); return true;
      }
    case kEqRef: expr(static_cast<Type>(kI31Ref + c_.below(3)), depth + 1); return true;
    case kI31Ref:
      expr(kI32, depth + 1);
      op(Op::ref_i31);
      return true;
    case kStruct:
      if (c_.chance(25)) {
        expr(kAnyRef, depth + 1);
        op(c_.chance(70) ? Op::ref_cast_null : Op::ref_cast), w_.u(0);
        return true;
      }
      for (const Type field : {kI32, kI64, kF64, kI32, kAnyRef, kF32, kV128})
        expr(field, depth + 2);
      if (c_.chance(40)) {
        expr(kI32, depth + 2);
        op(Op::struct_new), w_.u(1);
      } else {
        op(Op::struct_new), w_.u(0);
      }
      return true;
    case kArray:
      switch (c_.below(3)) {
        case 0:
          expr(kI32, depth + 1);
          small(32, depth);
          op(Op::array_new);
          w_.u(2);
          return true;
        case 1:
          small(8, depth);
          small(4, depth);
          op(Op::array_new_data);
          w_.raw({2, 1});
          return true;
        default:
          expr(kI32, depth + 1), expr(kI32, depth + 1);
          op(Op::array_new_fixed);
          w_.raw({2, 2});
          return true;
      }
    default: return false;
  }
}

bool FunctionGenerator::special(Type t, unsigned depth) {
  if (self_ > 0 && c_.chance(15)) {  // a call of an earlier function that returns this type first
    for (unsigned i = 0; i < self_; ++i) {
      const Signature& callee = world_.functions[i];
      if (callee.results.empty() || callee.results[0] != t) continue;
      for (const Type p : callee.params) expr(p, depth + 1);
      op(Op::call), w_.u(i + 1);
      for (size_t r = 1; r < callee.results.size(); ++r) op(Op::drop);
      return true;
    }
  }
  return t <= kV128 ? special_number(t, depth) : special_reference(t, depth);
}

void FunctionGenerator::statements(unsigned depth, unsigned most) {
  for (unsigned i = c_.below(most + 1); i > 0; --i) statement(depth);
}

void FunctionGenerator::statement(unsigned depth) {
  if (depth > 7 || budget_ == 0 || c_.empty()) return;
  --budget_;
  const auto t = static_cast<Type>(c_.below(kTypes));
  switch (c_.below(12)) {
    case 0:
    case 1:
      expr(t, depth + 1);
      op(Op::local_set);
      return w_.u(local(t));
    case 2:
      expr(t, depth + 1);
      op(Op::global_set);
      return w_.u(global(t));
    case 3:
    case 4:
    case 5: {
      const auto& list = plain_ops(5);
      return table_op(*list[c_.below(static_cast<unsigned>(list.size()))], depth);
    }
    case 6: return statement_gc(depth);
    case 7: return statement_bulk(depth);
    case 8: expr(t, depth + 1); return op(Op::drop);
    default: return statement_control(depth);
  }
}

void FunctionGenerator::statement_gc(unsigned depth) {
  constexpr std::array<Type, 7> kFields = {kI32, kI64, kF64, kI32, kAnyRef, kF32, kV128};
  switch (c_.below(5)) {
    case 0: {
      const unsigned field = c_.below(7);
      expr(kStruct, depth + 1), expr(kFields[field], depth + 1);
      op(Op::struct_set);
      return w_.raw({0, field});
    }
    case 1:
      expr(kArray, depth + 1);
      small(16, depth);
      expr(kI32, depth + 1);
      op(Op::array_set);
      return w_.u(2);
    case 2:
      expr(kArray, depth + 1);
      small(8, depth);
      expr(kI32, depth + 1);
      small(8, depth);
      op(Op::array_fill);
      return w_.u(2);
    case 3:
      expr(kArray, depth + 1), small(8, depth), expr(kArray, depth + 1), small(8, depth),
          small(8, depth);
      op(Op::array_copy);
      return w_.raw({2, 2});
    default:
      expr(kArray, depth + 1), small(8, depth), small(8, depth), small(4, depth);
      op(Op::array_init_data);
      return w_.raw({2, 1});
  }
}

void FunctionGenerator::statement_bulk(unsigned depth) {
  const unsigned table = c_.below(2);
  const Type of = table == 0 ? kFuncRef : kAnyRef;
  switch (c_.below(6)) {
    case 0:
      small(8, depth);
      expr(of, depth + 1);
      op(Op::table_set);
      return w_.u(table);
    case 1:
      small(8, depth);
      expr(of, depth + 1);
      small(4, depth);
      op(Op::table_fill);
      return w_.u(table);
    case 2:
      small(8, depth), small(8, depth), small(4, depth);
      op(Op::table_copy);
      return w_.raw({table, table});
    case 3:
      small(8, depth), small(4, depth), small(4, depth);
      op(Op::table_init);
      return w_.raw({table == 0 ? c_.below(2) : 2u, table});
    case 4: op(Op::elem_drop); return w_.u(c_.below(3));
    default: {
      const unsigned to = c_.below(2), from = c_.below(2);
      address(to, 1, false, depth), address(from, 1, false, depth), small(64, depth);
      if (to != 0 && from != 0) op(Op::i64_extend_i32_u);
      op(Op::memory_copy);
      return w_.raw({to, from});
    }
  }
}

/// Out of the enclosing labels: with a value of the label's type.
void FunctionGenerator::leave(unsigned depth) {
  const unsigned label = c_.below(static_cast<unsigned>(labels_.size()));
  const int carries = labels_[labels_.size() - 1 - label];
  if (c_.chance(25) || carries == -1) {
    for (const Type r : type().results) expr(r, depth + 1);
    return op(Op::return_);
  }
  if (carries >= 0) expr(static_cast<Type>(carries), depth + 1);
  if (c_.chance(30)) {
    small(2, depth);
    op(Op::br_table), w_.u(1), w_.u(label), w_.u(label);
  } else {
    op(Op::br), w_.u(label);
  }
}

void FunctionGenerator::pay() {
  w_.raw({0x23, 0, 0x45, 0x04, 0x40, 0x00, 0x0b, 0x23, 0, 0x41, 1, 0x6b, 0x24, 0});
}

void FunctionGenerator::call(unsigned depth, bool tail) {
  const unsigned callee = c_.below(static_cast<unsigned>(world_.functions.size()));
  const Signature& f = world_.functions[callee];
  if (tail && f.results != type().results) return;
  for (const Type p : f.params) expr(p, depth + 1);
  if (c_.chance(30)) {
    op(Op::ref_func), w_.u(callee + 1);
    op(tail ? Op::return_call_ref : Op::call_ref), w_.u(kFirstFuncType + callee);
  } else {
    op(tail ? Op::return_call : Op::call), w_.u(callee + 1);
  }
  for (size_t i = 0; !tail && i < f.results.size(); ++i) op(Op::drop);
}

void FunctionGenerator::statement_control(unsigned depth) {
  constexpr int kNothing = -2;
  switch (c_.below(7)) {
    case 0:
      op(Op::loop), w_.byte(0x40);
      labels_.push_back(kNothing);
      pay();
      statements(depth + 1, 3);
      expr(kI32, depth + 1);
      op(Op::br_if), w_.u(0);
      break;
    case 1:
      op(Op::block), w_.byte(0x40);
      labels_.push_back(kNothing);
      statements(depth + 1, 3);
      break;
    case 2:
      expr(kI32, depth + 1);
      op(Op::if_), w_.byte(0x40);
      labels_.push_back(kNothing);
      statements(depth + 1, 2);
      if (c_.chance(50)) leave(depth + 1);
      break;
    case 3:
      expr(kI32, depth + 1);
      op(Op::if_), w_.byte(0x40);
      labels_.push_back(kNothing);
      if (c_.chance(20)) {
        expr(kExnRef, depth + 1);
        op(Op::throw_ref);
      } else {
        call(depth + 1, true);
      }
      break;
    case 4: return call(depth, false);
    case 5: {  // a cast that branches: both ways leave a struct or null
      op(Op::block), w_.byte(0x63), w_.byte(0);
      labels_.push_back(kStruct);
      expr(kAnyRef, depth + 1);
      op(Op::br_on_cast), w_.raw({3, 0, 0x6e, 0});
      op(Op::drop);
      write_zero(w_, kStruct);
      labels_.pop_back();
      op(Op::end), op(Op::local_set);
      return w_.u(local(kStruct));
    }
    default:
      op(Op::block), w_.byte(0x40);
      labels_.push_back(kNothing);
      expr(static_cast<Type>(kAnyRef + c_.below(3)), depth + 1);
      op(Op::br_on_null), w_.u(0);
      op(Op::drop);
      break;
  }
  labels_.pop_back();
  op(Op::end);
}

void FunctionGenerator::run() {
  first_local_ = static_cast<unsigned>(type().params.size());
  w_.u(kTypes);
  for (unsigned t = 0; t < kTypes; ++t) {
    w_.u(2);
    write_type(w_, static_cast<Type>(t));
  }
  labels_ = {-1};
  pay();
  for (unsigned t = kFuncRef; t < kExnRef; ++t) {
    constant(static_cast<Type>(t));
    op(Op::local_set), w_.u(first_local_ + t * 2);
  }
  statements(0, 12);
  for (const Type r : type().results) expr(r, 1);
  op(Op::end);
}

}  // namespace weft::fuzz
