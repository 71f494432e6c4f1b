// What the chosen instructions are: constants, locals, and everything whose types the opcode table
// tells.
#include "function_generator.hpp"

#include <algorithm>
#include <array>

namespace weft::fuzz {

using wasm::Op;
using wasm::OpInfo;
using wasm::Shape;
using wasm::SigType;

void write_heap_type(Writer& w, Type t) {
  constexpr std::array<uint8_t, kTypes> kBytes = {0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f, 0x6e,
                                                  0x6d, 0x6c, 0,    2,    3,    4,    12,   0x69};
  static_assert(kBytes[kFn] == kCallbackType);
  w.byte(kBytes[t]);
}

void write_type(Writer& w, Type t) {
  if (t >= kStruct && t <= kFn) w.byte(0x63);
  write_heap_type(w, t);
}

void write_zero(Writer& w, Type t) {
  switch (t) {
    case kI32: return w.raw({0x41, 0});
    case kI64: return w.raw({0x42, 0});
    case kF32: return w.raw({0x43, 0, 0, 0, 0});
    case kF64: return w.raw({0x44, 0, 0, 0, 0, 0, 0, 0, 0});
    case kV128: return w.raw({0xfd, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    default: w.byte(0xd0); return write_heap_type(w, t);
  }
}

namespace {

using OpLists = std::array<std::vector<const OpInfo*>, 6>;

/// The opcodes that the signature column describes wholly, by their first result; the last list:
/// without results.
OpLists plain_lists(const Flavor& flavor) {
  OpLists out;
  for (const OpInfo& row : wasm::kOps) {
    if (row.sig.special || row.shape == Shape::constant || !flavor.features.has(row.feature))
      continue;
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
}

const std::vector<const OpInfo*>& plain_ops(const Flavor& flavor, unsigned result) {
  static thread_local wasm::FeatureSet features = flavor.features;
  static thread_local OpLists lists = plain_lists(flavor);
  if (features != flavor.features) {
    features = flavor.features;
    lists = plain_lists(flavor);
  }
  return lists[result];
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
      return i32(static_cast<int32_t>(known ? kInteresting[c_.below(16)]
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
    case kFuncRef: return op(Op::ref_func, {kCallbackFunc + c_.below(function_count() + 1)});
    case kFn: return op(Op::ref_func, {kCallbackFunc});
    case kI31Ref:
    case kEqRef:
    case kAnyRef: i32(static_cast<int32_t>(c_.bits(4))); return op(Op::ref_i31);
    case kStruct: return op(Op::struct_new_default, {c_.below(2)});
    case kArray:
    case kBytes:
    case kRefs:
      i32(static_cast<int32_t>(c_.below(32)));
      return op(Op::array_new_default, {kFirstArray + (t - kArray)});
    default: return write_zero(w_, t);
  }
}

void FunctionGenerator::leaf(Type t) {
  switch (c_.below(4)) {
    case 0: return constant(t);
    case 1: return op(Op::global_get, {global(t)});
    case 2:
      for (unsigned i = 0; i < type().params.size(); ++i) {
        if (type().params[i] == t) return op(Op::local_get, {i});
      }
      [[fallthrough]];
    default: return op(Op::local_get, {local(t)});
  }
}

/// Replaces a NaN that the operation has just made by the canonical one.
void FunctionGenerator::canonical_nan(const OpInfo& row) {
  if (!world_.flavor.portable || row.text[0] != 'f' || row.sig.result_count != 1) return;
  if (row.shape != Shape::unary && row.shape != Shape::binary && row.shape != Shape::ternary)
    return;
  const bool wide = row.text.starts_with("f64");
  const auto nan = [&](unsigned copies) {
    for (unsigned i = 0; i < copies; ++i) {
      if (wide) {
        w_.raw({0, 0, 0, 0, 0, 0, 0xf8, 0x7f});
      } else {
        w_.raw({0, 0, 0xc0, 0x7f});
      }
    }
  };
  const SigType result = row.sig.results[0];
  const Type t = result == SigType::v128 ? kV128 : result == SigType::f64 ? kF64 : kF32;
  if (result != SigType::v128 && result != SigType::f32 && result != SigType::f64) return;
  const unsigned scratch = local(t);
  op(Op::local_tee, {scratch});
  op(t == kV128 ? Op::v128_const : wide ? Op::f64_const : Op::f32_const);
  nan(t != kV128 ? 1 : wide ? 2 : 4);
  op(Op::local_get, {scratch}), op(Op::local_get, {scratch});
  if (t == kV128) {
    op(wide ? Op::f64x2_eq : Op::f32x4_eq), op(Op::v128_bitselect);
  } else {
    op(wide ? Op::f64_eq : Op::f32_eq), op(Op::select);
  }
}

void FunctionGenerator::expr(Type t, unsigned depth) {
  if (depth > 7 || budget_ == 0 || c_.empty()) return leaf(t);
  --budget_;
  const unsigned kind = c_.below(16);
  if (kind < 3) return leaf(t);
  if (kind < 5) return structured(t, depth);
  if (kind < 9 && special(t, depth)) return;
  if (!is_number(t)) {
    if (!special(t, depth)) leaf(t);
    return;
  }
  const auto& list = plain_ops(world_.flavor, t);
  const OpInfo& row = *list[c_.below(static_cast<unsigned>(list.size()))];
  if (row.sig.results[0] == SigType::address) return memory_number(t, row, depth);
  table_op(row, depth);
  for (unsigned i = 1; i < row.sig.result_count; ++i) op(Op::drop);
  canonical_nan(row);
}

bool FunctionGenerator::special(Type t, unsigned depth) {
  if (c_.chance(15) && call_for(t, depth)) return true;
  return is_number(t) ? special_number(t, depth) : special_reference(t, depth);
}

bool FunctionGenerator::special_number(Type t, unsigned depth) {
  if (c_.chance(40)) {
    for (unsigned i = c_.below(kArrays), n = 0; n < kArrays; ++n, i = (i + 1) % kArrays) {
      if (kElements[i] == t) return array_element(i, depth), true;
    }
  }
  if (t != kI32) {
    expr(kStruct, depth + 1);
    constexpr std::array<unsigned, 5> kField = {0, 1, 5, 2, 6};
    op(Op::struct_get, {0, kField[t]});
    return true;
  }
  switch (c_.below(4)) {
    case 0: call_number(depth); return true;
    case 1: table_number(depth); return true;
    default: reference_number(depth); return true;
  }
}

void FunctionGenerator::statements(unsigned depth, unsigned most) {
  for (unsigned i = c_.below(most + 1); i > 0; --i) statement(depth);
}

void FunctionGenerator::statement(unsigned depth) {
  if (depth > 7 || budget_ == 0 || c_.empty()) return;
  --budget_;
  const auto t = static_cast<Type>(c_.below(kTypes));
  switch (c_.below(13)) {
    case 0:
    case 1: expr(t, depth + 1); return op(Op::local_set, {local(t)});
    case 2: expr(t, depth + 1); return op(Op::global_set, {global(t)});
    case 3:
    case 4:
    case 5: {
      const auto& list = plain_ops(world_.flavor, 5);
      return table_op(*list[c_.below(static_cast<unsigned>(list.size()))], depth);
    }
    case 6: return statement_gc(depth);
    case 7: return statement_bulk(depth);
    case 8: expr(t, depth + 1); return op(Op::drop);
    default: return statement_control(depth);
  }
}

void FunctionGenerator::run() {
  first_local_ = static_cast<unsigned>(type().params.size());
  w_.u(kTypes);
  for (unsigned t = 0; t < kTypes; ++t) {
    w_.u(2);
    write_type(w_, static_cast<Type>(t));
  }
  labels_ = {kNoBranch};
  pay();
  for (unsigned t = kFuncRef; t < kExnRef; ++t) {
    constant(static_cast<Type>(t));
    op(Op::local_set, {first_local_ + t * 2});
  }
  statements(0, 12);
  for (const Type r : type().results) expr(r, 1);
  op(Op::end);
}

}  // namespace weft::fuzz
