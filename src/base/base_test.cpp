// The small things: bits, function_ref, ScopeExit, Result and its macros.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "base/bits.hpp"
#include "base/function_ref.hpp"
#include "base/result.hpp"
#include "base/scope_exit.hpp"

namespace weft {
namespace {

TEST(Bits, CheckedArithmetic) {
  EXPECT_EQ(checked_add(uint32_t{0xfffffffe}, 1), 0xffffffffu);
  EXPECT_EQ(checked_add(uint32_t{0xffffffff}, 1), std::nullopt);
  EXPECT_EQ(checked_mul(uint64_t{1} << 32, uint64_t{1} << 32), std::nullopt);
  EXPECT_EQ(saturating_add(uint64_t{5}, ~uint64_t{0}), ~uint64_t{0});
  EXPECT_EQ(saturating_mul(uint32_t{65536}, 65536), ~uint32_t{0});
  EXPECT_EQ(align_up(uint64_t{65537}, 65536), 131072u);
  EXPECT_EQ(align_down(uint64_t{65537}, 65536), 65536u);
}

TEST(Bits, InBoundsNeverWraps) {
  EXPECT_TRUE(in_bounds(uint64_t{0}, 0, 0));
  EXPECT_TRUE(in_bounds(uint64_t{10}, 0, 10));
  EXPECT_FALSE(in_bounds(uint64_t{11}, 0, 10));
  EXPECT_FALSE(in_bounds(~uint64_t{0}, 2, 10));
  EXPECT_FALSE(in_bounds(uint64_t{2}, ~uint64_t{0}, 10));
}

int call_twice(function_ref<int(int)> f) { return f(1) + f(2); }

TEST(FunctionRef, BorrowsLambdas) {
  int calls = 0;
  EXPECT_EQ(call_twice([&](int x) {
              ++calls;
              return x * 10;
            }),
            30);
  EXPECT_EQ(calls, 2);
  const auto constant = [](int) { return 7; };
  EXPECT_EQ(call_twice(constant), 14);
}

TEST(ScopeExit, RunsUnlessReleased) {
  int runs = 0;
  {
    ScopeExit exit([&] { ++runs; });
  }
  EXPECT_EQ(runs, 1);
  {
    ScopeExit exit([&] { ++runs; });
    exit.release();
  }
  EXPECT_EQ(runs, 1);
}

Result<int> half(int x) {
  if (x % 2) return fail(ErrorCode::bad_argument, "odd", 3);
  return x / 2;
}
Result<int> quarter(int x) {
  WEFT_ASSIGN(const int h, half(x));
  return half(h);
}

TEST(Result, MacrosCarryTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  const auto failed = quarter(6);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::bad_argument);
  EXPECT_EQ(failed.error().message, "odd");
  EXPECT_EQ(failed.error().offset, 3u);
  EXPECT_EQ(to_string(ErrorCode::out_of_memory), "out of memory");
}

}  // namespace
}  // namespace weft
