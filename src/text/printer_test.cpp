// Modules as text: what a person sees, and that it reads back. All modules of the official suites:
// tests/text. ADR 0017.
#include "text/printer.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "binary/decoder.hpp"
#include "binary/encoder.hpp"
#include "text/parser.hpp"
#include "wasm/opcodes.hpp"

namespace weft::text {
namespace {

using namespace std::string_literals;
using Bytes = std::vector<std::byte>;

constexpr wasm::FeatureSet kAll = wasm::FeatureSet::all();

std::string print(const Bytes& bytes, bool names = true) {
  const auto module = binary::decode_module(bytes, kAll);
  if (!module) return "not decoded: " + module.error().message;
  const auto text = print_module(**module, PrintOptions{names, false});
  return text ? *text : "refused: " + text.error().message;
}

Bytes parse(std::string_view text) {
  auto bytes = parse_module(text);
  EXPECT_TRUE(bytes.has_value()) << bytes.error().message;
  return bytes ? *bytes : Bytes();
}

/// The text of a text; both must stand for the same bytes.
std::string printed(std::string_view text) {
  const Bytes bytes = parse(text);
  const std::string out = print(bytes);
  const auto again = parse_module(out);
  EXPECT_TRUE(again.has_value()) << out << again.error().message;
  if (again) EXPECT_EQ(*again, bytes) << out;
  return out;
}

TEST(Printer, EveryFieldOfAModule) {
  constexpr const char* kText = R"((module $rich
  (type $sig (;0;) (func (param i32 i64) (result f32)))
  (rec
    (type $node (;1;) (sub (struct (field $next (mut (ref null $node))) (field i8))))
    (type (;2;) (sub final $node (struct (field (mut (ref null $node))) (field i8) (field f64)))))
  (type (;3;) (array (mut i16)))
  (type (;4;) (func))
  (import "env" "f" (func $f (;0;) (type $sig) (param $a i32) (param i64) (result f32)))
  (import "env" "t" (table (;0;) 1 2 funcref))
  (import "env" "m" (memory $m (;0;) i64 1 2 shared))
  (import "env" "g" (global $g (;0;) (mut i32)))
  (import "env" "e" (tag $e (;0;) (type 4)))
  (table $refs (;1;) 0 (ref null $node) (ref.null $node))
  (memory (;1;) 5 (pagesize 1))
  (tag (;1;) (type 4))
  (global (;1;) i32 i32.const 1 i32.const 2 i32.add)
  (export "run" (func $run))
  (export "mem" (memory $m))
  (start $run)
  (elem (;0;) (i32.const 0) func $f $run)
  (elem $list (;1;) (table $refs) (offset i32.const 1 i32.const 2 i32.add) (ref null $node) (ref.null $node))
  (elem (;2;) declare func $run)
  (elem (;3;) funcref (ref.func $f) (item))
  (func $run (;1;) (type 4)
    (local $i i32) (local i32 i32) (local $x (ref null $node))
    block $done
      loop  ;; @2
        local.get $i
        (@metadata.code.branch_hint "\00") br_if $done
        local.get $i
        if (result i32)  ;; @3
          i32.const -1
        else
          i64.const 4
          i32.load8_u offset=7
        end
        local.set 1
        br 0 (;@2;)
      end
    end
    local.get $x
    struct.get $node $next
    drop
    i32.const 0
    call_indirect (type 4)
  )
  (data (;0;) (i64.const 16) "text \"quoted\" \00\ff")
  (data $d (;1;) (memory 1) (i32.const 0) "")
  (@custom "tool" (after type) "\01\02")
  (@custom "last" (after data) "z"))
)";
  EXPECT_EQ(printed(kText), kText);
}

