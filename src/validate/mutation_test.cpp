// Hostile input: a module that uses everything, cut off and changed everywhere. Nothing may crash
// (run under sanitizers), and every error must lie inside the bytes and begin with a text.
#include <gtest/gtest.h>

#include <string>

#include "binary/decoder.hpp"
#include "text/parser.hpp"
#include "validate/module_validator.hpp"
#include "validate/rich_module.hpp"

namespace weft::validate {
namespace {

std::vector<std::byte> rich() {
  auto bytes = text::parse_module(kRichModule);
  if (bytes) return std::move(*bytes);
  ADD_FAILURE() << bytes.error().message;
  return {};
}

Result<void> check(std::span<const std::byte> bytes) {
  auto m = binary::decode_module(bytes, FeatureSet::all());
  if (!m) return std::unexpected(m.error());
  return validate_module(**m, FeatureSet::all());
}

void expect_sensible(const Result<void>& r, size_t size, size_t at) {
  if (r) return;
  EXPECT_FALSE(r.error().message.empty()) << at;
  EXPECT_TRUE(r.error().offset == Error::kNoOffset || r.error().offset <= size)
      << at << ": " << r.error().message;
}

TEST(Mutation, TheModuleItselfIsValid) {
  const auto bytes = rich();
  const auto r = check(bytes);
  EXPECT_TRUE(r.has_value()) << r.error().message;
}

TEST(Mutation, CutOffAnywhere) {
  const auto bytes = rich();
  ASSERT_GT(bytes.size(), 500u);
  size_t accepted = 0;
  for (size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<std::byte> cut(
        bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(n));  // own heap block: ASan
    const auto r = check(cut);
    if (r) ++accepted;
    expect_sensible(r, n, n);
  }
  EXPECT_LE(accepted, 8u);  // between sections a module may still make sense: empty, or types alone
}

TEST(Mutation, AnyByteToAnythingElse) {
  auto bytes = rich();
  size_t refused = 0;
  for (size_t at = 8; at < bytes.size(); ++at) {
    const std::byte was = bytes[at];
    for (unsigned flip = 1; flip < 256; flip = flip < 8 ? flip + 1 : flip * 2 - 1) {
      bytes[at] = was ^ static_cast<std::byte>(flip);
      const auto r = check(bytes);
      if (!r) ++refused;
      expect_sensible(r, bytes.size(), at);
    }
    for (unsigned value : {0x00u, 0x0bu, 0x40u, 0x7fu, 0x80u, 0xffu}) {
      bytes[at] = static_cast<std::byte>(value);
      expect_sensible(check(bytes), bytes.size(), at);
    }
    bytes[at] = was;
  }
  EXPECT_GT(refused, bytes.size());
}

TEST(Mutation, TwoBytesAtOnce) {
  auto bytes = rich();
  uint64_t seed = 0x9e3779b97f4a7c15;
  const auto next = [&] {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
  };
  for (int i = 0; i < 20'000; ++i) {
    const size_t a = 8 + next() % (bytes.size() - 8);
    const size_t b = 8 + next() % (bytes.size() - 8);
    const std::byte was_a = bytes[a];
    const std::byte was_b = bytes[b];
    bytes[a] = static_cast<std::byte>(next());
    bytes[b] = static_cast<std::byte>(next());
    expect_sensible(check(bytes), bytes.size(), a);
    bytes[b] = was_b;
    bytes[a] = was_a;
  }
}

TEST(Mutation, SizesThatLieCostNothing) {
  // counts of 2^28 with no bytes behind them, in each section
  for (unsigned id : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 9u, 10u, 11u, 13u}) {
    std::vector<std::byte> bytes;
    for (unsigned b :
         {0x00u, 0x61u, 0x73u, 0x6du, 1u, 0u, 0u, 0u, id, 5u, 0x80u, 0x80u, 0x80u, 0x80u, 0x01u}) {
      bytes.push_back(static_cast<std::byte>(b));
    }
    const auto r = check(bytes);
    ASSERT_FALSE(r.has_value());
    EXPECT_TRUE(r.error().message.starts_with("length out of bounds")) << id << r.error().message;
  }
}

}  // namespace
}  // namespace weft::validate
