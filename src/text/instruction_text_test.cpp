// Instructions as text: written, read back by the parser, written again.
#include "text/instruction_text.hpp"

#include <gtest/gtest.h>

#include <array>

#include "binary/read_types.hpp"
#include "text/parser.hpp"

namespace weft::text {
namespace {

const wasm::FeatureSet kAll = wasm::FeatureSet::all();

/// The instructions of the first body of a module, without its last `end`.
std::vector<std::string> instructions_of(std::string_view wat) {
  const auto bytes = parse_module(wat);
  if (!bytes) {
    ADD_FAILURE() << bytes.error().message;
    return {};
  }
  // A code section of one body is the last one but the names: found by looking for section 10.
  binary::Reader r(std::span<const std::byte>(*bytes).subspan(8), 8);
  while (r.u8() != 10) r.skip(r.u32());
  r.u32();
  r.u32();
  const uint32_t size = r.u32();
  const uint32_t end = r.offset() + size;
  for (uint32_t runs = r.u32(); runs > 0; --runs) {
    r.u32();
    binary::read_val_type(r, kAll);
  }
  std::vector<std::string> out;
  while (r.ok() && r.offset() < end) {
    wasm::Op op{};
    append_instruction(out.emplace_back(), r, kAll, op);
  }
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(out.empty() ? "" : out.back(), "end");
  if (!out.empty()) out.pop_back();
  return out;
}

// As they are written; each is also what comes out.
constexpr const char* kTexts[] = {
    "nop",
    "i32.const -5",
    "i64.const 9223372036854775807",
    "f32.const 0.1",
    "f32.const -0",
    "f64.const nan",
    "f64.const -nan:0x1",
    "f32.const inf",
    "local.get 1",
    "global.set 0",
    "i32.load",
    "i64.load32_u offset=8 align=1",
    "i32.store8 1 offset=4294967295",
    "v128.load32_lane offset=4 3",
    "i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31",
    "v128.const i32x4 0x00000001 0xffffffff 0x00000000 0x80000000",
    "i8x16.extract_lane_s 15",
    "memory.size",
    "memory.size 1",
    "memory.copy",
    "memory.copy 1 0",
    "memory.init 1 0",
    "data.drop 0",
    "table.get 1",
    "table.init 1 0",
    "table.init 0",
    "table.copy 1 0",
    "elem.drop 0",
    "call 0",
    "call_indirect (type 0)",
    "call_indirect 1 (type 0)",
    "return_call_ref 0",
    "br_table 0 0 0",
    "select (result i32)",
    "ref.null func",
    "ref.null 1",
    "ref.func 0",
    "ref.test (ref any)",
    "ref.test anyref",
    "ref.cast (ref null 1)",
    "br_on_cast 0 anyref (ref 1)",
    "struct.get 1 0",
    "array.new_fixed 2 3",
    "array.init_data 2 0",
    "throw 0",
    "atomic.fence",
    "i32.atomic.rmw.add offset=4",
};

TEST(InstructionText, ReadsBackAsItIsWritten) {
  for (const char* text : kTexts) {
    const std::string wat =
        std::string(R"((module (type (func)) (type (struct (field i32))) (type (array (mut i8)))
      (memory 1) (memory 1) (table 1 funcref) (table 1 funcref) (global (mut i32) (i32.const 0)) (tag (type 0))
      (elem func 0) (data "x") (func (type 0) )") +
        text + "))";
    const auto found = instructions_of(wat);
    ASSERT_EQ(found.size(), 1u) << text;
    EXPECT_EQ(found[0], text);
  }
}

TEST(InstructionText, Blocks) {
  const auto found = instructions_of(R"((module (tag) (func
    block (result i32) loop i32.const 0 if else end end i32.const 1 end drop
    try_table (catch 0 0) (catch_all_ref 0) end)))");
  const std::vector<std::string> expected = {"block (result i32)",
                                             "loop",
                                             "i32.const 0",
                                             "if",
                                             "else",
                                             "end",
                                             "end",
                                             "i32.const 1",
                                             "end",
                                             "drop",
                                             "try_table (catch 0 0) (catch_all_ref 0)",
                                             "end"};
  EXPECT_EQ(found, expected);
}

TEST(InstructionText, BrokenBytesAddNothing) {
  constexpr std::array<std::byte, 1> kCut = {std::byte{0x41}};  // i32.const without its number
  binary::Reader r(kCut);
  std::string out = "x";
  wasm::Op op{};
  append_instruction(out, r, kAll, op);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(out, "x");
}

TEST(InstructionText, NamesCannotSteerOrForge) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(quoted("\x1b[31m\n"), R"("\1b[31m\0a")");
  EXPECT_EQ(quoted("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
  EXPECT_EQ(quoted("\xff"), R"("\ff")");
  EXPECT_EQ(quoted("\xc2\x9b"), R"("\c2\9b")");
  EXPECT_EQ(quoted("\xe2\x80\xae"), R"("\e2\80\ae")");
}

}  // namespace
}  // namespace weft::text
