// Views of guest memory: every access at the ends, 64-bit addresses, strings, copies.
#include <array>
#include <limits>

#include "world.hpp"

namespace weft_test {
namespace {

using weft::Memory;
using weft::MemoryType;
using weft::MemoryView;

TEST(MemoryViews, EveryAccessIsCheckedAtTheEnds) {
  std::array<uint8_t, 64> bytes{};
  const MemoryView v{bytes};
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  EXPECT_TRUE(v.write<uint32_t>(60, 0x01020304));
  EXPECT_EQ(bytes[60], 4);
  EXPECT_EQ(v.read<uint32_t>(60), 0x01020304u);
  EXPECT_EQ(v.read<uint64_t>(57), std::nullopt);
  for (const uint64_t at : {uint64_t{61}, uint64_t{64}, uint64_t{1} << 32, kMax - 3, kMax}) {
    EXPECT_EQ(v.read<uint32_t>(at), std::nullopt) << at;
    EXPECT_FALSE(v.write<uint32_t>(at, 1)) << at;
    EXPECT_EQ(v.slice(at, 4), std::nullopt) << at;
  }
  EXPECT_TRUE(v.slice(64, 0).has_value());
  EXPECT_FALSE(v.slice(65, 0).has_value());
  EXPECT_FALSE(v.slice(1, kMax).has_value());
  EXPECT_FALSE(v.slice(kMax, 1).has_value());
  EXPECT_EQ(v.slice(8, 56)->size(), 56u);
  const MemoryView none;
  EXPECT_TRUE(none.slice(0, 0).has_value());
  EXPECT_FALSE(none.read<uint8_t>(0).has_value());
}

TEST(MemoryViews, ArraysAreInPlaceAndAligned) {
  alignas(16) std::array<uint8_t, 64> bytes{};
  const MemoryView v{bytes};
  const auto all = v.array<uint32_t>(0, 16);
  ASSERT_TRUE(all.has_value());
  (*all)[15] = 0xff;
  EXPECT_EQ(bytes[60], 0xff);
  EXPECT_FALSE(v.array<uint32_t>(0, 17).has_value());
  EXPECT_FALSE(v.array<uint32_t>(4, 16).has_value());
  EXPECT_FALSE(v.array<uint32_t>(2, 1).has_value());                        // not aligned
  EXPECT_FALSE(v.array<uint32_t>(0, (uint64_t{1} << 62) + 1).has_value());  // count * 4 wraps
  EXPECT_TRUE(v.array<const uint8_t>(1, 63).has_value());
}

TEST(MemoryViews, StringsAndCopies) {
  std::array<uint8_t, 16> bytes{};
  const MemoryView v{bytes};
  EXPECT_TRUE(v.copy_in(4, "hello"));
  EXPECT_EQ(v.text(4, 5), "hello");
  EXPECT_EQ(v.c_string(4), "hello");
  EXPECT_EQ(v.c_string(4, 5), "hello");
  EXPECT_EQ(v.c_string(4, 4), std::nullopt);  // longer than allowed
  EXPECT_EQ(v.c_string(16), std::nullopt);
  EXPECT_EQ(v.c_string(0), "");
  EXPECT_TRUE(v.copy_in(11, "12345"));
  EXPECT_EQ(v.c_string(11), std::nullopt);  // no NUL before the end
  EXPECT_FALSE(v.copy_in(12, "12345"));
  EXPECT_EQ(v.text(12, 5), std::nullopt);
  std::array<uint8_t, 5> out{};
  EXPECT_TRUE(v.copy_out(11, out));
  EXPECT_EQ(out[4], '5');
  EXPECT_FALSE(v.copy_out(12, out));
  struct Pair {
    int32_t a, b;
  };
  EXPECT_TRUE(v.write(0, Pair{1, 2}));
  EXPECT_EQ(v.read<Pair>(0)->b, 2);
}

TEST(Memories, OfAStore) {
  for (const bool memory64 : {false, true}) {
    World w;
    Memory m = Memory::make(w.store, MemoryType{.min = 1, .max = 3, .memory64 = memory64}).value();
    EXPECT_EQ(m.type(w.store).value(), (MemoryType{.min = 1, .max = 3, .memory64 = memory64}));
    EXPECT_EQ(m.data(w.store).value().size(), 65536u);
    EXPECT_TRUE(m.write<uint64_t>(w.store, 65528, 7).ok());
    EXPECT_EQ(code_of(m.write<uint64_t>(w.store, 65529, 7)), WEFT_ERROR_BAD_ARGUMENT);
    EXPECT_EQ(m.read<uint64_t>(w.store, 65528).value(), 7u);
    EXPECT_EQ(m.grow(w.store, 2).value(), 1u);
    EXPECT_EQ(m.size(w.store).value(), 3u);
    EXPECT_EQ(m.read<uint64_t>(w.store, 65528).value(), 7u);
    EXPECT_EQ(code_of(m.grow(w.store, 1)), WEFT_ERROR_LIMIT_EXCEEDED);
    EXPECT_TRUE(m.copy_in(w.store, 131072, "text").ok());
    EXPECT_EQ(m.text(w.store, 131072, 4).value(), "text");
    EXPECT_EQ(code_of(m.text(w.store, 196605, 4)), WEFT_ERROR_BAD_ARGUMENT);
    weft::Linker linker(w.engine);
    linker.define(w.store, "m", "mem", m).value();
    const Instance i =
        linker
            .instantiate(w.store,
                         w.compile("(module (memory (import \"m\" \"mem\") " +
                                   std::string(memory64 ? "i64 " : "") +
                                   "1 3) (func (export \"get\") (result i32) (i32.load8_u (" +
                                   (memory64 ? "i64" : "i32") + ".const 131073))))"))
            .value();
    EXPECT_EQ(*w.get<int32_t()>(i, "get")(w.store), 'e');
  }
}

TEST(Memories, AreRefusedWhereTheirTypeMakesNoSense) {
  World w;
  EXPECT_EQ(code_of(Memory::make(w.store, {.min = 2, .max = 1})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(Memory::make(w.store, {.min = 1, .shared = true})), WEFT_ERROR_BAD_ARGUMENT);
  EXPECT_EQ(code_of(Memory::make(w.store, {.min = 1, .page_log2 = 0})), WEFT_ERROR_UNSUPPORTED);
  EXPECT_FALSE(Memory::make(w.store, {.min = uint64_t{1} << 48, .memory64 = true}).ok());
  EXPECT_FALSE(Memory::make(w.store, {.min = ~uint64_t{0}}).ok());
}

}  // namespace
}  // namespace weft_test
