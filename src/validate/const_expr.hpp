// Evaluates validated constant expressions through an interface that the engine implements:
// validate/ knows no values, runtime/ knows no bytes (spec 4.7.2).
#pragma once

#include <concepts>
#include <cstring>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "base/leb128.hpp"
#include "binary/instruction_reader.hpp"
#include "binary/module.hpp"
#include "binary/read_types.hpp"
#include "validate/emitter.hpp"

namespace weft::validate {

/// What the engine provides. Value is whatever it likes: a cell pair, a rooted reference.
template <class V>
concept ConstEvaluator =
    requires(V& v, Op op, Immediate imm, uint32_t n, ValType type, Indices ix,
             typename V::Value value, std::span<const typename V::Value> operands) {
      { v.constant(op, imm) } -> std::same_as<typename V::Value>;  // i32, i64, f32, f64, v128
      {
        v.arithmetic(op, value, value)
      } -> std::same_as<typename V::Value>;  // i32, i64: add, sub, mul
      { v.global_get(n) } -> std::same_as<typename V::Value>;
      { v.ref_null(type) } -> std::same_as<typename V::Value>;
      { v.ref_func(n) } -> std::same_as<typename V::Value>;
      /// struct.new(_default), array.new(_default, _fixed), ref.i31, any.convert_extern,
      /// extern.convert_any; ix.a: type.
      { v.gc(op, ix, operands) } -> std::same_as<typename V::Value>;
      /// True after a failure (out of memory); evaluation stops and the result means nothing.
      { v.failed() } -> std::convertible_to<bool>;
    };

namespace const_detail {

/// Operands a GC instruction takes, given its immediates.
inline size_t gc_operands(const binary::Module& m, Op op, Indices ix) {
  switch (op) {
    case Op::struct_new: return m.types.fields(ix.a).size();
    case Op::struct_new_default: return 0;
    case Op::array_new: return 2;
    case Op::array_new_fixed: return ix.b;
    default: return 1;  // array.new_default, ref.i31, conversions
  }
}

}  // namespace const_detail

/// Evaluates the expression at the front of `rest` and moves `rest` behind it (a list of
/// expressions is evaluated by calling it repeatedly). SAFETY: the expression must be validated.
template <ConstEvaluator V>
typename V::Value evaluate_next(const binary::Module& m, binary::ByteRange& rest, V& v) {
  using Value = typename V::Value;
  std::vector<Value> stack;
  binary::Reader r(m.range(rest), rest.offset);
  const auto take = [&] {
    Value top = stack.back();
    stack.pop_back();
    return top;
  };
  for (;;) {
    const Op op = binary::read_opcode(r, FeatureSet::all());
    switch (op) {
      case Op::end: {
        WEFT_CHECK(r.ok() && !stack.empty());
        rest = {r.offset(), rest.end() - r.offset()};
        return stack.back();
      }
      case Op::i32_const:
        stack.push_back(v.constant(op, {static_cast<uint32_t>(r.s32()), 0}));
        break;
      case Op::i64_const:
        stack.push_back(v.constant(op, {static_cast<uint64_t>(r.s64()), 0}));
        break;
      case Op::f32_const:
      case Op::f64_const:
      case Op::v128_const: {
        Immediate imm;
        const size_t size = op == Op::f32_const ? 4 : op == Op::f64_const ? 8 : 16;
        const uint8_t* bytes = r.skip(size);
        WEFT_CHECK(bytes != nullptr);
        std::memcpy(&imm, bytes,
                    size);  // SAFETY: `size` bytes were skipped, at most the size of imm
        stack.push_back(v.constant(op, imm));
        break;
      }
      case Op::i32_add:
      case Op::i32_sub:
      case Op::i32_mul:
      case Op::i64_add:
      case Op::i64_sub:
      case Op::i64_mul: {
        WEFT_CHECK(stack.size() >= 2);
        const Value right = take();
        const Value left = take();
        stack.push_back(v.arithmetic(op, left, right));
        break;
      }
      case Op::global_get: stack.push_back(v.global_get(r.u32())); break;
      case Op::ref_null:
        stack.push_back(
            v.ref_null(ValType::ref(binary::read_heap_type(r, FeatureSet::all()), true)));
        break;
      case Op::ref_func: stack.push_back(v.ref_func(r.u32())); break;
      default: {
        WEFT_CHECK(op != Op::invalid_);
        Indices ix;
        if (imm(op) == Imm::type || imm(op) == Imm::type_count) ix.a = r.u32();
        if (imm(op) == Imm::type_count) ix.b = r.u32();
        const size_t n = const_detail::gc_operands(m, op, ix);
        WEFT_CHECK(stack.size() >= n);
        const Value made =
            v.gc(op, ix, std::span<const Value>(stack.data() + (stack.size() - n), n));
        stack.resize(stack.size() - n);
        stack.push_back(made);
        break;
      }
    }
    if (v.failed()) return Value{};
  }
}

template <ConstEvaluator V>
typename V::Value evaluate(const binary::Module& m, binary::ConstExpr expression, V& v) {
  return evaluate_next(m, expression, v);
}

}  // namespace weft::validate