/// Names that no plain identifier can express, with what stands for them.
TEST(Printer, NamesThatAreNoIdentifiers) {
  const std::string out = printed(R"((module
    (func (@name "same")) (func $other (@name "same")) (func $"two words") (func (@name ""))
    (func (@name "same#1")) (func $"\"\\")
    (func (param (@name "p") i32) (param (@name "p") i32) (local (@name "") f32))
    (type (struct (field (@name "f") i32) (field (@name "f") i32)))
    (func block $l block $l br $l br 1 end end (block $"l l" (br $"l l")))
    (func call $other)))");
  for (const char* piece :
       {"(func $same (;0;)", "(func $same#1# (@name \"same\") (;1;)", "(func $\"two words\" (;2;)",
        "(func (@name \"\") (;3;)", "(func $same#1 (;4;)", "(func $\"\\\"\\\\\" (;5;)",
        "(param $p i32) (param $p#1 (@name \"p\") i32)", "(local (@name \"\") f32)",
        "(field $f i32) (field $f#1 (@name \"f\") i32)", "br $l\n        br 1 (;@1;)\n",
        "block $\"l l\"\n      br $\"l l\"\n", "call $same#1#"}) {
    EXPECT_NE(out.find(piece), std::string::npos) << piece << "\n" << out;
  }
}

/// A module with this name section, one function and one custom section around.
Bytes with_custom(std::string_view name, std::string_view contents) {
  binary::Encoder e;
  e.raw(parse("(module (func (param i32) local.get 0 br_if 0))"));
  const auto mark = e.begin_custom(name);
  e.raw(contents);
  e.end_section(mark);
  return e.take();
}

TEST(Printer, SectionsThatCannotBeReadStayBytes) {
  const struct {
    const char* name;
    std::string contents;
  } rows[] = {
      {"name", "garbage"},
      {"name",
       "\x01\x07\x02\x01\x01"
       "b\x00\x01"
       "a"s},                 // indices do not ascend
      {"name", "\x0e\x00"s},  // an unknown subsection
      {"name",
       "\x01\x04\x01\x00\x02"
       "a"s},                                                      // cut off
      {"metadata.code.branch_hint", "\x01\x00\x01\x01\x01\x01"s},  // at local.get
      {"metadata.code.branch_hint", "\x01\x00\x01\x03\x01\x02"s},  // neither 0 nor 1
      {"metadata.code.branch_hint", "\x01\x09\x01\x03\x01\x01"s},  // no such function
  };
  for (const auto& row : rows) {
    const std::string out = print(with_custom(row.name, row.contents));
    EXPECT_NE(out.find("(@custom \""s + row.name + "\" (after code) \""), std::string::npos) << out;
    const Bytes once = parse(out);
    EXPECT_EQ(print(once), out);
  }
  const std::string hint =
      print(with_custom("metadata.code.branch_hint", "\x01\x00\x01\x03\x01\x01"s));
  EXPECT_NE(hint.find("(@metadata.code.branch_hint \"\\01\") br_if 0"), std::string::npos) << hint;
}

TEST(Printer, CustomSectionsKeepTheirPlace) {
  for (const char* place :
       {"before first", "after type", "after func", "after code", "before code"}) {
    const std::string text = "(module (func $f) (@custom \"a\" ("s + place +
                             ") \"1\") (@custom \"b\" (" + place + ") \"2\") (@custom \"c\"))";
    printed(text);
  }
  printed(
      R"((module (memory 1) (data "x") (func (data.drop 0)) (@custom "a" (after data_count)) (@custom "b" (before code))))");
  printed(R"((module (@custom "only")))");
  printed(R"((module $m (@custom "only") (@custom "first" (before first))))");
}

