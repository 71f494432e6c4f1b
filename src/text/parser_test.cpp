#include "text/parser.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "text/lexer.hpp"

namespace weft::text {
namespace {

std::string hex(const std::vector<std::byte>& bytes) {
  std::string out;
  for (std::byte b : bytes) out += fmt::format("{:02x}", static_cast<unsigned>(b));
  return out;
}

/// Without names, so that two spellings of one module can be compared.
std::string parsed(std::string_view text) {
  Options options;
  options.names = false;
  const auto bytes = parse_module(text, options);
  return bytes ? hex(*bytes) : "refused: " + bytes.error().message;
}

TEST(Parser, WritesTheBinaryFormat) {
  EXPECT_EQ(parsed("(module)"), "0061736d01000000");
  EXPECT_EQ(parsed(""), "0061736d01000000");
  // type section: one (i32) -> i32; function; export "f"; code: local.get 0, i32.const -1, i32.add
  EXPECT_EQ(
      parsed(R"((func (export "f") (param i32) (result i32) local.get 0 i32.const -1 i32.add))"),
      "0061736d01000000"  // magic, version
      "01060160017f017f"  // one type: (i32) -> i32
      "03020100"          // one function of it
      "0705010166"
      "0000"  // export "f": function 0
      "0a0901"
      "0700"
      "2000417f6a0b"  // its body: no locals, local.get 0, i32.const -1, i32.add, end
  );
}

// Left: an abbreviation of spec 6.4 - 6.6 or of a proposal. Right: what it stands for.
TEST(Parser, AbbreviationsMeanTheirExpansions) {
  struct Case {
    const char* abbreviation;
    const char* expansion;
  };
  const Case cases[] = {
      {"(func)", "(module (type (func)) (func (type 0)))"},
      {"(func (param i32 i64))", "(type (func (param i32) (param i64))) (func (type 0))"},
      {"(func) (func (param i32)) (func)",
       "(type (func)) (type (func (param i32))) (func (type 0)) (func (type 1)) (func (type 0))"},
      {"(func (type 1)) (type (func (param f32))) (type (func))",
       "(type (func (param f32))) (type (func)) (func)"},
      {"(type (sub (func))) (func)", "(type (sub (func))) (type (func)) (func (type 1))"},
      {"(rec (type (func)) (type (func))) (func)",
       "(rec (type (func)) (type (func))) (type (func)) (func (type 2))"},
      {"(rec (type (func))) (func)", "(rec (type (func))) (func (type 0))"},
      {"(type (sub final (func))) (func)", "(type (func)) (func (type 0))"},
      {"(func (local i32 i32) (local i64))", "(func (local i32) (local i32) (local i64))"},
      {R"((func (export "a") (export "b")))",
       R"((func) (export "a" (func 0)) (export "b" (func 0)))"},
      {R"((func (import "m" "n") (param i32)))", R"((import "m" "n" (func (param i32))))"},
      {R"((func $f (export "x") (import "m" "n")))",
       R"((import "m" "n" (func $f)) (export "x" (func $f)))"},
      {R"((table (import "m" "n") 1 2 funcref))", R"((import "m" "n" (table 1 2 funcref)))"},
      {R"((memory (import "m" "n") i64 1 2))", R"((import "m" "n" (memory i64 1 2)))"},
      {R"((global (import "m" "n") (mut i32)))", R"((import "m" "n" (global (mut i32))))"},
      {R"((tag (import "m" "n") (param i32)))", R"((import "m" "n" (tag (param i32))))"},
      {R"((import "m" (item "a" (func)) (item "b" (memory 1))))",
       R"((import "m" "a" (func)) (import "m" "b" (memory 1)))"},
      {R"((import "m" (item "a") (item "b") (global i32)) (global $g i32 (i32.const 1)) (export "g" (global $g)))",
       R"((import "m" "a" (global i32)) (import "m" "b" (global i32)) (global i32 (i32.const 1)) (export "g" (global 2)))"},
      {"(func $f) (table funcref (elem $f 0))",
       "(func $f) (table 2 2 funcref) (elem (i32.const 0) func $f $f)"},
      {"(func $f) (table i64 funcref (elem $f))",
       "(func $f) (table i64 1 1 funcref) (elem (i64.const 0) func $f)"},
      {"(func $f) (table funcref (elem (ref.func $f) (item ref.null func)))",
       "(func $f) (table 2 2 funcref) (elem (i32.const 0) funcref (ref.func $f) (ref.null func))"},
      {"(table 1 funcref) (func $f) (elem (i32.const 0) $f)",
       "(table 1 funcref) (func $f) (elem (table 0) (offset i32.const 0) func $f)"},
      {"(table 1 funcref) (func $f) (elem 0 (i32.const 0) $f)",
       "(table 1 funcref) (func $f) (elem (offset (i32.const 0)) func $f)"},
      {R"((memory (data "ab" "c")))", R"((memory 1 1) (data (i32.const 0) "abc"))"},
      {R"((memory (data)))", R"((memory 0 0) (data (i32.const 0) ""))"},
      {R"((memory i64 (data "x")))", R"((memory i64 1 1) (data (i64.const 0) "x"))"},
      {R"((memory (pagesize 1) (data "xyz")))",
       R"((memory 3 3 (pagesize 1)) (data (i32.const 0) "xyz"))"},
      {R"((memory 1) (data 0 (i32.const 1) "x"))",
       R"((memory 1) (data (memory 0) (offset (i32.const 1)) "x"))"},
      {"(func (i32.add (i32.const 1) (i32.const 2)) drop)",
       "(func i32.const 1 i32.const 2 i32.add drop)"},
      {"(func (block $l (br $l)))", "(func block br 0 end)"},
      {"(func (block $l (result i32) (i32.const 1)) drop)",
       "(func block $l (result i32) i32.const 1 end $l drop)"},
      {"(func (if (i32.const 1) (then (nop)) (else (unreachable))))",
       "(func i32.const 1 if nop else unreachable end)"},
      {"(func (if (result i32) (i32.const 1) (then (i32.const 2)) (else (i32.const 3))) drop)",
       "(func i32.const 1 if (result i32) i32.const 2 else i32.const 3 end drop)"},
      {"(func i32.const 1 (if (then)))", "(func i32.const 1 if end)"},
      {"(func (loop (br_if 0 (i32.const 1))))", "(func loop i32.const 1 br_if 0 end)"},
      {"(func (block (param i32)) )",
       "(type (func)) (type (func (param i32))) (func block (type 1) end)"},
      {"(tag $t) (func (try (do (nop)) (catch $t) (catch_all (rethrow 0))))",
       "(tag $t) (func try nop catch 0 catch_all rethrow 0 end)"},
      {"(func (block $o (try $i (do (br $i)) (delegate $o))))",
       "(func block try br 0 delegate 0 end)"},
      {"(tag $t) (func (block $l (try_table (catch $t $l) (catch_all $l))))",
       "(tag $t) (func block try_table (catch 0 0) (catch_all 0) end end)"},
      {"(table 1 funcref) (func (call_indirect (i32.const 0)))",
       "(table 1 funcref) (func (call_indirect 0 (type 0) (i32.const 0)))"},
      {"(memory 1) (func (drop (i32.load (i32.const 0))))",
       "(memory 1) (func i32.const 0 i32.load 0 offset=0 align=4 drop)"},
      {"(memory 1) (func (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
       "(memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.copy 0 0)"},
      {"(func (param funcref externref anyref eqref i31ref structref arrayref nullref nullfuncref "
       "nullexternref exnref nullexnref))",
       "(func (param (ref null func) (ref null extern) (ref null any) (ref null eq) (ref null i31) "
       "(ref null struct) (ref null array)"
       " (ref null none) (ref null nofunc) (ref null noextern) (ref null exn) (ref null noexn)))"},
      {"(type (struct (field i32 (mut i8)) (field $x i64)))",
       "(type (struct (field i32) (field (mut i8)) (field i64)))"},
      {"(type $s (struct (field $x i32))) (func (param (ref $s)) (drop (struct.get $s $x "
       "(local.get 0))))",
       "(type (struct (field i32))) (type (func (param (ref 0)))) (func (type 1) local.get 0 "
       "struct.get 0 0 drop)"},
      {R"((func $"\41B") (func (call $AB)))", "(func) (func call 0)"},
      {"(func (@x (y \")\") z) nop (; (; ;) ;) nop ;; )\n)", "(func nop nop)"},
  };
  for (const Case& c : cases) {
    const std::string expansion = parsed(c.expansion);
    EXPECT_FALSE(expansion.starts_with("refused")) << expansion;
    EXPECT_EQ(parsed(c.abbreviation), expansion) << c.abbreviation;
  }
}

TEST(Parser, RefusesWithTheSpecsPhraseAndThePlace) {
  struct Case {
    const char* text;
    const char* message;  // beginning
    const char* place;
  };
  const Case cases[] = {
      {"(func i32.foo)", "unknown operator i32.foo", "(line 1, column 7)"},
      {"(module\n  (func\n    (drop (local.get $x))))", "unknown local $x", "(line 3, column 22)"},
      {"(func (br $l))", "unknown label $l", "column 11"},
      {"(func (call $f))", "unknown function $f", "column 13"},
      {"(func $f) (func $f)", "duplicate function $f", "column 17"},
      {"(func (param $x i32) (local $x i32))", "duplicate local $x", "column 29"},
      {"(type $t (struct (field $a i32) (field $a i32)))", "duplicate field $a", "column 40"},
      {"(func block $a end $b)", "mismatching label $b", "column 20"},
      {"(func end)", "unexpected token end", "column 7"},
      {"(func block)", "unexpected token )", "column 12"},
      {"(func else)", "unexpected token else", "column 7"},
      {"(func (if (i32.const 1)))", "unexpected token )", "column 24"},
      {"(func (i32.const 1) (then))", "unexpected token then", "column 22"},
      {"(func (i32.add nop))", "unexpected token nop", "column 16"},
      {"(func) (import \"a\" \"b\" (func))", "import after function", "column 9"},
      {"(func $f) (start $f) (start $f)", "multiple start sections", "column 29"},
      {"(type $t (func)) (func (type $t) (param i32))", "inline function type", "column 24"},
      {"(func (type 3) (param i32))", "unknown type 3", "column 7"},
      {"(func (i32.const 0x1_0000_0000))", "constant out of range", "column 18"},
      {"(func (f32.const 1e39))", "constant out of range", "column 18"},
      {"(func (v128.const i8x16 1 2))", "wrong number of lane literals", "column 28"},
      {"(memory 1) (func (i32.load align=3 (i32.const 0)))", "alignment must be a power of two",
       "column 28"},
      {"(memory 0 (pagesize 3))", "invalid custom page size", "column 21"},
      {"(import \"a\" (item \"x\") (func $f))", "identifier not allowed", "column 30"},
      {"(func \"a\"x)", "unknown operator \"a\"x", "column 7"},
      {"(func $)", "empty identifier", "column 7"},
      {"(func", "unexpected end", "column 1"},
      {"(func))", "unexpected token", "column 7"},
      {"(module) (module)", "unexpected token (", "column 10"},
      {"(@x (y)", "unclosed annotation", "column 1"},
      {"(@ x)", "empty annotation id", "column 1"},
      {"(; (; ;)", "unclosed comment", "column 1"},
      {"(data \"abc", "unclosed string", "column 7"},
      {"(data \"\\zz\")", "illegal escape", "column 8"},
      {"(func \x01)", "illegal character", "column 7"},
      {"(func \xff)", "malformed UTF-8 encoding", "column 7"},
      {"(export \"\\ff\" (func 0))", "malformed UTF-8 encoding", "column 9"},
      {"(func (@metadata.code.branch_hint \"\\01\") nop)",
       "@metadata.code.branch_hint annotation: invalid target", "column 7"},
      {"(func (@custom \"x\"))", "misplaced @custom annotation", "column 7"},
  };
  for (const Case& c : cases) {
    const auto bytes = parse_module(c.text);
    ASSERT_FALSE(bytes.has_value()) << c.text;
    EXPECT_EQ(bytes.error().code, ErrorCode::malformed) << c.text;
    EXPECT_TRUE(bytes.error().message.starts_with(c.message)) << bytes.error().message;
    EXPECT_NE(bytes.error().message.find(c.place), std::string::npos) << bytes.error().message;
  }
}

TEST(Parser, ShowsTheLineWithACaret) {
  const auto bytes = parse_module("(module\n\t(func  wrong.op))\n");
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().message,
            "unknown operator wrong.op (line 2, column 9)\n"
            " 2 |  (func  wrong.op))\n"
            "   |         ^");
  // A line of a megabyte is cut around the place.
  const auto long_line = parse_module("(func " + std::string(1'000'000, ' ') + "x" +
                                      std::string(1'000'000, ' ') + ")");
  ASSERT_FALSE(long_line.has_value());
  EXPECT_LT(long_line.error().message.size(), 400u);
}

TEST(Parser, NamesAreKept) {
  const auto bytes = parse_module(
      R"((module $m (type $t (struct (field $x i32))) (func $f (param $p i32) (local $l i32) (block $b)) (func (@name "g h"))
          (table $tab 0 funcref) (memory $mem 0) (global $glob i32 (i32.const 0)) (elem $e func) (data $d "") (tag $tag)))");
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  const std::string text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const size_t at = text.find("\x04name");
  ASSERT_NE(at, std::string::npos);
  using namespace std::string_literals;
  EXPECT_EQ(text.substr(at + 5),
            "\x00\x02\x01m"  // module
            "\x01\x09\x02\x00\x01"
            "f\x01\x03g h"                            // functions
            "\x02\x09\x01\x00\x02\x00\x01p\x01\x01l"  // locals
            "\x03\x06\x01\x00\x01\x00\x01"
            "b"                         // labels
            "\x04\x04\x01\x00\x01t"     // types
            "\x05\x06\x01\x00\x03tab"   // tables
            "\x06\x06\x01\x00\x03mem"   // memories
            "\x07\x07\x01\x00\x04glob"  // globals
            "\x08\x04\x01\x00\x01"
            "e"  // element segments
            "\x09\x04\x01\x00\x01"
            "d"                              // data segments
            "\x0a\x06\x01\x00\x01\x00\x01x"  // fields
            "\x0b\x06\x01\x00\x03tag"s);     // tags
}

