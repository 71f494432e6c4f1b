#include "engine/const_eval.hpp"

#include <fmt/core.h>

#include <string>

#include "base/leb128.hpp"
#include "runtime/gc_builtins.hpp"
#include "runtime/store.hpp"
#include "validate/const_expr.hpp"

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary
using runtime::Cell;
namespace builtins = runtime::builtins;

namespace {

/// What validate/ asks for: the instance's globals, functions and arithmetic on cells.
class Evaluator {
 public:
  using Value = ConstValue;

  explicit Evaluator(runtime::Instance& instance) : instance_(instance) {}

  Value constant(Op, validate::Immediate imm) { return {{Cell{imm.low}, Cell{imm.high}}}; }

  Value arithmetic(Op op, Value left, Value right) {
    const uint64_t a = left.cell[0].bits;
    const uint64_t b = right.cell[0].bits;
    switch (op) {
      case Op::i32_add: return of(static_cast<uint32_t>(a + b));
      case Op::i32_sub: return of(static_cast<uint32_t>(a - b));
      case Op::i32_mul: return of(static_cast<uint32_t>(a * b));
      case Op::i64_add: return of(a + b);
      case Op::i64_sub: return of(a - b);
      case Op::i64_mul: return of(a * b);
      default: return unsupported(op);
    }
  }

  Value global_get(uint32_t index) {
    const runtime::Global& g = instance_.global(GlobalIdx(index));
    return {{g.value[0], g.value[1]}};
  }
  Value ref_null(ValType) { return {}; }
  Value ref_func(uint32_t index) { return {{Cell::of(instance_.func_ref(FuncIdx(index))), {}}}; }

  /// What is made is rooted in the caller's RootScope: until it is stored somewhere nothing else
  /// holds it.
  Value gc(Op op, validate::Indices ix, std::span<const Value> operands) {
    runtime::VMContext* const ctx = &instance_.vmctx();
    runtime::Ref made = runtime::kNullRef;
    switch (op) {
      case Op::struct_new:
        return rooted(op, builtins::struct_new(ctx, ix.a, cells_of(ix.a, operands), made), made);
      case Op::struct_new_default:
        return rooted(op, builtins::struct_new_default(ctx, ix.a, made), made);
      case Op::array_new:
        return rooted(
            op, builtins::array_new(ctx, ix.a, operands[0].cell, length(operands[1]), made), made);
      case Op::array_new_default:
        return rooted(op, builtins::array_new_default(ctx, ix.a, length(operands[0]), made), made);
      case Op::array_new_fixed:
        return rooted(
            op, builtins::array_new_fixed(ctx, ix.a, cells_of(ix.a, operands), ix.b, made), made);
      case Op::ref_i31:
        return of(runtime::make_i31(static_cast<uint32_t>(operands[0].cell[0].bits)));
      case Op::any_convert_extern:
      case Op::extern_convert_any: return operands[0];  // one representation
      default: return unsupported(op);
    }
  }

  bool failed() const { return !error_.empty(); }
  Result<ConstValue> finish(Value value) {
    if (failed()) return fail(error_code_, std::move(error_));
    return value;
  }

 private:
  static Value of(uint64_t bits) { return {{Cell{bits}, {}}}; }
  static uint32_t length(const Value& value) { return static_cast<uint32_t>(value.cell[0].bits); }
  /// Operands as the builtins want them: v128 in two cells, everything else in one.
  const Cell* cells_of(uint32_t type, std::span<const Value> operands) {
    const TypeList& types = instance_.module().types;
    const std::span<const FieldType> fields = types.fields(type);
    const bool is_array = types[type].kind == CompositeKind::array;
    cells_.clear();
    for (size_t i = 0; i < operands.size(); ++i) {
      cells_.push_back(operands[i].cell[0]);
      if (fields[is_array ? 0 : i].type.is_vec()) cells_.push_back(operands[i].cell[1]);
    }
    return cells_.data();
  }
  /// `made` by reference: it is written by the call that gives `trap`, and the order in which
  /// arguments are evaluated is the compiler's choice.
  Value rooted(Op op, TrapCode trap, const runtime::Ref& made) {
    if (trap != TrapCode::none) {
      error_code_ = ErrorCode::out_of_memory;
      error_ = fmt::format("out of memory: {}: {}", to_string(op), to_string(trap));
      return {};
    }
    instance_.store().heap().root(made);
    return of(made);
  }
  Value unsupported(Op op) {
    error_ = fmt::format("not supported yet: {} in a constant expression", to_string(op));
    return {};
  }

  runtime::Instance& instance_;
  std::vector<Cell> cells_;
  ErrorCode error_code_ = ErrorCode::unsupported;
  std::string error_;
};

}  // namespace

Result<ConstValue> evaluate_const(runtime::Instance& instance, binary::ConstExpr expression) {
  if (const auto literal = literal_address(instance.module(), expression))
    return ConstValue{{Cell{*literal}, {}}};
  return evaluate_next_const(instance, expression);
}

Result<ConstValue> evaluate_next_const(runtime::Instance& instance, binary::ByteRange& rest) {
  Evaluator evaluator(instance);
  return evaluator.finish(validate::evaluate_next(instance.module(), rest, evaluator));
}

std::optional<uint64_t> literal_address(const binary::Module& module,
                                        binary::ConstExpr expression) {
  constexpr uint8_t kI32Const = 0x41;
  constexpr uint8_t kI64Const = 0x42;
  constexpr uint8_t kEnd = 0x0b;
  const auto bytes = module.range(expression);
  // SAFETY: bytes read as bytes.
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  const auto* const end = p + bytes.size();
  if (bytes.size() < 3) return std::nullopt;
  uint64_t value = 0;
  if (*p == kI32Const) {
    value = static_cast<uint32_t>(read_leb_trusted<int32_t>(++p));
  } else if (*p == kI64Const) {
    value = static_cast<uint64_t>(read_leb_trusted<int64_t>(++p));
  } else {
    return std::nullopt;
  }
  if (p + 1 != end || *p != kEnd) return std::nullopt;
  return value;
}

}  // namespace weft::engine