TEST(Printer, Folded) {
  const Bytes bytes = parse(R"((module $m
  (func $f (param $a i32) (result i32)
    (local $b i32)
    block $out
      local.get $a
      i32.eqz
      (@metadata.code.branch_hint "\01") br_if $out
      local.get $a
      i32.const 1
      i32.add
      local.tee $a
      if
        i32.const 7
        drop
      else
        nop
      end
      i32.const 100000000
      i32.const 200000000
      i32.add
      i32.const 300000000
      i32.const 400000000
      i32.add
      i32.add
      local.set $b
      br $out
      i32.add
      drop
    end
    i32.const 3
    nop
    call $f)))");
  const auto module = binary::decode_module(bytes, kAll);
  PrintOptions options;
  options.fold = true;
  const auto text = print_module(**module, options);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text, R"((module $m
  (type (;0;) (func (param i32) (result i32)))
  (func $f (;0;) (type 0) (param $a i32) (result i32)
    (local $b i32)
    block $out
      (@metadata.code.branch_hint "\01") (br_if $out (i32.eqz (local.get $a)))
      (local.tee $a (i32.add (local.get $a) (i32.const 1)))
      if  ;; @2
        (drop (i32.const 7))
      else
        (nop)
      end
      (local.set $b
        (i32.add
          (i32.add (i32.const 100000000) (i32.const 200000000))
          (i32.add (i32.const 300000000) (i32.const 400000000))))
      (br $out)
      (drop (i32.add))
    end
    (i32.const 3)
    (nop)
    (call $f)
  ))
)");
  EXPECT_EQ(parse(*text), bytes);
}

TEST(Printer, WithoutNames) {
  const std::string out =
      print(parse("(module $m (func $f (param $p i32) block $l br $l end call $f))"), false);
  EXPECT_EQ(out.find('$'), std::string::npos) << out;
}

