#include "runtime/memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "runtime/testing.hpp"
#include "wasm/limits.hpp"

namespace weft::runtime {
namespace {

MemoryType memory_type(uint64_t min, std::optional<uint64_t> max = {},
                       AddressType address = AddressType::i32, uint8_t page_log2 = 16) {
  MemoryType t;
  t.limits = {min, max};
  t.address = address;
  t.page_log2 = page_log2;
  return t;
}

struct Recorder : ResourceLimiter {
  GrowthAnswer answer = GrowthAnswer::allow;
  std::vector<std::pair<uint64_t, uint64_t>> asked;
  int failures = 0;
  GrowthAnswer memory_growing(uint64_t current, uint64_t desired,
                              std::optional<uint64_t>) override {
    asked.emplace_back(current, desired);
    return answer;
  }
  GrowthAnswer table_growing(uint64_t current, uint64_t desired, std::optional<uint64_t>) override {
    asked.emplace_back(current, desired);
    return answer;
  }
  void growth_failed(std::string_view) override { ++failures; }
};

/// Asks the system, without touching the byte.
bool is_readable(const std::byte* address) {
  int fds[2];
  if (pipe(fds) != 0) return true;
  const bool ok = write(fds[1], address, 1) == 1;
  close(fds[0]);
  close(fds[1]);
  return ok;
}

TEST(Memory, SizesAndGuards) {
  struct Row {
    const char* name;
    MemoryType type;
    bool signals;
    bool guarded;
  };
  const Row rows[] = {
      {"plain", memory_type(1), true, true},
      {"empty", memory_type(0), true, true},
      {"small maximum", memory_type(1, 2), true, true},
      {"without signals", memory_type(1), false, false},
      {"64-bit", memory_type(1, {}, AddressType::i64), true, false},
      {"64-bit, absurd maximum", memory_type(1, uint64_t{1} << 48, AddressType::i64), true, false},
      {"pages of one byte", memory_type(5, {}, AddressType::i32, 0), true, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    RuntimeOptions options;
    options.signals = row.signals;
    Store store(testing::make_engine(options));
    Memory& m = **store.add_memory(row.type);
    EXPECT_EQ(m.length, row.type.limits.min * row.type.page_bytes());
    EXPECT_EQ(m.pages(), row.type.limits.min);
    EXPECT_EQ(m.guarded(), row.guarded);
    TrapCode trap{};
    EXPECT_EQ(m.grow(1, trap), row.type.limits.min);
    EXPECT_EQ(m.pages(), row.type.limits.min + 1);
    for (std::byte b : m.bytes()) ASSERT_EQ(b, std::byte{0});
    std::memset(m.base, 0xaa, m.length);
    EXPECT_EQ(store.memory_at(reinterpret_cast<uintptr_t>(m.base)), &m);
  }
}

TEST(Memory, GrowthKeepsContentsAndGuardedOnesStay) {
  for (const bool guarded : {true, false}) {
    RuntimeOptions options;
    options.guard_pages = guarded;
    Store store(testing::make_engine(options));
    Memory& m = **store.add_memory(memory_type(1));
    std::memcpy(m.base + 65530, "secret", 6);
    const std::byte* const before = m.base;
    TrapCode trap{};
    EXPECT_EQ(m.grow(9, trap), 1u);
    if (guarded) {
      EXPECT_EQ(m.base, before);
    }
    EXPECT_EQ(std::memcmp(m.base + 65530, "secret", 6), 0);
    EXPECT_EQ(m.base[655359], std::byte{0});
  }
}

TEST(Memory, CheckedOnesMoveWhereTheyMust) {
  RuntimeOptions options;
  options.signals = false;
  Store store(testing::make_engine(options));
  // A modest maximum is reserved at once, so only an immodest memory can have to move.
  Memory& m = **store.add_memory(memory_type(65537, {}, AddressType::i64));
  std::memcpy(m.base + 100, "here", 4);
  TrapCode trap{};
  store.limits.memory_bytes = 0;
  EXPECT_EQ(m.grow(2, trap), std::nullopt);
  EXPECT_EQ(std::memcmp(m.base + 100, "here", 4), 0);
  EXPECT_EQ(m.pages(), 65537u);
}

TEST(Memory, FourGigabytesTouchNothing) {
  Store store(testing::make_engine());
  Memory& m = **store.add_memory(memory_type(0));
  TrapCode trap{};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(m.grow(65536, trap), 0u);
  EXPECT_EQ(m.length, uint64_t{1} << 32);
  EXPECT_EQ(m.grow(1, trap), std::nullopt);
  EXPECT_EQ(m.grow(0, trap), 65536u);
  m.base[m.length - 1] = std::byte{1};
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(200));
}

TEST(Memory, LimiterIsAskedBeforeTheMaximumAndNotForNothing) {
  Store store(testing::make_engine());
  Recorder limiter;
  store.limiter = &limiter;
  Memory& m = **store.add_memory(memory_type(1, 2));
  TrapCode trap{};
  EXPECT_EQ(m.grow(0, trap), 1u);
  EXPECT_EQ(limiter.asked.size(), 1u);  // creation only
  EXPECT_EQ(m.grow(5, trap), std::nullopt);
  ASSERT_EQ(limiter.asked.size(), 2u);
  EXPECT_EQ(limiter.asked[1], std::pair(uint64_t{65536}, uint64_t{6 * 65536}));
  EXPECT_EQ(limiter.failures, 1);
  limiter.answer = GrowthAnswer::refuse;
  EXPECT_EQ(m.grow(1, trap), std::nullopt);
  EXPECT_EQ(limiter.failures, 1);
  EXPECT_EQ(trap, TrapCode::none);
  limiter.answer = GrowthAnswer::trap;
  EXPECT_EQ(m.grow(1, trap), std::nullopt);
  EXPECT_EQ(trap, TrapCode::growth_limited);
  EXPECT_EQ(m.grow(~uint64_t{0}, trap = TrapCode::none), std::nullopt);
  EXPECT_EQ(m.pages(), 1u);
}

TEST(Memory, CreationPastLimitsIsAnError) {
  Store store(testing::make_engine());
  store.limits.memory_bytes = 65536;
  EXPECT_EQ(store.add_memory(memory_type(2)).error().code, ErrorCode::limit_exceeded);
  EXPECT_TRUE(store.add_memory(memory_type(1)).has_value());
  store.limits.memories = 1;
  EXPECT_EQ(store.add_memory(memory_type(1)).error().code, ErrorCode::limit_exceeded);
  Store huge(testing::make_engine());
  EXPECT_FALSE(huge.add_memory(memory_type(uint64_t{1} << 47, {}, AddressType::i64)).has_value());
}

TEST(Memory, ReusedReservationsShowNoOldDataAndNoOldPages) {
  std::vector<uint8_t> bytes(8192, 7);
  MemoryImage image{platform::CowImage::create(bytes).value(), 4096};
  for (const uint64_t old_pages : {uint64_t{3}, uint64_t{40}}) {  // kept accessible, or not
    for (const bool with_image : {false, true}) {
      for (const uint64_t new_pages : {old_pages - 1, old_pages, old_pages + 1}) {
        SCOPED_TRACE(::testing::Message() << old_pages << " " << with_image << " " << new_pages);
        const auto engine = testing::make_engine();
        uintptr_t first = 0;
        {
          Store store(engine);
          Memory m(store, memory_type(old_pages));
          ASSERT_TRUE(m.create(with_image ? &image : nullptr));
          std::memset(m.base, 0x5a, m.length);
          first = reinterpret_cast<uintptr_t>(m.base);
        }
        Store store(engine);
        Memory& m = **store.add_memory(memory_type(new_pages));
        EXPECT_EQ(reinterpret_cast<uintptr_t>(m.base), first);  // the cache gave the same addresses
        for (std::byte b : m.bytes()) ASSERT_EQ(b, std::byte{0});
        TrapCode trap{};
        EXPECT_TRUE(m.grow(2, trap));
        for (std::byte b : m.bytes()) ASSERT_EQ(b, std::byte{0});
        m.base[m.length - 1] = std::byte{1};
        // What lies behind is inaccessible: the system refuses to read it.
        EXPECT_FALSE(is_readable(m.base + m.length));
      }
    }
  }
}

TEST(Memory, ImageIsPrivate) {
  const auto engine = testing::make_engine();
  std::vector<uint8_t> bytes(8192, 7);
  MemoryImage image{platform::CowImage::create(bytes).value(), 4096};
  Store store(engine);
  Memory a(store, memory_type(1));
  Memory b(store, memory_type(1));
  ASSERT_TRUE(a.create(&image));
  ASSERT_TRUE(b.create(&image));
  EXPECT_EQ(a.base[4095], std::byte{0});
  EXPECT_EQ(a.base[4096], std::byte{7});
  a.base[4096] = std::byte{9};
  EXPECT_EQ(b.base[4096], std::byte{7});
  ASSERT_TRUE(a.discard_image());
  EXPECT_EQ(a.base[4096], std::byte{0});
  EXPECT_EQ(b.base[12287], std::byte{7});
}

TEST(Table, GrowthAndLimits) {
  Store store(testing::make_engine());
  TableType type;
  type.limits = {2, 5};
  Table& t = **store.add_table(type, Cell{});
  EXPECT_EQ(t.cells()[1].bits, 0u);
  TrapCode trap{};
  EXPECT_EQ(t.grow(2, Cell{77}, trap), 2u);
  EXPECT_EQ(t.cells()[1].bits, 0u);
  EXPECT_EQ(t.cells()[2].bits, 77u);
  EXPECT_EQ(t.cells()[3].bits, 77u);
  EXPECT_EQ(t.grow(2, Cell{}, trap), std::nullopt);
  EXPECT_EQ(t.grow(~uint64_t{0}, Cell{}, trap), std::nullopt);
  EXPECT_EQ(t.grow(1, Cell{5}, trap), 4u);
  EXPECT_EQ(t.length, 5u);
  TableType big;
  big.limits = {limits::kTableAllocatedElements + 1, {}};
  EXPECT_EQ(store.add_table(big, Cell{}).error().code, ErrorCode::out_of_memory);
}

}  // namespace
}  // namespace weft::runtime
