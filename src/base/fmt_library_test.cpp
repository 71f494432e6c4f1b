// Every kind of value that messages print: a part of fmt that was not compiled in would fail to
// link.
#include <fmt/core.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft {
namespace {

TEST(FmtLibrary, FormatsWhatMessagesNeed) {
  EXPECT_EQ(fmt::format("{} {:#x} {:02x} {:>5} {:<3}|", 7, 0x1f4u, 10, uint64_t{42}, -1),
            "7 0x1f4 0a    42 -1 |");
  EXPECT_EQ(fmt::format("{} {:.3f} {} {}", 0.1, 2.0 / 3, 1.5f, true), "0.1 0.667 1.5 true");
  EXPECT_EQ(fmt::format("\"{}\" {} {}", std::string_view("area"), std::string("s"), 'c'),
            "\"area\" s c");
  std::string out;
  fmt::format_to(std::back_inserter(out), "{:.1f}%{:>{}}", 12.34, "x", 4);
  EXPECT_EQ(out, "12.3%   x");
  EXPECT_EQ(fmt::format("{}", fmt::join(std::initializer_list<int>{1, 2, 3}, ", ")), "1, 2, 3");
}

}  // namespace
}  // namespace weft
