#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

struct Case {
  const char* name;
  std::string text;
  size_t valid_prefix;
};

const Case kCases[] = {
    {"empty", "", 0},
    {"ascii", "memory", 6},
    {"two bytes", "\xc2\x80", 2},
    {"overlong two", "\xc1\xbf", 0},
    {"lone continuation", "a\x80", 1},
    {"three bytes", "\xe0\xa0\x80", 3},
    {"overlong three", "\xe0\x9f\xbf", 0},
    {"last before surrogates", "\xed\x9f\xbf", 3},
    {"surrogate", "\xed\xa0\x80", 0},
    {"four bytes", "\xf0\x90\x80\x80", 4},
    {"overlong four", "\xf0\x8f\xbf\xbf", 0},
    {"U+10FFFF", "\xf4\x8f\xbf\xbf", 4},
    {"U+110000", "\xf4\x90\x80\x80", 0},
    {"f5", "\xf5\x80\x80\x80", 0},
    {"cut three", "ab\xe2\x82", 2},
    {"fe", "\xfe", 0},
};

TEST(Utf8, ValidPrefixAtEveryOffset) {
  for (const Case& row : kCases) {
    // Padding moves the case across the borders of the 8 and 16 byte steps.
    for (size_t before = 0; before < 40; ++before) {
      SCOPED_TRACE(row.name);
      const bool valid = row.valid_prefix == row.text.size();
      const std::string text = std::string(before, 'x') + row.text + std::string(17, 'y');
      EXPECT_EQ(utf8_valid_prefix(text), valid ? text.size() : before + row.valid_prefix);
      EXPECT_EQ(is_valid_utf8(text), valid);
    }
  }
}

TEST(Utf8, AppendedScalarValuesAreValid) {
  for (uint32_t c = 0; c <= 0x10FFFF; c += c < 0x1000 ? 1 : 61) {
    if (!is_scalar_value(c)) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_EQ(utf8_sequence_length(text), text.size()) << c;
    ASSERT_EQ(utf8_length(text), 1u) << c;
  }
}

}  // namespace
}  // namespace weft
