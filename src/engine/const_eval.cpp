#include "engine/const_eval.hpp"

#include <fmt/core.h>

#include <string>

#include "base/leb128.hpp"
#include "runtime/store.hpp"
#include "validate/const_expr.hpp"

namespace weft::engine {

using namespace wasm;  // NOLINT: the spec's vocabulary
using runtime::Cell;

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

  Value gc(Op op, validate::Indices, std::span<const Value> operands) {
    switch (op) {
      case Op::ref_i31: return of(runtime::make_i31(static_cast<uint32_t>(operands[0].cell[0].bits)));
      case Op::any_convert_extern:
      case Op::extern_convert_any: return operands[0];  // one representation
      default: return unsupported(op);
    }
  }

  bool failed() const { return !error_.empty(); }
  Result<ConstValue> finish(Value value) {
    if (failed()) return fail(ErrorCode::unsupported, std::move(error_));
    return value;
  }

 private:
  static Value of(uint64_t bits) { return {{Cell{bits}, {}}}; }
  Value unsupported(Op op) {
    error_ = fmt::format("not supported yet: {} in a constant expression", to_string(op));
    return {};
  }

  runtime::Instance& instance_;
  std::string error_;
};

}  // namespace

Result<ConstValue> evaluate_const(runtime::Instance& instance, binary::ConstExpr expression) {
  if (const auto literal = literal_address(instance.module(), expression)) return ConstValue{{Cell{*literal}, {}}};
  return evaluate_next_const(instance, expression);
}

Result<ConstValue> evaluate_next_const(runtime::Instance& instance, binary::ByteRange& rest) {
  Evaluator evaluator(instance);
  return evaluator.finish(validate::evaluate_next(instance.module(), rest, evaluator));
}

std::optional<uint64_t> literal_address(const binary::Module& module, binary::ConstExpr expression) {
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