TEST(Parser, CustomSectionsAndBranchHints) {
  const std::string with = parsed(
      R"((@custom "c" (before type) "xy") (func (param i32) (@metadata.code.branch_hint "\01") (if (local.get 0) (then))))");
  EXPECT_EQ(
      with,
      "0061736d01000000"
      "000401637879"    // custom section "c" with "xy", before the types
      "01050160017f00"  // type (i32) -> ()
      "03020100"        // function 0
      "0020196d657461646174612e636f64652e6272616e63685f68696e74"  // "metadata.code.branch_hint":
      "010001030101"  // function 0, one hint, at offset 3 of the body: likely
      "0a09010700200004400b0b");
}

// Nesting is bounded by memory only: nothing recurses, and the time is linear.
TEST(Parser, DeepNesting) {
  constexpr size_t kDepth = 1'000'000;
  const auto repeat = [](std::string_view s) {
    std::string out;
    out.reserve(s.size() * kDepth);
    for (size_t i = 0; i < kDepth; ++i) out += s;
    return out;
  };
  const std::string deep[] = {
      "(func " + repeat("(i32.eqz ") + "(i32.const 0)" + repeat(")") + " drop)",
      "(func " + repeat("block ") + repeat("end ") + ")",
      "(func " + repeat("(block $x ") + "(br $x)" + repeat(")") + ")",
      "(func " + repeat("(if (i32.const 0) (then ") + repeat("))") + ")",
      repeat("(;") + repeat(";)"),
      "(@a " + repeat("(") + repeat(")") + ")",
  };
  for (const std::string& text : deep)
    EXPECT_TRUE(parse_module(text).has_value()) << text.substr(0, 40);
  EXPECT_FALSE(parse_module(repeat("(")).has_value());
  EXPECT_FALSE(parse_module("(func " + repeat("(block ")).has_value());
}

TEST(Lexer, EveryPrefixOfAModuleIsRefusedOrAccepted) {
  const std::string text =
      R"((module $m (func $f (export "f\41") (param $x i32) (result i32) (@a "x")
    (if (result i32) (local.get $x) (then (i32.const 0x1_0)) (else (i32.const -1)))) (; c ;) (data "\u{41}") ;; e
    (memory $mem 1 2) (global f64 (f64.const nan:0x4)) (type $t (sub final (array (mut i8)))))";
  for (size_t n = 0; n < text.size(); ++n) {
    const auto bytes = parse_module(std::string_view(text).substr(0, n));
    if (!bytes) EXPECT_EQ(bytes.error().code, ErrorCode::malformed);
  }
  EXPECT_TRUE(parse_module(text + ")").has_value());
}

}  // namespace
}  // namespace weft::text
