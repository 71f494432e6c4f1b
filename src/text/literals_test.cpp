#include "text/literals.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace weft::text {
namespace {

struct IntCase {
  const char* text;
  unsigned bits;
  LiteralStatus status;
  uint64_t value;
};

TEST(Literals, Integers) {
  using enum LiteralStatus;
  const IntCase cases[] = {
      {"0", 32, ok, 0},
      {"1_000", 32, ok, 1000},
      {"0xfF", 32, ok, 255},
      {"0x0_1_2", 32, ok, 0x12},
      {"-1", 32, ok, 0xffffffff},
      {"+7", 32, ok, 7},
      {"4294967295", 32, ok, 0xffffffff},
      {"4294967296", 32, out_of_range, 0},
      {"-2147483648", 32, ok, 0x80000000},
      {"-2147483649", 32, out_of_range, 0},
      {"-0x8000_0000", 32, ok, 0x80000000},
      {"255", 8, ok, 255},
      {"256", 8, out_of_range, 0},
      {"-128", 8, ok, 0x80},
      {"-129", 8, out_of_range, 0},
      {"0xffffffffffffffff", 64, ok, ~uint64_t{0}},
      {"0x10000000000000000", 64, out_of_range, 0},
      {"-0x8000000000000000", 64, ok, uint64_t{1} << 63},
      {"99999999999999999999999999999999999", 64, out_of_range, 0},
      {"_1", 32, not_a_number, 0},
      {"1_", 32, not_a_number, 0},
      {"1__0", 32, not_a_number, 0},
      {"0x", 32, not_a_number, 0},
      {"0x_1", 32, not_a_number, 0},
      {"0X1", 32, not_a_number, 0},
      {"1a", 32, not_a_number, 0},
      {"+", 32, not_a_number, 0},
      {"--1", 32, not_a_number, 0},
      {"1.0", 32, not_a_number, 0},
      {"", 32, not_a_number, 0},
  };
  for (const IntCase& c : cases) {
    uint64_t value = 0;
    EXPECT_EQ(parse_int(c.text, c.bits, value), c.status) << c.text;
    if (c.status == ok) EXPECT_EQ(value, c.value) << c.text;
  }
}

TEST(Literals, NaturalNumbersHaveNoSign) {
  uint64_t value = 0;
  EXPECT_EQ(parse_nat("18446744073709551615", ~uint64_t{0}, value), LiteralStatus::ok);
  EXPECT_EQ(value, ~uint64_t{0});
  EXPECT_EQ(parse_nat("256", 255, value), LiteralStatus::out_of_range);
  EXPECT_EQ(parse_nat("-1", 255, value), LiteralStatus::not_a_number);
  EXPECT_EQ(parse_nat("+1", 255, value), LiteralStatus::not_a_number);
}

struct FloatCase {
  const char* text;
  LiteralStatus status32;
  uint32_t bits32;
  LiteralStatus status64;
  uint64_t bits64;
};

TEST(Literals, Floats) {
  using enum LiteralStatus;
  const FloatCase cases[] = {
      {"0", ok, 0, ok, 0},
      {"-0.", ok, 0x80000000, ok, uint64_t{1} << 63},
      {"1.5", ok, 0x3fc00000, ok, 0x3ff8000000000000},
      {"1_0.2_5e0_1", ok, 0x42cd0000, ok, 0x4059a00000000000},
      {"0x1p-149", ok, 1, ok, 0x36a0000000000000},
      {"0x1p-150", ok, 0, ok, 0x3690000000000000},  // half of the smallest: ties to even
      {"0x1.8p-150", ok, 1, ok, 0x3698000000000000},
      {"0x1.000001p0", ok, 0x3f800000, ok, 0x3ff0000010000000},  // tie, even below
      {"0x1.000003p0", ok, 0x3f800002, ok, 0x3ff0000030000000},  // tie, even above
      {"0x1.00000100000000000000001p0", ok, 0x3f800001, ok,
       0x3ff0000010000000},  // a sticky digit far away
      {"0x1.fffffep127", ok, 0x7f7fffff, ok, 0x47efffffe0000000},
      {"0x1.ffffffp127", out_of_range, 0, ok, 0x47effffff0000000},
      {"0x1.fffffffffffff8p1023", out_of_range, 0, out_of_range, 0},
      {"0x1.fffffffffffff7fp1023", out_of_range, 0, ok, 0x7fefffffffffffff},
      {"3.4028235e38", ok, 0x7f7fffff, ok, 0x47efffffe54daff8},
      {"3.4028236e38", out_of_range, 0, ok, 0x47effffff514a7bc},
      {"1e400", out_of_range, 0, out_of_range, 0},
      {"1e-400", ok, 0, ok, 0},
      {"1e99999999999999999999", out_of_range, 0, out_of_range, 0},
      {"0e99999999999999999999", ok, 0, ok, 0},
      {"0x0p99999999999999999999", ok, 0, ok, 0},
      {"1e-99999999999999999999", ok, 0, ok, 0},
      {"inf", ok, 0x7f800000, ok, 0x7ff0000000000000},
      {"-inf", ok, 0xff800000, ok, 0xfff0000000000000},
      {"nan", ok, 0x7fc00000, ok, 0x7ff8000000000000},
      {"-nan", ok, 0xffc00000, ok, 0xfff8000000000000},
      {"nan:0x1", ok, 0x7f800001, ok, 0x7ff0000000000001},
      {"nan:0x7f_ffff", ok, 0x7fffffff, ok, 0x7ff00000007fffff},
      {"nan:0x80_0000", out_of_range, 0, ok, 0x7ff0000000800000},
      {"nan:0x0", out_of_range, 0, out_of_range, 0},
      {"nan:1", not_a_number, 0, not_a_number, 0},
      {"nan:", not_a_number, 0, not_a_number, 0},
      {"1.e", not_a_number, 0, not_a_number, 0},
      {".5", not_a_number, 0, not_a_number, 0},
      {"1._5", not_a_number, 0, not_a_number, 0},
      {"0x1.p", not_a_number, 0, not_a_number, 0},
      {"0xinf", not_a_number, 0, not_a_number, 0},
      {"infinity", not_a_number, 0, not_a_number, 0},
  };
  for (const FloatCase& c : cases) {
    uint32_t narrow = 0;
    uint64_t wide = 0;
    EXPECT_EQ(parse_f32(c.text, narrow), c.status32) << c.text;
    EXPECT_EQ(parse_f64(c.text, wide), c.status64) << c.text;
    if (c.status32 == ok) EXPECT_EQ(narrow, c.bits32) << c.text;
    if (c.status64 == ok) EXPECT_EQ(wide, c.bits64) << c.text;
  }
}

// strtod and strtof of glibc round correctly, hexadecimal and decimal, so they can judge.
TEST(Literals, RandomFloatsAgreeWithTheCLibrary) {
  std::mt19937_64 random(20260817);
  for (int i = 0; i < 20000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    for (const std::string& text : {fmt::format("{:a}", value), fmt::format("{:.20e}", value),
                                    fmt::format("{:.5e}", value)}) {
      uint64_t wide = 0;
      uint32_t narrow = 0;
      const double expected = std::strtod(text.c_str(), nullptr);
      if (std::isinf(expected)) {
        EXPECT_EQ(parse_f64(text, wide), LiteralStatus::out_of_range) << text;
      } else {
        EXPECT_EQ(parse_f64(text, wide), LiteralStatus::ok) << text;
        EXPECT_EQ(wide, std::bit_cast<uint64_t>(expected)) << text;
      }
      const float expected32 = std::strtof(text.c_str(), nullptr);
      if (std::isinf(expected32)) {
        EXPECT_EQ(parse_f32(text, narrow), LiteralStatus::out_of_range) << text;
      } else {
        EXPECT_EQ(parse_f32(text, narrow), LiteralStatus::ok) << text;
        EXPECT_EQ(narrow, std::bit_cast<uint32_t>(expected32)) << text;
      }
    }
  }
}

TEST(Literals, Strings) {
  struct Case {
    const char* literal;
    std::string value;
  };
  const Case cases[] = {
      {R"("")", ""},
      {R"("abc")", "abc"},
      {R"("\t\n\r\"\'\\")", "\t\n\r\"'\\"},
      {R"("\00\ff\4A")", std::string("\0\xffJ", 3)},
      {R"("\u{41}\u{1_F600}x")", "A\xF0\x9F\x98\x80x"},
  };
  for (const Case& c : cases) {
    std::string value;
    decode_string(c.literal, value);
    EXPECT_EQ(value, c.value) << c.literal;
    EXPECT_EQ(string_length(std::string(c.literal) + "rest"), std::string(c.literal).size());
  }
  for (const char* escape : {"\\", "\\x", "\\a", "\\4g", "\\u", "\\u{}", "\\u{110000}", "\\u{d800}",
                             "\\u{41", "\\u{_1}"}) {
    EXPECT_EQ(escape_length(escape), 0u) << escape;
  }
}

}  // namespace
}  // namespace weft::text
