// Slots of the pooling allocator that hold more than an instance's parts (tests/scale): stacks,
// heaps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "runtime/allocator.hpp"

namespace weft::runtime {
namespace {

constexpr uint64_t kStackBytes = uint64_t{1} << 20;

std::unique_ptr<Allocator> pool(uint32_t stacks, uint32_t heaps) {
  PoolOptions options;
  options.instances = 4;
  options.memories = options.tables = 1;
  options.stacks = stacks;
  options.gc_heaps = heaps;
  return std::move(*make_pooling_allocator(options, true));
}

bool all_zero(const uint8_t* data, uint64_t bytes) {
  return std::all_of(data, data + bytes, [](uint8_t b) { return b == 0; });
}

TEST(PooledStack, IsZeroHoweverFarItWasUsed) {
  const auto allocator = pool(1, 1);
  for (const uint64_t used :
       {uint64_t{0}, uint64_t{8}, uint64_t{16384}, uint64_t{16392}, kStackBytes / 2, kStackBytes}) {
    StackSpace space = std::move(*allocator->take_stack(kStackBytes));
    ASSERT_EQ(space.bytes, kStackBytes);
    EXPECT_TRUE(all_zero(space.memory.data(), kStackBytes)) << "before " << used;
    std::memset(space.memory.data() + used / 2, 0xa5,
                used - used / 2);  // what is below may be zero
    allocator->give_stack(std::move(space), kStackBytes);
  }
}

TEST(PooledStack, IsZeroWhereWordsLieFarApart) {
  const auto allocator = pool(1, 1);
  for (const uint64_t gap : {uint64_t{8}, uint64_t{4096}, uint64_t{8192}, uint64_t{8200}}) {
    for (uint64_t used = 8192; used <= kStackBytes; used += 4100) {
      StackSpace space = std::move(*allocator->take_stack(kStackBytes));
      ASSERT_TRUE(all_zero(space.memory.data(), kStackBytes)) << gap << " before " << used;
      for (uint64_t at = gap; at < used; at += gap) space.memory.data()[at] = 0xa5;
      allocator->give_stack(std::move(space), gap);
    }
  }
}

TEST(PooledStack, AnswersWithTheLimit) {
  const auto allocator = pool(2, 1);
  StackSpace first = std::move(*allocator->take_stack(kStackBytes));
  StackSpace second = std::move(*allocator->take_stack(kStackBytes));
  EXPECT_NE(first.slot, second.slot);
  const auto third = allocator->take_stack(kStackBytes);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(allocator->metrics().stacks, 2u);
  const uint32_t slot = second.slot;
  const uint8_t* const address = second.memory.data();
  allocator->give_stack(std::move(second), kStackBytes);
  second = std::move(*allocator->take_stack(kStackBytes));
  EXPECT_EQ(second.slot, slot);
  EXPECT_EQ(second.memory.data(), address) << "its addresses stay with the slot";
  allocator->give_stack(std::move(first), kStackBytes);
  allocator->give_stack(std::move(second), kStackBytes);
  EXPECT_EQ(allocator->metrics().stacks, 0u);
}

TEST(PooledHeap, IsZeroAndStaysCommitted) {
  const auto allocator = pool(1, 1);
  constexpr uint64_t kUsed = uint64_t{3} << 20;
  for (int round = 0; round < 3; ++round) {
    HeapSpace space = std::move(*allocator->take_heap());
    const uint64_t half = space.bitmaps.size() / 2;
    if (round == 0) {
      EXPECT_EQ(space.objects_committed, 0u);
      ASSERT_TRUE(space.objects.commit(0, kUsed));
      ASSERT_TRUE(space.bitmaps.commit(0, kUsed / 64));
      ASSERT_TRUE(space.bitmaps.commit(half, kUsed / 64));
      space.objects_committed = kUsed;
      space.bitmap_committed = kUsed / 64;
    }
    ASSERT_EQ(space.objects_committed, kUsed);
    EXPECT_TRUE(all_zero(space.objects.data(), kUsed));
    EXPECT_TRUE(all_zero(space.bitmaps.data(), kUsed / 64));
    EXPECT_TRUE(all_zero(space.bitmaps.data() + half, kUsed / 64));
    std::memset(space.objects.data(), 0xdb, kUsed);
    std::memset(space.bitmaps.data(), 0xff, kUsed / 64);
    std::memset(space.bitmaps.data() + half, 0xff, kUsed / 64);
    const auto none = allocator->take_heap();
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::limit_exceeded);
    EXPECT_NE(none.error().message.find("\"gc_heaps\""), std::string::npos);
    EXPECT_EQ(allocator->metrics().gc_heaps, 1u);
    allocator->give_heap(std::move(space));
  }
}

TEST(PooledHeap, AsManyAsInstancesIfNothingIsSaid) {
  const auto allocator = pool(0, 0);
  std::vector<HeapSpace> heaps;
  for (int i = 0; i < 4; ++i) heaps.push_back(std::move(*allocator->take_heap()));
  EXPECT_FALSE(allocator->take_heap());
  for (HeapSpace& h : heaps) allocator->give_heap(std::move(h));
}

}  // namespace
}  // namespace weft::runtime
