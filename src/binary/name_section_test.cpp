// Names are found where they are and garbage is ignored.
#include "binary/name_section.hpp"

#include <gtest/gtest.h>

#include "binary/decoder.hpp"
#include "binary/encoder.hpp"

namespace weft::binary {
namespace {

std::vector<std::byte> module_with_names(std::span<const std::byte> contents) {
  Encoder e;
  e.header();
  const auto section = e.begin_custom("name");
  e.raw(contents);
  e.end_section(section);
  return e.take();
}

/// module "m"; functions 0 "main", 2 "sum"; locals of 2: 0 "a", 1 "b"; fields of type 1: 0 "x"; tag
/// 0 "t".
std::vector<std::byte> sample() {
  Encoder e;
  const auto part = [&](NameKind kind, auto&& write) {
    e.byte(static_cast<uint8_t>(kind));
    const auto mark = e.begin_sized();
    write();
    e.end_sized(mark);
  };
  const auto entry = [&](uint32_t index, std::string_view name) {
    e.u32(index);
    e.name(name);
  };
  part(NameKind::module, [&] { e.name("m"); });
  part(NameKind::func, [&] {
    e.u32(2);
    entry(0, "main");
    entry(2, "sum");
  });
  part(NameKind::local, [&] {
    e.u32(1);
    e.u32(2);
    e.u32(2);
    entry(0, "a");
    entry(1, "b");
  });
  part(NameKind::field, [&] {
    e.u32(1);
    e.u32(1);
    e.u32(1);
    entry(0, "x");
  });
  part(NameKind::tag, [&] {
    e.u32(1);
    entry(0, "t");
  });
  return e.take();
}

TEST(NameSection, FindsNames) {
  const auto bytes = module_with_names(sample());
  const auto m = decode_module(bytes, FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  const NameSection names(**m);
  EXPECT_EQ(names.module_name(), "m");
  EXPECT_EQ(names.func(FuncIdx(0u)), "main");
  EXPECT_EQ(names.func(FuncIdx(1u)), "");
  EXPECT_EQ(names.func(FuncIdx(2u)), "sum");
  EXPECT_EQ(names.find(NameKind::local, 2, 1), "b");
  EXPECT_EQ(names.find(NameKind::local, 1, 1), "");
  EXPECT_EQ(names.find(NameKind::field, 1, 0), "x");
  EXPECT_EQ(names.find(NameKind::tag, 0), "t");
}

TEST(NameSection, KeepsWhatStandsBeforeTheGarbage) {
  const auto whole = sample();
  size_t found = 0;
  for (size_t n = 0; n <= whole.size(); ++n) {
    const auto bytes = module_with_names(std::span(whole).first(n));
    const auto m = decode_module(bytes, FeatureSet::all());
    ASSERT_TRUE(m.has_value());
    const NameSection names(**m);
    if (names.func(FuncIdx(0u)) == "main") ++found;
    EXPECT_TRUE(names.module_name().empty() || names.module_name() == "m");
  }
  EXPECT_GT(found, whole.size() / 2);
}

TEST(NameSection, AModuleWithoutOneHasNoNames) {
  Encoder e;
  e.header();
  const auto m = decode_module(e.bytes(), FeatureSet::all());
  ASSERT_TRUE(m.has_value());
  const NameSection names(**m);
  EXPECT_EQ(names.module_name(), "");
  EXPECT_EQ(names.func(FuncIdx(0u)), "");
}

}  // namespace
}  // namespace weft::binary
