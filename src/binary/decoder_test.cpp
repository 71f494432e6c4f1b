// What is malformed, with the phrase of the spec, and what is decoded; bytes are written with the
// text they come from.
#include "binary/decoder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::binary {
namespace {

/// "00 61 7f" to bytes; anything else than hex digits is skipped.
std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> out;
  std::string digits;
  for (char c : hex) {
    if (isxdigit(static_cast<unsigned char>(c))) digits += c;
  }
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return out;
}
constexpr std::string_view kHeader = "00 61 73 6d 01 00 00 00 ";

std::vector<std::byte> module_of(std::string_view sections) {
  return from_hex(std::string(kHeader) + std::string(sections));
}

struct Malformed {
  std::string_view what;  // the text of the bytes
  std::string_view hex;   // sections
  std::string_view phrase;
};

constexpr Malformed kMalformed[] = {
    {"section id 14", "0e 00", "malformed section id"},
    {"a size past the end", "01 05 00", "length out of bounds"},
    {"no size", "01", "unexpected end"},
    {"size in six bytes", "01 80 80 80 80 80 00", "integer representation too long"},
    {"size above 2^32", "01 ff ff ff ff 7f", "integer too large"},
    {"two type sections", "01 01 00 01 01 00", "unexpected content after last section"},
    {"memory before function", "05 01 00 03 01 00", "unexpected content after last section"},
    {"tag after global", "06 01 00 0d 01 00", "unexpected content after last section"},
    {"type section longer than its contents", "01 02 00 00", "section size mismatch"},
    {"type section shorter than its contents", "01 01 01 60 00 00", "section size mismatch"},
    {"2^32-1 types in no bytes", "01 05 ff ff ff ff 0f", "length out of bounds"},
    {"definition type 0x61", "01 03 01 61 00", "malformed definition type"},
    {"(func (param 0x20))", "01 05 01 60 01 20 00", "malformed value type"},
    {"(rec (func", "01 04 01 4e 01 60", "unexpected end"},
    {"(array i32) with mutability 2", "01 04 01 5e 7f 02", "malformed mutability"},
    {"(ref heap-type -1)", "01 06 01 60 01 64 7f 00", "malformed heap type"},
    {"import kind 5", "02 05 01 00 00 05 00", "malformed import kind"},
    {"import name with byte ff", "02 06 01 01 ff 00 00 00", "malformed UTF-8 encoding"},
    {"table limits flag 2", "04 04 01 70 02 00", "malformed limits flags"},
    {"memory limits flag 16", "05 03 01 10 00", "malformed limits flags"},
    {"page size 2^64", "05 04 01 08 00 40", "invalid custom page size"},
    {"table of i32", "04 04 01 7f 00 00", "malformed reference type"},
    {"0x40 table with byte 1", "04 09 01 40 01 70 00 00 d0 70 0b", "zero byte expected"},
    {"global mutability 2", "06 06 01 7f 02 41 00 0b", "malformed mutability"},
    {"global with opcode ff", "06 05 01 7f 00 ff 0b", "illegal opcode ff"},
    {"global with opcode fd 9a 01", "06 07 01 7f 00 fd 9a 01 0b", "illegal opcode fd 9a"},
    {"global without end", "06 05 01 7f 00 41 00", "unexpected end"},
    {"else without if in a global", "06 05 01 7f 00 05 0b", "END opcode expected"},
    {"export kind 5", "07 04 01 00 05 00", "malformed export kind"},
    {"element flags 8", "09 03 01 08 00", "malformed elements segment kind"},
    {"element kind 1", "09 04 01 01 01 00", "malformed element kind"},
    {"data flags 3", "0b 02 01 03", "malformed data segment kind"},
    {"function without code", "01 04 01 60 00 00 03 02 01 00",
     "function and code section have inconsistent lengths"},
    {"code without function", "0a 04 01 02 00 0b",
     "function and code section have inconsistent lengths"},
    {"body of 5 bytes in 2", "01 04 01 60 00 00 03 02 01 00 0a 04 01 05 00 0b",
     "length out of bounds"},
    {"data count 1, no data", "0c 01 01", "data count and data section have inconsistent lengths"},
    {"data count 1, data 0", "0c 01 01 0b 01 00",
     "data count and data section have inconsistent lengths"},
    {"tag attribute 1", "0d 03 01 01 00", "zero byte expected"},
    {"custom name longer than the section", "00 02 05 61", "length out of bounds"},
    {"custom section without name", "00 00", "unexpected end"},
    {"compact imports after a name", "02 07 01 01 61 01 62 7f 00", "malformed import kind"},
};