/// Immediates that fit the kind; every index is 0 and every block is empty.
void append_immediates(binary::Encoder& e, wasm::Op op) {
  using wasm::Imm;
  switch (imm(op)) {
    case Imm::none: return;
    case Imm::block_type: return e.block_type_empty();
    case Imm::labels:
      e.u32(2);
      e.u32(0);
      e.u32(0);
      return e.u32(0);
    case Imm::type_table:
    case Imm::table_table:
    case Imm::elem_table:
    case Imm::memory_memory:
    case Imm::data_memory:
    case Imm::type_field:
    case Imm::type_count:
    case Imm::type_data:
    case Imm::type_elem:
    case Imm::type_type: e.u32(0); return e.u32(0);
    case Imm::memarg: return e.mem_arg(wasm::natural_align_log2(op), 0, 3);
    case Imm::memarg_lane: e.mem_arg(wasm::natural_align_log2(op), 0, 3); return e.byte(1);
    case Imm::i32: return e.s32(-77);
    case Imm::i64: return e.s64(-77'000'000'000);
    case Imm::f32: return e.fixed32(0xffa00001);
    case Imm::f64: return e.fixed64(0x3ff8000000000001);
    case Imm::v128: e.fixed64(0x0123456789abcdef); return e.fixed64(~0ull);
    case Imm::shuffle:
      for (uint8_t i = 0; i < 16; ++i) e.byte(i);
      return;
    case Imm::select_types: e.u32(1); return e.write(wasm::kI64);
    case Imm::heap_type: return e.write(wasm::HeapType(wasm::AbstractHeap::any));
    case Imm::cast_branch:
      e.cast_flags(true, false);
      e.u32(0);
      e.write(wasm::HeapType(wasm::AbstractHeap::any));
      return e.write(wasm::HeapType(wasm::AbstractHeap::i31));
    case Imm::try_table:
      e.block_type_empty();
      e.u32(1);
      e.byte(2);
      return e.u32(0);
    case Imm::fence: return e.byte(0);
    default: return e.u32(0);  // one index, or a lane
  }
}

TEST(Printer, EveryOpcode) {
  for (size_t i = 0; i < wasm::kOpCount; ++i) {
    const auto op = static_cast<wasm::Op>(i);
    using wasm::Shape;
    const Shape s = shape(op);
    binary::Encoder body;
    body.u32(0);
    const bool opens = s == Shape::block || s == Shape::loop || s == Shape::if_ ||
                       s == Shape::try_ || s == Shape::try_table;
    const bool in_try = s == Shape::catch_ || s == Shape::catch_all || s == Shape::delegate;
    if (s == Shape::end) continue;  // in every body
    if (s == Shape::else_) body.op(wasm::Op::if_), body.block_type_empty();
    if (in_try) body.op(wasm::Op::try_), body.block_type_empty();
    body.op(op);
    append_immediates(body, op);
    if (opens || s == Shape::else_ || (in_try && s != Shape::delegate)) body.op(wasm::Op::end);
    body.op(wasm::Op::end);
    binary::Encoder module;
    module.raw(std::span<const std::byte>(
        parse("(module (type (struct (field i32))) (type (func)) (func (type 1)) (data \"\"))")));
    // The same module with this body: the code section is written anew.
    binary::Encoder e;
    e.header();
    const auto add = [&](binary::SectionId id, std::string_view contents) {
      const auto mark = e.begin_section(id);
      e.raw(contents);
      e.end_section(mark);
    };
    add(binary::SectionId::type, "\x02\x5f\x01\x7f\x00\x60\x00\x00"s);
    add(binary::SectionId::function, "\x01\x01"s);
    const bool uses_data = imm(op) == wasm::Imm::data || imm(op) == wasm::Imm::data_memory ||
                           imm(op) == wasm::Imm::type_data;
    if (uses_data) add(binary::SectionId::data_count, "\x01"s);
    const auto mark = e.begin_section(binary::SectionId::code);
    e.u32(1);
    const auto sized = e.begin_sized();
    e.raw(body.bytes());
    e.end_sized(sized);
    e.end_section(mark);
    if (uses_data) add(binary::SectionId::data, "\x01\x01\x00"s);
    const Bytes bytes = e.take();
    const std::string text = print(bytes);
    EXPECT_NE(text.find(to_string(op)), std::string::npos) << text;
    const auto again = parse_module(text);
    ASSERT_TRUE(again.has_value()) << text << again.error().message;
    EXPECT_EQ(*again, bytes) << text;
  }
}

// --- hostile modules
// ------------------------------------------------------------------------------------------------

Bytes with_body(std::string_view body) {
  binary::Encoder e;
  e.raw(std::span<const std::byte>(parse("(module (type (func)))")));
  const auto functions = e.begin_section(binary::SectionId::function);
  e.raw("\x01\x00"s);
  e.end_section(functions);
  const auto mark = e.begin_section(binary::SectionId::code);
  e.u32(1);
  const auto sized = e.begin_sized();
  e.raw(body);
  e.end_sized(sized);
  e.end_section(mark);
  return e.take();
}

TEST(Printer, BrokenBodiesAreRefused) {
  for (const std::string& body : {"\x00"s, "\x00\x0b\x0b"s, "\x00\x05\x0b"s, "\x00\x18\x00\x0b"s,
                                  "\x00\x41"s, "\x00\xff\x0b"s, "\x01\xff\xff\xff\xff\x0f\x7f\x0b"s,
                                  "\x00\x02\x40\x0b"s, "\x01"s, "\x00\x19\x0b"s}) {
    EXPECT_TRUE(print(with_body(body)).starts_with("refused: ")) << print(with_body(body));
  }
}

TEST(Printer, InvalidModulesPrint) {
  // Indices of nothing: types, locals, functions, labels.
  const std::string out =
      print(with_body("\x00\x10\x63\x20\x64\x0c\x65\x11\x66\x00\x02\xe7\x00\x0b\x0b"s));
  EXPECT_NE(out.find("call 99\n    local.get 100\n    br 101\n    call_indirect (type 102)\n    "
                     "block (type 103)"),
            std::string::npos)
      << out;
}

TEST(Printer, DeepFoldingIsLinear) {
  std::string body = "\x00\x20\x00"s;
  constexpr size_t kDepth = 500'000;
  body.append(kDepth, '\x45');  // i32.eqz
  body += "\x1a\x0b";
  const Bytes bytes = with_body(body);
  const auto module = binary::decode_module(bytes, kAll);
  PrintOptions options;
  options.fold = true;
  const auto text = print_module(**module, options);
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(parse(*text), parse(print(bytes)));
}

TEST(Printer, DeepNestingIsLinear) {
  std::string body(1, '\0');
  constexpr size_t kDepth = 1'000'000;
  for (size_t i = 0; i < kDepth; ++i) body += "\x02\x40"s;
  body.append(kDepth + 1, '\x0b');
  const std::string out = print(with_body(body));
  EXPECT_TRUE(out.starts_with("(module"));
  EXPECT_LT(out.size(), kDepth * 180);
}

TEST(Printer, ALongNameIsNotRepeatedForever) {
  std::string text = "(module (func $" + std::string(90'000, 'x');
  for (int i = 0; i < 20'000; ++i) text += " call 0";
  const std::string out = printed(text + "))");
  EXPECT_LT(out.size(), 16u << 20);
}

TEST(Printer, DeclaredLocalsCannotFillTheMemory) {
  // 50,000 locals in four bytes, many times over.
  binary::Encoder e;
  constexpr uint32_t kFunctions = 20'000;
  e.raw(std::span<const std::byte>(parse("(module (type (func)))")));
  const auto functions = e.begin_section(binary::SectionId::function);
  e.u32(kFunctions);
  for (uint32_t i = 0; i < kFunctions; ++i) e.u32(0);
  e.end_section(functions);
  const auto mark = e.begin_section(binary::SectionId::code);
  e.u32(kFunctions);
  for (uint32_t i = 0; i < kFunctions; ++i) e.raw("\x06\x01\xd0\x86\x03\x7f\x0b"s);
  e.end_section(mark);
  EXPECT_TRUE(print(e.take()).starts_with("refused: limit exceeded"));
}

// --- errors of a module that was text
// ------------------------------------------------------------------------------------------------

TEST(SourcePlaces, LeadFromBytesToTheText) {
  const std::string source =
      "(module\n"
      "  (type (func))\n"
      "  (import \"a\" \"b\" (func (type 0)))\n"
      "  (global i32 (i32.const 1))\n"
      "  (func $f (param i32)\n"
      "    (if (i32.eqz (local.get 0))\n"
      "      (then nop))\n"
      "    block\n"
      "      i32.const 1\n"
      "      drop\n"
      "    end)\n"
      "  (func call $f)\n"
      "  (export \"f\" (func $f)))\n";
  const Bytes bytes = parse(source);
  std::vector<SourcePlace> places;
  Options options;
  options.places = &places;
  ASSERT_EQ(*parse_module(source, options), bytes);
  const auto text_of = [&](size_t offset) {
    const Error placed = place_error(source, Error(ErrorCode::invalid, "x", offset));
    return source.substr(placed.offset,
                         source.find_first_of(" )\n", placed.offset + 1) - placed.offset);
  };
  const auto module = binary::decode_module(bytes, kAll);
  ASSERT_TRUE(module.has_value());
  // Byte by byte through both bodies: locals, local.get, i32.eqz, if, nop, end, block...
  const auto at = [&](size_t func, size_t i) { return (*module)->code[func].offset + i; };
  const char* expected[] = {"local.get", "local.get", "i32.eqz",   "if",        "if",   "nop", ")",
                            "block",     "block",     "i32.const", "i32.const", "drop", "end", ")"};
  for (size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(text_of(at(0, i + 1)), expected[i]) << i;
  EXPECT_EQ(text_of(at(1, 1)), "call");
  EXPECT_EQ(text_of(at(1, 3)), ")");
  EXPECT_EQ(text_of((*module)->globals[0].init.offset), "i32.const");
  EXPECT_EQ(text_of((*module)->exports[0].offset), "(export");
  const Error placed = place_error(source, Error(ErrorCode::invalid, "type mismatch", at(0, 12)));
  EXPECT_EQ(placed.message, "type mismatch (line 10, column 7)\n 10 |       drop\n    |       ^");
  EXPECT_EQ(placed.code, ErrorCode::invalid);
}

}  // namespace
}  // namespace weft::text
