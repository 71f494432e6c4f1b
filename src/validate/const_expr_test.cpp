// Constant expressions evaluated through an evaluator that writes down what it is asked for.
#include "validate/const_expr.hpp"

#include <gtest/gtest.h>

#include <string>

#include "binary/decoder.hpp"
#include "text/parser.hpp"
#include "validate/module_validator.hpp"

namespace weft::validate {
namespace {

/// A value is its expression in text.
struct Writer {
  using Value = std::string;
  bool stop = false;

  Value constant(Op op, Immediate imm) {
    std::string text =
        std::string(to_string(op)) + " " + std::to_string(static_cast<int64_t>(imm.low));
    return op == Op::v128_const ? text + ":" + std::to_string(imm.high) : text;
  }
  Value arithmetic(Op op, const Value& a, const Value& b) {
    return std::string(to_string(op)) + "(" + a + ", " + b + ")";
  }
  Value global_get(uint32_t n) { return "global " + std::to_string(n); }
  Value ref_null(ValType type) { return "null " + std::to_string(type.bits()); }
  Value ref_func(uint32_t n) { return "func " + std::to_string(n); }
  Value gc(Op op, Indices ix, std::span<const Value> operands) {
    std::string text = std::string(to_string(op)) + " " + std::to_string(ix.a);
    for (const Value& v : operands) text += " [" + v + "]";
    stop = op == Op::array_new_default;
    return text;
  }
  bool failed() const { return stop; }
};
static_assert(ConstEvaluator<Writer>);

struct Case {
  std::string_view type;
  std::string_view expression;
  std::string_view value;
};

const Case kCases[] = {
    {"i32", "(i32.const -7)", "i32.const 4294967289"},
    {"i64", "(i64.const -7)", "i64.const -7"},
    {"f32", "(f32.const 1)", "f32.const 1065353216"},
    {"f64", "(f64.const 1)", "f64.const 4607182418800017408"},
    {"v128", "(v128.const i64x2 1 2)", "v128.const 1:2"},
    {"i32", "(i32.sub (i32.const 1) (i32.mul (i32.const 2) (i32.const 3)))",
     "i32.sub(i32.const 1, i32.mul(i32.const 2, i32.const 3))"},
    {"i32", "(global.get $g)", "global 0"},
    {"funcref", "(ref.func $f)", "func 0"},
    {"i31ref", "(ref.i31 (i32.const 3))", "ref.i31 0 [i32.const 3]"},
    {"(ref $s)", "(struct.new $s (i32.const 1) (i64.const 2))",
     "struct.new 0 [i32.const 1] [i64.const 2]"},
    {"(ref $s)", "(struct.new_default $s)", "struct.new_default 0"},
    {"(ref $a)", "(array.new $a (i32.const 1) (i32.const 2))",
     "array.new 1 [i32.const 1] [i32.const 2]"},
    {"(ref $a)", "(array.new_fixed $a 2 (i32.const 1) (i32.const 2))",
     "array.new_fixed 1 [i32.const 1] [i32.const 2]"},
    {"externref", "(extern.convert_any (ref.i31 (i32.const 3)))",
     "extern.convert_any 0 [ref.i31 0 [i32.const 3]]"},
    {"(ref $a)", "(array.new_default $a (i32.const 2))", ""},  // the evaluator fails
};

TEST(ConstExpr, Evaluates) {
  for (const Case& c : kCases) {
    const std::string text =
        "(module (type $s (struct (field i32 i64))) (type $a (array i32)) "
        "(import \"a\" \"b\" (global $g i32)) (func $f) (global " +
        std::string(c.type) + " " + std::string(c.expression) + "))";
    const auto bytes = text::parse_module(text);
    ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
    const auto m = binary::decode_module(*bytes, FeatureSet::all());
    ASSERT_TRUE(m.has_value()) << m.error().message;
    const auto valid = validate_module(**m, FeatureSet::all());
    ASSERT_TRUE(valid.has_value()) << c.expression << valid.error().message;
    Writer writer;
    EXPECT_EQ(evaluate(**m, (*m)->globals[1].init, writer), c.value) << c.expression;
  }
}

TEST(ConstExpr, ListsOfExpressionsOneAfterAnother) {
  const auto bytes = text::parse_module(
      "(module (func $f) (func $g) (elem funcref (ref.func $g) (ref.null func) (ref.func $f)))");
  ASSERT_TRUE(bytes.has_value());
  const auto m = binary::decode_module(*bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  const binary::ElemSegment& elem = (*m)->elems[0];
  binary::ByteRange rest = elem.items;
  Writer writer;
  std::vector<std::string> values;
  for (uint32_t i = 0; i < elem.count; ++i) values.push_back(evaluate_next(**m, rest, writer));
  EXPECT_EQ(values[0], "func 1");
  EXPECT_EQ(values[1], "null " + std::to_string(kFuncRef.bits()));
  EXPECT_EQ(values[2], "func 0");
  EXPECT_EQ(rest.size, 0u);
}

}  // namespace
}  // namespace weft::validate