TEST(Decoder, RefusesWhatIsMalformed) {
  for (const Malformed& c : kMalformed) {
    const auto bytes = module_of(c.hex);
    const auto m = decode_module(bytes, FeatureSet::all());
    ASSERT_FALSE(m.has_value()) << c.what;
    EXPECT_EQ(m.error().code, ErrorCode::malformed) << c.what;
    EXPECT_TRUE(m.error().message.starts_with(c.phrase)) << c.what << ": " << m.error().message;
    EXPECT_LE(m.error().offset, bytes.size()) << c.what;
  }
}

TEST(Decoder, RefusesOtherFiles) {
  const struct {
    std::string_view hex;
    std::string_view phrase;
  } cases[] = {
      {"", "unexpected end"},
      {"00 61 73", "unexpected end"},
      {"7f 45 4c 46", "magic header not detected"},
      {"00 61 73 6d 01 00", "unexpected end"},
      {"00 61 73 6d 02 00 00 00", "unknown binary version"},
      {"00 61 73 6d 0d 00 01 00", "unknown binary version: this is a component"},
  };
  for (const auto& c : cases) {
    const auto m = decode_module(from_hex(c.hex), FeatureSet::all());
    ASSERT_FALSE(m.has_value()) << c.hex;
    EXPECT_TRUE(m.error().message.starts_with(c.phrase)) << c.hex << ": " << m.error().message;
  }
}

TEST(Decoder, FeaturesThatAreOffAreMalformed) {
  const struct {
    Feature feature;
    std::string_view what;
    std::string_view hex;
  } cases[] = {
      {Feature::simd, "(func (param v128))", "01 05 01 60 01 7b 00"},
      {Feature::floats, "(func (param f64))", "01 05 01 60 01 7c 00"},
      {Feature::gc, "(struct)", "01 03 01 5f 00"},
      {Feature::gc, "(sub (func))", "01 06 01 50 00 60 00 00"},
      {Feature::function_references, "(func (param (ref func)))", "01 06 01 60 01 64 70 00"},
      {Feature::reference_types, "(func (param externref))", "01 05 01 60 01 6f 00"},
      {Feature::memory64, "(memory i64 0)", "05 03 01 04 00"},
      {Feature::threads, "(memory 0 0 shared)", "05 04 01 03 00 00"},
      {Feature::custom_page_sizes, "(memory 0 (pagesize 1))", "05 04 01 08 00 00"},
      {Feature::bulk_memory, "(data count)", "0c 01 00"},
      {Feature::bulk_memory, "(data \"\")", "0b 03 01 01 00"},
      {Feature::compact_imports, "compact imports", "02 06 01 01 61 00 7f 00"},
  };
  for (const auto& c : cases) {
    const auto bytes = module_of(c.hex);
    EXPECT_TRUE(decode_module(bytes, FeatureSet::all()).has_value()) << c.what;
    const auto m = decode_module(bytes, FeatureSet::all().without(c.feature));
    ASSERT_FALSE(m.has_value()) << c.what;
    EXPECT_EQ(m.error().code, ErrorCode::malformed) << c.what;
  }
}

TEST(Decoder, ImportsComeFirstInTheirIndexSpaces) {
  // (import "m" "f" (func)) (import "m" "g" (global i32)) (func) (global i32 (i32.const 0))
  const auto bytes = module_of(
      "01 04 01 60 00 00  02 0e 02 01 6d 01 66 00 00 01 6d 01 67 03 7f 00  03 02 01 00  06 06 01 "
      "7f 00 41 00 0b"
      "07 05 01 01 65 00 01  0a 04 01 02 00 0b");
  const auto m = decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value()) << m.error().message;
  EXPECT_EQ((*m)->imports.size(), 2u);
  EXPECT_EQ((*m)->imported_funcs, 1u);
  EXPECT_EQ((*m)->funcs.size(), 2u);
  EXPECT_EQ((*m)->globals.size(), 2u);
  EXPECT_EQ((*m)->imports[1].name, "g");
  EXPECT_EQ((*m)->imports[1].index, 0u);
  EXPECT_EQ((*m)->exports[0].index, 1u);
  EXPECT_EQ((*m)->body(FuncIdx(1u)).size, 2u);
  EXPECT_EQ((*m)->globals[1].init.size, 3u);
}

