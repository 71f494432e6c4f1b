#include "platform/virtual_memory.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace weft::platform {
namespace {

const size_t kPage = page_size();

TEST(Reservation, CommittedPagesAreZeroAndWritable) {
  auto r = Reservation::reserve(size_t{1} << 36);  // far more than there is memory
  ASSERT_TRUE(r) << r.error().message();
  ASSERT_TRUE(r->commit(kPage, 2 * kPage));
  uint8_t* p = r->data() + kPage;
  EXPECT_EQ(p[0], 0);
  std::memset(p, 0xab, 2 * kPage);
  EXPECT_EQ(p[2 * kPage - 1], 0xab);
}

TEST(ReservationDeathTest, OtherPagesAreInaccessible) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto r = Reservation::reserve(4 * kPage);
  ASSERT_TRUE(r);
  ASSERT_TRUE(r->commit(0, kPage));
  volatile uint8_t* p = r->data();
  p[0] = 1;
  EXPECT_DEATH(p[kPage] = 1, "");
  ASSERT_TRUE(r->protect(0, kPage, Access::read));
  EXPECT_EQ(p[0], 1);
  EXPECT_DEATH(p[0] = 2, "");
}

TEST(Reservation, DecommitAndResetGiveZeros) {
  auto r = Reservation::reserve(4 * kPage);
  ASSERT_TRUE(r);
  ASSERT_TRUE(r->commit(0, 4 * kPage));
  std::memset(r->data(), 1, 4 * kPage);
  ASSERT_TRUE(r->reset(0, kPage));
  EXPECT_EQ(r->data()[0], 0);
  EXPECT_EQ(r->data()[kPage], 1);
  ASSERT_TRUE(r->decommit(kPage, kPage));
  ASSERT_TRUE(r->commit(kPage, kPage));
  EXPECT_EQ(r->data()[kPage], 0);
  EXPECT_EQ(r->data()[2 * kPage], 1);
}

TEST(Reservation, Alignment) {
  for (const size_t alignment : {size_t{0}, size_t{1} << 16, size_t{1} << 24}) {
    auto r = Reservation::reserve(3 * kPage, alignment);
    ASSERT_TRUE(r) << alignment;
    if (alignment) EXPECT_EQ(reinterpret_cast<uintptr_t>(r->data()) % alignment, 0u);
    ASSERT_TRUE(r->commit(0, r->size()));
    r->data()[3 * kPage - 1] = 1;
  }
}

TEST(Reservation, BadRangesAreRefused) {
  auto r = Reservation::reserve(4 * kPage);
  ASSERT_TRUE(r);
  struct {
    const char* name;
    size_t offset, length;
  } const cases[] = {
      {"past the end", 4 * kPage, kPage},          {"too long", 0, 5 * kPage},
      {"offset not on a page", 1, kPage},          {"length not whole pages", 0, 1},
      {"wrapping", kPage, ~size_t{0} - kPage + 1},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.name);
    const OsResult<> results[] = {r->commit(row.offset, row.length),
                                  r->decommit(row.offset, row.length),
                                  r->reset(row.offset, row.length)};
    for (const auto& result : results) {
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().code, EINVAL);
    }
  }
  EXPECT_TRUE(r->commit(4 * kPage, 0));
}

TEST(Reservation, ImpossibleSizesAreErrors) {
  EXPECT_EQ(Reservation::reserve(0).error().code, EINVAL);
  EXPECT_EQ(Reservation::reserve(kPage, 3 * kPage).error().code, EINVAL);
  EXPECT_EQ(Reservation::reserve(~size_t{0}).error().code, ENOMEM);
  const auto huge = Reservation::reserve(size_t{1} << 60);
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, ENOMEM);
  EXPECT_EQ(huge.error().message(), "mmap: Cannot allocate memory");
}

TEST(Reservation, MoveLeavesTheSourceEmpty) {
  auto r = Reservation::reserve(kPage);
  ASSERT_TRUE(r);
  uint8_t* const base = r->data();
  Reservation other = std::move(*r);
  EXPECT_EQ(other.data(), base);
  EXPECT_FALSE(*r);
  other = Reservation();
  EXPECT_FALSE(other);
}

TEST(CowImage, MappingsArePrivateAndResetToTheImage) {
  std::vector<uint8_t> bytes(kPage + 10, 0x11);
  auto image = CowImage::create(bytes);
  ASSERT_TRUE(image) << image.error().message();
  EXPECT_EQ(image->size(), 2 * kPage);
  auto a = Reservation::reserve(8 * kPage), b = Reservation::reserve(8 * kPage);
  ASSERT_TRUE(a && b);
  ASSERT_TRUE(a->map_image(*image, kPage));
  ASSERT_TRUE(b->map_image(*image, 0));
  *image = CowImage();  // mappings outlive it
  uint8_t* p = a->data() + kPage;
  EXPECT_EQ(p[kPage + 9], 0x11);
  EXPECT_EQ(p[kPage + 10], 0);
  p[0] = 0x22;
  EXPECT_EQ(b->data()[0], 0x11);
  ASSERT_TRUE(a->reset(kPage, 2 * kPage));
  EXPECT_EQ(p[0], 0x11);
  ASSERT_TRUE(a->decommit(kPage, 2 * kPage));
  ASSERT_TRUE(a->commit(kPage, 2 * kPage));
  EXPECT_EQ(p[0], 0) << "decommit must forget the image";
}

TEST(CowImage, RefusedWhereItDoesNotFit) {
  const std::vector<uint8_t> bytes(2 * kPage, 1);
  auto image = CowImage::create(bytes);
  ASSERT_TRUE(image);
  auto r = Reservation::reserve(2 * kPage);
  ASSERT_TRUE(r);
  EXPECT_EQ(r->map_image(*image, kPage).error().code, EINVAL);
  EXPECT_EQ(r->map_image(CowImage(), 0).error().code, EINVAL);
  EXPECT_TRUE(r->map_image(*image, 0));
}

}  // namespace
}  // namespace weft::platform
