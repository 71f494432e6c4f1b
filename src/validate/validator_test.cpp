// Typing rules, row by row: modules in text, and the phrase with which each is refused. The
// official suite has thousands more; these are one per rule, the ones that name something in the
// detail, and what the suite leaves out.
#include "validate/module_validator.hpp"

#include <gtest/gtest.h>

#include <string>

#include "binary/decoder.hpp"
#include "text/parser.hpp"

namespace weft::validate {
namespace {

std::vector<std::byte> assemble(std::string_view text) {
  auto bytes = text::parse_module(text);
  if (!bytes) {
    ADD_FAILURE() << text << ": " << bytes.error().message;
    return {};
  }
  return std::move(*bytes);
}

Result<void> check(std::span<const std::byte> bytes, FeatureSet features = FeatureSet::all()) {
  auto m = binary::decode_module(bytes, features);
  if (!m) return std::unexpected(m.error());
  return validate_module(**m, features);
}

struct Refused {
  std::string_view text;
  std::string_view message;  // begins with
};

constexpr Refused kInvalid[] = {
    // operands
    {"(func i32.const 1)", "type mismatch: expected [] at the end of the block, but 1 values"},
    {"(func (result i32))",
     "type mismatch: expected i32, but nothing is on the stack (function 0)"},
    {"(func (export \"area\") (result i32) f64.const 1)",
     "type mismatch: expected i32, found f64 (function 0 \"area\")"},
    {"(func $f (result i32) f64.const 1)",
     "type mismatch: expected i32, found f64 (function 0 \"f\")"},
    {"(func i32.const 1 i64.const 1 i32.add drop)", "type mismatch: expected i32, found i64"},
    {"(func drop)", "type mismatch: expected a value"},
    {"(func (block drop) i32.const 1)", "type mismatch: expected a value"},
    {"(func (unreachable) (i64.const 1) (i32.eqz) (drop))",
     "type mismatch: expected i32, found i64"},
    {"(func unreachable (block (i32.add) drop))", "type mismatch: expected i32, but nothing"},
    {"(func (param funcref) local.get 0 local.get 0 i32.const 1 select drop)",
     "type mismatch: select of references"},
    {"(func i32.const 1 i64.const 1 i32.const 1 select drop)", "type mismatch"},
    // variables
    {"(func local.get 0 drop)", "unknown local 0"},
    {"(func (local i32) i64.const 1 local.set 0)", "type mismatch: expected i32, found i64"},
    {"(global i32 (i32.const 0)) (func i32.const 1 global.set 0)", "immutable global"},
    {"(func global.get 1 drop)", "unknown global 1"},
    {"(func (local (ref func)) local.get 0 drop)", "uninitialized local: 0"},
    {"(func (param (ref func)) (local (ref func)) (block local.get 0 local.set 1) local.get 1 "
     "drop)",
     "uninitialized local: 1"},
    {"(func (param i32 (ref func)) (local (ref func)) local.get 0 (if (then local.get 1 local.set "
     "2) (else "
     "local.get 2 drop)))",
     "uninitialized local: 2"},
    // control
    {"(func br 1)", "unknown label 1"},
    {"(func (block (result i32) br 0) drop)", "type mismatch: expected i32, but nothing"},
    {"(func i32.const 0 (if (result i32) (then i32.const 1)) drop)",
     "type mismatch: an if without else gives []"},
    {"(func (block (block (result i32) i32.const 0 i32.const 0 br_table 0 1) drop))",
     "type mismatch: labels of br_table take different numbers"},
    {"(func call 7)", "unknown function 7"},
    {"(type (func)) (func i32.const 0 call_indirect (type 0))", "unknown table 0"},
    {"(table 0 externref) (type (func)) (func i32.const 0 call_indirect (type 0))",
     "type mismatch: expected funcref, found externref"},
    {"(func $f (result i64) i64.const 1) (func (result i32) return_call $f)",
     "type mismatch: the callee returns [i64]"},
    {"(func (block (type 9)))", "unknown type 9"},
    // memories and tables
    {"(func i32.const 0 i32.load drop)", "unknown memory 0"},
    {"(memory 0) (func i32.const 0 i32.load align=8 drop)",
     "alignment must not be larger than natural"},
    {"(memory 0) (func i64.const 0 i32.load drop)", "type mismatch: expected i32, found i64"},
    {"(memory i64 0) (func i32.const 0 i32.load drop)", "type mismatch: expected i64, found i32"},
    {"(memory 0) (func i32.const 0 i32.load 1 drop)", "unknown memory 1"},
    {"(memory 1 1 shared) (func i32.const 0 i32.atomic.load align=2 drop)",
     "atomic alignment must be natural"},
    {"(table 0 funcref) (func i64.const 0 table.get 0 drop)",
     "type mismatch: expected i32, found i64"},
    {"(memory 0) (data) (func data.drop 1)", "unknown data segment 1"},
    {"(table 0 funcref) (func elem.drop 0)", "unknown elem segment 0"},
    {"(memory i64 0) (memory 0) (func i64.const 0 i32.const 0 i64.const 0 memory.copy 0 1)",
     "type mismatch: expected i32, found i64"},
    // vectors
    {"(func v128.const i64x2 0 0 i8x16.extract_lane_u 16 drop)", "invalid lane index: 16"},
    {"(func v128.const i64x2 0 0 i64.const 1 i64x2.replace_lane 2 drop)", "invalid lane index: 2"},
    {"(memory 0) (func i32.const 0 v128.const i64x2 0 0 v128.load64_lane 2 drop)",
     "invalid lane index: 2"},
    // references and GC
    {"(func $f) (func ref.func $f drop)", "undeclared function reference: 0"},
    {"(func i32.const 0 ref.is_null drop)", "type mismatch: a reference is expected"},
    {"(type $s (struct (field i32))) (func (param (ref $s)) local.get 0 i32.const 1 struct.set $s "
     "0)",
     "immutable field: 0"},
    {"(type $s (struct (field i8))) (func (param (ref $s)) local.get 0 struct.get $s 0 drop)",
     "type mismatch: field 0 is packed"},
    {"(type $s (struct (field (ref func)))) (func struct.new_default $s drop)",
     "type mismatch: a field has no default"},
    {"(type $s (struct)) (func (param (ref $s)) local.get 0 struct.get $s 3 drop)",
     "unknown field 3"},
    {"(type $a (array i32)) (func (param (ref $a)) local.get 0 i32.const 0 i32.const 0 array.set "
     "$a)",
     "immutable array: 0"},
    {"(type $a (array (mut funcref))) (data) (func i32.const 0 i32.const 0 array.new_data $a 0 "
     "drop)",
     "array type is not numeric or vector"},
    {"(func (param anyref) (block (result i31ref) local.get 0 br_on_cast 0 anyref structref "
     "unreachable) drop)",
     "type mismatch"},
    // exceptions
    {"(func throw 0)", "unknown tag 0"},
    {"(tag (param i32)) (func throw 0)", "type mismatch: expected i32, but nothing"},
    {"(tag (param i32)) (func (block (try_table (catch 0 0))))",
     "type mismatch: a catch clause gives [i32], expected []"},
    {"(func try rethrow 0 end)", "invalid rethrow label"},
    // the module
    {"(type (func)) (import \"a\" \"b\" (func (type 3)))", "unknown type 3"},
    {"(type (func (param (ref 1))))", "unknown type 1"},
    {"(type (sub final (func))) (type (sub 0 (func)))", "sub type 1 has final super type 0"},
    {"(type (sub (struct (field i32)))) (type (sub 0 (struct (field i64))))",
     "sub type 1 does not match super type 0"},
    {"(rec (type (sub 1 (func))) (type (sub (func))))",
     "forward use of type 1 in sub type definition 0"},
    {"(memory 2 1)", "size minimum must not be greater than maximum: 2 and 1"},
    {"(memory 65537)", "memory size must be at most 65536 pages (4GiB)"},
    {"(memory i64 0x1000000000001)", "memory size must be at most 2^48 pages"},
    {"(memory 1 shared)", "shared memory must have maximum"},
    {"(memory 0 (pagesize 2))", "invalid custom page size: 2^1"},
    {"(table 2 1 funcref)", "size minimum must not be greater than maximum"},
    {"(table 1 (ref func))", "type mismatch: a table of (ref func) needs an initial value"},
    {"(global i32 (i64.const 0))", "type mismatch: expected i32, found i64"},
    {"(global i32 (i32.ctz (i32.const 0)))", "constant expression required: i32.ctz"},
    {"(global $a (mut i32) (i32.const 0)) (global i32 (global.get $a))",
     "constant expression required: the global"},
    {"(global i32 (global.get 1)) (global i32 (i32.const 0))", "unknown global 1"},
    {"(func) (export \"a\" (func 0)) (export \"a\" (func 0))", "duplicate export name \"a\""},
    {"(export \"a\" (memory 0))", "unknown memory 0: export \"a\""},
    {"(func (param i32)) (start 0)",
     "start function must not have parameters or results: function 0 has (param i32)"},
    {"(start 0)", "unknown function 0"},
    {"(table 1 externref) (func) (elem (i32.const 0) func 0)",
     "type mismatch: elements of type (ref func)"},
    {"(elem func 4)", "unknown function 4"},
    {"(data (i32.const 0) \"\")", "unknown memory 0"},
    {"(memory 0) (data (i64.const 0) \"\")", "type mismatch: expected i32, found i64"},
    {"(tag (result i32))", "non-empty tag result type"},
};

TEST(Validator, RefusesWhatIsInvalid) {
  for (const Refused& c : kInvalid) {
    const auto r = check(assemble(std::string("(module ") + std::string(c.text) + ")"));
    ASSERT_FALSE(r.has_value()) << c.text;
    EXPECT_EQ(r.error().code, ErrorCode::invalid) << c.text;
    EXPECT_TRUE(r.error().message.starts_with(c.message)) << c.text << "\n  " << r.error().message;
  }
}

constexpr std::string_view kValid[] = {
    "(func unreachable i32.add drop)",
    "(func unreachable (block (param i32) (result i64) drop i64.const 1) drop)",
    "(func unreachable i32.const 1 (if (param i32 i32) (then drop drop) (else drop drop)))",
    "(func unreachable br_on_null 0 drop)",
    "(func (block (result i32) unreachable select) drop)",
    "(func (result i32) unreachable br 0)",
    "(func (result i32) (block (result i32) i32.const 1 (loop (param i32) (result i32) br 1)))",
    "(func (param (ref func)) (local (ref func)) local.get 0 local.set 1 (block local.get 1 drop))",
    "(func (block (block i32.const 0 br_table 0 1 0 1)))",
    "(func unreachable (block (block (result i32) unreachable i32.const 1 br_table 0 0) drop))",
    "(func $f) (elem declare func $f) (func ref.func $f drop)",
    "(func $f) (global funcref (ref.func $f)) (func ref.func $f drop)",
    "(type $s (struct (field (mut i8)))) (func (param (ref null $s)) (result i32) local.get 0 "
    "struct.get_u $s 0)",
    "(type $a (sub (struct))) (type $b (sub $a (struct (field i32)))) (func (param (ref $b)) "
    "(result (ref null $a)) "
    "local.get 0)",
    "(rec (type $x (struct (field (ref null $y)))) (type $y (struct (field (ref null $x)))))",
    "(table 1 (ref func) (ref.func $f)) (func $f)",
    "(global i32 (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))",
    "(global i32 (i32.const 1)) (global i32 (global.get 0))",
    "(memory i64 0) (memory 0) (func i64.const 0 i32.const 0 i32.const 0 memory.copy 0 1)",
    "(tag $t (param i32)) (func (result i32) (block (result i32) (try_table (catch $t 0)) "
    "unreachable))",
    "(tag $t) (func try try unreachable delegate 0 catch $t rethrow 0 catch_all end)",
    "(func (param anyref) (result anyref) (block (result (ref i31)) local.get 0 br_on_cast 0 "
    "anyref (ref i31) return))",
    "(func (param i64 i64 i64 i64) (result i64 i64) local.get 0 local.get 1 local.get 2 local.get "
    "3 i64.add128)",
};

TEST(Validator, AcceptsWhatIsValid) {
  for (std::string_view text : kValid) {
    const auto r = check(assemble(std::string("(module ") + std::string(text) + ")"));
    EXPECT_TRUE(r.has_value()) << text << "\n  " << r.error().message;
  }
}

TEST(Validator, FeaturesThatAreOff) {
  const struct {
    Feature off;
    std::string_view text;
    std::string_view message;
  } cases[] = {
      {Feature::sign_extension, "(func i32.const 0 i32.extend8_s drop)",
       "illegal opcode c0: i32.extend8_s needs"},
      {Feature::simd, "(func v128.const i64x2 0 0 drop)",
       "illegal opcode fd 0c: v128.const needs simd"},
      {Feature::floats, "(func i32.const 0 f32.convert_i32_s drop)", "illegal opcode b2"},
      {Feature::tail_call, "(func return_call 0)", "illegal opcode 12"},
      {Feature::multi_value, "(func (block (param) (result i32 i32) unreachable) drop drop)",
       "invalid result arity"},
      {Feature::multi_memory, "(memory 0) (memory 0)", "multiple memories"},
      {Feature::extended_const, "(global i32 (i32.add (i32.const 0) (i32.const 0)))",
       "constant expression required"},
      {Feature::gc, "(global i32 (i32.const 0)) (global i32 (global.get 0))", "unknown global 0"},
  };
  for (const auto& c : cases) {
    const auto bytes = assemble(std::string("(module ") + std::string(c.text) + ")");
    EXPECT_TRUE(check(bytes).has_value()) << c.text;
    const auto r = check(bytes, FeatureSet::all().without(c.off));
    ASSERT_FALSE(r.has_value()) << c.text;
    EXPECT_TRUE(r.error().message.starts_with(c.message)) << c.text << "\n  " << r.error().message;
  }
}

TEST(Validator, ManyLocals) {
  // 3 i32 parameters, 1000 i32, 100 f32, 40,000 f64, 1 (ref func): near and far ones, and the one
  // behind the last
  const auto module = [](std::string_view body) {
    std::string text = "(module (func (param i32 i32 i32) (local";
    for (int i = 0; i < 1000; ++i) text += " i32";
    for (int i = 0; i < 100; ++i) text += " f32";
    for (int i = 0; i < 40'000; ++i) text += " f64";
    return text + " (ref func)) " + std::string(body) + "))";
  };
  const struct {
    std::string_view body;
    std::string_view message;
  } cases[] = {
      {"local.get 1002 i32.eqz drop", ""},
      {"local.get 1003 f32.neg drop", ""},
      {"local.get 1102 f32.neg drop", ""},
      {"local.get 1103 f64.neg drop", ""},
      {"local.get 41102 local.set 1103", ""},
      {"local.get 1103 i32.eqz drop", "type mismatch: expected i32, found f64"},
      {"i32.const 0 local.set 41102", "type mismatch: expected f64, found i32"},
      {"local.get 41103 drop", "uninitialized local: 41103"},
      {"local.get 41104 drop", "unknown local 41104"},
  };
  for (const auto& c : cases) {
    const auto r = check(assemble(module(c.body)));
    EXPECT_EQ(r.has_value(), c.message.empty()) << c.body;
    if (!r) EXPECT_TRUE(r.error().message.starts_with(c.message)) << c.body << r.error().message;
  }
}

TEST(Validator, MalformedBodiesWinOverInvalidOnes) {
  // function 0 does not type, function 1 has no end: the module is malformed
  auto bytes = assemble("(module (func i32.const 1) (func nop))");
  ASSERT_GT(bytes.size(), 8u);
  size_t at = bytes.size();
  while (bytes[--at] != std::byte{0x0b}) {
  }
  bytes[at] = std::byte{0xff};
  const auto r = check(bytes);
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code, ErrorCode::malformed) << r.error().message;
}

TEST(Validator, ErrorsNameTheirPlace) {
  const auto bytes = assemble("(module (func nop nop i32.add drop))");
  const auto r = check(bytes);
  ASSERT_FALSE(r.has_value());
  ASSERT_LT(r.error().offset, bytes.size());
  EXPECT_EQ(bytes[r.error().offset], std::byte{0x6a});
}

TEST(Validator, BodiesOneByOneInAnyOrder) {
  const auto bytes =
      assemble("(module (func) (func i32.const 1) (func (param i32) (result i32) local.get 0))");
  const auto m = binary::decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  ModuleContext context(**m, FeatureSet::all());
  ASSERT_TRUE(validate_definitions(context).has_value());
  BodyValidator bodies(context);
  EXPECT_TRUE(bodies.validate(FuncIdx(2u)).has_value());
  EXPECT_FALSE(bodies.validate(FuncIdx(1u)).has_value());
  EXPECT_TRUE(bodies.validate(FuncIdx(0u)).has_value());
  EXPECT_TRUE(bodies.validate(FuncIdx(2u)).has_value());
}

}  // namespace
}  // namespace weft::validate
