#include "base/leb128.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace weft {
namespace {

using Bytes = std::vector<uint8_t>;

struct UnsignedCase {
  const char* name;
  Bytes bytes;
  LebStatus status32, status64;
  uint64_t value;
};

const UnsignedCase kUnsigned[] = {
    {"zero", {0x00}, LebStatus::ok, LebStatus::ok, 0},
    {"one byte", {0x7f}, LebStatus::ok, LebStatus::ok, 127},
    {"two bytes", {0x80, 0x01}, LebStatus::ok, LebStatus::ok, 128},
    {"624485", {0xe5, 0x8e, 0x26}, LebStatus::ok, LebStatus::ok, 624485},
    {"padded zero", {0x80, 0x80, 0x80, 0x80, 0x00}, LebStatus::ok, LebStatus::ok, 0},
    {"max u32", {0xff, 0xff, 0xff, 0xff, 0x0f}, LebStatus::ok, LebStatus::ok, 0xffffffff},
    {"bit 32", {0x80, 0x80, 0x80, 0x80, 0x10}, LebStatus::too_large, LebStatus::ok, 1ull << 32},
    {"six bytes", {0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, LebStatus::too_long, LebStatus::ok, 0},
    {"max u64",
     {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01},
     LebStatus::too_long,
     LebStatus::ok,
     ~0ull},
    {"bit 64",
     {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02},
     LebStatus::too_long,
     LebStatus::too_large,
     0},
    {"eleven bytes",
     {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00},
     LebStatus::too_long,
     LebStatus::too_long,
     0},
    {"empty", {}, LebStatus::truncated, LebStatus::truncated, 0},
    {"cut", {0x80, 0x80}, LebStatus::truncated, LebStatus::truncated, 0},
};

TEST(Leb128, Unsigned) {
  for (const auto& row : kUnsigned) {
    SCOPED_TRACE(row.name);
    const uint8_t* const begin = row.bytes.data();
    const uint8_t* const end = begin + row.bytes.size();
    const uint8_t* p = begin;
    uint32_t v32 = 99;
    EXPECT_EQ(read_leb_u32(p, end, v32), row.status32);
    EXPECT_EQ(p, row.status32 == LebStatus::ok ? end : begin);
    EXPECT_EQ(v32, row.status32 == LebStatus::ok ? static_cast<uint32_t>(row.value) : 99u);
    p = begin;
    uint64_t v64 = 99;
    EXPECT_EQ(read_leb_u64(p, end, v64), row.status64);
    EXPECT_EQ(p, row.status64 == LebStatus::ok ? end : begin);
    EXPECT_EQ(v64, row.status64 == LebStatus::ok ? row.value : 99u);
    if (row.status64 == LebStatus::ok) {
      p = begin;
      EXPECT_EQ(read_leb_trusted<uint64_t>(p), row.value);
      EXPECT_EQ(p, end);
    }
  }
}

struct SignedCase {
  const char* name;
  Bytes bytes;
  LebStatus status32, status33, status64;
  int64_t value;
};

const SignedCase kSigned[] = {
    {"minus one", {0x7f}, LebStatus::ok, LebStatus::ok, LebStatus::ok, -1},
    {"63", {0x3f}, LebStatus::ok, LebStatus::ok, LebStatus::ok, 63},
    {"-64", {0x40}, LebStatus::ok, LebStatus::ok, LebStatus::ok, -64},
    {"64", {0xc0, 0x00}, LebStatus::ok, LebStatus::ok, LebStatus::ok, 64},
    {"-123456", {0xc0, 0xbb, 0x78}, LebStatus::ok, LebStatus::ok, LebStatus::ok, -123456},
    {"padded -1", {0xff, 0xff, 0xff, 0xff, 0x7f}, LebStatus::ok, LebStatus::ok, LebStatus::ok, -1},
    {"min s32",
     {0x80, 0x80, 0x80, 0x80, 0x78},
     LebStatus::ok,
     LebStatus::ok,
     LebStatus::ok,
     INT32_MIN},
    {"max s32",
     {0xff, 0xff, 0xff, 0xff, 0x07},
     LebStatus::ok,
     LebStatus::ok,
     LebStatus::ok,
     INT32_MAX},
    {"max s33",
     {0xff, 0xff, 0xff, 0xff, 0x0f},
     LebStatus::too_large,
     LebStatus::ok,
     LebStatus::ok,
     0xffffffff},
    {"bad sign extension",
     {0xff, 0xff, 0xff, 0xff, 0x1f},
     LebStatus::too_large,
     LebStatus::too_large,
     LebStatus::ok,
     0x1ffffffff},
    {"bad negative extension",
     {0x80, 0x80, 0x80, 0x80, 0x70},
     LebStatus::too_large,
     LebStatus::ok,
     LebStatus::ok,
     -0x100000000},
    {"min s64",
     {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f},
     LebStatus::too_long,
     LebStatus::too_long,
     LebStatus::ok,
     INT64_MIN},
    {"s64 unused bits",
     {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7e},
     LebStatus::too_long,
     LebStatus::too_long,
     LebStatus::too_large,
     0},
    {"cut", {0xff}, LebStatus::truncated, LebStatus::truncated, LebStatus::truncated, 0},
};

TEST(Leb128, Signed) {
  for (const auto& row : kSigned) {
    SCOPED_TRACE(row.name);
    const uint8_t* const begin = row.bytes.data();
    const uint8_t* const end = begin + row.bytes.size();
    const uint8_t* p = begin;
    int32_t v32 = 99;
    EXPECT_EQ(read_leb_s32(p, end, v32), row.status32);
    EXPECT_EQ(p, row.status32 == LebStatus::ok ? end : begin);
    if (row.status32 == LebStatus::ok) EXPECT_EQ(v32, row.value);
    p = begin;
    int64_t v33 = 99;
    EXPECT_EQ(read_leb_s33(p, end, v33), row.status33);
    if (row.status33 == LebStatus::ok) EXPECT_EQ(v33, row.value);
    p = begin;
    int64_t v64 = 99;
    EXPECT_EQ(read_leb_s64(p, end, v64), row.status64);
    if (row.status64 == LebStatus::ok) {
      EXPECT_EQ(v64, row.value);
      p = begin;
      EXPECT_EQ(read_leb_trusted<int64_t>(p), row.value);
    }
  }
}

TEST(Leb128, WritersRoundTripInTheShortestForm) {
  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const uint64_t delta : {~uint64_t{0}, uint64_t{0}, uint64_t{1}}) {
      const uint64_t value = (uint64_t{1} << shift) + delta;
      SCOPED_TRACE(value);
      Bytes out;
      write_leb_u(out, value);
      EXPECT_EQ(out.size(), leb_u_size(value));
      const uint8_t* p = out.data();
      uint64_t back = 0;
      ASSERT_EQ(read_leb_u64(p, p + out.size(), back), LebStatus::ok);
      EXPECT_EQ(back, value);

      const auto signed_value = static_cast<int64_t>(value);
      out.clear();
      write_leb_s(out, signed_value);
      p = out.data();
      int64_t signed_back = 0;
      ASSERT_EQ(read_leb_s64(p, p + out.size(), signed_back), LebStatus::ok);
      EXPECT_EQ(signed_back, signed_value);
      EXPECT_EQ(p, out.data() + out.size());
      if (out.size() > 1) {  // shortest: without its last byte the value would change
        const uint8_t last = out.back(), before = out[out.size() - 2];
        EXPECT_FALSE((last == 0x00 && !(before & 0x40)) || (last == 0x7f && (before & 0x40)));
      }
    }
  }
}

}  // namespace
}  // namespace weft
