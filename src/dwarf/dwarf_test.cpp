// Debug information made by hand, in both versions: what is found, and that nothing else than that
// can happen with broken bytes. Compilers' output: tests/dwarf. ADR 0018.
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <map>
#include <random>

#include "binary/decoder.hpp"
#include "binary/encoder.hpp"
#include "dwarf/debug_info.hpp"

namespace weft::dwarf {
namespace {

using binary::Encoder;

/// Little-endian numbers and strings for a section.
struct Writer {
  std::string bytes;

  Writer& u8(unsigned v) { return fixed(v, 1); }
  Writer& u16(unsigned v) { return fixed(v, 2); }
  Writer& u32(uint64_t v) { return fixed(v, 4); }
  Writer& fixed(uint64_t v, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(v >> (8 * i));
    return *this;
  }
  Writer& uleb(uint64_t v) {
    for (; v >= 0x80; v >>= 7) u8(static_cast<unsigned>(v & 0x7f) | 0x80);
    return u8(static_cast<unsigned>(v));
  }
  Writer& list(std::initializer_list<unsigned> numbers) {
    for (const unsigned n : numbers) uleb(n);
    return *this;
  }
  Writer& string(std::string_view s) {
    bytes += s;
    return u8(0);
  }
  Writer& raw(const std::string& s) {
    bytes += s;
    return *this;
  }
  /// The bytes behind their 4-byte length.
  std::string sized() const { return Writer().u32(bytes.size()).raw(bytes).bytes; }
};

using SectionMap = std::map<std::string, std::string>;

/// A module with 0x100 bytes of code section and these custom sections. Its code starts at 0x15.
std::vector<std::byte> module_with(const SectionMap& sections) {
  Encoder e;
  e.header();
  const auto types = e.begin_section(binary::SectionId::type);
  e.raw(std::string_view("\x01\x60\x00\x00", 4));
  e.end_section(types);
  const auto functions = e.begin_section(binary::SectionId::function);
  e.raw(std::string_view("\x01\x00", 2));
  e.end_section(functions);
  const auto code = e.begin_section(binary::SectionId::code);
  e.u32(1);
  const auto body = e.begin_sized();
  e.u32(0);
  for (int i = 0; i < 0xfb; ++i) e.op(wasm::Op::nop);
  e.op(wasm::Op::end);
  e.end_sized(body);
  e.end_section(code);
  for (const auto& [name, contents] : sections) {
    const auto mark = e.begin_custom(name);
    e.raw(contents);
    e.end_section(mark);
  }
  return e.take();
}
constexpr uint32_t kCode = 0x15;

/// f (0x02..0x40) with g inlined at 0x10..0x20 and in it h at 0x18..0x1c; k at 0x40..0x60.
SectionMap sections(int version) {
  const bool five = version == 5;
  SectionMap out;
  // name forms: strx1 and string in DWARF 5, strp and string in DWARF 4
  const unsigned name_form = five ? kFormStrx1 : kFormStrp;
  out[".debug_abbrev"] =
      Writer()
          .list({1, kTagCompileUnit, 1, kAtName, name_form, kAtStmtList, kFormSecOffset})
          .list({kAtLowPc, kFormAddr, kAtRanges, five ? kFormRnglistx : kFormSecOffset})
          .list({kAtStrOffsetsBase, kFormSecOffset, kAtRnglistsBase, kFormSecOffset})
          .list({kAtAddrBase, kFormSecOffset, 0, 0})
          .list({2, kTagSubprogram, 1, kAtName, name_form, kAtLowPc, five ? kFormAddrx : kFormAddr})
          .list({kAtHighPc, kFormData4, 0, 0})
          .list({3, kTagSubprogram, 0, kAtName, kFormString, 0, 0})
          .list({4, kTagInlinedSubroutine, 1, kAtAbstractOrigin, kFormRef4, kAtLowPc, kFormAddr})
          .list({kAtHighPc, kFormData1, kAtCallFile, kFormData1, kAtCallLine, kFormData2})
          .list({kAtCallColumn, kFormUdata, 0, 0})
          .list({5, kTagLexicalBlock, 1, kAtLowPc, kFormAddr, kAtHighPc, kFormData1, 0, 0})
          .list({6, 0x34, 0, kAtName, kFormString, 0x02, kFormExprloc, 0, 0})  // a variable
          .list({0})
          .bytes;
  out[".debug_str"] = Writer().string("unit.c").string("f").string("k").bytes;
  const auto name = [&](unsigned index) {
    constexpr unsigned kOffsets[] = {0, 7, 9};
    return five ? Writer().u8(index).bytes : Writer().u32(kOffsets[index]).bytes;
  };
  out[".debug_str_offsets"] = Writer().u32(16).u16(5).u16(0).u32(0).u32(7).u32(9).bytes;
  out[".debug_addr"] = Writer().u32(12).u16(5).u8(4).u8(0).u32(0x02).u32(0x40).bytes;
  out[".debug_ranges"] = Writer()
                             .u32(0xfffffffe)
                             .u32(0xfffffffe)
                             .u32(0x02)
                             .u32(0x40)
                             .u32(0x40)
                             .u32(0x60)
                             .u32(0)
                             .u32(0)
                             .bytes;
  out[".debug_rnglists"] = Writer()
                               .u32(0)
                               .u16(5)
                               .u8(4)
                               .u8(0)
                               .u32(1)
                               .u32(4)  // the list is behind this table
                               .u8(4)   // offset pair
                               .uleb(0x02)
                               .uleb(0x40)
                               .u8(7)  // start, length
                               .u32(0x40)
                               .uleb(0x20)
                               .u8(0)
                               .bytes;
  Writer unit;
  unit.u16(static_cast<unsigned>(version));
  if (five)
    unit.u8(1).u8(4).u32(0);
  else
    unit.u32(0).u8(4);
  unit.u8(1).raw(name(0)).u32(0).u32(0);
  if (five)
    unit.u8(0);
  else
    unit.u32(0);
  unit.u32(8).u32(12).u32(8);
  const auto here = [&] { return static_cast<uint32_t>(unit.bytes.size() + 4); };
  const uint32_t g = here();
  unit.u8(3).string("g");
  const uint32_t h = here();
  unit.u8(3).string("h");
  unit.u8(2).raw(name(1));
  if (five)
    unit.uleb(0);
  else
    unit.u32(0x02);
  unit.u32(0x3e);
  unit.u8(6).string("variable").uleb(2).u16(0);
  unit.u8(5).u32(0x04).u8(4).u8(6).string("in a block").uleb(0).u8(0);  // a block that is not it
  unit.u8(5).u32(0x08).u8(0x20);                                        // and one that is
  unit.u8(4).u32(g).u32(0x10).u8(0x10).u8(1).u16(30).uleb(7);
  unit.u8(4).u32(h).u32(0x18).u8(4).u8(2).u16(300).uleb(9).u8(0);
  unit.u8(0).u8(0).u8(0);  // ends of g, block, f
  unit.u8(2).raw(name(2));
  if (five)
    unit.uleb(1);
  else
    unit.u32(0x40);
  unit.u32(0x20).u8(0);
  unit.u8(0);
  out[".debug_info"] = unit.sized();

  Writer tables;  // directories and files
  if (five) {
    tables.u8(1).list({1, kFormString}).uleb(2).string("/build").string("include");
    tables.u8(2).list({1, kFormString, 2, kFormUdata}).uleb(3);
    tables.string("unit.c").uleb(0).string("unit.c").uleb(0).string("h.h").uleb(1);
  } else {
    tables.string("include").u8(0);
    tables.string("unit.c").list({0, 0, 0}).string("h.h").list({1, 0, 0}).u8(0);
  }
  Writer head;  // minimum instruction, operations, statement, line base -3, range 12, opcodes 10
  head.u8(1).u8(1).u8(1).u8(0xfd).u8(12).u8(10).list({0, 1, 1, 1, 1, 0, 0, 0, 1}).raw(tables.bytes);
  Writer line;
  line.u16(static_cast<unsigned>(version));
  if (five) line.u8(4).u8(0);
  line.u32(head.bytes.size()).raw(head.bytes);
  const auto set_address = [&](uint64_t a) { line.u8(0).uleb(5).u8(2).u32(a); };
  const auto row = [&](unsigned advance, unsigned to_line, unsigned column, unsigned file) {
    static unsigned now = 1;
    if (advance == 0) now = 1;
    line.u8(2).uleb(advance);  // advance pc
    line.u8(3)
        .u8((to_line - now) & 0x7f ? 0x80 | ((to_line - now) & 0x7f) : 0x80)
        .u8(((to_line - now) >> 7) & 0x7f);
    now = to_line;
    line.u8(5).uleb(column).u8(4).uleb(file).u8(1);
  };
  set_address(0xffffffff);  // removed by the linker
  row(0, 1, 1, 1);
  line.u8(2).uleb(8).u8(0).uleb(1).u8(1);
  set_address(2);
  row(0, 10, 3, 1);          // 0x02
  row(0x0e, 20, 5, 2);       // 0x10: in g
  row(0x08, 40, 0, 2);       // 0x18: in h
  row(0x04, 21, 6, 2);       // 0x1c: in g again
  row(0x04, 11, 4, 1);       // 0x20
  line.u8(10 + 3 + 12 * 2);  // 0x22, the same line: special opcode
  line.u8(2).uleb(0x1e).u8(0).uleb(1).u8(1);
  set_address(0x40);
  row(0, 50, 1, 1);
  line.u8(2).uleb(0x20).u8(0).uleb(1).u8(1);
  out[".debug_line"] = line.sized();
  return out;
}

std::string text_of(const std::vector<SourceFrame>& frames) {
  std::string out;
  for (const SourceFrame& f : frames) {
    out += out.empty() ? "" : " < ";
    out +=
        f.function + " " + f.file + ":" + std::to_string(f.line) + ":" + std::to_string(f.column);
  }
  return out;
}

struct Loaded {
  explicit Loaded(const SectionMap& s) : bytes(module_with(s)) {
    auto decoded = binary::decode_module(bytes, wasm::FeatureSet::all());
    EXPECT_TRUE(decoded.has_value());
    module = std::move(*decoded);
    info = std::make_unique<DebugInfo>(*module, nullptr);
  }
  std::string find(uint32_t address) { return text_of(info->find(kCode + address)); }
  std::vector<std::byte> bytes;
  std::unique_ptr<binary::Module> module;
  std::unique_ptr<DebugInfo> info;
};

class BothVersions : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Dwarf, BothVersions, testing::Values(4, 5));

TEST_P(BothVersions, LinesAndInlinedFunctions) {
  Loaded m(sections(GetParam()));
  ASSERT_TRUE(m.info->present());
  ASSERT_EQ(Sections::of(*m.module).code_start, kCode);
  EXPECT_EQ(m.find(0x01), "");
  EXPECT_EQ(m.find(0x02), "f unit.c:10:3");
  EXPECT_EQ(m.find(0x0f), "f unit.c:10:3");
  EXPECT_EQ(m.find(0x10), "g include/h.h:20:5 < f unit.c:30:7");
  EXPECT_EQ(m.find(0x18), "h include/h.h:40:0 < g include/h.h:300:9 < f unit.c:30:7");
  EXPECT_EQ(m.find(0x1b), m.find(0x18));
  EXPECT_EQ(m.find(0x1c), "g include/h.h:21:6 < f unit.c:30:7");
  EXPECT_EQ(m.find(0x20), "f unit.c:11:4");
  EXPECT_EQ(m.find(0x3f), "f unit.c:11:4");
  EXPECT_EQ(m.find(0x40), "k unit.c:50:1");
  EXPECT_EQ(m.find(0x60), "");
  EXPECT_EQ(m.info->find(0).size(), 0u);
  EXPECT_EQ(m.info->find(~0u).size(), 0u);
}

TEST(Dwarf, NoDebugInformation) {
  Loaded m({});
  EXPECT_FALSE(m.info->present());
  EXPECT_EQ(m.find(2), "");
}

TEST_P(BothVersions, WithoutOneSection) {
  for (const auto& [name, contents] : sections(GetParam())) {
    SectionMap fewer = sections(GetParam());
    fewer.erase(name);
    Loaded m(fewer);
    for (uint32_t a = 0; a < 0x70; a += 3) m.find(a);
  }
}

// Bounds are what a sanitizer build checks; here: every question ends.
TEST_P(BothVersions, TruncatedAnywhere) {
  const SectionMap whole = sections(GetParam());
  for (const auto& [name, contents] : whole) {
    for (size_t n = 0; n < contents.size(); ++n) {
      SectionMap cut = whole;
      cut[name].resize(n);
      Loaded m(cut);
      for (const uint32_t a : {0x02u, 0x18u, 0x45u}) m.find(a);
    }
  }
}

TEST_P(BothVersions, AnyByteWrong) {
  const SectionMap whole = sections(GetParam());
  for (const auto& [name, contents] : whole) {
    for (size_t i = 0; i < contents.size(); ++i) {
      for (const int change : {0x01, 0x80, 0xff, 0x40}) {
        SectionMap wrong = whole;
        wrong[name][i] = static_cast<char>(wrong[name][i] ^ change);
        Loaded m(wrong);
        for (const uint32_t a : {0x02u, 0x18u, 0x45u}) m.find(a);
      }
    }
  }
}

TEST_P(BothVersions, ManyBytesWrong) {
  std::mt19937 random(20240611);
  const SectionMap whole = sections(GetParam());
  for (int round = 0; round < 3000; ++round) {
    SectionMap wrong = whole;
    for (auto& [name, contents] : wrong) {
      for (int n = static_cast<int>(random() % 4); n > 0; --n)
        contents[random() % contents.size()] = static_cast<char>(random());
      if (random() % 8 == 0) contents += contents.substr(random() % contents.size());
    }
    Loaded m(wrong);
    for (const uint32_t a : {0x02u, 0x18u, 0x45u}) m.find(a);
  }
}

double seconds_of(Loaded& m) {
  const auto start = std::chrono::steady_clock::now();
  for (uint32_t a = 0; a < 0x100; ++a) m.find(a);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Work that a few bytes ask for many times: units that share a huge abbreviation table at
/// different places, long names, long lists.
TEST(Dwarf, HostileWorkIsBounded) {
  SectionMap s = sections(5);
  const std::string unit = s[".debug_info"];
  std::string info;
  for (uint32_t i = 0; i < 20'000; ++i) {
    std::string one = unit;
    // SAFETY: the abbreviations' offset of a version 5 header.
    std::memcpy(one.data() + 8, &i, 4);
    info += one;
  }
  SectionMap many = s;
  many[".debug_info"] = info;
  many[".debug_abbrev"] += Writer().list({}).bytes;
  for (int i = 0; i < 200'000; ++i)
    many[".debug_abbrev"] += Writer().list({7, 1, 0, 3, 8, 0, 0}).bytes;
  Loaded units(many);
  EXPECT_LT(seconds_of(units), 5);

  SectionMap names = s;
  names[".debug_str"].append(10'000'000, 'x');  // no end
  Loaded long_names(names);
  EXPECT_LT(seconds_of(long_names), 5);

  SectionMap rows = s;
  rows[".debug_line"].resize(rows[".debug_line"].size() - 3);
  for (int i = 0; i < 3'000'000; ++i) rows[".debug_line"] += '\x0a';
  const auto size = static_cast<uint32_t>(rows[".debug_line"].size() - 4);
  std::memcpy(rows[".debug_line"].data(), &size, 4);  // SAFETY: the length in front
  Loaded long_program(rows);
  EXPECT_LT(seconds_of(long_program), 5);

  SectionMap lists = s;
  lists[".debug_rnglists"].insert(16, 3'000'000, '\x06');
  Loaded list(lists);
  EXPECT_LT(seconds_of(list), 20);
}

}  // namespace
}  // namespace weft::dwarf