TEST(Decoder, CompactImportsBecomePlainOnes) {
  // group "a": by item: "b" (func 0), "c" (func 0); group "x": by type (func 0): "y", "z"
  const auto bytes = module_of(
      "01 04 01 60 00 00  02 19 02  01 61 00 7f 02 01 62 00 00 01 63 00 00  01 78 00 7e 00 00 02 "
      "01 79 01 7a");
  const auto m = decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value()) << m.error().message;
  ASSERT_EQ((*m)->imports.size(), 4u);
  EXPECT_EQ((*m)->imports[1].module, "a");
  EXPECT_EQ((*m)->imports[1].name, "c");
  EXPECT_EQ((*m)->imports[3].module, "x");
  EXPECT_EQ((*m)->imports[3].name, "z");
  EXPECT_EQ((*m)->imports[3].index, 3u);
}

TEST(Decoder, RemembersWhereCustomSectionsStand) {
  const auto bytes = module_of("00 02 01 61  01 01 00  00 04 01 62 aa bb");
  const auto m = decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  ASSERT_EQ((*m)->customs.size(), 2u);
  EXPECT_EQ((*m)->customs[0].name, "a");
  EXPECT_EQ((*m)->customs[0].after, 0);
  EXPECT_EQ((*m)->customs[1].after, 1);
  EXPECT_EQ((*m)->customs[1].contents.size, 2u);
}

TEST(Decoder, ElementSegmentsOfAllForms) {
  // flags 0 to 7, in the spec's order; one item each
  const auto bytes = module_of(
      "09 40 08"
      "00 41 00 0b 01 00"              // (elem (i32.const 0) func 0)
      "01 00 01 00"                    // (elem func 0)
      "02 00 41 00 0b 00 01 00"        // (elem (table 0) (i32.const 0) func 0)
      "03 00 01 00"                    // (elem declare func 0)
      "04 41 00 0b 01 d2 00 0b"        // (elem (i32.const 0) funcref (ref.func 0))
      "05 70 01 d2 00 0b"              // (elem funcref (ref.func 0))
      "06 00 41 00 0b 70 01 d2 00 0b"  // (elem (table 0) (i32.const 0) funcref (ref.func 0))
      "07 63 70 03 d0 70 0b d0 70 0b d0 70 0b");  // (elem declare (ref null func) 3 x (ref.null
                                                  // func))
  auto with_size = bytes;
  with_size[9] = static_cast<std::byte>(bytes.size() - 10);
  const auto m = decode_module(with_size, FeatureSet::all());
  ASSERT_TRUE(m.has_value()) << m.error().message;
  const auto& elems = (*m)->elems;
  ASSERT_EQ(elems.size(), 8u);
  constexpr SegmentMode kModes[] = {
      SegmentMode::active, SegmentMode::passive, SegmentMode::active, SegmentMode::declarative,
      SegmentMode::active, SegmentMode::passive, SegmentMode::active, SegmentMode::declarative};
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(elems[i].mode, kModes[i]) << i;
    EXPECT_EQ(elems[i].is_exprs, i >= 4) << i;
    EXPECT_EQ(elems[i].count, i == 7 ? 3u : 1u) << i;
    EXPECT_EQ(elems[i].type, i < 4 ? kFuncRef.as_non_null() : kFuncRef) << i;
    EXPECT_EQ(elems[i].offset.size, elems[i].mode == SegmentMode::active ? 3u : 0u) << i;
  }
  EXPECT_EQ(elems[7].items.size, 9u);
}

TEST(Decoder, TypesThatCannotBeKnownAreKeptForTheValidator) {
  // (func (param (ref 2^32-1))): an unknown type is invalid, not malformed
  const auto bytes = module_of("01 0a 01 60 01 64 ff ff ff ff 0f 00");
  const auto m = decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value()) << m.error().message;
  EXPECT_GE((*m)->types.params(0)[0].heap().index(), 1'000'000u);
}

TEST(Decoder, OwnsSharedBytes) {
  auto bytes = std::make_shared<const std::vector<std::byte>>(module_of("00 02 01 61"));
  std::weak_ptr<const std::vector<std::byte>> watch = bytes;
  auto m = decode_module(std::move(bytes), FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ((*m)->customs[0].name, "a");
  m->reset();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace weft::binary
